/*
 * Two versions of a procedure side by side (spec/api.md 3.13).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"


static const char *
ngx_lo_diff_version(ngx_lo_api_t *api, const char *name)
{
    const char  *version;

    version = ngx_lo_query_str(api, name);

    if (version == NULL || version[0] == '\0') {
        ngx_lo_input_wrong(api, "query", name, "missing", "Field required");
        return NULL;
    }

    return version;
}


ngx_int_t
ngx_lo_diff_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *id, *from, *to;

    id = ngx_lo_api_seg(api, "procedure_id");
    from = ngx_lo_diff_version(api, "from");
    to = ngx_lo_diff_version(api, "to");
    (void) ngx_lo_query_word(api, "format", "json|lines");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get, id, from)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get, id, to);
}


ngx_int_t
ngx_lo_diff_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t        *diff, *v;
    const char    *format;
    ngx_uint_t     lines;
    const json_t  *from, *to;

    from = ngx_lo_job_row(job, 0);
    to = ngx_lo_job_row(job, 1);

    if (from == NULL || to == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Procedure not found");
    }

    format = ngx_lo_query_word(api, "format", "json|lines");
    lines = (format != NULL && ngx_strcmp(format, "lines") == 0);

    diff = ckp_document_diff(json_object_get(from, "ckp_json"),
                             json_object_get(to, "ckp_json"), lines);

    v = json_pack("{s:O, s:O, s:O}",
                  "procedure_id", json_object_get(from, "procedure_id"),
                  "from", json_object_get(from, "version"),
                  "to", json_object_get(to, "version"));

    if (v != NULL && (diff == NULL || json_object_update(v, diff) != 0)) {
        json_decref(v);
        v = NULL;
    }

    json_decref(diff);

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}
