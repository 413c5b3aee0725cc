/*
 * What tests of the compiler share: a document from a text in which ' stands
 * for ", compiled, and questions about its diagnostics.
 */

#ifndef T_DOC_H
#define T_DOC_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ckp.h"
#include "model/program.h"

typedef struct {
    json_t          *doc;
    ckp_diags_t     *diags;
    ckp_compiler_t  *c;
    ckp_program_t   *prog;      /* NULL: does not compile */
    json_t          *list;      /* all diagnostics */
} t_doc_t;

/* A document of form A: nodes, and more members of the root (",..." or ""). */
#define T_GRAPH(start, nodes, more)                                           \
    "{'procedure_id':'p','version':'1','workflow_graph':{'start_node':'"      \
    start "','nodes':{" nodes "}}" more "}"

#define T_END  "'end':{'type':'terminate'}"


static inline json_t *
t_doc_json(const char *text)
{
    char *const  copy = strdup(text);
    ckp_err_t    err = CKP_ERR_INIT;
    json_t      *v;

    for (char *p = copy; *p != '\0'; p++) {
        if (*p == '\'') {
            *p = '"';
        }
    }

    v = ckp_json_parse(copy, strlen(copy), &err);

    if (v == NULL) {
        fail_msg("%s: %s", copy, err.msg);
    }

    free(copy);

    return v;
}


static inline void
t_doc_take(t_doc_t *t, json_t *doc)
{
    t->doc = doc;
    t->diags = ckp_diags_new();
    t->c = ckp_compiler_new(t->diags);
    assert_int_equal(ckp_compiler_add(t->c, doc), CKP_OK);
    t->prog = ckp_compiler_finish(t->c);
    t->list = ckp_diags_json(t->diags, 'a');
}


static inline void
t_doc(t_doc_t *t, const char *text)
{
    t_doc_take(t, t_doc_json(text));
}


static inline void
t_doc_free(t_doc_t *t)
{
    json_decref(t->list);
    ckp_program_unref(t->prog);
    ckp_compiler_free(t->c);
    ckp_diags_free(t->diags);
    json_decref(t->doc);
}


static inline void
t_doc_dump(const t_doc_t *t)
{
    char *const  text = ckp_json_text(t->list);

    printf("%s\n", text);
    ckp_free(text);
}


/* The diagnostic of that id at that place, or NULL. */
static inline const json_t *
t_doc_find(const t_doc_t *t, const char *id, const char *path)
{
    const json_t  *d;
    size_t         i;

    json_array_foreach(t->list, i, d) {
        if (strcmp(ckp_json_str(d, "id"), id) == 0
            && (path == NULL || strcmp(ckp_json_str(d, "path"), path) == 0))
        {
            return d;
        }
    }

    return NULL;
}


static inline void
t_says(const t_doc_t *t, const char *id, const char *path)
{
    if (t_doc_find(t, id, path) == NULL) {
        t_doc_dump(t);
        fail_msg("no %s at %s", id, path == NULL ? "any place" : path);
    }
}


static inline void
t_silent(const t_doc_t *t, const char *id)
{
    if (t_doc_find(t, id, NULL) != NULL) {
        t_doc_dump(t);
        fail_msg("there is a %s", id);
    }
}


/* Compiles the text and wants that diagnostic; then forgets it. */
static inline void
t_wants(const char *id, const char *path, const char *text)
{
    t_doc_t  t;

    t_doc(&t, text);
    t_says(&t, id, path);
    t_doc_free(&t);
}


/* Compiles the text and wants a program without any diagnostic but infos. */
static inline void
t_compiles(t_doc_t *t, const char *text)
{
    t_doc(t, text);

    if (t->prog == NULL) {
        t_doc_dump(t);
        fail_msg("does not compile");
    }
}

#endif
