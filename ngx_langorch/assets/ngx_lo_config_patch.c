/*
 * The site's configuration, changed by an administrator while it runs
 * (spec/api.md 16): all of a request or nothing.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "secret/ngx_lo_secret.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_CONFIG_KEY  "llm_api_key"


static ngx_int_t ngx_lo_config_add(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_config_change(ngx_lo_api_t *api, ngx_lo_job_t *job);
static void ngx_lo_config_wrong(ngx_lo_api_t *api, const char *key,
    const ckp_err_t *err);


static const ngx_lo_setting_t *
ngx_lo_config_find(const char *key)
{
    const ngx_lo_setting_t  *s;

    for (s = ngx_lo_settings; s->key != NULL; s++) {
        if (ngx_strcmp(s->key, key) == 0) {
            return s;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_lo_config_key_fixed(void)
{
    return ngx_lo_setting_said(NGX_LO_CONFIG_KEY);
}


/* --- what it may be ---------------------------------------------------------- */


/* A number of units of so many ms. */

static void
ngx_lo_config_time(ngx_lo_api_t *api, const ngx_lo_setting_t *s, int64_t unit)
{
    char           text[128];
    double         ms;
    const json_t  *v;

    v = json_object_get(api->body, s->key);

    if (v == NULL || json_is_null(v)) {
        return;
    }

    ms = json_is_number(v) ? json_number_value(v) * (double) unit : -1;

    if (ms < (double) s->min || ms > (double) s->max) {
        (void) snprintf(text, sizeof(text), "Must be a number from %g to %g",
                        (double) s->min / (double) unit,
                        (double) s->max / (double) unit);
        ngx_lo_input_wrong(api, "body", s->key, "value_error", text);
    }
}


/* A table of prices, or the text of one, which it is kept as. */

static void
ngx_lo_config_costs(ngx_lo_api_t *api, const ngx_lo_setting_t *s)
{
    char       *text;
    json_t     *table;
    ckp_err_t   err = CKP_ERR_INIT;

    table = json_object_get(api->body, s->key);

    if (table == NULL || json_is_null(table)) {
        return;
    }

    table = json_is_string(table)
            ? ckp_json_parse(json_string_value(table),
                             json_string_length(table), &err)
            : json_incref(table);

    text = NULL;

    if (table == NULL || ckp_prices_check(table, &err) != CKP_OK) {
        ngx_lo_config_wrong(api, s->key, &err);

    } else {
        text = ckp_json_text(table);

        if (text != NULL && ngx_strlen(text) > (size_t) s->max) {
            ngx_lo_input_wrong(api, "body", s->key, "value_error",
                               "Is longer than 65536 bytes");
        }
    }

    if (text != NULL) {
        (void) json_object_set_new((json_t *) api->body, s->key,
                                   json_string(text));
        ckp_free(text);
    }

    json_decref(table);
}


/* Where it is wrong within the member. */

static void
ngx_lo_config_wrong(ngx_lo_api_t *api, const char *key, const ckp_err_t *err)
{
    char  text[sizeof(err->at) + sizeof(err->msg) + 2];

    *ngx_snprintf((u_char *) text, sizeof(text) - 1, "%s%s%s", err->at,
                  err->at[0] != '\0' ? " " : "", err->msg) = '\0';
    ngx_lo_input_wrong(api, "body", key, "value_error", text);
}


static void
ngx_lo_config_text(ngx_lo_api_t *api, const ngx_lo_setting_t *s)
{
    const char  *text;

    text = ngx_lo_input_str(api, s->key, NGX_LO_OPTIONAL, (size_t) s->max);

    if (text == NULL) {
        return;
    }

    if (*text == '\0') {
        ngx_lo_input_wrong(api, "body", s->key, "value_error",
                           "Is empty: null takes it away");

    } else if (s->kind == NGX_LO_SETTING_URL
               && ngx_strncmp(text, "http://", 7) != 0
               && ngx_strncmp(text, "https://", 8) != 0)
    {
        ngx_lo_input_wrong(api, "body", s->key, "url",
                           "Must begin with http:// or https://");

    } else if (s->kind == NGX_LO_SETTING_NAME && !ngx_lo_setting_is_name(text))
    {
        ngx_lo_input_wrong(api, "body", s->key, "value_error",
                           "Must be letters, digits and . - _ :");
    }
}


/* Records what is wrong with the member. */

static void
ngx_lo_config_check(ngx_lo_api_t *api, const ngx_lo_setting_t *s)
{
    switch (s->kind) {

    case NGX_LO_SETTING_COUNT:
        (void) ngx_lo_input_int(api, s->key, s->min, s->max, 0);
        return;

    case NGX_LO_SETTING_SECONDS:
        ngx_lo_config_time(api, s, 1000);
        return;

    case NGX_LO_SETTING_MINUTES:
        ngx_lo_config_time(api, s, 60000);
        return;

    case NGX_LO_SETTING_FLAG:
        (void) ngx_lo_input_bool(api, s->key, 0);
        return;

    case NGX_LO_SETTING_COSTS:
        ngx_lo_config_costs(api, s);
        return;

    case NGX_LO_SETTING_URL:
    case NGX_LO_SETTING_TEXT:
    case NGX_LO_SETTING_NAME:
    case NGX_LO_SETTING_SECRET:
        break;
    }

    ngx_lo_config_text(api, s);
}


/* --- changed ------------------------------------------------------------------ */


ngx_int_t
ngx_lo_config_patch_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t  rc;

    rc = ngx_lo_config_change(api, job);
    ngx_lo_asset_wipe(api, NGX_LO_CONFIG_KEY);

    return rc;
}


static ngx_int_t
ngx_lo_config_change(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t                  *v;
    const char              *key, *fixed;
    const ngx_lo_setting_t  *s;

    fixed = NULL;

    if (json_object_size(api->body) == 0) {
        return ngx_lo_api_problem(api, 400, "bad_request",
                                  "No fields to update");
    }

    json_object_foreach((json_t *) api->body, key, v) {
        s = ngx_lo_config_find(key);

        if (s == NULL) {
            ngx_lo_input_wrong(api, "body", key, "extra_forbidden",
                               "Is no setting that can be changed here");
            continue;
        }

        ngx_lo_config_check(api, s);

        /* of a key a directive says the name, not what it is */

        if (s->kind != NGX_LO_SETTING_SECRET
            && ngx_lo_setting_fixed((ngx_uint_t) (s - ngx_lo_settings)))
        {
            fixed = key;
        }
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (fixed != NULL) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "%s is what a directive of nginx.conf says",
                                  fixed);
    }

    return ngx_lo_config_add(api, job);
}


/* The value goes to the secrets; the setting is its name, unless a directive
 * says that. */

static ngx_int_t
ngx_lo_config_key(ngx_lo_api_t *api, ngx_lo_job_t *job, const json_t *v)
{
    char         id[37];
    json_t      *name;
    ckp_buf_t    sealed;
    ngx_int_t    rc;
    const char  *text;

    name = ngx_lo_api_keep(api, ngx_lo_config_key_fixed()
               ? json_stringn((const char *) ngx_lo_conf()->llm_secret.data,
                              ngx_lo_conf()->llm_secret.len)
               : json_string(NGX_LO_CONFIG_KEY));

    if (name == NULL) {
        return NGX_ERROR;
    }

    text = json_string_value(v);

    if (text == NULL) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_setting_unkey,
                            json_string_value(name));

        return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_setting_del,
                                               NGX_LO_CONFIG_KEY)
                              : NGX_ERROR;
    }

    if (ngx_lo_secrets_locked()) {
        return ngx_lo_secret_locked(api);
    }

    ngx_lo_uuid(id);
    ckp_buf_init(&sealed, 2 * NGX_LO_SECRET_VALUE_MAX);

    rc = ngx_lo_secret_seal(id, text, ngx_strlen(text), &sealed);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_setting_secret,
                            (const char *) id, json_string_value(name),
                            ckp_buf_str(&sealed), ngx_lo_secrets_key_id(),
                            api->actor, api->now_ms);
    }

    ckp_buf_free(&sealed);

    if (rc != NGX_OK || ngx_lo_config_key_fixed()) {
        return rc;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_setting_put, NGX_LO_CONFIG_KEY,
                          name, api->now_ms, api->actor);
}


static ngx_int_t
ngx_lo_config_add(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *v, *meta;
    ngx_int_t        rc;
    const char      *key;
    ngx_lo_trail_t   trail;

    json_object_foreach((json_t *) api->body, key, v) {
        rc = (ngx_strcmp(key, NGX_LO_CONFIG_KEY) == 0)
             ? ngx_lo_config_key(api, job, v)
             : json_is_null(v)
             ? ngx_lo_job_add(job, &ngx_lo_sql_setting_del, key)
             : ngx_lo_job_add(job, &ngx_lo_sql_setting_put, key, v,
                              api->now_ms, api->actor);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    /* an address may have a password in it: the keys are told, no value */

    meta = json_pack("{s:[]}", "keys");

    json_object_foreach((json_t *) api->body, key, v) {
        (void) json_array_append_new(json_object_get(meta, "keys"),
                                     json_string(key));
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "config";
    trail.action = "patch";
    trail.description = "Settings of the site were changed";
    trail.resource_type = "config";
    trail.resource_id = "site";
    trail.meta = meta;

    rc = (meta != NULL) ? ngx_lo_api_audit(api, job, &trail) : NGX_ERROR;
    json_decref(meta);

    return (rc == NGX_OK) ? ngx_lo_config_read(job) : NGX_ERROR;
}


ngx_int_t
ngx_lo_config_patch_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_zone_kept_changed(NGX_LO_KEPT_SETTINGS);

    if (ngx_lo_asset_says(api, NGX_LO_CONFIG_KEY)) {
        ngx_lo_secrets_changed();
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           ngx_lo_config_json(api, job,
                                              ngx_lo_job_len(job) - 2));
}
