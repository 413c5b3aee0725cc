/*
 * What models cost at this site (langorch_llm_cost): gathered as the text of a
 * table, which is what an administrator may say otherwise (ngx_lo_setting.c).
 */

#include "core/ngx_lo_core_int.h"

#define NGX_LO_COSTS_BYTES  (64 * 1024)


static ngx_int_t ngx_lo_conf_cost_word(json_t *one, const ngx_str_t *word);
static char *ngx_lo_conf_cost_keep(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf,
    json_t *table);


char *
ngx_lo_conf_cost(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                *rc;
    json_t              *table, *one;
    ngx_str_t           *value;
    ngx_uint_t           i;
    ngx_lo_main_conf_t  *mcf = conf;

    value = cf->args->elts;
    table = (mcf->llm_costs.len > 0)
            ? ckp_json_parse((const char *) mcf->llm_costs.data,
                             mcf->llm_costs.len, NULL)
            : json_object();
    one = json_object();

    if (json_object_get(table, (const char *) value[1].data) != NULL) {
        json_decref(table);
        json_decref(one);
        return "has the model twice";
    }

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_lo_conf_cost_word(one, &value[i]) != NGX_OK) {
            json_decref(table);
            json_decref(one);
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is no number of \"langorch_llm_cost\"",
                               &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    (void) json_object_set_new(table, (const char *) value[1].data, one);

    rc = ngx_lo_conf_cost_keep(cf, mcf, table);
    json_decref(table);

    return rc;
}


/* "prompt=0.002" */

static ngx_int_t
ngx_lo_conf_cost_word(json_t *one, const ngx_str_t *word)
{
    char    *end, *name;
    double   d;
    u_char  *is;

    is = ngx_strlchr(word->data, word->data + word->len, '=');

    if (is == NULL || is == word->data || is[1] == '\0') {
        return NGX_ERROR;
    }

    d = strtod((char *) is + 1, &end);

    if (*end != '\0') {
        return NGX_ERROR;
    }

    *is = '\0';
    name = (char *) word->data;

    if (json_object_get(one, name) != NULL
        || json_object_set_new(one, name,
                               (ngx_strcmp(name, "quality") == 0
                                && d == (double) (json_int_t) d)
                               ? json_integer((json_int_t) d)
                               : json_real(d)) != 0)
    {
        *is = '=';
        return NGX_ERROR;
    }

    *is = '=';

    return NGX_OK;
}


static char *
ngx_lo_conf_cost_keep(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf, json_t *table)
{
    char       *text;
    size_t      len;
    ckp_err_t   err = CKP_ERR_INIT;

    if (ckp_prices_check(table, &err) != CKP_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%s\" %s", err.at, err.msg);
        return NGX_CONF_ERROR;
    }

    text = ckp_json_text(table);
    len = (text != NULL) ? ngx_strlen(text) : 0;
    mcf->llm_costs.data = (text != NULL) ? ngx_pnalloc(cf->pool, len + 1)
                                         : NULL;

    if (mcf->llm_costs.data == NULL || len > NGX_LO_COSTS_BYTES) {
        ckp_free(text);
        return (text != NULL && len > NGX_LO_COSTS_BYTES)
               ? "has more models than 64k of text have room for"
               : NGX_CONF_ERROR;
    }

    ngx_memcpy(mcf->llm_costs.data, text, len + 1);
    mcf->llm_costs.len = len;
    ckp_free(text);

    return NGX_CONF_OK;
}
