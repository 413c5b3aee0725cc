/*
 * The timeline of a run as a stream (spec/api.md 5).
 */

#include "push/ngx_lo_push_int.h"

#define NGX_LO_PUSH_ANSWERS  16         /* of a run, told to a reader at once */


typedef struct {
    uint64_t    number;                 /* 0: none */
    uint64_t    total;                  /* bytes that were sent, or are gone */
    unsigned    ended;
} ngx_lo_push_had_t;

/* What a stream knows beside where it is. */

typedef struct {
    const char         *status;         /* that the last event sent left the run
                                           in; NULL: it goes on */
    ngx_lo_push_had_t   had[NGX_LO_PUSH_ANSWERS];
} ngx_lo_push_run_t;


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
    ngx_lo_push_live_put(st, &text);

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
    size_t              n;
    ngx_uint_t          end;
    const json_t       *rows;
    ngx_lo_push_run_t  *own;

    own = st->own;
    rows = ngx_lo_job_rows(job, 0);
    n = json_array_size(rows);

    /* a retry continues the sequence: only the last event ends it, which may
       have been the last one of a full block */

    if (n != 0) {
        own->status = ngx_lo_push_run_ends(ckp_json_str(json_array_get(rows,
                                                                       n - 1),
                                                        "event_type"));
    }

    /* a run that was deleted has nothing more to tell */

    end = (ngx_lo_job_row(job, 1) == NULL);

    if (n < NGX_LO_STREAM_ROWS) {
        end |= (!st->follow || own->status != NULL);

    } else {
        st->dirty = 1;
    }

    if (n != 0 || end) {
        ngx_lo_push_run_send(st, rows, end, own->status);

    } else if (st->dirty) {
        ngx_lo_stream_look(st);
    }
}


/* --- answers that grow ----------------------------------------------------- */


/* What the reader has of an answer; the oldest is forgotten for a new one. */

static ngx_lo_push_had_t *
ngx_lo_push_run_had(ngx_lo_stream_t *st, uint64_t number)
{
    ngx_uint_t          i;
    ngx_lo_push_had_t  *had, *old;

    had = ((ngx_lo_push_run_t *) st->own)->had;
    old = had;

    for (i = 0; i < NGX_LO_PUSH_ANSWERS; i++) {
        if (had[i].number == number) {
            return &had[i];
        }

        if (had[i].number < old->number) {
            old = &had[i];
        }
    }

    ngx_memzero(old, sizeof(ngx_lo_push_had_t));
    old->number = number;

    return old;
}


/* The bytes behind the `from` that are still there, not in the midst of a
 * character; *from is moved on. */

static json_t *
ngx_lo_push_run_more(const ngx_lo_live_t *live, uint64_t *from)
{
    size_t       n;
    const char  *text;

    if (*from < live->total - live->len) {
        *from = live->total - live->len;

        for (n = 0; n < live->len && ((u_char) live->text[n] & 0xc0) == 0x80;
             n++)
        {
            (*from)++;
        }
    }

    n = (size_t) (live->total - *from);
    text = live->text + live->len - n;

    return json_stringn(text, n);
}


static void
ngx_lo_push_run_grows(ngx_lo_stream_t *st, const ngx_lo_live_t *live,
    ckp_buf_t *text)
{
    json_t             *data, *delta;
    uint64_t            from;
    ngx_lo_push_had_t  *had;

    /* who came when it was over has the events */

    if (!st->follow || ngx_strcmp(live->run_id, st->run_id) != 0) {
        return;
    }

    had = ngx_lo_push_run_had(st, live->number);

    if (had->ended || (live->ended && had->total == 0)
        || (had->total == live->total && !live->ended))
    {
        return;
    }

    from = had->total;
    delta = ngx_lo_push_run_more(live, &from);

    data = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:b}", "run_id",
                     live->run_id, "node_id", live->node, "path", live->path,
                     "call", (json_int_t) live->number, "from",
                     (json_int_t) from, "to", (json_int_t) live->total,
                     "delta", delta, "ended", live->ended != 0);

    if (data == NULL) {
        return;
    }

    had->total = live->total;
    had->ended = live->ended;

    ngx_lo_stream_say(st, text, "llm_token", NGX_LO_STREAM_NO_ID, data);
    json_decref(data);
}


static const ngx_lo_topic_t  ngx_lo_push_run_topic = {
    "events of a run", NULL, ngx_lo_push_run_ask, ngx_lo_push_run_told,
    ngx_lo_stream_of_run, ngx_lo_push_run_grows
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

    st.own = ngx_pcalloc(r->pool, sizeof(ngx_lo_push_run_t));

    if (st.own == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_stream_open(r, &st);
}
