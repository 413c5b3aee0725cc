/*
 * Where a call goes, and whether it may.
 *
 * A URL is taken literally or not at all: an address in any spelling but the
 * usual one is malformed.  Whether an address may be called is asked of the
 * address that the connection will have, after names are resolved
 * (reliability.md 6, "Outbound policy").
 */

#ifndef NGX_LO_TARGET_H
#define NGX_LO_TARGET_H

#include "core/ngx_lo_core.h"

#define NGX_LO_URL_MAX   4096
#define NGX_LO_HOST_MAX  254            /* a name of 253, and NUL */

typedef enum {
    NGX_LO_HOST_NAME,                   /* has to be resolved */
    NGX_LO_HOST_ADDRESS,                /* `address` is set */
    NGX_LO_HOST_UPSTREAM                /* an upstream{} of the site */
} ngx_lo_host_t;

typedef struct {
    ngx_lo_host_t   kind;
    ngx_uint_t      tls;
    in_port_t       port;
    char            host[NGX_LO_HOST_MAX];      /* lower case, no brackets */
    char            authority[NGX_LO_HOST_MAX + 8];     /* for Host */
    const char     *uri;                /* in the URL: "", "/..." or "?..." */
    ngx_sockaddr_t  address;
    socklen_t       socklen;            /* 0: no address yet */
} ngx_lo_target_t;

/*
 * Reads an absolute http or https URL, which `target` goes on pointing to.
 *
 * NGX_OK; NGX_ERROR: malformed, *why is static text.
 */
ngx_int_t ngx_lo_target_parse(ngx_lo_target_t *target, const char *url,
    const char **why);

/* "localhost" means this machine, without asking anybody (RFC 6761). */
ngx_uint_t ngx_lo_target_is_localhost(const ngx_lo_target_t *target);

/* Sets the address of a target whose name was resolved; its port is the
 * target's. */
void ngx_lo_target_set(ngx_lo_target_t *target, const struct sockaddr *sa,
    socklen_t socklen);

/* May the target's address be called?  Names without an address may, so far. */
ngx_uint_t ngx_lo_policy_allows(const ngx_lo_target_t *target);

/* Is this host one of `langorch_upstreams`? */
ngx_uint_t ngx_lo_policy_is_upstream(const char *host);

/* Reads `langorch_allow` and the site's own listeners.  NGX_ERROR: memory, or
 * an entry that cannot be read. */
ngx_int_t ngx_lo_policy_start(ngx_cycle_t *cycle);

#endif
