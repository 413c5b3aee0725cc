/*
 * What a procedure would do, told without doing it: the answer of api.md 3.10.
 */

#include <string.h>

#include "dag/dag.h"
#include "node/node.h"
#include "study/study_int.h"


/* --- nodes --------------------------------------------------------------------- */

typedef struct {
    json_t  *list;
    bool     risky;
    int      bad;
} explain_steps_t;


static json_t *
explain_ms(int64_t ms)
{
    return ms == 0 ? json_null() : json_integer((json_int_t) ms);
}


static bool
explain_is_risky(const char *risk)
{
    return risk != NULL && strcmp(risk, "none") != 0
           && strcmp(risk, "read") != 0;
}


static void
explain_look(void *data, const ckp_each_t *at)
{
    explain_steps_t *const  e = data;

    e->risky = e->risky || explain_is_risky(ckp_study_risk(at));
}


/* Of a task its id goes before: "load/step_1". */
static void
explain_list(explain_steps_t *e, const ckp_step_t *steps, size_t n,
    const char *task)
{
    for (size_t i = 0; steps != NULL && i < n; i++) {
        const ckp_step_t *const  step = &steps[i];

        e->bad |= json_array_append_new(e->list,
                      json_pack("{s:o, s:s, s:o, s:b, s:s?, s:s}",
                          "step_id", task == NULL ? json_string(step->id)
                                     : json_sprintf("%s/%s", task, step->id),
                          "action", step->action,
                          "timeout_ms", explain_ms(step->timeout_ms),
                          "retry_on_failure", step->retries,
                          "output_variable", step->output_variable,
                          "binding_kind", ckp_study_binding(step)));
    }
}


static void
explain_tasks(explain_steps_t *e, const ckp_dag_t *dag)
{
    for (size_t i = 0; dag != NULL && i < dag->ntasks; i++) {
        const ckp_node_t *const  body = dag->tasks[i].body;

        if (body != NULL && dag->tasks[i].kind == CKP_DAG_BODY_STEPS) {
            explain_list(e, body->u.sequence->steps,
                         body->u.sequence->nsteps, dag->tasks[i].id);
        }
    }
}


static json_t *
explain_steps(const ckp_node_t *node, bool *risky)
{
    const char *const  type = node->ops == NULL ? "" : node->ops->type;
    explain_steps_t    e = { .list = json_array() };

    if (strcmp(type, "sequence") == 0 || strcmp(type, "processing") == 0) {
        explain_list(&e, node->u.sequence->steps, node->u.sequence->nsteps,
                     NULL);

    } else if (strcmp(type, "terminate") == 0) {
        explain_list(&e, node->u.terminate->cleanup,
                     node->u.terminate->ncleanup, NULL);
        explain_list(&e, node->u.terminate->error_actions,
                     node->u.terminate->nerror_actions, NULL);

    } else if (strcmp(type, "dag") == 0) {
        explain_tasks(&e, node->u.dag);
    }

    ckp_each_step(node, explain_look, &e);
    *risky = e.risky || explain_is_risky(ckp_study_node_risk(node));

    return ckp_study_whole(e.list, e.bad);
}


/* "A|B", "*" for any. */
static json_t *
explain_types(const ckp_handler_t *h)
{
    ckp_buf_t  b;
    json_t    *text;

    ckp_buf_init(&b, CKP_JSON_STRING_MAX);

    for (size_t i = 0; i < h->ntypes; i++) {
        ckp_buf_printf(&b, "%s%s", i == 0 ? "" : "|", h->types[i]);
    }

    text = json_string(b.len == 0 ? "*" : ckp_buf_str(&b));
    ckp_buf_free(&b);

    return text;
}


static json_t *
explain_handlers(const ckp_node_t *node)
{
    json_t *const  list = json_array();
    int            bad = list == NULL;

    for (size_t i = 0; i < node->nhandlers; i++) {
        const ckp_handler_t *const  h = &node->handlers[i];
        const bool                  again = h->action == CKP_HANDLE_RETRY
                                            || h->after
                                               == CKP_AFTER_RETRY_NODE;

        bad |= json_array_append_new(list,
                   json_pack("{s:o, s:s, s:o, s:o, s:s?}",
                       "error_type", explain_types(h),
                       "action", ckp_handle_name(h->action),
                       "max_retries", again ? json_integer(h->max_retries)
                                            : json_null(),
                       "delay_ms", h->fixed_delay ? json_integer(h->delay_ms)
                                                  : json_null(),
                       "fallback_node", h->fallback.kind == CKP_TO_NODE
                                        ? h->fallback.node->id : NULL));
    }

    return ckp_study_whole(list, bad);
}


static json_t *
explain_node(const ckp_study_t *s, size_t i)
{
    const ckp_node_t *const   node = &s->prog->nodes[i];
    const ckp_entry_t *const  entry = &s->ps.out.entries[i];
    const json_t *const       doc = entry->at.value;
    json_t *const             sla = json_object_get(doc, "sla");
    const bool                ask = node->ops != NULL
                                    && strcmp(node->ops->type,
                                              "human_approval") == 0;
    bool                      risky = false;
    json_t *const             steps = explain_steps(node, &risky);

    return json_pack("{s:s, s:s, s:s?, s:s?, s:b, s:O?, s:o, s:b, s:o, s:o}",
                     "id", node->id,
                     "type", entry->type == NULL ? "" : entry->type,
                     "agent", node->agent,
                     "description", ckp_json_str(doc, "description"),
                     "is_checkpoint", node->is_checkpoint,
                     "sla", json_is_object(sla) ? sla : NULL,
                     "timeout_ms", explain_ms(ask ? node->u.approval->timeout_ms
                                                  : node->timeout_ms),
                     "has_side_effects", risky, "steps", steps,
                     "error_handlers", explain_handlers(node));
}


static json_t *
explain_nodes(const ckp_study_t *s)
{
    json_t *const  list = json_array();
    int            bad = list == NULL;

    for (size_t i = 0; i < s->prog->nnodes; i++) {
        bad |= json_array_append_new(list, explain_node(s, i));
    }

    return ckp_study_whole(list, bad);
}


/* --- policies ------------------------------------------------------------------- */

static const char *
explain_strategy(ckp_backoff_kind_t kind)
{
    switch (kind) {
    case CKP_BACKOFF_FIXED:
        return "fixed";
    case CKP_BACKOFF_LINEAR:
        return "linear";
    case CKP_BACKOFF_EXPONENTIAL:
        return "exponential";
    case CKP_BACKOFF_FIBONACCI:
        return "fibonacci";
    case CKP_BACKOFF_NONE:
        return "none";
    }

    return "fixed";
}


static const char *
explain_jitter(ckp_jitter_t jitter)
{
    switch (jitter) {
    case CKP_JITTER_NONE:
        return "none";
    case CKP_JITTER_EQUAL:
        return "equal";
    case CKP_JITTER_FULL:
        return "full";
    case CKP_JITTER_DECORRELATED:
        return "decorrelated";
    }

    return "none";
}


static json_t *
explain_retry(const ckp_retry_t *retry)
{
    return json_pack("{s:I, s:s, s:I, s:f, s:I, s:s}",
                     "max_attempts", (json_int_t) retry->max_attempts,
                     "strategy", explain_strategy(retry->strategy),
                     "base_delay_ms", (json_int_t) retry->base_ms,
                     "multiplier", retry->multiplier,
                     "max_delay_ms", (json_int_t) retry->max_delay_ms,
                     "jitter", explain_jitter(retry->jitter));
}


/* As written, where the engine keeps no other form of it. */
static json_t *
explain_policies(const ckp_program_t *prog)
{
    const ckp_config_t *const  config = &prog->config;
    const json_t *const        doc = json_object_get(prog->doc,
                                                     "global_config");
    json_t *const              rate = json_object_get(doc, "rate_limiting");
    json_t *const              days = json_object_get(doc, "retention_days");
    const char *const          mode = config->execution_mode;

    return json_pack("{s:s, s:o, s:o, s:o, s:s?, s:O?}",
                     "execution_mode", mode == NULL ? "production" : mode,
                     "timeout_ms", explain_ms(config->timeout_ms),
                     "retry", explain_retry(&config->retry),
                     "rate_limiting", json_is_object(rate)
                                      ? json_incref(rate) : json_object(),
                     "checkpoint_strategy",
                     ckp_json_str(doc, "checkpoint_strategy"),
                     "retention_days", json_is_integer(days) ? days : NULL);
}


/* --- the whole ------------------------------------------------------------------ */

static json_t *
explain_all(ckp_study_t *s, const json_t *inputs, int64_t now_ms)
{
    json_t  *route = NULL;
    json_t  *unknowns = NULL;

    ckp_study_edges(s);

    if (s->nomem || (inputs != NULL
                     && ckp_study_walk(s, inputs, now_ms, &route, &unknowns)
                        != CKP_OK))
    {
        return NULL;
    }

    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "procedure_id", s->prog->procedure_id,
                     "version", s->prog->version,
                     "nodes", explain_nodes(s),
                     "edges", ckp_study_edges_json(s),
                     "variables", ckp_study_variables(s, inputs),
                     "route_trace", ckp_study_trace(s),
                     "external_calls", ckp_study_calls(s),
                     "policy_summary", explain_policies(s->prog),
                     "side_effect_risks", ckp_study_risks(s),
                     "simulated_route", route == NULL ? json_null() : route,
                     "simulated_unknowns", unknowns == NULL ? json_null()
                                                            : unknowns);
}


json_t *
ckp_program_explain(const ckp_program_t *prog, const json_t *inputs,
    int64_t now_ms)
{
    const unsigned long  refusals = ckp_memory_refusals();
    ckp_study_t          s = { .prog = prog };
    json_t              *told = NULL;

    if (ckp_form_look(&s.ps, prog->doc) && s.ps.out.n == prog->nnodes) {
        told = explain_all(&s, inputs, now_ms);
    }

    ckp_form_close(&s.ps);
    ckp_free(s.edges);

    return ckp_json_whole(told, refusals);
}
