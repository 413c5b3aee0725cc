/*
 * A procedure walked as a dry run: the way it would take with these inputs, and
 * where that way hangs on what nobody knows before (spec/ckp.md 34).
 *
 * A variable is unknown once a step wrote it whose work was skipped, or that
 * read an unknown one; a decision that reads it is where the way may differ.
 */

#include <string.h>

#include "node/node.h"
#include "study/study_int.h"

/* A walk must be short: whoever asks waits for it. */
#define WALK_TURNS_MAX  20
#define WALK_NODES_MAX  2000

typedef struct {
    ckp_study_t  *s;
    json_t       *reads;            /* "node/step": {variable: true} */
    json_t       *writes;
    json_t       *unknown;          /* variable: true */
    json_t       *skipped;          /* path: true: its result is made up */
    json_t       *doubtful;         /* path: true: of nodes, by their steps */
    json_t       *points;           /* path: true: the answer, as a set */
    json_t       *route;
    int           bad;
    bool          stuck;            /* it waits for an answer */
} walk_t;


/* --- what reads what, place by place --------------------------------------------- */

static void
walk_invert(walk_t *w, json_t *into, const json_t *places, const char *what)
{
    const char    *name;
    const json_t  *one;

    json_object_foreach((json_t *) places, name, one) {
        const json_t  *path;
        size_t         i;

        json_array_foreach(json_object_get(one, what), i, path) {
            json_t  *set = json_object_get(into, json_string_value(path));

            if (set == NULL) {
                set = json_object();
                w->bad |= json_object_set_new(into, json_string_value(path),
                                              set);
            }

            w->bad |= json_object_set_new(set, name, json_true());
        }
    }
}


static bool
walk_reads_unknown(const walk_t *w, const char *place)
{
    const char  *name;
    json_t      *mark;

    json_object_foreach(json_object_get(w->reads, place), name, mark) {
        if (json_object_get(w->unknown, name) != NULL) {
            return true;
        }
    }

    return false;
}


static void
walk_doubt(walk_t *w, const char *place)
{
    const char  *name;
    json_t      *mark;

    json_object_foreach(json_object_get(w->writes, place), name, mark) {
        w->bad |= json_object_set_new(w->unknown, name, json_true());
    }
}


/* --- decisions -------------------------------------------------------------------- */

typedef struct {
    const walk_t  *w;
    bool           unknown;
} walk_refs_t;


static void
walk_ref(void *data, ckp_ref_t kind, const char *name, const char *second,
    bool in_expr)
{
    walk_refs_t *const  r = data;

    (void) kind;
    (void) second;
    (void) in_expr;

    r->unknown = r->unknown
                 || (name != NULL
                     && json_object_get(r->w->unknown, name) != NULL);
}


static bool
walk_hangs(const walk_t *w, const ckp_expr_t *condition)
{
    walk_refs_t  r = { .w = w };

    if (condition != NULL) {
        ckp_expr_refs(condition, walk_ref, &r);
    }

    return r.unknown;
}


/* Types that choose among ways by what they read. */
static bool
walk_chooses(const ckp_node_t *node)
{
    static const char  types[] = " logic loop verification parallel dag ";

    return node->ops != NULL && ckp_word_in(types, node->ops->type);
}


/* Types whose answer nobody knows before. */
static bool
walk_asks(const ckp_node_t *node)
{
    static const char  types[] = " human_approval llm_action subflow ";

    return node->ops != NULL && ckp_word_in(types, node->ops->type);
}


static bool
walk_is_point(const walk_t *w, const ckp_node_t *node)
{
    if (walk_hangs(w, node->condition)
        || (walk_chooses(node) && walk_reads_unknown(w, node->id)))
    {
        return true;
    }

    return node->ops != NULL
           && strcmp(node->ops->type, "human_approval") == 0;
}


/* --- events -------------------------------------------------------------------------- */

typedef struct {
    const char        *id;
    const ckp_step_t  *found;
} walk_find_t;


static void
walk_match(void *data, const ckp_each_t *at)
{
    walk_find_t *const  find = data;

    if (at->task == NULL && at->tool == NULL
        && strcmp(at->step->id, find->id) == 0)
    {
        find->found = at->step;
    }
}


static void
walk_mark(walk_t *w, json_t *set, const char *path)
{
    w->bad |= json_object_set_new(set, path, json_true());
}


static void
walk_node_started(walk_t *w, const ckp_event_t *e)
{
    const ckp_node_t *const  node = ckp_program_node(w->s->prog, e->node_id);

    if (node == NULL) {
        return;                     /* a task, inside its dag */
    }

    w->bad |= json_array_append_new(w->route, json_string(node->id));

    if (walk_is_point(w, node)) {
        walk_mark(w, w->points, e->path);
    }
}


/* Whether a path of the set lies below that one. */
static bool
walk_is_above(const json_t *set, const char *path)
{
    const size_t  len = strlen(path);
    const char   *key;
    json_t       *mark;

    json_object_foreach((json_t *) set, key, mark) {
        if (strncmp(key, path, len) == 0 && key[len] == '/') {
            return true;
        }
    }

    return false;
}


/* Some task of a dag gave what is made up: all that its tasks wrote is. */
static void
walk_dag_completed(walk_t *w, const ckp_node_t *node, const ckp_event_t *e)
{
    const size_t  len = strlen(node->id);
    const char   *place;
    json_t       *set;

    if (!walk_is_above(w->skipped, e->path)
        && !walk_reads_unknown(w, node->id))
    {
        return;
    }

    json_object_foreach(w->writes, place, set) {
        if (strncmp(place, node->id, len) == 0
            && (place[len] == '/' || place[len] == '\0'))
        {
            walk_doubt(w, place);
        }
    }
}


static void
walk_node_completed(walk_t *w, const ckp_event_t *e)
{
    const ckp_node_t *const  node = ckp_program_node(w->s->prog, e->node_id);

    if (node == NULL) {
        return;
    }

    if (node->ops != NULL && strcmp(node->ops->type, "dag") == 0) {
        walk_dag_completed(w, node, e);

    } else if (walk_asks(node) || walk_reads_unknown(w, node->id)
               || json_object_get(w->doubtful, e->path) != NULL)
    {
        walk_doubt(w, node->id);
    }
}


/* The place of a step is that of its node without visits and frames. */
static void
walk_step(walk_t *w, const ckp_event_t *e, bool over)
{
    const ckp_node_t *const  node = ckp_program_node(w->s->prog, e->node_id);
    walk_find_t              find = { .id = e->step_id };
    json_t                  *place;
    json_t                  *above;

    if (node == NULL || e->step_id == NULL) {
        return;
    }

    if (!over) {
        ckp_each_step(node, walk_match, &find);

        if (find.found != NULL && walk_hangs(w, find.found->condition)) {
            walk_mark(w, w->points, e->path);
        }

        return;
    }

    place = json_sprintf("%s/%s", node->id, e->step_id);
    above = json_stringn(e->path, strlen(e->path) - strlen(e->step_id) - 1);

    if (place == NULL || above == NULL) {
        w->bad = -1;

    } else if (json_object_get(w->skipped, e->path) != NULL
               || walk_reads_unknown(w, json_string_value(place)))
    {
        walk_doubt(w, json_string_value(place));
        walk_mark(w, w->doubtful, json_string_value(above));
    }

    json_decref(place);
    json_decref(above);
}


/* It fails by what it read: with the real thing it might not. */
static void
walk_failed(walk_t *w, const ckp_event_t *e)
{
    const bool      step = e->step_id != NULL;
    json_t *const   place = step ? json_sprintf("%s/%s", e->node_id,
                                                e->step_id)
                                 : json_string(e->node_id);

    if (place == NULL) {
        w->bad = -1;

    } else if (walk_reads_unknown(w, json_string_value(place))) {
        walk_mark(w, w->points, e->path);
    }

    json_decref(place);
}


static void
walk_event(walk_t *w, const ckp_event_t *e)
{
    if (strcmp(e->type, "node_started") == 0) {
        walk_node_started(w, e);

    } else if (strcmp(e->type, "node_completed") == 0) {
        walk_node_completed(w, e);

    } else if (strcmp(e->type, "dry_run_step_skipped") == 0
               || strcmp(e->type, "step_mock_applied") == 0)
    {
        walk_mark(w, w->skipped, e->path);

    } else if (strcmp(e->type, "step_started") == 0
               || strcmp(e->type, "step_skipped") == 0)
    {
        walk_step(w, e, false);

    } else if (strcmp(e->type, "step_completed") == 0) {
        walk_step(w, e, true);

    } else if (e->node_id != NULL && (strcmp(e->type, "step_failed") == 0
                                      || strcmp(e->type, "node_error") == 0))
    {
        walk_failed(w, e);
    }
}


/* --- the run --------------------------------------------------------------------------- */

/* What it asks of others is never answered here: it ends where it asks. */
static void
walk_look(walk_t *w, const ckp_turn_t *turn)
{
    for (size_t i = 0; i < turn->neffects; i++) {
        if (turn->effects[i].kind == CKP_FX_CALL
            || turn->effects[i].kind == CKP_FX_ADMIT)
        {
            w->stuck = true;
        }
    }

    for (size_t i = turn->nevents; w->stuck && i-- > 0; ) {
        if (turn->events[i].node_id != NULL) {
            walk_mark(w, w->points, turn->events[i].path);
            break;
        }
    }
}


static ckp_code_t
walk_feed(walk_t *w, ckp_run_t *run, ckp_input_t *in, ckp_turn_t *turn)
{
    ckp_err_t         err = CKP_ERR_INIT;
    const ckp_code_t  rc = ckp_run_feed(run, in, turn, &err);

    for (size_t i = 0; rc == CKP_OK && i < turn->nevents
                       && json_array_size(w->route) < WALK_NODES_MAX; i++)
    {
        walk_event(w, &turn->events[i]);
    }

    if (rc == CKP_OK) {
        walk_look(w, turn);
    }

    return rc;
}


/* In a dry run nothing is waited for: it moves, or it is over. */
static ckp_code_t
walk_run(walk_t *w, const json_t *inputs, json_t *vars, json_t *meta,
    int64_t now_ms)
{
    static const uint8_t  seed[CKP_SEED_LEN] = { 0 };
    ckp_run_t *const      run = ckp_run_new((ckp_program_t *) w->s->prog,
                                            "explain");
    json_t *const         data = json_pack("{s:O, s:O?, s:O}", "meta", meta,
                                           "inputs", inputs, "vars", vars);
    ckp_input_t           in = { .kind = CKP_IN_START, .now_ms = now_ms,
                                 .seed = seed, .ref = "", .data = data };
    ckp_turn_t            turn = { .final = 0 };
    ckp_code_t            rc = run == NULL || data == NULL
                               ? CKP_E_NOMEM : walk_feed(w, run, &in, &turn);

    in.kind = CKP_IN_RECOVER;
    in.data = NULL;

    for (size_t i = 0; rc == CKP_OK && i < WALK_TURNS_MAX && !turn.final
                       && !w->stuck && (i == 0 || turn.wake_at_ms != 0)
                       && json_array_size(w->route) < WALK_NODES_MAX; i++)
    {
        in.now_ms = turn.wake_at_ms > in.now_ms ? turn.wake_at_ms : in.now_ms;
        rc = walk_feed(w, run, &in, &turn);
        in.kind = CKP_IN_TICK;
    }

    json_decref(data);

    if (run != NULL) {
        ckp_run_free(run);
    }

    /* what cannot go on has gone as far as it could */

    return rc == CKP_E_NOMEM || w->bad != 0 ? CKP_E_NOMEM : CKP_OK;
}


static json_t *
walk_list(const json_t *set)
{
    json_t *const  list = json_array();
    const char    *path;
    json_t        *mark;
    int            bad = list == NULL;

    json_object_foreach((json_t *) set, path, mark) {
        bad |= json_array_append_new(list, json_string(path));
    }

    return ckp_study_whole(list, bad);
}


static ckp_code_t
walk_prepare(walk_t *w)
{
    json_t *const  variables = ckp_study_variables(w->s, NULL);
    json_t *const  places = json_object_get(variables, "dependencies");

    w->reads = json_object();
    w->writes = json_object();
    w->unknown = json_object();
    w->skipped = json_object();
    w->doubtful = json_object();
    w->points = json_object();
    w->route = json_array();
    walk_invert(w, w->reads, places, "consumers");
    walk_invert(w, w->writes, places, "producers");
    json_decref(variables);

    return variables == NULL || w->route == NULL || w->points == NULL
           || w->unknown == NULL || w->skipped == NULL || w->doubtful == NULL
           || w->bad != 0 ? CKP_E_NOMEM : CKP_OK;
}


static void
walk_close(walk_t *w)
{
    json_decref(w->reads);
    json_decref(w->writes);
    json_decref(w->unknown);
    json_decref(w->skipped);
    json_decref(w->doubtful);
    json_decref(w->points);
    json_decref(w->route);
}


ckp_code_t
ckp_study_walk(ckp_study_t *s, const json_t *inputs, int64_t now_ms,
    json_t **route, json_t **unknowns)
{
    walk_t         w = { .s = s };
    json_t *const  meta = json_pack("{s:s, s:s}", "trigger_type", "manual",
                                    "execution_mode", "dry_run");
    json_t        *vars = NULL;
    json_t        *errors = NULL;
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_code_t     rc = walk_prepare(&w);

    if (rc == CKP_OK) {
        rc = ckp_program_inputs(s->prog, inputs, meta, now_ms, &vars, &errors,
                                &err);

        /* a run that is refused goes nowhere */

        rc = rc == CKP_OK ? walk_run(&w, inputs, vars, meta, now_ms)
             : rc == CKP_E_NOMEM ? rc : CKP_OK;
    }

    *unknowns = rc == CKP_OK ? walk_list(w.points) : NULL;
    rc = rc == CKP_OK && *unknowns == NULL ? CKP_E_NOMEM : rc;
    *route = rc == CKP_OK ? json_incref(w.route) : NULL;
    json_decref(meta);
    json_decref(vars);
    json_decref(errors);
    walk_close(&w);

    return rc;
}
