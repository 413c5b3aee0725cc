/*
 * `langorch_cors`: pages of which origins may ask (spec/api.md 1.13).
 */

#include "core/ngx_lo_core_int.h"


static ngx_uint_t ngx_lo_conf_is_origin(const ngx_str_t *s);


char *
ngx_lo_conf_cors(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t          *value, *one;
    ngx_uint_t          i;
    ngx_lo_loc_conf_t  *lcf = conf;

    if (lcf->cors != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    lcf->cors = NULL;
    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    lcf->cors = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                 sizeof(ngx_str_t));
    if (lcf->cors == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (!ngx_lo_conf_is_origin(&value[i])) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is no origin: scheme://host[:port],"
                               " or \"*\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        one = ngx_array_push(lcf->cors);
        if (one == NULL) {
            return NGX_CONF_ERROR;
        }

        *one = value[i];
    }

    return NGX_CONF_OK;
}


/* As browsers write it: nothing behind host and port. */

static ngx_uint_t
ngx_lo_conf_is_origin(const ngx_str_t *s)
{
    u_char  *p, *last;

    if (s->len == 1 && s->data[0] == '*') {
        return 1;
    }

    last = s->data + s->len;
    p = ngx_strnstr(s->data, "://", s->len);

    if (p == NULL || p == s->data || p + 3 == last) {
        return 0;
    }

    for (p += 3; p < last; p++) {
        if (*p <= ' ' || *p >= 0x7f || strchr("/?#*,\"", *p) != NULL) {
            return 0;
        }
    }

    return 1;
}
