/*
 * langorch_otlp.
 */

#include "core/ngx_lo_core.h"
#include "otlp/ngx_lo_otlp.h"


const ngx_lo_otlp_conf_t *
ngx_lo_otlp_conf(void)
{
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_lo_conf();

    return (mcf != NULL) ? mcf->otlp : NULL;
}


/* Some collectors are named with what they take: that is left out. */

static char *
ngx_lo_otlp_base(ngx_conf_t *cf, const ngx_str_t *url)
{
    char        *text;
    size_t       len, n;
    ngx_uint_t   i;

    static const char *const  ends[] = {
        "/v1/traces", "/v1/metrics", "/v1/logs"
    };

    text = ngx_pnalloc(cf->pool, url->len + 1);
    if (text == NULL) {
        return NULL;
    }

    for (len = url->len; len > 0 && url->data[len - 1] == '/'; len--) {
        /* void */
    }

    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        n = ngx_strlen(ends[i]);

        if (len > n && ngx_memcmp(url->data + len - n, ends[i], n) == 0) {
            len -= n;
            break;
        }
    }

    ngx_memcpy(text, url->data, len);
    text[len] = '\0';

    return text;
}


char *
ngx_lo_otlp_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    size_t                n;
    ngx_str_t            *value;
    ngx_uint_t            i, k;
    const char          **field;
    ngx_lo_main_conf_t   *mcf = conf;
    ngx_lo_otlp_conf_t   *o;

    static const struct {
        const char  *word;
        size_t       at;
    } words[] = {
        { "environment=", offsetof(ngx_lo_otlp_conf_t, environment) },
        { "secret=", offsetof(ngx_lo_otlp_conf_t, secret) },
        { "header=", offsetof(ngx_lo_otlp_conf_t, header) }
    };

    if (mcf->otlp != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strncmp(value[1].data, "https://", 8) != 0
        && ngx_strncmp(value[1].data, "http://", 7) != 0)
    {
        return "has no address with http:// or https://";
    }

    o = ngx_pcalloc(cf->pool, sizeof(ngx_lo_otlp_conf_t));
    if (o == NULL) {
        return NGX_CONF_ERROR;
    }

    o->header = "Authorization";
    o->url = ngx_lo_otlp_base(cf, &value[1]);
    mcf->otlp = o;

    for (i = 2; i < cf->args->nelts; i++) {

        field = NULL;

        for (k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
            n = ngx_strlen(words[k].word);

            if (value[i].len > n
                && ngx_strncmp(value[i].data, words[k].word, n) == 0)
            {
                field = (const char **) ((u_char *) o + words[k].at);
                *field = (const char *) value[i].data + n;
                break;
            }
        }

        if (field == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is no argument of \"%V\"", &value[i],
                               &cmd->name);
            return NGX_CONF_ERROR;
        }
    }

    return (o->url != NULL) ? NGX_CONF_OK : NGX_CONF_ERROR;
}
