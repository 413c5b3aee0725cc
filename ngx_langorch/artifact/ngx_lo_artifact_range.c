/*
 * Parts of a file (RFC 9110, 14): NGINX cuts them out.  What it would refuse
 * with a page of its own is found out first.
 */

#include "api/ngx_lo_reply.h"
#include "artifact/ngx_lo_artifacts.h"


/* Digits; -1: none.  *wrong: more than a file can have. */

static off_t
ngx_lo_range_number(u_char **p, u_char *last, ngx_uint_t *wrong)
{
    off_t    n;
    u_char  *s;

    n = -1;

    for (s = *p; s < last && *s >= '0' && *s <= '9'; s++) {
        n = (n < 0) ? 0 : n;

        if (n > NGX_MAX_OFF_T_VALUE / 10 - 1) {
            *wrong = 1;

        } else {
            n = n * 10 + (*s - '0');
        }
    }

    *p = s;

    return n;
}


static void
ngx_lo_range_space(u_char **p, u_char *last)
{
    while (*p < last && **p == ' ') {
        (*p)++;
    }
}


/* One of the list: 1 it can be had, 0 it lies behind the end, -1 it is none. */

static int
ngx_lo_range_one(u_char **p, u_char *last, off_t size)
{
    off_t       from, to;
    ngx_uint_t  wrong;

    wrong = 0;

    ngx_lo_range_space(p, last);
    from = ngx_lo_range_number(p, last, &wrong);
    ngx_lo_range_space(p, last);

    if (*p == last || **p != '-') {
        return -1;
    }

    (*p)++;
    ngx_lo_range_space(p, last);
    to = ngx_lo_range_number(p, last, &wrong);
    ngx_lo_range_space(p, last);

    if (wrong || (*p < last && **p != ',') || (from < 0 && to < 0)
        || (from >= 0 && to >= 0 && to < from))
    {
        return -1;
    }

    return (from < 0) ? (to > 0 && size > 0) : (from < size);
}


/* How many can be had; -1: the header is no list of ranges. */

static int
ngx_lo_range_all(ngx_str_t *value, off_t size)
{
    int      n, one;
    u_char  *p, *last;

    p = value->data;
    last = p + value->len;

    if (value->len < 7
        || ngx_strncasecmp(p, (u_char *) "bytes=", 6) != 0)
    {
        return -1;
    }

    n = 0;

    for (p += 6; /* void */ ; p++) {
        one = ngx_lo_range_one(&p, last, size);

        if (one < 0) {
            return -1;
        }

        n += one;

        if (p == last) {
            return n;
        }
    }
}


ngx_int_t
ngx_lo_artifact_range(ngx_lo_api_t *api, off_t size, const char *tag)
{
    int                  n;
    char                *all;
    const char          *only;
    ngx_http_request_t  *r;

    r = api->r;

    if (r->headers_in.range == NULL || r->http_version < NGX_HTTP_VERSION_11) {
        r->allow_ranges = 1;
        return NGX_OK;
    }

    /* a part of another file is none of this one */

    only = ngx_lo_api_header(api, "If-Range");
    n = (only == NULL || ngx_strcmp(only, tag) == 0)
        ? ngx_lo_range_all(&r->headers_in.range->value, size) : -1;

    r->allow_ranges = (n > 0);

    if (n != 0) {
        return NGX_OK;
    }

    all = ngx_pnalloc(r->pool, sizeof("bytes */") + NGX_OFF_T_LEN);

    if (all == NULL) {
        return NGX_ERROR;
    }

    *ngx_sprintf((u_char *) all, "bytes */%O", size) = '\0';

    if (ngx_lo_api_set(api, "Content-Range", all) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 416, "range_not_satisfiable",
                              "The file has %lld bytes", (long long) size);
}
