/*
 * What NGINX's configuration sees of the upstream carrier.
 *
 * Variables of its location:
 *   $langorch_target   scheme, upstream and URI for proxy_pass
 *   $langorch_host     the Host of the request
 *   $langorch_name     the name that a certificate has to have
 */

#include "egress/ngx_lo_carrier.h"
#include "egress/ngx_lo_detached.h"
#include "egress/ngx_lo_peers.h"


static ngx_int_t ngx_lo_carrier_check(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf);
static ngx_int_t ngx_lo_carrier_target(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_lo_carrier_host(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_lo_carrier_head_filter(ngx_http_request_t *r);
static ngx_int_t ngx_lo_carrier_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);


#define NGX_LO_VARIABLE_NAME  1


extern ngx_module_t  ngx_http_proxy_module;

static ngx_http_output_header_filter_pt  ngx_lo_next_head_filter;
static ngx_http_output_body_filter_pt    ngx_lo_next_body_filter;


static ngx_http_variable_t  ngx_lo_carrier_vars[] = {

    { ngx_string("langorch_target"), NULL,
      ngx_lo_carrier_target, 0, 0, 0 },

    { ngx_string("langorch_host"), NULL,
      ngx_lo_carrier_host, 0, 0, 0 },

    { ngx_string("langorch_name"), NULL,
      ngx_lo_carrier_host, NGX_LO_VARIABLE_NAME, 0, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_lo_carrier_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_lo_carrier_vars; v->name.len != 0; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);

        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


ngx_int_t
ngx_lo_carrier_init(ngx_conf_t *cf)
{
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_langorch_module);

    if (mcf->carrier == NULL) {
        return NGX_OK;
    }

    if (ngx_lo_carrier_check(cf, mcf) != NGX_OK
        || ngx_lo_peers_init(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_next_head_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_lo_carrier_head_filter;

    ngx_lo_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_lo_carrier_body_filter;

    return NGX_OK;
}


/*
 * Settings on which safety rests.  The upstream settings come first in those of
 * any module that proxies.
 */

static ngx_int_t
ngx_lo_carrier_check(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf)
{
    const char                *wrong;
    ngx_http_upstream_conf_t  *ucf;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = mcf->carrier_loc;
    ucf = clcf->loc_conf[ngx_http_proxy_module.ctx_index];

    wrong = NULL;

    if (!clcf->internal) {

        /* else anybody could let this server call anything */

        wrong = "\"internal\"";

    } else if (clcf->handler == NULL) {
        wrong = "\"proxy_pass $langorch_target\"";

    } else if (!(ucf->ignore_headers & NGX_HTTP_UPSTREAM_IGN_XA_REDIRECT)) {

        /* else an agent could fetch internal locations of this server */

        wrong = "\"proxy_ignore_headers X-Accel-Redirect\"";

    } else if (!(ucf->next_upstream & NGX_HTTP_UPSTREAM_FT_OFF)) {

        /* else a call could be made twice without anybody knowing */

        wrong = "\"proxy_next_upstream off\"";

    } else if (clcf->client_max_body_size != 0) {
        wrong = "\"client_max_body_size 0\"";

    } else if (ucf->intercept_errors) {
        wrong = "\"proxy_intercept_errors off\"";
    }

    if (wrong == NULL) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "the location \"%V\" with langorch_carrier needs %s",
                  &clcf->name, wrong);

    return NGX_ERROR;
}


/* --- variables ---------------------------------------------------------------- */


static ngx_int_t
ngx_lo_carrier_target(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    size_t              len;
    u_char             *p;
    const char         *upstream;
    ngx_lo_call_t      *call;
    ngx_lo_detached_t  *d;

    d = ngx_lo_detached_of(r);

    if (d == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    call = d->call;

    upstream = (call->target.kind == NGX_LO_HOST_UPSTREAM)
               ? call->target.host : NGX_LO_PEERS_NAME;

    len = sizeof("https://") - 1 + ngx_strlen(upstream) + call->uri.len;

    p = ngx_pnalloc(r->pool, len);

    if (p == NULL) {
        return NGX_ERROR;
    }

    v->data = p;

    p = ngx_slprintf(p, p + len, "%s://%s%V",
                     call->target.tls ? "https" : "http", upstream, &call->uri);

    v->len = (unsigned) (p - v->data);
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_lo_carrier_host(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_lo_call_t      *call;
    ngx_lo_detached_t  *d;

    d = ngx_lo_detached_of(r);

    if (d == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    call = d->call;

    v->data = (u_char *) (data == NGX_LO_VARIABLE_NAME
                          ? call->target.host : call->target.authority);
    v->len = (unsigned) ngx_strlen(v->data);
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


/* --- filters ------------------------------------------------------------------- */


/* Nothing of a call's reply goes on to the filters that write to clients. */

static ngx_int_t
ngx_lo_carrier_head_filter(ngx_http_request_t *r)
{
    ngx_lo_detached_t  *d;

    d = ngx_lo_detached_of(r);

    if (d == NULL) {
        return ngx_lo_next_head_filter(r);
    }

    return ngx_lo_detached_head(d, r);
}


static ngx_int_t
ngx_lo_carrier_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_lo_detached_t  *d;

    d = ngx_lo_detached_of(r);

    if (d == NULL) {
        return ngx_lo_next_body_filter(r, in);
    }

    return ngx_lo_detached_body(d, in);
}
