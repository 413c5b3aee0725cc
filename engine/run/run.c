/*
 * A run as an object: made, loaded, folded from events, saved, summed up.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/delta.h"
#include "model/event.h"
#include "model/limits.h"


static void
run_changed(void *data, const char *name)
{
    ckp_roster_touch(data, name);
}


static ckp_run_t *
run_alloc(ckp_program_t *prog, const char *id, json_t *root)
{
    ckp_run_t *const  run = ckp_calloc(sizeof(ckp_run_t));

    if (run == NULL) {
        json_decref(root);
        return NULL;
    }

    ckp_buf_init(&run->saved, SIZE_MAX / 4);
    run->prog = ckp_program_ref(prog);
    run->arena = ckp_arena_new();
    run->over = json_object();
    run->id = ckp_alloc(strlen(id) + 1);

    if (root == NULL || ckp_state_init(&run->state, root) != CKP_OK
        || run->arena == NULL || run->over == NULL || run->id == NULL)
    {
        ckp_run_free(run);
        return NULL;
    }

    memcpy(run->id, id, strlen(id) + 1);
    run->state.watched = "fibers";
    run->state.changed = run_changed;
    run->state.data = &run->roster;

    return run;
}


ckp_run_t *
ckp_run_new(ckp_program_t *prog, const char *run_id)
{
    return run_alloc(prog, run_id,
                     json_pack("{s:i}", "v", CKP_STATE_VERSION));
}


ckp_run_t *
ckp_run_bare(ckp_program_t *prog, const char *run_id, uint32_t seq,
    int64_t started_ms, const char *parent)
{
    json_t *const  kin = parent == NULL ? json_object()
                         : json_pack("{s:{s:s, s:b}}", "parent", "run_id",
                                     parent, "awaited", 1);
    ckp_run_t     *run = NULL;

    if (kin != NULL) {
        run = run_alloc(prog, run_id, json_pack("{s:i, s:s, s:I, s:i, s:{},"
                  " s:{}, s:{}, s:{}, s:o}", "v", CKP_STATE_VERSION, "status",
                  "created", "started_at", (json_int_t) started_ms, "attempt",
                  1, "meta", "input", "vars", "fibers", "kin",
                  kin));
    }

    if (run != NULL) {
        run->seq = seq;
    }

    return run;
}


ckp_run_t *
ckp_run_load(ckp_program_t *prog, const char *run_id,
    const json_t *checkpoint, ckp_err_t *err)
{
    static const char *const  objects[] = {
        "meta", "input", "vars", "fibers", "active", "keyed", "nodes", NULL
    };
    const unsigned long       refusals = ckp_memory_refusals();
    ckp_run_t                *run;

    if (checkpoint == NULL) {
        run = ckp_run_new(prog, run_id);

        if (run == NULL) {
            (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        }

        return run;
    }

    if (ckp_json_int(checkpoint, "v", 0) != CKP_STATE_VERSION
        || ckp_json_int(checkpoint, "seq", -1) < 0)
    {
        (void) ckp_fail(err, CKP_E_INVALID, "", "this is no saved state of "
                        "version %d", CKP_STATE_VERSION);
        return NULL;
    }

    for (const char *const *name = objects; *name != NULL; name++) {
        const json_t *const  v = json_object_get(checkpoint, *name);

        if (v != NULL && !json_is_object(v)) {
            (void) ckp_fail(err, CKP_E_INVALID, "", "%s of a saved state is "
                            "no object", *name);
            return NULL;
        }
    }

    run = run_alloc(prog, run_id,
                    ckp_json_whole(ckp_json_copy(checkpoint), refusals));

    if (run == NULL) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    run->seq = (uint32_t) ckp_json_int(checkpoint, "seq", 0);
    (void) json_object_del(run->state.root, "seq");

    return run;
}


ckp_code_t
ckp_run_apply(ckp_run_t *run, uint32_t seq, const json_t *delta,
    ckp_err_t *err)
{
    if (seq != run->seq + 1) {
        return ckp_fail(err, CKP_E_INVALID, "", "event %u does not follow %u",
                        seq, run->seq);
    }

    const unsigned long  refusals = ckp_memory_refusals();
    ckp_code_t           rc = ckp_state_apply(&run->state, delta, err);

    if (rc == CKP_OK && ckp_memory_refusals() != refusals) {
        rc = ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    ckp_roster_touch(&run->roster, NULL);

    if (rc == CKP_OK) {
        run->seq = seq;
        run->seeded = false;
    }

    return rc;
}


json_t *
ckp_run_save(const ckp_run_t *run)
{
    const unsigned long  refusals = ckp_memory_refusals();
    json_t *const        state = ckp_json_copy(run->state.root);

    if (state == NULL
        || json_object_set_new(state, "seq",
                               json_integer((json_int_t) run->seq)) != 0)
    {
        json_decref(state);
        return NULL;
    }

    return ckp_json_whole(state, refusals);
}


json_t *
ckp_run_save_text(ckp_run_t *run, uint32_t seq)
{
    ckp_buf_t *const     b = &run->saved;
    const json_t *const  root = run->state.root;
    char                 number[CKP_INT_LEN];

    b->len = 0;
    b->failed = CKP_OK;
    ckp_buf_put(b, "{", 1);

    for (uint32_t at = json_object_walk(root, 0); at != 0;
         at = json_object_walk(root, at))
    {
        const json_member_t *const  m = json_object_member(root, at);

        if (strcmp(json_member_name(m), "seq") != 0) {
            ckp_json_put_member(b, m);
        }
    }

    ckp_buf_puts(b, "\"seq\":");
    ckp_buf_put(b, number, ckp_int_text((int64_t) seq, number));
    ckp_buf_put(b, "}", 1);

    /* what was written of values is UTF-8 as they are */

    return b->failed == CKP_OK ? json_stringn_nocheck(b->data, b->len) : NULL;
}


json_t *
ckp_run_save_since(ckp_run_t *run, size_t mark)
{
    ckp_buf_t *const  b = &run->saved;

    b->failed = CKP_OK;

    if (ckp_delta_of(&run->state, mark, b) != CKP_OK) {
        return NULL;
    }

    return b->len == 0 ? json_string("[]")
                       : json_stringn_nocheck(b->data, b->len);
}


void
ckp_run_free(ckp_run_t *run)
{
    if (run == NULL) {
        return;
    }

    ckp_turn_free(run);
    ckp_state_free(&run->state);
    ckp_roster_free(&run->roster);
    ckp_arena_free(run->arena);
    json_decref(run->over);
    ckp_buf_free(&run->saved);
    ckp_run_unlink(run);
    json_decref(run->site);
    ckp_program_unref(run->prog);
    ckp_free(run->id);
    ckp_free(run);
}


ckp_code_t
ckp_run_put(ckp_run_t *run, const char *a, const char *b, json_t *value)
{
    const char *const  path[] = { a, b, NULL };

    return ckp_state_put(&run->state, path, value);
}


ckp_code_t
ckp_run_del(ckp_run_t *run, const char *a, const char *b)
{
    const char *const  path[] = { a, b, NULL };

    return ckp_state_del(&run->state, path);
}


bool
ckp_run_is_final(const ckp_run_t *run)
{
    return ckp_run_get(run, "ended_at", NULL) != NULL;
}


/* What the run waits for: api.md 4.10. */

static const char *
run_waiting_for(const ckp_run_t *run)
{
    static const char *const  names[] = {
        [CKP_WAIT_APPROVAL] = "approval", [CKP_WAIT_CHILD] = "child_run",
        [CKP_WAIT_CALLBACK] = "callback", [CKP_WAIT_LEASE] = "lease",
        [CKP_WAIT_TIMER] = "timer"
    };

    if (ckp_run_get(run, "pause", "told") != NULL) {
        return "operator";
    }

    /* what is known of its fibers is no part of what it is */

    if (ckp_roster_look((ckp_run_t *) run) != CKP_OK) {
        return NULL;
    }

    for (size_t i = 0; i < CKP_WAIT_NOTHING; i++) {
        if (run->roster.waits[i] > 0) {
            return names[i];
        }
    }

    return NULL;
}


void
ckp_run_summary(const ckp_run_t *run, ckp_summary_t *out)
{
    const char *const  status = ckp_run_get_str(run, "status", NULL);
    int64_t            active = ckp_run_get_int(run, "active", "ms");

    if (status != NULL && strcmp(status, "running") == 0) {
        const int64_t  since = ckp_run_get_int(run, "active", "since");

        active += run->now > since ? run->now - since : 0;
    }

    *out = (ckp_summary_t) {
        .status = status == NULL ? "created" : status,
        .last_node_id = ckp_run_get_str(run, "last", "node"),
        .last_step_id = ckp_run_get_str(run, "last", "step"),
        .error_message = ckp_run_get_str(run, "error", "text"),
        .error = ckp_run_get(run, "error", "object"),
        .outputs = ckp_run_get(run, "outputs", NULL),
        .started_at_ms = ckp_run_get_int(run, "started_at", NULL),
        .ended_at_ms = ckp_run_get_int(run, "ended_at", NULL),
        .active_ms = active,
        .prompt_tokens = ckp_run_get_int(run, "counts", "pt"),
        .completion_tokens = ckp_run_get_int(run, "counts", "ct"),
        .cost_usd = json_number_value(ckp_run_get(run, "counts", "cost")),
        .attempt = (uint32_t) ckp_run_get_int(run, "attempt", NULL),
        .seq = run->seq,
        .waiting_for = run_waiting_for(run)
    };
}
