/*
 * Settings that an administrator changes while the site runs (spec/api.md 16):
 * which there are, where they lie, and what nginx.conf says of them.
 *
 * A worker has its own copy of the settings, so what it is told it writes there
 * and whoever asks the settings sees it.  What a directive says is not changed.
 */

#include "core/ngx_lo_core_int.h"


#define NGX_LO_MAIN(field)  offsetof(ngx_lo_main_conf_t, field)


const ngx_lo_setting_t  ngx_lo_settings[] = {
    { "checkpoint_retention_days", NGX_LO_SETTING_COUNT,
      NGX_LO_MAIN(checkpoint_days), 0, 36500 },
    { "artifact_retention_days", NGX_LO_SETTING_COUNT,
      NGX_LO_MAIN(artifact_days), 1, 36500 },
    { "run_retention_days", NGX_LO_SETTING_COUNT,
      NGX_LO_MAIN(run_days), 0, 36500 },
    { "lease_ttl_seconds", NGX_LO_SETTING_SECONDS, NGX_LO_MAIN(lease_time),
      100, 3600 * 1000 },
    { "worker_max_attempts", NGX_LO_SETTING_COUNT, NGX_LO_MAIN(crashes_max), 1,
      100 },
    { "worker_retry_delay_seconds", NGX_LO_SETTING_SECONDS,
      NGX_LO_MAIN(crash_pause), 0, 3600 * 1000 },
    { "worker_concurrency", NGX_LO_SETTING_COUNT,
      NGX_LO_MAIN(runs_max), 1, 1000000 },
    { "rate_limit_max_concurrent", NGX_LO_SETTING_COUNT,
      NGX_LO_MAIN(calls_max), 1, 1000000 },
    { "llm_api_key", NGX_LO_SETTING_SECRET, NGX_LO_MAIN(llm_secret), 0,
      64 * 1024 },
    { "llm_base_url", NGX_LO_SETTING_URL, NGX_LO_MAIN(llm_url), 0, 2048 },
    { "llm_default_model", NGX_LO_SETTING_TEXT, NGX_LO_MAIN(llm_model), 0,
      256 },
    { "llm_timeout_seconds", NGX_LO_SETTING_SECONDS, NGX_LO_MAIN(llm_timeout),
      1000, 3600 * 1000 },
    { "llm_model_cost_json", NGX_LO_SETTING_COSTS, NGX_LO_MAIN(llm_costs), 0,
      64 * 1024 },
    { "alert_webhook_url", NGX_LO_SETTING_URL, NGX_LO_MAIN(alert_url), 0,
      2048 },
    { "metrics_push_url", NGX_LO_SETTING_URL, NGX_LO_MAIN(push_url), 0, 2048 },
    { "metrics_push_interval_seconds", NGX_LO_SETTING_SECONDS,
      NGX_LO_MAIN(push_time), 1000, 3600 * 1000 },
    { "metrics_push_job", NGX_LO_SETTING_NAME, NGX_LO_MAIN(push_job), 0, 64 },
    { "auth_token_expire_minutes", NGX_LO_SETTING_MINUTES,
      NGX_LO_MAIN(session_time), 60 * 1000, 365LL * 24 * 3600 * 1000 },
    { "secrets_rotation_check", NGX_LO_SETTING_FLAG,
      NGX_LO_MAIN(keeper_fresh), 0, 1 },
    { NULL, NGX_LO_SETTING_COUNT, 0, 0, 0 }
};

#define NGX_LO_SETTINGS_N  (sizeof(ngx_lo_settings) / sizeof(ngx_lo_setting_t))


/* What nginx.conf or the default says, and what a text lies in. */

static struct {
    ngx_uint_t  kept;
    union {
        ngx_uint_t  n;
        ngx_str_t   s;
    } was[NGX_LO_SETTINGS_N];
    char       *text[NGX_LO_SETTINGS_N];    /* NULL: nginx.conf's */
} ngx_lo_setting;


/* A number, a time and a flag are as long, and all bits of one are set where
 * nobody says it. */

_Static_assert(sizeof(ngx_uint_t) == sizeof(ngx_msec_t)
               && sizeof(ngx_uint_t) == sizeof(ngx_flag_t), "one word");


static json_t *ngx_lo_setting_told(ngx_uint_t i, ngx_uint_t n);


ngx_uint_t
ngx_lo_setting_is_text(ngx_uint_t i)
{
    return ngx_lo_settings[i].kind >= NGX_LO_SETTING_URL;
}


ngx_uint_t
ngx_lo_setting_is_name(const char *text)
{
    size_t  len, dots;

    len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789.-_:");
    dots = strspn(text, ".");       /* alone they are a way up */

    return text[len] == '\0' && len > dots && len <= 64;
}


static void *
ngx_lo_setting_at(ngx_lo_main_conf_t *mcf, ngx_uint_t i)
{
    return (char *) mcf + ngx_lo_settings[i].offset;
}


void
ngx_lo_settings_fix(ngx_lo_main_conf_t *mcf)
{
    void        *at;
    ngx_uint_t   i, said;

    mcf->fixed = 0;

    for (i = 0; ngx_lo_settings[i].key != NULL; i++) {
        at = ngx_lo_setting_at(mcf, i);

        said = ngx_lo_setting_is_text(i)
               ? ((ngx_str_t *) at)->len > 0
               : *(ngx_uint_t *) at != NGX_CONF_UNSET_UINT;

        mcf->fixed |= said << i;
    }
}


ngx_uint_t
ngx_lo_setting_fixed(ngx_uint_t i)
{
    return (ngx_lo_conf()->fixed >> i) & 1;
}


ngx_uint_t
ngx_lo_setting_said(const char *key)
{
    ngx_uint_t  i;

    for (i = 0; ngx_lo_settings[i].key != NULL; i++) {
        if (ngx_strcmp(ngx_lo_settings[i].key, key) == 0) {
            return ngx_lo_setting_fixed(i);
        }
    }

    return 0;
}


/* Before the first change. */

static void
ngx_lo_settings_keep(ngx_lo_main_conf_t *mcf)
{
    void        *at;
    ngx_uint_t   i;

    if (ngx_lo_setting.kept) {
        return;
    }

    for (i = 0; ngx_lo_settings[i].key != NULL; i++) {
        at = ngx_lo_setting_at(mcf, i);

        if (ngx_lo_setting_is_text(i)) {
            ngx_lo_setting.was[i].s = *(ngx_str_t *) at;

        } else {
            ngx_lo_setting.was[i].n = *(ngx_uint_t *) at;
        }
    }

    ngx_lo_setting.kept = 1;
}


json_t *
ngx_lo_setting_default(ngx_uint_t i)
{
    ngx_str_t  *s;

    ngx_lo_settings_keep(ngx_lo_conf());

    if (!ngx_lo_setting_is_text(i)) {
        return ngx_lo_setting_told(i, ngx_lo_setting.was[i].n);
    }

    s = &ngx_lo_setting.was[i].s;

    return (s->len == 0) ? json_null()
                         : json_stringn((const char *) s->data, s->len);
}


/* How many ms one of its unit has; 1: it is no time. */

static ngx_uint_t
ngx_lo_setting_unit(ngx_uint_t i)
{
    return (ngx_lo_settings[i].kind == NGX_LO_SETTING_SECONDS) ? 1000
           : (ngx_lo_settings[i].kind == NGX_LO_SETTING_MINUTES) ? 60000 : 1;
}


/* As the API has it, new; whole where it can be. */

static json_t *
ngx_lo_setting_told(ngx_uint_t i, ngx_uint_t n)
{
    ngx_uint_t  unit;

    unit = ngx_lo_setting_unit(i);

    return (ngx_lo_settings[i].kind == NGX_LO_SETTING_FLAG)
           ? json_boolean(n != 0)
           : (n % unit == 0) ? json_integer((json_int_t) (n / unit))
           : json_real((double) n / (double) unit);
}


/* What was kept when the bounds were others is brought within them. */

static ngx_uint_t
ngx_lo_setting_number(ngx_uint_t i, const json_t *v)
{
    double  d;

    if (json_is_boolean(v)) {
        return json_is_true(v);
    }

    if (!json_is_number(v)) {
        return ngx_lo_setting.was[i].n;
    }

    d = json_number_value(v) * (double) ngx_lo_setting_unit(i);
    d = ngx_max(d, (double) ngx_lo_settings[i].min);
    d = ngx_min(d, (double) ngx_lo_settings[i].max);

    return (ngx_uint_t) (d + 0.5);
}


static ngx_uint_t
ngx_lo_setting_put(ngx_lo_main_conf_t *mcf, ngx_uint_t i, const json_t *v)
{
    char       *text;
    size_t      len;
    ngx_str_t  *s, is;
    ngx_uint_t  n, *at;

    if (!ngx_lo_setting_is_text(i)) {
        at = ngx_lo_setting_at(mcf, i);
        n = ngx_lo_setting_number(i, v);

        if (*at == n) {
            return 0;
        }

        *at = n;

        return 1;
    }

    s = ngx_lo_setting_at(mcf, i);
    is = ngx_lo_setting.was[i].s;
    text = NULL;

    if (json_is_string(v)) {
        len = json_string_length(v);
        text = ckp_alloc(len + 1);

        if (text == NULL) {
            return 0;
        }

        ngx_memcpy(text, json_string_value(v), len + 1);
        is.data = (u_char *) text;
        is.len = len;
    }

    if (s->len == is.len
        && (is.len == 0 || ngx_memcmp(s->data, is.data, is.len) == 0))
    {
        ckp_free(text);
        return 0;
    }

    /* calls copy an address before they wait for anything */

    *s = is;
    ckp_free(ngx_lo_setting.text[i]);
    ngx_lo_setting.text[i] = text;

    return 1;
}


ngx_uint_t
ngx_lo_settings_apply(const json_t *values)
{
    ngx_uint_t           i, texts;
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_lo_conf();
    texts = 0;

    ngx_lo_settings_keep(mcf);

    for (i = 0; ngx_lo_settings[i].key != NULL; i++) {
        if (!ngx_lo_setting_fixed(i)) {
            texts |= ngx_lo_setting_put(mcf, i,
                         json_object_get(values, ngx_lo_settings[i].key));
        }
    }

    return texts;
}


void
ngx_lo_settings_end(void)
{
    (void) ngx_lo_settings_apply(NULL);
}
