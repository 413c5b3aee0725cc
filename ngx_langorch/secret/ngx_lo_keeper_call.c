/*
 * One exchange with a keeper: not through NGINX's own upstream, so that nothing
 * of it is in a buffer or a log of NGINX.
 */

#include "secret/ngx_lo_keeper.h"

#define NGX_LO_KEEPER_LINES  16


/* The scheme, host and port of an address: how many bytes they are. */

static size_t
ngx_lo_keeper_origin(const char *url)
{
    const char  *host;

    host = strstr(url, "://");

    return (host != NULL) ? (size_t) (host + 3 - url) + strcspn(host + 3, "/?")
                          : 0;
}


static ngx_uint_t
ngx_lo_keeper_is_at(const char *base, const char *url)
{
    size_t  n;

    n = (base != NULL) ? ngx_lo_keeper_origin(base) : 0;

    return n > 0 && n == ngx_lo_keeper_origin(url)
           && ngx_strncasecmp((u_char *) base, (u_char *) url, n) == 0;
}


/* Who is trusted at the address of one of the site's keepers, whoever asks
 * there; NULL: whom the system trusts. */

static const char *
ngx_lo_keeper_ca(const char *url)
{
    size_t         i;
    json_t        *place;
    const json_t  *all;

    all = ngx_lo_keeper_site();

    json_array_foreach(all, i, place) {
        if (ngx_lo_keeper_is_at(ckp_json_str(place, "url"), url)
            || ngx_lo_keeper_is_at(ckp_json_str(place, "login"), url))
        {
            return ckp_json_str(place, "ca");
        }
    }

    return NULL;
}


ngx_lo_call_t *
ngx_lo_keeper_send(ckp_keeper_rq_t *rq, ngx_uint_t named,
    ngx_lo_call_done_pt done, void *data)
{
    json_t                 *value;
    const char             *name;
    ngx_lo_call_t          *call;
    ngx_lo_call_header_t    lines[NGX_LO_KEEPER_LINES];
    ngx_lo_call_request_t   out;

    ngx_memzero(&out, sizeof(out));

    json_object_foreach(rq->headers, name, value) {
        if (out.nheaders < NGX_LO_KEEPER_LINES) {
            lines[out.nheaders].name = name;
            lines[out.nheaders++].value = json_string_value(value);
        }
    }

    out.carrier = NGX_LO_CARRIER_CURL;
    out.url = ckp_buf_str(&rq->url);
    out.method = rq->method;
    out.headers = lines;
    out.body = rq->body.len > 0 ? ckp_buf_str(&rq->body) : NULL;
    out.body_len = rq->body.len;
    out.timeout = ngx_lo_conf()->keeper_timeout;
    out.reply_max = ngx_lo_conf()->keeper_reply_max;
    out.sealed = 1;
    out.named = (named != 0);
    out.ca = ngx_lo_keeper_ca(out.url);

    call = ngx_lo_call_start(&out, done, data);
    ckp_keeper_rq_free(rq);

    return call;
}


void
ngx_lo_keeper_heard(const ngx_lo_call_reply_t *reply,
    ngx_lo_keeper_heard_t *heard)
{
    ngx_memzero(heard, sizeof(ngx_lo_keeper_heard_t));

    heard->later = reply->retry_after;

    switch (reply->outcome) {

    case CKP_OUTCOME_OK:
        heard->kept = CKP_KEPT_FOUND;
        heard->reply.status = (int) reply->status;
        heard->reply.body = (const char *) reply->body.data;
        heard->reply.len = reply->body.len;
        break;

    case CKP_OUTCOME_FAILED:
        heard->kept = CKP_KEPT_WRONG;
        heard->why = reply->why;
        break;

    case CKP_OUTCOME_UNKNOWN:
        heard->kept = CKP_KEPT_BUSY;
        heard->why = reply->why;

        if (reply->why != NULL && ngx_strcmp(reply->why, "too large") == 0) {
            heard->kept = CKP_KEPT_WRONG;
        }

        break;
    }
}
