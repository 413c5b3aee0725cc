/*
 * A run of a graph, followed: over a WebSocket (spec/api.md 18.12), and as
 * server-sent events where there are none.
 *
 * Every look reads the run as the caller sees it: who may not any more is told
 * so, and reads no further.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "graph/ngx_lo_graph_int.h"
#include "push/ngx_lo_stream.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"

#define NGX_LO_GRAPH_EVENT  "workflow_event"


/* What a caller wants to follow. */
typedef struct {
    ngx_lo_api_t  *api;
    char           status[16];          /* as it was asked for */
    int64_t        after;
    ngx_uint_t     asked;               /* from a point on */
    ngx_uint_t     follow;
} ngx_lo_graph_follow_t;


static ngx_int_t ngx_lo_graph_follow(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_graph_follow_open(ngx_lo_api_t *api,
    const ngx_lo_topic_t *topic, const ngx_lo_framing_t *framing);
static void ngx_lo_graph_topic_greet(ngx_lo_stream_t *st, ckp_buf_t *text);
static void ngx_lo_graph_topic_ask(ngx_lo_stream_t *st, ngx_lo_job_t *job);
static void ngx_lo_graph_topic_told(ngx_lo_stream_t *st, ngx_lo_job_t *job);


/* A stream that resumes by id must not hear of an event 0. */

static const ngx_lo_topic_t  ngx_lo_graph_topic = {
    "events of a workflow", NULL, ngx_lo_graph_topic_ask,
    ngx_lo_graph_topic_told, ngx_lo_stream_of_run, NULL
};

static const ngx_lo_topic_t  ngx_lo_graph_topic_ws = {
    "events of a workflow", ngx_lo_graph_topic_greet, ngx_lo_graph_topic_ask,
    ngx_lo_graph_topic_told, ngx_lo_stream_of_run, NULL
};


/* --- GET /workflow_runs/{run_id}/stream ------------------------------------------ */


ngx_int_t
ngx_lo_graph_run_stream_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_graph_follow(api, job);
}


ngx_int_t
ngx_lo_graph_run_stream_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t               rc;
    const json_t           *row;
    ngx_lo_graph_follow_t  *f;

    row = ngx_lo_graph_run_row(api, job, NGX_LO_GRAPH_VIEW, "view this run",
                               &rc);
    if (row == NULL) {
        return rc;
    }

    f = api->ctx;

    /* a reader that has the end already is told not to come again */

    if (f->asked && ngx_lo_run_is_final(ckp_json_str(row, "_status"))
        && f->after >= ckp_json_int(ngx_lo_job_row(job, 1), "seq", 0))
    {
        return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
    }

    rc = ngx_lo_api_stream_head(api);

    return (rc != NGX_OK) ? rc
           : ngx_lo_graph_follow_open(api, &ngx_lo_graph_topic, &ngx_lo_sse);
}


/* --- GET /ws/workflow_runs/{run_id} ---------------------------------------------- */


ngx_int_t
ngx_lo_graph_run_ws_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t  rc;

    rc = ngx_lo_graph_follow(api, job);

    return (rc != NGX_OK) ? rc : ngx_lo_api_upgrade(api);
}


ngx_int_t
ngx_lo_graph_run_ws_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t               rc;
    const char             *status;
    const json_t           *row;
    ngx_lo_graph_follow_t  *f;

    row = ngx_lo_graph_run_row(api, job, NGX_LO_GRAPH_VIEW, "view this run",
                               &rc);
    if (row == NULL) {
        return rc;
    }

    f = api->ctx;
    status = ckp_json_str(row, "status");
    ngx_cpystrn((u_char *) f->status, (u_char *) status, sizeof(f->status));

    return ngx_lo_graph_follow_open(api, &ngx_lo_graph_topic_ws, &ngx_lo_ws);
}


/* --- both ------------------------------------------------------------------------ */


static ngx_int_t
ngx_lo_graph_follow(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t                 after;
    const char             *run;
    ngx_lo_graph_follow_t  *f;

    f = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_graph_follow_t));
    if (f == NULL) {
        return NGX_ERROR;
    }

    api->ctx = f;
    f->api = api;

    f->after = ngx_lo_query_resume(api, &f->asked);
    f->follow = ngx_lo_query_bool(api, "follow", 1);
    after = ngx_lo_query_int(api, "after_seq", 0, INT64_MAX, 0);

    if (after > f->after) {
        f->asked = 1;
        f->after = after;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    run = ngx_lo_api_seg(api, "run_id");

    if (ngx_lo_job_add(job, &ngx_lo_sql_graph_run, run, api->actor,
                       ngx_lo_graph_groups(api), api->now_ms)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_graph_last, run);
}


static ngx_int_t
ngx_lo_graph_follow_open(ngx_lo_api_t *api, const ngx_lo_topic_t *topic,
    const ngx_lo_framing_t *framing)
{
    ngx_lo_stream_t         st;
    ngx_lo_graph_follow_t  *f;

    f = api->ctx;
    ngx_memzero(&st, sizeof(ngx_lo_stream_t));

    st.topic = topic;
    st.framing = framing;
    st.own = f;
    st.seq = f->after;
    st.last_id = f->after;
    st.follow = f->follow ? 1 : 0;
    ngx_cpystrn((u_char *) st.run_id, (u_char *) ngx_lo_api_seg(api, "run_id"),
                sizeof(st.run_id));

    return ngx_lo_api_stream(api, ngx_lo_stream_open(api->r, &st));
}


/* --- the topic ------------------------------------------------------------------- */


static void
ngx_lo_graph_topic_greet(ngx_lo_stream_t *st, ckp_buf_t *text)
{
    char                    now[CKP_TIME_LEN + 1];
    json_t                 *said;
    ngx_lo_graph_follow_t  *f = st->own;

    ckp_time_text(f->api->now_ms, now);

    said = json_pack("{s:s, s:s, s:{s:s, s:s, s:s}, s:s, s:i}",
                     "type", "connected", "workflow_run_id", st->run_id,
                     "data", "workflow_run_id", st->run_id, "status",
                     f->status, "user_id", f->api->actor, "timestamp", now,
                     "seq", 0);

    if (said == NULL) {
        text->failed = CKP_E_NOMEM;
        return;
    }

    ngx_lo_stream_say(st, text, NGX_LO_GRAPH_EVENT, 0, said);
    json_decref(said);
}


static void
ngx_lo_graph_topic_ask(ngx_lo_stream_t *st, ngx_lo_job_t *job)
{
    json_t                 *groups;
    ngx_lo_graph_follow_t  *f = st->own;

    groups = ngx_lo_who_groups(&f->api->who);

    (void) ngx_lo_job_add(job, &ngx_lo_sql_graph_run,
                          (const char *) st->run_id, f->api->actor,
                          (const json_t *) groups, ngx_lo_now_ms());
    (void) ngx_lo_job_add(job, &ngx_lo_sql_graph_events,
                          (const char *) st->run_id, st->seq,
                          (int64_t) NGX_LO_STREAM_ROWS);

    json_decref(groups);
}


/* Whether this was all that there will be. */

static ngx_lo_stream_end_t
ngx_lo_graph_topic_end(ngx_lo_stream_t *st, const json_t *row, size_t n)
{
    ngx_lo_graph_follow_t  *f = st->own;

    if (row == NULL) {
        return NGX_LO_STREAM_DONE;
    }

    if (ngx_lo_graph_may(f->api, row) < NGX_LO_GRAPH_VIEW) {
        return NGX_LO_STREAM_DENIED;
    }

    if (n == NGX_LO_STREAM_ROWS) {
        st->dirty = 1;
        return NGX_LO_STREAM_GOES_ON;
    }

    return (!st->follow || ngx_lo_run_is_final(ckp_json_str(row, "_status")))
           ? NGX_LO_STREAM_DONE : NGX_LO_STREAM_GOES_ON;
}


static void
ngx_lo_graph_topic_told(ngx_lo_stream_t *st, ngx_lo_job_t *job)
{
    size_t                i;
    json_t               *said;
    ckp_buf_t             text;
    ngx_uint_t            skip;
    const json_t         *row, *rows, *ev;
    ngx_lo_stream_end_t   end;

    row = ngx_lo_job_row(job, 0);
    rows = ngx_lo_job_rows(job, 1);
    end = ngx_lo_graph_topic_end(st, row, json_array_size(rows));

    if (end == NGX_LO_STREAM_DENIED) {
        rows = NULL;
    }

    ckp_buf_init(&text, NGX_LO_STREAM_MAX);

    json_array_foreach(rows, i, ev) {
        st->seq = ckp_json_int(ev, "seq", st->seq);
        said = ngx_lo_graph_event(row, ev, &skip);

        if (said != NULL) {
            ngx_lo_stream_say(st, &text, NGX_LO_GRAPH_EVENT, st->seq, said);
            json_decref(said);

        } else if (!skip) {
            text.failed = CKP_E_NOMEM;
        }
    }

    if (text.len != 0 || text.failed != CKP_OK
        || end != NGX_LO_STREAM_GOES_ON)
    {
        ngx_lo_stream_send(st, &text, end);
        return;
    }

    ckp_buf_free(&text);

    if (st->dirty) {
        ngx_lo_stream_look(st);
    }
}
