/*
 * Steps and operations: their own members, their parameters as one template,
 * their policies by inheritance (spec/ckp.md 12.1, 10.5).
 */

#include <string.h>

#include "compile/parse_int.h"
#include "base/utf8.h"
#include "model/redact.h"
#include "op/op_keep.h"
#include "node/validate.h"

/* never parameters, unless the action itself has one of that name */
const char  ckp_known_step[] =
    " step_id id action agent executor params condition validation timeout_ms"
    " timeout_policy wait_ms wait_after_ms retry_on_failure retry_config"
    " retry_policy output_variable outputs idempotency_key idempotency_policy"
    " workflow_dispatch_mode dispatch_mode callback_timeout_ms merge_output"
    " screenshot_on_complete error_handlers on_error compensate rollback"
    " skip_when binding_kind binding_ref description metadata ";

typedef struct {
    ckp_parse_t     *ps;
    const ckp_at_t  *at;
    ckp_steps_t      how;
    ckp_step_t      *step;
} step_reader_t;


/* --- parameters --------------------------------------------------------------- */


static bool
step_is_param(const step_reader_t *r, const char *key)
{
    const ckp_op_t *const  op = r->step->op;

    if (ckp_is_note(key) || strcmp(key, "params") == 0) {
        return false;
    }

    if (r->how == CKP_STEPS_OPERATIONS && strcmp(key, "output") == 0
        && (op == NULL || !ckp_word_in(op->params, key)))
    {
        return false;
    }

    if (r->ps->out.form == 'B' && (strcmp(key, "executor_id") == 0
        || (strcmp(key, "parameters") == 0
            && json_object_get(r->at->value, "action") == NULL)))
    {
        return false;
    }

    if (!ckp_word_in(ckp_known_step, key)) {
        return true;
    }

    /* an action's own parameter, unless `params` gives it */

    if (op != NULL && ckp_word_in(op->params, key)) {
        return json_object_get(json_object_get(r->at->value, "params"), key)
               == NULL;
    }

    return strcmp(key, "timeout_ms") == 0
           && r->step->bind == CKP_BIND_EXTERNAL;
}


/* The object that is rendered; of two spellings of one parameter `params` wins
 * in a step, the inline one in an operation. */
static json_t *
step_merge(const step_reader_t *r, const ckp_at_t *params)
{
    json_t *const  merged = json_object();
    const bool     inline_wins = r->how == CKP_STEPS_OPERATIONS;
    const char    *key;
    json_t        *value;
    int            bad = merged == NULL;

    json_object_foreach((json_t *) r->at->value, key, value) {
        if (step_is_param(r, key)) {
            bad |= json_object_set(merged, key, value);
        }
    }

    json_object_foreach((json_t *) params->value, key, value) {
        if (!inline_wins || json_object_get(merged, key) == NULL) {
            bad |= json_object_set(merged, key, value);
        }
    }

    if (bad) {
        json_decref(merged);
        return NULL;
    }

    return merged;
}


/* These would make a secret public, or a variable of it. */
static unsigned
step_secrets(const ckp_step_t *step)
{
    static const char  public[] =
        " log notify send_notification set_variable append_to_array"
        " emit_event fail ";

    return (step->bind == CKP_BIND_INTERNAL
            && ckp_word_in(public, step->action))
           ? CKP_SECRET_WARNS : CKP_SECRET_FITS;
}


/* An agent gets all of them rendered. */
static bool
step_keeps(const ckp_step_t *step, const char *key)
{
    return step->bind == CKP_BIND_INTERNAL && ckp_op_keeps(step->op, key);
}


/* Complaints about parameters stand where the author wrote each. */
static void
step_params_tell(const step_reader_t *r, const ckp_at_t *params)
{
    const unsigned  flags = step_secrets(r->step);
    const char     *key;
    const json_t   *value;

    json_object_foreach((json_t *) r->at->value, key, value) {
        const ckp_at_t  at = { .up = r->at, .key = key, .value = value };

        if (step_is_param(r, key) && !step_keeps(r->step, key)) {
            ckp_template_tell(r->ps, &at, flags);
        }
    }

    json_object_foreach((json_t *) params->value, key, value) {
        const ckp_at_t  at = { .up = params, .key = key, .value = value };

        if (!step_keeps(r->step, key)) {
            ckp_template_tell(r->ps, &at, flags);
        }
    }
}


/* Expressions among the parameters: judged now, parsed again when they run. */
static void
step_kept(const step_reader_t *r, const ckp_at_t *params,
    const json_t *merged)
{
    ckp_collect_kind_t  kind;
    const char         *key;
    const json_t       *value;

    if (ckp_op_collects(r->step->op, &kind)) {
        ckp_collect_check(r->ps, r->at, kind, merged);
        return;
    }

    json_object_foreach((json_t *) merged, key, value) {
        const bool      own = json_object_get(r->at->value, key) == value;
        const ckp_at_t  at = { .up = own ? r->at : params, .key = key,
                               .value = value };

        if (json_is_string(value) && step_keeps(r->step, key)) {
            (void) ckp_expr_at(r->ps, &at,
                               json_object_get(merged, "variables") != NULL
                               ? CKP_WITH_ELEMENT : 0);
        }
    }
}


static void
step_params(const step_reader_t *r)
{
    ckp_parse_t *const  ps = r->ps;
    ckp_at_t            params;
    json_t             *merged;
    ckp_err_t           err = CKP_ERR_INIT;

    if (!ckp_parse_object(ps, r->at, "params", &params)
        && ps->out.form == 'B'
        && json_object_get(r->at->value, "executor_id") != NULL)
    {
        (void) ckp_parse_object(ps, r->at, "parameters", &params);
    }

    if (!json_is_object(params.value)) {
        params.value = NULL;
    }

    merged = step_merge(r, &params);

    if (ckp_program_own_json(ps->prog, merged) == NULL) {
        ps->nomem = true;
        return;
    }

    ckp_step_params_check(ps, r->at, r->step, merged);

    if (r->step->bind == CKP_BIND_INTERNAL) {
        step_kept(r, &params, merged);
        merged = ckp_op_escaped(r->step->op, merged);

        if (ckp_program_own_json(ps->prog, merged) == NULL) {
            ps->nomem = true;
            return;
        }
    }

    r->step->params = ckp_template_quiet(ps, merged, step_secrets(r->step),
                                         &err);

    if (err.code == CKP_E_INVALID || err.code == CKP_E_LIMIT) {
        step_params_tell(r, &params);
    }

    if (r->step->params == NULL && ps->diags != NULL
        && ckp_diags_errors(ps->diags) == 0)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = r->at, .number = 6,
                                         .field = "params" }, "%s", err.msg);
    }
}


/* --- policies ------------------------------------------------------------------ */


static void
step_retry(const step_reader_t *r)
{
    ckp_parse_t *const         ps = r->ps;
    const ckp_config_t *const  config = &ps->prog->config;
    ckp_step_t *const          step = r->step;
    bool                       own;

    step->retry = ps->policy.retry;
    own = ckp_retry_member(ps, r->at, "retry_policy", &step->retry);
    step->retries = ckp_parse_bool(ps, r->at, "retry_on_failure", false) || own
                    || (ps->retries && r->how == CKP_STEPS_SEQUENCE)
                    || config->retry_all
                    || (config->retry_external
                        && step->bind == CKP_BIND_EXTERNAL);
}


static void
step_times(const step_reader_t *r)
{
    ckp_parse_t *const  ps = r->ps;
    ckp_step_t *const   step = r->step;
    const bool          waits = strcmp(step->action, "wait") == 0;
    const int64_t       run_ms = ps->prog->config.timeout_ms;

    step->timeout = ps->policy.timeout;
    ckp_timeout_member(ps, r->at, &step->timeout);
    step->timeout_ms = ckp_parse_ms32(ps, r->at, "timeout_ms", 0, 314);
    step->wait_after_ms = ckp_parse_ms32(ps, r->at, "wait_after_ms", 0, 314);

    if (!waits) {
        step->wait_ms = ckp_parse_ms32(ps, r->at, "wait_ms", 0, 314);
    }

    if (step->timeout_ms > run_ms
        || (ps->node != NULL && ps->node->timeout_ms > 0
            && step->timeout_ms > ps->node->timeout_ms))
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = r->at, .number = 313,
                                         .field = "timeout_ms" },
                      "the step may take longer than its %s",
                      step->timeout_ms > run_ms ? "run" : "node");
    }
}


/* Collection actions name their variable among their parameters, too. */
static void
step_collected(const step_reader_t *r)
{
    static const char *const  names[] = { "output_variable", "output" };
    ckp_step_t *const         step = r->step;
    const ckp_at_t            params = {
        .up = r->at, .key = "params",
        .value = json_object_get(r->at->value, "params")
    };
    ckp_collect_kind_t        kind;

    if (!ckp_op_collects(step->op, &kind)) {
        return;
    }

    for (size_t i = 0; step->output_variable == NULL && i < 2; i++) {
        step->output_variable = ckp_parse_variable(r->ps, &params, names[i]);
    }

    if (step->output_variable == NULL) {
        step->output_variable = ckp_parse_variable(r->ps, r->at, "output");
    }
}


static void
step_output(const step_reader_t *r)
{
    ckp_step_t *const  step = r->step;

    step->output_variable = ckp_parse_variable(r->ps, r->at,
                                               "output_variable");

    if (step->output_variable == NULL) {
        step_collected(r);
    }

    ckp_parse_mappings(r->ps, r->at, "outputs", &step->outputs,
                       &step->noutputs);

    /* which variable that is, and whether it is one: when there is a result */

    step->auto_output = r->ps->out.form == 'C'
                        && step->output_variable == NULL;
}


/* --- one step --------------------------------------------------------------------- */


/* Where a body of a task goes on, its dag says. */

static void
step_on_error(const step_reader_t *r)
{
    const bool  body = ckp_parse_is_body(r->ps);
    ckp_at_t    out;

    if (step_is_param(r, "on_error")
        || !ckp_parse_find(r->ps, r->at, "on_error", &out))
    {
        return;
    }

    if (body || r->how == CKP_STEPS_RECOVERY || r->how == CKP_STEPS_CLEANUP) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = &out, .number = 92,
                                            .field = "on_error" },
                      "'on_error' does not apply here");
        return;
    }

    ckp_on_error_read(r->ps, r->at, &r->step->on_error, &r->step->non_error);
}


static void
step_agent(const step_reader_t *r)
{
    const char *const  kind = ckp_parse_str(r->ps, r->at, "binding_kind");
    const char        *agent = ckp_parse_str(r->ps, r->at, "agent");

    if (agent == NULL && kind != NULL && strcmp(kind, "agent") == 0) {
        agent = ckp_parse_str(r->ps, r->at, "binding_ref");
    }

    if (agent == NULL && r->ps->node != NULL) {
        agent = r->ps->node->agent;
    }

    r->step->agent = (agent != NULL && agent[0] != '\0') ? agent : NULL;
}


static const char *
step_action(const step_reader_t *r)
{
    const char  *action = ckp_parse_str(r->ps, r->at, "action");

    if (action == NULL && r->ps->out.form == 'B') {
        action = ckp_parse_str(r->ps, r->at, "executor_id");
    }

    if (action == NULL || action[0] == '\0') {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = r->at, .number = 411,
                                            .field = "action" },
                      "there is no action");
        return NULL;
    }

    if (strstr(action, "{{") != NULL) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = r->at, .number = 212,
                                            .field = "action" },
                      "an action is named, never computed");
    }

    return action;
}


static bool
step_read(const step_reader_t *r)
{
    ckp_step_t *const  step = r->step;

    step->pointer = ckp_at_text(r->ps, r->at);
    step->action = step_action(r);

    if (step->action == NULL) {
        return false;
    }

    step_agent(r);
    ckp_step_bind(r->ps, r->at, r->how, step);

    if (step->op == NULL || !ckp_word_in(step->op->params, "condition")
        || json_object_get(json_object_get(r->at->value, "params"),
                           "condition") != NULL)
    {
        step->condition = ckp_parse_expr(r->ps, r->at, "condition");
    }

    if (step->op == NULL || !ckp_word_in(step->op->params, "validation")) {
        step->validations = ckp_validations_parse(r->ps, r->at, "validation",
                                                  step->id, step->agent);
    }

    step_params(r);
    step_retry(r);
    step_times(r);
    ckp_external_step(r->ps, r->at, step);
    step->undo = ckp_undo_read(r->ps, r->at, step->id);
    step_output(r);
    step_on_error(r);

    if (r->how != CKP_STEPS_RECOVERY && r->how != CKP_STEPS_CLEANUP) {
        ckp_handlers_read(r->ps, r->at, &step->handlers, &step->nhandlers);
    }

    return true;
}


/* --- the list ------------------------------------------------------------------------ */


static const char *
step_id(ckp_parse_t *ps, const ckp_at_t *at, ckp_steps_t how, size_t i)
{
    static const char *const  made[] = { "step_%zu", "op_%zu", "recovery_%zu",
                                         "%s_%zu" };
    const char               *id = NULL;

    if (how != CKP_STEPS_OPERATIONS) {
        id = ckp_parse_str(ps, at, "step_id");
    }

    if (id != NULL) {
        return id;
    }

    switch (how) {

    case CKP_STEPS_SEQUENCE:
        return ckp_arena_printf(ps->arena, made[0], i + 1);

    case CKP_STEPS_OPERATIONS:
        return ckp_arena_printf(ps->arena, made[1], i + 1);

    case CKP_STEPS_RECOVERY:
        return ckp_arena_printf(ps->arena, made[2], i + 1);

    case CKP_STEPS_CLEANUP:
        return ckp_arena_printf(ps->arena, made[3],
                                strcmp(at->up->key, "error_actions") == 0
                                    ? "error" : "cleanup", i + 1);
    }

    return NULL;
}


static bool
step_id_holds(ckp_parse_t *ps, const ckp_at_t *at, const char *id,
    const ckp_sequence_t *list)
{
    if (!ckp_utf8_names(id, CKP_ID_MAX) || id[0] == '@') {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 17,
                                         .field = "step_id" },
                      "'%.80s' cannot be a step id: 1 to %d characters, no "
                      "control characters, no '@' in front", id, CKP_ID_MAX);
        return false;
    }

    if (strstr(id, "{{") != NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 212,
                                         .field = "step_id" },
                      "a step is named, never computed");
    }

    for (size_t i = 0; i < list->nsteps; i++) {
        if (strcmp(list->steps[i].id, id) == 0) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 102,
                                             .code = "duplicate_step_id",
                                             .field = "step_id" },
                          "there is a step '%.120s' already", id);
            return false;
        }
    }

    return true;
}


static void
step_element(ckp_parse_t *ps, const ckp_at_t *list, size_t i, ckp_steps_t how,
    ckp_sequence_t *out)
{
    const char *const  outer = ps->step_id;
    ckp_step_t *const  step = &out->steps[out->nsteps];
    ckp_at_t           at;
    step_reader_t      r = { .ps = ps, .at = &at, .how = how, .step = step };

    ckp_parse_element(list, i, &at);
    at.as = (how == CKP_STEPS_OPERATIONS) ? CKP_AS_OPERATION : CKP_AS_STEP;

    if (!json_is_object(at.value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 15 },
                      "a step must be an object");
        return;
    }

    step->id = step_id(ps, &at, how, i);

    if (step->id == NULL) {
        ps->nomem = true;
        return;
    }

    ps->step_id = step->id;

    if (step_id_holds(ps, &at, step->id, out) && step_read(&r)) {
        out->keeps = out->keeps || step->validations != NULL;
        out->nsteps++;

    } else {
        memset(step, 0, sizeof(ckp_step_t));
    }

    ps->step_id = outer;
}


void
ckp_parse_steps(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_steps_t how, ckp_sequence_t *out)
{
    ckp_at_t  list;
    size_t    n;

    if (!ckp_parse_find(ps, at, key, &list)) {
        return;
    }

    if (!json_is_array(list.value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 15,
                                         .field = key },
                      "'%s' must be an array", key);
        return;
    }

    n = json_array_size(list.value);

    if (n > CKP_NODE_STEPS_MAX || ps->nsteps + n > CKP_ALL_STEPS_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 6,
                                         .field = key },
                      "too many steps: at most %d in a node and %d in all",
                      CKP_NODE_STEPS_MAX, CKP_ALL_STEPS_MAX);
        return;
    }

    out->steps = ckp_parse_alloc(ps, n * sizeof(ckp_step_t));

    for (size_t i = 0; out->steps != NULL && i < n; i++) {
        step_element(ps, &list, i, how, out);
    }

    ps->nsteps += n;
}


const ckp_step_t *
ckp_parse_step(ckp_parse_t *ps, const ckp_at_t *at, json_t *made)
{
    const char *const    outer = ps->step_id;
    const json_t *const  doc = ckp_parse_keep(ps, made);
    ckp_step_t *const    step = ckp_parse_alloc(ps, sizeof(ckp_step_t));
    ckp_at_t             place = *at;
    step_reader_t        r = { .ps = ps, .at = &place, .step = step,
                               .how = CKP_STEPS_RECOVERY };
    bool                 read;

    if (doc == NULL || step == NULL) {
        return NULL;
    }

    place.value = doc;
    place.as = CKP_AS_STEP;
    step->id = ckp_json_str(doc, "step_id");
    ps->step_id = step->id;
    read = step->id != NULL && step_read(&r);
    ps->step_id = outer;

    return read ? step : NULL;
}
