/*
 * global_config: what a whole run inherits (spec/ckp.md 4).
 */

#include <string.h>

#include "compile/parse_int.h"
#include "lang/regex.h"
#include "model/limits.h"

const char  ckp_known_config[] =
    " max_retries retry_delay_ms backoff_multiplier retry_policy default_retry"
    " timeout_ms deadline_ms timeout_policy idempotency_policy on_failure"
    " compensation screenshot_on_fail logging_level telemetry_enabled"
    " checkpoint_strategy checkpoint_storage checkpoint_retention_days"
    " resume_on_failure execution_mode mock_external_calls"
    " test_data_overrides rate_limiting concurrency dedupe secrets_config"
    " audit_config workflow_dispatch_mode workflow_callback_timeout_ms"
    " max_cost_usd max_cost_per_llm_call_usd min_llm_quality llm pii memory"
    " guardrails subflow_policy sla missing_variables strict_inputs compile"
    " notifications egress_allowlist max_node_visits retention_days dry_run ";

#define CONFIG_DAYS_MAX   36500      /* a hundred years */
#define CONFIG_LABEL_MAX  256        /* bytes of storage_location */

static const ckp_word_t  config_modes[] = {
    { "production", 0 }, { "normal", 0 }, { "dry_run", 1 },
    { "validation_only", 2 }, { NULL, 0 }
};

static const ckp_word_t  config_levels[] = {
    { "DEBUG", 0 }, { "INFO", 1 }, { "WARNING", 2 }, { "ERROR", 3 },
    { NULL, 0 }
};

static const ckp_word_t  config_saves[] = {
    { "every_node", CKP_SAVE_EVERY_NODE }, { "full", CKP_SAVE_EVERY_NODE },
    { "always", CKP_SAVE_EVERY_NODE },
    { "critical_nodes_only", CKP_SAVE_CRITICAL },
    { "selective", CKP_SAVE_CRITICAL },
    { "disabled", CKP_SAVE_DISABLED }, { "none", CKP_SAVE_DISABLED },
    { NULL, 0 }
};

static const ckp_word_t  config_missing[] = {
    { "empty", CKP_MISSING_EMPTY }, { "keep", CKP_MISSING_KEEP },
    { "error", CKP_MISSING_ERROR }, { NULL, 0 }
};


/* The shortcuts first, then default_retry, then retry_policy: each wins over
 * the one before, member by member. */
static void
config_retry(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const ckp_word_t  whom[] = {
        { "opt_in", 0 }, { "external", 1 }, { "all", 2 }, { NULL, 0 }
    };
    static const char *const  names[] = { "default_retry", "retry_policy" };
    ckp_config_t *const      config = &ps->prog->config;
    ckp_retry_t *const       retry = &config->retry;
    ckp_at_t                 out;
    int64_t                  n;

    n = ckp_parse_int(ps, at, "max_retries", 0, retry->max_attempts - 1, 310);
    retry->max_attempts = (n > 1000000) ? 1000000 : (uint32_t) n + 1;
    retry->base_ms = ckp_parse_ms32(ps, at, "retry_delay_ms", retry->base_ms,
                                    310);

    if (ckp_parse_find(ps, at, "backoff_multiplier", &out)) {
        if (json_number_value(out.value) >= 1.0) {
            retry->multiplier = json_number_value(out.value);

        } else {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .field = out.key,
                              .number = json_is_number(out.value) ? 310 : 15 },
                          "'backoff_multiplier' must be a number of at least "
                          "1");
        }
    }

    n = 0;

    for (size_t i = 0; i < 2; i++) {
        if (ckp_parse_object(ps, at, names[i], &out)) {
            ckp_retry_overlay(ps, &out, retry, true);
            n = ckp_parse_word(ps, &out, "apply_to", whom, (int) n, 302);
        }
    }

    config->retry_external = n >= 1;
    config->retry_all = n == 2;
}


static void
config_times(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_config_t *const  config = &ps->prog->config;

    config->timeout_ms = ckp_parse_ms(ps, at, "timeout_ms", 0, 314);
    config->deadline_ms = ckp_parse_ms(ps, at, "deadline_ms", 0, 314);

    if (config->timeout_ms == 0) {
        config->timeout_ms = CKP_RUN_MS;
    }

    ckp_timeout_member(ps, at, &config->timeout);
}


/* An entry with any of these is a pattern, any other part of a name. */
static void
config_mask(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_config_t *const  config = &ps->prog->config;
    const char *const    text = json_string_value(at->value);
    ckp_mask_t *const    mask = &config->masks[config->nmasks];
    ckp_err_t            err = CKP_ERR_INIT;

    if (text == NULL || text[0] == '\0') {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 331 },
                      "'redacted_fields' holds names and patterns");
        return;
    }

    if (strpbrk(text, ".*+?[](){}^$|\\") != NULL) {
        mask->regex = ckp_regex_new(text, false, "i", &err);

        if (mask->regex == NULL) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 331 },
                          "'%.120s' is no pattern: %s", text, err.msg);
            return;
        }

        if (ckp_program_own_regex(ps->prog, mask->regex) == NULL) {
            ps->nomem = true;
            return;
        }
    }

    mask->text = text;
    config->nmasks++;
}


/* -1: it does not say. */
static int64_t
config_days(ckp_parse_t *ps, const ckp_at_t *at, const char *name)
{
    const json_t *const  v = json_object_get(at->value, name);
    const int64_t        days = ckp_parse_int(ps, at, name, 0, 0, 302);

    return v == NULL || json_is_null(v) ? -1
           : days > CONFIG_DAYS_MAX ? CONFIG_DAYS_MAX : days;
}


/* It stands with each record, so it is short. */
static void
config_label(ckp_parse_t *ps, const ckp_at_t *at)
{
    const char *const  label = ckp_parse_str(ps, at, "storage_location");
    ckp_at_t           out;

    if (label == NULL || strlen(label) <= CONFIG_LABEL_MAX) {
        ps->prog->config.audit_storage = label;

    } else if (ckp_parse_find(ps, at, "storage_location", &out)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 302 },
                      "%zu bytes, at most %d", strlen(label),
                      CONFIG_LABEL_MAX);
    }
}


static void
config_audit(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const ckp_word_t  levels[] = {
        { "standard", 0 }, { "minimal", 0 }, { "detailed", 1 }, { NULL, 0 }
    };
    ckp_config_t *const      config = &ps->prog->config;
    ckp_at_t                 out;
    ckp_at_t                 list;
    ckp_at_t                 item;

    config->audit_days = -1;

    if (!ckp_parse_object(ps, at, "audit_config", &out)) {
        return;
    }

    config->detailed = ckp_parse_word(ps, &out, "audit_level", levels, 0,
                                      302) == 1;
    config->unaudited = !ckp_parse_bool(ps, &out, "enabled", true);
    (void) ckp_parse_bool(ps, &out, "include_sensitive_data", false);
    config->audit_days = config_days(ps, &out, "retention_days");
    config_label(ps, &out);
    ckp_parse_known(ps, &out, " enabled audit_level storage_location"
                    " retention_days include_sensitive_data redacted_fields ",
                    NULL);

    if (!ckp_parse_array(ps, &out, "redacted_fields", &list)) {
        return;
    }

    config->redacted_fields = (json_t *) list.value;
    config->masks = ckp_parse_alloc(ps, json_array_size(list.value)
                                        * sizeof(ckp_mask_t));

    for (size_t i = 0; config->masks != NULL
                       && i < json_array_size(list.value); i++)
    {
        ckp_parse_element(&list, i, &item);
        config_mask(ps, &item);
    }
}


static const json_t *
config_kept(ckp_parse_t *ps, const ckp_at_t *at)
{
    return ckp_parse_keep(ps, json_incref((json_t *) at->value));
}


static void
config_provider(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const char  providers[] =
        " env env_vars environment vault hashicorp_vault aws aws_secrets"
        " aws_secrets_manager azure azure_keyvault azure_key_vault db database"
        " catalog platform ";
    const char        *provider = ckp_parse_str(ps, at, "provider");

    if (provider == NULL) {
        provider = ckp_parse_str(ps, at, "type");
    }

    if (provider != NULL && !ckp_word_in(providers, provider)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 321,
                                         .field = "provider" },
                      "provider '%.60s' is not known; env is used", provider);
    }
}


/* {name: "key"} or {name: {key, field ...}} */
static void
config_references(ckp_parse_t *ps, const ckp_at_t *at)
{
    const char  *name;
    json_t      *value;

    json_object_foreach((json_t *) at->value, name, value) {
        const ckp_at_t  one = { .up = at, .key = name, .value = value };

        if (name[0] == '_' || name[0] == '$' || json_is_string(value)) {
            continue;
        }

        if (!json_is_object(value)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 15,
                                             .field = "secret_references" },
                          "'%.120s' must be a key or an object with one",
                          name);
            continue;
        }

        (void) ckp_parse_str(ps, &one, "key");
        (void) ckp_parse_str(ps, &one, "field");
        (void) ckp_parse_bool(ps, &one, "required", true);
        (void) ckp_parse_int(ps, &one, "ttl_seconds", 0, 0, 302);
        config_provider(ps, &one);
        ckp_parse_known(ps, &one, " key field version provider required"
                        " ttl_seconds description ", NULL);
    }
}


static void
config_secrets(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const ckp_word_t  ways[] = { { "value", 0 }, { "grant", 1 },
                                        { NULL, 0 } };
    ckp_at_t                 out;
    ckp_at_t                 references;

    if (!ckp_parse_object(ps, at, "secrets_config", &out)) {
        return;
    }

    ps->prog->config.secrets = config_kept(ps, &out);
    config_provider(ps, &out);
    (void) ckp_parse_word(ps, &out, "delivery", ways, 0, 302);
    (void) ckp_parse_int(ps, &out, "cache_ttl", 0, 0, 302);
    ckp_parse_known(ps, &out, " provider type secret_references prefix"
                    " vault_url vault_token mount_point path_prefix"
                    " kv_version role_id secret_id namespace region_name"
                    " profile_name endpoint_url secret_field tenant_id"
                    " client_id client_secret cache_ttl delivery ", NULL);

    if (ckp_parse_object(ps, &out, "secret_references", &references)) {
        ps->secrets = references.value;
        config_references(ps, &references);
    }
}


/* Blocks whose parts belong to rooms of their own: their shape counts here. */
static void
config_blocks(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const char *const  objects[] = {
        "compensation", "subflow_policy"
    };
    ckp_at_t                  out;

    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        (void) ckp_parse_object(ps, at, objects[i], &out);
    }

    ckp_gate_config(ps, at);

    if (ckp_parse_array(ps, at, "egress_allowlist", &out)) {
        ps->prog->config.egress = config_kept(ps, &out);
    }

    if (ckp_parse_object(ps, at, "notifications", &out)) {
        ps->prog->config.notifications = config_kept(ps, &out);
    }

    ps->prog->config.sla = ckp_sla_read(ps, at);
    ckp_undo_config(ps, at);
    ps->prog->config.telemetry = ckp_parse_bool(ps, at, "telemetry_enabled",
                                                true);
    ps->prog->config.keep_days = config_days(ps, at, "retention_days");
}


static void
config_checkpoints(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const ckp_word_t  stores[] = {
        { "database", 0 }, { "local", 1 }, { "cloud", 1 }, { NULL, 0 }
    };
    ckp_config_t *const      config = &ps->prog->config;

    config->save = (ckp_save_t) ckp_parse_word(ps, at, "checkpoint_strategy",
                       config_saves, CKP_SAVE_EVERY_NODE, 302);
    config->save_days = config_days(ps, at, "checkpoint_retention_days");
    config->resume_on_failure = ckp_parse_bool(ps, at, "resume_on_failure",
                                               true);

    if (ckp_parse_word(ps, at, "checkpoint_storage", stores, 0, 302) == 1) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 96,
                                         .field = "checkpoint_storage" },
                      "checkpoints are stored in the engine's database");
    }
}


static void
config_modes_read(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const char *const  modes[] = { "production", "dry_run",
                                          "validation_only" };
    static const ckp_word_t   dry[] = { { "approve", 0 }, { "reject", 1 },
                                        { NULL, 0 } };
    ckp_config_t *const       config = &ps->prog->config;
    ckp_at_t                  out;

    config->execution_mode = modes[ckp_parse_word(ps, at, "execution_mode",
                                                  config_modes, 0, 302)];
    config->mock = ckp_parse_bool(ps, at, "mock_external_calls", false);

    if (ckp_parse_object(ps, at, "test_data_overrides", &out)) {
        config->overrides = (json_t *) out.value;
    }

    if (ckp_parse_object(ps, at, "dry_run", &out)) {
        config->dry_reject = ckp_parse_word(ps, &out, "approvals", dry, 0,
                                            302) == 1;
    }
}


static void
config_rules(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_config_t *const  config = &ps->prog->config;
    int64_t              visits;

    config->log_level = ckp_parse_word(ps, at, "logging_level", config_levels,
                                       1, 302);
    config->missing = (ckp_missing_t) ckp_parse_word(ps, at,
                          "missing_variables", config_missing,
                          CKP_MISSING_EMPTY, 302);
    config->says_level = json_object_get(at->value, "logging_level") != NULL;
    config->says_missing = json_object_get(at->value, "missing_variables")
                           != NULL;
    config->strict_inputs = ckp_parse_bool(ps, at, "strict_inputs", false);
    config->screenshot_on_fail = ckp_parse_bool(ps, at, "screenshot_on_fail",
                                                false);
    visits = ckp_parse_int(ps, at, "max_node_visits", 1, 1000, 302);
    config->max_node_visits = (visits > 1000000) ? 1000000 : (uint32_t) visits;
    config->on_failure = ckp_parse_target(ps, at, "on_failure");
}


void
ckp_config_read(ckp_parse_t *ps)
{
    const json_t *const  nothing = ckp_program_own_json(ps->prog,
                                                        json_object());
    ckp_at_t             at;

    if (!ckp_parse_object(ps, &ps->out.root, "global_config", &at)) {
        ckp_at_root(&at, nothing, CKP_AS_OTHER);
    }

    at.as = CKP_AS_CONFIG;
    ckp_retry_default(&ps->prog->config.retry);
    config_secrets(ps, &at);
    config_retry(ps, &at);
    config_times(ps, &at);
    config_checkpoints(ps, &at);
    config_modes_read(ps, &at);
    config_rules(ps, &at);
    config_audit(ps, &at);
    config_blocks(ps, &at);
    ckp_config_llm(ps, &at);
    ckp_parse_known(ps, &at, ckp_known_config, NULL);

    ps->policy.retry = ps->prog->config.retry;
    ps->policy.timeout = ps->prog->config.timeout;
    ckp_external_config(ps, &at);
}
