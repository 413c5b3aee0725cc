/*
 * on_error: where an error leads, by its type (spec/ckp.md 15.6).
 */

#include <string.h>

#include "compile/parse_int.h"


typedef struct {
    ckp_on_error_t  *list;
    size_t           n;
} routed_t;


static void
routed_to(ckp_parse_t *ps, const ckp_at_t *at, const char *type, routed_t *r)
{
    ckp_target_t  to;

    if (!json_is_string(at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15,
                                         .field = "on_error" },
                      "'on_error' must name nodes");
        return;
    }

    to = ckp_target_at(ps, at, json_string_value(at->value));

    if (to.kind != CKP_TO_NOTHING) {
        r->list[r->n++] = (ckp_on_error_t) { .type = type, .to = to };
    }
}


/* "*" is the least specific and comes last wherever it was written. */

static void
routed_all(ckp_parse_t *ps, const ckp_at_t *at, routed_t *r)
{
    const char    *type;
    const json_t  *value;

    for (int last = 0; last < 2; last++) {
        json_object_foreach((json_t *) at->value, type, value) {
            const ckp_at_t  to = { .up = at, .key = type, .value = value };

            if ((strcmp(type, "*") == 0) == (last == 1)
                && !json_is_null(value))
            {
                routed_to(ps, &to, type, r);
            }
        }
    }
}


void
ckp_on_error_read(ckp_parse_t *ps, const ckp_at_t *at, ckp_on_error_t **list,
    size_t *n)
{
    routed_t  r = { .n = 0 };
    ckp_at_t  out;

    if (!ckp_parse_find(ps, at, "on_error", &out)) {
        return;
    }

    r.list = ckp_parse_alloc(ps, (json_object_size(out.value) + 1)
                                 * sizeof(ckp_on_error_t));

    if (r.list == NULL) {
        return;
    }

    if (json_is_object(out.value)) {
        routed_all(ps, &out, &r);

    } else {
        routed_to(ps, &out, "*", &r);
    }

    *list = r.list;
    *n = r.n;
}
