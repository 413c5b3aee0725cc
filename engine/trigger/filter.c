/*
 * Which events a trigger wants: by type, by members of the payload, by an
 * expression; all of them must hold.
 */

#include "trigger/filter.h"

#include <string.h>

#include "base/json.h"
#include "lang/expr.h"
#include "lang/path.h"
#include "lang/regex.h"
#include "lang/value.h"

typedef bool (*filter_pt)(const json_t *v, const json_t *want);

typedef struct {
    const char  *suffix;
    filter_pt    holds;         /* v NULL: there is no such member */
} filter_op_t;


static bool
filter_equal(const json_t *v, const json_t *want)
{
    return v != NULL && ckp_value_equal(v, want);
}


static bool
filter_ne(const json_t *v, const json_t *want)
{
    return v == NULL || !ckp_value_equal(v, want);
}


static bool
filter_exists(const json_t *v, const json_t *want)
{
    return (v != NULL && !json_is_null(v)) == ckp_value_truthy(want);
}


static bool
filter_contains(const json_t *v, const json_t *want)
{
    return v != NULL && ckp_value_contains(v, want);
}


static bool
filter_starts(const json_t *v, const json_t *want)
{
    const size_t  n = json_string_length(want);

    return json_is_string(v) && json_is_string(want)
           && json_string_length(v) >= n
           && memcmp(json_string_value(v), json_string_value(want), n) == 0;
}


static bool
filter_ends(const json_t *v, const json_t *want)
{
    const size_t  n = json_string_length(want);

    return json_is_string(v) && json_is_string(want)
           && json_string_length(v) >= n
           && memcmp(json_string_value(v) + json_string_length(v) - n,
                     json_string_value(want), n) == 0;
}


static bool
filter_order(const json_t *v, const json_t *want, int least, int most)
{
    int  order;

    return v != NULL && ckp_value_order(v, want, &order) && order >= least
           && order <= most;
}


static bool
filter_gt(const json_t *v, const json_t *want)
{
    return filter_order(v, want, 1, 1);
}


static bool
filter_gte(const json_t *v, const json_t *want)
{
    return filter_order(v, want, 0, 1);
}


static bool
filter_lt(const json_t *v, const json_t *want)
{
    return filter_order(v, want, -1, -1);
}


static bool
filter_lte(const json_t *v, const json_t *want)
{
    return filter_order(v, want, -1, 0);
}


static bool
filter_in(const json_t *v, const json_t *want)
{
    const json_t  *one;
    size_t         i;

    json_array_foreach((json_t *) want, i, one) {
        if (filter_equal(v, one)) {
            return true;
        }
    }

    return false;
}


static bool
filter_matches(const json_t *v, const json_t *want)
{
    ckp_err_t     err = CKP_ERR_INIT;
    ckp_regex_t  *re;
    ckp_span_t    span;
    bool          holds = false;

    if (!json_is_string(v) || !json_is_string(want)) {
        return false;
    }

    re = ckp_regex_new(json_string_value(want), false, NULL, &err);

    if (re != NULL) {
        holds = ckp_regex_match(re, json_string_value(v),
                                json_string_length(v), 0, &span, 1) > 0;
        ckp_regex_free(re);
    }

    return holds;
}


static const filter_op_t  filter_ops[] = {
    { "_contains", filter_contains }, { "_starts_with", filter_starts },
    { "_ends_with", filter_ends }, { "_gt", filter_gt },
    { "_gte", filter_gte }, { "_lt", filter_lt }, { "_lte", filter_lte },
    { "_ne", filter_ne }, { "_in", filter_in }, { "_exists", filter_exists },
    { "_matches", filter_matches }, { NULL, NULL }
};


/* New reference; NULL: there is none. */

static json_t *
filter_find(const json_t *payload, const char *text, size_t len)
{
    ckp_err_t    err = CKP_ERR_INIT;
    size_t       used = 0;
    ckp_path_t  *path = ckp_path_parse(text, len, &used, &err);
    json_t      *v = NULL;

    if (path != NULL && used == len) {
        v = ckp_path_below(path, payload);
    }

    ckp_path_free(path);

    return v;
}


static const filter_op_t *
filter_op(const char *key, size_t *len)
{
    for (const filter_op_t *op = filter_ops; op->suffix != NULL; op++) {
        const size_t  n = strlen(op->suffix);

        if (*len > n && strcmp(key + *len - n, op->suffix) == 0) {
            *len -= n;
            return op;
        }
    }

    return NULL;
}


/* A member whose name ends as a suffix does is meant itself. */

static bool
filter_one(const json_t *payload, const char *key, const json_t *want)
{
    size_t              len = strlen(key);
    json_t             *v = filter_find(payload, key, len);
    const filter_op_t  *op = v == NULL ? filter_op(key, &len) : NULL;
    bool                holds;

    if (op == NULL) {
        holds = filter_equal(v, want);

    } else {
        v = filter_find(payload, key, len);
        holds = op->holds(v, want);
    }

    json_decref(v);

    return holds;
}


static bool
filter_type(const json_t *types, const char *type)
{
    const json_t  *one;
    size_t         i;

    if (types == NULL) {
        return true;
    }

    json_array_foreach((json_t *) types, i, one) {
        if (type != NULL && strcmp(json_string_value(one), type) == 0) {
            return true;
        }
    }

    return false;
}


static bool
filter_condition(const char *text, const json_t *event, int64_t now_ms)
{
    ckp_err_t            err = CKP_ERR_INIT;
    ckp_expr_t *const    expr = ckp_expr_parse(text, strlen(text), &err);
    json_t *const        names = json_pack("{s:O}", "trigger", event);
    const ckp_scope_t    scope = { .get = ckp_scope_object_get,
                                   .object = names };
    ckp_eval_t           ev = { .scope = &scope, .now_ms = now_ms,
                                .missing = CKP_MISSING_EMPTY,
                                .budget = CKP_EVAL_STEPS_MAX };
    bool                 holds = false;

    if (expr == NULL || names == NULL
        || ckp_expr_test(expr, &ev, &holds, &err) != CKP_OK)
    {
        holds = false;
    }

    ckp_expr_free(expr);
    json_decref(names);

    return holds;
}


bool
ckp_trigger_wants(const json_t *settings, const json_t *event, int64_t now_ms)
{
    const json_t *const  filter = json_object_get(settings, "event_filter");
    const char *const    text = ckp_json_str(settings, "condition");
    const json_t *const  payload = json_object_get(event, "payload");
    const char          *key;
    const json_t        *want;

    if (!filter_type(json_object_get(settings, "event_type"),
                     ckp_json_str(event, "type")))
    {
        return false;
    }

    json_object_foreach((json_t *) filter, key, want) {
        if (!filter_one(payload, key, want)) {
            return false;
        }
    }

    return text == NULL || filter_condition(text, event, now_ms);
}
