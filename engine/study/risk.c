/*
 * What the steps of a procedure may do to the world, by the names of their
 * actions, and which of them leave it (spec/ckp.md 34, spec/api.md 3.10).
 */

#include <string.h>
#include <strings.h>

#include "node/node.h"
#include "node/op.h"
#include "study/study_int.h"

static const char  risk_read[] =
    " navigate navigate_to extract_text extract_data extract_table_data"
    " select_all_text get_attribute wait_for_element wait_for_text scroll_page"
    " scroll_to_element screenshot take_screenshot switch_tab refresh_page"
    " hover_element switch_frame switch_window download_file close close_tab"
    " activate_window wait_for_window wait_for_dialog maximize_window"
    " minimize_window resize_window copy_to_clipboard select_all_results"
    " read_screen read_excel_file read_email read_emails search_email"
    " search_emails download_attachment get_email_count extract_email_data"
    " parse_response authenticate set_headers export_data create_connection"
    " close_connection begin_transaction transaction_begin read_file"
    " list_directory generate_text classify_text extract_entities summarize"
    " translate analyze_sentiment generate_code evaluate_response launch_app"
    " open_application close_application close_window parse_excel_data"
    " validate_order retrieve_secret ";

static const char  risk_write[] =
    " click click_element double_click right_click type type_text clear"
    " select_option drag_and_drop handle_alert execute_javascript press_key"
    " press_keys keyboard_shortcut paste_from_clipboard select_menu click_cell"
    " file_dialog compose_email create_draft move_email mark_read bulk_insert"
    " bulk_update import_data write_file copy_file move_file create_directory"
    " zip_files unzip_files upload_file restore_data backup_data"
    " rollback_transaction transaction_rollback emit_event memory_set"
    " simulate_task ";

static const char  risk_final[] =
    " submit_form send_email forward_email reply_email delete_email"
    " execute_procedure execute_stored_procedure transaction_commit"
    " commit_transaction delete_file webhook_send notify send_notification"
    " charge_payment ship_order ";

/* Of GET and HEAD alone it is known that they change nothing. */
static const char  risk_request[] = " http_request graphql_query ";


const char *
ckp_study_binding(const ckp_step_t *step)
{
    const bool  free = step->agent == NULL
                       || strcasecmp(step->agent, "MasterAgent") == 0;

    if (step->bind == CKP_BIND_INTERNAL || (free && step->op != NULL)) {
        return "internal";
    }

    if (step->executor == CKP_BY_MCP) {
        return "mcp_tool";
    }

    return free ? "unbound" : "agent_http";
}


static const char *
risk_of_request(const ckp_step_t *step)
{
    const json_t *const  params = ckp_template_source(step->params);
    const char *const    method = ckp_json_str(params, "method");

    if (json_object_get(params, "method") == NULL
        && strcmp(step->action, "http_request") == 0)
    {
        return "read";
    }

    if (method != NULL && (strcasecmp(method, "GET") == 0
                           || strcasecmp(method, "HEAD") == 0))
    {
        return "read";
    }

    return method == NULL || strstr(method, "{{") != NULL ? "unknown"
                                                          : "write";
}


/* By the name of its action; a tool whose action has none we know, by what its
 * author says. */
const char *
ckp_study_risk(const ckp_each_t *at)
{
    const ckp_step_t *const  step = at->step;

    if (ckp_word_in(risk_request, step->action)) {
        return risk_of_request(step);
    }

    if (ckp_word_in(risk_read, step->action)) {
        return "read";
    }

    if (ckp_word_in(risk_write, step->action)) {
        return "write";
    }

    if (ckp_word_in(risk_final, step->action)) {
        return "irreversible";
    }

    if (step->bind == CKP_BIND_INTERNAL) {
        return "none";
    }

    return at->tool == NULL ? "unknown" : at->writes ? "write" : "read";
}


const char *
ckp_study_node_risk(const ckp_node_t *node)
{
    const char *const  type = node->ops == NULL ? "" : node->ops->type;

    if (strcmp(type, "llm_action") == 0) {
        return "read";
    }

    return strcmp(type, "subflow") == 0 ? "unknown" : NULL;
}


/* --- lists -------------------------------------------------------------------- */

typedef struct {
    json_t  *list;
    int      bad;
} risk_list_t;


static json_t *
risk_ms(uint32_t ms)
{
    return ms == 0 ? json_null() : json_integer(ms);
}


/* As the graph names them: a task "<dag>.<task>", a tool as a step of its
 * node. */
static json_t *
risk_node(const ckp_each_t *at)
{
    return at->task == NULL ? json_string(at->node->id)
                            : json_sprintf("%s.%s", at->node->id, at->task);
}


static const char *
risk_step_id(const ckp_each_t *at)
{
    return at->tool != NULL ? at->tool : at->step->id;
}


/* All that goes out, and what should but is bound to nobody; requests that we
 * send ourselves go out, too. */
static void
risk_call(void *data, const ckp_each_t *at)
{
    risk_list_t *const         r = data;
    const ckp_step_t *const    step = at->step;
    const ckp_hosted_t *const  own = ckp_op_hosted(step->op);

    if (step->bind == CKP_BIND_INTERNAL
        && (own == NULL || own->target == NULL
            || strcmp(own->target, "http") != 0))
    {
        return;
    }

    r->bad |= json_array_append_new(r->list, json_pack("{s:o, s:s, s:s, s:s, "
                  "s:n, s:s?, s:o}", "node_id", risk_node(at), "step_id",
                  risk_step_id(at), "action", step->action, "binding_kind",
                  ckp_study_binding(step), "binding_ref", "agent_hint",
                  step->agent, "timeout_ms", risk_ms(step->timeout_ms)));
}


/* A model or a procedure that the node names. */
static void
risk_call_node(risk_list_t *r, const ckp_study_t *s, const ckp_node_t *node)
{
    const json_t *const  doc = ckp_pointer_get(s->prog->doc, node->pointer);
    const char *const    type = node->ops == NULL ? "" : node->ops->type;
    const bool           llm = strcmp(type, "llm_action") == 0;
    const char *const    keys[2][3] = {
        { "procedure_id", "subflow_id", NULL }, { "profile", "model", NULL }
    };
    const char          *ref = NULL;

    if (!llm && strcmp(type, "subflow") != 0) {
        return;
    }

    for (size_t i = 0; ref == NULL && keys[llm][i] != NULL; i++) {
        ref = ckp_json_str(doc, keys[llm][i]);
    }

    r->bad |= json_array_append_new(r->list, json_pack("{s:s, s:n, s:s, s:s, "
                  "s:s?, s:s?, s:o}", "node_id", node->id, "step_id", "action",
                  type, "binding_kind", llm ? "llm" : "subflow", "binding_ref",
                  ref, "agent_hint", node->agent, "timeout_ms",
                  risk_ms(node->timeout_ms)));
}


json_t *
ckp_study_calls(const ckp_study_t *s)
{
    risk_list_t  r = { .list = json_array() };

    for (size_t i = 0; i < s->prog->nnodes; i++) {
        risk_call_node(&r, s, &s->prog->nodes[i]);
        ckp_each_step(&s->prog->nodes[i], risk_call, &r);
    }

    return ckp_study_whole(r.list, r.bad);
}


static void
risk_step(void *data, const ckp_each_t *at)
{
    risk_list_t *const  r = data;

    r->bad |= json_array_append_new(r->list, json_pack("{s:o, s:s, s:s}",
                  "node_id", risk_node(at), "step_id", risk_step_id(at),
                  "risk", ckp_study_risk(at)));
}


json_t *
ckp_study_risks(const ckp_study_t *s)
{
    risk_list_t  r = { .list = json_array() };

    for (size_t i = 0; i < s->prog->nnodes; i++) {
        const ckp_node_t *const  node = &s->prog->nodes[i];
        const char *const        risk = ckp_study_node_risk(node);

        if (risk != NULL) {
            r.bad |= json_array_append_new(r.list, json_pack(
                         "{s:s, s:n, s:s}", "node_id", node->id, "step_id",
                         "risk", risk));
        }

        ckp_each_step(node, risk_step, &r);
    }

    return ckp_study_whole(r.list, r.bad);
}
