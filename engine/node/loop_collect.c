/*
 * loop: what its iterations give (spec/ckp.md 10.3).
 */

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "lang/value.h"
#include "model/event.h"
#include "model/limits.h"
#include "node/loop_int.h"

#define LOOP_TEXT_MAX  256


json_t *
ckp_loop_text(const json_t *item)
{
    ckp_buf_t  b;
    json_t    *text;

    if (json_is_string(item)) {
        return ckp_text_cut(json_string_value(item), LOOP_TEXT_MAX);
    }

    /* bounded before it is cut: an item may be large */

    ckp_buf_init(&b, CKP_VALUE_MAX);
    ckp_value_text(&b, item);
    text = b.failed == CKP_E_NOMEM
           ? NULL : ckp_text_cut(ckp_buf_str(&b), LOOP_TEXT_MAX);
    ckp_buf_free(&b);

    return text;
}


/* The expression sees what the iteration wrote and its own names. */

static ckp_code_t
collect_expression(ckp_fiber_t *f, const ckp_child_t *child, int64_t i,
    const json_t *item, json_t **out)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    json_t *const            own = json_pack("{s:I, s:O}", "loop_index",
                                             (json_int_t) i, "loop_item",
                                             item);
    ckp_eval_t               ev;
    ckp_err_t                err = CKP_ERR_INIT;
    ckp_scope_t              scopes[2];
    ckp_code_t               rc;

    if (own == NULL) {
        return CKP_E_NOMEM;
    }

    ckp_fiber_eval(f, &ev);
    scopes[1] = (ckp_scope_t) { .get = ckp_scope_object_get,
                                .object = (json_t *) child->vars,
                                .outer = ev.scope };
    scopes[0] = (ckp_scope_t) { .get = ckp_scope_object_get, .object = own,
                                .outer = &scopes[1] };
    ev.scope = &scopes[0];

    rc = ckp_expr_value(loop->expression, &ev, out, &err);
    json_decref(own);

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        return ckp_fiber_raise(f, "ExpressionError", "collect_expression: %s",
                               err.msg);
    }

    return rc;
}


static ckp_code_t
collect_value(ckp_fiber_t *f, const ckp_child_t *child, int64_t i,
    const json_t *item, json_t **out)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    json_t                  *value;

    if (loop->expression != NULL) {
        return collect_expression(f, child, i, item, out);
    }

    value = json_object_get(child->vars, loop->variable);
    value = value != NULL ? value : ckp_fiber_var_get(f, loop->variable);
    *out = value == NULL ? json_null() : json_incref(value);

    return CKP_OK;
}


ckp_code_t
ckp_loop_collect(ckp_fiber_t *f, const ckp_child_t *child, int64_t i,
    const json_t *item)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    char                     name[24];
    json_t                  *value = NULL;
    ckp_code_t               rc = CKP_OK;

    (void) snprintf(name, sizeof(name), "%lld", (long long) i);

    if (child->how == CKP_CHILD_FAILED) {
        if (!loop->failures) {
            return CKP_OK;
        }

        value = json_pack("{s:s, s:I, s:O, s:O}", "status", "failed", "index",
                          (json_int_t) i, "item", item, "error",
                          child->error);

    } else {
        rc = collect_value(f, child, i, item, &value);
    }

    return rc == CKP_OK ? ckp_fiber_put(f, "got", name, value) : rc;
}


json_t *
ckp_loop_collected(const ckp_fiber_t *f)
{
    const int64_t  n = ckp_fiber_get_int(f, "loop", "i");
    json_t *const  all = json_array();
    char           name[24];

    for (int64_t i = 0; all != NULL && i < n; i++) {
        (void) snprintf(name, sizeof(name), "%lld", (long long) i);

        json_t *const  v = ckp_fiber_get(f, "got", name);

        if (v != NULL) {
            (void) json_array_append(all, v);
        }
    }

    return all;
}
