/*
 * The timeline of a run as a stream (spec/api.md 5).
 */

#include "push/ngx_lo_push_int.h"


static void
ngx_lo_push_run_ask(ngx_lo_stream_t *st, ngx_lo_job_t *job)
{
    (void) ngx_lo_job_add(job, &ngx_lo_sql_api_events_after,
                          (const char *) st->run_id, st->seq,
                          (int64_t) NGX_LO_STREAM_ROWS);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_api_run_known,
                          (const char *) st->run_id);
}


/* The status that the event leaves the run in; NULL: it goes on. */

static const char *
ngx_lo_push_run_ends(const char *type)
{
    ngx_uint_t  n;

    static const struct {
        const char  *type;
        const char  *status;
    } finals[] = {
        { "run_completed", "completed" },
        { "run_failed",    "failed" },
        { "run_canceled",  "canceled" },
    };

    for (n = 0; type != NULL && n < sizeof(finals) / sizeof(finals[0]); n++) {
        if (ngx_strcmp(type, finals[n].type) == 0) {
            return finals[n].status;
        }
    }

    return NULL;
}


static void
ngx_lo_push_run_send(ngx_lo_stream_t *st, const json_t *rows, ngx_uint_t end,
    const char *status)
{
    size_t      i;
    json_t     *row;
    ckp_buf_t   text;

    ckp_buf_init(&text, NGX_LO_STREAM_MAX);

    json_array_foreach(rows, i, row) {
        st->seq = ckp_json_int(row, "seq", st->seq);
        st->last_id = ckp_json_int(row, "event_id", st->last_id);

        ngx_lo_stream_say(st, &text, "run_event", st->last_id, row);
    }

    if (end && status != NULL) {
        ckp_buf_printf(&text, "event: end\nid: %lld\ndata: {\"run_id\":\"%s\","
                       "\"status\":\"%s\"}\n\n",
                       (long long) st->last_id, st->run_id, status);
    }

    ngx_lo_stream_send(st, &text, end ? NGX_LO_STREAM_DONE
                                      : NGX_LO_STREAM_GOES_ON);
}


static void
ngx_lo_push_run_told(ngx_lo_stream_t *st, ngx_lo_job_t *job)
{
    size_t         n;
    ngx_uint_t     end;
    const char    *status;
    const json_t  *rows;

    rows = ngx_lo_job_rows(job, 0);
    n = json_array_size(rows);
    status = NULL;

    /* a run that was deleted has nothing more to tell */

    end = (ngx_lo_job_row(job, 1) == NULL);

    if (n < NGX_LO_STREAM_ROWS) {
        end |= !st->follow;

        /* a retry continues the sequence: only the last event ends it */

        if (n != 0) {
            status = ngx_lo_push_run_ends(ckp_json_str(json_array_get(rows,
                                                                      n - 1),
                                                       "event_type"));
            end |= (status != NULL);
        }

    } else {
        st->dirty = 1;
    }

    if (n != 0 || end) {
        ngx_lo_push_run_send(st, rows, end, status);

    } else if (st->dirty) {
        ngx_lo_stream_look(st);
    }
}


static const ngx_lo_topic_t  ngx_lo_push_run_topic = {
    "events of a run", NULL, ngx_lo_push_run_ask, ngx_lo_push_run_told,
    ngx_lo_stream_of_run
};


ngx_int_t
ngx_lo_push_run(ngx_http_request_t *r, const char *run_id, int64_t after,
    ngx_uint_t follow)
{
    ngx_lo_stream_t  st;

    ngx_memzero(&st, sizeof(ngx_lo_stream_t));

    st.topic = &ngx_lo_push_run_topic;
    st.framing = &ngx_lo_sse;
    st.seq = after;
    st.follow = follow ? 1 : 0;
    ngx_cpystrn((u_char *) st.run_id, (u_char *) run_id, sizeof(st.run_id));

    return ngx_lo_stream_open(r, &st);
}
