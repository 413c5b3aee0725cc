/*
 * What a directive's argument may be.
 */

#include "core/ngx_lo_core_int.h"

#include <sys/vfs.h>


#define NGX_LO_FS_NFS   0x6969
#define NGX_LO_FS_SMB   0x517b
#define NGX_LO_FS_CIFS  0xff534d42
#define NGX_LO_FS_SMB2  0xfe534d42


static ngx_uint_t ngx_lo_conf_listens(ngx_http_conf_addr_t *addr,
    ngx_http_core_srv_conf_t *cscf);
static ngx_uint_t ngx_lo_conf_is_local(struct sockaddr *sa);


/* SQLite's write-ahead log needs memory shared with all who have it open. */

char *
ngx_lo_conf_local_disk(ngx_conf_t *cf, ngx_str_t *path)
{
    char           *dir, *slash;
    struct statfs   fs;

    dir = ngx_lo_cstr(cf->temp_pool, path);
    if (dir == NULL) {
        return NGX_CONF_ERROR;
    }

    slash = strrchr(dir, '/');

    if (slash != NULL && slash != dir) {
        *slash = '\0';
    }

    /* a folder that is not there yet is not our question */

    if (statfs(dir, &fs) == -1) {
        return NGX_CONF_OK;
    }

    switch ((uint32_t) fs.f_type) {

    case NGX_LO_FS_NFS:
    case NGX_LO_FS_SMB:
    case NGX_LO_FS_CIFS:
    case NGX_LO_FS_SMB2:
        return "lies on a network file system: it needs a local disk";

    default:
        return NGX_CONF_OK;
    }
}


ngx_uint_t
ngx_lo_conf_is_target(ngx_str_t *target)
{
    size_t       len;
    u_char      *p, *last, *colon;
    ngx_int_t    port;
    ngx_cidr_t   cidr;

    p = target->data;
    last = p + target->len;

    if (ngx_strlchr(p, last, '/') != NULL) {
        return ngx_ptocidr(target, &cidr) != NGX_ERROR;
    }

    if (p < last && *p == '[') {
        colon = ngx_strlchr(p, last, ']');
        if (colon == NULL) {
            return 0;
        }

        len = (size_t) (colon + 1 - p);
        colon = (colon + 1 < last) ? colon + 1 : NULL;

    } else {
        colon = ngx_strlchr(p, last, ':');

        /* two colons and no brackets: an IPv6 address without a port */

        if (colon != NULL && ngx_strlchr(colon + 1, last, ':') != NULL) {
            colon = NULL;
        }

        len = (size_t) ((colon == NULL ? last : colon) - p);
    }

    if (colon != NULL) {
        port = (*colon == ':')
               ? ngx_atoi(colon + 1, (size_t) (last - colon - 1)) : NGX_ERROR;

        if (port < 1 || port > 65535) {
            return 0;
        }
    }

    return ngx_lo_conf_is_host(p, len);
}


ngx_uint_t
ngx_lo_conf_is_host(const u_char *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (!isalnum(p[i]) && strchr(".-_:[]", p[i]) == NULL) {
            return 0;
        }
    }

    return len > 0 && len < 256;
}


void
ngx_lo_conf_is_open(ngx_conf_t *cf)
{
    ngx_uint_t                  p, a;
    ngx_http_conf_port_t       *ports;
    ngx_http_conf_addr_t       *addrs;
    ngx_http_core_srv_conf_t   *cscf;
    ngx_http_core_main_conf_t  *cmcf;

    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);
    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    if (cmcf->ports == NULL) {
        return;
    }

    ports = cmcf->ports->elts;

    for (p = 0; p < cmcf->ports->nelts; p++) {
        addrs = ports[p].addrs.elts;

        for (a = 0; a < ports[p].addrs.nelts; a++) {

            if (ngx_lo_conf_listens(&addrs[a], cscf)
                && !ngx_lo_conf_is_local(addrs[a].opt.sockaddr))
            {
                ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                              "langorch_identity is off, and the server "
                              "listens on %V: everybody there is an "
                              "administrator", &addrs[a].opt.addr_text);
                return;
            }
        }
    }
}


static ngx_uint_t
ngx_lo_conf_listens(ngx_http_conf_addr_t *addr, ngx_http_core_srv_conf_t *cscf)
{
    ngx_uint_t                  i;
    ngx_http_core_srv_conf_t  **servers;

    servers = addr->servers.elts;

    for (i = 0; i < addr->servers.nelts; i++) {
        if (servers[i] == cscf) {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_lo_conf_is_local(struct sockaddr *sa)
{
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    switch (sa->sa_family) {

    case AF_INET:
        sin = (struct sockaddr_in *) sa;
        return (ntohl(sin->sin_addr.s_addr) >> 24) == 127;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        sin6 = (struct sockaddr_in6 *) sa;
        return IN6_IS_ADDR_LOOPBACK(&sin6->sin6_addr) != 0;
#endif

    default:
        return 1;               /* a UNIX socket has its file's mode */
    }
}


char *
ngx_lo_conf_name(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *value, *name;

    name = (ngx_str_t *) ((char *) conf + cmd->offset);

    if (name->len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (!ngx_lo_setting_is_name((const char *) value[1].data)) {
        return "must be 1 to 64 letters, digits and . - _ :";
    }

    *name = value[1];

    return NGX_CONF_OK;
}
