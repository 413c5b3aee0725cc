/*
 * The request's body: allowed, large as allowed, read, parsed
 * (spec/api.md 1.2).
 */

#include "api/ngx_lo_api_int.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"


#define NGX_LO_BODY_ROOM  (64 * 1024)       /* the first of it */


/* Of all requests of this worker together. */
static size_t  ngx_lo_body_held;


static size_t ngx_lo_body_max(ngx_lo_api_t *api);
static ngx_uint_t ngx_lo_body_is_json(ngx_str_t *type);
static ngx_int_t ngx_lo_body_take(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_body_keep(ngx_lo_api_t *api, ngx_chain_t *bufs);
static ngx_int_t ngx_lo_body_file(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_body_room(ngx_lo_api_t *api, size_t n);
static ngx_int_t ngx_lo_body_parsed(ngx_lo_api_t *api, ngx_lo_think_t *t);


/* The text is the thought's while it is read. */

typedef struct {
    ngx_lo_think_t   think;
    u_char          *text;
    size_t           len;
    json_t          *v;
    ckp_err_t        err;
} ngx_lo_body_t;


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


/*
 * NGINX would write what is longer than its buffer to a file, in the middle of
 * the loop.  It hands out piece by piece instead, and all that the route's
 * limit allows stays in memory, where it is parsed.
 */
ngx_int_t
ngx_lo_input_read(ngx_lo_api_t *api)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = api->r;

    for ( ;; ) {
        rc = ngx_lo_body_take(api);
        if (rc != NGX_OK) {
            return rc;
        }

        if (!r->reading_body) {
            break;
        }

        rc = ngx_http_read_unbuffered_request_body(r);

        if (rc == NGX_ERROR || rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            return rc;
        }

        if (rc == NGX_AGAIN && r->request_body->bufs == NULL) {
            return NGX_AGAIN;
        }
    }

    return NGX_OK;
}


static size_t
ngx_lo_body_max(ngx_lo_api_t *api)
{
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_lo_conf();

    if (api->route->flags & NGX_LO_UPLOAD) {
        return mcf->upload_max;
    }

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


/* What has come so far is appended to one text, and NGINX's buffers are free
 * for more.  A body that nobody wants is let go. */

static ngx_int_t
ngx_lo_body_take(ngx_lo_api_t *api)
{
    size_t        n;
    ngx_int_t     rc;
    ngx_chain_t  *cl, *bufs;

    if (api->r->request_body == NULL) {
        return NGX_OK;
    }

    bufs = api->r->request_body->bufs;
    api->r->request_body->bufs = NULL;

    if (api->route->flags & NGX_LO_UPLOAD) {
        return ngx_lo_body_keep(api, bufs);
    }

    for (cl = bufs; cl != NULL; cl = cl->next) {
        n = (size_t) (cl->buf->last - cl->buf->pos);

        /* the last buffer may be empty and say only that it is the last */

        if (n > 0 && (api->route->flags & (NGX_LO_BODY|NGX_LO_RAW))) {

            if (n > ngx_lo_body_max(api) - api->text.len) {
                return ngx_lo_api_problem(api, 413, "too_large",
                                          "The body is larger than %zu bytes",
                                          ngx_lo_body_max(api));
            }

            rc = ngx_lo_body_room(api, n);

            if (rc == NGX_DECLINED) {
                return ngx_lo_api_problem(api, 503, "unavailable",
                                          "Too many bodies are being read");
            }

            if (rc != NGX_OK) {
                return NGX_ERROR;
            }

            ngx_memcpy(api->text.data + api->text.len, cl->buf->pos, n);
            api->text.len += n;
        }

        cl->buf->pos = cl->buf->last;
    }

    return NGX_OK;
}


/* What has come so far goes to a file of the place where NGINX keeps bodies,
 * piece by piece as it does itself. */

static ngx_int_t
ngx_lo_body_keep(ngx_lo_api_t *api, ngx_chain_t *bufs)
{
    off_t         n;
    ngx_chain_t  *cl;

    n = 0;

    for (cl = bufs; cl != NULL; cl = cl->next) {
        n += cl->buf->last - cl->buf->pos;
    }

    if (n == 0) {
        return NGX_OK;
    }

    if (n > (off_t) ngx_lo_body_max(api)
            - (api->upload ? api->upload->offset : 0))
    {
        return ngx_lo_api_problem(api, 413, "too_large",
                                  "The body is larger than %zu bytes",
                                  ngx_lo_body_max(api));
    }

    if ((api->upload == NULL && ngx_lo_body_file(api) != NGX_OK)
        || ngx_write_chain_to_temp_file(api->upload, bufs) == NGX_ERROR)
    {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "There is no room for the body");
    }

    api->upload->offset += n;

    for (cl = bufs; cl != NULL; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
    }

    return NGX_OK;
}


/* It ends with the request, unless somebody moved it away. */

static ngx_int_t
ngx_lo_body_file(ngx_lo_api_t *api)
{
    ngx_temp_file_t           *tf;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(api->r, ngx_http_core_module);

    tf = ngx_pcalloc(api->r->pool, sizeof(ngx_temp_file_t));
    if (tf == NULL) {
        return NGX_ERROR;
    }

    tf->file.fd = NGX_INVALID_FILE;
    tf->file.log = api->r->connection->log;
    tf->path = clcf->client_body_temp_path;
    tf->pool = api->r->pool;
    tf->persistent = 1;
    tf->clean = 1;

    api->upload = tf;

    return NGX_OK;
}


/*
 * Twice as much each time, but no more than was announced: who announces much
 * and sends little holds little.  NGX_DECLINED: all requests together hold as
 * much as they may.
 */
static ngx_int_t
ngx_lo_body_room(ngx_lo_api_t *api, size_t n)
{
    off_t    told;
    size_t   room;
    u_char  *p;

    if (n <= api->text_room - api->text.len) {
        return NGX_OK;
    }

    told = api->r->headers_in.content_length_n;
    room = ngx_max(2 * api->text_room, NGX_LO_BODY_ROOM);

    if (told > 0 && room > (size_t) told) {
        room = (size_t) told;
    }

    room = ngx_max(room, api->text.len + n);

    if (room - api->text_room
        > ngx_lo_conf()->body_memory - ngx_min(ngx_lo_body_held,
                                               ngx_lo_conf()->body_memory))
    {
        return NGX_DECLINED;
    }

    p = ngx_alloc(room, api->r->connection->log);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (api->text.len > 0) {
        ngx_memcpy(p, api->text.data, api->text.len);
    }

    ngx_free(api->text.data);

    ngx_lo_body_held += room - api->text_room;
    api->text.data = p;
    api->text_room = room;

    return NGX_OK;
}


void
ngx_lo_input_free(ngx_lo_api_t *api)
{
    ngx_lo_body_held -= api->text_room;
    api->text_room = 0;
    ngx_free(api->text.data);
    ngx_str_null(&api->text);
}


static void
ngx_lo_body_work(ngx_lo_think_t *t)
{
    ngx_lo_body_t  *b = (ngx_lo_body_t *) t;

    b->v = (b->len == 0)
           ? json_object()
           : ckp_json_parse((const char *) b->text, b->len, &b->err);
}


static void
ngx_lo_body_clean(ngx_lo_think_t *t)
{
    ngx_lo_body_t  *b = (ngx_lo_body_t *) t;

    ngx_free(b->text);
    json_decref(b->v);
}


ngx_int_t
ngx_lo_input_parse(ngx_lo_api_t *api)
{
    ngx_lo_body_t  *b;

    if (!(api->route->flags & NGX_LO_BODY)) {
        return ngx_lo_api_read_all(api);
    }

    b = ngx_lo_think_new(sizeof(ngx_lo_body_t));
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->think.work = ngx_lo_body_work;
    b->think.clean = ngx_lo_body_clean;
    b->text = api->text.data;
    b->len = api->text.len;

    ngx_str_null(&api->text);

    return ngx_lo_api_think(api, &b->think, b->len > NGX_LO_THINK_BYTES,
                            ngx_lo_body_parsed);
}


static ngx_int_t
ngx_lo_body_parsed(ngx_lo_api_t *api, ngx_lo_think_t *t)
{
    ngx_lo_body_t  *b = (ngx_lo_body_t *) t;

    api->text.data = b->text;
    api->text.len = b->len;
    b->text = NULL;

    if (b->v == NULL) {
        if (b->err.code != CKP_E_INVALID && b->err.code != CKP_E_LIMIT) {
            return NGX_ERROR;
        }

        return ngx_lo_api_problem(api, 400, "malformed_json",
                                  "Malformed JSON: %s", b->err.msg);
    }

    api->body = ngx_lo_api_keep(api, b->v);
    b->v = NULL;

    if (api->body == NULL) {
        return NGX_ERROR;
    }

    if (!json_is_object(api->body)) {
        ngx_lo_input_wrong(api, "body", NULL, "object_type",
                           "Must be a valid object");
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_api_read_all(api);
}
