/*
 * A trigger is registered (spec/api.md 11.3).  What the request does not say,
 * the document does when it has a trigger of the same type.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_trigger.h"
#include "trigger/ngx_lo_webhook.h"

#include "trigger/settings.h"


static json_t *ngx_lo_triggers_merge(ngx_lo_api_t *api, const json_t *block);
static ngx_int_t ngx_lo_triggers_write(ngx_lo_api_t *api,
    const json_t *settings);
static ngx_int_t ngx_lo_triggers_written(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_uint_t ngx_lo_trigger_is_source(const char *text);
static ngx_uint_t ngx_lo_trigger_is_secret(const char *name);


ngx_int_t
ngx_lo_triggers_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *type;

    type = ngx_lo_input_word(api, "trigger_type",
                             "scheduled|webhook|event|file_watch");

    if (type == NULL && !ngx_lo_input_failed(api)) {
        ngx_lo_input_wrong(api, "body", "trigger_type", "missing",
                           "This field is required");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_block,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"));
}


ngx_int_t
ngx_lo_triggers_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t         i;
    json_t        *errors, *one, *settings, *merged;
    ngx_int_t      rc;
    const char    *why;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Procedure version not found");
    }

    merged = ngx_lo_api_keep(api, ngx_lo_triggers_merge(api,
                                      json_object_get(row, "trigger")));
    errors = NULL;
    settings = ngx_lo_api_keep(api, ckp_trigger_settings(merged, &errors,
                                                         &why));
    errors = ngx_lo_api_keep(api, errors);

    if (merged == NULL || settings == NULL || errors == NULL) {
        return NGX_ERROR;
    }

    json_array_foreach(errors, i, one) {
        ngx_lo_input_wrong(api, "body",
                           json_string_value(json_array_get(one, 0)),
                           "value_error",
                           json_string_value(json_array_get(one, 1)));
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    why = (why != NULL) ? why : ngx_lo_trigger_unfit(settings);

    if (why != NULL) {
        return ngx_lo_api_problem(api, 422, "validation_error", "%s", why);
    }

    rc = ngx_lo_trigger_within(api, settings);

    return (rc == NGX_OK) ? ngx_lo_triggers_write(api, settings) : rc;
}


/* What the request says goes before the document; null is nothing said. */

static json_t *
ngx_lo_triggers_merge(ngx_lo_api_t *api, const json_t *block)
{
    json_t      *v, *one;
    const char  *type, *name;

    type = ckp_json_str(api->body, "trigger_type");
    name = ckp_json_str(block, "type");

    v = (name != NULL && strcmp(name, type) == 0) ? json_copy((json_t *) block)
                                                  : json_object();

    json_object_foreach((json_t *) api->body, name, one) {
        if (!json_is_null(one)) {
            (void) json_object_set(v, name, one);
        }
    }

    /* who registers it wants it to fire, unless he says otherwise */

    if (json_object_get(api->body, "enabled") == NULL) {
        (void) json_object_set_new(v, "enabled", json_true());
    }

    (void) json_object_del(v, "trigger_type");

    if (json_object_set_new(v, "type", json_string(type)) != 0) {
        json_decref(v);
        return NULL;
    }

    return v;
}


static ngx_int_t
ngx_lo_triggers_write(ngx_lo_api_t *api, const json_t *settings)
{
    json_t                 *meta;
    ngx_int_t               rc;
    ngx_lo_job_t           *job;
    ngx_lo_trail_t          trail;
    ngx_lo_registration_t   reg;

    reg.procedure_id = ngx_lo_api_seg(api, "procedure_id");
    reg.version = ngx_lo_api_seg(api, "version");
    reg.self = ngx_lo_trigger_self(api);
    reg.settings = settings;
    reg.now_ms = api->now_ms;

    job = ngx_lo_api_job(api, 1);
    meta = json_pack("{s:s, s:O}", "version", reg.version, "trigger_type",
                     json_object_get(settings, "type"));

    if (job == NULL || reg.self == NULL || meta == NULL
        || ngx_lo_trigger_add(&reg, 0, job) != NGX_OK)
    {
        json_decref(meta);
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "trigger";
    trail.action = "upsert";
    trail.description = "Trigger registered";
    trail.resource_type = "trigger";
    trail.resource_id = reg.procedure_id;
    trail.procedure = reg.procedure_id;
    trail.meta = meta;

    rc = ngx_lo_api_audit(api, job, &trail);
    json_decref(meta);

    if (rc != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_trigger_get, reg.procedure_id,
                          reg.version) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_triggers_written);
}


static ngx_int_t
ngx_lo_triggers_written(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 2);
    ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 0);

    return (row != NULL) ? ngx_lo_asset_answer(api, NGX_HTTP_CREATED, row, NULL)
                         : NGX_ERROR;
}


char *
ngx_lo_trigger_self(ngx_lo_api_t *api)
{
    u_char     *p;
    ngx_str_t   base, *mount;

    mount = &ngx_lo_conf()->mount;

    if (ngx_lo_api_base(api, &base) != NGX_OK) {
        return NULL;
    }

    p = ngx_pnalloc(api->r->pool, base.len + mount->len + 1);

    if (p != NULL) {
        *ngx_sprintf(p, "%V%V", &base, mount) = '\0';
    }

    return (char *) p;
}


/* --- what can be registered ------------------------------------------------------ */


ngx_int_t
ngx_lo_trigger_add(const ngx_lo_registration_t *reg, ngx_uint_t document,
    ngx_lo_job_t *job)
{
    int64_t      next, enabled;
    const char  *type, *source;

    type = ckp_json_str(reg->settings, "type");
    source = ckp_json_str(reg->settings, "event_source");
    enabled = ckp_json_bool(reg->settings, "enabled", true);
    next = (type != NULL && strcmp(type, "file_watch") == 0)
           ? reg->now_ms : ngx_lo_trigger_next(reg->settings, reg->now_ms);

    return ngx_lo_job_add(job, document ? &ngx_lo_sql_trigger_sync
                                        : &ngx_lo_sql_trigger_put,
                          reg->procedure_id, reg->version, type, enabled,
                          reg->settings, document ? "document" : "api",
                          reg->self, source, next, reg->now_ms);
}


json_t *
ngx_lo_trigger_read(const json_t *block, const char **why)
{
    json_t      *settings, *errors;
    const char  *type;

    type = ckp_json_str(block, "type");
    *why = NULL;

    if (type == NULL || strcmp(type, "manual") == 0) {
        return NULL;
    }

    errors = NULL;
    settings = ckp_trigger_settings(block, &errors, why);

    if (settings != NULL && *why == NULL) {
        *why = (json_array_size(errors) > 0) ? "a field has the wrong shape"
                                             : ngx_lo_trigger_unfit(settings);
    }

    json_decref(errors);

    if (*why != NULL) {
        json_decref(settings);
        return NULL;
    }

    return settings;
}


const char *
ngx_lo_trigger_unfit(const json_t *settings)
{
    size_t           i;
    json_t          *one;
    const char      *type, *name;
    ckp_schedule_t   s;

    type = ckp_json_str(settings, "type");

    if (strcmp(type, "scheduled") == 0
        && ngx_lo_trigger_schedule(settings, &s) != NGX_OK)
    {
        return "Unknown time zone";
    }

    json_array_foreach(json_object_get(settings, "allowed_sources"), i, one) {
        if (!ngx_lo_trigger_is_source(json_string_value(one))) {
            return "allowed_sources must be addresses, CIDRs or host names";
        }
    }

    name = ckp_json_str(settings, "webhook_secret");

    if (name != NULL && !ngx_lo_trigger_is_secret(name)) {
        return "webhook_secret must be the name of a secret, not its value";
    }

    name = ckp_json_str(settings, "previous_secret");

    if (name != NULL && !ngx_lo_trigger_is_secret(name)) {
        return "previous_secret must be the name of a secret, not its value";
    }

    return NULL;
}


static ngx_uint_t
ngx_lo_trigger_is_source(const char *text)
{
    ngx_str_t    s;
    ngx_cidr_t   cidr;

    s.data = (u_char *) text;
    s.len = strlen(text);

    return ngx_ptocidr(&s, &cidr) != NGX_ERROR || ngx_lo_source_is_name(text);
}


/* As spec/api.md 12 names secrets. */

static ngx_uint_t
ngx_lo_trigger_is_secret(const char *name)
{
    const char  *p;

    for (p = name; isalnum((u_char) *p) || (*p && strchr("_.-", *p)); p++) {
        /* void */
    }

    return *p == '\0' && p > name && p - name <= 256
           && (isalpha((u_char) *name) || *name == '_');
}
