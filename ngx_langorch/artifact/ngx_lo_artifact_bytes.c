/*
 * The bytes of an artifact: whole, in parts, or their beginning as text.
 *
 * Whatever an agent made is shown to people on the console's own origin: what a
 * browser could run is put into a sandbox, or is plain text.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "artifact/ngx_lo_artifacts.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_PREVIEW_MAX  65536


static ngx_int_t ngx_lo_bytes_opened(ngx_lo_api_t *api, ngx_lo_disk_t *d);
static ngx_int_t ngx_lo_bytes_away(ngx_lo_api_t *api, const char *uri);


/* --- which file ------------------------------------------------------------------- */


ngx_int_t
ngx_lo_artifacts_bytes_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t           rc;
    ngx_lo_artifact_t  *a;

    a = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_artifact_t));
    if (a == NULL) {
        return NGX_ERROR;
    }

    api->ctx = a;
    rc = ngx_lo_artifact_named(api, a);

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_at,
                                           a->run_id, a->uri)
                          : rc;
}


ngx_int_t
ngx_lo_artifacts_bytes_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_str_t           type;
    const json_t       *row;
    ngx_lo_artifact_t  *a = api->ctx;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_artifact_404(api);
    }

    type.data = (u_char *) ckp_json_str(row, "mime_type");

    if (type.data != NULL) {
        type.len = ngx_strlen(type.data);
        a->type = ngx_lo_cstr(api->r->pool, &type);
    }

    return ngx_lo_artifact_send(api, a);
}


ngx_int_t
ngx_lo_artifacts_content_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_artifacts_get_prepare(api, job);
}


ngx_int_t
ngx_lo_artifacts_content_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t             *row;
    ngx_int_t           rc;
    ngx_lo_artifact_t  *a;

    row = ngx_lo_api_keep(api, json_incref((json_t *) ngx_lo_job_row(job, 0)));

    if (row == NULL) {
        return ngx_lo_artifact_404(api);
    }

    a = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_artifact_t));
    if (a == NULL) {
        return NGX_ERROR;
    }

    api->ctx = a;
    rc = ngx_lo_artifact_of(api, ckp_json_str(row, "uri"), a);

    if (rc == NGX_DECLINED) {
        return ngx_lo_bytes_away(api, ckp_json_str(row, "uri"));
    }

    a->type = ckp_json_str(row, "mime_type");

    return (rc == NGX_OK) ? ngx_lo_artifact_send(api, a) : rc;
}


/* What lies elsewhere is looked for there, where a browser can. */

static ngx_int_t
ngx_lo_bytes_away(ngx_lo_api_t *api, const char *uri)
{
    u_char  *to;
    size_t   len;

    if (uri == NULL || (ngx_strncmp(uri, "http://", 7) != 0
                        && ngx_strncmp(uri, "https://", 8) != 0))
    {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "The bytes of this artifact are not here");
    }

    len = strlen(uri);
    to = ngx_pnalloc(api->r->pool, 3 * len + 1);

    if (to == NULL) {
        return NGX_ERROR;
    }

    /* as it is, but nothing may end the line */

    *(u_char *) ngx_escape_uri(to, (u_char *) uri, len, NGX_ESCAPE_REFRESH)
        = '\0';

    if (ngx_lo_api_set(api, "Location", (const char *) to) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_empty(api, NGX_HTTP_MOVED_TEMPORARILY);
}


/* --- heads ------------------------------------------------------------------------ */


static ngx_uint_t
ngx_lo_bytes_among(const char *type, const char *const *types)
{
    size_t  len, n;

    len = strcspn(type, "; ");

    for (; *types != NULL; types++) {
        n = strlen(*types);

        if (n <= len
            && ngx_strncasecmp((u_char *) type, (u_char *) *types, n) == 0
            && (n == len || (*types)[n - 1] == '/'))
        {
            return 1;
        }
    }

    return 0;
}


/* An agent may have called it anything; what is no media type is not said. */

static ngx_uint_t
ngx_lo_bytes_is_type(const char *type)
{
    const char  *p;

    for (p = type; *p != '\0'; p++) {
        if (*p < ' ' || *p > '~') {
            return 0;
        }
    }

    return p - type < 256 && strchr(type, '/') != NULL;
}


/* A script of the console's origin could be made part of a page: it is text. */

static const char *
ngx_lo_bytes_type(const char *type)
{
    static const char *const  scripts[] = {
        "text/javascript", "application/javascript", "text/ecmascript",
        "application/ecmascript", "application/x-javascript",
        "text/javascript1.5", "text/livescript", "text/jscript", NULL
    };

    return ngx_lo_bytes_among(type, scripts) ? "text/plain; charset=utf-8"
                                             : type;
}


static ngx_uint_t
ngx_lo_bytes_harmless(const char *type)
{
    static const char *const  harmless[] = {
        "text/plain", "text/csv", "text/markdown", "application/json",
        "application/pdf", "application/zip", "application/gzip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif",
        "image/bmp", "image/x-icon", "audio/", "video/", NULL
    };

    return ngx_lo_bytes_among(type, harmless);
}


static ngx_int_t
ngx_lo_bytes_disposition(ngx_lo_api_t *api, const char *name)
{
    size_t       len;
    u_char      *p, *value;
    const char  *last;

    last = strrchr(name, '/');
    last = (last != NULL) ? last + 1 : name;
    len = strlen(last);

    value = ngx_pnalloc(api->r->pool,
                        sizeof("attachment; filename*=UTF-8''") + 3 * len);
    if (value == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(value, "attachment; filename*=UTF-8''",
                   sizeof("attachment; filename*=UTF-8''") - 1);
    p = (u_char *) ngx_escape_uri(p, (u_char *) last, len,
                                  NGX_ESCAPE_URI_COMPONENT);
    *p = '\0';

    return ngx_lo_api_set(api, "Content-Disposition", (const char *) value);
}


/* NGINX compares the tag itself when a part is wanted. */

static const char *
ngx_lo_bytes_tag(ngx_lo_api_t *api, const char *text)
{
    const char       *tag;
    ngx_list_part_t  *part;

    tag = ngx_lo_api_etag(api, text);

    if (tag != NULL) {
        part = api->r->headers_out.headers.last;
        api->r->headers_out.etag = (ngx_table_elt_t *) part->elts
                                   + part->nelts - 1;
    }

    return tag;
}


static ngx_int_t
ngx_lo_bytes_heads(ngx_lo_api_t *api, const char *type)
{
    api->cache = "private, max-age=60";

    return (ngx_lo_bytes_harmless(type)
            || ngx_lo_api_set(api, "Content-Security-Policy",
                              "sandbox; default-src 'none'") != NGX_ERROR)
           ? NGX_OK : NGX_ERROR;
}


/* --- the answer ------------------------------------------------------------------- */


ngx_int_t
ngx_lo_artifact_send(ngx_lo_api_t *api, ngx_lo_artifact_t *a)
{
    int64_t              preview;
    ngx_lo_disk_open_t  *o;

    preview = ngx_lo_query_int(api, "preview", 1, NGX_LO_PREVIEW_MAX, 0);
    (void) ngx_lo_query_bool(api, "download", 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    /* the byte behind tells whether a character ends there */

    o = ngx_lo_disk_open(a->path, preview > 0 ? (size_t) preview + 1 : 0);

    return ngx_lo_api_disk(api, o ? &o->disk : NULL, ngx_lo_bytes_opened);
}


/* errno as an answer; what is not there for whatever reason is 404. */

static ngx_int_t
ngx_lo_bytes_failed(ngx_lo_api_t *api, int err, const char *path)
{
    switch (err) {

    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case ENXIO:
        return ngx_lo_artifact_404(api);

    default:
        ngx_log_error(NGX_LOG_ERR, api->r->connection->log, err,
                      "artifact \"%s\" cannot be read", path);

        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "The artifact cannot be read now");
    }
}


static ngx_int_t
ngx_lo_bytes_preview(ngx_lo_api_t *api, ngx_lo_disk_open_t *o)
{
    size_t      n;
    json_t     *text;
    ngx_str_t   out;

    n = ngx_min(o->head_len, o->head_max - 1);

    if (n < o->head_len) {
        while (n > 0 && (o->head[n] & 0xc0) == 0x80) {
            n--;
        }
    }

    text = json_stringn((const char *) o->head, n);

    if (text == NULL || memchr(o->head, '\0', n) != NULL) {
        json_decref(text);

        return ngx_lo_api_problem(api, 415, "unsupported_media_type",
                                  "The artifact is no text");
    }

    json_decref(text);

    out.len = n;
    out.data = ngx_pnalloc(api->r->pool, n + 1);

    if (out.data == NULL
        || ngx_lo_api_set(api, "X-Truncated", (off_t) n < o->size ? "true"
                                                                  : "false")
           == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    ngx_memcpy(out.data, o->head, n);
    api->cache = "private, max-age=60";

    return ngx_lo_api_text(api, NGX_HTTP_OK, "text/plain; charset=utf-8",
                           &out);
}


static ngx_int_t
ngx_lo_bytes_opened(ngx_lo_api_t *api, ngx_lo_disk_t *d)
{
    ngx_int_t            rc;
    const char          *type, *tag;
    ngx_lo_artifact_t   *a = api->ctx;
    ngx_lo_disk_open_t  *o = (ngx_lo_disk_open_t *) d;

    if (o->err != 0) {
        return ngx_lo_bytes_failed(api, o->err, o->path);
    }

    if (o->head_max > 0) {
        return ngx_lo_bytes_preview(api, o);
    }

    type = (a->type != NULL && ngx_lo_bytes_is_type(a->type))
           ? a->type : ngx_lo_artifact_type(api, a->name);
    type = ngx_lo_bytes_type(type);
    tag = ngx_lo_bytes_tag(api, o->tag);

    if (tag == NULL || ngx_lo_bytes_heads(api, type) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_lo_api_fresh(api, tag)) {
        return ngx_lo_api_empty(api, NGX_HTTP_NOT_MODIFIED);
    }

    rc = ngx_lo_artifact_range(api, o->size, tag);

    if (rc != NGX_OK) {
        api->cache = NULL;
        return rc;
    }

    if (ngx_lo_query_bool(api, "download", 0)
        && ngx_lo_bytes_disposition(api, a->name) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_file(api, type, o);
}
