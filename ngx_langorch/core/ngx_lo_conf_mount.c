/*
 * `langorch_api`: which surface a location serves, and below which mount
 * (spec/api.md 1.1).
 */

#include "core/ngx_lo_core_int.h"


static ngx_uint_t ngx_lo_conf_workflows(ngx_str_t *mount);


/* The mount of procedures is the location; of workflows, whose routes begin
 * with the location's last segment, what is before that, and the root when the
 * location is a pattern. */

char *
ngx_lo_conf_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                 *value;
    ngx_lo_loc_conf_t         *lcf = conf;
    ngx_lo_main_conf_t        *mcf;
    ngx_http_core_loc_conf_t  *clcf;

    if (lcf->api) {
        return "is duplicate";
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    value = cf->args->elts;
    lcf->api = NGX_LO_FAMILY_L;

    if (cf->args->nelts == 2) {

        if (ngx_strcmp(value[1].data, "workflows") == 0) {
            lcf->api = NGX_LO_FAMILY_D;

        } else if (ngx_strcmp(value[1].data, "agents") == 0) {
            lcf->api = NGX_LO_FAMILY_W;

        } else {
            return "serves procedures (no parameter), \"workflows\" or"
                   " \"agents\"";
        }
    }

    if (clcf->name.len != 0 && clcf->name.data[0] == '/') {
        lcf->mount = clcf->name;

        while (lcf->mount.len > 0
               && lcf->mount.data[lcf->mount.len - 1] == '/')
        {
            lcf->mount.len--;
        }

        if (lcf->api == NGX_LO_FAMILY_D
            && !ngx_lo_conf_workflows(&lcf->mount))
        {
            return "workflows need a location that ends in"
                   " /workflows, /runs or /orders";
        }

    } else if (lcf->api != NGX_LO_FAMILY_D || clcf->name.len == 0) {
        return "needs a location with a prefix";

    } else {
        ngx_str_set(&lcf->mount, "");
    }

    clcf->handler = ngx_lo_api_handler;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_langorch_module);
    mcf->apis++;

    if (lcf->api == NGX_LO_FAMILY_L && mcf->mount.data == NULL) {
        mcf->mount = lcf->mount;
    }

    if (mcf->mounts[lcf->api].data == NULL) {
        mcf->mounts[lcf->api] = lcf->mount;
    }

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_lo_conf_workflows(ngx_str_t *mount)
{
    size_t      len;
    ngx_uint_t  i;

    static const char  *const  ends[] = { "/workflows", "/runs", "/orders" };

    for (i = 0; i < 3; i++) {
        len = strlen(ends[i]);

        if (mount->len >= len
            && ngx_memcmp(mount->data + mount->len - len, ends[i], len) == 0)
        {
            mount->len -= len;
            return 1;
        }
    }

    return 0;
}
