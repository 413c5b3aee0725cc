/*
 * Transformations: the table of their types, and their life.
 */

#include <string.h>

#include "data/collect_int.h"

typedef struct {
    const char  *name;
    const char  *params;        /* that it knows */
    bool         array;         /* works on an array */
    ckp_cc_pt    compile;
    ckp_cr_pt    run;
} collect_type_t;

/* in the order of ckp_collect_kind_t */
static const collect_type_t  collect_types[] = {
    { "filter", " ", true, ckp_cc_filter, ckp_cr_filter },
    { "map", " fields drop_null field ", true, ckp_cc_map, ckp_cr_map },
    { "reduce", " initial ", true, ckp_cc_reduce, ckp_cr_reduce },
    { "aggregate", " op function field group_by ", true, ckp_cc_aggregate,
      ckp_cr_aggregate },
    { "join", " with on how prefix separator field ", true, ckp_cc_join,
      ckp_cr_join },
    { "pivot", " index columns values fn fill ", true, ckp_cc_pivot,
      ckp_cr_pivot },
    { "sort", " key descending keys nulls field ", true, ckp_cc_sort,
      ckp_cr_sort },
    { "deduplicate", " key keep field ", true, ckp_cc_deduplicate,
      ckp_cr_deduplicate },
    { "flatten", " depth field ", true, ckp_cc_flatten, ckp_cr_flatten },
    { "group_by", " key field ", true, ckp_cc_group_by, ckp_cr_group_by },
    { "expression", " ", false, ckp_cc_expression, ckp_cr_expression },
    { "template", " ", false, ckp_cc_template, ckp_cr_template },
    { "json_path", " ", false, ckp_cc_json_path, ckp_cr_json_path },
    { "parse", " format delimiter header columns quote infer_types"
      " skip_empty ", false, ckp_cc_parse, ckp_cr_parse },
};

static const struct {
    const char          *name;
    ckp_collect_kind_t   kind;
} collect_aliases[] = {
    { "where", CKP_COLLECT_FILTER },
    { "select", CKP_COLLECT_FILTER },
    { "unique", CKP_COLLECT_DEDUPLICATE },
    { "jinja_template", CKP_COLLECT_TEMPLATE },
};


bool
ckp_collect_find(const char *type, ckp_collect_kind_t *kind)
{
    for (size_t i = 0; i <= CKP_COLLECT_PARSE; i++) {
        if (strcmp(collect_types[i].name, type) == 0) {
            *kind = (ckp_collect_kind_t) i;
            return true;
        }
    }

    for (size_t i = 0; i < sizeof(collect_aliases) / sizeof(collect_aliases[0]);
         i++)
    {
        if (strcmp(collect_aliases[i].name, type) == 0) {
            *kind = collect_aliases[i].kind;
            return true;
        }
    }

    return false;
}


const char *
ckp_collect_name(ckp_collect_kind_t kind)
{
    return collect_types[kind].name;
}


const char *
ckp_collect_params(ckp_collect_kind_t kind)
{
    return collect_types[kind].params;
}


bool
ckp_collect_is_text(const char *param)
{
    static const char *const  texts[] = {
        "expression", "condition", "template", "fields", "field", "key",
        "keys", "on", "index", "columns", "values", "group_by", "op",
        "function", "fn"
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(texts[i], param) == 0) {
            return true;
        }
    }

    return false;
}


ckp_collect_want_t
ckp_collect_of_action(ckp_collect_kind_t kind, const json_t *params,
    const char **member)
{
    static const char *const  members[] = { "template", "condition",
                                            "expression" };
    ckp_collect_want_t        want = { .kind = kind, .params = params };

    *member = "expression";

    for (size_t i = 0; want.expression == NULL && i < 3; i++) {
        const json_t *const  v = json_object_get(params, members[i]);

        if (v == NULL || json_is_null(v)
            || (i == 1 && kind != CKP_COLLECT_FILTER))
        {
            continue;
        }

        *member = members[i];
        want.expression = v;
        want.template = i == 0;
    }

    if (kind == CKP_COLLECT_EXPRESSION && want.template) {
        want.kind = CKP_COLLECT_TEMPLATE;
    }

    return want;
}


ckp_collect_t *
ckp_collect_new(const ckp_collect_want_t *want, ckp_collect_say_pt visit,
    void *data, ckp_err_t *err)
{
    ckp_arena_t *const  arena = ckp_arena_new();
    ckp_collect_t      *t = NULL;
    ckp_cc_t            c = { .want = want, .visit = visit, .data = data,
                              .err = err };

    if (arena != NULL) {
        t = ckp_arena_alloc(arena, sizeof(ckp_collect_t));
    }

    if (t == NULL) {
        ckp_arena_free(arena);
        ckp_cc_nomem(&c);
        return NULL;
    }

    t->arena = arena;
    t->kind = want->kind;
    c.t = t;

    collect_types[want->kind].compile(&c);

    if (c.failed) {
        ckp_collect_free(t);
        return NULL;
    }

    return t;
}


void
ckp_collect_free(ckp_collect_t *t)
{
    if (t == NULL) {
        return;
    }

    for (ckp_cpart_t *part = t->parts; part != NULL; part = part->next) {
        ckp_path_free(part->path);
        ckp_expr_free(part->expr);
        ckp_template_free(part->text);
    }

    ckp_jsonpath_free(t->path);
    ckp_arena_free(t->arena);           /* the transformation is in there */
}


void
ckp_collect_parts(const ckp_collect_t *t, ckp_collect_part_pt visit,
    void *data)
{
    for (const ckp_cpart_t *p = t->parts; p != NULL; p = p->next) {
        const ckp_collect_part_t  part = {
            .param = p->param, .below = p->below, .expr = p->expr,
            .text = p->text, .element = collect_types[t->kind].array
        };

        if (p->expr != NULL || p->text != NULL) {
            visit(data, &part);
        }
    }
}


/* What expressions warn of is passed on, but not for every element. */
static void
collect_warn(void *data, ckp_warn_t kind, const char *source,
    const char *message)
{
    ckp_cr_t *const  r = data;

    if (r->warnings++ < CKP_COLLECT_WARNINGS_MAX && r->in->ev->warn != NULL) {
        r->in->ev->warn(r->in->ev->warn_data, kind, source, message);
    }
}


json_t *
ckp_collect_list(const json_t *source)
{
    json_t      *list;
    json_t      *value;
    const char  *key;

    if (json_is_array(source)) {
        return json_incref((json_t *) source);
    }

    list = json_array();

    if (source == NULL || json_is_null(source)) {
        return list;
    }

    if (!json_is_object(source)) {
        if (json_array_append(list, (json_t *) source) != 0) {
            json_decref(list);
            return NULL;
        }

        return list;
    }

    json_object_foreach((json_t *) source, key, value) {
        if (json_array_append(list, value) != 0) {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


ckp_code_t
ckp_collect_run(const ckp_collect_t *t, const ckp_collect_in_t *in,
    json_t **out, uint32_t *steps, ckp_err_t *err)
{
    const json_t *const          source = in->source != NULL ? in->source
                                                             : json_null();
    const collect_type_t *const  type = &collect_types[t->kind];
    ckp_cr_t                     r = { .t = t, .in = in, .ev = *in->ev,
                                       .left = CKP_COLLECT_STEPS_MAX,
                                       .at = SIZE_MAX, .err = err };
    json_t *const                list = type->array
                                        ? ckp_collect_list(source)
                                        : json_incref((json_t *) source);
    ckp_code_t                   rc;

    *out = NULL;
    r.ev.warn = collect_warn;
    r.ev.warn_data = &r;

    rc = list == NULL ? ckp_cr_nomem(&r) : type->run(&r, list, out);
    json_decref(list);

    if (rc == CKP_OK
        && ckp_json_size(*out, CKP_EVAL_RESULT_MAX + 2) > CKP_EVAL_RESULT_MAX)
    {
        rc = ckp_fail(err, CKP_E_LIMIT, "", "a result of more than %d bytes",
                      CKP_EVAL_RESULT_MAX);
    }

    if (rc != CKP_OK) {
        json_decref(*out);
        *out = NULL;
    }

    if (steps != NULL) {
        *steps = CKP_COLLECT_STEPS_MAX - r.left;
    }

    return rc;
}
