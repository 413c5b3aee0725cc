/*
 * What templates and expressions of a fiber see: the node's inputs, the run's
 * variables, the built-ins.  Source: spec/ckp.md 6.5.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "base/zone.h"


typedef json_t *(*scope_make_pt)(ckp_fiber_t *f);


static json_t *
scope_lent(json_t *v)
{
    return v == NULL ? json_null() : json_incref(v);
}


static json_t *
scope_text(const char *s)
{
    return s == NULL ? json_null() : json_string(s);
}


/* fiber[name] of the frame or of one around it; NULL: none has it. */

static json_t *
scope_around(const ckp_fiber_t *f, const char *name)
{
    const json_t  *own = ckp_run_get(f->run, "fibers", f->id);

    while (own != NULL) {
        json_t *const      v = json_object_get(own, name);
        const char *const  up = ckp_json_str(own, "up");

        if (v != NULL || up == NULL) {
            return v;
        }

        own = ckp_run_get(f->run, "fibers", up);
    }

    return NULL;
}


static json_t *
scope_vars(ckp_fiber_t *f)
{
    return ckp_fiber_vars(f);
}


static json_t *
scope_input(ckp_fiber_t *f)
{
    json_t *const  sub = scope_around(f, "input");

    return scope_lent(sub != NULL ? sub : ckp_run_get(f->run, "input", NULL));
}


static json_t *
scope_run_id(ckp_fiber_t *f)
{
    return json_string(f->run->id);
}


static json_t *
scope_procedure_id(ckp_fiber_t *f)
{
    return scope_text(f->prog->procedure_id);
}


static json_t *
scope_procedure_version(ckp_fiber_t *f)
{
    return scope_text(f->prog->version);
}


static json_t *
scope_project_id(ckp_fiber_t *f)
{
    json_t *const  own = ckp_run_get(f->run, "meta", "project_id");

    return own != NULL ? json_incref(own)
                       : scope_text(f->run->prog->project_id);
}


static json_t *
scope_case_id(ckp_fiber_t *f)
{
    return scope_lent(ckp_run_get(f->run, "meta", "case_id"));
}


static json_t *
scope_node_id(ckp_fiber_t *f)
{
    return scope_text(f->node == NULL ? NULL : f->node->id);
}


static json_t *
scope_step_id(ckp_fiber_t *f)
{
    return scope_text(f->step == NULL ? NULL : f->step->id);
}


static json_t *
scope_attempt(ckp_fiber_t *f)
{
    const int64_t  n = ckp_fiber_get_int(f, "step", "try");

    return json_integer(n < 1 ? 1 : n);
}


static json_t *
scope_trigger_type(ckp_fiber_t *f)
{
    return scope_lent(ckp_run_get(f->run, "meta", "trigger_type"));
}


static json_t *
scope_triggered_by(ckp_fiber_t *f)
{
    return scope_lent(ckp_run_get(f->run, "meta", "triggered_by"));
}


static json_t *
scope_trigger(ckp_fiber_t *f)
{
    return scope_lent(ckp_run_get(f->run, "meta", "trigger"));
}


static json_t *
scope_now(ckp_fiber_t *f)
{
    char  iso[CKP_TIME_LEN + 1];

    ckp_time_text(f->run->now, iso);

    return json_string(iso);
}


/* The date where the trigger's clock hangs. */

static json_t *
scope_today(ckp_fiber_t *f)
{
    const json_t *const  trigger = json_object_get(f->run->prog->doc,
                                                   "trigger");
    const json_t *const  block = json_object_get(trigger, "schedule_config");
    const char          *name = ckp_json_str(trigger, "timezone");
    int64_t              ms = f->run->now;
    int32_t              seconds = 0;
    size_t               len = 0;
    char                 iso[CKP_TIME_LEN + 1];

    if (name == NULL) {
        name = ckp_json_str(block, "timezone");
    }

    if (name != NULL && f->run->prog->zone != NULL && ckp_zone_is_name(name)) {
        const char *const  bytes = f->run->prog->zone(f->run->prog->zone_data,
                                                      name, &len);

        if (bytes != NULL && ckp_zone_offset(bytes, len, ms, &seconds)) {
            ms += (int64_t) seconds * 1000;
        }
    }

    ckp_time_text(ms, iso);

    return json_stringn(iso, 10);
}


static json_t *
scope_timestamp(ckp_fiber_t *f)
{
    return json_integer(f->run->now);
}


static json_t *
scope_error(ckp_fiber_t *f)
{
    return scope_lent(scope_around(f, "err"));
}


static json_t *
scope_approval(ckp_fiber_t *f)
{
    return json_copy(ckp_fiber_approvals(f));
}


static json_t *
scope_last_of(ckp_fiber_t *f, const char *name)
{
    return scope_lent(ckp_fiber_last_get(f, name));
}


static json_t *
scope_loop_results(ckp_fiber_t *f)
{
    return scope_last_of(f, "loop_results");
}


static json_t *
scope_parallel_results(ckp_fiber_t *f)
{
    return scope_last_of(f, "parallel_results");
}


static json_t *
scope_llm_output(ckp_fiber_t *f)
{
    return scope_last_of(f, "llm_output");
}


static json_t *
scope_subflow_output(ckp_fiber_t *f)
{
    return scope_last_of(f, "subflow_output");
}


/* Outside a loop; inside, the frame has them as local names. */

static json_t *
scope_null(ckp_fiber_t *f)
{
    (void) f;

    return json_null();
}


static json_t *
scope_telemetry(ckp_fiber_t *f)
{
    const int64_t  now = f->run->now;
    const int64_t  started = ckp_run_get_int(f->run, "started_at", NULL);
    const int64_t  total = started == 0 ? 0 : now - started;
    ckp_summary_t  sum;

    ckp_run_summary(f->run, &sum);

    const int64_t  prompt = ckp_run_get_int(f->run, "counts", "pt");
    const int64_t  completion = ckp_run_get_int(f->run, "counts", "ct");

    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f}",
               "total_duration_ms", (json_int_t) total,
               "total_duration", (json_int_t) total,
               "active_ms", (json_int_t) sum.active_ms,
               "retries", (json_int_t) ckp_run_get_int(f->run, "counts",
                                                       "retries"),
               "steps_completed", (json_int_t) ckp_run_get_int(f->run,
                                                         "counts", "done"),
               "prompt_tokens", (json_int_t) prompt,
               "completion_tokens", (json_int_t) completion,
               "total_tokens", (json_int_t) (prompt + completion),
               "cost_usd", json_number_value(ckp_run_get(f->run, "counts",
                                                         "cost")));
}


/* What talks with models left, and what memory_set did. */

static json_t *
scope_memory(ckp_fiber_t *f)
{
    json_t *const  own = ckp_run_get(f->run, "memory", NULL);
    json_t *const  all = json_copy(ckp_run_get(f->run, "llm_memory", NULL));
    json_t *const  made = all == NULL ? json_object() : all;
    const char    *key;
    json_t        *value;

    json_object_foreach(own, key, value) {
        const int64_t  until = ckp_run_get_int(f->run, "memory_until", key);

        if ((until == 0 || until > f->run->now)
            && json_object_set(made, key, value) != 0)
        {
            json_decref(made);
            return NULL;
        }
    }

    return made;
}


static const struct {
    const char     *name;
    scope_make_pt   make;
} scope_names[] = {
    { "vars", scope_vars }, { "variables", scope_vars },
    { "input", scope_input }, { "run_id", scope_run_id },
    { "procedure_id", scope_procedure_id },
    { "procedure_version", scope_procedure_version },
    { "project_id", scope_project_id }, { "case_id", scope_case_id },
    { "node_id", scope_node_id }, { "step_id", scope_step_id },
    { "attempt", scope_attempt }, { "trigger_type", scope_trigger_type },
    { "triggered_by", scope_triggered_by }, { "trigger", scope_trigger },
    { "now", scope_now }, { "today", scope_today },
    { "timestamp", scope_timestamp }, { "error", scope_error },
    { "approval", scope_approval }, { "telemetry", scope_telemetry },
    { "memory", scope_memory },
    { "loop_index", scope_null }, { "loop_item", scope_null },
    { "loop_results", scope_loop_results },
    { "parallel_results", scope_parallel_results },
    { "llm_output", scope_llm_output },
    { "subflow_output", scope_subflow_output }
};


static json_t *
scope_builtin(const ckp_scope_t *scope, const char *name)
{
    ckp_fiber_t *const  f = scope->data;

    for (size_t i = 0; i < sizeof(scope_names) / sizeof(scope_names[0]); i++) {
        if (strcmp(scope_names[i].name, name) == 0) {
            return scope_names[i].make(f);
        }
    }

    return NULL;
}


/*
 * Innermost first: the node's inputs; frame by frame its local names and what
 * it wrote; the run's variables; the built-ins.  Local names of all frames come
 * before variables, so they make a chain of their own in front.
 */

typedef struct {
    ckp_scope_t  *at;
    size_t        n;
} scope_chain_t;


static void
scope_add(scope_chain_t *c, json_t *object)
{
    if (json_is_object(object)) {
        c->at[c->n++] = (ckp_scope_t) { .get = ckp_scope_object_get,
                                        .object = object };
    }
}


/* Names that a node gives to its frames when they are asked for: those of the
 * node itself (`object` NULL), or of the frame whose fiber `object` is. */

static json_t *
scope_of_node(const ckp_scope_t *scope, const char *name)
{
    ckp_fiber_t *const  f = scope->data;
    ckp_fiber_t         p;
    json_t             *value;

    if (scope->object == NULL) {
        return f->node->ops->names(f, NULL, name);
    }

    ckp_fiber_open(&p, f->run, ckp_json_str(scope->object, "up"));
    value = p.node == NULL || p.node->ops->names == NULL ? NULL
            : p.node->ops->names(&p, ckp_json_str(scope->object, "key"), name);
    ckp_fiber_close(&p);

    return value;
}


static void
scope_add_node(scope_chain_t *c, ckp_fiber_t *f, const json_t *own)
{
    const char *const  kind = ckp_json_str(own, "kind");

    if (own == NULL ? f->node != NULL && f->node->ops->names != NULL
        : kind != NULL && strcmp(kind, "task") == 0)
    {
        c->at[c->n++] = (ckp_scope_t) { .get = scope_of_node, .data = f,
                                        .object = own };
    }
}


static void
scope_frames(ckp_fiber_t *f, scope_chain_t *c, bool locals)
{
    const json_t  *own = ckp_run_get(f->run, "fibers", f->id);

    while (own != NULL) {
        const char *const  up = ckp_json_str(own, "up");
        const bool         sub = json_object_get(own, "prog") != NULL;
        json_t *const      snap = json_object_get(own, "snap");

        scope_add(c, json_object_get(own, locals ? "loc" : "vars"));

        if (!locals) {
            scope_add(c, snap);

        } else {
            scope_add_node(c, f, own);
        }

        if (up == NULL || sub || (!locals && snap != NULL)) {
            if (!locals && up == NULL) {
                scope_add(c, ckp_run_get(f->run, "vars", NULL));
            }

            return;
        }

        own = ckp_run_get(f->run, "fibers", up);
    }
}


const ckp_scope_t *
ckp_fiber_scope(ckp_fiber_t *f)
{
    const int64_t        depth = json_integer_value(ckp_fiber_own_get(f, "d"));
    const size_t         size = 4 * ((size_t) depth + 1) + 4;
    scope_chain_t        c = { .at = ckp_arena_alloc(f->run->arena,
                                               size * sizeof(ckp_scope_t)) };
    static const ckp_scope_t  none = { .get = ckp_scope_object_get };

    if (c.at == NULL) {
        return &none;
    }

    scope_add(&c, ckp_fiber_get(f, "in", NULL));
    scope_add_node(&c, f, NULL);
    scope_frames(f, &c, true);
    scope_frames(f, &c, false);
    c.at[c.n++] = (ckp_scope_t) { .get = scope_builtin, .data = f };

    for (size_t i = 0; i + 1 < c.n; i++) {
        c.at[i].outer = &c.at[i + 1];
    }

    return c.at;
}


static void
scope_warn(void *data, ckp_warn_t kind, const char *source,
    const char *message)
{
    ckp_fiber_t *const  f = data;
    const bool          debug = f->prog->config.log_level == 0;
    const char *const   where = f->step != NULL ? "step" : "node";

    if (kind != CKP_WARN_EXPRESSION && !debug) {
        return;
    }

    if (kind == CKP_WARN_TEMPLATE) {
        (void) ckp_fiber_emit(f, "template_missing",
                              json_pack("{s:s, s:s}", "path", source, "where",
                                        where));
        return;
    }

    (void) ckp_fiber_emit(f, "expression_warning",
                          json_pack("{s:s, s:s, s:s}", "expression", source,
                                    "message", message, "where", where));
}


void
ckp_fiber_eval(ckp_fiber_t *f, ckp_eval_t *ev)
{
    *ev = (ckp_eval_t) {
        .scope = ckp_fiber_scope(f), .now_ms = f->run->now,
        .rand = &f->run->rand, .missing = f->prog->config.missing,
        .budget = CKP_EVAL_STEPS_MAX, .strict = f->prog->config.strict,
        .warn = scope_warn, .warn_data = f,
        .zone = f->run->prog->zone, .zone_data = f->run->prog->zone_data
    };
}


ckp_code_t
ckp_fiber_render(ckp_fiber_t *f, const ckp_template_t *t, json_t **out)
{
    ckp_eval_t        ev;
    ckp_err_t         err = CKP_ERR_INIT;

    ckp_fiber_eval(f, &ev);

    const ckp_code_t  rc = ckp_template_render(t, &ev, out, &err);

    return ckp_fiber_rendered(f, rc, &ev, "", &err);
}


ckp_code_t
ckp_fiber_rendered(ckp_fiber_t *f, ckp_code_t rc, const ckp_eval_t *ev,
    const char *what, const ckp_err_t *err)
{
    if (rc != CKP_E_INVALID && rc != CKP_E_LIMIT) {
        return rc;
    }

    return ckp_fiber_raise(f, ev->fault == NULL ? "TemplateError" : ev->fault,
                           "%s%s", what, err->msg);
}


ckp_code_t
ckp_fiber_test(ckp_fiber_t *f, const ckp_expr_t *expr, bool *holds)
{
    ckp_eval_t        ev;
    ckp_err_t         err = CKP_ERR_INIT;

    ckp_fiber_eval(f, &ev);

    const ckp_code_t  rc = ckp_expr_test(expr, &ev, holds, &err);

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        return ckp_fiber_raise(f, "ExpressionError", "%s", err.msg);
    }

    return rc;
}
