/*
 * Path to route: segments, then the row with the most literal match.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_route.h"


static ngx_int_t ngx_lo_match_split(ngx_pool_t *pool, ngx_str_t *path,
    ngx_lo_match_t *m);
static ngx_uint_t ngx_lo_match_score(const char *pattern, ngx_lo_match_t *m,
    ngx_str_t *rest);


/* Most rows are known by a letter not to be it. */

static ngx_inline ngx_uint_t
ngx_lo_match_may(const ngx_lo_route_t *route, ngx_uint_t family,
    const ngx_lo_match_t *m)
{
    return route->family == family
           && (m->nsegs == 0 || route->path[1] == '{'
               || route->path[1] == (char) m->segs[0].data[0]);
}


/* The best row so far, and what methods its path has. */

static ngx_uint_t
ngx_lo_match_row(const ngx_lo_route_t *route, ngx_uint_t method,
    ngx_uint_t best, ngx_lo_match_t *m)
{
    ngx_str_t   rest;
    ngx_uint_t  score;

    score = ngx_lo_match_score(route->path, m, &rest);

    if (score == 0 || score < best) {
        return best;
    }

    if (score > best) {
        m->route = NULL;
        m->methods = 0;
    }

    m->methods |= route->method;

    if (route->method == method) {
        m->route = route;
        m->rest = rest;
    }

    return score;
}


ngx_int_t
ngx_lo_match(ngx_pool_t *pool, ngx_str_t *path, ngx_uint_t family,
    ngx_uint_t method, ngx_lo_match_t *m)
{
    ngx_int_t              rc;
    ngx_uint_t             i, n, part, best;
    const ngx_lo_route_t  *rows;

    ngx_memzero(m, sizeof(ngx_lo_match_t));

    rc = ngx_lo_match_split(pool, path, m);
    if (rc != NGX_OK) {
        return rc;
    }

    if (method == NGX_HTTP_HEAD) {
        method = NGX_HTTP_GET;
    }

    best = 0;

    for (part = 0; (rows = ngx_lo_routes_part(part, &n)) != NULL; part++) {

        for (i = 0; i < n; i++) {
            if (ngx_lo_match_may(&rows[i], family, m)) {
                best = ngx_lo_match_row(&rows[i], method, best, m);
            }
        }
    }

    return (m->route != NULL) ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_lo_match_split(ngx_pool_t *pool, ngx_str_t *path, ngx_lo_match_t *m)
{
    u_char     *p, *end, *last, *all, *dst, *src;
    ngx_str_t  *seg;

    p = path->data;
    last = p + path->len;
    all = last;

    if (last > p && last[-1] == '/') {
        last--;
    }

    while (p < last) {

        if (*p != '/') {
            return NGX_DECLINED;
        }

        if (m->nsegs == NGX_LO_SEGS_MAX) {
            m->more = 1;
            return NGX_OK;
        }

        p++;
        m->raw[m->nsegs].data = p;
        m->raw[m->nsegs].len = (size_t) (all - p);
        end = ngx_strlchr(p, last, '/');
        if (end == NULL) {
            end = last;
        }

        seg = &m->segs[m->nsegs++];
        seg->data = ngx_pnalloc(pool, end - p + 1);
        if (seg->data == NULL) {
            return NGX_ERROR;
        }

        dst = seg->data;
        src = p;
        ngx_unescape_uri(&dst, &src, end - p, 0);
        *dst = '\0';
        seg->len = dst - seg->data;

        /* what could not be an id of ours needs no look-up */

        if (!ngx_lo_text_clean(seg)) {
            return NGX_DECLINED;
        }

        p = end;
    }

    return NGX_OK;
}


/* Behind the name of a pattern's segment that is this one; NULL: it is not. */

static const char *
ngx_lo_match_name(const char *p, const ngx_str_t *seg)
{
    size_t  i;

    for (i = 0; i < seg->len; i++) {
        if (p[i] != (char) seg->data[i]) {
            return NULL;
        }
    }

    return (p[i] == '/' || p[i] == '\0') ? p + i : NULL;
}


/* 0: does not match; else one bit a segment, set where it is literal, the first
 * segment highest, below a leading one.  Each request asks it of many routes,
 * and most end at a letter. */

static ngx_uint_t
ngx_lo_match_score(const char *pattern, ngx_lo_match_t *m, ngx_str_t *rest)
{
    ngx_uint_t   i, score;
    const char  *p;

    p = pattern;
    score = 1;

    for (i = 0; i < m->nsegs; i++) {

        if (*p++ != '/') {
            return 0;
        }

        score <<= 1;

        if (*p != '{') {
            p = ngx_lo_match_name(p, &m->segs[i]);

            if (p == NULL) {
                return 0;
            }

            score |= 1;
            continue;
        }

        while (*p != '}') {

            if (*p++ == '.') {
                *rest = m->raw[i];
                return score << (m->nsegs - i - 1);
            }
        }

        if (m->segs[i].len == 0) {
            return 0;
        }

        p++;
    }

    return (*p == '\0' && !m->more) ? score : 0;
}
