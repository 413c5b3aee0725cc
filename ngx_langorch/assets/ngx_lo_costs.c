/*
 * What models cost: what is known everywhere, and what this site says
 * (completes spec/api.md 13).
 */

#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "store/ngx_lo_sql_assets.h"


ngx_int_t
ngx_lo_costs_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) api;

    return ngx_lo_job_add(job, &ngx_lo_sql_settings);
}


/* What the site says of a model stands in the place of what is known of it. */

static json_t *
ngx_lo_costs_all(const json_t *own)
{
    json_t      *all, *one;
    const char  *model;

    all = ckp_prices_known();

    json_object_foreach(all, model, one) {
        (void) json_object_set_new(one, "source", json_string("default"));
    }

    json_object_foreach((json_t *) own, model, one) {
        one = json_copy(one);

        if (json_object_get(one, "prompt") == NULL) {
            (void) json_object_set_new(one, "prompt", json_integer(0));
        }

        if (json_object_get(one, "completion") == NULL) {
            (void) json_object_set_new(one, "completion", json_integer(0));
        }

        (void) json_object_set_new(one, "source", json_string("site"));
        (void) json_object_set_new(all, model, one);
    }

    return all;
}


static int
ngx_lo_costs_order(const void *one, const void *two)
{
    return strcmp(*(const char *const *) one, *(const char *const *) two);
}


ngx_int_t
ngx_lo_costs_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t       *text, *own, *all, *one, *list;
    size_t        n;
    ngx_uint_t    i;
    const char   *model, **names;

    text = ngx_lo_config_value("llm_model_cost_json",
                               ngx_lo_job_rows(job, 0));
    own = json_is_string(text)
          ? ckp_json_parse(json_string_value(text), json_string_length(text),
                           NULL)
          : NULL;
    all = ngx_lo_costs_all(own);
    list = json_array();
    n = 0;

    names = ngx_palloc(api->r->pool,
                       (json_object_size(all) + 1) * sizeof(char *));

    if (names != NULL) {
        json_object_foreach(all, model, one) {
            names[n++] = model;
        }

        qsort(names, n, sizeof(char *), ngx_lo_costs_order);
    }

    for (i = 0; i < n; i++) {
        one = json_pack("{s:s, s:n, s:n}", "model", names[i], "cached",
                        "quality");
        (void) json_object_update(one, json_object_get(all, names[i]));
        (void) json_array_append_new(list, one);
    }

    json_decref(text);
    json_decref(own);
    json_decref(all);

    return ngx_lo_api_json(api, NGX_HTTP_OK, (names != NULL) ? list : NULL);
}
