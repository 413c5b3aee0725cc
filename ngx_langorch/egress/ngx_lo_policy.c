/*
 * Which addresses may be called (reliability.md 6, "Outbound policy").
 */

#include "egress/ngx_lo_target.h"

#include <ifaddrs.h>


/* What an address is, from harmless to never. */
typedef enum {
    NGX_LO_ADDR_PUBLIC,
    NGX_LO_ADDR_LOCAL,          /* loopback and private: `open` allows it */
    NGX_LO_ADDR_RESERVED,       /* only an allow entry opens it */
    NGX_LO_ADDR_METADATA        /* only an entry of just this host does */
} ngx_lo_addr_t;

typedef struct {
    uint32_t       net;
    uint32_t       mask;
    ngx_lo_addr_t  is;
} ngx_lo_net4_t;

typedef struct {
    u_char         net[16];
    ngx_uint_t     bits;
    ngx_lo_addr_t  is;
} ngx_lo_net6_t;

typedef struct {
    ngx_cidr_t     cidr;
    ngx_uint_t     is_net;      /* else: host and port below */
    in_port_t      port;        /* 0: any */
    char           host[NGX_LO_HOST_MAX];
} ngx_lo_allow_t;

typedef struct {
    ngx_uint_t             open;
    ngx_uint_t             nallow;
    ngx_lo_allow_t        *allow;
    ngx_array_t           *upstreams;   /* ngx_str_t */
    ngx_array_t            own;         /* ngx_sockaddr_t: who listens here */
} ngx_lo_policy_t;


static ngx_lo_addr_t ngx_lo_policy_class(const struct sockaddr *sa);
static ngx_lo_addr_t ngx_lo_policy_class4(uint32_t address);
static ngx_lo_addr_t ngx_lo_policy_class6(const u_char *address);
static uint32_t ngx_lo_policy_embedded(const u_char *p);
static ngx_uint_t ngx_lo_policy_named(const ngx_lo_target_t *target,
    ngx_lo_addr_t is);
static ngx_uint_t ngx_lo_policy_is_own(const struct sockaddr *sa,
    socklen_t socklen);
static ngx_int_t ngx_lo_policy_read(ngx_lo_allow_t *allow, ngx_str_t *text);
static ngx_int_t ngx_lo_policy_listeners(ngx_cycle_t *cycle);
static ngx_int_t ngx_lo_policy_add_own(struct sockaddr *sa, in_port_t port);


/* The first that holds decides. */

static const ngx_lo_net4_t  ngx_lo_nets4[] = {
    { 0xa9fea9fe, 0xffffffff, NGX_LO_ADDR_METADATA },   /* 169.254.169.254 */
    { 0x646464c8, 0xffffffff, NGX_LO_ADDR_METADATA },   /* 100.100.100.200 */
    { 0xc00000c0, 0xffffffff, NGX_LO_ADDR_METADATA },   /* 192.0.0.192 */
    { 0x7f000000, 0xff000000, NGX_LO_ADDR_LOCAL },
    { 0x0a000000, 0xff000000, NGX_LO_ADDR_LOCAL },
    { 0xac100000, 0xfff00000, NGX_LO_ADDR_LOCAL },
    { 0xc0a80000, 0xffff0000, NGX_LO_ADDR_LOCAL },
    { 0x64400000, 0xffc00000, NGX_LO_ADDR_LOCAL },      /* CGNAT */
    { 0x00000000, 0xff000000, NGX_LO_ADDR_RESERVED },
    { 0xa9fe0000, 0xffff0000, NGX_LO_ADDR_RESERVED },   /* link-local */
    { 0xc0000000, 0xffffff00, NGX_LO_ADDR_RESERVED },   /* 192.0.0.0/24 */
    { 0xc0000200, 0xffffff00, NGX_LO_ADDR_RESERVED },   /* TEST-NET-1 */
    { 0xc0586300, 0xffffff00, NGX_LO_ADDR_RESERVED },   /* 6to4 relays */
    { 0xc6120000, 0xfffe0000, NGX_LO_ADDR_RESERVED },   /* benchmarks */
    { 0xc6336400, 0xffffff00, NGX_LO_ADDR_RESERVED },   /* TEST-NET-2 */
    { 0xcb007100, 0xffffff00, NGX_LO_ADDR_RESERVED },   /* TEST-NET-3 */
    { 0xe0000000, 0xe0000000, NGX_LO_ADDR_RESERVED },   /* multicast and up */
};

static const ngx_lo_net6_t  ngx_lo_nets6[] = {
    { { 0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54 },
      128, NGX_LO_ADDR_METADATA },
    { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 },
      128, NGX_LO_ADDR_LOCAL },
    { { 0xfc }, 7, NGX_LO_ADDR_LOCAL },                 /* unique local */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32, NGX_LO_ADDR_RESERVED },
    { { 0x20, 0x01, 0x00 }, 23, NGX_LO_ADDR_RESERVED }, /* protocols */
    { { 0x3f, 0xff }, 20, NGX_LO_ADDR_RESERVED },       /* documentation */
    { { 0x20 }, 3, NGX_LO_ADDR_PUBLIC },                /* global unicast */
};

static const u_char  ngx_lo_mapped[12] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

static const u_char  ngx_lo_nat64[12] = { 0, 0x64, 0xff, 0x9b };

static ngx_lo_policy_t  ngx_lo_policy;


ngx_uint_t
ngx_lo_policy_allows(const ngx_lo_target_t *target)
{
    ngx_lo_addr_t  is;

    if (target->kind == NGX_LO_HOST_UPSTREAM || target->socklen == 0) {
        return 1;
    }

    is = ngx_lo_policy_class(&target->address.sockaddr);

    if (ngx_lo_policy_named(target, is)) {
        return 1;
    }

    switch (is) {

    case NGX_LO_ADDR_PUBLIC:
        return ngx_lo_policy.open
               || !ngx_lo_policy_is_own(&target->address.sockaddr,
                                        target->socklen);

    case NGX_LO_ADDR_LOCAL:
        return ngx_lo_policy.open;

    case NGX_LO_ADDR_RESERVED:
    case NGX_LO_ADDR_METADATA:
        break;
    }

    return 0;
}


static ngx_lo_addr_t
ngx_lo_policy_class(const struct sockaddr *sa)
{
    const struct sockaddr_in   *sin;
    const struct sockaddr_in6  *sin6;

    if (sa->sa_family == AF_INET) {
        sin = (const struct sockaddr_in *) sa;
        return ngx_lo_policy_class4(ntohl(sin->sin_addr.s_addr));
    }

    if (sa->sa_family == AF_INET6) {
        sin6 = (const struct sockaddr_in6 *) sa;
        return ngx_lo_policy_class6(sin6->sin6_addr.s6_addr);
    }

    return NGX_LO_ADDR_RESERVED;
}


static ngx_lo_addr_t
ngx_lo_policy_class4(uint32_t address)
{
    ngx_uint_t  i;

    for (i = 0; i < sizeof(ngx_lo_nets4) / sizeof(ngx_lo_nets4[0]); i++) {
        if ((address & ngx_lo_nets4[i].mask) == ngx_lo_nets4[i].net) {
            return ngx_lo_nets4[i].is;
        }
    }

    return NGX_LO_ADDR_PUBLIC;
}


static ngx_lo_addr_t
ngx_lo_policy_class6(const u_char *address)
{
    u_char                mask;
    ngx_uint_t            i, bytes;
    const ngx_lo_net6_t  *net;

    /* what carries an IPv4 address is what that address is */

    if (ngx_memcmp(address, ngx_lo_mapped, 12) == 0
        || ngx_memcmp(address, ngx_lo_nat64, 12) == 0)
    {
        return ngx_lo_policy_class4(ngx_lo_policy_embedded(address + 12));
    }

    if (address[0] == 0x20 && address[1] == 0x02) {
        return ngx_lo_policy_class4(ngx_lo_policy_embedded(address + 2));
    }

    for (i = 0; i < sizeof(ngx_lo_nets6) / sizeof(ngx_lo_nets6[0]); i++) {
        net = &ngx_lo_nets6[i];
        bytes = net->bits / 8;
        mask = (u_char) (0xff00 >> (net->bits % 8));

        if (ngx_memcmp(address, net->net, bytes) != 0) {
            continue;
        }

        if (bytes == 16 || ((address[bytes] ^ net->net[bytes]) & mask) == 0) {
            return net->is;
        }
    }

    return NGX_LO_ADDR_RESERVED;
}


static uint32_t
ngx_lo_policy_embedded(const u_char *p)
{
    return ((uint32_t) p[0] << 24) | ((uint32_t) p[1] << 16)
           | ((uint32_t) p[2] << 8) | p[3];
}


/* Does an allow entry name it?  A metadata address only as itself. */

static ngx_uint_t
ngx_lo_policy_named(const ngx_lo_target_t *target, ngx_lo_addr_t is)
{
    ngx_uint_t             i;
    ngx_array_t            cidrs;
    const ngx_lo_allow_t  *allow;

    for (i = 0; i < ngx_lo_policy.nallow; i++) {
        allow = &ngx_lo_policy.allow[i];

        if (!allow->is_net) {

            if (ngx_strcmp(allow->host, target->host) == 0
                && (allow->port == 0 || allow->port == target->port))
            {
                return 1;
            }

            continue;
        }

        if (is == NGX_LO_ADDR_METADATA) {
            continue;
        }

        cidrs.elts = (void *) &allow->cidr;
        cidrs.nelts = 1;

        if (ngx_cidr_match((struct sockaddr *) &target->address.sockaddr,
                           &cidrs)
            == NGX_OK)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_lo_policy_is_own(const struct sockaddr *sa, socklen_t socklen)
{
    ngx_uint_t       i;
    ngx_sockaddr_t  *own;

    own = ngx_lo_policy.own.elts;

    for (i = 0; i < ngx_lo_policy.own.nelts; i++) {
        if (own[i].sockaddr.sa_family == sa->sa_family
            && ngx_cmp_sockaddr(&own[i].sockaddr, socklen,
                                (struct sockaddr *) sa, socklen, 1)
               == NGX_OK)
        {
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_lo_policy_is_upstream(const char *host)
{
    size_t       len;
    ngx_str_t   *name;
    ngx_uint_t   i;

    if (ngx_lo_policy.upstreams == NULL) {
        return 0;
    }

    len = ngx_strlen(host);
    name = ngx_lo_policy.upstreams->elts;

    for (i = 0; i < ngx_lo_policy.upstreams->nelts; i++) {
        if (name[i].len == len
            && ngx_strncasecmp(name[i].data, (u_char *) host, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_lo_policy_start(ngx_cycle_t *cycle)
{
    ngx_str_t           *text;
    ngx_uint_t           i;
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_lo_conf();

    ngx_memzero(&ngx_lo_policy, sizeof(ngx_lo_policy));

    ngx_lo_policy.open = mcf->egress_open;
    ngx_lo_policy.upstreams = mcf->upstreams;

    if (ngx_lo_policy_listeners(cycle) != NGX_OK) {
        return NGX_ERROR;
    }

    if (mcf->allow == NULL) {
        return NGX_OK;
    }

    ngx_lo_policy.allow = ngx_pcalloc(cycle->pool,
                                   mcf->allow->nelts * sizeof(ngx_lo_allow_t));
    if (ngx_lo_policy.allow == NULL) {
        return NGX_ERROR;
    }

    text = mcf->allow->elts;

    for (i = 0; i < mcf->allow->nelts; i++) {
        if (ngx_lo_policy_read(&ngx_lo_policy.allow[i], &text[i]) != NGX_OK) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "langorch_allow \"%V\" cannot be read", &text[i]);
            return NGX_ERROR;
        }

        ngx_lo_policy.nallow++;
    }

    return NGX_OK;
}


/* network/bits, address, [address]:port, host or host:port */

static ngx_int_t
ngx_lo_policy_read(ngx_lo_allow_t *allow, ngx_str_t *text)
{
    size_t   len;
    u_char  *p, *last, *end;

    p = text->data;
    last = p + text->len;

    if (ngx_strlchr(p, last, '/') != NULL) {
        allow->is_net = 1;
        return ngx_ptocidr(text, &allow->cidr) == NGX_ERROR ? NGX_ERROR
                                                            : NGX_OK;
    }

    if (p < last && *p == '[') {
        p++;
        end = ngx_strlchr(p, last, ']');

        if (end == NULL) {
            return NGX_ERROR;
        }

        len = (size_t) (end - p);
        end++;

    } else {
        end = ngx_strlchr(p, last, ':');

        if (end == NULL || ngx_strlchr(end + 1, last, ':') != NULL) {
            end = last;
        }

        len = (size_t) (end - p);
    }

    if (len == 0 || len >= NGX_LO_HOST_MAX) {
        return NGX_ERROR;
    }

    ngx_strlow((u_char *) allow->host, p, len);

    if (end < last) {
        allow->port = (in_port_t) ngx_atoi(end + 1, (size_t) (last - end - 1));
    }

    return NGX_OK;
}


/* A listener on the wildcard address listens on each address of the machine. */

static ngx_int_t
ngx_lo_policy_listeners(ngx_cycle_t *cycle)
{
    in_port_t         port;
    ngx_int_t         rc;
    ngx_uint_t        i;
    struct ifaddrs   *list, *own;
    ngx_listening_t  *ls;

    if (ngx_array_init(&ngx_lo_policy.own, cycle->pool, 16,
                       sizeof(ngx_sockaddr_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (getifaddrs(&list) == -1) {
        list = NULL;
    }

    rc = NGX_OK;
    ls = cycle->listening.elts;

    for (i = 0; i < cycle->listening.nelts && rc == NGX_OK; i++) {
        port = ngx_inet_get_port(ls[i].sockaddr);

        if (!ngx_inet_wildcard(ls[i].sockaddr)) {
            rc = ngx_lo_policy_add_own(ls[i].sockaddr, port);
            continue;
        }

        for (own = list; own != NULL && rc == NGX_OK; own = own->ifa_next) {
            rc = ngx_lo_policy_add_own(own->ifa_addr, port);
        }
    }

    if (list != NULL) {
        freeifaddrs(list);
    }

    return rc;
}


static ngx_int_t
ngx_lo_policy_add_own(struct sockaddr *sa, in_port_t port)
{
    ngx_sockaddr_t  *own;

    if (sa == NULL
        || (sa->sa_family != AF_INET && sa->sa_family != AF_INET6))
    {
        return NGX_OK;
    }

    own = ngx_array_push(&ngx_lo_policy.own);

    if (own == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(own, sizeof(ngx_sockaddr_t));
    ngx_memcpy(own, sa, sa->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                                : sizeof(struct sockaddr_in6));
    ngx_inet_set_port(&own->sockaddr, port);

    return NGX_OK;
}
