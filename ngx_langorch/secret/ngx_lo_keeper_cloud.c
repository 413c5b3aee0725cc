/*
 * Where secrets are that a cloud keeps: AWS Secrets Manager, Azure Key Vault.
 */

#include "secret/ngx_lo_keeper.h"


/* --- aws --------------------------------------------------------------------------- */


/* The site's place of a profile; NULL, "": the one without a name. */

static const json_t *
ngx_lo_place_profile(const char *profile)
{
    size_t       i;
    json_t      *place;
    const char  *name;

    json_array_foreach(ngx_lo_keeper_site(), i, place) {
        name = ckp_json_str(place, "profile");

        if (ngx_strcmp(ckp_json_str(place, "kind"), "aws") == 0
            && ngx_strcmp(name ? name : "", profile ? profile : "") == 0)
        {
            return place;
        }
    }

    return NULL;
}


/* A procedure has no credentials of its own here, but may name the site's. */

json_t *
ngx_lo_place_aws(const json_t *settings, char *why)
{
    json_t        *place;
    const char    *profile, *region, *field, *url;
    const json_t  *site;

    profile = ngx_lo_place_str(settings, "profile_name");
    region = ngx_lo_place_str(settings, "region_name");
    field = ngx_lo_place_str(settings, "secret_field");
    url = ngx_lo_place_str(settings, "endpoint_url");
    site = ngx_lo_place_profile(profile);

    if (site == NULL) {
        if (profile != NULL) {
            ngx_cpystrn((u_char *) why,
                        (u_char *) "the site has no such profile_name",
                        NGX_LO_KEEPER_WHY);
        }

        return NULL;
    }

    if (url != NULL && !ngx_lo_place_same(url, ckp_json_str(site, "url"))) {
        ngx_cpystrn((u_char *) why,
                    (u_char *) "endpoint_url is not the site's",
                    NGX_LO_KEEPER_WHY);
        return NULL;
    }

    place = json_copy((json_t *) site);

    if (region != NULL) {
        (void) json_object_set_new(place, "region", json_string(region));
    }

    if (field != NULL) {
        (void) json_object_set_new(place, "field", json_string(field));
    }

    return place;
}


/* --- azure -------------------------------------------------------------------------- */


json_t *
ngx_lo_place_azure(const json_t *site, const json_t *settings, char *why)
{
    json_t      *place;
    const char  *url, *tenant, *client, *secret;

    url = ngx_lo_place_str(settings, "vault_url");
    tenant = ngx_lo_place_str(settings, "tenant_id");
    client = ngx_lo_place_str(settings, "client_id");
    secret = ngx_lo_place_str(settings, "client_secret");

    if (tenant == NULL && client == NULL && secret == NULL) {

        if (site != NULL && url != NULL
            && !ngx_lo_place_same(url, ckp_json_str(site, "url")))
        {
            ngx_cpystrn((u_char *) why,
                        (u_char *) "vault_url is not the site's: that needs"
                                   " tenant_id, client_id and client_secret",
                        NGX_LO_KEEPER_WHY);
            return NULL;
        }

        return site ? json_copy((json_t *) site) : NULL;
    }

    if (tenant == NULL || client == NULL || secret == NULL) {
        ngx_cpystrn((u_char *) why,
                    (u_char *) "tenant_id, client_id and client_secret go"
                               " together", NGX_LO_KEEPER_WHY);
        return NULL;
    }

    url = url ? url : ckp_json_str(site, "url");

    if (url == NULL) {
        return NULL;
    }

    place = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*}", "kind", "azure",
                      "url", url, "tenant", tenant, "client", client,
                      "secret", secret, "login", ckp_json_str(site, "login"));

    return place;
}
