/*
 * An agent exchanges a grant for the value of a secret (spec/ckp.md 28.3,
 * spec/api.md 20): only where the site gives grants, over https or from this
 * machine, while the run that it was made for is under way.
 */

#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "secret/ngx_lo_grant.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_BEARER  "Bearer "


typedef struct {
    json_t      *claims;
    json_t      *texts;         /* {"value": text}; wiped with the request */
    const char  *name;
} ngx_lo_credential_t;


static ngx_int_t ngx_lo_credential_known(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_credential_told(ngx_lo_api_t *api, ngx_lo_job_t *job);
static void ngx_lo_credential_wipe(void *data);


static ngx_int_t
ngx_lo_credential_401(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 401, "invalid_token",
                              "Invalid or expired grant");
}


/* Where others may listen no secret goes. */

static ngx_uint_t
ngx_lo_credential_may_go(ngx_lo_api_t *api)
{
    struct sockaddr      *sa;
    struct sockaddr_in6  *sin6;

    sa = api->r->connection->sockaddr;

#if (NGX_HTTP_SSL)
    if (api->r->connection->ssl != NULL) {
        return 1;
    }
#endif

    if (ngx_lo_conf()->plain_secrets || sa->sa_family == AF_UNIX) {
        return 1;
    }

    if (sa->sa_family == AF_INET) {
        return ntohl(((struct sockaddr_in *) sa)->sin_addr.s_addr) >> 24 == 127;
    }

    sin6 = (struct sockaddr_in6 *) sa;

    return sa->sa_family == AF_INET6
           && IN6_IS_ADDR_LOOPBACK(&sin6->sin6_addr) != 0;
}


ngx_int_t
ngx_lo_credentials_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char           *head, *name;
    ngx_pool_cleanup_t   *cln;
    ngx_lo_credential_t  *c;

    if (!ngx_lo_grants_given()) {
        return ngx_lo_api_problem(api, 404, "no_route",
                                  "This site gives no grants");
    }

    if (!ngx_lo_credential_may_go(api)) {
        return ngx_lo_api_problem(api, 403, "forbidden",
                                  "Secrets leave over https only");
    }

    cln = ngx_pool_cleanup_add(api->r->pool, sizeof(ngx_lo_credential_t));

    if (cln == NULL) {
        return NGX_ERROR;
    }

    c = cln->data;
    ngx_memzero(c, sizeof(ngx_lo_credential_t));
    cln->handler = ngx_lo_credential_wipe;
    api->ctx = c;

    head = ngx_lo_api_header(api, "Authorization");

    if (head == NULL
        || ngx_strncasecmp((u_char *) head, (u_char *) NGX_LO_BEARER,
                           sizeof(NGX_LO_BEARER) - 1) != 0)
    {
        return ngx_lo_credential_401(api);
    }

    c->claims = ngx_lo_grant_read(head + sizeof(NGX_LO_BEARER) - 1,
                                  api->now_ms);
    c->name = ngx_lo_api_seg(api, "secret_name");
    name = ckp_json_str(c->claims, "secret_name");

    if (name == NULL || ngx_strcmp(name, c->name) != 0) {
        return ngx_lo_credential_401(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_grant_run,
                          ckp_json_str(c->claims, "sub"));
}


ngx_int_t
ngx_lo_credentials_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t               *wants;
    ngx_int_t             rc;
    ngx_lo_credential_t  *c;

    c = api->ctx;

    if (ngx_lo_job_row(job, 0) == NULL) {
        return ngx_lo_api_problem(api, 403, "forbidden",
                                  "The run of the grant is over");
    }

    wants = json_pack("[O]", json_object_get(c->claims, "secret"));
    rc = (wants != NULL) ? ngx_lo_api_secrets(api, wants,
                                              ngx_lo_credential_known)
                         : NGX_ERROR;
    json_decref(wants);

    return rc;
}


/* First it is written down that it leaves, then it does. */

static ngx_int_t
ngx_lo_credential_known(ngx_lo_api_t *api)
{
    json_t               *secrets, *error, *meta;
    ngx_int_t             rc;
    ngx_lo_job_t         *job;
    ngx_lo_trail_t        trail;
    ngx_lo_credential_t  *c;

    c = api->ctx;
    secrets = json_pack("{s:O}", "value", json_object_get(c->claims,
                                                          "secret"));
    c->texts = ngx_lo_secrets_find(secrets, NULL, &error);
    json_decref(secrets);

    if (c->texts == NULL) {
        rc = (error == NULL) ? NGX_ERROR
             : ngx_lo_api_problem(api, 404, "not_found", "%s",
                                  ckp_json_str(error, "message"));
        json_decref(error);
        return rc;
    }

    api->actor = "agent";
    job = ngx_lo_api_job(api, 1);
    meta = json_pack("{s:O}", "run_id", json_object_get(c->claims, "sub"));

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "secret_mgmt";
    trail.action = "exchange";
    trail.description = "An agent got the value of a secret for a grant";
    trail.resource_type = "secret";
    trail.resource_id = c->name;
    trail.meta = meta;

    rc = (job != NULL && meta != NULL) ? ngx_lo_api_audit(api, job, &trail)
                                       : NGX_ERROR;
    json_decref(meta);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_credential_told)
                          : NGX_ERROR;
}


static ngx_int_t
ngx_lo_credential_told(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_credential_t  *c;

    (void) job;

    c = api->ctx;

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:s, s:O}", "secret_name", c->name,
                                     "value", json_object_get(c->texts,
                                                              "value")));
}


static void
ngx_lo_credential_wipe(void *data)
{
    ngx_lo_credential_t  *c = data;

    json_decref(c->claims);
    ngx_lo_secrets_wipe(c->texts);
}
