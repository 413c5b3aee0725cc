/*
 * The answer of a request: recorded by its route, sent at the end.
 */

#include "api/ngx_lo_api_int.h"
#include "api/ngx_lo_front.h"
#include "api/ngx_lo_reply.h"


static const char *ngx_lo_reply_title(ngx_uint_t status);
static json_t *ngx_lo_reply_string(const char *s);
static json_t *ngx_lo_reply_instance(ngx_lo_api_t *api);
static ngx_uint_t ngx_lo_reply_has_tag(const char *list, const char *tag,
    ngx_uint_t weak);


ngx_int_t
ngx_lo_api_json(ngx_lo_api_t *api, ngx_uint_t status, json_t *v)
{
    ngx_int_t  rc;
    ngx_str_t  out;

    if (v == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_json_text(api->r->pool, v, &out);
    json_decref(v);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_text(api, status, "application/json", &out);
}


ngx_int_t
ngx_lo_api_text(ngx_lo_api_t *api, ngx_uint_t status, const char *type,
    const ngx_str_t *text)
{
    api->status = status;
    api->type = type;
    api->out = *text;

    return NGX_DONE;
}


ngx_int_t
ngx_lo_api_file(ngx_lo_api_t *api, const char *type, ngx_lo_disk_open_t *o)
{
    ngx_buf_t                *b;
    ngx_pool_cleanup_t       *cln;
    ngx_pool_cleanup_file_t  *clnf;

    b = ngx_calloc_buf(api->r->pool);
    cln = ngx_pool_cleanup_add(api->r->pool, sizeof(ngx_pool_cleanup_file_t));

    if (b == NULL || cln == NULL) {
        return NGX_ERROR;
    }

    b->file = ngx_pcalloc(api->r->pool, sizeof(ngx_file_t));
    if (b->file == NULL) {
        return NGX_ERROR;
    }

    b->file->fd = o->fd;
    b->file->log = api->r->connection->log;
    ngx_str_set(&b->file->name, "artifact");
    b->file_last = o->size;
    b->in_file = (o->size > 0);

    cln->handler = ngx_pool_cleanup_file;
    clnf = cln->data;
    clnf->fd = o->fd;
    clnf->name = b->file->name.data;
    clnf->log = api->r->pool->log;

    o->fd = -1;

    api->status = NGX_HTTP_OK;
    api->type = type;
    api->file = b;

    return NGX_DONE;
}


ngx_int_t
ngx_lo_api_empty(ngx_lo_api_t *api, ngx_uint_t status)
{
    api->status = status;
    api->type = NULL;
    ngx_str_null(&api->out);

    return NGX_DONE;
}


ngx_int_t
ngx_lo_api_problem(ngx_lo_api_t *api, ngx_uint_t status, const char *code,
    const char *fmt, ...)
{
    char     sentence[1024];
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(sentence, sizeof(sentence), fmt, args);
    va_end(args);

    return ngx_lo_api_problem_json(api, status, code,
                                   ngx_lo_reply_string(sentence), NULL);
}


ngx_int_t
ngx_lo_api_problem_json(ngx_lo_api_t *api, ngx_uint_t status, const char *code,
    json_t *detail, json_t *more)
{
    char        type[80];
    json_t     *v;
    ngx_int_t   rc;

    (void) snprintf(type, sizeof(type), "urn:langorch:error:%s", code);

    v = json_pack("{s:s, s:s, s:i, s:s, s:o, s:o, s:s}",
                  "type", type,
                  "title", ngx_lo_reply_title(status),
                  "status", (int) status,
                  "code", code,
                  "detail", detail,
                  "instance", ngx_lo_reply_instance(api),
                  "request_id", api->request_id);

    if (v != NULL && more != NULL) {
        (void) json_object_update(v, more);
    }

    json_decref(more);

    if (status == NGX_HTTP_UNAUTHORIZED || status == NGX_HTTP_FORBIDDEN) {
        ngx_lo_api_denied(api, status, code);
    }

    if (v != NULL && api->says != NULL) {
        rc = api->says(api, status, v);
        json_decref(v);

        return rc;
    }

    rc = ngx_lo_api_json(api, status, v);

    if (rc == NGX_DONE) {
        api->type = "application/problem+json";

        if (status == NGX_HTTP_SERVICE_UNAVAILABLE) {
            return ngx_lo_api_set(api, "Retry-After", "2");
        }
    }

    return rc;
}


static const char *
ngx_lo_reply_title(ngx_uint_t status)
{
    ngx_uint_t  i;

    static const struct {
        ngx_uint_t   status;
        const char  *title;
    } titles[] = {
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 408, "Request Timeout" },
        { 409, "Conflict" },
        { 411, "Length Required" },
        { 412, "Precondition Failed" },
        { 413, "Content Too Large" },
        { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" },
        { 416, "Range Not Satisfiable" },
        { 422, "Unprocessable Content" },
        { 428, "Precondition Required" },
        { 429, "Too Many Requests" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
        { 0, NULL }
    };

    for (i = 0; titles[i].title != NULL; i++) {
        if (titles[i].status == status) {
            return titles[i].title;
        }
    }

    return "Error";
}


/* Bytes of the client may be in it: what is not UTF-8 becomes "?". */

static json_t *
ngx_lo_reply_string(const char *s)
{
    char    *p, *copy;
    json_t  *v;

    v = json_string(s);
    if (v != NULL) {
        return v;
    }

    copy = strdup(s);
    if (copy == NULL) {
        return NULL;
    }

    for (p = copy; *p != '\0'; p++) {
        if ((u_char) *p >= 0x80) {
            *p = '?';
        }
    }

    v = json_string(copy);
    free(copy);

    return v;
}


static json_t *
ngx_lo_reply_instance(ngx_lo_api_t *api)
{
    char        path[1025];
    size_t      len;
    u_char     *q;
    ngx_str_t  *uri;

    uri = &api->r->unparsed_uri;
    q = ngx_strlchr(uri->data, uri->data + uri->len, '?');
    len = (q != NULL) ? (size_t) (q - uri->data) : uri->len;
    len = ngx_min(len, sizeof(path) - 1);

    ngx_memcpy(path, uri->data, len);
    path[len] = '\0';

    return ngx_lo_reply_string(path);
}


ngx_int_t
ngx_lo_api_set(ngx_lo_api_t *api, const char *name, const char *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&api->r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    h->key.data = (u_char *) name;
    h->key.len = strlen(name);
    h->value.data = (u_char *) value;
    h->value.len = strlen(value);

    return NGX_DONE;
}


ngx_int_t
ngx_lo_api_set_url(ngx_lo_api_t *api, const char *name, const char *path)
{
    u_char     *p;
    ngx_str_t   base, *mount;

    mount = &api->conf->mount;

    if (ngx_lo_api_base(api, &base) != NGX_OK) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(api->r->pool, base.len + mount->len + strlen(path) + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_sprintf(p, "%V%V%s", &base, mount, path) = '\0';

    return ngx_lo_api_set(api, name, (const char *) p);
}


ngx_int_t
ngx_lo_api_base(ngx_lo_api_t *api, ngx_str_t *base)
{
    const char          *scheme;
    ngx_str_t           *host;
    ngx_http_request_t  *r;

    r = api->r;
    *base = ngx_lo_conf()->base_url;

    if (base->len != 0 || r->headers_in.host == NULL) {
        return NGX_OK;
    }

    scheme = "http";
    host = &r->headers_in.host->value;

#if (NGX_HTTP_SSL)
    if (r->connection->ssl != NULL) {
        scheme = "https";
    }
#endif

    base->data = ngx_pnalloc(r->pool, host->len + sizeof("https://"));
    if (base->data == NULL) {
        return NGX_ERROR;
    }

    base->len = ngx_sprintf(base->data, "%s://%V", scheme, host) - base->data;

    return NGX_OK;
}


char *
ngx_lo_api_path(ngx_lo_api_t *api, const char *collection, const char *id,
    const char *sub)
{
    size_t       i, n, len;
    u_char      *p, *out;
    const char  *part[3];

    part[0] = collection;
    part[1] = id;
    part[2] = sub;

    len = 1;

    for (i = 0; i < 3; i++) {
        if (part[i] != NULL) {
            len += 1 + 3 * strlen(part[i]);
        }
    }

    out = ngx_pnalloc(api->r->pool, len);
    if (out == NULL) {
        return NULL;
    }

    p = out;

    for (i = 0; i < 3; i++) {
        if (part[i] == NULL) {
            continue;
        }

        n = strlen(part[i]);
        *p++ = '/';
        p = (u_char *) ngx_escape_uri(p, (u_char *) part[i], n,
                                      NGX_ESCAPE_URI_COMPONENT);
    }

    *p = '\0';

    return (char *) out;
}


const char *
ngx_lo_api_etag(ngx_lo_api_t *api, const char *text)
{
    u_char  *tag;

    tag = ngx_pnalloc(api->r->pool, strlen(text) + 3);
    if (tag == NULL) {
        return NULL;
    }

    *ngx_sprintf(tag, "\"%s\"", text) = '\0';

    if (ngx_lo_api_set(api, "ETag", (const char *) tag) == NGX_ERROR) {
        return NULL;
    }

    return (const char *) tag;
}


ngx_uint_t
ngx_lo_api_fresh(ngx_lo_api_t *api, const char *tag)
{
    const char  *list;

    list = ngx_lo_api_header(api, "If-None-Match");

    return list != NULL && tag != NULL && ngx_lo_reply_has_tag(list, tag, 1);
}


ngx_uint_t
ngx_lo_api_stale(ngx_lo_api_t *api, const char *tag)
{
    const char  *list;

    list = ngx_lo_api_header(api, "If-Match");

    return list != NULL && tag != NULL && !ngx_lo_reply_has_tag(list, tag, 0);
}


/* The quotes are part of a tag, so no tag is part of another.  W/"x" is as good
 * as "x" for what is only read (RFC 9110 8.8.3.2). */

static ngx_uint_t
ngx_lo_reply_has_tag(const char *list, const char *tag, ngx_uint_t weak)
{
    size_t       len;
    const char  *p;

    if (strcmp(list, "*") == 0) {
        return 1;
    }

    len = strlen(tag);

    for (p = strstr(list, tag); p != NULL; p = strstr(p + len, tag)) {
        if (weak || p - list < 2 || strncmp(p - 2, "W/", 2) != 0) {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_lo_api_send(ngx_lo_api_t *api)
{
    ngx_int_t            rc;
    ngx_buf_t           *b;
    ngx_chain_t          cl;
    ngx_http_request_t  *r;

    r = api->r;

    /* an answer that was poured is out, or ends in the middle */

    if (api->poured) {
        return (api->status == NGX_HTTP_OK) ? NGX_OK : NGX_ERROR;
    }

    /* conditions of ours are answered by now */

    r->disable_not_modified = 1;
    r->headers_out.status = api->status;
    r->headers_out.content_length_n = (api->file != NULL)
                                      ? api->file->file_last
                                      : (off_t) api->out.len;

    if (api->endless) {
        r->headers_out.content_length_n = -1;
    }

    if (ngx_lo_api_common(api) == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (api->status == NGX_HTTP_NO_CONTENT
        || api->status == NGX_HTTP_NOT_MODIFIED)
    {
        r->header_only = 1;
        ngx_http_clear_content_length(r);
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = (api->file != NULL) ? api->file : ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    if (api->file == NULL) {
        b->pos = api->out.data;
        b->last = b->pos + api->out.len;
        b->memory = 1;
    }

    if (r->headers_out.content_length_n == 0) {
        return ngx_http_send_special(r, NGX_HTTP_LAST);
    }

    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    cl.buf = b;
    cl.next = NULL;

    return ngx_http_output_filter(r, &cl);
}


ngx_int_t
ngx_lo_api_common(ngx_lo_api_t *api)
{
    ngx_http_request_t  *r;

    r = api->r;

    if (api->type != NULL) {
        r->headers_out.content_type.data = (u_char *) api->type;
        r->headers_out.content_type.len = strlen(api->type);
        r->headers_out.content_type_len = r->headers_out.content_type.len;
        r->headers_out.content_type_lowcase = NULL;
    }

    if (ngx_lo_api_set(api, "Cache-Control",
                       (api->cache != NULL) ? api->cache : "no-store")
        == NGX_ERROR
        || ngx_lo_api_set(api, "X-Content-Type-Options", "nosniff")
           == NGX_ERROR
        || ngx_lo_api_set(api, "X-Request-ID", api->request_id) == NGX_ERROR
        || ngx_lo_front_headers(api) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_lo_api_stream_head(ngx_lo_api_t *api)
{
    ngx_str_t  nothing = ngx_null_string;

    if (api->r->method != NGX_HTTP_HEAD) {
        return ngx_lo_api_common(api) == NGX_OK ? NGX_OK : NGX_ERROR;
    }

    api->endless = 1;

    return ngx_lo_api_text(api, NGX_HTTP_OK,
                           "text/event-stream; charset=utf-8", &nothing);
}


ngx_int_t
ngx_lo_api_stream(ngx_lo_api_t *api, ngx_int_t opened)
{
    if (opened == NGX_BUSY) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  ngx_lo_worker_quits()
                                  ? "This worker is about to end, ask again"
                                  : "Too many streams are open here");
    }

    if (opened != NGX_OK) {
        return NGX_ERROR;
    }

    api->handed = 1;

    return NGX_AGAIN;
}
