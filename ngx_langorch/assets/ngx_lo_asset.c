/*
 * What the routes of stored assets share: tags, conditions, the audit.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"


static const char *ngx_lo_asset_etag(ngx_lo_api_t *api, const json_t *row);


/* --- shown ----------------------------------------------------------------- */


ngx_int_t
ngx_lo_asset_answer(ngx_lo_api_t *api, ngx_uint_t status, const json_t *row,
    json_t *shown)
{
    const char  *tag;

    if (shown == NULL) {
        shown = json_copy((json_t *) row);
    }

    tag = ngx_lo_asset_etag(api, row);

    if (shown == NULL || tag == NULL) {
        json_decref(shown);
        return NGX_ERROR;
    }

    (void) json_object_del(shown, "_tag");

    if (api->r->method == NGX_HTTP_GET && ngx_lo_api_fresh(api, tag)) {
        json_decref(shown);
        return ngx_lo_api_empty(api, NGX_HTTP_NOT_MODIFIED);
    }

    return ngx_lo_api_json(api, status, shown);
}


static const char *
ngx_lo_asset_etag(ngx_lo_api_t *api, const json_t *row)
{
    const char  *tag;

    tag = ckp_json_str(row, "_tag");

    return tag ? ngx_lo_api_etag(api, tag) : NULL;
}


ngx_int_t
ngx_lo_asset_list(ngx_lo_api_t *api, json_t *rows)
{
    size_t   i;
    json_t  *row;

    json_array_foreach(rows, i, row) {
        (void) json_object_del(row, "_tag");
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, rows);
}


/* --- conditions ------------------------------------------------------------- */


ngx_int_t
ngx_lo_asset_match(ngx_lo_api_t *api, const json_t *row)
{
    u_char      *quoted;
    const char  *tag;

    tag = ckp_json_str(row, "_tag");
    quoted = tag ? ngx_pnalloc(api->r->pool, ngx_strlen(tag) + 3) : NULL;

    if (quoted == NULL) {
        return NGX_ERROR;
    }

    *ngx_sprintf(quoted, "\"%s\"", tag) = '\0';

    if (!ngx_lo_api_stale(api, (const char *) quoted)) {
        return NGX_OK;
    }

    if (ngx_lo_asset_etag(api, row) == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_asset_412(api);
}


ngx_int_t
ngx_lo_asset_412(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 412, "precondition_failed",
                              "It was changed since it was read");
}


const char *
ngx_lo_asset_guard(ngx_lo_api_t *api, const json_t *row)
{
    return ngx_lo_api_header(api, "If-Match") ? ckp_json_str(row, "_tag")
                                              : NULL;
}


/* --- what the client sent ----------------------------------------------------- */


ngx_uint_t
ngx_lo_asset_says(const ngx_lo_api_t *api, const char *name)
{
    return json_object_get(api->body, name) != NULL;
}


void
ngx_lo_asset_wipe(ngx_lo_api_t *api, const char *name)
{
    const json_t  *v;

    v = json_object_get(api->body, name);

    if (json_is_string(v)) {
        ngx_explicit_memzero((void *) json_string_value(v),
                             json_string_length(v));
    }

    if (api->text.len > 0) {
        ngx_explicit_memzero(api->text.data, api->text.len);
    }
}


const json_t *
ngx_lo_asset_texts(ngx_lo_api_t *api, const char *name, size_t n,
    size_t bytes)
{
    size_t         i;
    json_t        *text;
    const json_t  *list;

    list = ngx_lo_input_array(api, name, NGX_LO_OPTIONAL);

    if (json_array_size(list) > n) {
        ngx_lo_input_wrong(api, "body", name, "too_long",
                           "Has too many items");
        return NULL;
    }

    json_array_foreach(list, i, text) {

        if (!json_is_string(text) || json_string_length(text) == 0
            || json_string_length(text) > bytes)
        {
            ngx_lo_input_wrong(api, "body", name, "string_type",
                               "Must be a list of texts that are neither"
                               " empty nor too long");
            return NULL;
        }
    }

    return list;
}


/* --- the audit ------------------------------------------------------------------ */


ngx_int_t
ngx_lo_asset_trail(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *category,
    const char *id, json_t *meta)
{
    ngx_int_t       rc;
    ngx_uint_t      method;
    ngx_lo_trail_t  trail;

    method = api->route->method;

    ngx_memzero(&trail, sizeof(trail));
    trail.category = category;
    trail.action = (method == NGX_HTTP_POST) ? "create"
                   : (method == NGX_HTTP_PUT) ? "update" : "delete";
    trail.description = (method == NGX_HTTP_POST) ? "Created"
                        : (method == NGX_HTTP_PUT) ? "Changed" : "Deleted";
    trail.resource_type = category;
    trail.resource_id = id;
    trail.meta = meta;

    rc = ngx_lo_api_audit(api, job, &trail);
    json_decref(meta);

    return rc;
}
