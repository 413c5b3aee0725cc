/*
 * What a document refers to, against what is stored: is it there, does it get
 * what it needs, does it lead back (CKP703 to CKP706).
 * Source: spec/ckp.md 10.10, 33.
 */

#include "refer/refer.h"

#include <stdio.h>
#include <string.h>

#include "compile/parse_int.h"

#define REFER_TEXT_MAX  400     /* bytes of a way that is told */
#define REFER_NAME_MAX  256

typedef struct {
    ckp_parse_t        *ps;
    ckp_refers_t       *c;
    const ckp_refer_t  *refer;
    ckp_wanted_t       *w;           /* what it calls */
} judge_t;


static void
judge_say(const judge_t *k, int number, const char *field, const char *text)
{
    const ckp_diag_more_t  more = { .node_id = k->refer->node_id,
                                    .field = field };

    ckp_diag(k->ps->diags, number, NULL, k->refer->at_id, &more, "%s", text);
}


static void
judge_missing(const judge_t *k)
{
    const ckp_wanted_t *const  w = k->w;
    char                       text[REFER_TEXT_MAX];

    if (!w->known) {
        (void) snprintf(text, sizeof(text), "there is no procedure '%.120s' "
                        "now", w->procedure);

    } else if (w->found == NULL) {
        (void) snprintf(text, sizeof(text), "'%.120s' has no version '%.60s' "
                        "now", w->procedure, w->version);

    } else if (w->refuses) {
        (void) snprintf(text, sizeof(text), "version %.60s of '%.120s' "
                        "refuses runs now", w->found, w->procedure);

    } else if (w->broken || w->prog == NULL) {
        (void) snprintf(text, sizeof(text), "version %.60s of '%.120s' does "
                        "not compile", w->found, w->procedure);

    } else {
        return;
    }

    judge_say(k, 704, w->known ? "version" : "procedure_id", text);
}


/* --- names ------------------------------------------------------------------- */

/* A side of the child's contract: "inputs" or "outputs". */

static const json_t *
judge_contract(const judge_t *k, const char *side)
{
    return json_object_get(json_object_get(k->w->prog->doc, "contract"),
                           side);
}


static bool
judge_gives(const judge_t *k, const char *name)
{
    return json_object_get(k->refer->in, name) != NULL
           || (k->refer->inherits
               && json_object_get(k->ps->prog->names, name) != NULL);
}


static void
judge_needs(const judge_t *k, const char *name)
{
    const ckp_diag_more_t  more = { .node_id = k->refer->node_id,
                                    .field = "input_mapping" };

    if (judge_gives(k, name)) {
        return;
    }

    ckp_diag(k->ps->diags, 705, NULL, k->refer->at_in, &more,
             "'%.120s' needs '%.120s', which is not mapped",
             k->w->procedure, name);
}


/* Missing it is refused whatever the contract says. */

static bool
judge_is_needed(const ckp_program_t *prog, const char *name)
{
    for (size_t i = 0; i < prog->nvars; i++) {
        if (prog->vars[i].required && prog->vars[i].fallback == NULL
            && strcmp(prog->vars[i].name, name) == 0)
        {
            return true;
        }
    }

    return false;
}


/* A contract is about what is given, before anything has its default. */

static void
judge_inputs(const judge_t *k)
{
    const ckp_program_t *const  prog = k->w->prog;
    const json_t *const         contract = judge_contract(k, "inputs");
    const json_t               *name;
    size_t                      i;

    for (i = 0; i < prog->nvars; i++) {
        if (prog->vars[i].required && prog->vars[i].fallback == NULL) {
            judge_needs(k, prog->vars[i].name);
        }
    }

    json_array_foreach(json_object_get(contract, "required"), i, name) {
        const char *const  text = json_string_value(name);

        if (text != NULL && !judge_is_needed(prog, text)) {
            judge_needs(k, text);
        }
    }
}


/* One name of a mapping is nothing that the child knows. */

static void
judge_unknown(const judge_t *k, const char *at, const char *key,
    const char *name)
{
    const ckp_diag_more_t  more = { .node_id = k->refer->node_id,
                                    .field = key };
    ckp_buf_t              path;

    ckp_buf_init(&path, 4096);
    ckp_buf_puts(&path, at);
    ckp_pointer_push(&path, key);
    ckp_diag(k->ps->diags, 706, NULL, ckp_buf_str(&path), &more,
             "'%.120s' knows no '%.120s'", k->w->procedure, name);
    ckp_buf_free(&path);
}


/* The first part of a path, "a" of "a.b[0]", is something that the child has:
 * declared, written, in its contract, or, of what comes out, bound by the
 * engine or inherited. */

static bool
judge_knows(const judge_t *k, const char *side, const char *text)
{
    const size_t         n = strcspn(text, ".[");
    const json_t *const  own = json_object_get(judge_contract(k, side),
                                               "properties");
    char                 name[REFER_NAME_MAX + 1];

    if (n > REFER_NAME_MAX) {
        return true;            /* nobody's name is that long: told elsewhere */
    }

    (void) snprintf(name, sizeof(name), "%.*s", (int) n, text);

    return json_object_get(k->w->prog->names, name) != NULL
           || json_object_get(own, name) != NULL
           || (side[0] == 'o'
               && (ckp_name_is_builtin(name)
                   || (k->refer->inherits
                       && json_object_get(k->ps->prog->names, name) != NULL)));
}


static void
judge_names(const judge_t *k)
{
    const char    *key;
    const json_t  *value;

    json_object_foreach((json_t *) k->refer->in, key, value) {
        if (key[0] != '_' && key[0] != '$' && !judge_knows(k, "inputs", key)) {
            judge_unknown(k, k->refer->at_in, key, key);
        }
    }

    json_object_foreach((json_t *) k->refer->out, key, value) {
        const char *const  text = json_string_value(value);

        if (key[0] != '_' && key[0] != '$' && text != NULL && *text != '\0'
            && strstr(text, "{{") == NULL && !judge_knows(k, "outputs", text))
        {
            judge_unknown(k, k->refer->at_out, key, text);
        }
    }
}


/* --- ways back --------------------------------------------------------------- */

static void
judge_walk(ckp_buf_t *b, const ckp_refers_t *c, const size_t *path, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ckp_buf_printf(b, " -> %.120s", c->list[path[i]].procedure);
    }
}


/* The one that is called, or one below it, calls the document's procedure. */

static bool
judge_to_own(const judge_t *k, size_t at, ckp_buf_t *b)
{
    const ckp_refers_t *const  c = k->c;
    size_t                     path[REFER_WANTED_MAX];
    const size_t               n = ckp_refers_way(c, (uint64_t) 1 << at,
                                                  c->back, path);

    if (n > 0) {
        judge_walk(b, c, path, n);
        ckp_buf_printf(b, " -> %.120s", c->own);
    }

    return n > 0;
}


/* Some procedure below it is called by itself at last, in whatever version. */

static bool
judge_to_itself(const judge_t *k, size_t at, ckp_buf_t *b)
{
    const ckp_refers_t *const  c = k->c;
    const uint64_t             loops = c->loops
                               & ckp_refers_reach(c, (uint64_t) 1 << at);
    size_t                     path[REFER_WANTED_MAX];

    for (size_t i = 0; i < c->n; i++) {
        if ((loops >> i & 1) != 0) {
            judge_walk(b, c, path, ckp_refers_way(c, (uint64_t) 1 << at,
                                             (uint64_t) 1 << i, path));
            judge_walk(b, c, path, ckp_refers_way(c, c->list[i].calls,
                                             c->list[i].same, path));
            return true;
        }
    }

    return false;
}


static void
judge_cycle(const judge_t *k)
{
    const size_t  at = (size_t) (k->w - k->c->list);
    ckp_buf_t     b;

    ckp_buf_init(&b, 4096);
    ckp_buf_puts(&b, k->c->own);

    if (judge_to_own(k, at, &b) || judge_to_itself(k, at, &b)) {
        const ckp_diag_more_t  more = { .node_id = k->refer->node_id,
                                        .field = "procedure_id" };

        ckp_diag(k->ps->diags, 703, NULL, k->refer->at_id, &more,
                 "procedures call each other in a circle: %.*s",
                 REFER_TEXT_MAX, ckp_buf_str(&b));
    }

    ckp_buf_free(&b);
}


/* Who leads where, once for all calls: a document may have thousands. */

static void
judge_begin(ckp_refers_t *c)
{
    for (size_t i = 0; i < c->n; i++) {
        ckp_wanted_t *const  w = &c->list[i];

        for (size_t j = 0; j < c->n; j++) {
            w->same |= (uint64_t) (strcmp(w->procedure,
                                          c->list[j].procedure) == 0) << j;
        }

        c->back |= (uint64_t) w->back << i;
        c->loops |= (uint64_t) ((ckp_refers_reach(c, w->calls) & w->same)
                                != 0) << i;
    }
}


void
ckp_refers_check(ckp_parse_t *ps, ckp_refers_t *c)
{
    judge_begin(c);

    for (size_t i = 0; i < ps->prog->nrefers; i++) {
        judge_t  k = { .ps = ps, .c = c, .refer = &ps->prog->refers[i] };
        size_t   at = ckp_refers_place(c, k.refer);

        if (at == c->n || !c->list[at].answered
            || strcmp(k.refer->procedure_id, c->own) == 0)
        {
            continue;
        }

        k.w = &c->list[at];
        judge_missing(&k);

        if (k.w->prog != NULL) {
            judge_inputs(&k);
            judge_names(&k);
            judge_cycle(&k);
        }
    }
}
