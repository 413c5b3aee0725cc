/*
 * A URL becomes a target, or is malformed.
 */

#include "egress/ngx_lo_target.h"


static const char *ngx_lo_target_scheme(ngx_lo_target_t *t, const char *url);
static const char *ngx_lo_target_authority(ngx_lo_target_t *t,
    const char *text, size_t len);
static const char *ngx_lo_target_bracketed(ngx_lo_target_t *t,
    const char *text, size_t len);
static const char *ngx_lo_target_host(ngx_lo_target_t *t, const char *text,
    size_t len);
static const char *ngx_lo_target_port(ngx_lo_target_t *t, const char *text,
    size_t len);
static ngx_uint_t ngx_lo_target_is_name(const char *host);
static ngx_uint_t ngx_lo_target_ends_in_number(const char *host);
static ngx_uint_t ngx_lo_target_ipv4(ngx_lo_target_t *t);
static void ngx_lo_target_name_it(ngx_lo_target_t *t);


ngx_int_t
ngx_lo_target_parse(ngx_lo_target_t *target, const char *url,
    const char **why)
{
    size_t       len, i;
    const char  *rest;

    ngx_memzero(target, sizeof(ngx_lo_target_t));

    len = ngx_strlen(url);

    if (len > NGX_LO_URL_MAX) {
        *why = "URL is too long";
        return NGX_ERROR;
    }

    for (i = 0; i < len; i++) {
        if (url[i] <= 0x20 || url[i] > 0x7e || url[i] == '\\') {
            *why = "URL has a character that must be encoded";
            return NGX_ERROR;
        }
    }

    rest = ngx_lo_target_scheme(target, url);

    if (rest == NULL) {
        *why = "URL is not http or https";
        return NGX_ERROR;
    }

    len = strcspn(rest, "/?#");

    *why = ngx_lo_target_authority(target, rest, len);

    if (*why != NULL) {
        return NGX_ERROR;
    }

    target->uri = rest + len;

    if (strchr(target->uri, '#') != NULL) {
        *why = "URL has a fragment";
        return NGX_ERROR;
    }

    ngx_lo_target_name_it(target);

    return NGX_OK;
}


static const char *
ngx_lo_target_scheme(ngx_lo_target_t *t, const char *url)
{
    if (ngx_strncasecmp((u_char *) url, (u_char *) "http://", 7) == 0) {
        t->port = 80;
        return url + 7;
    }

    if (ngx_strncasecmp((u_char *) url, (u_char *) "https://", 8) == 0) {
        t->tls = 1;
        t->port = 443;
        return url + 8;
    }

    return NULL;
}


/* host, host:port, [address] or [address]:port; NULL, or what is wrong. */

static const char *
ngx_lo_target_authority(ngx_lo_target_t *t, const char *text, size_t len)
{
    const char  *colon, *why;

    if (memchr(text, '@', len) != NULL) {
        return "URL has user information";
    }

    if (len > 0 && text[0] == '[') {
        return ngx_lo_target_bracketed(t, text, len);
    }

    colon = memchr(text, ':', len);

    if (colon == NULL) {
        return ngx_lo_target_host(t, text, len);
    }

    why = ngx_lo_target_port(t, colon + 1, len - (size_t) (colon + 1 - text));

    if (why != NULL) {
        return why;
    }

    return ngx_lo_target_host(t, text, (size_t) (colon - text));
}


static const char *
ngx_lo_target_bracketed(ngx_lo_target_t *t, const char *text, size_t len)
{
    size_t                n;
    const char           *end, *why;
    struct sockaddr_in6  *sin6;

    end = memchr(text, ']', len);

    if (end == NULL) {
        return "URL has no closing bracket";
    }

    n = (size_t) (end - text - 1);

    if (n == 0 || n >= INET6_ADDRSTRLEN) {
        return "URL has a malformed address";
    }

    ngx_strlow((u_char *) t->host, (u_char *) text + 1, n);

    sin6 = &t->address.sockaddr_in6;

    if (inet_pton(AF_INET6, t->host, &sin6->sin6_addr) != 1) {
        return "URL has a malformed address";
    }

    sin6->sin6_family = AF_INET6;
    t->socklen = sizeof(struct sockaddr_in6);
    t->kind = NGX_LO_HOST_ADDRESS;

    len -= n + 2;

    if (len == 0) {
        why = NULL;

    } else if (end[1] != ':') {
        why = "URL has a malformed port";

    } else {
        why = ngx_lo_target_port(t, end + 2, len - 1);
    }

    ngx_inet_set_port(&t->address.sockaddr, t->port);

    return why;
}


static const char *
ngx_lo_target_host(ngx_lo_target_t *t, const char *text, size_t len)
{
    if (len > 0 && text[len - 1] == '.') {
        len--;
    }

    if (len == 0) {
        return "URL has no host";
    }

    if (len >= NGX_LO_HOST_MAX) {
        return "URL has a malformed host";
    }

    ngx_strlow((u_char *) t->host, (u_char *) text, len);

    if (!ngx_lo_target_is_name(t->host)) {
        return "URL has a malformed host";
    }

    if (ngx_lo_target_ends_in_number(t->host)) {
        return ngx_lo_target_ipv4(t) ? NULL : "URL has a malformed address";
    }

    return NULL;
}


/* Digits only, without leading zeros; the port is set when it is one. */

static const char *
ngx_lo_target_port(ngx_lo_target_t *t, const char *text, size_t len)
{
    ngx_int_t  port;

    port = ngx_atoi((u_char *) text, len);

    if (len == 0 || len > 5 || text[0] == '0' || port < 1 || port > 65535) {
        return "URL has a malformed port";
    }

    t->port = (in_port_t) port;

    return NULL;
}


static ngx_uint_t
ngx_lo_target_is_name(const char *host)
{
    size_t  label;

    for (label = 0; *host != '\0'; host++) {

        if (*host == '.') {
            if (label == 0) {
                return 0;
            }

            label = 0;
            continue;
        }

        if (!isalnum((u_char) *host) && *host != '-' && *host != '_') {
            return 0;
        }

        if (++label > 63) {
            return 0;
        }
    }

    return label > 0;
}


/* What C libraries would read as an address has a number for its last label:
 * decimal, octal or hexadecimal. */

static ngx_uint_t
ngx_lo_target_ends_in_number(const char *host)
{
    const char  *last;

    last = strrchr(host, '.');
    last = (last == NULL) ? host : last + 1;

    if (last[0] == '0' && last[1] == 'x') {
        last += 2;
        return last[strspn(last, "0123456789abcdef")] == '\0';
    }

    return last[strspn(last, "0123456789")] == '\0';
}


/* inet_pton() takes four decimal numbers, and here no leading zeros either. */

static ngx_uint_t
ngx_lo_target_ipv4(ngx_lo_target_t *t)
{
    const char          *p;
    struct sockaddr_in  *sin;

    sin = &t->address.sockaddr_in;

    if (inet_pton(AF_INET, t->host, &sin->sin_addr) != 1) {
        return 0;
    }

    for (p = t->host; *p != '\0'; p++) {
        if (*p == '0' && (p == t->host || p[-1] == '.')
            && p[1] != '.' && p[1] != '\0')
        {
            return 0;
        }
    }

    sin->sin_family = AF_INET;
    sin->sin_port = htons(t->port);

    t->socklen = sizeof(struct sockaddr_in);
    t->kind = NGX_LO_HOST_ADDRESS;

    return 1;
}


/* The Host of the request, the port only where it is not the scheme's. */

static void
ngx_lo_target_name_it(ngx_lo_target_t *t)
{
    u_char      *p, *last;
    ngx_uint_t   brackets;

    if (t->kind == NGX_LO_HOST_NAME
        && t->port == (t->tls ? 443 : 80)
        && ngx_lo_policy_is_upstream(t->host))
    {
        t->kind = NGX_LO_HOST_UPSTREAM;
    }

    brackets = (t->kind == NGX_LO_HOST_ADDRESS
                && t->address.sockaddr.sa_family == AF_INET6);

    p = (u_char *) t->authority;
    last = p + sizeof(t->authority) - 1;

    p = ngx_slprintf(p, last, brackets ? "[%s]" : "%s", t->host);

    if (t->port != (t->tls ? 443 : 80)) {
        p = ngx_slprintf(p, last, ":%ui", (ngx_uint_t) t->port);
    }

    *p = '\0';
}


void
ngx_lo_target_set(ngx_lo_target_t *target, const struct sockaddr *sa,
    socklen_t socklen)
{
    ngx_memcpy(&target->address, sa, socklen);
    target->socklen = socklen;

    ngx_inet_set_port(&target->address.sockaddr, target->port);
}


ngx_uint_t
ngx_lo_target_is_localhost(const ngx_lo_target_t *target)
{
    size_t  len;

    if (target->kind != NGX_LO_HOST_NAME) {
        return 0;
    }

    len = ngx_strlen(target->host);

    if (len > 10 && ngx_strcmp(target->host + len - 10, ".localhost") == 0) {
        return 1;
    }

    return ngx_strcmp(target->host, "localhost") == 0;
}
