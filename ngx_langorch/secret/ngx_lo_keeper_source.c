/*
 * Where a machine of AWS is asked for its credentials, as nginx.conf and the
 * variables say that Amazon gives to containers.
 */

#include "secret/ngx_lo_keeper.h"

#define NGX_LO_SOURCE_INSTANCE   "http://169.254.169.254"
#define NGX_LO_SOURCE_CONTAINER  "http://169.254.170.2"
#define NGX_LO_SOURCE_RELATIVE   "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define NGX_LO_SOURCE_FULL       "AWS_CONTAINER_CREDENTIALS_FULL_URI"
#define NGX_LO_SOURCE_PROOF      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"


/* Plain http goes to this machine and to Amazon's own addresses alone. */

static ngx_uint_t
ngx_lo_source_is_safe(const char *url)
{
    size_t       n;
    ngx_uint_t   i;
    const char  *host;

    static const char *const  near[] = {
        "localhost", "127.0.0.1", "[::1]", "169.254.170.2", "169.254.170.23",
        "[fd00:ec2::23]"
    };

    if (ngx_strncmp(url, "https://", 8) == 0) {
        return 1;
    }

    if (ngx_strncmp(url, "http://", 7) != 0) {
        return 0;
    }

    host = url + 7;

    for (i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
        n = ngx_strlen(near[i]);

        if (ngx_strncmp(host, near[i], n) == 0
            && (host[n] == '\0' || host[n] == ':' || host[n] == '/'))
        {
            return 1;
        }
    }

    return 0;
}


static char *
ngx_lo_source_container(json_t *place)
{
    json_t      *url;
    const char  *full, *relative, *proof;

    relative = getenv(NGX_LO_SOURCE_RELATIVE);
    full = getenv(NGX_LO_SOURCE_FULL);
    proof = getenv(NGX_LO_SOURCE_PROOF);

    if (relative != NULL && *relative == '/') {
        url = json_sprintf(NGX_LO_SOURCE_CONTAINER "%s", relative);

    } else if (full != NULL && ngx_lo_source_is_safe(full)) {
        url = json_string(full);

    } else {
        return "needs " NGX_LO_SOURCE_RELATIVE " or " NGX_LO_SOURCE_FULL
               " in the environment of NGINX, the latter with https or an"
               " address of this machine";
    }

    if (json_object_set_new(place, "meta", url) != 0) {
        return NGX_CONF_ERROR;
    }

    if (proof == NULL || *proof == '\0') {
        return NGX_CONF_OK;
    }

    if (*proof != '/') {
        return "has " NGX_LO_SOURCE_PROOF " in the environment of NGINX, which"
               " is no path from / on";
    }

    return json_object_set_new(place, "proof", json_string(proof)) == 0
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


char *
ngx_lo_keeper_conf_source(json_t *place)
{
    const char  *source, *meta;

    source = ckp_json_str(place, "source");
    meta = ckp_json_str(place, "meta");

    if (source == NULL) {
        return (meta == NULL) ? NGX_CONF_OK
                              : "has a \"metadata\" without \"credentials\"";
    }

    if (json_object_get(place, "id") != NULL
        || json_object_get(place, "secret") != NULL
        || json_object_get(place, "session") != NULL)
    {
        return "has both a key and \"credentials\"";
    }

    if (ngx_strcmp(source, "container") == 0) {
        return (meta == NULL) ? ngx_lo_source_container(place)
                              : "has a \"metadata\" that no container has";
    }

    if (ngx_strcmp(source, "instance") != 0) {
        return "has other \"credentials\" than instance or container";
    }

    if (meta == NULL) {
        return json_object_set_new(place, "meta",
                                   json_string(NGX_LO_SOURCE_INSTANCE)) == 0
               ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    return (ngx_strncmp(meta, "http://", 7) == 0
            || ngx_strncmp(meta, "https://", 8) == 0)
           ? NGX_CONF_OK : "has a \"metadata\" that does not begin with http://"
                           " or https://";
}
