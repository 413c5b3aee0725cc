/*
 * The request's body: allowed, large as allowed, read, parsed
 * (spec/api.md 1.2).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"


static size_t ngx_lo_body_max(ngx_lo_api_t *api);
static ngx_uint_t ngx_lo_body_is_json(ngx_str_t *type);
static ngx_int_t ngx_lo_body_gather(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_body_file(ngx_buf_t *b, u_char *dst);
static ngx_int_t ngx_lo_body_parse(ngx_lo_api_t *api);


ngx_int_t
ngx_lo_input_check(ngx_lo_api_t *api)
{
    ngx_table_elt_t     *h;
    ngx_http_request_t  *r;

    r = api->r;

    if (r->headers_in.content_length_n > (off_t) ngx_lo_body_max(api)) {
        return ngx_lo_api_problem(api, 413, "too_large",
                                  "The body is larger than %zu bytes",
                                  ngx_lo_body_max(api));
    }

    h = r->headers_in.content_type;

    if ((api->route->flags & NGX_LO_BODY) && h != NULL
        && (r->headers_in.content_length_n > 0 || r->headers_in.chunked)
        && !ngx_lo_body_is_json(&h->value))
    {
        return ngx_lo_api_problem(api, 415, "unsupported_media_type",
                                  "The body must be application/json");
    }

    return NGX_OK;
}


ngx_int_t
ngx_lo_input_read(ngx_lo_api_t *api)
{
    ngx_int_t  rc;

    if (!(api->route->flags & NGX_LO_BODY)) {
        return NGX_OK;
    }

    rc = ngx_lo_body_gather(api);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_body_parse(api);
}


static size_t
ngx_lo_body_max(ngx_lo_api_t *api)
{
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_lo_conf();

    return (api->route->flags & NGX_LO_DOCUMENT) ? mcf->document_max
                                                 : mcf->body_max;
}


static ngx_uint_t
ngx_lo_body_is_json(ngx_str_t *type)
{
    size_t   len;
    u_char  *p;

    for (len = 0; len < type->len; len++) {
        if (type->data[len] == ';' || type->data[len] == ' ') {
            break;
        }
    }

    p = type->data;

    if (len == 0
        || (len == sizeof("application/json") - 1
            && ngx_strncasecmp(p, (u_char *) "application/json", len) == 0))
    {
        return 1;
    }

    return len > 5 && ngx_strlchr(p, p + len, '/') != NULL
           && ngx_strncasecmp(p + len - 5, (u_char *) "+json", 5) == 0;
}


/* One piece of text, whether NGINX kept it in buffers or in a file. */

static ngx_int_t
ngx_lo_body_gather(ngx_lo_api_t *api)
{
    off_t         size;
    u_char       *p;
    ngx_chain_t  *cl, *bufs;

    if (api->r->request_body == NULL) {
        return NGX_OK;
    }

    bufs = api->r->request_body->bufs;
    size = 0;

    for (cl = bufs; cl != NULL; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
    }

    if (size > (off_t) ngx_lo_body_max(api)) {
        return ngx_lo_api_problem(api, 413, "too_large",
                                  "The body is larger than %zu bytes",
                                  ngx_lo_body_max(api));
    }

    if (size == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(api->r->pool, (size_t) size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    api->text.data = p;
    api->text.len = (size_t) size;

    for (cl = bufs; cl != NULL; cl = cl->next) {

        if (ngx_buf_in_memory(cl->buf)) {
            p = ngx_cpymem(p, cl->buf->pos, cl->buf->last - cl->buf->pos);

        } else if (ngx_lo_body_file(cl->buf, p) == NGX_OK) {
            p += cl->buf->file_last - cl->buf->file_pos;

        } else {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Spooled a moment ago, within the limit: the bytes are in the page cache. */

static ngx_int_t
ngx_lo_body_file(ngx_buf_t *b, u_char *dst)
{
    off_t    at;
    ssize_t  n;

    for (at = b->file_pos; at < b->file_last; at += n) {

        n = pread(b->file->fd, dst, (size_t) (b->file_last - at), at);
        if (n <= 0) {
            return NGX_ERROR;
        }

        dst += n;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_body_parse(ngx_lo_api_t *api)
{
    json_t     *v;
    ckp_err_t   err = CKP_ERR_INIT;

    if (api->text.len == 0) {
        v = json_object();

    } else {
        v = ckp_json_parse((const char *) api->text.data, api->text.len, &err);
    }

    if (v == NULL) {
        if (err.code != CKP_E_INVALID && err.code != CKP_E_LIMIT) {
            return NGX_ERROR;
        }

        return ngx_lo_api_problem(api, 400, "malformed_json",
                                  "Malformed JSON: %s", err.msg);
    }

    api->body = ngx_lo_api_keep(api, v);
    if (api->body == NULL) {
        return NGX_ERROR;
    }

    if (!json_is_object(api->body)) {
        ngx_lo_input_wrong(api, "body", NULL, "object_type",
                           "Must be a valid object");
        return ngx_lo_input_problem(api);
    }

    return NGX_OK;
}
