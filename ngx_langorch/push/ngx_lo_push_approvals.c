/*
 * What becomes of questions to people, as a stream (spec/api.md 7).  It begins
 * with those that are pending; from there on it is every change, in order.
 */

#include "push/ngx_lo_push_int.h"


static void
ngx_lo_push_approvals_ask(ngx_lo_stream_t *st, ngx_lo_job_t *job)
{
    if (st->seq < st->until) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_push_pending, st->seq,
                              st->until, (int64_t) NGX_LO_STREAM_ROWS,
                              st->own);
        return;
    }

    if (st->own != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_push_changes_within, st->seq,
                              (int64_t) NGX_LO_STREAM_ROWS, st->own);
        (void) ngx_lo_job_add(job, &ngx_lo_sql_push_changes_upto, st->seq,
                              (int64_t) NGX_LO_STREAM_ROWS);
        return;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_push_changes, st->seq,
                          (int64_t) NGX_LO_STREAM_ROWS);
}


static void
ngx_lo_push_approvals_told(ngx_lo_stream_t *st, ngx_lo_job_t *job)
{
    size_t         i, n;
    json_t        *rows, *row;
    ckp_buf_t      text;
    const json_t  *upto;
    ngx_uint_t     begins, end;

    rows = ngx_lo_job_rows_take(job, 0);
    n = json_array_size(rows);
    begins = (st->seq < st->until);
    upto = (st->own != NULL && !begins) ? ngx_lo_job_row(job, 1) : NULL;
    st->dirty |= (begins || n == NGX_LO_STREAM_ROWS
                  || ckp_json_int(upto, "n", 0) == NGX_LO_STREAM_ROWS);
    end = (!st->follow && !st->dirty);

    ckp_buf_init(&text, NGX_LO_STREAM_MAX);

    json_array_foreach(rows, i, row) {
        st->seq = ckp_json_int(row, "_seq", st->seq);
        st->last_id = st->seq;
        (void) json_object_del(row, "_seq");

        ngx_lo_stream_say(st, &text, "approval_update", st->last_id, row);
    }

    json_decref(rows);

    /* what is outside of the reader's projects was looked at, too */

    st->seq = ckp_json_int(upto, "seq", st->seq);

    /* that was all that is pending: next is what happened since */

    if (begins && n < NGX_LO_STREAM_ROWS) {
        st->seq = st->until;
    }

    if (n != 0 || end) {
        ngx_lo_stream_send(st, &text, end ? NGX_LO_STREAM_DONE
                                          : NGX_LO_STREAM_GOES_ON);
        return;
    }

    ckp_buf_free(&text);

    if (st->dirty) {
        ngx_lo_stream_look(st);
    }
}


static ngx_uint_t
ngx_lo_push_approvals_wants(const ngx_lo_stream_t *st,
    const ngx_lo_tail_t *tail)
{
    return tail->changes > st->seq;
}


static const ngx_lo_topic_t  ngx_lo_push_approvals_topic = {
    "changes of approvals", NULL, ngx_lo_push_approvals_ask,
    ngx_lo_push_approvals_told, ngx_lo_push_approvals_wants, NULL
};


ngx_int_t
ngx_lo_push_approvals(ngx_http_request_t *r, int64_t after, int64_t tail,
    ngx_uint_t follow, const json_t *projects)
{
    ngx_lo_stream_t  st;

    ngx_memzero(&st, sizeof(ngx_lo_stream_t));

    st.topic = &ngx_lo_push_approvals_topic;
    st.framing = &ngx_lo_sse;
    st.seq = after;
    st.until = tail;
    st.follow = follow ? 1 : 0;
    st.own = (void *) projects;

    return ngx_lo_stream_open(r, &st);
}
