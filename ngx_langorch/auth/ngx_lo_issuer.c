/*
 * What the provider of logins publishes about itself.
 */

#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_issuer.h"
#include "auth/ngx_lo_keys.h"
#include "core/ngx_lo_core.h"

#define NGX_LO_ISSUER_PATH   "/.well-known/openid-configuration"
#define NGX_LO_ISSUER_URL    2048           /* bytes of an address */
#define NGX_LO_ISSUER_VALID  3600000        /* ms */


static struct {
    ngx_lo_fetched_t   fetched;
    ngx_lo_issuer_t    at;
    json_t            *doc;                 /* `at` points into it */
    char               url[NGX_LO_ISSUER_URL + sizeof(NGX_LO_ISSUER_PATH)];
    unsigned           known:1;
} ngx_lo_issuer_of;


static const char *ngx_lo_issuer_take(const ngx_str_t *text);
static const char *ngx_lo_issuer_read(const json_t *doc, ngx_lo_issuer_t *at);


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
    why = ngx_lo_issuer_read(doc, &at);

    if (why != NULL) {
        json_decref(doc);
        return why;
    }

    json_decref(ngx_lo_issuer_of.doc);
    ngx_lo_issuer_of.doc = doc;
    ngx_lo_issuer_of.at = at;
    ngx_lo_issuer_of.known = 1;

    keys = ckp_json_str(doc, "jwks_uri");

    if (keys != NULL) {
        ngx_lo_keys_found(keys);
    }

    return NULL;
}


/* Where the document says it; NULL: nowhere, or where nothing that proves who
 * somebody is may come from. */

static const char *
ngx_lo_issuer_url(const json_t *doc, const char *name)
{
    ngx_str_t    s;
    const char  *url;

    url = ckp_json_str(doc, name);
    s.data = (u_char *) url;
    s.len = (url != NULL) ? ngx_strlen(url) : 0;

    return (url != NULL && s.len <= NGX_LO_ISSUER_URL
            && ngx_lo_auth_is_safe(&s)) ? url : NULL;
}


/* Who says nothing takes the header alone (Discovery 1.0, 3). */

static ngx_uint_t
ngx_lo_issuer_basic(const json_t *doc)
{
    size_t         i;
    json_t        *one;
    const json_t  *list;

    list = json_object_get(doc, "token_endpoint_auth_methods_supported");

    json_array_foreach(list, i, one) {
        if (json_is_string(one)
            && ngx_strcmp(json_string_value(one), "client_secret_post") == 0)
        {
            return 0;
        }
    }

    return 1;
}


static const char *
ngx_lo_issuer_read(const json_t *doc, ngx_lo_issuer_t *at)
{
    const char                *who;
    const ngx_lo_auth_conf_t  *ac;

    ac = ngx_lo_auth_conf();
    who = ckp_json_str(doc, "issuer");

    if (!json_is_object(doc)) {
        return "it is no JSON object";
    }

    /* else one provider could speak for another (Discovery 1.0, 4.3) */

    if (who == NULL || ngx_strcmp(who, ac->oidc->issuer) != 0) {
        return "its \"issuer\" is another one";
    }

    at->authorize = ac->oidc->authorize
                    ? ac->oidc->authorize
                    : ngx_lo_issuer_url(doc, "authorization_endpoint");
    at->token = ac->oidc->token ? ac->oidc->token
                                : ngx_lo_issuer_url(doc, "token_endpoint");
    at->basic = (ac->oidc->token == NULL) && ngx_lo_issuer_basic(doc);

    if (at->authorize == NULL || at->token == NULL
        || (ac->keys == NULL && ac->keys_url == NULL
            && ngx_lo_issuer_url(doc, "jwks_uri") == NULL))
    {
        return "an address is missing, or neither begins with https:// nor is"
               " this machine's";
    }

    return NULL;
}
