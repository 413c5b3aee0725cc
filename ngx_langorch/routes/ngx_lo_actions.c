/*
 * The catalogue of actions by channel (spec/api.md 8).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"


typedef struct {
    const char  *channel;
    const char  *actions;       /* separated by spaces */
} ngx_lo_actions_t;


static json_t *ngx_lo_actions_catalogue(const ngx_lo_actions_t *list);
static json_t *ngx_lo_actions_words(const char *words);
static void ngx_lo_actions_merge(json_t *all, const json_t *agents);
static void ngx_lo_actions_add(json_t *list, const char *name);


static const ngx_lo_actions_t  ngx_lo_actions_known[] = {
    { "generic", "wait screenshot log set_checkpoint restore_checkpoint" },
    { "desktop", "launch_app activate_window wait_for_window wait_for_dialog"
                 " click type press_key press_keys copy_to_clipboard"
                 " paste_from_clipboard select_all_results click_cell"
                 " read_excel_file close_window maximize_window"
                 " minimize_window" },
    { "web", "navigate wait_for_element click type clear extract_table_data"
             " wait_for_text scroll_to_element take_screenshot"
             " execute_javascript switch_frame switch_window upload_file"
             " download_file" },
    { "email", "compose_email send_email read_email search_email"
               " download_attachment" },
    { "api", "http_request graphql_query soap_request websocket_connect" },
    { "database", "execute_query execute_procedure bulk_insert bulk_update"
                  " transaction_begin transaction_commit transaction_rollback"
                  " backup_data restore_data" },
    { "file", "read_file write_file delete_file move_file copy_file"
              " list_directory create_directory zip_files unzip_files" },
    { NULL, NULL }
};


/* What the engine runs itself (spec/ckp.md 13). */

static const ngx_lo_actions_t  ngx_lo_actions_live[] = {
    { "internal", "log wait set_variable append_to_array noop fail"
                  " set_checkpoint emit_event generate_id get_timestamp"
                  " retrieve_secret calculate format_string format_data"
                  " convert_type extract_regex hash validate_schema validate"
                  " parse_json parse_csv notify send_notification screenshot" },
    { NULL, NULL }
};


ngx_int_t
ngx_lo_actions_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) ngx_lo_query_bool(api, "live", 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_agents, NULL, NULL, NULL,
                          api->now_ms);
}


ngx_int_t
ngx_lo_actions_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t  *all, *live;

    all = ngx_lo_actions_catalogue(ngx_lo_actions_known);

    if (all != NULL && ngx_lo_query_bool(api, "live", 0)) {

        live = ngx_lo_actions_catalogue(ngx_lo_actions_live);
        (void) json_object_update(all, live);
        json_decref(live);

        ngx_lo_actions_merge(all, ngx_lo_job_rows(job, 0));
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, all);
}


static json_t *
ngx_lo_actions_catalogue(const ngx_lo_actions_t *list)
{
    json_t  *all;

    all = json_object();

    for ( /* void */ ; all != NULL && list->channel != NULL; list++) {
        (void) json_object_set_new(all, list->channel,
                                   ngx_lo_actions_words(list->actions));
    }

    return all;
}


static json_t *
ngx_lo_actions_words(const char *words)
{
    size_t   len;
    json_t  *list;

    list = json_array();

    for ( /* void */ ; *words != '\0'; words += len) {
        words += strspn(words, " ");
        len = strcspn(words, " ");
        (void) json_array_append_new(list, json_stringn(words, len));
    }

    return list;
}


static void
ngx_lo_actions_merge(json_t *all, const json_t *agents)
{
    size_t       i, j;
    json_t      *agent, *capability, *list;
    const char  *channel, *name;

    json_array_foreach(agents, i, agent) {

        channel = ckp_json_str(agent, "channel");
        if (channel == NULL) {
            continue;
        }

        list = json_object_get(all, channel);

        if (list == NULL) {
            (void) json_object_set_new(all, channel, json_array());
            list = json_object_get(all, channel);
        }

        json_array_foreach(json_object_get(agent, "capabilities"), j,
                           capability)
        {
            name = ckp_json_str(capability, "name");

            if (name != NULL && strcmp(name, "*") != 0) {
                ngx_lo_actions_add(list, name);
            }
        }
    }
}


static void
ngx_lo_actions_add(json_t *list, const char *name)
{
    size_t   i;
    json_t  *v;

    json_array_foreach(list, i, v) {
        if (strcmp(json_string_value(v), name) == 0) {
            return;
        }
    }

    (void) json_array_append_new(list, json_string(name));
}
