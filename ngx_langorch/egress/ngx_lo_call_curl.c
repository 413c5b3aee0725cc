/*
 * Calls by libcurl's multi interface on the event loop: what is not an agent's
 * work.
 *
 * libcurl resolves nothing here: it is told the address that policy allowed.
 */

#include "egress/ngx_lo_curl.h"

#include <openssl/err.h>


#define NGX_LO_CURL_CONNECT  5000L


typedef struct {
    ngx_lo_call_t      *call;
    CURL               *easy;
    struct curl_slist  *headers;
    struct curl_slist  *resolve;
    const char         *fault;          /* why the reply was not taken */
} ngx_lo_curl_call_t;


static ngx_int_t ngx_lo_curl_open(ngx_lo_call_t *call);
static void ngx_lo_curl_close(ngx_lo_call_t *call);
static ngx_int_t ngx_lo_curl_target(ngx_lo_curl_call_t *cc);
static ngx_int_t ngx_lo_curl_limits(ngx_lo_curl_call_t *cc);
static ngx_int_t ngx_lo_curl_message(ngx_lo_curl_call_t *cc);
static ngx_int_t ngx_lo_curl_headers(ngx_lo_curl_call_t *cc);
static ngx_int_t ngx_lo_curl_add(struct curl_slist **list, const char *text);
static size_t ngx_lo_curl_head(char *line, size_t size, size_t n,
    void *data);
static size_t ngx_lo_curl_body(char *bytes, size_t size, size_t n, void *data);
static const char *ngx_lo_curl_why(CURLcode code);
static ngx_lo_curl_call_t *ngx_lo_curl_call(CURL *easy);


const ngx_lo_carrier_ops_t  ngx_lo_carrier_curl = {
    ngx_lo_curl_open,
    ngx_lo_curl_close
};


/* --- one call ------------------------------------------------------------------ */


static ngx_int_t
ngx_lo_curl_open(ngx_lo_call_t *call)
{
    ngx_lo_curl_call_t  *cc;

    cc = ngx_pcalloc(call->pool, sizeof(ngx_lo_curl_call_t));

    if (cc == NULL) {
        return NGX_ERROR;
    }

    cc->call = call;
    cc->easy = curl_easy_init();

    if (cc->easy == NULL) {
        return NGX_ERROR;
    }

    call->carried = cc;

    if (ngx_lo_curl_target(cc) != NGX_OK
        || ngx_lo_curl_limits(cc) != NGX_OK
        || ngx_lo_curl_message(cc) != NGX_OK
        || ngx_lo_curl_headers(cc) != NGX_OK
        || curl_multi_add_handle(ngx_lo_curl_multi(), cc->easy) != CURLM_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_lo_curl_close(ngx_lo_call_t *call)
{
    struct curl_slist   *line;
    ngx_lo_curl_call_t  *cc = call->carried;

    /* one that was never added is no error to libcurl */

    (void) curl_multi_remove_handle(ngx_lo_curl_multi(), cc->easy);

    curl_easy_cleanup(cc->easy);

    /* they may have carried secrets */

    for (line = cc->headers; line != NULL; line = line->next) {
        ngx_explicit_memzero(line->data, ngx_strlen(line->data));
    }

    curl_slist_free_all(cc->headers);
    curl_slist_free_all(cc->resolve);

    /* NGINX takes what libcurl leaves there for an error of its own */

    ERR_clear_error();
}


/* The URL as it was checked, and for its name the address that was. */

static ngx_int_t
ngx_lo_curl_target(ngx_lo_curl_call_t *cc)
{
    u_char            *p;
    ngx_str_t          address;
    u_char             text[NGX_SOCKADDR_STRLEN];
    u_char             line[NGX_LO_HOST_MAX + NGX_SOCKADDR_STRLEN + 16];
    ngx_lo_target_t   *t;

    t = &cc->call->target;

    if (curl_easy_setopt(cc->easy, CURLOPT_URL, cc->call->url.data)
        != CURLE_OK)
    {
        return NGX_ERROR;
    }

    if (t->kind == NGX_LO_HOST_ADDRESS) {
        return NGX_OK;
    }

    address.data = text;
    address.len = ngx_sock_ntop(&t->address.sockaddr, t->socklen, text,
                                NGX_SOCKADDR_STRLEN, 0);

    p = ngx_slprintf(line, line + sizeof(line) - 1, "%s:%ui:%V", t->host,
                     (ngx_uint_t) t->port, &address);
    *p = '\0';

    if (ngx_lo_curl_add(&cc->resolve, (char *) line) != NGX_OK
        || curl_easy_setopt(cc->easy, CURLOPT_RESOLVE, cc->resolve)
           != CURLE_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* No redirect, no proxy, no other protocol, no connection left over. */

static ngx_int_t
ngx_lo_curl_limits(ngx_lo_curl_call_t *cc)
{
    CURL      *easy;
    CURLcode   rc;

    easy = cc->easy;

    rc = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    rc |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    rc |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
    rc |= curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
#if (LIBCURL_VERSION_NUM >= 0x075500)
    rc |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    rc |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
                           (long) (CURLPROTO_HTTP|CURLPROTO_HTTPS));
#endif
    rc |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                           (long) CURL_HTTP_VERSION_1_1);
    rc |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                           NGX_LO_CURL_CONNECT);
    rc |= curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    rc |= curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    rc |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION,
                           ngx_lo_curl_close_socket);
    rc |= curl_easy_setopt(easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);

    return rc == CURLE_OK ? NGX_OK : NGX_ERROR;
}


/* These and nobody else; no file is read for it. */

static CURLcode
ngx_lo_curl_trust(CURL *easy, const char *pem)
{
    CURLcode          rc;
    struct curl_blob  blob;

    blob.data = (void *) pem;
    blob.len = ngx_strlen(pem);
    blob.flags = CURL_BLOB_NOCOPY;

    rc = curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
    rc |= curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);

    return rc;
}


static ngx_int_t
ngx_lo_curl_message(ngx_lo_curl_call_t *cc)
{
    CURL           *easy;
    CURLcode        rc;
    ngx_lo_call_t  *call;

    easy = cc->easy;
    call = cc->call;

    rc = curl_easy_setopt(easy, CURLOPT_PRIVATE, cc);
    rc |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ngx_lo_curl_body);
    rc |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, cc);

    if (call->reply.headers != NULL) {
        rc |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, ngx_lo_curl_head);
        rc |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, cc);
    }

    if (call->ca != NULL) {
        rc |= ngx_lo_curl_trust(easy, call->ca);
    }

    if (call->unverified) {
        rc |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        rc |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }

    if (call->has_body) {
        rc |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
        rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.data);
        rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t) call->body.len);
    }

    if (ngx_strcmp(call->method.data, "HEAD") == 0) {
        rc |= curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);

    } else {
        rc |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method.data);
    }

    return rc == CURLE_OK ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_curl_headers(ngx_lo_curl_call_t *cc)
{
    u_char         *line, *p, *last;
    ngx_uint_t      i;
    ngx_keyval_t   *h;
    ngx_lo_call_t  *call;

    call = cc->call;

    /* what libcurl would add on its own */

    if (ngx_lo_curl_add(&cc->headers, "Expect:") != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < call->nheaders; i++) {
        h = &call->headers[i];

        line = ngx_pnalloc(call->pool, h->key.len + h->value.len + 3);

        if (line == NULL) {
            return NGX_ERROR;
        }

        last = line + h->key.len + h->value.len + 2;

        /* an empty value is written so that it is sent, not left out */

        p = h->value.len == 0
            ? ngx_slprintf(line, last, "%V;", &h->key)
            : ngx_slprintf(line, last, "%V: %V", &h->key, &h->value);
        *p = '\0';

        if (ngx_lo_curl_add(&cc->headers, (char *) line) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_explicit_memzero(line, (size_t) (p - line));
    }

    if (curl_easy_setopt(cc->easy, CURLOPT_HTTPHEADER, cc->headers)
        != CURLE_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_curl_add(struct curl_slist **list, const char *text)
{
    struct curl_slist  *longer;

    longer = curl_slist_append(*list, text);

    if (longer == NULL) {
        return NGX_ERROR;
    }

    *list = longer;

    return NGX_OK;
}


static size_t
ngx_lo_curl_body(char *bytes, size_t size, size_t n, void *data)
{
    ngx_lo_curl_call_t  *cc = data;

    cc->fault = ngx_lo_call_reply_add(cc->call, (u_char *) bytes, size * n);

    return cc->fault == NULL ? size * n : 0;
}


/* One line of a head, with its end; a new status line begins another head. */

static size_t
ngx_lo_curl_head(char *line, size_t size, size_t n, void *data)
{
    size_t               len;
    u_char              *p, *last, *colon;
    ngx_lo_curl_call_t  *cc = data;

    len = size * n;
    p = (u_char *) line;
    last = p + len;
    colon = ngx_strlchr(p, last, ':');

    if (len > 5 && ngx_strncmp(p, "HTTP/", 5) == 0) {
        (void) json_object_clear(cc->call->reply.headers);

    } else if (colon != NULL) {
        while (last > colon + 1 && last[-1] <= ' ') {
            last--;
        }

        n = (size_t) (colon - p);

        for (colon++; colon < last && *colon == ' '; colon++) { /* void */ }

        ngx_lo_call_reply_head(cc->call, p, n, colon, (size_t) (last - colon));
    }

    return len;
}


void
ngx_lo_curl_done(CURL *easy, CURLcode code)
{
    long                  status;
    char                 *type;
    curl_off_t            later;
    const char           *why;
    ngx_lo_curl_call_t   *cc;
    ngx_lo_call_reply_t  *reply;

    cc = ngx_lo_curl_call(easy);

    if (cc == NULL) {
        return;
    }

    reply = &cc->call->reply;

    if (curl_easy_getinfo(cc->easy, CURLINFO_RESPONSE_CODE, &status)
        == CURLE_OK)
    {
        reply->status = (ngx_uint_t) status;
    }

    if (curl_easy_getinfo(cc->easy, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK
        && type != NULL)
    {
        reply->content_type.data = (u_char *) type;
        reply->content_type.len = ngx_strlen(type);

        reply->content_type.data = ngx_pstrdup(cc->call->pool,
                                               &reply->content_type);
        if (reply->content_type.data == NULL) {
            reply->content_type.len = 0;
        }
    }

    if (curl_easy_getinfo(cc->easy, CURLINFO_RETRY_AFTER, &later) == CURLE_OK
        && later > 0)
    {
        later = ngx_min(later, NGX_LO_LATER_MAX);
        reply->retry_after = (ngx_msec_t) later * 1000;
    }

    why = (cc->fault != NULL) ? cc->fault : ngx_lo_curl_why(code);

    ngx_lo_call_end(cc->call, why == NULL ? CKP_OUTCOME_OK
                                          : CKP_OUTCOME_UNKNOWN, why);
}


/* In the words of the other carrier; libcurl has more of them than we need. */

static const char *
ngx_lo_curl_why(CURLcode code)
{
    switch ((int) code) {

    case CURLE_OK:
        return NULL;

    case CURLE_OPERATION_TIMEDOUT:
        return "timeout";

    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return "refused";

    case CURLE_PARTIAL_FILE:
        return "truncated";

    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return "malformed head";

    case CURLE_OUT_OF_MEMORY:
        return "no memory";

    default:
        return "reset";
    }
}


void
ngx_lo_curl_unwatched(CURL *easy)
{
    ngx_lo_curl_call_t  *cc;

    cc = ngx_lo_curl_call(easy);

    if (cc != NULL) {
        ngx_lo_call_end(cc->call, CKP_OUTCOME_UNKNOWN, "no free connection");
    }
}


static ngx_lo_curl_call_t *
ngx_lo_curl_call(CURL *easy)
{
    char  *cc;

    if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, &cc) != CURLE_OK) {
        return NULL;
    }

    return (ngx_lo_curl_call_t *) cc;
}
