/*
 * Tries at passwords, so many a minute: from an address, as a name, and as a
 * name from an address.
 *
 * A stranger who tries names can make nobody wait for ever.  From one address
 * he has half of what a name has.  And whoever came in with this browser before
 * has a cookie that says so, and with it tries of his own, which nobody else
 * uses up: the device cookie of OWASP's guidance against guessing.
 */

#include "api/ngx_lo_front.h"
#include "api/ngx_lo_reply.h"
#include "identity/ngx_lo_cookie.h"
#include "identity/ngx_lo_identity.h"

#define NGX_LO_DEVICE_COOKIE   "langorch_device"
#define NGX_LO_DEVICE_MARK     "device:"
#define NGX_LO_DEVICE_SECONDS  (180 * 24 * 3600)
#define NGX_LO_ATTEMPT_KEY     512


/* Who has an address of version 6 has all that begin with the same 64 bits. */

static void
ngx_lo_attempts_from(ngx_lo_api_t *api, char out[NGX_SOCKADDR_STRLEN])
{
    ngx_str_t            *text;
    struct sockaddr      *sa;
    struct sockaddr_in6  *sin6;

    sa = api->r->connection->sockaddr;

    if (sa->sa_family == AF_INET6) {
        sin6 = (struct sockaddr_in6 *) sa;

        if (!IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr)) {
            ckp_hex(sin6->sin6_addr.s6_addr, 8, out);
            return;
        }
    }

    text = &api->r->connection->addr_text;
    (void) snprintf(out, NGX_SOCKADDR_STRLEN, "%.*s",
                    (int) ngx_min(text->len, NGX_SOCKADDR_STRLEN - 1),
                    (char *) text->data);
}


/* The number of a browser that this user came in with; NULL: it is none. */

static const char *
ngx_lo_attempts_device(ngx_lo_api_t *api, const char *username)
{
    json_t      *said;
    const char  *name;

    said = ngx_lo_cookie_open(api, NGX_LO_DEVICE_COOKIE, NGX_LO_DEVICE_MARK);

    if (ngx_lo_api_keep(api, said) == NULL) {
        return NULL;
    }

    name = ckp_json_str(said, "name");

    return (name != NULL && ngx_strcmp(name, username) == 0)
           ? ckp_json_str(said, "device") : NULL;
}


ngx_int_t
ngx_lo_attempts_login(ngx_lo_api_t *api, const char *username)
{
    char         key[NGX_LO_ATTEMPT_KEY], from[NGX_SOCKADDR_STRLEN];
    ngx_int_t    rc;
    ngx_uint_t   most;
    const char  *device;

    most = ngx_lo_conf()->logins;
    ngx_lo_attempts_from(api, from);

    (void) snprintf(key, sizeof(key), "login from %s", from);
    rc = ngx_lo_front_limit(api, key, most);

    if (rc != NGX_OK) {
        return rc;
    }

    device = ngx_lo_attempts_device(api, username);

    if (device != NULL) {
        (void) snprintf(key, sizeof(key), "login by %s", device);
        return ngx_lo_front_limit(api, key, most);
    }

    (void) snprintf(key, sizeof(key), "login from %s as %s", from, username);
    rc = ngx_lo_front_limit(api, key, (most + 1) / 2);

    if (rc != NGX_OK) {
        return rc;
    }

    (void) snprintf(key, sizeof(key), "login as %s", username);

    return ngx_lo_front_limit(api, key, most);
}


void
ngx_lo_attempts_good(ngx_lo_api_t *api, const char *username)
{
    char        key[NGX_LO_ATTEMPT_KEY], from[NGX_SOCKADDR_STRLEN];
    ngx_uint_t  most;

    if (ngx_lo_attempts_device(api, username) != NULL) {
        return;
    }

    most = ngx_lo_conf()->logins;
    ngx_lo_attempts_from(api, from);

    (void) snprintf(key, sizeof(key), "login from %s as %s", from, username);
    ngx_lo_rate_give(key, (int64_t) (most + 1) / 2);

    (void) snprintf(key, sizeof(key), "login as %s", username);
    ngx_lo_rate_give(key, (int64_t) most);
}


ngx_int_t
ngx_lo_attempts_own(ngx_lo_api_t *api, const char *username)
{
    char  key[NGX_LO_ATTEMPT_KEY];

    (void) snprintf(key, sizeof(key), "password of %s", username);

    return ngx_lo_front_limit(api, key, ngx_lo_conf()->logins);
}


ngx_int_t
ngx_lo_attempts_known(ngx_lo_api_t *api, const char *username)
{
    char         id[37];
    u_char      *p;
    size_t       len;
    json_t      *said;
    ckp_buf_t    b;
    ngx_int_t    rc;
    const char  *device;

    device = ngx_lo_attempts_device(api, username);

    if (device == NULL) {
        ngx_lo_uuid(id);
        device = id;
    }

    said = json_pack("{s:s, s:s, s:I}", "name", username, "device", device,
                     "until", (json_int_t) (api->now_ms + (int64_t) 1000
                                            * NGX_LO_DEVICE_SECONDS));
    rc = ngx_lo_cookie_seal(NGX_LO_DEVICE_MARK, said, &b);
    json_decref(said);

    len = b.len + api->conf->mount.len + 160;
    p = (rc == NGX_OK) ? ngx_pnalloc(api->r->pool, len) : NULL;

    if (p != NULL) {
        *ngx_snprintf(p, len - 1, NGX_LO_DEVICE_COOKIE "=%s; HttpOnly;"
                      " SameSite=Strict; Path=%V/auth; Max-Age=%d%s",
                      ckp_buf_str(&b), &api->conf->mount,
                      NGX_LO_DEVICE_SECONDS,
                      ngx_lo_identity_is_secure(api) ? "; Secure" : "") = '\0';
    }

    ckp_buf_free(&b);

    return (p != NULL) ? ngx_lo_api_set(api, "Set-Cookie", (const char *) p)
                       : NGX_ERROR;
}
