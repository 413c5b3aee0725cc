/*
 * Admission: may this attempt go, and to whom?  (spec/ckp.md 14.1)
 *
 * The life of a question (an effect of kind ADMIT).
 *   asked    with the commit, or after it                  ngx_lo_admit_ask
 *   held     until the roster is read, a result is known, a call of the same
 *            run has ended, a slot is free, or a token is there
 *   again    the same question, from its beginning         ngx_lo_admit_again
 *   answered as an input of its run
 */

#ifndef NGX_LO_ADMIT_H
#define NGX_LO_ADMIT_H

#include "run/ngx_lo_run_int.h"

/* --- the question (ngx_lo_admit.c) ----------------------------------------- */

/* What held it is over: answers it, or holds it on.  NGX_OK: it is gone. */
ngx_int_t ngx_lo_admit_again(ngx_lo_effect_t *e);

/* `data` (stolen) is the answer; ends the effect. */
void ngx_lo_admit_answer(ngx_lo_effect_t *e, json_t *data);

/* Asks again after `ms`. */
void ngx_lo_admit_later(ngx_lo_effect_t *e, ngx_msec_t ms);

/* --- slots (ngx_lo_slot.c) ---------------------------------------------------- */

typedef struct ngx_lo_slots_s  ngx_lo_slots_t;

/* Those of a resource key, NULL: no memory. */
ngx_lo_slots_t *ngx_lo_slots_of(const char *key);

/* 1: none is free.  Now and then somebody may try all the same unless this is
 * before a commit: leases decide, and one may be free before its call ends. */
ngx_uint_t ngx_lo_slots_full(ngx_lo_slots_t *slots, int64_t limit,
    ngx_uint_t commit);

/* The question waits for one, behind those that were first. */
void ngx_lo_slots_wait(ngx_lo_slots_t *slots, ngx_lo_effect_t *e);
void ngx_lo_slots_clear(void);

/* --- who there is (ngx_lo_roster.c, ngx_lo_roster_find.c) ------------------------- */

typedef struct {
    const char  *channel;       /* NULL: none */
    const char  *action;
    const char  *affinity;      /* agent_id, NULL: none */
    ngx_uint_t   agents;        /* these may do it */
    ngx_uint_t   servers;
    ngx_uint_t   commit;        /* asked before a commit */
} ngx_lo_want_t;

/* An agent that would do it but for what `why` says of it: it is offline, or
 * its circuit is open.  Its name; NULL: there is none. */
const char *ngx_lo_roster_shut(const ngx_lo_want_t *want, const char **why);

/*
 * The executor: new object {agent: as CKP_FX_ADMIT is answered}; NULL: nobody.
 * *slots: those that it needs, NULL: none; *full = 1: all that could do it have
 * no slot free, and this one was first.
 */
json_t *ngx_lo_roster_find(const ngx_lo_want_t *want, ngx_lo_slots_t **slots,
    ngx_uint_t *full);

/* 0: not read yet; the question waits until it is. */
ngx_uint_t ngx_lo_roster_known(void);

/* 1: what is known is from before the question, and read again now. */
ngx_uint_t ngx_lo_roster_newer(const ngx_lo_effect_t *e);
void ngx_lo_roster_wait(ngx_lo_effect_t *e);

/* The rows by pool and name, lent until the loop's next turn; NULL: unread. */
json_t *ngx_lo_roster_agents(void);
json_t *ngx_lo_roster_servers(void);

ngx_int_t ngx_lo_roster_start(void);
void ngx_lo_roster_stop(void);

/* --- results by key (ngx_lo_result.c) ----------------------------------------------- */

/* The question waits until it is known whether another has its result. */
void ngx_lo_result_claim(ngx_lo_effect_t *e);

#endif
