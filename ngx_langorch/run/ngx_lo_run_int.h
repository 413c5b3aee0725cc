/*
 * What the files of run/ share: a live run, its inputs, its effects.
 */

#ifndef NGX_LO_RUN_INT_H
#define NGX_LO_CLAIM_LEN  16        /* what ties the rows of a claim together */
#define NGX_LO_RUN_INT_H

#include "core/ngx_lo_core.h"
#include "egress/ngx_lo_call.h"
#include "run/ngx_lo_program.h"
#include "run/ngx_lo_run.h"
#include "secret/ngx_lo_secret.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_TURNS_MAX   16       /* turns in one commit */
#define NGX_LO_CRASHED_FED     1    /* runs.crashed: its worker died ... */
#define NGX_LO_CRASHED_LOADED  2    /* ... while that run was loaded */
#define NGX_LO_NEAR_MS     5000     /* alarms nearer than this are kept here */
#define NGX_LO_HOLD_MS     500      /* until a job is tried again */

/* One input that waits for its turn. */

typedef struct {
    ngx_queue_t        queue;
    ckp_input_kind_t   kind;
    ckp_outcome_t      outcome;
    char              *ref;
    json_t            *data;
    int64_t            inbox_id;    /* row to delete with the turn; 0: none */
} ngx_lo_input_t;

/* One effect that waits for its commit, or is under way. */

typedef struct ngx_lo_run_s     ngx_lo_run_t;
typedef struct ngx_lo_count_s   ngx_lo_count_t;
typedef struct ngx_lo_effect_s  ngx_lo_effect_t;

struct ngx_lo_effect_s {
    ngx_queue_t         queue;      /* run->effects, then run->calls */
    ngx_queue_t         waiting;    /* held ADMITs of a resource key, or CALLs
                                       for room (queued) */
    ngx_lo_run_t       *run;
    ckp_effect_kind_t   kind;
    char               *ref;
    char               *key;
    char               *trace;      /* `traceparent` of a CALL; "": none */
    json_t             *body;
    const char         *target;     /* static text */
    json_t             *secrets;    /* {handle: text}; wiped with it */
    json_t             *grants;     /* {handle: grant or text}, what goes in
                                       their places; the same; NULL: they do */
    ngx_lo_secret_look_t  *look;    /* CALL: what the site has of them */
    void               *own;        /* the performer's; ends by own_free */
    void              (*own_free)(void *own);
    char               *text;       /* a request with its bytes; or NULL */
    uint32_t            timeout_ms;
    ngx_lo_call_t      *call;       /* CALL under way */
    ngx_event_t         timer;      /* ADMIT that is held */
    ngx_msec_t          asked;      /* when */
    int64_t             begun_ms;
    ngx_lo_job_t       *job;        /* ADMIT: a look into the store */
    json_t             *budget;     /* ADMIT: what budgets said; or NULL */
    ngx_msec_t          limited_at; /* ADMIT: since when it waits for a token */
    ngx_msec_t          token_at;   /* and when it is its turn */
    uint64_t            number;     /* grows with each effect of the worker */
    size_t              bytes;      /* of files: room it has or waits for */
    void              (*go)(ngx_lo_effect_t *e);    /* when there is room */
    unsigned            held:1;     /* in a queue, by `waiting` */
    unsigned            parked:1;   /* until a call of the same run ends */
    unsigned            claimed:1;  /* it has the right to its key */
    unsigned            limited:1;  /* it had to wait for a token */
    unsigned            token:1;    /* it has one, used or not yet */
    unsigned            agent:1;    /* target "agent" */
    unsigned            counted:1;  /* holds a slot of its resource key */
    unsigned            queued:1;   /* waits for room */
    unsigned            roomed:1;   /* has it */
    unsigned            reserved:1; /* what it may cost, of the budgets */
};

struct ngx_lo_run_s {
    ngx_rbtree_node_t   node;           /* by id */
    int64_t             id;             /* runs.id */
    char                run_id[40];
    char                hash[72];       /* of its document */
    int64_t             epoch;
    int64_t             cancel;         /* cancellation_requested, as seen */
    ckp_run_t          *ckp;
    ckp_program_t      *prog;

    ngx_queue_t         inputs;         /* ngx_lo_input_t, oldest first */
    ngx_queue_t         fed;            /* those of the turns in commit */
    ngx_queue_t         effects;        /* ngx_lo_effect_t, not committed */
    ngx_queue_t         calls;          /* committed: under way or held */
    ngx_event_t         timer;          /* the alarm, and the next turn */
    int64_t             wake_at_ms;
    int64_t             offset_ms;      /* of its clock: ngx_lo_run_now */
    int64_t             ours_ms;        /* when it was known to be, of
                                           ngx_lo_boot_ms */
    int64_t             inbox_last;     /* highest inbox row that was queued */
    int64_t             created_ms;
    char                place[65];      /* runs.place_key; "": none */

    ngx_lo_count_t     *counts;         /* once it is committed; newest first */
    ngx_uint_t          leases;         /* index of first lease guard + 1 */
    json_t             *guards;         /* [[index, path]] of order guards */
    ngx_lo_job_t       *held;           /* the store did not take it; or NULL */

    unsigned            busy:1;         /* a commit is under way */
    unsigned            again:1;        /* reload when the commit is done */
    unsigned            dropping:1;
    unsigned            unborn:1;       /* the job of its birth is not queued */
    unsigned            idle:1;
    unsigned            final:1;
    unsigned            released:1;     /* this commit gives the row back */
    unsigned            running:1;      /* that is the row's status */
    ngx_uint_t          heard;          /* statement that told triggers, index
                                           + 1; 0: none did */
    unsigned            kin:1;          /* this commit concerns other runs */
    unsigned            shut:1;         /* its row says: not loaded */
    unsigned            bare:1;         /* what it holds is in rows alone */
};

/* --- live runs (ngx_lo_run.c) ---------------------------------------------- */

ngx_lo_run_t *ngx_lo_run_find(int64_t id);

/* A claimed row with what was loaded for it; takes the ckp run. */
ngx_lo_run_t *ngx_lo_run_adopt(const json_t *row, ckp_program_t *prog,
    ckp_run_t *ckp);

/* What became of the job that makes its row; the run may be gone then. */
void ngx_lo_run_born(ngx_lo_run_t *run, ngx_lo_job_rc_t rc);

/* Its calls are aborted, nothing is written. */
void ngx_lo_run_free(ngx_lo_run_t *run);

/* The turn's job was refused (ngx_lo_run_missed.c); the run is gone then. */
void ngx_lo_run_missed(ngx_lo_run_t *run, ngx_lo_job_t *job);

/* Feeds what is queued, unless a commit is under way. */
void ngx_lo_run_next(ngx_lo_run_t *run);

/* Posts ngx_lo_run_next to the next loop turn. */
void ngx_lo_run_post(ngx_lo_run_t *run);

/* The same of all that have inputs and wait. */
void ngx_lo_runs_go_on(void);

/* --- the site's profiles of models (ngx_lo_site.c) --------------------------- */

/*
 * 1: what this worker knows is of now, or has to do; 0: it is being read, and
 * then ngx_lo_runs_go_on is called.
 */
ngx_uint_t ngx_lo_site_fresh(void);

/* For ckp_run_site, lent; NULL: not read yet. */
const json_t *ngx_lo_site_models(void);

/* Adds the lines that such a profile of an effect has of its own. */
void ngx_lo_site_headers(const json_t *profile, json_t *headers);
void ngx_lo_site_stop(void);

/* --- inputs (ngx_lo_run_inputs.c) --------------------------------------------- */

/* `ref` is copied, `data` stolen; NULL: no memory. */
ngx_lo_input_t *ngx_lo_input_new(ckp_input_kind_t kind, const char *ref,
    json_t *data);

void ngx_lo_inputs_free(ngx_queue_t *q);

/* Moves replies: inbox rows come again with the load, and ADMITTED is answered
 * afresh. */
void ngx_lo_inputs_keep_replies(ngx_queue_t *from, ngx_queue_t *to);

/* Queues an input; `ref` is copied, `data` stolen. */
void ngx_lo_run_input(ngx_lo_run_t *run, ckp_input_kind_t kind,
    ckp_outcome_t outcome, const char *ref, json_t *data, int64_t inbox_id);

/* An input of an inbox row {id, kind, ref, data}; CANCEL goes first. */
void ngx_lo_run_inbox(ngx_lo_run_t *run, const json_t *row);

/* --- a turn becomes a job (ngx_lo_commit.c) --------------------------------- */

ngx_int_t ngx_lo_commit_turn(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_turn_t *turn, int64_t now_ms);
ngx_int_t ngx_lo_commit_row(ngx_lo_run_t *run, ngx_lo_job_t *job,
    ngx_uint_t release, int64_t now_ms);

/* The writes `child`, `child_cancel`, `parent` (ngx_lo_commit_child.c). */
ngx_int_t ngx_lo_commit_kin(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w, int64_t now_ms);

/* --- what turns count (ngx_lo_count.c) ---------------------------------------- */

/* Noted with the turn; NGX_ERROR: no memory. */
ngx_int_t ngx_lo_count_event(ngx_lo_run_t *run, const ckp_event_t *ev);
ngx_int_t ngx_lo_count_metric(ngx_lo_run_t *run, const ckp_metric_t *m);

/* The commit holds: all that was noted counts, once.  It does not: none. */
void ngx_lo_counts_hold(ngx_lo_run_t *run);
void ngx_lo_counts_drop(ngx_lo_run_t *run);

/* --- effects (ngx_lo_effect.c) ---------------------------------------------- */

ngx_int_t ngx_lo_effect_add(ngx_lo_run_t *run, const ckp_effect_t *fx);
void ngx_lo_effect_free(ngx_lo_effect_t *e);
void ngx_lo_effects_perform(ngx_lo_run_t *run);

/* Answers what can be answered without a commit: in the same turn. */
void ngx_lo_effects_admit(ngx_lo_run_t *run);

/* Of a run that is let go: what others are told whatever becomes of it. */
void ngx_lo_effects_tell(ngx_lo_run_t *run);

/*
 * What the CALL carries of secrets is found: e->secrets (NULL: nothing), and
 * they may go to `url`.  NGX_ERROR: it was answered and is gone.
 */
ngx_int_t ngx_lo_effect_secrets(ngx_lo_effect_t *e, const char *url);

/* The answer of a CALL (stolen), without the secrets that went with it; ends
 * the effect.  `next`: outside of ngx_lo_effects_perform; feeds it, too. */
void ngx_lo_effect_reply(ngx_lo_effect_t *e, ckp_outcome_t outcome,
    json_t *data, ngx_uint_t next);

/* Aborts all that is under way for the run. */
void ngx_lo_effects_abort(ngx_lo_run_t *run);

/* --- admission (ngx_lo_admit.c) ---------------------------------------------- */

ngx_int_t ngx_lo_admit_start(void);
void ngx_lo_admit_stop(void);

/*
 * Answers an ADMIT at once: new object for CKP_IN_ADMITTED.  NULL: held; the
 * answer comes as an input.  Before the commit `commit` is 1: NULL then means
 * "ask again after the commit".
 */
json_t *ngx_lo_admit_ask(ngx_lo_effect_t *e, ngx_uint_t commit);
void ngx_lo_admit_forget(ngx_lo_effect_t *e);

/* The question waits until what it may cost is reserved (ngx_lo_budget.c); the
 * write "budget" ends that. */
void ngx_lo_budget_reserve(ngx_lo_effect_t *e);
ngx_int_t ngx_lo_budget_settle(ngx_lo_job_t *job, const json_t *row);

/* Calls of the run have ended: questions that waited for it are asked again. */
void ngx_lo_admit_parked(ngx_lo_run_t *run);

/* A lease write found no free slot: the key counts as full for a moment. */
void ngx_lo_admit_full(const char *resource_key);
void ngx_lo_admit_taken(const char *resource_key);
void ngx_lo_admit_freed(const char *resource_key);

/* How a call to an agent ended, for its circuit. */
void ngx_lo_admit_ended(const char *agent_id, ngx_uint_t failed,
    const char *why);

/* As above for a tool server; why NULL: it answered. */
void ngx_lo_admit_server_ended(const char *server_id, const char *why);

/* --- performers of CALL: ngx_lo_to_<target>.c ----------------------------------- */

void ngx_lo_to_agent(ngx_lo_effect_t *e);

/* A call under way is ended because its time is over: a failure of whoever was
 * called. */
void ngx_lo_agent_late(ngx_lo_effect_t *e);
void ngx_lo_mcp_late(ngx_lo_effect_t *e);
void ngx_lo_llm_late(ngx_lo_effect_t *e);

/* ngx_lo_agent_cancel.c: a NOTIFY {agent, cancel} */
void ngx_lo_agent_cancel(const ngx_lo_effect_t *e);
void ngx_lo_to_mcp(ngx_lo_effect_t *e);
void ngx_lo_to_http(ngx_lo_effect_t *e);

/* A value for a request's head, percent-encoded but for visible ASCII, and its
 * NUL (ngx_lo_to_agent.c). */
void ngx_lo_agent_head(ckp_buf_t *b, const char *s);
void ngx_lo_to_host(ngx_lo_effect_t *e);
void ngx_lo_to_notify(ngx_lo_effect_t *e);      /* ngx_lo_notify.c */

/* NOTIFY: what happened to a run, to the site's webhook; delays nobody. */
void ngx_lo_alert(const ngx_lo_effect_t *e);
void ngx_lo_alerts_stop(void);
void ngx_lo_to_llm(ngx_lo_effect_t *e);

/* Its answer is shown while it comes (ngx_lo_llm_shown.c), as far as nothing of
 * it may have to be masked.  NULL: it is not. */
typedef struct ngx_lo_llm_shown_s  ngx_lo_llm_shown_t;

ngx_lo_llm_shown_t *ngx_lo_llm_shown(const ngx_lo_effect_t *e,
    const char *provider);
void ngx_lo_llm_shown_add(ngx_lo_llm_shown_t *shown, const char *bytes,
    size_t len);
void ngx_lo_llm_shown_end(ngx_lo_llm_shown_t *shown);

/* Puts the bytes of attachments into its request (e->text), then calls `ready`;
 * or the effect is answered. */
void ngx_lo_llm_attach(ngx_lo_effect_t *e, void (*ready)(ngx_lo_effect_t *e));
void ngx_lo_to_child(ngx_lo_effect_t *e);       /* op "procedure" of host */
void ngx_lo_to_prompt(ngx_lo_effect_t *e);      /* op "prompt" of host */

/* --- bytes of files (ngx_lo_to_files.c, ngx_lo_files_room.c) -------------------- */

/* Of host: op "attachment", op "sheet". */
void ngx_lo_to_attachment(ngx_lo_effect_t *e);
void ngx_lo_to_sheet(ngx_lo_effect_t *e);

/* What an address gave is looked at, kept, and the effect answered; outside of
 * ngx_lo_effects_perform. */
void ngx_lo_files_keep(ngx_lo_effect_t *e, const json_t *want,
    const ngx_lo_call_reply_t *reply);

/* The bytes of attachments are put into a request (stolen) by a thread; its
 * text is e->text when `filled` is called, or the effect is answered. */
typedef void (*ngx_lo_files_pt)(ngx_lo_effect_t *e);
void ngx_lo_files_fill(ngx_lo_effect_t *e, json_t *request,
    ngx_lo_files_pt filled);

/* NOTIFY "files": copies that nobody needs any more. */
void ngx_lo_files_drop(const ngx_lo_effect_t *e);

/* Calls `go` as soon as there is room for so many bytes of files, at once when
 * there is; the effect gives it back with its end (_leave). */
void ngx_lo_room_enter(ngx_lo_effect_t *e, size_t bytes,
    void (*go)(ngx_lo_effect_t *e));
void ngx_lo_room_leave(ngx_lo_effect_t *e);

/* --- claims (ngx_lo_claim.c) --------------------------------------------------- */

ngx_int_t ngx_lo_claim_start(ngx_cycle_t *cycle);
void ngx_lo_claim_stop(void);
void ngx_lo_claim_look(void *data);             /* bell RUNS, poll */

/* How many runs more may be driven here; those on their way count. */
ngx_uint_t ngx_lo_claim_room(void);

/* One was let go of, and `n` are left: others may have waited for its place. */
void ngx_lo_claim_left(ngx_uint_t n);

/* Loads again a run of ours whose state in memory was thrown away; `inputs`
 * (ngx_lo_input_t) are fed before it goes on, and are stolen; so is `shelter`
 * (NULL: none). */
void ngx_lo_claim_reload(int64_t id, ngx_queue_t *inputs,
    ngx_lo_run_t *shelter);

/* --- calls of a run that is read again (ngx_lo_shelter.c) ------------------------- */

/* Takes what is under way, and replies that were not committed, out of the run.
 * NULL: no memory; then they are lost, and made again. */
ngx_lo_run_t *ngx_lo_shelter_new(ngx_lo_run_t *run);

/* {ref: true} of all that: data.alive of CKP_IN_RECOVER. */
json_t *ngx_lo_shelter_alive(const ngx_lo_run_t *s);

/* All that goes to the run that was loaded; the shelter ends. */
void ngx_lo_shelter_leave(ngx_lo_run_t *s, ngx_lo_run_t *run);
void ngx_lo_shelter_free(ngx_lo_run_t *s);          /* the calls are aborted */

ngx_uint_t ngx_lo_claim_pending(void);

/* --- giving back (ngx_lo_release.c) ----------------------------------------------- */

/* The row is given back: whoever claims it next reads the truth. */
void ngx_lo_claim_release(int64_t id, int64_t epoch);

/* The same of one that could not be loaded: it is looked at again after a
 * pause, which is longer each time, or when it is told something. */
void ngx_lo_claim_shut(int64_t id, int64_t epoch);

/* The same for all rows of a claim whose commit was not answered: if it took
 * some, they are ours and nobody drives them. */
void ngx_lo_claim_undo(const char *claim);

void ngx_lo_release_start(void);
void ngx_lo_release_stop(void);
ngx_uint_t ngx_lo_release_pending(void);

/* --- the worker's lease (ngx_lo_lease.c) ----------------------------------------- */

ngx_int_t ngx_lo_lease_start(ngx_cycle_t *cycle);
void ngx_lo_lease_stop(void);
ngx_uint_t ngx_lo_lease_pending(void);

/* 0: what was ours at `at` (ngx_lo_boot_ms) may be another's since. */
ngx_uint_t ngx_lo_lease_holds(int64_t at);

#endif
