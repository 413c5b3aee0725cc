/*
 * The module as NGINX sees it: tables and hooks.  The directives are in
 * core/ngx_lo_conf.c, the life of a worker in ngx_lo_worker.c.
 */

#include "egress/ngx_lo_carrier.h"
#include "ngx_lo_worker.h"


static ngx_int_t ngx_http_langorch_init_module(ngx_cycle_t *cycle);


static ngx_http_module_t  ngx_http_langorch_module_ctx = {
    ngx_lo_carrier_variables,              /* preconfiguration */
    ngx_lo_carrier_init,                   /* postconfiguration */

    ngx_lo_create_main_conf,               /* create main configuration */
    ngx_lo_init_main_conf,                 /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_lo_create_loc_conf,                /* create location configuration */
    ngx_lo_merge_loc_conf                  /* merge location configuration */
};


ngx_module_t  ngx_http_langorch_module = {
    NGX_MODULE_V1,
    &ngx_http_langorch_module_ctx,         /* module context */
    ngx_lo_commands,                       /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_langorch_init_module,         /* init module */
    ngx_lo_worker_start,                   /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_lo_worker_end,                     /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_langorch_init_module(ngx_cycle_t *cycle)
{
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_langorch_module);

    if (mcf == NULL || mcf->store.len == 0) {
        return NGX_OK;
    }

    ngx_lo_zone_new_generation(mcf->zone);

    if (ngx_lo_tz_load(cycle->log) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_bell_init_module(cycle);
}
