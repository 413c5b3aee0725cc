/*
 * The site's configuration, shown: what nginx.conf says and what an
 * administrator changed while it runs (spec/api.md 16).
 */

#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "auth/ngx_lo_auth_conf.h"
#include "secret/ngx_lo_secret.h"
#include "store/ngx_lo_sql_assets.h"


static ngx_int_t ngx_lo_config_site(ngx_lo_api_t *api, json_t *v);
static ngx_int_t ngx_lo_config_settings(json_t *v, const json_t *rows);


ngx_int_t
ngx_lo_config_read(ngx_lo_job_t *job)
{
    ngx_str_t  *named;

    if (ngx_lo_job_add(job, &ngx_lo_sql_settings) != NGX_OK) {
        return NGX_ERROR;
    }

    named = &ngx_lo_conf()->llm_secret;

    return ngx_lo_job_add(job, &ngx_lo_sql_setting_key,
                          ngx_lo_config_key_fixed()
                          ? (const char *) named->data : NULL);
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


json_t *
ngx_lo_config_json(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_uint_t first)
{
    json_t              *v;
    ngx_uint_t           key;
    const char          *name;
    ngx_lo_main_conf_t  *conf;

    conf = ngx_lo_conf();

    name = ckp_json_str(ngx_lo_job_row(job, first + 1), "name");
    key = ckp_json_bool(ngx_lo_job_row(job, first + 1), "known", false)
          || (name != NULL && ngx_lo_secret_env(NULL, name) != NULL);

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

    more = json_pack("{s:s%, s:i, s:b, s:b, s:f, s:f,"
                     " s:n, s:b, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:b}",
                     "host", addr, s.len,
                     "port", (int) ngx_inet_get_port(
                                 api->r->connection->local_sockaddr),
                     "auth_enabled", api->conf->identity != 0,
                     "worker_embedded", 1,
                     "worker_poll_interval", (double) conf->poll_time / 1000,
                     "worker_lock_duration_seconds",
                     (double) conf->lease_time / 1000,
                     "llm_gateway_headers", "apigee_enabled", 0,
                     "apigee_token_url", "apigee_certs_path",
                     "apigee_consumer_key", "apigee_client_secret",
                     "apigee_use_case_id", "apigee_client_id", "sso_url",
                     "sso_enabled", auth->sso.len > 0 || auth->oidc != NULL);

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


/* What a directive says stays; of a key it says where it is. */

static ngx_uint_t
ngx_lo_config_is_mutable(ngx_uint_t i)
{
    return !ngx_lo_setting_fixed(i)
           || ngx_lo_settings[i].kind == NGX_LO_SETTING_SECRET;
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

        /* of a key it is told only that there is one */

        if (ngx_lo_settings[i].kind == NGX_LO_SETTING_SECRET) {
            json_decref(value);

        } else if (json_object_set_new(v, key, value) != 0) {
            goto failed;
        }

        if (json_object_set_new(sources, key, json_string(source)) != 0
            || (ngx_lo_config_is_mutable(i)
                && json_array_append_new(mutable, json_string(key)) != 0))
        {
            goto failed;
        }
    }

    if (json_object_set_new(v, "sources", sources) != 0) {
        json_decref(mutable);
        return NGX_ERROR;
    }

    return json_object_set_new(v, "mutable", mutable) == 0 ? NGX_OK
                                                           : NGX_ERROR;

failed:

    json_decref(sources);
    json_decref(mutable);

    return NGX_ERROR;
}
