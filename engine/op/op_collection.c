/*
 * Internal actions on arrays: the transformations of spec/ckp.md 10.9 as steps
 * and operations.  Source: spec/ckp.md 13.4.
 */

#include "op/op_int.h"

#include <string.h>

#include "base/json.h"
#include "op/op_keep.h"

#define OP_SOURCES  " source source_variable input value data "
#define OP_TEXTS    " expression template field output output_variable "


/* A name that was written is the variable's; what a template gave is a value.
 * *name: the variable, or NULL. */
static const json_t *
collection_source(const ckp_fiber_t *f, const json_t *params,
    const char **name)
{
    static const char *const  keys[] = { "source", "source_variable", "input",
                                         "value", "data" };
    const ckp_step_t *const   step = ckp_fiber_step(f);
    const json_t             *written = NULL;

    *name = NULL;

    if (step != NULL && step->params != NULL) {
        written = ckp_template_source(step->params);
    }

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const json_t *const  v = json_object_get(params, keys[i]);
        const char *const    was = ckp_json_str(written, keys[i]);
        const json_t        *var = NULL;

        if (v == NULL) {
            continue;
        }

        if (json_is_string(v) && (was == NULL || strstr(was, "{{") == NULL)) {
            var = ckp_fiber_var_get(f, json_string_value(v));
            *name = var == NULL ? NULL : json_string_value(v);
        }

        return var != NULL ? var : v;
    }

    return NULL;
}


/* The array's own action at the same place as `transform` nodes have it. */
static ckp_code_t
op_collect(ckp_fiber_t *f, ckp_collect_kind_t kind, const json_t *params,
    json_t **result)
{
    const char               *member;
    const ckp_collect_want_t  want = ckp_collect_of_action(kind, params,
                                                           &member);
    ckp_collect_in_t          in = { .params = params };
    ckp_eval_t                ev;
    ckp_err_t                 err = CKP_ERR_INIT;
    ckp_collect_t *const      t = ckp_collect_new(&want, NULL, NULL, &err);
    json_t                   *source = NULL;
    ckp_code_t                rc;

    if (t == NULL) {
        return err.code == CKP_E_NOMEM ? CKP_E_NOMEM
               : ckp_fiber_raise(f, "TransformError", "%s", err.msg);
    }

    source = json_incref((json_t *) collection_source(f, params, &in.name));
    ckp_fiber_eval(f, &ev);
    in.ev = &ev;
    in.source = source;
    rc = ckp_collect_run(t, &in, result, NULL, &err);
    ckp_collect_free(t);
    json_decref(source);

    return rc == CKP_OK || rc == CKP_E_NOMEM
           ? rc : ckp_fiber_raise(f, "TransformError", "%s: %s",
                                  ckp_collect_name(kind), err.msg);
}


#define OP_COLLECT(name, kind)                                                \
    static ckp_code_t                                                         \
    op_##name(ckp_fiber_t *f, const json_t *params, json_t **result)          \
    {                                                                         \
        return op_collect(f, kind, params, result);                           \
    }

OP_COLLECT(filter, CKP_COLLECT_FILTER)
OP_COLLECT(map, CKP_COLLECT_MAP)
OP_COLLECT(reduce, CKP_COLLECT_REDUCE)
OP_COLLECT(aggregate, CKP_COLLECT_AGGREGATE)
OP_COLLECT(join, CKP_COLLECT_JOIN)
OP_COLLECT(pivot, CKP_COLLECT_PIVOT)
OP_COLLECT(sort, CKP_COLLECT_SORT)
OP_COLLECT(deduplicate, CKP_COLLECT_DEDUPLICATE)
OP_COLLECT(flatten, CKP_COLLECT_FLATTEN)
OP_COLLECT(group_by, CKP_COLLECT_GROUP_BY)
OP_COLLECT(transform, CKP_COLLECT_EXPRESSION)


const ckp_op_t  ckp_ops_collection[] = {
    { "filter", OP_SOURCES OP_TEXTS " condition ", NULL, false, false,
      op_filter },
    { "map", OP_SOURCES OP_TEXTS " fields drop_null ", NULL, false, false,
      op_map },
    { "reduce", OP_SOURCES OP_TEXTS " initial ", NULL, false, false,
      op_reduce },
    { "aggregate", OP_SOURCES OP_TEXTS " op function group_by ", NULL, false,
      false, op_aggregate },
    { "join", OP_SOURCES OP_TEXTS " with on how prefix separator ", NULL,
      false, false, op_join },
    { "pivot", OP_SOURCES OP_TEXTS " index columns values fn function fill ",
      NULL, false, false, op_pivot },
    { "sort", OP_SOURCES OP_TEXTS " key descending keys nulls ", NULL, false,
      false, op_sort },
    { "deduplicate", OP_SOURCES OP_TEXTS " key keep ", NULL, false, false,
      op_deduplicate },
    { "unique", OP_SOURCES OP_TEXTS " key keep ", NULL, false, false,
      op_deduplicate },
    { "flatten", OP_SOURCES OP_TEXTS " depth ", NULL, false, false,
      op_flatten },
    { "group_by", OP_SOURCES OP_TEXTS " key ", NULL, false, false,
      op_group_by },
    { "transform", OP_SOURCES OP_TEXTS, NULL, false, false, op_transform },
    { .action = NULL }
};
