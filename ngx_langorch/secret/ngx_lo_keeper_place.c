/*
 * Which keeper has a secret, and who asks there.
 *
 * What the site has for its own keepers proves that it is the site who asks, so
 * it goes nowhere but to the address that the site named, and for no other path
 * than there: a procedure that names another needs credentials of its own.
 */

#include "secret/ngx_lo_keeper.h"


static json_t *ngx_lo_place_vault(const json_t *site, const json_t *settings,
    char *why);


static const struct {
    const char  *word;
    const char  *kind;
} ngx_lo_keeper_words[] = {
    { "vault",               "vault" },
    { "hashicorp_vault",     "vault" },
    { "aws",                 "aws" },
    { "aws_secrets",         "aws" },
    { "aws_secrets_manager", "aws" },
    { "azure",               "azure" },
    { "azure_keyvault",      "azure" },
    { "azure_key_vault",     "azure" }
};


/* Members of secrets_config that are names of secrets. */

static const char *const  ngx_lo_keeper_own[] = {
    "vault_token", "role_id", "secret_id", "client_secret"
};


/* Those of a place. */

static const char *const  ngx_lo_keeper_proofs[] = {
    "token", "id", "secret", "session"
};


const char *
ngx_lo_keeper_kind(const char *word)
{
    ngx_uint_t  i;

    for (i = 0; word != NULL && i < sizeof(ngx_lo_keeper_words)
                                    / sizeof(ngx_lo_keeper_words[0]); i++)
    {
        if (ngx_strcmp(ngx_lo_keeper_words[i].word, word) == 0) {
            return ngx_lo_keeper_words[i].kind;
        }
    }

    return NULL;
}


void
ngx_lo_keeper_of(const json_t *place, ckp_keeper_t *k)
{
    k->kind = ckp_json_str(place, "kind");
    k->url = ckp_json_str(place, "url");
    k->space = ckp_json_str(place, "space");
    k->mount = ckp_json_str(place, "mount");
    k->prefix = ckp_json_str(place, "prefix");
    k->kv = (int) ckp_json_int(place, "kv", 2);
    k->login = ckp_json_str(place, "login");
    k->tenant = ckp_json_str(place, "tenant");
    k->client = ckp_json_str(place, "client");
    k->region = ckp_json_str(place, "region");
    k->source = ckp_json_str(place, "source");
    k->meta = ckp_json_str(place, "meta");
}


static void
ngx_lo_place_names(const json_t *from, const char *const *members,
    ngx_uint_t n, json_t *names)
{
    const char  *name;

    while (n-- > 0) {
        name = ckp_json_str(from, members[n]);

        if (name != NULL && *name != '\0') {
            (void) json_array_append_new(names, json_string(name));
        }
    }
}


void
ngx_lo_keeper_names(const json_t *settings, json_t *names)
{
    size_t   i;
    json_t  *place;

    if (settings != NULL) {
        ngx_lo_place_names(settings, ngx_lo_keeper_own,
                           sizeof(ngx_lo_keeper_own)
                           / sizeof(ngx_lo_keeper_own[0]), names);
        return;
    }

    json_array_foreach(ngx_lo_keeper_site(), i, place) {
        ngx_lo_place_names(place, ngx_lo_keeper_proofs,
                           sizeof(ngx_lo_keeper_proofs)
                           / sizeof(ngx_lo_keeper_proofs[0]), names);
    }
}


/* The site's place of a kind; NULL: none. */

static const json_t *
ngx_lo_place_site(const char *kind)
{
    size_t   i;
    json_t  *place;

    json_array_foreach(ngx_lo_keeper_site(), i, place) {
        if (ngx_strcmp(ckp_json_str(place, "kind"), kind) == 0) {
            return place;
        }
    }

    return NULL;
}


json_t *
ngx_lo_keeper_place(const char *kind, const ngx_lo_secret_want_t *want,
    ngx_uint_t *forbidden, char why[NGX_LO_KEEPER_WHY])
{
    json_t        *place;
    const char    *url, *login;
    const json_t  *site;

    /* where the site has none of a kind, who has no credentials of his own
     * names one that is not configured: the environment stands in for it */

    why[0] = '\0';
    site = ngx_lo_place_site(kind);
    place = NULL;

    if (ngx_strcmp(kind, "vault") == 0) {
        place = ngx_lo_place_vault(site, want->settings, why);

    } else if (ngx_strcmp(kind, "aws") == 0) {
        place = site ? ngx_lo_place_aws(want->settings, why) : NULL;

    } else if (ngx_strcmp(kind, "azure") == 0) {
        place = ngx_lo_place_azure(site, want->settings, why);
    }

    url = ckp_json_str(place, "url");
    login = (ngx_strcmp(kind, "azure") == 0) ? ckp_json_str(place, "login")
                                             : NULL;

    if ((url != NULL && !ngx_lo_secrets_may_go(url))
        || (login != NULL && !ngx_lo_secrets_may_go(login)))
    {
        json_decref(place);
        place = NULL;
        ngx_cpystrn((u_char *) why, (u_char *) "secrets come over https only",
                    NGX_LO_KEEPER_WHY);
    }

    *forbidden = (why[0] != '\0');

    return place;
}


const char *
ngx_lo_place_str(const json_t *settings, const char *name)
{
    const char  *text;

    text = ckp_json_str(settings, name);

    return (text != NULL && *text != '\0') ? text : NULL;
}


ngx_uint_t
ngx_lo_place_same(const char *a, const char *b)
{
    size_t  n, m;

    n = a ? ngx_strlen(a) : 0;
    m = b ? ngx_strlen(b) : 0;

    while (n > 0 && a[n - 1] == '/') {
        n--;
    }

    while (m > 0 && b[m - 1] == '/') {
        m--;
    }

    return n == m && (n == 0 || ngx_strncmp(a, b, n) == 0);
}


/* A path that is another, or lies below it. */

static ngx_uint_t
ngx_lo_place_below(const char *path, const char *above)
{
    size_t  n;

    n = above ? ngx_strlen(above) : 0;

    while (n > 0 && above[n - 1] == '/') {
        n--;
    }

    return n == 0 || (ngx_strncmp(path, above, n) == 0
                      && (path[n] == '\0' || path[n] == '/'));
}


/* --- vault ------------------------------------------------------------------------ */


/* With the site's credentials: a copy of its place, maybe with a longer
 * prefix. */

static json_t *
ngx_lo_place_vault_site(const json_t *site, const json_t *settings, char *why)
{
    json_t      *place;
    const char  *url, *mount, *space, *prefix, *odd;

    url = ngx_lo_place_str(settings, "vault_url");
    mount = ngx_lo_place_str(settings, "mount_point");
    space = ngx_lo_place_str(settings, "namespace");
    prefix = ngx_lo_place_str(settings, "path_prefix");

    odd = (url && !ngx_lo_place_same(url, ckp_json_str(site, "url")))
          ? "vault_url"
          : (mount && !ngx_lo_place_same(mount, ckp_json_str(site, "mount")))
          ? "mount_point"
          : (space && !ngx_lo_place_same(space, ckp_json_str(site, "space")))
          ? "namespace"
          : (prefix && !ngx_lo_place_below(prefix,
                                           ckp_json_str(site, "prefix")))
          ? "path_prefix"
          : ckp_json_int(settings, "kv_version", ckp_json_int(site, "kv", 2))
            != ckp_json_int(site, "kv", 2)
          ? "kv_version" : NULL;

    if (odd != NULL) {
        ngx_snprintf((u_char *) why, NGX_LO_KEEPER_WHY, "%s is not the site's:"
                     " that needs vault_token or role_id%Z", odd);
        return NULL;
    }

    place = json_copy((json_t *) site);

    if (prefix != NULL) {
        (void) json_object_set_new(place, "prefix", json_string(prefix));
    }

    return place;
}


static json_t *
ngx_lo_place_vault(const json_t *site, const json_t *settings, char *why)
{
    const char  *token, *role, *url, *mount, *prefix;

    token = ngx_lo_place_str(settings, "vault_token");
    role = ngx_lo_place_str(settings, "role_id");
    url = ngx_lo_place_str(settings, "vault_url");

    if (token == NULL && role == NULL) {
        return site ? ngx_lo_place_vault_site(site, settings, why) : NULL;
    }

    url = url ? url : ckp_json_str(site, "url");
    mount = ngx_lo_place_str(settings, "mount_point");
    prefix = ckp_json_str(settings, "path_prefix");

    return (url == NULL) ? NULL
           : json_pack("{s:s, s:s, s:s*, s:s, s:s, s:I, s:s*, s:s*, s:s*}",
                       "kind", "vault", "url", url,
                       "space", ngx_lo_place_str(settings, "namespace"),
                       "mount", mount ? mount : "secret",
                       "prefix", prefix ? prefix : "langorch",
                       "kv", (json_int_t) ckp_json_int(settings, "kv_version",
                                                       2),
                       "token", token,
                       "id", token ? NULL : role,
                       "secret", token ? NULL
                                       : ngx_lo_place_str(settings,
                                                          "secret_id"));
}
