/*
 * A request that waits until it is known what the site keeps of secrets.
 */

#include "api/ngx_lo_api.h"
#include "api/ngx_lo_reply.h"


static void ngx_lo_api_known(void *data, ngx_uint_t failed);
static ngx_int_t ngx_lo_api_unknown(ngx_lo_api_t *api);
static void ngx_lo_api_unlook(void *waits);


ngx_int_t
ngx_lo_api_secrets(ngx_lo_api_t *api, const json_t *names,
    ngx_lo_resume_pt resume)
{
    ngx_lo_secret_look_t  *look;

    look = ngx_lo_secrets_look(names, ngx_lo_api_known, api);

    if (look == NULL) {
        return resume(api);
    }

    api->known = resume;

    return ngx_lo_api_wait(api, look, ngx_lo_api_unlook);
}


static void
ngx_lo_api_known(void *data, ngx_uint_t failed)
{
    ngx_lo_api_t  *api = data;

    ngx_lo_api_over(api, failed ? ngx_lo_api_unknown : api->known);
}


static ngx_int_t
ngx_lo_api_unknown(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 503, "unavailable",
                              "The store is not available");
}


static void
ngx_lo_api_unlook(void *waits)
{
    ngx_lo_secrets_look_end(waits);
}
