/*
 * One call of a model: recorded, told, sent.  Source: spec/ckp.md 17.1, 23.1.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"
#include "llm/planner.h"
#include "model/limits.h"
#include "step/attempt.h"

#define CALL_ROOM_MS  250       /* between two looks whether a budget fits */


static int64_t
call_ms(const ckp_fiber_t *f, const json_t *profile)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    int64_t                 ms = llm->timeout_ms;

    if (ms == 0) {
        ms = ckp_json_int(profile, "timeout_ms", 0);
    }

    if (ms <= 0) {
        ms = ckp_json_int(ckp_fiber_site(f), "timeout_ms", CKP_LLM_MS);
    }

    if (llm->planner != NULL) {
        const int64_t  left = ckp_fiber_get_int(f, "pl", "t0")
                              + llm->planner->elapsed_ms - ckp_fiber_now(f);

        ms = left < ms ? left : ms;
    }

    return ms > CKP_CALL_MS_MAX ? CKP_CALL_MS_MAX : ms;
}


/* What goes into the head: the profile's own lines, and its key as a handle. */

static json_t *
call_headers(ckp_fiber_t *f, const json_t *profile)
{
    json_t *const        headers = json_object();
    const char *const    secret = ckp_json_str(profile, "secret_name");
    const char          *name;
    json_t              *value;

    json_object_foreach(json_object_get(profile, "extra_headers"), name,
                        value)
    {
        if (json_is_string(value)) {
            (void) json_object_set(headers, name, value);
        }
    }

    if (secret != NULL && *secret != '\0') {
        json_t *const  handle = ckp_fiber_secret(f, secret, NULL);

        (void) json_object_set_new(headers, "Authorization", handle == NULL
                                   ? NULL
                                   : json_sprintf("Bearer %s",
                                         json_string_value(handle)));
        json_decref(handle);
    }

    return headers;
}


static ckp_code_t
call_send(ckp_fiber_t *f, bool first)
{
    const json_t *const   entry = ckp_llm_entry(f);
    const char *const     name = ckp_json_str(entry, "p");
    const json_t *const   profile = ckp_llm_profile_of(f, name);
    char                  key[CKP_KEY_MAX + 1];
    json_t *const         headers = call_headers(f, profile);
    const bool            attached = ckp_attach_any(f);
    json_t               *secrets = NULL;
    json_t               *mask = NULL;
    ckp_code_t            rc = ckp_fiber_secrets(f, headers, &secrets);

    if (rc == CKP_OK && first) {
        rc = ckp_fiber_secrets_told(f, secrets, "llm");
    }

    if (rc == CKP_OK && attached) {
        mask = ckp_attach_mask(f, &rc);
    }

    if (rc != CKP_OK) {
        json_decref(headers);
        json_decref(secrets);
        return rc;
    }

    const ckp_effect_t  fx = {
        .kind = CKP_FX_CALL, .target = "llm",
        .ref = ckp_fiber_get_str(f, "llm", "ref"),
        .key = ckp_llm_key(f, key),
        .timeout_ms = (uint32_t) (ckp_llm_int(f, "until")
                                  - ckp_llm_int(f, "ts")),
        .body = json_pack("{s:{s:s*, s:O*, s:O*, s:O*, s:O*}, s:o, s:o*, s:o,"
                    " s:s, s:s, s:o*, s:o*, s:o*}",
                    "profile", "name", name,
                    "base_url", json_object_get(profile, "base_url"),
                    "provider", json_object_get(profile, "provider"),
                    "api_version", json_object_get(profile, "api_version"),
                    "site", json_object_get(profile, "site"),
                    "headers", headers, "secrets", secrets,
                    "request", ckp_llm_request(f, entry),
                    "node_id", ckp_fiber_node(f)->id,
                    "path", ckp_fiber_node_path(f),
                    "attached", attached ? json_true() : NULL,
                    "mask", mask,
                    "shows", ckp_llm_shows(f, profile) ? json_true() : NULL)
    };

    return ckp_fiber_effect(f, &fx);
}


ckp_code_t
ckp_llm_within(ckp_fiber_t *f, const char *counter, const char *what, int most)
{
    const ckp_code_t  rc = ckp_fiber_count(f, counter);

    return rc == CKP_OK
           && json_integer_value(ckp_fiber_run_get(f, "counts", counter))
              > most
           ? ckp_fiber_raise(f, "LimitExceeded", "more than %d %s", most, what)
           : rc;
}


/* Another body, or a reply that was recorded, makes it another call. */

static ckp_code_t
call_renumber(ckp_fiber_t *f)
{
    const bool     same = json_is_true(ckp_fiber_get(f, "llm", "amb"))
                          && ckp_llm_int(f, "li") == ckp_llm_int(f, "i");
    const int64_t  calls = ckp_llm_int(f, "calls");
    ckp_code_t     rc = ckp_llm_put_int(f, "calls", calls + 1);

    if (rc == CKP_OK && calls > 0 && !same) {
        rc = ckp_llm_put_int(f, "k", ckp_llm_int(f, "k") + 1);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "li", ckp_llm_int(f, "i"));
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_within(f, "steps", "steps", CKP_RUN_STEPS_MAX);
    }

    return rc == CKP_OK ? ckp_llm_within(f, "models", "calls of models",
                                         CKP_LLM_CALLS_MAX) : rc;
}


static ckp_code_t
call_told(ckp_fiber_t *f, const json_t *entry)
{
    return ckp_fiber_emit(f, "llm_call_started",
               json_pack("{s:s, s:s*, s:I, s:s*}",
                         "model", ckp_json_str(entry, "m"),
                         "profile", ckp_json_str(entry, "p"),
                         "attempt", (json_int_t) ckp_llm_int(f, "try"),
                         "prompt_ref", ckp_llm_ref(f)));
}


/* It may go. */

static ckp_code_t
call_go(ckp_fiber_t *f)
{
    const json_t *const  entry = ckp_llm_entry(f);
    const int64_t        now = ckp_fiber_now(f);
    const int64_t        ms = call_ms(f, ckp_llm_profile_of(f,
                                              ckp_json_str(entry, "p")));
    ckp_code_t           rc = ckp_llm_put_int(f, "ts", now);

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "until", now + ms);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "llm", "ph", json_string("call"));
    }

    if (rc == CKP_OK) {
        rc = call_send(f, true);
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, now + ms) : rc;
}


static ckp_code_t
call_begin(ckp_fiber_t *f)
{
    const ckp_rate_t *const  rate = &ckp_fiber_program(f)->config.rate;
    const char              *ref;
    ckp_code_t               rc = call_renumber(f);

    if (rc == CKP_OK) {
        rc = call_told(f, ckp_llm_entry(f));
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_record(f, "started", NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_hold(f);
    }

    ref = rc == CKP_OK ? ckp_fiber_ref(f) : NULL;

    if (rc != CKP_OK || ref == NULL) {
        return rc != CKP_OK ? rc : CKP_E_NOMEM;
    }

    rc = ckp_fiber_put(f, "llm", "ref", json_string(ref));

    if (rc != CKP_OK) {
        return rc;
    }

    return rate->per_minute > 0 || rate->concurrent > 0
           || ckp_llm_budgeted(f) ? ckp_llm_admit(f) : call_go(f);
}


/* --- limits of all calls (26.3) ---------------------------------------- */

ckp_code_t
ckp_llm_admit(ckp_fiber_t *f)
{
    const ckp_rate_t *const  rate = &ckp_fiber_program(f)->config.rate;
    const char *const        node = ckp_fiber_node(f)->id;
    const bool               budgeted = ckp_llm_budgeted(f);
    char                     key[CKP_KEY_MAX + 1];
    const ckp_effect_t       fx = {
        .kind = CKP_FX_ADMIT, .target = "agent",
        .ref = ckp_fiber_get_str(f, "llm", "ref"),
        .key = ckp_llm_key(f, key),
        .body = json_pack("{s:n, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:o*, "
                          "s:o*, s:o*}", "channel", "action", "llm_action",
                          "path", ckp_fiber_node_path(f), "node_id", node,
                          "step_id", node, "native", 1, "internal", 1,
                          "saturated", 0, "budget", budgeted
                          ? ckp_llm_budget_wish(f) : NULL,
                          "rate", rate->per_minute > 0
                          ? ckp_attempt_rate(f) : NULL,
                          "max_concurrent", rate->concurrent > 0
                          ? json_integer(rate->concurrent) : NULL)
    };
    ckp_code_t               rc = ckp_fiber_put(f, "llm", "ph",
                                                json_string("admit"));

    if (rc == CKP_OK && budgeted) {
        rc = ckp_fiber_put(f, "llm", "bud", json_true());
    }

    if (rc != CKP_OK) {
        json_decref(fx.body);
        return rc;
    }

    rc = ckp_fiber_effect(f, &fx);

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


ckp_code_t
ckp_llm_admitted(ckp_fiber_t *f, const json_t *data)
{
    const json_t *const  rate = json_object_get(data, "rate");
    const json_t *const  error = json_object_get(data, "error");
    const int64_t        wait = ckp_json_int(data, "wait_ms", -1);
    bool                 stands = true;
    ckp_code_t           rc = CKP_OK;

    if (rate != NULL) {
        rc = ckp_fiber_emit(f, "rate_limited", json_pack("{s:I, s:I}",
                 "limit", (json_int_t) ckp_json_int(rate, "limit", 0),
                 "waited_ms", (json_int_t) ckp_json_int(rate, "waited_ms",
                                                        0)));
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_budget_heard(f, json_object_get(data, "budget"),
                                  &stands);
    }

    if (!stands) {
        return rc == CKP_E_INVALID ? ckp_llm_failed(f, NULL, true) : rc;
    }

    if (rc == CKP_OK && error != NULL) {
        (void) ckp_fiber_raise_json(f, ckp_json_copy(error));

        return ckp_llm_failed(f, NULL, true);   /* it was never sent */
    }

    if (rc == CKP_OK && wait >= 0) {
        const int64_t  until = ckp_fiber_now(f) + (wait < 1 ? 1 : wait);

        rc = ckp_llm_put_int(f, "until", until);
        rc = rc == CKP_OK ? ckp_fiber_put(f, "llm", "ph",
                                          json_string("held")) : rc;

        return rc == CKP_OK ? ckp_fiber_sleep(f, until) : rc;
    }

    return rc == CKP_OK ? call_go(f) : rc;
}


/* --- asking ------------------------------------------------------------ */

/* Until another call of the run has been booked. */

static ckp_code_t
call_wait(ckp_fiber_t *f)
{
    const int64_t  until = ckp_fiber_now(f) + CALL_ROOM_MS;
    ckp_code_t     rc = ckp_llm_put_int(f, "until", until);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "llm", "ph", json_string("room"));
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, until) : rc;
}


ckp_code_t
ckp_llm_go_on(ckp_fiber_t *f)
{
    const ckp_planner_t *const  planner = ckp_fiber_node(f)->u.llm->planner;
    bool                        none = false;
    bool                        waits = false;
    ckp_code_t                  rc;

    if (planner != NULL && ckp_planner_is_late(f)) {
        return ckp_planner_limit(f, "max_elapsed_ms",
                                 (double) planner->elapsed_ms);
    }

    rc = ckp_llm_usable(f, &none);

    if (rc == CKP_OK && none) {
        return ckp_fiber_raise_json(f,
                   json_pack("{s:s, s:s, s:b}", "type", "LLMCallError",
                             "message", "no model of the chain is good and "
                             "cheap enough", "retryable", 0));
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_affords(f, ckp_llm_entry(f), &waits);
    }

    if (rc != CKP_OK || waits) {
        return rc == CKP_OK ? call_wait(f) : rc;
    }

    return call_begin(f);
}


ckp_code_t
ckp_llm_ask(ckp_fiber_t *f)
{
    ckp_code_t  rc = ckp_llm_put_int(f, "try", 1);

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "i", 0);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "llm", "amb", json_false());
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "t0", ckp_fiber_now(f));
    }

    return rc == CKP_OK ? ckp_llm_go_on(f) : rc;
}


ckp_code_t
ckp_llm_repeat(ckp_fiber_t *f)
{
    return call_send(f, false);
}


ckp_code_t
ckp_llm_abort(ckp_fiber_t *f, bool late)
{
    const ckp_effect_t  fx = {
        .kind = CKP_FX_ABORT, .target = "llm",
        .ref = ckp_fiber_get_str(f, "llm", "ref"), .key = "",
        .body = json_pack("{s:b}", "late", late)
    };

    return ckp_fiber_effect(f, &fx);
}
