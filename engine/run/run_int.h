/*
 * What the files of run/ share: the run, its turn, a fiber at work.
 *
 * The state, as saved (all objects; absent is empty):
 *   v, status, attempt, created_at, started_at, ended_at, base_at
 *   meta, input, vars, counts {steps, retries, done}, fx, next
 *   active {ms, since, limit}        time in `running`
 *   fibers {id: fiber}, resume       fibers where a run that ended stood
 *   keyed {key: result}, agents {channel: agent_id}, approval {node: record}
 *   keyh {key: hash}, keyf {key: error}; of nodes: nodes {key: record}, nodeh,
 *   nodef
 *   error, onf {node, err}           the failure that on_failure handles
 *   outputs, last {node, step}, cp   the last checkpoint's id
 *   fin {outputs, message}           it would be over but for detached frames
 *   pause {actor, reason}            an operator holds it
 *   from {checkpoint_id, fibers}     born with a saved state, not begun yet
 *   gen                              how often it was set back
 *   last_of {name: value}, nf        last results by name; the newest fiber
 *   kin, given, stop                 of a child run: run/child.c
 *   fiber   {n, vis {node: visits}, hops, err, wake}; of a frame also {up,
 *           kind, key, base, d, t0, det, at, over, round, loc, vars, snap,
 *           input, prog (a hash), inh (it inherits), onf (the error that its
 *           on_failure handles), last_of}
 *   n       the node at work: {id, visit, t0, in ...}; no visit: to be entered;
 *           leave {to, result}: it is done, and the frame is to be left
 *   wake    ms; -1: no time; absent: the fiber can move
 *
 * A frame that has `vars` keeps what it writes there; with `prog` these are all
 * the variables of a child procedure.  `snap`: what was outside when it began.
 */

#ifndef CKP_RUN_INT_H
#define CKP_RUN_INT_H

#include "ckp.h"
#include "base/trace.h"
#include "model/program.h"
#include "model/state.h"
#include "node/fiber.h"
#include "node/frame.h"
#include "run/roster.h"

#define CKP_STATE_VERSION  1

/* Growing array of a turn's things. */
typedef struct {
    void    *items;
    size_t   n;
    size_t   size;
} ckp_list_t;

/* How much of a turn there was. */
typedef struct {
    size_t    events;
    size_t    writes;
    size_t    effects;
    size_t    metrics;
    size_t    changes;
    size_t    point;
    size_t    points;
    uint32_t  seq;
} ckp_mark_t;

struct ckp_run_s {
    ckp_program_t       *prog;
    char                *id;
    ckp_state_t          state;
    uint64_t             places;        /* counts what changes fibers' paths */
    ckp_roster_t         roster;        /* of its fibers */
    uint32_t             seq;
    size_t               vars_bytes;    /* of the variables of vars_of */
    char                 vars_of[24];

    /* the turn */

    ckp_arena_t         *arena;
    ckp_list_t           events;
    ckp_list_t           writes;
    ckp_list_t           effects;
    ckp_list_t           metrics;
    ckp_mark_t           mark;          /* when its last input came */
    ckp_buf_t            saved;         /* for the texts of its checkpoints */
    size_t               points;        /* of these since one has been whole,
                                           with it; 0: none */
    size_t               point;         /* mark of the newest one's state */
    bool                 open;          /* others may join it: ckp_run_open */
    const ckp_input_t   *in;
    int64_t              now;           /* of the last input */
    ckp_rand_t           rand;
    unsigned             work;
    bool                 seeded;
    bool                 ended;         /* in this turn */
    bool                 crowded;       /* a limit of the whole run was met */
    json_t              *links;         /* hash -> {n}: place in linked */
    ckp_list_t           linked;        /* ckp_program_t *, references */
    ckp_list_t           heirs;         /* of inherit_context: link.c */
    json_t              *site;          /* as by ckp_run_site; NULL: nothing */
    json_t              *over;          /* fibers whose node has been told to
                                           be over, in this turn */
};

typedef enum {
    CKP_FIBER_REST,
    CKP_FIBER_ENTER,
    CKP_FIBER_AGAIN
} ckp_ready_t;

struct ckp_fiber_s {
    ckp_run_t            *run;
    const char           *id;
    const ckp_program_t  *prog;         /* of the procedure it runs */
    const ckp_node_t     *node;
    const ckp_step_t  *step;
    json_t            *error;           /* raised, not taken */
    ckp_ready_t        ready;
    bool               slept;
    bool               handling;        /* handlers saw a raised error */
    const char        *at;              /* path of a node that was left, whose
                                           detached frame has ended; NULL */

    /* What was found before and holds while the counts of the state (`shape`)
     * and of the run (`places`) are what they were: fiber.c. */

    uint64_t           shape;
    json_t            *own;
    json_t            *n;
    ckp_way_t          way;             /* to these; made when it is needed */
    struct {
        uint64_t             shape;
        uint64_t             places;
        const ckp_node_t    *node;
        const ckp_step_t    *step;
        const char          *at;
        const char          *text;      /* of the turn's arena */
    }                  path;
};

/* --- turn.c -------------------------------------------------------------- */

void ckp_turn_begin(ckp_run_t *run, const ckp_input_t *in);
ckp_code_t ckp_turn_end(ckp_run_t *run, ckp_turn_t *turn);
void ckp_turn_undo(ckp_run_t *run);     /* what its last input made of it */
void ckp_turn_free(ckp_run_t *run);

/* Of the run itself (path "") or of a place.  payload is stolen. */
typedef struct {
    const char  *type;
    const char  *path;
    const char  *node_id;
    const char  *step_id;
    uint32_t     attempt;
    const char  *trace;                 /* the node's own; NULL: made */
    const char  *span;
} ckp_place_t;

/* The run begins: tells that secrets which others keep are asked for anew,
 * where the site does so and the procedure has some (secret.c). */
ckp_code_t ckp_run_secrets_fresh(ckp_run_t *run);

ckp_code_t ckp_run_emit(ckp_run_t *run, const ckp_place_t *at,
    json_t *payload);
ckp_code_t ckp_run_write(ckp_run_t *run, const char *table, const char *path,
    json_t *row);
ckp_code_t ckp_run_effect(ckp_run_t *run, const ckp_effect_t *fx);

/* m->labels is stolen, the name is copied; the engine's own all have labels. */
ckp_code_t ckp_run_metric(ckp_run_t *run, const ckp_metric_t *m);
ckp_code_t ckp_run_checkpoint(ckp_run_t *run, const char *reason,
    const ckp_place_t *at, const char *name, char *id);

/* --- run.c ---------------------------------------------------------------- */

/* state[a][b]; b NULL: state[a].  Stolen; lent. */
ckp_code_t ckp_run_put(ckp_run_t *run, const char *a, const char *b,
    json_t *value);
ckp_code_t ckp_run_del(ckp_run_t *run, const char *a, const char *b);

static inline json_t *
ckp_run_get(const ckp_run_t *run, const char *a, const char *b)
{
    json_t *const  v = json_object_get(run->state.root, a);

    return b == NULL ? v : json_object_get(v, b);
}


static inline int64_t
ckp_run_get_int(const ckp_run_t *run, const char *a, const char *b)
{
    return json_integer_value(ckp_run_get(run, a, b));
}


static inline const char *
ckp_run_get_str(const ckp_run_t *run, const char *a, const char *b)
{
    return json_string_value(ckp_run_get(run, a, b));
}

bool ckp_run_is_final(const ckp_run_t *run);

/* The state as a text that is JSON, as of event `seq`; NULL: no memory.  A
 * checkpoint is for the store: a copy of the state would be made to be written
 * and thrown away. */
json_t *ckp_run_save_text(ckp_run_t *run, uint32_t seq);

/* The same of what changed since a mark of this turn: a delta, ckp_state_t. */
json_t *ckp_run_save_since(ckp_run_t *run, size_t mark);

/* --- link.c --------------------------------------------------------------- */

/* The child procedure of that hash; NULL: not linked. */
const ckp_program_t *ckp_run_linked(const ckp_run_t *run, const char *hash);
void ckp_run_unlink(ckp_run_t *run);

/* The procedure as it is inside `around`, from which it inherits; lives as long
 * as the run. */
const ckp_program_t *ckp_run_heir(ckp_run_t *run, const ckp_program_t *prog,
    const ckp_program_t *around);

/* The run is one that inherits (kin.legacy): its own procedure does. */
ckp_code_t ckp_run_inherit(ckp_run_t *run);

/* --- place.c ------------------------------------------------------------- */

/* Where the fiber of that object stands; NULL: its program is not linked, or
 * there is no such node. */
void ckp_fiber_where(ckp_run_t *run, const json_t *own,
    const ckp_program_t **prog, const ckp_node_t **node);

/* --- child.c -------------------------------------------------------------- */

/* When a child run has used the active time that it was given; INT64_MAX:
 * never.  late: it is canceled for it. */
int64_t ckp_child_budget_at(const ckp_run_t *run);
ckp_code_t ckp_child_late(ckp_run_t *run);

/* A child run is told to end; it declares outputs; it is over, and the run
 * around is told.  Of any other run nothing. */
ckp_code_t ckp_child_stopped(ckp_run_t *run, const json_t *data);
ckp_code_t ckp_child_gives(ckp_run_t *run, json_t *outputs);
ckp_code_t ckp_child_tell(ckp_run_t *run, const char *status);

/* --- fiber.c --------------------------------------------------------------- */

void ckp_fiber_open(ckp_fiber_t *f, ckp_run_t *run, const char *id);

/* The same for who has its object at hand; own NULL: it is gone. */
void ckp_fiber_open_own(ckp_fiber_t *f, ckp_run_t *run, const char *id,
    json_t *own);
void ckp_fiber_close(ckp_fiber_t *f);

/* fiber[a] itself, not its node's state. */
json_t *ckp_fiber_own_get(const ckp_fiber_t *f, const char *a);
ckp_code_t ckp_fiber_own_put(ckp_fiber_t *f, const char *a, json_t *value);
ckp_code_t ckp_fiber_own_del(ckp_fiber_t *f, const char *a);

/* Stands before a node; the driver enters it. */
ckp_code_t ckp_fiber_go(ckp_fiber_t *f, const ckp_node_t *node, json_t *more);

/* Moves until it rests, ends or the turn has done enough. */
ckp_code_t ckp_fiber_drive(ckp_fiber_t *f);

/* Hands it an input; what can move then is moved by ckp_run_drive_all. */
ckp_code_t ckp_fiber_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* What an executor returned: raised errors become the node's. */
ckp_code_t ckp_fiber_settle(ckp_fiber_t *f, ckp_code_t rc);

/* The variable of that name as the fiber sees it; lent, NULL: none. */
json_t *ckp_fiber_var_top(const ckp_fiber_t *f, const char *name);

/* What it has in flight is given up: calls, slots, questions. */
ckp_code_t ckp_fiber_abandon(ckp_fiber_t *f, const char *reason);

/* Something of it is with others: an admission or a call. */
bool ckp_fiber_in_flight(const ckp_fiber_t *f);

/* The error leaves the frame, or the procedure that the frame is. */
ckp_code_t ckp_frame_failed(ckp_fiber_t *f, const json_t *error);

/* The fiber of the child procedure fails as a whole. */
ckp_code_t ckp_sub_failed(ckp_fiber_t *f, const json_t *error);

/* --- frame.c ---------------------------------------------------------------- */

/* Ids of the fibers, oldest first, in the arena; NULL: no memory. */
const char **ckp_run_fiber_ids(ckp_run_t *run, size_t *n);

/* Its node has said how it ended: no node_canceled for it. */
void ckp_run_over(ckp_run_t *run, const char *id, bool over);
bool ckp_run_is_over(const ckp_run_t *run, const char *id);

/* The fiber's frame is over: its node above is told. */
ckp_code_t ckp_frame_end(ckp_fiber_t *f, ckp_child_t *child);
ckp_code_t ckp_frame_terminate(ckp_fiber_t *f, const char *sub,
    ckp_child_t *child);
const char *ckp_frame_sub(const ckp_fiber_t *f);
bool ckp_frame_stops(const ckp_fiber_t *f, const ckp_node_t *to);
bool ckp_run_has_detached(const ckp_run_t *run);

/* No successor: the frame, or the run, has come to its end. */
ckp_code_t ckp_fiber_leave(ckp_fiber_t *f, ckp_to_t how,
    const json_t *result);

/* The last detached frame is gone: a run that waited for it is over. */
ckp_code_t ckp_run_settled(ckp_run_t *run);

/* --- replay.c: nodes with a key ------------------------------------------------ */

/* *held: it waits for others' answer, or is over by what is known. */
ckp_code_t ckp_replay_begin(ckp_fiber_t *f, bool *held);

/* Others are asked; their answer, a crash meanwhile. */
bool ckp_replay_waits(const ckp_fiber_t *f);
ckp_code_t ckp_replay_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* true, once: nobody knows; the node begins. */
bool ckp_replay_goes(ckp_fiber_t *f);

/* Something was written, by name; what: "vars", "last". */
ckp_code_t ckp_replay_note(ckp_fiber_t *f, const char *what,
    const char *name);

/* The node ended; all are borrowed. */
ckp_code_t ckp_replay_done(ckp_fiber_t *f, ckp_target_t to,
    const json_t *result);
ckp_code_t ckp_replay_failed(ckp_fiber_t *f, const json_t *error);

/* It is given up, or begins anew: whoever waits may try.  forget: and what it
 * may still give is kept for nobody. */
ckp_code_t ckp_replay_gone(ckp_fiber_t *f);
ckp_code_t ckp_replay_forget(ckp_fiber_t *f);
ckp_code_t ckp_replay_abandon(ckp_fiber_t *f);

/* The node is complete by what is known of it (route.c). */
ckp_code_t ckp_fiber_known(ckp_fiber_t *f, ckp_target_t to,
    const json_t *result);

/* --- trace.c ------------------------------------------------------------------ */

/* Trace and span of a place, and the flags of the run's parent. */
void ckp_run_trace(const ckp_run_t *run, const ckp_place_t *at,
    ckp_trace_t *out);

/* `traceparent` of what the fiber calls now; NULL: no memory. */
const char *ckp_fiber_parent(ckp_fiber_t *f);                   /* fiber.c */

/* n.tr {t, s}: what the node says of its own (19.1). */
ckp_code_t ckp_fiber_trace(ckp_fiber_t *f);

/* --- sla.c ------------------------------------------------------------------ */

ckp_code_t ckp_sla_begin(ckp_fiber_t *f);
ckp_code_t ckp_sla_tick(ckp_fiber_t *f, bool *over);
int64_t ckp_sla_sleep(ckp_fiber_t *f, int64_t until_ms);
ckp_code_t ckp_sla_end(ckp_fiber_t *f, ckp_target_t *to);   /* NULL: it fails */

/* The run is over: a breach is told to be. */
ckp_code_t ckp_sla_run_end(ckp_run_t *run);

int64_t ckp_sla_run_at(const ckp_run_t *run);
ckp_code_t ckp_sla_run_tick(ckp_run_t *run);

/* --- aside.c ---------------------------------------------------------------- */

/* Before the NOTE is told.  CKP_E_STATE: it is about nothing that is open. */
ckp_code_t ckp_aside_note(ckp_run_t *run, const ckp_input_t *in);
int64_t ckp_aside_at(const ckp_run_t *run);     /* INT64_MAX: never */
ckp_code_t ckp_aside_tick(ckp_run_t *run);

/* The run ends: all that is open is over, too. */
ckp_code_t ckp_aside_void(ckp_run_t *run, const char *reason);

/* --- undo.c ----------------------------------------------------------------- */

/* Undoes what is below the path `under` (NULL: all) in frames of the fiber
 * `up`; then, in ckp_run_undone, what `then` (stolen) says.  *begun false:
 * nothing to undo, and nothing was done. */
ckp_code_t ckp_undo_begin(ckp_run_t *run, const char *up, const char *under,
    const char *reason, json_t *then, bool *begun);
ckp_code_t ckp_undo_ended(ckp_run_t *run, int64_t n, const json_t *error);
const ckp_compensation_t *ckp_undo_of(const ckp_run_t *run,
    const json_t *owner);
int64_t ckp_undo_at(const ckp_run_t *run);
ckp_code_t ckp_undo_tick(ckp_run_t *run);
ckp_code_t ckp_run_undone(ckp_run_t *run, const char *up,
    const json_t *then);                                        /* end.c */

/* --- rest.c ----------------------------------------------------------------- */

/* The end of a turn of a run that is not over: its status, turn->wake_at_ms and
 * turn->idle. */
ckp_code_t ckp_run_rest(ckp_run_t *run, ckp_turn_t *turn);

/* An operator holds the run, and the fiber (its object) has no deadline of
 * others. */
bool ckp_run_is_held(const ckp_run_t *run, const json_t *fiber);

/* --- resume.c: going on because somebody wants it ---------------------------- */

ckp_code_t ckp_run_resume(ckp_run_t *run, const ckp_input_t *in);

/*
 * Fibers that were put into the state go on, in two passes: first nothing of
 * them is with others any more; then each moves.  sound: they stood where they
 * are, and had not failed.
 */
ckp_code_t ckp_resume_reset(ckp_run_t *run, bool sound);
ckp_code_t ckp_resume_fibers(ckp_run_t *run, const ckp_input_t *in);

/* The fibers of a run that ended, as they stood: new object. */
json_t *ckp_resume_stood(const json_t *resume);

/* The run's own fiber only waits for others. */
bool ckp_resume_is_parked(const json_t *fibers);

/* Status running, and its time begins anew. */
ckp_code_t ckp_resume_clock(ckp_run_t *run);

/* --- restore.c: going on from a saved state ------------------------------------ */

/* RESUME {kind: "checkpoint", checkpoint_id, state, node?, vars?} */
ckp_code_t ckp_restore(ckp_run_t *run, const ckp_input_t *in);

/* The same data for a run that is being created; then its beginning, up to
 * ckp_resume_fibers. */
ckp_code_t ckp_restore_born(ckp_run_t *run, const json_t *data);
ckp_code_t ckp_restore_begin(ckp_run_t *run);

/* Variables of the run get these values where it stands, and so do the inputs
 * of these names. */
ckp_code_t ckp_restore_vars(ckp_run_t *run, const json_t *vars);

/* --- route.c, end.c, recover.c ---------------------------------------------- */

ckp_code_t ckp_fiber_enter(ckp_fiber_t *f);
ckp_code_t ckp_fiber_node_timeout(ckp_fiber_t *f);

/* The end itself, on_failure and compensation behind it; all borrowed. */
ckp_code_t ckp_run_end_failed(ckp_run_t *run, const json_t *error,
    const json_t *second, const char *reason);
ckp_code_t ckp_run_terminated(ckp_run_t *run, ckp_fiber_t *f,
    const json_t *message);

/* The run's own fiber only waits from now on. */
ckp_code_t ckp_run_park(ckp_run_t *run);

/* What was done is undone first; *begun false: there is nothing.  then is
 * stolen. */
ckp_code_t ckp_run_undo(ckp_run_t *run, const char *reason, json_t *then,
    bool *begun);

/* error is borrowed */
ckp_code_t ckp_run_failed(ckp_run_t *run, ckp_fiber_t *f, const json_t *error);
ckp_code_t ckp_run_end(ckp_run_t *run, const ckp_place_t *at,
    const char *status, json_t *payload);
ckp_code_t ckp_run_abandon_all(ckp_run_t *run, const char *reason);
ckp_code_t ckp_run_begin(ckp_run_t *run, const ckp_input_t *in);
ckp_code_t ckp_run_recover(ckp_run_t *run, const ckp_input_t *in);
ckp_code_t ckp_run_cancel(ckp_run_t *run, const ckp_input_t *in);
ckp_code_t ckp_run_refused(ckp_run_t *run, const ckp_input_t *in);
ckp_code_t ckp_run_drive_all(ckp_run_t *run);
ckp_code_t ckp_run_status(ckp_run_t *run, const char *status);

/* The variables must still fit the procedure, or the run fails (3.4). */
ckp_code_t ckp_run_check(ckp_run_t *run);

/* New error object of the engine's own. */
json_t *ckp_error_new(const char *type, const char *message);

/* ms when the run's own time is over; INT64_MAX: never. */
int64_t ckp_run_limit_at(const ckp_run_t *run, bool *deadline);

#endif
