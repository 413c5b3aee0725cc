/*
 * Which hand does a step's work: the engine's own or one that is found at run
 * time; and what its parameters and agent say (spec/ckp.md 12.3, 12.4, 13).
 */

#include <string.h>
#include <strings.h>

#include "compile/parse_int.h"
#include "lang/regex.h"
#include "model/redact.h"
#include "node/op.h"

typedef struct {
    const char  *channel;
    const char  *actions;
} bind_channel_t;

static const bind_channel_t  bind_channels[] = {
    { "web",
      " navigate navigate_to click click_element type type_text clear"
      " select_option extract_text extract_data extract_table_data"
      " select_all_text get_attribute wait_for_element wait_for_text"
      " scroll_page scroll_to_element screenshot take_screenshot switch_tab"
      " close_tab refresh_page submit_form hover_element drag_and_drop"
      " handle_alert execute_javascript switch_frame switch_window"
      " upload_file download_file close " },
    { "desktop",
      " launch_app open_application close_application activate_window"
      " wait_for_window wait_for_dialog close_window maximize_window"
      " minimize_window resize_window click click_element double_click"
      " right_click type type_text press_key press_keys keyboard_shortcut"
      " copy_to_clipboard paste_from_clipboard select_all_results select_menu"
      " read_screen click_cell read_excel_file file_dialog drag_and_drop"
      " take_screenshot " },
    { "email",
      " compose_email create_draft send_email read_email read_emails"
      " forward_email reply_email search_email search_emails"
      " download_attachment move_email delete_email mark_read get_email_count"
      " extract_email_data " },
    { "api",
      " http_request graphql_query soap_request soap_call websocket_connect"
      " webhook_send parse_response authenticate set_headers upload_file " },
    { "database",
      " execute_query execute_procedure execute_stored_procedure bulk_insert"
      " bulk_update export_data import_data create_connection"
      " close_connection transaction_begin begin_transaction"
      " transaction_commit commit_transaction transaction_rollback"
      " rollback_transaction backup_data restore_data " },
    { "file",
      " read_file write_file delete_file move_file copy_file list_directory"
      " create_directory zip_files unzip_files " },
    { "llm",
      " generate_text classify_text extract_entities summarize translate"
      " analyze_sentiment generate_code evaluate_response " },
    { "generic", " " },         /* what the engine does itself */
};

#define BIND_CHANNELS  (sizeof(bind_channels) / sizeof(bind_channels[0]))


static const bind_channel_t *
bind_channel(const char *agent)
{
    if (strcasecmp(agent, "LLMAgent") == 0) {
        agent = "llm";

    } else if (strcasecmp(agent, "DB") == 0) {
        agent = "database";
    }

    for (size_t i = 0; i < BIND_CHANNELS; i++) {
        if (strcasecmp(bind_channels[i].channel, agent) == 0) {
            return &bind_channels[i];
        }
    }

    return NULL;
}


/* Only a listed action on a listed channel can be at the wrong one. */
static void
bind_channel_check(ckp_parse_t *ps, const ckp_at_t *at, const ckp_step_t *step)
{
    const bind_channel_t *const  mine = bind_channel(step->agent);

    if (mine == NULL || step->op != NULL
        || ckp_word_in(mine->actions, step->action))
    {
        return;
    }

    for (size_t i = 0; i < BIND_CHANNELS; i++) {
        if (ckp_word_in(bind_channels[i].actions, step->action)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 141,
                                             .field = "action" },
                          "action '%.60s' belongs to channel '%s', not to "
                          "'%.60s'", step->action, bind_channels[i].channel,
                          step->agent);
            return;
        }
    }
}


static bool
bind_is_engine(const char *agent)
{
    return agent == NULL || strcasecmp(agent, "MasterAgent") == 0;
}


void
ckp_step_bind(ckp_parse_t *ps, const ckp_at_t *at, ckp_steps_t how,
    ckp_step_t *step)
{
    static const ckp_word_t  executors[] = {
        { "auto", 0 }, { "agent", 1 }, { "mcp", 2 }, { "internal", 3 },
        { NULL, 0 }
    };
    const int                executor = ckp_parse_word(ps, at, "executor",
                                            executors, 0, 302);

    step->op = ckp_op_find(step->action);
    step->bind = CKP_BIND_EXTERNAL;

    if (step->op != NULL
        && (step->op->always || executor == 3
            || (executor == 0 && bind_is_engine(step->agent))))
    {
        step->bind = CKP_BIND_INTERNAL;

        /* what that gives was a secret before */

        ps->prog->config.opens |= (strcmp(step->action, "decrypt") == 0);
        return;
    }

    if (executor == 3) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 140,
                                         .field = "executor" },
                      "'%.60s' is no action of the engine", step->action);
        return;
    }

    if (step->agent != NULL) {
        bind_channel_check(ps, at, step);

    } else if (how != CKP_STEPS_CLEANUP && ps->out.form != 'E') {

        /* whom a node of a graph calls is found by what is called (11.7) */

        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 140,
                                         .field = "agent" },
                      "action '%.60s' needs an agent, and neither the step "
                      "nor the node names one", step->action);
    }
}


/* --- parameters ------------------------------------------------------------- */


/* "a|b": one of them will do. */
static bool
bind_has_one(const json_t *params, const char *names, size_t len)
{
    char    name[64];
    size_t  from = 0;

    for (size_t i = 0; i <= len; i++) {
        if (i < len && names[i] != '|') {
            continue;
        }

        if (i - from < sizeof(name)) {
            memcpy(name, names + from, i - from);
            name[i - from] = '\0';

            if (json_object_get(params, name) != NULL) {
                return true;
            }
        }

        from = i + 1;
    }

    return false;
}


static void
bind_required(ckp_parse_t *ps, const ckp_at_t *at, const ckp_op_t *op,
    const json_t *params)
{
    const char  *p = (op->required == NULL) ? "" : op->required;

    while (*p != '\0') {
        const size_t  len = strcspn(p, " ");

        if (len > 0 && !bind_has_one(params, p, len)) {
            const char *const  field = ckp_arena_strndup(ps->arena, p,
                                                         strcspn(p, " |"));

            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 414,
                                             .field = field },
                          "action '%s' needs '%.*s'", op->action, (int) len,
                          p);
        }

        p += len + (p[len] == ' ');
    }
}


/* What the author wrote: inline, or under params. */
static void
bind_place(const ckp_at_t *at, const char *key, ckp_at_t *params,
    ckp_at_t *out)
{
    const json_t *const  inner = json_object_get(at->value, "params");

    *params = (ckp_at_t) { .up = at, .key = "params", .value = inner };
    *out = (ckp_at_t) { .up = at, .key = key,
                        .value = json_object_get(at->value, key) };

    if (json_object_get(inner, key) != NULL) {
        out->up = params;
        out->value = json_object_get(inner, key);
    }
}


/* "password": "hunter2" in the open. */
static void
bind_credential(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    const json_t *value)
{
    const char *const  text = json_string_value(value);
    ckp_at_t           params;
    ckp_at_t           out;

    if (text != NULL && text[0] != '\0' && strstr(text, "{{") == NULL
        && ckp_key_is_secret(key))
    {
        bind_place(at, key, &params, &out);
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 324,
                                         .field = key,
                                         .hint = "use {{secrets.name}}" },
                      "'%.60s' looks like a credential in the open", key);
    }
}


static void
bind_assigned(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    const json_t *params)
{
    const char *const  name = ckp_json_str(params, key);
    ckp_at_t           inner;
    ckp_at_t           out;

    if (name != NULL && ckp_name_is_reserved(name)) {
        bind_place(at, key, &inner, &out);
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 413,
                                         .field = key },
                      "'%.120s' is a reserved name", name);
    }
}


/* Where a restored run goes on: an edge of the graph like any other. */
static void
bind_jump(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t  params;
    ckp_at_t  out;

    bind_place(at, "next_node", &params, &out);

    if (out.value != NULL) {
        (void) ckp_parse_target(ps, out.up, "next_node");
    }
}


static void
bind_known(ckp_parse_t *ps, const ckp_at_t *at, const ckp_op_t *op,
    const char *key)
{
    ckp_at_t    params;
    ckp_at_t    out;
    ckp_near_t  near;

    if (op->params == NULL || ckp_word_in(op->params, key)) {
        return;
    }

    ckp_near_init(ps, &near, key);
    ckp_near_list(&near, op->params);
    bind_place(at, key, &params, &out);
    ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 412, .field = key,
                                     .hint = ckp_near_hint(ps, &near) },
                  "action '%s' takes no parameter '%.60s'", op->action, key);
}


static void
bind_regex(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    const char *pattern, const char *flags)
{
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_regex_t *const  re = ckp_regex_new(pattern, false, flags, &err);
    ckp_at_t            params;
    ckp_at_t            out;

    ckp_regex_free(re);

    if (err.code == CKP_E_NOMEM) {
        ps->nomem = true;

    } else if (re == NULL) {
        bind_place(at, key, &params, &out);
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 221,
                                         .field = key }, "%s", err.msg);
    }
}


/* What is written out is judged now; flags change what a pattern means. */
static void
bind_pattern(ckp_parse_t *ps, const ckp_at_t *at, const json_t *params)
{
    const char *const  pattern = ckp_json_str(params, "pattern");
    const char *const  flags = ckp_json_str(params, "flags");
    const bool         plain = flags == NULL || strstr(flags, "{{") == NULL;

    if (flags != NULL && plain && flags[strspn(flags, "imsx")] != '\0') {
        bind_regex(ps, at, "flags", "", flags);

    } else if (plain && pattern != NULL && strstr(pattern, "{{") == NULL) {
        bind_regex(ps, at, "pattern", pattern, flags);
    }
}


/* One that is still to be rendered is judged when it is used. */
static void
bind_schema(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t  params;
    ckp_at_t  out;
    char     *text;

    bind_place(at, "schema", &params, &out);
    text = out.value == NULL ? NULL : ckp_json_text(out.value);

    if (text != NULL && strstr(text, "{{") == NULL) {
        (void) ckp_schema_at(ps, &out);
    }

    ckp_free(text);
}


void
ckp_step_params_check(ckp_parse_t *ps, const ckp_at_t *at,
    const ckp_step_t *step, const json_t *params)
{
    const char    *key;
    const json_t  *value;

    json_object_foreach((json_t *) params, key, value) {
        if (ckp_parse_is_full(ps)) {
            return;
        }

        if (step->bind == CKP_BIND_INTERNAL) {
            bind_known(ps, at, step->op, key);

        } else {
            bind_credential(ps, at, key, value);
        }
    }

    if (step->bind != CKP_BIND_INTERNAL) {
        return;
    }

    bind_required(ps, at, step->op, params);

    if (strcmp(step->action, "set_variable") == 0) {
        bind_assigned(ps, at, "variable", params);

        json_object_foreach(json_object_get(params, "variables"), key, value) {
            if (ckp_name_is_reserved(key)) {
                ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 413,
                                                 .field = "variables" },
                              "'%.120s' is a reserved name", key);
            }
        }

    } else if (strcmp(step->action, "append_to_array") == 0) {
        bind_assigned(ps, at, "array", params);

    } else if (strcmp(step->action, "restore_checkpoint") == 0) {
        bind_jump(ps, at);

    } else if (strcmp(step->action, "extract_regex") == 0) {
        bind_pattern(ps, at, params);

    } else if (strcmp(step->action, "validate_schema") == 0) {
        bind_schema(ps, at);
    }
}
