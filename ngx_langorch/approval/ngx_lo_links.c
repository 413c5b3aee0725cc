/*
 * Links by which somebody answers one question, once, without a login: made and
 * ended (docs/api.md, Questions to people; docs/decisions/0041).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "approval/ngx_lo_approver.h"
#include "auth/ngx_lo_proof.h"
#include "run/ngx_lo_alert.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_identity.h"

#define NGX_LO_LINK_GROUPS   1024       /* bytes of their names */
#define NGX_LO_LINK_KEEP_MS  (30LL * 86400000)


typedef struct {
    char         id[37];
    char         token[NGX_LO_TOKEN_LEN + 1];
    char         hash[2 * CKP_SHA256_LEN + 1];
    char         shown[NGX_LO_SHOWN_LEN + 1];
    const char  *identity;
    const char  *role;
    const char  *groups;            /* NULL: none */
    int64_t      expires_at;
    const char  *run_id;
    unsigned     own:1;
    unsigned     sent:1;            /* to the site's webhook alone */
} ngx_lo_link_t;


static ngx_int_t ngx_lo_link_read(ngx_lo_api_t *api, ngx_lo_link_t *l);
static ngx_int_t ngx_lo_link_groups(ngx_lo_api_t *api, ngx_lo_link_t *l);
static ngx_int_t ngx_lo_link_write(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_link_t *l);
static ngx_int_t ngx_lo_link_made(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_link_full(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_links_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t       rc;
    ngx_lo_link_t  *l;

    l = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_link_t));
    if (l == NULL) {
        return NGX_ERROR;
    }

    api->ctx = l;
    rc = ngx_lo_link_read(api, l);

    return (rc == NGX_OK) ? ngx_lo_approvals_get_prepare(api, job) : rc;
}


static ngx_int_t
ngx_lo_link_read(ngx_lo_api_t *api, ngx_lo_link_t *l)
{
    int64_t    seconds;
    ngx_str_t  name;

    l->identity = ngx_lo_input_str(api, "identity", NGX_LO_OPTIONAL,
                                   NGX_LO_WHO_MAX);
    l->role = ngx_lo_input_word(api, "role", "approver|operator|manager|admin");
    seconds = ngx_lo_input_int(api, "expires_in_seconds", 60, 31 * 86400,
                               86400);

    l->sent = (unsigned) ngx_lo_input_bool(api, "send", 0);

    if (l->sent && ngx_lo_conf()->alert_url.len == 0) {
        ngx_lo_input_wrong(api, "body", "send", "value_error",
                           "The site has no webhook for alerts");
    }

    if (l->identity != NULL) {
        name.data = (u_char *) l->identity;
        name.len = strlen(l->identity);

        if (name.len == 0 || !ngx_lo_who_is_name(&name)) {
            ngx_lo_input_wrong(api, "body", "identity", "value_error",
                               "Must be a name that a caller can have");
        }
    }

    l->expires_at = api->now_ms + seconds * 1000;

    if (ngx_lo_link_groups(api, l) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    l->own = (l->identity == NULL || strcmp(l->identity, api->actor) == 0);

    if (!l->own && api->who.role != NGX_LO_ADMIN) {
        return ngx_lo_api_problem(api, 403, "forbidden",
                                  "Role 'admin' or higher is required");
    }

    if (l->own) {
        l->identity = api->actor;
        l->role = ngx_lo_role_name(api->who.role);
        l->groups = api->who.groups.len
                    ? ngx_lo_cstr(api->r->pool, &api->who.groups) : NULL;

    } else if (l->role == NULL) {
        l->role = "approver";
    }

    return NGX_OK;
}


/* As a variable of NGINX has them: names with commas between. */

static ngx_int_t
ngx_lo_link_groups(ngx_lo_api_t *api, ngx_lo_link_t *l)
{
    size_t         i;
    json_t        *v;
    ckp_buf_t      b;
    ngx_str_t      text;
    const char    *name;
    const json_t  *groups;

    groups = ngx_lo_input_array(api, "groups", NGX_LO_OPTIONAL);

    if (json_array_size(groups) == 0) {
        return NGX_OK;
    }

    ckp_buf_init(&b, NGX_LO_LINK_GROUPS);

    json_array_foreach(groups, i, v) {
        name = json_string_value(v);

        if (name == NULL || *name == '\0' || strpbrk(name, ", ") != NULL) {
            ngx_lo_input_wrong(api, "body", "groups", "string",
                               "Must be names without commas and spaces");
            break;
        }

        ckp_buf_puts(&b, i ? "," : "");
        ckp_buf_puts(&b, name);
    }

    if (b.failed == CKP_E_LIMIT) {
        ngx_lo_input_wrong(api, "body", "groups", "too_long",
                           "Must have at most 1024 bytes");
    }

    text.data = (u_char *) ckp_buf_str(&b);
    text.len = b.len;
    l->groups = ngx_lo_cstr(api->r->pool, &text);
    ckp_buf_free(&b);

    return (l->groups != NULL) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_lo_links_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char     *status;
    ngx_lo_may_t    may;
    const json_t   *row;
    ngx_lo_link_t  *l;

    l = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Approval not found");
    }

    may = ngx_lo_approver_may(api, row, l->identity, ngx_lo_job_rows(job, 1));

    if (l->own && may != NGX_LO_MAY) {
        return ngx_lo_approver_refuse(api, row, may);
    }

    status = ckp_json_str(row, "status");

    if (status == NULL || strcmp(status, "pending") != 0) {
        return ngx_lo_approval_conflict(api, row, "already_decided",
                                        "Approval not found or already"
                                        " decided");
    }

    return ngx_lo_link_write(api, row, l);
}


static ngx_int_t
ngx_lo_link_write(ngx_lo_api_t *api, const json_t *row, ngx_lo_link_t *l)
{
    json_t          *meta;
    ngx_int_t        rc;
    const char      *id;
    ngx_lo_job_t    *job;
    ngx_lo_trail_t   trail;

    id = ckp_json_str(row, "approval_id");
    job = ngx_lo_api_job(api, 1);

    if (job == NULL || ngx_lo_token_make(l->token) != NGX_OK
        || ngx_lo_approval_hash(row, l->shown) != NGX_OK)
    {
        return NGX_ERROR;
    }

    l->run_id = ckp_json_str(row, "run_id");
    l->run_id = l->run_id ? ngx_lo_cstr(api->r->pool, &(ngx_str_t)
                                { ngx_strlen(l->run_id),
                                  (u_char *) l->run_id })
                          : NULL;
    ngx_lo_uuid(l->id);
    ngx_lo_token_hash(l->token, NGX_LO_TOKEN_LEN, l->hash);

    meta = json_pack("{s:s, s:s, s:s, s:s}", "link_id", l->id, "identity",
                     l->identity, "role", l->role, "shown_hash", l->shown);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "approval";
    trail.action = "link_create";
    trail.resource_type = "approval";
    trail.resource_id = id;
    trail.run = ckp_json_str(row, "run_id");
    trail.description = "A link to answer by was made";
    trail.meta = meta;

    rc = (meta == NULL
          || ngx_lo_job_add(job, &ngx_lo_sql_links_old,
                            api->now_ms - NGX_LO_LINK_KEEP_MS) != NGX_OK
          || ngx_lo_job_add(job, &ngx_lo_sql_link_add, (const char *) l->id,
                            (const char *) l->hash, id, l->identity, l->role,
                            l->groups, (const char *) l->shown, api->actor,
                            api->now_ms, l->expires_at) != NGX_OK)
         ? NGX_ERROR : ngx_lo_api_audit(api, job, &trail);

    json_decref(meta);
    ngx_lo_api_missed(api, ngx_lo_link_full);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_link_made) : rc;
}


/* Whom it is for and where it leads, for whoever delivers it. */

static ngx_int_t
ngx_lo_link_send(ngx_lo_api_t *api, const ngx_lo_link_t *l, const char *until,
    json_t *url)
{
    char  at[CKP_TIME_LEN + 1];

    ckp_time_text(api->now_ms, at);

    return ngx_lo_alert_tell(json_pack("{s:s, s:s?, s:s, s:s, s:s, s:s, s:O,"
                                       " s:s}", "event", "approval_link",
                                       "run_id", l->run_id, "approval_id",
                                       ngx_lo_api_seg(api, "approval_id"),
                                       "link_id", l->id, "identity",
                                       l->identity, "expires_at", until,
                                       "url", url, "at", at));
}


static ngx_int_t
ngx_lo_link_made(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char            until[CKP_TIME_LEN + 1];
    char           *path;
    json_t         *url;
    ngx_int_t       rc;
    ngx_str_t       base;
    ngx_lo_link_t  *l;

    (void) job;

    l = api->ctx;
    path = ngx_lo_api_path(api, "approvals",
                           ngx_lo_api_seg(api, "approval_id"), "answer");

    if (path == NULL || ngx_lo_api_base(api, &base) != NGX_OK) {
        return NGX_ERROR;
    }

    ckp_time_text(l->expires_at, until);

    url = json_sprintf("%.*s%.*s%s?token=%s", (int) base.len, base.data,
                       (int) api->conf->mount.len, api->conf->mount.data, path,
                       l->token);
    ngx_explicit_memzero(l->token, sizeof(l->token));
    rc = l->sent ? ngx_lo_link_send(api, l, until, url) : NGX_OK;

    if (rc != NGX_OK) {
        json_decref(url);
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "The link cannot be sent now");
    }

    if (l->sent) {
        json_decref(url);
        url = json_null();
    }

    return ngx_lo_api_json(api, NGX_HTTP_CREATED,
                           json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:o}",
                                     "link_id", l->id, "identity",
                                     l->identity, "role", l->role,
                                     "expires_at", until, "shown_hash",
                                     l->shown, "sent", (int) l->sent, "url",
                                     url));
}


static ngx_int_t
ngx_lo_link_full(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_problem(api, 409, "conflict",
                              "The approval is decided, or has %s links",
                              NGX_LO_LINKS_MAX);
}


/* --- ended --------------------------------------------------------------------- */


/* One's own; an administrator ends all of them. */

ngx_int_t
ngx_lo_links_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char      *id;
    ngx_lo_trail_t   trail;

    id = ngx_lo_api_seg(api, "approval_id");

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "approval";
    trail.action = "links_end";
    trail.resource_type = "approval";
    trail.resource_id = id;
    trail.description = "Links to answer by were ended";

    return (ngx_lo_job_add(job, &ngx_lo_sql_links_end, id,
                           api->who.role == NGX_LO_ADMIN ? NULL : api->actor,
                           api->now_ms) == NGX_OK)
           ? ngx_lo_api_audit(api, job, &trail) : NGX_ERROR;
}


ngx_int_t
ngx_lo_links_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
