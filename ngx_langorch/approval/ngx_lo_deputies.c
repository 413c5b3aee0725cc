/*
 * Deputies: who answers questions for somebody else, and until when.  What is
 * lent is a name and the groups that it had then, never a role (docs/api.md,
 * Questions to people).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_identity.h"

#define NGX_LO_DEPUTY_DAYS  366
#define NGX_LO_DAY_MS       86400000LL


typedef struct {
    char         id[37];
    const char  *who;
    const char  *deputy;
    const char  *groups;
    const char  *reason;
    int64_t      from;
    int64_t      until;
} ngx_lo_deputy_t;


static ngx_int_t ngx_lo_deputy_read(ngx_lo_api_t *api, ngx_lo_deputy_t *d);
static const char *ngx_lo_deputy_name(ngx_lo_api_t *api, const char *member,
    ngx_uint_t required);
static int64_t ngx_lo_deputy_time(ngx_lo_api_t *api, const char *member,
    int64_t otherwise);
static ngx_int_t ngx_lo_deputy_full(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_deputy_404(ngx_lo_api_t *api, ngx_lo_job_t *job);


/* NULL: everybody's. */

static const char *
ngx_lo_deputies_whose(ngx_lo_api_t *api)
{
    return ngx_lo_api_governs(api) ? NULL : api->actor;
}


ngx_int_t
ngx_lo_deputies_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_deputies,
                          ngx_lo_deputies_whose(api), api->now_ms);
}


ngx_int_t
ngx_lo_deputies_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


/* --- named -------------------------------------------------------------------- */


ngx_int_t
ngx_lo_deputies_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t           *meta;
    ngx_int_t         rc;
    ngx_lo_trail_t    trail;
    ngx_lo_deputy_t  *d;

    d = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_deputy_t));
    if (d == NULL) {
        return NGX_ERROR;
    }

    api->ctx = d;
    rc = ngx_lo_deputy_read(api, d);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_lo_uuid(d->id);

    meta = json_pack("{s:s, s:s}", "identity", d->who, "deputy", d->deputy);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "approval";
    trail.action = "deputy_create";
    trail.resource_type = "deputy";
    trail.resource_id = d->id;
    trail.description = "A deputy was named";
    trail.meta = meta;

    rc = (meta == NULL
          || ngx_lo_job_add(job, &ngx_lo_sql_deputies_old,
                            api->now_ms - 30 * NGX_LO_DAY_MS) != NGX_OK
          || ngx_lo_job_add(job, &ngx_lo_sql_deputy_add, (const char *) d->id,
                            d->who, d->deputy, d->groups, d->from, d->until,
                            d->reason, api->actor, api->now_ms) != NGX_OK)
         ? NGX_ERROR : ngx_lo_api_audit(api, job, &trail);

    json_decref(meta);
    ngx_lo_api_missed(api, ngx_lo_deputy_full);

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_deputy_get,
                                           (const char *) d->id)
                          : rc;
}


ngx_int_t
ngx_lo_deputies_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_CREATED,
                           json_incref((json_t *) ngx_lo_job_row(job, 3)));
}


/* One's own; an administrator names anybody's, without groups. */

static ngx_int_t
ngx_lo_deputy_read(ngx_lo_api_t *api, ngx_lo_deputy_t *d)
{
    ngx_str_t  *groups;

    d->deputy = ngx_lo_deputy_name(api, "deputy", NGX_LO_REQUIRED);
    d->who = ngx_lo_deputy_name(api, "identity", NGX_LO_OPTIONAL);
    d->reason = ngx_lo_input_str(api, "reason", NGX_LO_OPTIONAL, 1000);
    d->from = ngx_lo_deputy_time(api, "from", api->now_ms);
    d->until = ngx_lo_deputy_time(api, "until", NGX_LO_NULL);

    if (d->until == NGX_LO_NULL && !ngx_lo_input_failed(api)) {
        ngx_lo_input_wrong(api, "body", "until", "missing",
                           "This field is required");

    } else if (!ngx_lo_input_failed(api)
               && (d->until <= d->from || d->until <= api->now_ms
                   || d->until - api->now_ms
                      > NGX_LO_DEPUTY_DAYS * NGX_LO_DAY_MS))
    {
        ngx_lo_input_wrong(api, "body", "until", "value_error",
                           "Must be after \"from\", and within 366 days");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    groups = &api->who.groups;

    if (d->who == NULL || strcmp(d->who, api->actor) == 0) {
        d->who = api->actor;
        d->groups = groups->len ? ngx_lo_cstr(api->r->pool, groups) : NULL;

    } else if (!ngx_lo_api_governs(api)) {
        return ngx_lo_api_problem(api, 403, "forbidden",
                                  "Role 'admin' or higher is required");
    }

    if (strcmp(d->who, d->deputy) == 0) {
        ngx_lo_input_wrong(api, "body", "deputy", "value_error",
                           "Must be somebody else");
        return ngx_lo_input_problem(api);
    }

    return NGX_OK;
}


static const char *
ngx_lo_deputy_name(ngx_lo_api_t *api, const char *member, ngx_uint_t required)
{
    ngx_str_t    name;
    const char  *text;

    text = ngx_lo_input_str(api, member, required, NGX_LO_WHO_MAX);

    if (text == NULL) {
        return NULL;
    }

    name.data = (u_char *) text;
    name.len = strlen(text);

    if (name.len == 0 || !ngx_lo_who_is_name(&name)) {
        ngx_lo_input_wrong(api, "body", member, "value_error",
                           "Must be a name that a caller can have");
    }

    return text;
}


static int64_t
ngx_lo_deputy_time(ngx_lo_api_t *api, const char *member, int64_t otherwise)
{
    int64_t      ms;
    const char  *text;

    text = ngx_lo_input_str(api, member, NGX_LO_OPTIONAL, 64);

    if (text == NULL) {
        return otherwise;
    }

    if (!ckp_time_parse(text, &ms)) {
        ngx_lo_input_wrong(api, "body", member, "datetime",
                           "Must be a time");
        return otherwise;
    }

    return ms;
}


static ngx_int_t
ngx_lo_deputy_full(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_problem(api, 409, "conflict",
                              "One identity has at most %s deputies,"
                              " and is that of at most 100",
                              NGX_LO_DEPUTIES_MAX);
}


/* --- no more ------------------------------------------------------------------- */


ngx_int_t
ngx_lo_deputies_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char      *id;
    ngx_lo_trail_t   trail;

    id = ngx_lo_api_seg(api, "deputy_id");

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "approval";
    trail.action = "deputy_delete";
    trail.resource_type = "deputy";
    trail.resource_id = id;
    trail.description = "A deputy is none any more";

    if (ngx_lo_job_add(job, &ngx_lo_sql_deputy_del, id,
                       ngx_lo_deputies_whose(api)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_deputy_404);

    return ngx_lo_api_audit(api, job, &trail);
}


ngx_int_t
ngx_lo_deputies_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}


static ngx_int_t
ngx_lo_deputy_404(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_problem(api, 404, "not_found", "Deputy not found");
}
