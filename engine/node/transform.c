/*
 * transform: transformations in order, each from a source into a variable
 * (spec/ckp.md 10.9).  What takes long is interrupted between two of them.
 *
 * Its state is n.at, the next one, and n.res, the last result, when output
 * mappings want it.
 */

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "lang/path.h"
#include "node/fiber.h"
#include "node/parse.h"
#include "node/types.h"
#include "step/double.h"

/* Evaluation steps after which others have their turn: about 10 ms. */
#define TRANSFORM_SLICE  100000

typedef enum {
    TRANSFORM_FAIL,
    TRANSFORM_NULL,
    TRANSFORM_SKIP
} transform_on_error_t;

typedef struct {
    const char            *type;
    ckp_collect_t         *collect;
    ckp_template_t        *source;      /* NULL: a path or a name, or none */
    const ckp_path_t      *path;
    const char            *name;        /* the variable that the source is */
    ckp_template_t        *params;      /* NULL: none */
    const char            *output;
    transform_on_error_t   on_error;
} transform_t;

struct ckp_transform_s {
    transform_t  *items;
    size_t        n;
};


/* --- parsing -------------------------------------------------------------------- */


static bool
transform_type(ckp_parse_t *ps, const ckp_at_t *at, transform_t *t,
    ckp_collect_kind_t *kind)
{
    const char *const  type = ckp_parse_str(ps, at, "type");
    char               hint[40];
    ckp_at_t           place;

    if (!ckp_parse_find(ps, at, "type", &place)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 401,
                                         .field = "type" },
                      "a transformation without 'type'");
        return false;
    }

    if (type == NULL) {
        return false;
    }

    if (!ckp_collect_find(type, kind)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &place, .number = 402,
                                         .field = "type" },
                      "'%.60s' is no type of transformation", type);
        return false;
    }

    t->type = ckp_collect_name(*kind);

    if (strcmp(t->type, type) != 0) {
        (void) snprintf(hint, sizeof(hint), "use '%s'", t->type);
        ckp_parse_say(ps, &(ckp_say_t) { .at = &place, .number = 91,
                                         .field = "type", .hint = hint },
                      "'%s' is another name of '%s'", type, t->type);
    }

    return true;
}


static void
transform_path_end(void *path)
{
    ckp_path_free(path);
}


/* A name, a path, or a template; anything but a text is the source itself. */
static void
transform_source(ckp_parse_t *ps, const ckp_at_t *at, transform_t *t)
{
    const char  *text;
    ckp_path_t  *path;
    ckp_at_t     place;
    ckp_err_t    err = CKP_ERR_INIT;
    size_t       used;

    if (!ckp_parse_find(ps, at, "source_variable", &place)) {
        return;
    }

    text = json_string_value(place.value);

    if (text == NULL || strstr(text, "{{") != NULL) {
        ckp_at_t  plain = *at;

        /* an alias was told already */

        plain.as = CKP_AS_OTHER;
        t->source = ckp_parse_template(ps, &plain, place.key,
                                       CKP_SECRET_WARNS);
        return;
    }

    path = ckp_path_parse(text, strlen(text), &used, &err);

    if (path != NULL && used == strlen(text)) {
        t->name = ckp_path_depth(path) == 1 ? text : NULL;
        t->path = ckp_parse_own(ps, path, transform_path_end);
        return;
    }

    /* no path, but still what a variable may be called */

    ckp_path_free(path);
    t->name = text;
}


/* The values among the parameters; the texts are in t->collect. */
static void
transform_params(ckp_parse_t *ps, const ckp_at_t *at, transform_t *t,
    ckp_collect_kind_t kind)
{
    ckp_at_t       params;
    const char    *key;
    const json_t  *value;
    json_t        *made;

    if (!ckp_parse_object(ps, at, "params", &params)) {
        return;
    }

    ckp_parse_known(ps, &params, ckp_collect_params(kind), NULL);
    made = json_object();

    json_object_foreach((json_t *) params.value, key, value) {
        if (!ckp_collect_is_text(key)) {
            (void) json_object_set(made, key, (json_t *) value);
        }
    }

    if (json_object_size(made) == 0) {
        json_decref(made);
        return;
    }

    params.value = made;
    t->params = ckp_parse_made(ps, &params, made, CKP_SECRET_WARNS);
}


static bool
transform_one(ckp_parse_t *ps, const ckp_at_t *at, transform_t *t)
{
    static const ckp_word_t  words[] = {
        { "fail", TRANSFORM_FAIL }, { "null", TRANSFORM_NULL },
        { "skip", TRANSFORM_SKIP }, { NULL, 0 }
    };
    ckp_collect_kind_t       kind;
    bool                     good;

    if (!json_is_object(at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15 },
                      "a transformation must be an object");
        return false;
    }

    t->output = ckp_parse_variable(ps, at, "output_variable");
    good = transform_type(ps, at, t, &kind);

    if (json_object_get(at->value, "output_variable") == NULL
        && json_object_get(at->value, "output") == NULL)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 401,
                                         .field = "output_variable" },
                      "a transformation without 'output_variable'");
    }

    transform_source(ps, at, t);
    t->on_error = (transform_on_error_t)
                  ckp_parse_word(ps, at, "on_error", words, TRANSFORM_FAIL,
                                 405);
    ckp_parse_known(ps, at, " type source_variable expression output_variable"
                    " params on_error name description id ", NULL);

    if (!good) {
        return false;
    }

    transform_params(ps, at, t, kind);
    t->collect = ckp_parse_collect(ps, at, kind);

    return t->collect != NULL && t->output != NULL;
}


static ckp_code_t
transform_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    const ckp_at_t *const   at = ckp_parse_here(ps);
    ckp_transform_t *const  all = ckp_parse_alloc(ps, sizeof(ckp_transform_t));
    size_t                  n = 0;
    ckp_at_t                list;
    ckp_at_t                one;

    (void) doc;
    node->u.transform = all;

    if (ckp_parse_array(ps, at, "transformations", &list)) {
        n = json_array_size(list.value);
    }

    if (all != NULL) {
        all->items = ckp_parse_alloc(ps, (n + 1) * sizeof(transform_t));
    }

    if (ckp_parse_end(ps) != CKP_OK) {
        return CKP_E_NOMEM;
    }

    for (size_t i = 0; i < n; i++) {
        ckp_parse_element(&list, i, &one);
        one.as = CKP_AS_TRANSFORM;
        all->n += transform_one(ps, &one, &all->items[all->n]) ? 1 : 0;
    }

    if (n == 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 111,
                                         .field = "transformations" },
                      "the node has no transformations");
    }

    return ckp_parse_end(ps);
}


/* --- running --------------------------------------------------------------------- */


/* *out: new reference; NULL: there is no source. */
static ckp_code_t
transform_read(const transform_t *t, ckp_eval_t *ev, json_t **out,
    ckp_err_t *err)
{
    *out = NULL;

    if (t->source != NULL) {
        return ckp_template_render(t->source, ev, out, err);
    }

    *out = t->path != NULL ? ckp_path_resolve(t->path, ev)
           : t->name != NULL ? ckp_scope_find(ev->scope, t->name) : NULL;

    return CKP_OK;
}


/* The error of `type` is recorded, or what on_error says happens. */
static ckp_code_t
transform_failed(ckp_fiber_t *f, size_t i, const char *type,
    const ckp_err_t *err, json_t **out)
{
    const transform_t *const  t = &ckp_fiber_node(f)->u.transform->items[i];

    *out = NULL;

    if (err->code == CKP_E_NOMEM) {
        return CKP_E_NOMEM;
    }

    switch (t->on_error) {

    case TRANSFORM_FAIL:
        break;

    case TRANSFORM_NULL:
        *out = json_null();
        return CKP_OK;

    case TRANSFORM_SKIP:
        return CKP_OK;
    }

    (void) ckp_fiber_raise(f, type, "transformation %zu (%s): %s", i + 1,
                           t->type, err->msg);

    return ckp_double_excuse(f, NULL, out);
}


/* *out: new reference; NULL: the variable is left alone. */
static ckp_code_t
transform_make(ckp_fiber_t *f, size_t i, json_t **out, uint32_t *steps)
{
    const transform_t *const  t = &ckp_fiber_node(f)->u.transform->items[i];
    json_t                   *source = NULL;
    json_t                   *params = NULL;
    ckp_eval_t                ev;
    ckp_err_t                 err = CKP_ERR_INIT;
    ckp_code_t                rc;
    const char               *type = "TemplateError";

    *out = NULL;
    ckp_fiber_eval(f, &ev);
    rc = transform_read(t, &ev, &source, &err);

    if (rc == CKP_OK && t->params != NULL) {
        rc = ckp_template_render(t->params, &ev, &params, &err);
    }

    if (rc == CKP_OK) {
        const ckp_collect_in_t  in = { .ev = &ev, .source = source,
                                       .name = t->name, .params = params };

        type = "TransformError";
        rc = ckp_collect_run(t->collect, &in, out, steps, &err);
    }

    json_decref(source);
    json_decref(params);

    if (strcmp(type, "TemplateError") == 0 && ev.fault != NULL) {
        type = ev.fault;
    }

    return rc == CKP_OK || rc == CKP_E_NOMEM
           ? rc : transform_failed(f, i, type, &err, out);
}


static ckp_code_t
transform_store(ckp_fiber_t *f, size_t i, json_t *result)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);
    ckp_code_t               rc = CKP_OK;

    if (result == NULL) {
        return CKP_OK;
    }

    if (node->noutputs > 0 && i + 1 < node->u.transform->n) {
        rc = ckp_fiber_put(f, "res", NULL, json_incref(result));
    }

    return rc == CKP_OK
           ? ckp_fiber_var_set(f, node->u.transform->items[i].output,
                               json_incref(result))
           : rc;
}


static ckp_code_t
transform_end(ckp_fiber_t *f, json_t *last)
{
    json_t *const     result = last != NULL ? json_incref(last)
                               : json_incref(ckp_fiber_get(f, "res", NULL));
    const ckp_code_t  rc = ckp_fiber_done(f, ckp_fiber_node(f)->next, result);

    json_decref(result);

    return rc;
}


static ckp_code_t
transform_from(ckp_fiber_t *f, size_t i)
{
    const size_t  n = ckp_fiber_node(f)->u.transform->n;
    uint32_t      spent = 0;
    json_t       *last = NULL;
    ckp_code_t    rc = CKP_OK;

    for ( /* void */ ; rc == CKP_OK && i < n && spent < TRANSFORM_SLICE; i++) {
        uint32_t  steps = 0;

        json_decref(last);
        rc = transform_make(f, i, &last, &steps);
        spent += steps;

        if (rc == CKP_OK) {
            rc = transform_store(f, i, last);
        }
    }

    if (rc == CKP_OK && i < n) {
        json_decref(last);
        rc = ckp_fiber_put(f, "at", NULL, json_integer((json_int_t) i));

        return rc == CKP_OK ? ckp_fiber_again(f) : rc;
    }

    if (rc == CKP_OK) {
        rc = transform_end(f, last);
    }

    json_decref(last);

    return rc;
}


static ckp_code_t
transform_enter(ckp_fiber_t *f)
{
    return transform_from(f, 0);
}


static ckp_code_t
transform_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    /* it waits for nothing but its next turn */

    return in != NULL ? CKP_E_STATE
           : transform_from(f, (size_t) ckp_fiber_get_int(f, "at", NULL));
}


const ckp_node_ops_t  ckp_node_transform = {
    .type = "transform",
    .parse = transform_parse,
    .enter = transform_enter,
    .wake = transform_wake,
};
