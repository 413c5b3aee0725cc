/*
 * Settings: directives that are more than a value.
 */

#include "core/ngx_lo_core_int.h"


char *
ngx_lo_conf_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t           *value;
    ngx_lo_main_conf_t  *mcf = conf;

    if (mcf->store.len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "is empty";
    }

    mcf->store = value[1];

    if (ngx_conf_full_name(cf->cycle, &mcf->store, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_lo_conf_local_disk(cf, &mcf->store);
}


char *
ngx_lo_conf_allow(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (!ngx_lo_conf_is_target(&value[i])) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is not a host, host:port or CIDR",
                               &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    return ngx_lo_conf_names(cf, cmd, conf);
}


char *
ngx_lo_conf_names(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t    *value, *name;
    ngx_uint_t    i;
    ngx_array_t **names;

    names = (ngx_array_t **) ((char *) conf + cmd->offset);

    if (*names == NULL) {
        *names = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
        if (*names == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        name = ngx_array_push(*names);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        *name = value[i];
    }

    return NGX_CONF_OK;
}


char *
ngx_lo_conf_base_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t           *value;
    ngx_lo_main_conf_t  *mcf = conf;

    if (mcf->base_url.len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strncmp(value[1].data, "http://", 7) != 0
        && ngx_strncmp(value[1].data, "https://", 8) != 0)
    {
        return "must begin with http:// or https://";
    }

    mcf->base_url = value[1];

    while (mcf->base_url.data[mcf->base_url.len - 1] == '/') {
        mcf->base_url.len--;
    }

    return NGX_CONF_OK;
}


char *
ngx_lo_conf_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *value, *url;

    url = (ngx_str_t *) ((char *) conf + cmd->offset);

    if (url->len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strncmp(value[1].data, "http://", 7) != 0
        && ngx_strncmp(value[1].data, "https://", 8) != 0)
    {
        return "must begin with http:// or https://";
    }

    *url = value[1];

    return NGX_CONF_OK;
}


/* One carrier serves all calls: the first of several servers' is as good. */

char *
ngx_lo_conf_carrier(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_lo_main_conf_t        *mcf;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_core_srv_conf_t  *cscf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_langorch_module);

    if (mcf->carrier != NULL) {
        return NGX_CONF_OK;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    if (clcf->name.len == 0 || clcf->name.data[0] != '/') {
        return "needs a location with a prefix";
    }

    mcf->carrier = cscf->ctx;
    mcf->carrier_uri = clcf->name;
    mcf->carrier_loc = clcf;

    return NGX_CONF_OK;
}
