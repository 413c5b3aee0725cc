/*
 * What the provider of logins publishes about itself.
 */

#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_issuer.h"
#include "auth/ngx_lo_keys.h"
#include "core/ngx_lo_core.h"
#include "wire/issuer.h"

#define NGX_LO_ISSUER_PATH   "/.well-known/openid-configuration"
#define NGX_LO_ISSUER_URL    CKP_ISSUER_URL_MAX
#define NGX_LO_ISSUER_VALID  3600000        /* ms */


static struct {
    ngx_lo_fetched_t   fetched;
    ngx_lo_issuer_t    at;
    json_t            *doc;                 /* `at` points into it */
    char               url[NGX_LO_ISSUER_URL + sizeof(NGX_LO_ISSUER_PATH)];
    unsigned           known:1;
} ngx_lo_issuer_of;


static const char *ngx_lo_issuer_take(const ngx_str_t *text);
static const char *ngx_lo_issuer_read(const json_t *doc, ngx_lo_issuer_t *at,
    const char **keys);


/* What is given wholly is not asked for. */

static ngx_uint_t
ngx_lo_issuer_asks(const ngx_lo_auth_conf_t *ac)
{
    return ac->oidc->authorize == NULL || ac->oidc->token == NULL
           || (ac->keys == NULL && ac->keys_url == NULL);
}


void
ngx_lo_issuer_start(void)
{
    size_t                     len;
    ngx_str_t                  issuer;
    const ngx_lo_auth_conf_t  *ac;

    ac = ngx_lo_auth_conf();
    ngx_memzero(&ngx_lo_issuer_of, sizeof(ngx_lo_issuer_of));

    if (ac->oidc == NULL) {
        return;
    }

    ngx_lo_issuer_of.at.authorize = ac->oidc->authorize;
    ngx_lo_issuer_of.at.token = ac->oidc->token;
    ngx_lo_issuer_of.known = (ac->oidc->authorize && ac->oidc->token);

    issuer.data = (u_char *) ac->oidc->issuer;
    issuer.len = ngx_strlen(ac->oidc->issuer);

    if (!ngx_lo_issuer_asks(ac) || !ngx_lo_auth_is_safe(&issuer)
        || issuer.len > NGX_LO_ISSUER_URL)
    {
        return;
    }

    len = issuer.len - (issuer.data[issuer.len - 1] == '/');
    ngx_memcpy(ngx_lo_issuer_of.url, issuer.data, len);
    ngx_memcpy(ngx_lo_issuer_of.url + len, NGX_LO_ISSUER_PATH,
               sizeof(NGX_LO_ISSUER_PATH));

    ngx_lo_issuer_of.fetched.what = "addresses";
    ngx_lo_issuer_of.fetched.url = ngx_lo_issuer_of.url;
    ngx_lo_issuer_of.fetched.valid = NGX_LO_ISSUER_VALID;
    ngx_lo_issuer_of.fetched.take = ngx_lo_issuer_take;

    ngx_lo_fetched_start(&ngx_lo_issuer_of.fetched);
}


void
ngx_lo_issuer_stop(void)
{
    ngx_lo_fetched_stop(&ngx_lo_issuer_of.fetched);

    json_decref(ngx_lo_issuer_of.doc);
    ngx_lo_issuer_of.doc = NULL;
    ngx_lo_issuer_of.known = 0;
}


const ngx_lo_issuer_t *
ngx_lo_issuer(void)
{
    return ngx_lo_issuer_of.known ? &ngx_lo_issuer_of.at : NULL;
}


ngx_lo_fetched_look_t *
ngx_lo_issuer_look(ngx_lo_fetched_pt done, void *data)
{
    return ngx_lo_fetched_look(&ngx_lo_issuer_of.fetched, done, data);
}


/* --- read ------------------------------------------------------------------------ */


/* NULL: it is held from now on; else why not, static text. */

static const char *
ngx_lo_issuer_take(const ngx_str_t *text)
{
    json_t           *doc;
    ckp_err_t         err = CKP_ERR_INIT;
    const char       *why, *keys;
    ngx_lo_issuer_t   at;

    doc = ckp_json_parse((const char *) text->data, text->len, &err);
    why = ngx_lo_issuer_read(doc, &at, &keys);

    if (why != NULL) {
        json_decref(doc);
        return why;
    }

    json_decref(ngx_lo_issuer_of.doc);
    ngx_lo_issuer_of.doc = doc;
    ngx_lo_issuer_of.at = at;
    ngx_lo_issuer_of.known = 1;

    if (keys != NULL) {
        ngx_lo_keys_found(keys);
    }

    return NULL;
}


static bool
ngx_lo_issuer_safe(const char *url)
{
    ngx_str_t  s;

    s.data = (u_char *) url;
    s.len = ngx_strlen(url);

    return ngx_lo_auth_is_safe(&s);
}


/* What the directive says goes first. */

static const char *
ngx_lo_issuer_read(const json_t *doc, ngx_lo_issuer_t *at, const char **keys)
{
    const char                *why;
    ckp_issuer_t               said;
    const ngx_lo_auth_conf_t  *ac;

    ac = ngx_lo_auth_conf();
    why = ckp_issuer_read(&said, doc, ac->oidc->issuer, ngx_lo_issuer_safe);

    if (why != NULL) {
        return why;
    }

    at->authorize = ac->oidc->authorize ? ac->oidc->authorize
                                        : said.authorize;
    at->token = ac->oidc->token ? ac->oidc->token : said.token;
    at->basic = (ac->oidc->token == NULL) && said.basic;
    *keys = said.keys;

    if (at->authorize == NULL || at->token == NULL
        || (ac->keys == NULL && ac->keys_url == NULL && said.keys == NULL))
    {
        return "an address is missing, or neither begins with https:// nor is"
               " this machine's";
    }

    return NULL;
}
