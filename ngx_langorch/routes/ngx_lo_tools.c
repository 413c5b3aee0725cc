/*
 * The tools of all servers, and one of them tried (spec/api.md 8).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_agents.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_servers.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_TOOLS_FRESH_MS  60000


typedef struct {
    ngx_lo_talk_t   talk;           /* first: api->ctx is this */
    const json_t   *servers;        /* rows */
    size_t          next;
    json_t         *tools;          /* of the answer */
    json_t         *errors;
    ngx_lo_job_t   *job;            /* what was learned; NULL: nothing */
    const char     *search;
    ngx_uint_t      refresh;
} ngx_lo_tools_t;


static ngx_int_t ngx_lo_tools_next(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_tools_heard(ngx_lo_api_t *api, const json_t *data,
    ckp_outcome_t outcome);
static void ngx_lo_tools_add(ngx_lo_tools_t *t, const json_t *server,
    const json_t *list);
static ngx_int_t ngx_lo_tools_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_tools_answer(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_tool_heard(ngx_lo_api_t *api, const json_t *data,
    ckp_outcome_t outcome);
static ngx_int_t ngx_lo_tool_called(ngx_lo_api_t *api, ngx_lo_job_t *job);


/* --- all of them ------------------------------------------------------------- */


ngx_int_t
ngx_lo_tools_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char      *server;
    ngx_lo_tools_t  *t;

    t = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_tools_t));
    if (t == NULL) {
        return NGX_ERROR;
    }

    api->ctx = t;
    server = ngx_lo_query_str(api, "server_id");
    t->search = ngx_lo_query_str(api, "search");
    t->refresh = ngx_lo_query_bool(api, "refresh", 0);
    t->tools = ngx_lo_api_keep(api, json_array());
    t->errors = ngx_lo_api_keep(api, json_array());

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_servers, server);
}


ngx_int_t
ngx_lo_tools_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_tools_t  *t;

    t = api->ctx;
    t->servers = ngx_lo_api_keep(api, ngx_lo_job_rows_take(job, 0));

    return ngx_lo_tools_next(api);
}


/* Servers one after the other; what is known well enough is not asked. */

static ngx_int_t
ngx_lo_tools_next(ngx_lo_api_t *api)
{
    const json_t    *server, *list;
    ngx_lo_tools_t  *t;

    t = api->ctx;

    while (t->next < json_array_size(t->servers)) {
        server = json_array_get(t->servers, t->next);
        list = json_object_get(server, "tools");

        if (!ckp_json_bool(server, "enabled", false)) {
            t->next++;
            continue;
        }

        if (!t->refresh && json_is_array(list)
            && api->now_ms - ckp_json_int(server, "tools_at", 0)
               < NGX_LO_TOOLS_FRESH_MS)
        {
            ngx_lo_tools_add(t, server, list);
            t->next++;
            continue;
        }

        t->talk.server = server;
        t->talk.tool = NULL;
        t->talk.heard = ngx_lo_tools_heard;

        return ngx_lo_talk_begin(api);
    }

    return t->job ? ngx_lo_api_then(api, t->job, ngx_lo_tools_done)
                  : ngx_lo_tools_answer(api);
}


static ngx_int_t
ngx_lo_tools_heard(ngx_lo_api_t *api, const json_t *data,
    ckp_outcome_t outcome)
{
    ngx_int_t        rc;
    const char      *id;
    const json_t    *server;
    ngx_lo_tools_t  *t;

    (void) outcome;

    t = api->ctx;
    server = json_array_get(t->servers, t->next++);
    id = ckp_json_str(server, "server_id");

    if (t->job == NULL) {
        t->job = ngx_lo_api_job(api, 1);
    }

    if (t->job == NULL) {
        return NGX_ERROR;
    }

    if (data != NULL) {
        ngx_lo_tools_add(t, server, data);
        rc = ngx_lo_job_add(t->job, &ngx_lo_sql_api_server_tools, id, data,
                            api->now_ms);

    } else {
        (void) json_array_append_new(t->errors,
                   json_pack("{s:s, s:s}", "server_id", id, "error",
                             "The server does not list its tools"));
        rc = ngx_lo_job_add(t->job, &ngx_lo_sql_api_server_lost, id,
                            "it does not list its tools", api->now_ms);
    }

    return (rc == NGX_OK) ? ngx_lo_tools_next(api) : rc;
}


static void
ngx_lo_tools_add(ngx_lo_tools_t *t, const json_t *server, const json_t *list)
{
    size_t       i;
    json_t      *tool;
    const char  *name, *text;

    json_array_foreach((json_t *) list, i, tool) {
        name = ckp_json_str(tool, "name");
        text = ckp_json_str(tool, "description");

        if (t->search != NULL && strcasestr(name, t->search) == NULL
            && (text == NULL || strcasestr(text, t->search) == NULL))
        {
            continue;
        }

        (void) json_array_append_new(t->tools,
                   json_pack("{s:O, s:O, s:O, s:O?, s:O?, s:b}",
                       "server_id", json_object_get(server, "server_id"),
                       "server", json_object_get(server, "name"),
                       "name", json_object_get(tool, "name"), "description",
                       json_object_get(tool, "description"), "input_schema",
                       json_object_get(tool, "input_schema"), "allowed", 1));
    }
}


static ngx_int_t
ngx_lo_tools_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    ngx_lo_agents_changed();

    return ngx_lo_tools_answer(api);
}


static ngx_int_t
ngx_lo_tools_answer(ngx_lo_api_t *api)
{
    char             now[CKP_TIME_LEN + 1];
    ngx_lo_tools_t  *t;

    t = api->ctx;
    ckp_time_text(api->now_ms, now);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:O, s:O, s:s}", "tools", t->tools,
                                     "errors", t->errors, "fetched_at", now));
}


/* --- one of them -------------------------------------------------------------- */


ngx_int_t
ngx_lo_tools_call_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_tools_t  *t;

    t = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_tools_t));
    if (t == NULL) {
        return NGX_ERROR;
    }

    api->ctx = t;
    t->talk.tool = ngx_lo_api_seg(api, "name");
    t->talk.heard = ngx_lo_tool_heard;
    t->talk.arguments = (json_t *) ngx_lo_input_object(api, "arguments",
                                                       NGX_LO_OPTIONAL);

    if (t->talk.arguments == NULL) {
        t->talk.arguments = ngx_lo_api_keep(api, json_object());
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_server_get,
                          ngx_lo_api_seg(api, "server_id"));
}


ngx_int_t
ngx_lo_tools_call_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t    *row;
    ngx_lo_tools_t  *t;

    t = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_server_404(api);
    }

    t->talk.server = ngx_lo_api_keep(api, json_copy((json_t *) row));

    return t->talk.server ? ngx_lo_talk_begin(api) : NGX_ERROR;
}


static ngx_int_t
ngx_lo_tool_heard(ngx_lo_api_t *api, const json_t *data,
    ckp_outcome_t outcome)
{
    ngx_int_t        rc;
    json_t          *meta;
    ngx_lo_tools_t  *t;

    t = api->ctx;

    if (data == NULL) {
        return ngx_lo_api_problem(api, 502, "bad_gateway",
                                  "The tool server gave no usable answer");
    }

    t->tools = ngx_lo_api_keep(api, json_pack("{s:O?, s:b, s:f}",
                   "result", outcome == CKP_OUTCOME_OK
                             ? json_object_get(data, "result")
                             : json_object_get(data, "message"),
                   "is_error", outcome != CKP_OUTCOME_OK, "latency_ms",
                   (double) (ngx_current_msec - api->started)));

    meta = json_pack("{s:s}", "tool", t->talk.tool);
    t->job = ngx_lo_api_job(api, 1);

    rc = (t->tools != NULL && t->job != NULL && meta != NULL)
         ? ngx_lo_server_trail(api, t->job, ngx_lo_api_seg(api, "server_id"),
                               "call", meta)
         : NGX_ERROR;

    json_decref(meta);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, t->job, ngx_lo_tool_called)
                          : NGX_ERROR;
}


static ngx_int_t
ngx_lo_tool_called(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_tools_t  *t;

    (void) job;

    t = api->ctx;

    return ngx_lo_api_json(api, NGX_HTTP_OK, json_incref(t->tools));
}
