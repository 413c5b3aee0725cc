/*
 * The set of keys that a worker holds.
 */

#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_keys.h"
#include "core/ngx_lo_core.h"

#define NGX_LO_KEYS_URL    2048         /* bytes of an address that was found */
#define NGX_LO_KEYS_VALID  600000       /* ms that such keys count */


static struct {
    ngx_lo_fetched_t   fetched;
    ngx_pool_t        *pool;            /* of the set */
    ngx_lo_jwks_t     *set;             /* NULL: none came yet */
    unsigned           login:1;         /* it is for identity tokens alone */
    char               url[NGX_LO_KEYS_URL + 1];
} ngx_lo_keys;


static const char *ngx_lo_keys_take(const ngx_str_t *text);


void
ngx_lo_keys_start(void)
{
    const ngx_lo_auth_conf_t  *ac;

    ac = ngx_lo_auth_conf();

    ngx_memzero(&ngx_lo_keys, sizeof(ngx_lo_keys));

    ngx_lo_keys.fetched.what = "keys";
    ngx_lo_keys.fetched.url = ac->keys_url;
    ngx_lo_keys.fetched.valid = ac->keys_valid;
    ngx_lo_keys.fetched.take = ngx_lo_keys_take;

    if (ac->keys_url != NULL) {
        ngx_lo_fetched_start(&ngx_lo_keys.fetched);
    }
}


void
ngx_lo_keys_stop(void)
{
    ngx_lo_fetched_stop(&ngx_lo_keys.fetched);

    if (ngx_lo_keys.pool != NULL) {
        ngx_destroy_pool(ngx_lo_keys.pool);
        ngx_lo_keys.pool = NULL;
        ngx_lo_keys.set = NULL;
    }
}


void
ngx_lo_keys_found(const char *url)
{
    size_t                     len;
    const ngx_lo_auth_conf_t  *ac;

    ac = ngx_lo_auth_conf();
    len = ngx_strlen(url);

    if (ac->keys != NULL || ac->keys_url != NULL || len > NGX_LO_KEYS_URL
        || ngx_strcmp(url, ngx_lo_keys.url) == 0)
    {
        return;
    }

    /* what the former address gave counts until the next one answered */

    ngx_lo_fetched_stop(&ngx_lo_keys.fetched);

    ngx_memcpy(ngx_lo_keys.url, url, len + 1);
    ngx_lo_keys.login = 1;
    ngx_lo_keys.fetched.url = ngx_lo_keys.url;
    ngx_lo_keys.fetched.valid = NGX_LO_KEYS_VALID;

    ngx_lo_fetched_start(&ngx_lo_keys.fetched);
}


ngx_uint_t
ngx_lo_keys_signed(const ckp_jwt_t *jwt, const char *text, ngx_uint_t login)
{
    return ngx_lo_keys.set != NULL && (login || !ngx_lo_keys.login)
           && ngx_lo_jwks_signed(ngx_lo_keys.set, jwt, text);
}


/* NULL: the set is held from now on; else why not, static text. */

static const char *
ngx_lo_keys_take(const ngx_str_t *text)
{
    const char     *why;
    ngx_pool_t     *pool;
    ngx_lo_jwks_t  *set;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, ngx_cycle->log);
    if (pool == NULL) {
        return "there is no memory";
    }

    set = ngx_lo_jwks_new(pool, (const char *) text->data, text->len, &why);

    if (set == NULL) {
        ngx_destroy_pool(pool);
        return why;
    }

    if (ngx_lo_keys.pool != NULL) {
        ngx_destroy_pool(ngx_lo_keys.pool);
    }

    ngx_lo_keys.pool = pool;
    ngx_lo_keys.set = set;

    return NULL;
}


/* A name that is not in the newest set is nobody's, for a while. */

static ngx_uint_t
ngx_lo_keys_helps(const char *text)
{
    ckp_jwt_t   jwt;
    ngx_uint_t  helps;

    if (!ckp_jwt_read(&jwt, text, ngx_strlen(text))) {
        return 0;
    }

    helps = jwt.alg != CKP_JWT_HS256 && jwt.alg != CKP_JWT_OTHER
            && (ngx_lo_keys.set == NULL
                || !ngx_lo_jwks_names(ngx_lo_keys.set, &jwt));
    ckp_jwt_free(&jwt);

    return helps;
}


ngx_lo_fetched_look_t *
ngx_lo_keys_look(const char *text, ngx_uint_t login, ngx_lo_fetched_pt done,
    void *data)
{
    if ((ngx_lo_keys.login && !login) || !ngx_lo_keys_helps(text)) {
        return NULL;
    }

    return ngx_lo_fetched_look(&ngx_lo_keys.fetched, done, data);
}
