/*
 * Who the caller is, as the server sees it (spec/api.md 15.2); and the audit of
 * this room.
 */

#include "api/ngx_lo_reply.h"
#include "identity/ngx_lo_identity.h"
#include "store/ngx_lo_sql_identity.h"


static json_t *ngx_lo_me_roles(const ngx_lo_api_t *api);


ngx_int_t
ngx_lo_me_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_user_named, api->actor);
}


ngx_int_t
ngx_lo_me_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *role;
    const json_t  *user;

    static const char *const  modes[] = { "off", "optional", "on" };

    user = ngx_lo_job_row(job, 0);
    role = ngx_lo_role_name(api->who.role);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
        json_pack("{s:s, s:o, s:s?, s:s?, s:s?, s:s, s:s, s:s, s:b, s:O?}",
                  "identity", api->actor,
                  "roles", ngx_lo_me_roles(api),
                  "user_id", ckp_json_str(user, "user_id"),
                  "email", ckp_json_str(user, "email"),
                  "full_name", ckp_json_str(user, "full_name"),
                  "role", role,
                  "auth_method", api->who.method ? api->who.method : "none",
                  "mode", modes[ngx_min(api->conf->identity, 2)],
                  "separation", api->conf->separation == 1,
                  "projects", api->who.projects));
}


/* Approving is named beside a role that does not include it. */

static json_t *
ngx_lo_me_roles(const ngx_lo_api_t *api)
{
    json_t              *roles;
    const ngx_lo_who_t  *who;

    who = &api->who;
    roles = json_pack("[s]", ngx_lo_role_name(who->role));

    if (api->conf->separation == 1 && who->approves
        && who->role != NGX_LO_APPROVER && who->role != NGX_LO_ADMIN)
    {
        (void) json_array_append_new(roles, json_string("approver"));
    }

    return roles;
}


ngx_int_t
ngx_lo_identity_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_trail_t *of, const char *id, json_t *meta)
{
    ngx_int_t       rc;
    ngx_lo_trail_t  trail;

    trail = *of;
    trail.resource_id = id;
    trail.meta = meta;

    rc = ngx_lo_api_audit(api, job, &trail);
    json_decref(meta);

    return rc;
}
