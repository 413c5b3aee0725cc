/*
 * Where artifacts lie, how large they may be, and who works on their files.
 */

#include "core/ngx_lo_core_int.h"

#include <ngx_thread_pool.h>

#if !(NGX_THREADS)
#error "LangOrch needs an NGINX that was built --with-threads"
#endif


char *
ngx_lo_conf_artifacts(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t           *value;
    ngx_lo_main_conf_t  *mcf = conf;

    if (mcf->artifacts.len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    while (value[1].len > 1 && value[1].data[value[1].len - 1] == '/') {
        value[1].data[--value[1].len] = '\0';
    }

    if (value[1].len == 0) {
        return "is empty";
    }

    mcf->artifacts = value[1];

    return ngx_conf_full_name(cf->cycle, &mcf->artifacts, 0) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


ngx_int_t
ngx_lo_conf_disk(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf)
{
    u_char     *p;
    ngx_str_t  *dir;

    dir = &mcf->artifacts;

    if (dir->len == 0) {

        for (p = mcf->store.data + mcf->store.len;
             p > mcf->store.data && p[-1] != '/';
             p--)
        {
            /* the folder of the store */
        }

        dir->len = (size_t) (p - mcf->store.data) + sizeof("artifacts") - 1;
        dir->data = ngx_pnalloc(cf->pool, dir->len + 1);

        if (dir->data == NULL) {
            return NGX_ERROR;
        }

        p = ngx_cpymem(dir->data, mcf->store.data,
                       (size_t) (p - mcf->store.data));
        (void) ngx_cpymem(p, "artifacts", sizeof("artifacts"));
    }

    /* the pool `default` is there even when nobody describes it */

    return ngx_thread_pool_add(cf, NULL) != NULL ? NGX_OK : NGX_ERROR;
}
