/*
 * Answers without an end in sight, poured piece by piece: one piece is in
 * memory at a time, and the next is made when the client has read it.
 *
 * The life of such an answer.
 *   begun     the head is sent                            ngx_lo_pour_begin
 *   piece     some bytes go out; when they are gone `more` is asked for the
 *             next, by a job as any stage                 ngx_lo_pour_piece
 *   ended     a last piece.  Failing meanwhile closes the connection in the
 *             middle, so that nobody takes a part for the whole.
 */

#ifndef NGX_LO_POUR_H
#define NGX_LO_POUR_H

#include "api/ngx_lo_api.h"

/* Sends the head of a 200.  NGX_OK, NGX_DONE (HEAD: that was all), or
 * NGX_ERROR. */
ngx_int_t ngx_lo_pour_begin(ngx_lo_api_t *api, const char *type);

/* Sends the text (stolen, also on error).  `more` makes the next stage; NULL:
 * this was the last.  What the stage returns. */
ngx_int_t ngx_lo_pour_piece(ngx_lo_api_t *api, ckp_buf_t *text,
    ngx_lo_resume_pt more);

#endif
