/*
 * The environment that NGINX was started with: workers see only what `env`
 * names, so what is ours of it is kept with the configuration.
 */

#include "core/ngx_lo_core_int.h"


ngx_int_t
ngx_lo_environ_keep(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf)
{
    char          **env, *value;
    size_t          len;
    ngx_keyval_t   *kv;

    mcf->environ = ngx_array_create(cf->pool, 4, sizeof(ngx_keyval_t));

    if (mcf->environ == NULL) {
        return NGX_ERROR;
    }

    for (env = environ; env != NULL && *env != NULL; env++) {

        value = strchr(*env, '=');

        if (value == NULL
            || ngx_strncmp(*env, NGX_LO_SECRET_PREFIX,
                           sizeof(NGX_LO_SECRET_PREFIX) - 1) != 0)
        {
            continue;
        }

        kv = ngx_array_push(mcf->environ);
        len = ngx_strlen(*env);

        if (kv == NULL) {
            return NGX_ERROR;
        }

        kv->key.data = ngx_pnalloc(cf->pool, len + 1);

        if (kv->key.data == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(kv->key.data, *env, len + 1);

        kv->key.len = (size_t) (value - *env);
        kv->key.data[kv->key.len] = '\0';
        kv->value.data = kv->key.data + kv->key.len + 1;
        kv->value.len = len - kv->key.len - 1;
    }

    return NGX_OK;
}


const char *
ngx_lo_environ(const char *name)
{
    ngx_uint_t           i;
    ngx_keyval_t        *kv;
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_lo_conf();

    if (mcf == NULL || mcf->environ == NULL) {
        return NULL;
    }

    kv = mcf->environ->elts;

    for (i = 0; i < mcf->environ->nelts; i++) {
        if (ngx_strcmp(kv[i].key.data, name) == 0) {
            return (const char *) kv[i].value.data;
        }
    }

    return NULL;
}
