/*
 * What the files of push/ share beside a stream.
 */

#ifndef NGX_LO_PUSH_INT_H
#define NGX_LO_PUSH_INT_H

#include "push/ngx_lo_stream.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_STREAM_LIFE   3600000

/* --- the tail (ngx_lo_push.c) ---------------------------------------------- */

/* One stream more, or one less; NGX_BUSY: there are enough. */
ngx_int_t ngx_lo_push_join(ngx_lo_stream_t *st);
void ngx_lo_push_leave(ngx_lo_stream_t *st);

/*
 * NGX_OK: the stream may look now.  NGX_AGAIN: too many do at this moment, and
 * it looks when one of them is through.
 */
ngx_int_t ngx_lo_push_turn(ngx_lo_stream_t *st);

/* A look is under way; it is over, and the next of those who wait begins. */
void ngx_lo_push_look_begun(void);
void ngx_lo_push_look_over(void);

/* The first look of a stream: the tail is followed from here on. */
void ngx_lo_push_begin(ngx_lo_stream_t *st);

/* --- answers that grow (ngx_lo_push_live.c) --------------------------------- */

void ngx_lo_push_live_start(ngx_cycle_t *cycle);
void ngx_lo_push_live_quit(void);

/* The reader can take more, or is new: what has grown is looked at soon. */
void ngx_lo_push_live_soon(ngx_lo_stream_t *st);

/* Appends what has grown: before the events that tell of its end. */
void ngx_lo_push_live_put(ngx_lo_stream_t *st, ckp_buf_t *text);

/* Calls `each` with all streams of this worker; one may end inside. */
void ngx_lo_push_each(void (*each)(ngx_lo_stream_t *st, void *data),
    void *data);

/* --- a stream (ngx_lo_stream.c) -------------------------------------------- */

/* The stream that a request became; NULL: none. */
ngx_lo_stream_t *ngx_lo_stream_of(ngx_http_request_t *r);

/* --- its bytes (ngx_lo_stream_send.c) -------------------------------------- */

ngx_int_t ngx_lo_stream_head(ngx_lo_stream_t *st);
void ngx_lo_stream_hello(ngx_lo_stream_t *st);
void ngx_lo_stream_ping(ngx_lo_stream_t *st);

/* Sends what there is, if anything; the text is taken. */
void ngx_lo_stream_flush(ngx_lo_stream_t *st, ckp_buf_t *text);

/* Ends it cleanly now. */
void ngx_lo_stream_close(ngx_lo_stream_t *st, ngx_lo_stream_end_t why);

/* Ends it at once; nothing may be done with `st` behind it. */
void ngx_lo_stream_end(ngx_lo_stream_t *st, ngx_int_t rc);

#endif
