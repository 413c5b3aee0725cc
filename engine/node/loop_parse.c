/*
 * loop: its fields (spec/ckp.md 10.3).
 */

#include <string.h>

#include "node/loop_int.h"
#include "node/parse.h"

#define LOOP_SIDE_MAX  64


/* Form B: two spellings of one name, of which one is the iterator (1.3). */

static const char *
loop_flat_iterator(ckp_parse_t *ps, const ckp_at_t *at, ckp_loop_t *loop)
{
    const char  *list = ckp_parse_str(ps, at, "iterator_variable");
    const char  *item = ckp_parse_str(ps, at, "iterator_var");
    bool         declared = false;

    if (!ckp_parse_is_flat(ps) || list == NULL || item == NULL) {
        return NULL;
    }

    /* the name that the schema knows is the list */

    if (!(ckp_parse_knows(ps, list, &declared) && declared)
        && ckp_parse_knows(ps, item, &declared) && declared)
    {
        const char *const  other = list;

        list = item;
        item = other;
    }

    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 94,
                                     .field = "iterator_variable" },
                  "read as a loop over '%.120s' with each '%.120s'", list,
                  item);
    loop->variable = item;

    return list;
}


/* A plain name or path is the variable of that name. */

static void
loop_iterator(ckp_parse_t *ps, const ckp_at_t *at, ckp_loop_t *loop)
{
    const char  *name;
    ckp_at_t     out;
    json_t      *made;

    if (ckp_parse_find(ps, at, "iterator", &out)) {
        name = json_string_value(out.value);

    } else {
        name = loop_flat_iterator(ps, at, loop);
        out = *at;

        if (name == NULL) {
            return;
        }
    }

    if (name == NULL || strstr(name, "{{") != NULL) {
        loop->iterator = ckp_parse_template(ps, at, "iterator",
                                            CKP_SECRET_WARNS);
        return;
    }

    made = json_sprintf("{{%s}}", name);
    loop->iterator = ckp_parse_made(ps, &out, made, CKP_SECRET_WARNS);
}


static void
loop_body(ckp_parse_t *ps, const ckp_at_t *at, ckp_loop_t *loop)
{
    const ckp_target_t  to = ckp_parse_inner(ps, at, "body_node");
    ckp_at_t            out;

    if (to.kind == CKP_TO_NODE) {
        loop->body = to.node;

    } else if (!ckp_parse_find(ps, at, "body_node", &out)
               || to.kind != CKP_TO_NOTHING)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 404,
                                         .field = "body_node" },
                      "a loop without a body");
    }
}


static void
loop_collecting(ckp_parse_t *ps, const ckp_at_t *at, ckp_loop_t *loop)
{
    loop->collect = ckp_parse_variable(ps, at, "collect_variable");
    loop->expression = ckp_parse_expr(ps, at, "collect_expression");
    loop->failures = ckp_parse_bool(ps, at, "collect_failures", false);
}


ckp_code_t
ckp_loop_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    const ckp_at_t *const  at = ckp_parse_here(ps);
    ckp_loop_t *const      loop = ckp_parse_alloc(ps, sizeof(ckp_loop_t));
    const char            *name;

    (void) doc;

    node->u.loop = loop;

    if (loop == NULL) {
        return CKP_E_NOMEM;
    }

    loop_iterator(ps, at, loop);

    if (loop->variable == NULL) {
        name = ckp_parse_variable(ps, at, "iterator_variable");
        loop->variable = name == NULL ? "item" : name;
    }

    loop->index = ckp_parse_variable(ps, at, "index_variable");
    loop->max = ckp_parse_int(ps, at, "max_iterations", 1, 0, 15);
    loop->goes_on = ckp_parse_bool(ps, at, "continue_on_error", false);
    loop->before = ckp_parse_expr(ps, at, "while");
    loop->after = ckp_parse_expr(ps, at, "until");
    loop->side = ckp_parse_int(ps, at, "concurrency", 1, 1, 312);
    loop->side = loop->side > LOOP_SIDE_MAX ? LOOP_SIDE_MAX : loop->side;

    loop_body(ps, at, loop);
    loop_collecting(ps, at, loop);

    if (loop->iterator == NULL && json_object_get(at->value, "iterator") == NULL
        && loop->before == NULL && loop->after == NULL)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 404,
                                         .field = "iterator" },
                      "a loop needs 'iterator', 'while' or 'until'");
    }

    return ckp_parse_end(ps);
}
