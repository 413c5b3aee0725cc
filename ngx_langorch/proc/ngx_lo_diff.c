/*
 * Two versions of a procedure side by side (spec/api.md 3.13).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"


typedef struct {
    ngx_lo_think_t   think;
    json_t          *from;
    json_t          *to;
    ngx_uint_t       lines;
    json_t          *told;
} ngx_lo_diff_t;


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


static void
ngx_lo_diff_work(ngx_lo_think_t *t)
{
    ngx_lo_diff_t  *d = (ngx_lo_diff_t *) t;

    d->told = ckp_document_diff(json_object_get(d->from, "ckp_json"),
                                json_object_get(d->to, "ckp_json"), d->lines);
}


static void
ngx_lo_diff_clean(ngx_lo_think_t *t)
{
    ngx_lo_diff_t  *d = (ngx_lo_diff_t *) t;

    json_decref(d->from);
    json_decref(d->to);
    json_decref(d->told);
}


static ngx_int_t
ngx_lo_diff_answer(ngx_lo_api_t *api, ngx_lo_think_t *t)
{
    json_t         *v;
    ngx_lo_diff_t  *d = (ngx_lo_diff_t *) t;

    v = json_pack("{s:O, s:O, s:O}",
                  "procedure_id", json_object_get(d->from, "procedure_id"),
                  "from", json_object_get(d->from, "version"),
                  "to", json_object_get(d->to, "version"));

    if (v != NULL && (d->told == NULL || json_object_update(v, d->told) != 0)) {
        json_decref(v);
        v = NULL;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}


ngx_int_t
ngx_lo_diff_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char     *format;
    const json_t   *from, *to;
    ngx_lo_diff_t  *d;

    from = ngx_lo_job_row(job, 0);
    to = ngx_lo_job_row(job, 1);

    if (from == NULL || to == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Procedure not found");
    }

    d = ngx_lo_think_new(sizeof(ngx_lo_diff_t));
    if (d == NULL) {
        return NGX_ERROR;
    }

    format = ngx_lo_query_word(api, "format", "json|lines");

    d->think.work = ngx_lo_diff_work;
    d->think.clean = ngx_lo_diff_clean;
    d->from = json_incref((json_t *) from);
    d->to = json_incref((json_t *) to);
    d->lines = (format != NULL && ngx_strcmp(format, "lines") == 0);

    return ngx_lo_api_think(api, &d->think,
                            ngx_lo_think_is_large(from)
                            || ngx_lo_think_is_large(to), ngx_lo_diff_answer);
}
