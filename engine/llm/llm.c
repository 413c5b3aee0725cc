/*
 * llm_action at work: coming in, waking, giving up; its reading of the document
 * is in parse.c.
 */

#include "llm/llm.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "llm/planner.h"
#include "model/limits.h"
#include "step/double.h"
#include "op/op_int.h"
#include "node/step.h"


int64_t
ckp_llm_int(const ckp_fiber_t *f, const char *name)
{
    return ckp_fiber_get_int(f, "llm", name);
}


ckp_code_t
ckp_llm_put_int(ckp_fiber_t *f, const char *name, int64_t value)
{
    return ckp_fiber_put(f, "llm", name, json_integer(value));
}


static bool
llm_is(const ckp_fiber_t *f, const char *ph)
{
    const char *const  own = ckp_fiber_get_str(f, "llm", "ph");

    return own != NULL && strcmp(own, ph) == 0;
}


/* --- the journal ------------------------------------------------------- */

const char *
ckp_llm_key(ckp_fiber_t *f, char *out)
{
    const char *const  node = ckp_fiber_node(f)->id;
    const char *const  run = ckp_fiber_key_run(f);
    const int64_t      k = ckp_llm_int(f, "k");
    char               tail[24] = "";
    char               full[CKP_KEY_MAX + 1];
    int                n;

    if (k > 0) {
        (void) snprintf(tail, sizeof(tail), "#%lld", (long long) k);
    }

    /* it is a step of its own name: the number of a visit, with which the path
     * of a node may end, is not that of a call */

    n = ckp_fiber_is_plain(f)
        ? snprintf(full, sizeof(full), "%s:%s:%s", run, node, node)
        : snprintf(full, sizeof(full), "%s:%s/%s", run,
                   ckp_fiber_node_path(f), node);

    /* a key that no header may carry is shown by its hash */

    bool  fits = n > 0 && (size_t) n + sizeof(tail) < sizeof(full);

    for (int i = 0; fits && i < n; i++) {
        fits = full[i] > 0x20 && full[i] < 0x7f;
    }

    if (!fits) {
        uint8_t            sum[CKP_SHA256_LEN];
        const char *const  path = ckp_fiber_node_path(f);

        ckp_hmac_sha256(run, strlen(run), path, strlen(path), sum);
        ckp_hex(sum, sizeof(sum), full);
    }

    (void) snprintf(out, CKP_KEY_MAX + 1, "%.230s%s", full, tail);

    return out;
}


ckp_code_t
ckp_llm_record(ckp_fiber_t *f, const char *status, const json_t *result)
{
    const char *const  node = ckp_fiber_node(f)->id;
    char               key[CKP_KEY_MAX + 1];

    return ckp_fiber_write(f, "journal",
               json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:O*}",
                         "path", ckp_fiber_node_path(f), "node_id", node,
                         "step_id", node, "key", ckp_llm_key(f, key),
                         "status", status, "attempts",
                         (json_int_t) ckp_llm_int(f, "calls"),
                         "result", result));
}


/* --- coming in --------------------------------------------------------- */

static ckp_code_t
llm_prepare(ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const json_t           *known;
    ckp_code_t              rc = ckp_llm_choose(f);

    if (rc == CKP_OK) {
        rc = ckp_llm_messages(f);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    if (llm->planner != NULL) {
        return ckp_planner_begin(f);
    }

    known = ckp_llm_cached(f);

    if (known != NULL) {
        return ckp_llm_take(f, ckp_json_str(known, "text"), known, false);
    }

    return ckp_llm_cache_asks(f) ? ckp_llm_cache_ask(f, false)
                                 : ckp_llm_ask(f);
}


/* What lies elsewhere comes first. */

static ckp_code_t
llm_gather(ckp_fiber_t *f)
{
    bool        asked;
    ckp_code_t  rc = ckp_attach_fetch(f, false, &asked);

    if (rc != CKP_OK || asked) {
        return rc;
    }

    return ckp_llm_stored(ckp_fiber_node(f)->u.llm)
           ? ckp_llm_prompt_ask(f, false) : llm_prepare(f);
}


static ckp_code_t
llm_begin(ckp_fiber_t *f)
{
    return ckp_llm_fetches(f)
           ? ckp_llm_fetch(f, false) : llm_gather(f);
}


ckp_code_t
ckp_llm_enter(ckp_fiber_t *f)
{
    const json_int_t  now = (json_int_t) ckp_fiber_now(f);
    bool              doubled = false;
    ckp_code_t        rc = ckp_fiber_put(f, "llm", NULL,
                               json_pack("{s:s, s:i, s:i, s:i, s:I}", "ph",
                                         "begin", "try", 0, "calls", 0, "k",
                                         0, "t0", now));

    ckp_fiber_at_step(f, NULL);

    if (rc == CKP_OK) {
        rc = ckp_attach_drop(f);        /* of a round before this */
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "asset", NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_double(f, &doubled);
    }

    if (rc == CKP_OK && !doubled) {
        rc = llm_begin(f);
    }

    return rc == CKP_E_INVALID || rc == CKP_E_LIMIT ? ckp_llm_over(f) : rc;
}


/* --- waking ------------------------------------------------------------ */

/* What the project remembers is here, or cannot be read. */

static ckp_code_t
llm_recalled(ckp_fiber_t *f, const ckp_input_t *in)
{
    ckp_code_t  rc;

    if (in->outcome != CKP_OUTCOME_OK) {
        return ckp_fiber_raise_json(f, ckp_json_str(in->data, "type") != NULL
                   ? ckp_json_copy(in->data)
                   : json_pack("{s:s, s:s}", "type", "InternalError",
                               "message", "the memory cannot be read"));
    }

    rc = ckp_llm_fetched(f, in->data);

    return rc == CKP_OK ? llm_gather(f) : rc;
}


static ckp_code_t
llm_attached(ckp_fiber_t *f, const ckp_input_t *in)
{
    const ckp_code_t  rc = ckp_attach_fetched(f, in);

    return rc == CKP_OK ? llm_gather(f) : rc;
}


/* The prompt is used in the turn that brings it. */

static ckp_code_t
llm_prompted(ckp_fiber_t *f, const ckp_input_t *in)
{
    bool              again;
    const ckp_code_t  rc = ckp_llm_prompt_got(f, in, &again);

    return rc == CKP_OK && !again ? llm_prepare(f) : rc;
}


static ckp_code_t
llm_replied(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char *const  ref = ckp_fiber_get_str(f, "llm", "ref");

    if (ref == NULL || in->ref == NULL || strcmp(ref, in->ref) != 0) {
        return CKP_E_STATE;
    }

    if (in->kind == CKP_IN_ADMITTED && llm_is(f, "shared")) {
        return ckp_llm_cache_said(f, in->data);
    }

    if (in->kind == CKP_IN_ADMITTED) {
        return llm_is(f, "admit") ? ckp_llm_admitted(f, in->data)
                                  : CKP_E_STATE;
    }

    if (llm_is(f, "mem")) {
        return llm_recalled(f, in);
    }

    if (llm_is(f, "get")) {
        return llm_attached(f, in);
    }

    if (llm_is(f, "ask")) {
        return llm_prompted(f, in);
    }

    if (!llm_is(f, "call")) {
        return CKP_E_STATE;
    }

    return in->outcome == CKP_OUTCOME_OK
           ? ckp_llm_answered(f, in->data)
           : ckp_llm_failed(f, in->data,
                            in->outcome == CKP_OUTCOME_UNKNOWN);
}


/* After a crash: what was with others is asked once more, and what is with the
 * host still is not. */

static ckp_code_t
llm_recover(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char *const  ref = ckp_fiber_get_str(f, "llm", "ref");
    bool               asked;

    if (ref != NULL
        && ckp_json_bool(json_object_get(in->data, "alive"), ref, false))
    {
        return CKP_OK;
    }

    if (llm_is(f, "mem")) {
        return ckp_llm_fetch(f, true);
    }

    if (llm_is(f, "shared")) {
        return ckp_llm_cache_ask(f, true);
    }

    if (llm_is(f, "get")) {
        return ckp_attach_fetch(f, true, &asked);
    }

    if (llm_is(f, "ask")) {
        return ckp_llm_prompt_ask(f, true);
    }

    return llm_is(f, "admit") ? ckp_llm_admit(f)
           : llm_is(f, "call") ? ckp_llm_repeat(f) : CKP_OK;
}


/* Again: the wait before a retry is over. */

static ckp_code_t
llm_again(ckp_fiber_t *f)
{
    bool        doubled = false;
    ckp_code_t  rc;

    if (ckp_double_node(f) != NULL) {
        rc = ckp_llm_double(f, &doubled);

        return rc;
    }

    return ckp_llm_go_on(f);
}


/*
 * The run is tried again: a call that failed, or was cut short, is made once
 * more, and no other; one whose answer nobody knows keeps its key.
 */

bool
ckp_llm_resumes(const ckp_fiber_t *f)
{
    if (ckp_llm_int(f, "calls") == 0
        || ckp_fiber_get_str(f, "list", NULL) != NULL)
    {
        return false;
    }

    return llm_is(f, "call") || llm_is(f, "gone") || llm_is(f, "admit")
           || llm_is(f, "held") || llm_is(f, "retry") || llm_is(f, "room")
           || (llm_is(f, "failed") && ckp_fiber_get(f, "llm", "fc") != NULL);
}


/* What frames tell is waited for while they run; after that, nobody listens. */

bool
ckp_llm_awaits(const ckp_fiber_t *f, const char *key)
{
    if (strcmp(key, "budget") == 0) {
        return llm_is(f, "budget");
    }

    return llm_is(f, "tools") && ckp_planner_awaits(f, key);
}


static ckp_code_t
llm_resume(ckp_fiber_t *f)
{
    const int64_t  now = ckp_fiber_now(f);
    const bool     open = !llm_is(f, "failed") && !llm_is(f, "retry")
                          && !llm_is(f, "room");
    ckp_code_t     rc = CKP_OK;

    if (!ckp_llm_resumes(f)) {
        return CKP_E_STATE;
    }

    if (open) {
        rc = ckp_fiber_put(f, "llm", "amb", json_true());
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "llm", "fc");
    }

    if (rc == CKP_OK && ckp_fiber_get(f, "pl", NULL) != NULL) {
        rc = ckp_fiber_put(f, "pl", "t0", json_integer(now));
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "try", 1);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "i", 0);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "t0", now);
    }

    return rc == CKP_OK ? llm_again(f) : rc;
}


static ckp_code_t
llm_timed_out(ckp_fiber_t *f)
{
    const int64_t  ms = ckp_llm_int(f, "until") - ckp_llm_int(f, "ts");
    ckp_code_t     rc = ckp_llm_abort(f, true);

    if (rc != CKP_OK) {
        return rc;
    }

    (void) ckp_fiber_raise(f, "TimeoutError", "no answer within %lld ms",
                           (long long) ms);

    return ckp_llm_failed(f, NULL, true);
}


static ckp_code_t
llm_tick(ckp_fiber_t *f)
{
    const int64_t  until = ckp_llm_int(f, "until");

    if (until > ckp_fiber_now(f)) {
        return ckp_fiber_sleep(f, until);
    }

    if (llm_is(f, "call")) {
        return llm_timed_out(f);
    }

    if (llm_is(f, "retry") || llm_is(f, "room")) {
        return llm_again(f);
    }

    if (llm_is(f, "held")) {
        return ckp_llm_admit(f);
    }

    if (llm_is(f, "double")) {
        json_t *const     given = json_incref(ckp_fiber_get(f, "llm", "res"));
        const ckp_code_t  rc = ckp_llm_give(f, given);

        json_decref(given);

        return rc;
    }

    return CKP_E_STATE;
}


static ckp_code_t
llm_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;

    if (in == NULL) {
        return llm_is(f, "retry") ? llm_again(f)
               : llm->planner != NULL && ckp_fiber_get(f, "pl", NULL) != NULL
                 ? ckp_planner_wake(f, NULL)
               : ckp_llm_enter(f);
    }

    if (in->kind == CKP_IN_REPLY || in->kind == CKP_IN_ADMITTED) {
        return llm_replied(f, in);
    }

    if (in->kind == CKP_IN_RECOVER) {
        return llm_recover(f, in);
    }

    if (in->kind == CKP_IN_RESUME) {
        return llm_resume(f);
    }

    if (llm->planner != NULL && llm_is(f, "tools")) {
        return ckp_planner_wake(f, in);
    }

    return in->kind == CKP_IN_TICK ? llm_tick(f) : CKP_E_STATE;
}


ckp_code_t
ckp_llm_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    ckp_code_t  rc;

    /* the recovery steps of a handler */

    if (ckp_fiber_get_str(f, "list", NULL) != NULL) {
        return ckp_steps_wake(f, in);
    }

    ckp_fiber_at_step(f, NULL);
    rc = llm_wake(f, in);

    return rc == CKP_E_INVALID || rc == CKP_E_LIMIT ? ckp_llm_over(f) : rc;
}


/* --- giving up --------------------------------------------------------- */

bool
ckp_llm_in_flight(const ckp_fiber_t *f)
{
    return llm_is(f, "call") || llm_is(f, "admit") || llm_is(f, "mem")
           || llm_is(f, "get") || llm_is(f, "ask") || llm_is(f, "shared");
}


ckp_code_t
ckp_llm_abandon(ckp_fiber_t *f)
{
    ckp_code_t  rc;

    if (!ckp_llm_in_flight(f)) {
        return CKP_OK;
    }

    ckp_fiber_at_step(f, NULL);
    rc = ckp_llm_abort(f, false);

    if (rc == CKP_OK) {
        rc = ckp_llm_settle(f, 0);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_cache_gone(f);
    }

    return rc == CKP_OK ? ckp_fiber_put(f, "llm", "ph", json_string("gone"))
                        : rc;
}
