/*
 * The projects that somebody is to be limited to, as bodies say them.
 */

#include "api/ngx_lo_input.h"
#include "identity/ngx_lo_identity.h"
#include "store/ngx_lo_sql_identity.h"
#include "wire/projects.h"


const json_t *
ngx_lo_identity_projects(ngx_lo_api_t *api)
{
    json_t        *set;
    const json_t  *list;

    list = ngx_lo_input_array(api, "projects", NGX_LO_OPTIONAL);

    if (list == NULL) {
        return NULL;
    }

    set = NULL;

    if (ckp_projects_claim(list, &set) == CKP_OK && set != NULL) {
        return ngx_lo_api_keep(api, set);
    }

    ngx_lo_input_wrong(api, "body", "projects", "value_error",
                       "Must be a list of at most 64 ids of projects");
    return NULL;
}


ngx_int_t
ngx_lo_identity_projects_unknown(ngx_lo_api_t *api)
{
    ngx_lo_input_wrong(api, "body", "projects", "value_error",
                       "Has an id that no project has");

    return ngx_lo_input_problem(api);
}
