/*
 * What tests of transformations share: one is made from texts in which ' stands
 * for ", run over a source, and its result compared as JSON text.
 */

#ifndef T_COLLECT_H
#define T_COLLECT_H

#include <stdlib.h>

#include "lang.h"

#include "data/collect.h"

#define ROWS                                                                  \
    "[{\"id\":1,\"city\":\"Rom\",\"v\":10,\"tags\":[\"a\",\"b\"]},"           \
    "{\"id\":2,\"city\":\"Oslo\",\"v\":5,\"tags\":[]},"                       \
    "{\"id\":3,\"city\":\"Rom\",\"v\":null,\"tags\":[\"a\"]},"                \
    "{\"id\":4,\"v\":2.5}]"

/* Variables that elements do not have, or have under the same name. */
#define VARS                                                                  \
    "{\"limit\":5,\"city\":\"Bern\",\"who\":{\"name\":\"Ana\"},"              \
    "\"towns\":[{\"name\":\"Rom\",\"land\":\"it\"},"                          \
    "{\"name\":\"Oslo\",\"land\":\"no\"},{\"name\":\"Bern\",\"land\":\"ch\"}]}"

typedef struct {
    char  text[2048];           /* of what was said: "220 expression ..." */
} t_said_t;


static inline json_t *
t_quoted(const char *text)
{
    char *const    copy = strdup(text);
    json_t        *v;

    for (char *p = copy; *p != '\0'; p++) {
        *p = *p == '\'' ? '"' : *p == '"' ? '\'' : *p;
    }

    v = t_json(copy);
    free(copy);

    return v;
}


static inline void
t_hear(void *data, const ckp_collect_say_t *say)
{
    t_said_t *const  said = data;
    const size_t     len = strlen(said->text);

    snprintf(said->text + len, sizeof(said->text) - len, "%d %s%s|",
             say->number, say->param == NULL ? "-" : say->param, say->below);
}


/* expression "" or params "" are none.  The result as JSON text, or "!CODE". */
static inline char *
t_make(const char *type, const char *source, const char *expression,
    const char *params, ckp_err_t *err)
{
    ckp_collect_want_t  want = { .kind = CKP_COLLECT_FILTER };
    t_lang_t            l;
    json_t *const       from = *source == '\0' ? NULL : t_json(source);
    json_t *const       text = *expression == '\0' ? NULL
                               : json_string(expression);
    json_t *const       more = *params == '\0' ? NULL : t_quoted(params);
    ckp_collect_t      *t;
    json_t             *out = NULL;
    ckp_code_t          rc;
    char               *made;

    assert_true(ckp_collect_find(type, &want.kind));
    want.expression = text;
    want.params = more;
    *err = (ckp_err_t) CKP_ERR_INIT;
    t = ckp_collect_new(&want, NULL, NULL, err);

    if (t == NULL) {
        fail_msg("%s %s: %s", type, expression, err->msg);
    }

    t_lang_init(&l, VARS);

    const ckp_collect_in_t  in = { .ev = &l.ev, .source = from,
                                   .name = "rows", .params = more };

    rc = ckp_collect_run(t, &in, &out, NULL, err);
    made = rc == CKP_OK ? ckp_json_text(out) : NULL;

    if (rc != CKP_OK) {
        assert_null(out);
        made = ckp_alloc(16);
        snprintf(made, 16, "!%d", rc);
    }

    json_decref(out);
    ckp_collect_free(t);
    t_lang_free(&l);
    json_decref(from);
    json_decref(text);
    json_decref(more);

    return made;
}


/* `want` has ' for ". */
static inline void
t_gives(const char *type, const char *source, const char *expression,
    const char *params, const char *want)
{
    ckp_err_t    err;
    char *const  made = t_make(type, source, expression, params, &err);

    for (char *p = made; *p != '\0'; p++) {
        *p = *p == '"' ? '\'' : *p;
    }

    if (strcmp(made, want) != 0) {
        fail_msg("%s '%s' %s\n  gives %s\n    not %s (%s)", type, expression,
                 params, made, want, err.msg);
    }

    ckp_free(made);
}


static inline void
t_breaks(const char *type, const char *source, const char *expression,
    const char *params, const char *sentence)
{
    ckp_err_t    err;
    char *const  made = t_make(type, source, expression, params, &err);

    if (made[0] != '!' || strstr(err.msg, sentence) == NULL) {
        fail_msg("%s '%s' %s gives %s: %s", type, expression, params, made,
                 err.msg);
    }

    ckp_free(made);
}


/* What is said of it; *good: there is one nevertheless. */
static inline void
t_wrong(const char *type, const char *expression, const char *params,
    const char *want)
{
    ckp_collect_want_t  w = { .kind = CKP_COLLECT_FILTER };
    json_t *const       text = *expression == '\0' ? NULL
                               : t_quoted(expression);
    json_t *const       more = *params == '\0' ? NULL : t_quoted(params);
    t_said_t            said = { "" };
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_collect_t      *t;

    assert_true(ckp_collect_find(type, &w.kind));
    w.expression = text;
    w.params = more;
    t = ckp_collect_new(&w, t_hear, &said, &err);

    if (strcmp(said.text, want) != 0) {
        fail_msg("%s %s %s: says %s, not %s", type, expression, params,
                 said.text, want);
    }

    assert_true((t == NULL) == (err.code != CKP_OK));
    ckp_collect_free(t);
    json_decref(text);
    json_decref(more);
}

#endif
