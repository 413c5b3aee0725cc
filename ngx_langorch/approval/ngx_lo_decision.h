/*
 * The life of an answer.
 *   read      its words, from a body or from a form       ngx_lo_answer_read
 *   judged    who answers, and whether it is an answer    ngx_lo_decision_judge
 *   written   vote, decision and what the run is told, in one transaction; when
 *             somebody was first, it is judged again
 *   told      to who answered                              d->told
 */

#ifndef NGX_LO_DECISION_H
#define NGX_LO_DECISION_H

#include "api/ngx_lo_api.h"
#include "approval/ngx_lo_answer.h"
#include "approval/ngx_lo_approver.h"

typedef struct {
    const char        *by;
    const char        *behalf;      /* who the body says, when not believed */
    const char        *deputy_of;   /* NULL: he answers for himself */
    const char        *comment;
    const char        *bound;       /* the hash of what was shown; NULL: no
                                       word of it */
    char               shown[NGX_LO_SHOWN_LEN + 1]; /* of what is asked */
    const char        *link;        /* its hash; NULL: without one */
    ngx_lo_answer_t    answer;
    ngx_uint_t         tries;
    ngx_uint_t         shows;       /* of the one that reads it again */
    ngx_lo_render_pt   told;        /* the answer to who answered */
    ngx_lo_render_pt   again;       /* it is read and judged again */
} ngx_lo_decision_t;

/* With the approval in row 0 of the job and `deputes` in rows 1, and
 * api->ctx = d: goes on to d->told.  NGX_DONE: refused. */
ngx_int_t ngx_lo_decision_judge(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_decision_t *d);

#endif
