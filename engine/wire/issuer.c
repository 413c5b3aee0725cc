/*
 * What a provider of logins publishes, read.
 */

#include "wire/issuer.h"

#include <string.h>

#include "base/json.h"


/* Whoever shows it, or sends somebody there, takes it for one address. */

static bool
issuer_is_plain(const char *url)
{
    const char *const  host = strstr(url, "://");

    for (const char *p = url; *p != '\0'; p++) {
        if (*p <= ' ' || *p > '~' || strchr("\"<>\\^`{|}", *p) != NULL) {
            return false;
        }
    }

    return host != NULL && memchr(host, '@', 3 + strcspn(host + 3, "/?#"))
                           == NULL;
}


static const char *
issuer_url(const json_t *doc, const char *name, ckp_issuer_safe_pt safe)
{
    const char *const  url = ckp_json_str(doc, name);

    return url != NULL && strlen(url) <= CKP_ISSUER_URL_MAX
           && issuer_is_plain(url) && safe(url) ? url : NULL;
}


/* Who says nothing takes the header alone (Discovery 1.0, 3). */

static bool
issuer_basic(const json_t *doc)
{
    const json_t *const  list = json_object_get(doc,
                                    "token_endpoint_auth_methods_supported");
    json_t              *one;
    size_t               i;

    json_array_foreach(list, i, one) {
        if (json_is_string(one)
            && strcmp(json_string_value(one), "client_secret_post") == 0)
        {
            return false;
        }
    }

    return true;
}


const char *
ckp_issuer_read(ckp_issuer_t *at, const json_t *doc, const char *issuer,
    ckp_issuer_safe_pt safe)
{
    const char *const  who = ckp_json_str(doc, "issuer");

    memset(at, 0, sizeof(*at));

    if (!json_is_object(doc)) {
        return "it is no JSON object";
    }

    /* else one provider could speak for another */

    if (who == NULL || strcmp(who, issuer) != 0) {
        return "its \"issuer\" is another one";
    }

    at->authorize = issuer_url(doc, "authorization_endpoint", safe);
    at->token = issuer_url(doc, "token_endpoint", safe);
    at->keys = issuer_url(doc, "jwks_uri", safe);
    at->basic = issuer_basic(doc);

    return NULL;
}
