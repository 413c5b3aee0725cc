/*
 * loop: the body once for each item, or as long as a condition holds; one
 * after the other in the variables of the node's own frame, or some side by
 * side, each in its own (spec/ckp.md 10.3).
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/event.h"
#include "model/limits.h"
#include "node/loop_int.h"
#include "node/step.h"
#include "node/types.h"


/* --- what it goes over ----------------------------------------------------- */

static json_t *
loop_pairs(const json_t *object)
{
    json_t *const  list = json_array();
    const char    *key;
    json_t        *value;

    json_object_foreach((json_t *) object, key, value) {
        (void) json_array_append_new(list, json_pack("{s:s, s:O}", "key", key,
                                                     "value", value));
    }

    return list;
}


static json_t *
loop_numbers(json_int_t n)
{
    json_t *const  list = json_array();

    for (json_int_t i = 0; i < n; i++) {
        (void) json_array_append_new(list, json_integer(i));
    }

    return list;
}


/* *items: new array.  CKP_E_INVALID: raised. */

static ckp_code_t
loop_items(ckp_fiber_t *f, json_t **items)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    const bool               dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;
    json_t                  *value = NULL;
    const ckp_code_t         rc = ckp_fiber_render(f, loop->iterator, &value);
    bool                     fits = true;

    if (rc != CKP_OK) {
        return rc;
    }

    if (json_is_array(value)) {
        *items = json_incref(value);

    } else if (json_is_null(value) || dry) {
        *items = json_array();

    } else if (json_is_object(value)) {
        *items = loop_pairs(value);

    } else if (json_is_integer(value) && json_integer_value(value) >= 0
               && json_integer_value(value) <= CKP_LOOP_MAX)
    {
        *items = loop_numbers(json_integer_value(value));

    } else {
        fits = json_is_integer(value) && json_integer_value(value) > 0;
        json_decref(value);

        return fits ? ckp_fiber_raise(f, "LimitExceeded", "more than %d "
                                      "iterations", CKP_LOOP_MAX)
                    : ckp_fiber_raise(f, "LoopIteratorError", "a loop goes "
                                      "over an array, an object or a number");
    }

    json_decref(value);

    return *items == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* --- the end ------------------------------------------------------------------ */

/* What iterations wrote side by side, in their order: the later wins. */

static ckp_code_t
loop_merge(ckp_fiber_t *f)
{
    const int64_t  n = ckp_fiber_get_int(f, "loop", "i");
    char           name[24];
    const char    *variable;
    json_t        *value;

    for (int64_t i = 0; i < n; i++) {
        (void) snprintf(name, sizeof(name), "%lld", (long long) i);

        json_t *const  delta = json_incref(ckp_fiber_get(f, "set", name));

        json_object_foreach(delta, variable, value) {
            const ckp_code_t  rc = ckp_fiber_var_set(f, variable,
                                                     json_incref(value));

            if (rc != CKP_OK) {
                json_decref(delta);
                return rc;
            }
        }

        json_decref(delta);
    }

    return CKP_OK;
}


static ckp_code_t
loop_over(ckp_fiber_t *f)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    json_t *const            all = ckp_loop_collected(f);
    ckp_code_t               rc = all == NULL ? CKP_E_NOMEM : loop_merge(f);

    if (rc == CKP_OK
        && ckp_json_size(all, 2 * CKP_VALUE_MAX) > CKP_VALUE_MAX)
    {
        rc = ckp_fiber_raise(f, "VariablesTooLarge", "the loop collected more "
                             "than %d bytes", CKP_VALUE_MAX);
    }

    if (rc == CKP_OK && loop->collect != NULL) {
        rc = ckp_fiber_var_set(f, loop->collect, json_incref(all));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_last_put(f, "loop_results", json_incref(all));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "loop_completed", json_pack("{s:I, s:I, s:b}",
                 "iterations", (json_int_t) ckp_fiber_get_int(f, "loop", "i"),
                 "failed", (json_int_t) ckp_fiber_get_int(f, "loop", "failed"),
                 "truncated", ckp_fiber_get(f, "loop", "cut") != NULL));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_done(f, (ckp_target_t) { CKP_TO_NOTHING, NULL }, all);
    }

    json_decref(all);

    return rc;
}


/* --- one iteration --------------------------------------------------------------- */

/* Its variables: in the node's frame, or in one of its own. */

static ckp_code_t
loop_names(ckp_fiber_t *f, int64_t i, json_t *item, json_t **own)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    ckp_code_t               rc;

    if (loop->side > 1) {
        *own = json_pack("{s:O}", loop->variable, item);

        if (*own != NULL && loop->index != NULL) {
            (void) json_object_set_new(*own, loop->index, json_integer(i));
        }

        return *own == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    rc = ckp_fiber_var_set(f, loop->variable, json_incref(item));

    return rc == CKP_OK && loop->index != NULL
           ? ckp_fiber_var_set(f, loop->index, json_integer(i)) : rc;
}


static ckp_code_t
loop_iterate(ckp_fiber_t *f, int64_t i, json_t *item)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    const int64_t            total = ckp_fiber_get_int(f, "loop", "total");
    const int64_t            live = ckp_fiber_get_int(f, "loop", "live");
    char                     key[24];
    json_t                  *own = NULL;
    ckp_code_t               rc = loop_names(f, i, item, &own);

    (void) snprintf(key, sizeof(key), "%lld", (long long) i);

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "loop_iteration", json_pack("{s:I, s:o, s:o}",
                 "iteration", (json_int_t) i, "total",
                 total < 0 ? json_null() : json_integer(total), "item",
                 ckp_loop_text(item)));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "loop", "i", json_integer(i + 1));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "loop", "live", json_integer(live + 1));
    }

    if (rc != CKP_OK) {
        json_decref(own);
        return rc;
    }

    return ckp_fiber_fork(f, &(ckp_fork_t) {
        .kind = CKP_FRAME_LOOP, .key = key, .start = loop->body,
        .apart = loop->side > 1, .vars = own,
        .local = json_pack("{s:I, s:O}", "loop_index", (json_int_t) i,
                           "loop_item", item)
    });
}


/* Whether there is one more to start. */

static ckp_code_t
loop_wants(ckp_fiber_t *f, int64_t i, bool *wants)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    const int64_t            total = ckp_fiber_get_int(f, "loop", "total");
    const bool               dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;
    bool                     holds = true;
    ckp_code_t               rc = CKP_OK;

    *wants = false;

    if (ckp_fiber_get(f, "loop", "stop") != NULL
        || (total >= 0 && i >= total))
    {
        return CKP_OK;
    }

    if (loop->before != NULL) {
        rc = ckp_fiber_test(f, loop->before, &holds);
    }

    if (rc != CKP_OK || !holds) {
        return rc;
    }

    if (loop->max > 0 && i >= loop->max) {
        return ckp_fiber_put(f, "loop", "cut", json_true());
    }

    /* what a condition waits for may never come in a dry run */

    if (dry && total < 0 && i > 0) {
        return CKP_OK;
    }

    if (i >= CKP_LOOP_MAX) {
        return ckp_fiber_raise(f, "LimitExceeded", "more than %d iterations",
                               CKP_LOOP_MAX);
    }

    *wants = true;

    return CKP_OK;
}


static ckp_code_t
loop_go_on(ckp_fiber_t *f)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    ckp_code_t               rc = CKP_OK;
    bool                     wants = true;

    while (rc == CKP_OK && wants
           && ckp_fiber_get_int(f, "loop", "live") < loop->side)
    {
        const int64_t  i = ckp_fiber_get_int(f, "loop", "i");
        json_t *const  items = ckp_fiber_get(f, "items", NULL);

        rc = loop_wants(f, i, &wants);

        if (rc == CKP_OK && wants) {
            json_t *const  item = items == NULL ? json_integer(i)
                : json_incref(json_array_get(items, (size_t) i));

            rc = item == NULL ? CKP_E_NOMEM : loop_iterate(f, i, item);
            json_decref(item);
        }
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_fiber_get_int(f, "loop", "live") > 0
           ? ckp_fiber_sleep(f, CKP_NO_TIME) : loop_over(f);
}


static ckp_code_t
loop_enter(ckp_fiber_t *f)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    json_t                  *items = NULL;
    json_int_t               total = -1;
    ckp_code_t               rc = CKP_OK;

    if (loop->iterator != NULL) {
        rc = loop_items(f, &items);

        if (rc != CKP_OK) {
            return rc;
        }

        total = (json_int_t) json_array_size(items);
        rc = ckp_fiber_put(f, "items", NULL, items);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "loop", NULL, json_pack("{s:i, s:I, s:i, s:i}",
                           "i", 0, "total", total, "live", 0, "failed", 0));
    }

    return rc == CKP_OK ? loop_go_on(f) : rc;
}


/* --- an iteration is over ----------------------------------------------------------- */

static ckp_code_t
loop_failed(ckp_fiber_t *f, const ckp_child_t *child, int64_t i)
{
    const char *const  text = ckp_json_str(child->error, "message");
    json_t *const      error = json_pack("{s:s, s:o, s:O, s:{s:I}}",
        "type", "LoopIterationFailed", "message",
        json_sprintf("iteration %lld: %s", (long long) i,
                     text == NULL ? "failed" : text),
        "cause", child->error, "details", "iteration", (json_int_t) i);

    return ckp_fiber_raise_json(f, error);
}


static ckp_code_t
loop_told_failed(ckp_fiber_t *f, const ckp_child_t *child, int64_t i,
    const json_t *item)
{
    const int64_t     n = 1 + ckp_fiber_get_int(f, "loop", "failed");
    const ckp_code_t  rc = ckp_fiber_emit(f, "loop_iteration_failed",
        json_pack("{s:I, s:o, s:o, s:s?}", "iteration", (json_int_t) i,
                  "item", ckp_loop_text(item), "error",
                  ckp_error_text(child->error), "error_type",
                  ckp_json_str(child->error, "type")));

    return rc == CKP_OK ? ckp_fiber_put(f, "loop", "failed", json_integer(n))
                        : rc;
}


/* What it leaves behind; whether another one may start after it. */

static ckp_code_t
loop_settle(ckp_fiber_t *f, const ckp_child_t *child, int64_t i,
    const json_t *item)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    bool                     holds = child->how == CKP_CHILD_BREAK;
    ckp_code_t               rc = CKP_OK;

    if (child->how == CKP_CHILD_FAILED) {
        rc = loop_told_failed(f, child, i, item);
    }

    if (rc == CKP_OK && child->how != CKP_CHILD_BREAK) {
        rc = ckp_loop_collect(f, child, i, item);
    }

    if (rc == CKP_OK && loop->side > 1 && child->how != CKP_CHILD_FAILED) {
        rc = ckp_fiber_put(f, "set", child->key,
                           json_incref((json_t *) child->vars));
    }

    if (rc == CKP_OK && !holds && loop->after != NULL) {
        rc = ckp_fiber_test(f, loop->after, &holds);
    }

    return rc == CKP_OK && holds
           ? ckp_fiber_put(f, "loop", "stop", json_true()) : rc;
}


static ckp_code_t
loop_child(ckp_fiber_t *f, const ckp_child_t *child)
{
    const ckp_loop_t *const  loop = ckp_fiber_node(f)->u.loop;
    const int64_t            i = strtoll(child->key, NULL, 10);
    json_t *const            items = ckp_fiber_get(f, "items", NULL);
    json_t                  *item;
    ckp_code_t               rc;

    if (child->how == CKP_CHILD_FAILED && !loop->goes_on) {
        return loop_failed(f, child, i);
    }

    item = items == NULL ? json_integer(i)
           : json_incref(json_array_get(items, (size_t) i));
    rc = item == NULL ? CKP_E_NOMEM : loop_settle(f, child, i, item);
    json_decref(item);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "loop", "live",
                 json_integer(ckp_fiber_get_int(f, "loop", "live") - 1));
    }

    /* those that run beside a @break are not waited for */

    if (rc == CKP_OK && child->how == CKP_CHILD_BREAK) {
        rc = ckp_fiber_reap_all(f, "canceled");
        rc = rc == CKP_OK ? ckp_fiber_put(f, "loop", "live", json_integer(0))
                          : rc;
    }

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


static ckp_code_t
loop_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    if (in == NULL) {
        return loop_go_on(f);
    }

    /* a run that goes on: so do its iterations, by themselves */

    return in->kind == CKP_IN_RESUME ? ckp_fiber_sleep(f, CKP_NO_TIME)
                                     : CKP_E_STATE;
}


const ckp_node_ops_t  ckp_node_loop = {
    .type = "loop",
    .parse = ckp_loop_parse,
    .enter = loop_enter,
    .wake = loop_wake,
    .child = loop_child,
};
