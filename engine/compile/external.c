/*
 * What a step says of its work with others: who does it, how workflows are
 * dispatched, how often it may be done (spec/ckp.md 12.1, 14.3, 20.2, 26.3).
 */

#include "compile/parse_int.h"
#include "model/limits.h"

static const ckp_word_t  external_modes[] = {
    { "async", 0 }, { "sync", 1 }, { NULL, 0 }
};

static const ckp_word_t  external_scopes[] = {
    { "run", CKP_ONCE_RUN }, { "procedure", CKP_ONCE_PROCEDURE },
    { "project", CKP_ONCE_PROJECT }, { "global", CKP_ONCE_GLOBAL },
    { NULL, 0 }
};

static const ckp_word_t  external_busy[] = {
    { "wait", CKP_BUSY_WAIT }, { "fail", CKP_BUSY_FAIL },
    { "proceed", CKP_BUSY_PROCEED }, { NULL, 0 }
};


static void
external_once(ckp_parse_t *ps, const ckp_at_t *at, ckp_once_t *once)
{
    once->scope = (ckp_once_scope_t) ckp_parse_word(ps, at, "scope",
                      external_scopes, (int) once->scope, 302);
    once->busy = (ckp_busy_t) ckp_parse_word(ps, at, "on_in_progress",
                     external_busy, (int) once->busy, 302);
    once->ttl_s = ckp_parse_int(ps, at, "ttl_seconds", 1, once->ttl_s, 314);
    once->failures = ckp_parse_bool(ps, at, "cache_failures",
                                    once->failures);
    ckp_parse_known(ps, at, " key scope ttl_seconds on_in_progress"
                    " cache_failures ", NULL);
}


static void
external_shared(ckp_parse_t *ps, const ckp_at_t *at, ckp_external_t *ext)
{
    ckp_at_t  out;

    ext->sync = ckp_parse_word(ps, at, "workflow_dispatch_mode",
                               external_modes, ext->sync, 301) == 1;

    if (ckp_parse_object(ps, at, "idempotency_policy", &out)) {
        external_once(ps, &out, &ext->once);
    }
}


static uint32_t
external_ms(int64_t ms)
{
    return ms > CKP_CALLBACK_MS_MAX ? CKP_CALLBACK_MS_MAX : (uint32_t) ms;
}


/* Without `enabled` only a bound that is spelled `max_concurrent` counts. */

static void
external_rate(ckp_parse_t *ps, const ckp_at_t *at, ckp_rate_t *rate)
{
    static const ckp_word_t  scopes[] = {
        { "procedure", CKP_RATE_PROCEDURE }, { "version", CKP_RATE_VERSION },
        { "project", CKP_RATE_PROJECT }, { NULL, 0 }
    };
    ckp_at_t                 out;
    int64_t                  n;
    int64_t                  all;
    bool                     enabled;

    if (!ckp_parse_object(ps, at, "rate_limiting", &out)) {
        return;
    }

    enabled = ckp_parse_bool(ps, &out, "enabled", false);
    rate->scope = (ckp_rate_scope_t) ckp_parse_word(ps, &out, "scope", scopes,
                                                    CKP_RATE_PROCEDURE, 302);
    rate->wait_ms = external_ms(ckp_parse_ms(ps, &out, "max_wait_ms",
                                             CKP_RATE_WAIT_MS, 312));
    all = ckp_parse_int(ps, &out, "max_requests_per_minute", 1, 0, 312);
    rate->concurrent = ckp_parse_int(ps, &out, "max_concurrent", 1, 0, 312);
    n = ckp_parse_int(ps, &out, "max_concurrent_operations", 1, 0, 312);

    ckp_parse_known(ps, &out, " enabled max_requests_per_minute"
                    " max_concurrent_operations max_concurrent max_wait_ms"
                    " scope ", NULL);

    if (enabled) {
        rate->per_minute = all;
        rate->concurrent = n > 0 ? n : rate->concurrent;
    }
}


void
ckp_external_config(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_external_t *const  ext = &ps->policy.external;

    *ext = (ckp_external_t) {
        .callback_ms = CKP_CALLBACK_MS,
        .once = { .scope = CKP_ONCE_RUN, .ttl_s = CKP_ONCE_TTL_S,
                  .busy = CKP_BUSY_WAIT }
    };

    external_shared(ps, at, ext);
    external_rate(ps, at, &ps->prog->config.rate);

    const int64_t  ms = ckp_parse_ms(ps, at, "workflow_callback_timeout_ms",
                                     0, 314);

    if (ms > 0) {
        ext->callback_ms = external_ms(ms);
    }
}


/* --- keys --------------------------------------------------------------- */


static ckp_template_t *
external_key(ckp_parse_t *ps, const ckp_at_t *at, const char *name)
{
    ckp_at_t         out;
    ckp_template_t  *key;

    if (!ckp_parse_find(ps, at, name, &out)) {
        return NULL;
    }

    if (!json_is_string(out.value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 15,
                                         .field = out.key },
                      "'%s' must be a string", name);
        return NULL;
    }

    key = ckp_template_at(ps, &out, out.value, CKP_SECRET_WARNS);

    if (key != NULL && ckp_template_is_constant(key)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 434,
                                         .field = out.key },
                      "the key is the same in every run%s",
                      json_string_length(out.value) == 0 ? ": it is empty"
                                                         : "");
    }

    return key;
}


/* One of its own goes before one of its policy; NULL: none. */

static ckp_template_t *
external_keys(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_template_t *const  own = external_key(ps, at, "idempotency_key");
    ckp_at_t               policy;

    if (own != NULL || !json_is_object(json_object_get(at->value,
                                                       "idempotency_policy"))
        || !ckp_parse_object(ps, at, "idempotency_policy", &policy))
    {
        return own;
    }

    return external_key(ps, &policy, "key");
}


void
ckp_external_node(ckp_parse_t *ps, const ckp_at_t *at)
{
    external_shared(ps, at, &ps->policy.external);
    ps->node->idempotency_key = external_keys(ps, at);
    ps->node->once = ps->policy.external.once;
}


void
ckp_external_step(ckp_parse_t *ps, const ckp_at_t *at, ckp_step_t *step)
{
    static const ckp_word_t  executors[] = {
        { "auto", CKP_BY_ANY }, { "agent", CKP_BY_AGENT },
        { "mcp", CKP_BY_MCP }, { "internal", CKP_BY_ANY }, { NULL, 0 }
    };

    step->external = ps->policy.external;
    step->idempotency_key = external_keys(ps, at);
    external_shared(ps, at, &step->external);

    step->executor = (ckp_executor_t) ckp_parse_word(ps, at, "executor",
                         executors, CKP_BY_ANY, 302);
    step->merge_output = ckp_parse_bool(ps, at, "merge_output", true);
    step->shot_after = ckp_parse_bool(ps, at, "screenshot_on_complete",
                                      false);

    const int64_t  ms = ckp_parse_ms(ps, at, "callback_timeout_ms", 0, 314);

    if (ms > 0) {
        step->external.callback_ms = external_ms(ms);
    }
}
