/*
 * The site's configuration: what nginx.conf says and what an administrator
 * changed while it runs (spec/api.md 16).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "auth/ngx_lo_auth_conf.h"
#include "store/ngx_lo_sql_assets.h"


static json_t *ngx_lo_config_json(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_uint_t first);
static ngx_int_t ngx_lo_config_site(ngx_lo_api_t *api, json_t *v);
static ngx_int_t ngx_lo_config_settings(json_t *v, const json_t *rows);
static ngx_int_t ngx_lo_config_add(ngx_lo_api_t *api, ngx_lo_job_t *job);
static const ngx_lo_setting_t *ngx_lo_config_find(const char *key);
static void ngx_lo_config_wrong(ngx_lo_api_t *api, const char *key,
    const ckp_err_t *err);


/* --- shown ------------------------------------------------------------------- */


static ngx_int_t
ngx_lo_config_read(ngx_lo_job_t *job)
{
    if (ngx_lo_job_add(job, &ngx_lo_sql_settings) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_setting_key,
                          (ngx_lo_conf()->llm_secret.len > 0)
                          ? (const char *) ngx_lo_conf()->llm_secret.data
                          : "");
}


ngx_int_t
ngx_lo_config_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_config_read(job);
}


ngx_int_t
ngx_lo_config_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_config_json(api, job, 0));
}


/* `first`: of the two statements above. */

static json_t *
ngx_lo_config_json(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_uint_t first)
{
    json_t              *v;
    ngx_uint_t           key;
    ngx_lo_main_conf_t  *conf;

    conf = ngx_lo_conf();

    key = ngx_lo_job_row(job, first + 1) != NULL
          || (conf->llm_secret.len > 0
              && ngx_lo_environ((const char *) conf->llm_secret.data) != NULL);

    v = json_pack("{s:b, s:s, s:n, s:n, s:s, s:I, s:i}",
                  "debug", 0, "db_dialect", "sqlite", "db_host", "db_port",
                  "db_name", (const char *) conf->store.data,
                  "db_pool_size", (json_int_t) conf->readers + 1,
                  "db_max_overflow", 0);

    if (v == NULL
        || json_object_set_new(v, "llm_key_set", json_boolean(key)) != 0
        || ngx_lo_config_site(api, v) != NGX_OK
        || ngx_lo_config_settings(v, ngx_lo_job_rows(job, first)) != NGX_OK
        || json_object_set_new(v, "limits", ngx_lo_limits()) != 0)
    {
        json_decref(v);
        return NULL;
    }

    return v;
}


static ngx_int_t
ngx_lo_config_origins(ngx_lo_api_t *api, json_t *v)
{
    json_t      *list;
    ngx_str_t   *one;
    ngx_uint_t   i;

    list = json_array();

    for (i = 0; api->conf->cors != NULL && i < api->conf->cors->nelts; i++) {
        one = (ngx_str_t *) api->conf->cors->elts + i;

        (void) json_array_append_new(list,
                   json_stringn((const char *) one->data, one->len));
    }

    return json_object_set_new(v, "cors_origins", list) == 0 ? NGX_OK
                                                             : NGX_ERROR;
}


/* What this server is, and what only nginx.conf says. */

static ngx_int_t
ngx_lo_config_site(ngx_lo_api_t *api, json_t *v)
{
    u_char                     addr[NGX_SOCKADDR_STRLEN];
    json_t                    *more;
    ngx_str_t                  s;
    ngx_lo_main_conf_t        *conf;
    const ngx_lo_auth_conf_t  *auth;

    conf = ngx_lo_conf();
    auth = ngx_lo_auth_conf();

    s.data = addr;
    s.len = NGX_SOCKADDR_STRLEN;

    if (ngx_connection_local_sockaddr(api->r->connection, &s, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    more = json_pack("{s:s%, s:i, s:b, s:b, s:f, s:i, s:i, s:f,"
                     " s:n, s:b, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:b,"
                     " s:f, s:n, s:i, s:s}",
                     "host", addr, s.len,
                     "port", (int) ngx_inet_get_port(
                                 api->r->connection->local_sockaddr),
                     "auth_enabled", api->conf->identity != 0,
                     "worker_embedded", 1,
                     "worker_poll_interval", (double) conf->poll_time / 1000,
                     "worker_max_attempts", CKP_CRASHES_MAX,
                     "worker_retry_delay_seconds", 0,
                     "worker_lock_duration_seconds",
                     (double) conf->lease_time / 1000,
                     "llm_gateway_headers", "apigee_enabled", 0,
                     "apigee_token_url", "apigee_certs_path",
                     "apigee_consumer_key", "apigee_client_secret",
                     "apigee_use_case_id", "apigee_client_id", "sso_url",
                     "sso_enabled", auth->sso.len > 0 || auth->oidc != NULL,
                     "lease_ttl_seconds", (double) conf->lease_time / 1000,
                     "metrics_push_url", "metrics_push_interval_seconds", 0,
                     "metrics_push_job", "langorch");

    if (more == NULL || json_object_del(more, "sso_url") != 0
        || json_object_update(v, more) != 0)
    {
        json_decref(more);
        return NGX_ERROR;
    }

    json_decref(more);

    return ngx_lo_config_origins(api, v);
}


static const json_t *
ngx_lo_config_row(const json_t *rows, const char *key)
{
    size_t       i;
    json_t      *row;
    const char  *name;

    json_array_foreach(rows, i, row) {
        name = ckp_json_str(row, "key");

        if (name != NULL && ngx_strcmp(name, key) == 0) {
            return json_object_get(row, "value");
        }
    }

    return NULL;
}


json_t *
ngx_lo_config_value(const char *key, const json_t *rows)
{
    ngx_uint_t     i;
    const json_t  *said;

    for (i = 0; ngx_lo_settings[i].key != NULL; i++) {

        if (ngx_strcmp(ngx_lo_settings[i].key, key) != 0) {
            continue;
        }

        said = ngx_lo_setting_fixed(i) ? NULL : ngx_lo_config_row(rows, key);

        return (said != NULL) ? json_incref((json_t *) said)
                              : ngx_lo_setting_default(i);
    }

    return json_null();
}


/* Each that can be changed: its value, who says so, and whether it may be. */

static ngx_int_t
ngx_lo_config_settings(json_t *v, const json_t *rows)
{
    json_t        *sources, *mutable, *value;
    ngx_uint_t     i, fixed;
    const char    *key, *source;
    const json_t  *said;

    sources = json_object();
    mutable = json_array();

    for (i = 0; ngx_lo_settings[i].key != NULL; i++) {
        key = ngx_lo_settings[i].key;
        fixed = ngx_lo_setting_fixed(i);
        said = fixed ? NULL : ngx_lo_config_row(rows, key);

        source = fixed ? "directive" : (said != NULL) ? "runtime" : "default";
        value = ngx_lo_config_value(key, rows);

        if (json_object_set_new(v, key, value) != 0
            || json_object_set_new(sources, key, json_string(source)) != 0
            || (!fixed
                && json_array_append_new(mutable, json_string(key)) != 0))
        {
            json_decref(sources);
            json_decref(mutable);
            return NGX_ERROR;
        }
    }

    if (json_object_set_new(v, "sources", sources) != 0) {
        json_decref(mutable);
        return NGX_ERROR;
    }

    return json_object_set_new(v, "mutable", mutable) == 0 ? NGX_OK
                                                           : NGX_ERROR;
}


/* --- changed ----------------------------------------------------------------- */


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
        *ngx_snprintf((u_char *) text, sizeof(text) - 1,
                      "Must be a number from %L to %L", s->min / unit,
                      s->max / unit) = '\0';
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


/* Records what is wrong with the member. */

static void
ngx_lo_config_check(ngx_lo_api_t *api, const ngx_lo_setting_t *s)
{
    const char  *text;

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
        break;
    }

    text = ngx_lo_input_str(api, s->key, NGX_LO_OPTIONAL, (size_t) s->max);

    if (text != NULL && *text == '\0') {
        ngx_lo_input_wrong(api, "body", s->key, "value_error",
                           "Is empty: null takes it away");
    }

    if (text != NULL && *text != '\0' && s->kind == NGX_LO_SETTING_URL
        && ngx_strncmp(text, "http://", 7) != 0
        && ngx_strncmp(text, "https://", 8) != 0)
    {
        ngx_lo_input_wrong(api, "body", s->key, "url",
                           "Must begin with http:// or https://");
    }
}


ngx_int_t
ngx_lo_config_patch_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
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

        if (ngx_lo_setting_fixed((ngx_uint_t) (s - ngx_lo_settings))) {
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


static ngx_int_t
ngx_lo_config_add(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *v, *meta;
    ngx_int_t        rc;
    const char      *key;
    ngx_lo_trail_t   trail;

    json_object_foreach((json_t *) api->body, key, v) {
        rc = json_is_null(v)
             ? ngx_lo_job_add(job, &ngx_lo_sql_setting_del, key)
             : ngx_lo_job_add(job, &ngx_lo_sql_setting_put, key, v,
                              api->now_ms, api->actor);

        if (rc != NGX_OK) {
            return NGX_ERROR;
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

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           ngx_lo_config_json(api, job,
                                              ngx_lo_job_len(job) - 2));
}
