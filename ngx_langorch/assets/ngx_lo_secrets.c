/*
 * Secrets: what is told of them, and values that are taken and never given
 * (spec/api.md 12).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_SECRET_NAME_MAX  256
#define NGX_LO_SECRET_TEXT_MAX  4096
#define NGX_LO_SECRET_TAGS_MAX  50
#define NGX_LO_SECRET_TAG_MAX   128
#define NGX_LO_SECRET_HINTS     "db|env|vault|aws|azure"


typedef struct {
    char           id[37];
    const char    *name;
    const char    *value;           /* NULL: none, or unchanged; wiped */
    const char    *description;
    const char    *hint;            /* NULL: unchanged */
    const json_t  *tags;            /* NULL: unchanged */
} ngx_lo_secret_t;


static ngx_int_t ngx_lo_secret_read(ngx_lo_api_t *api, ngx_lo_secret_t *s);
static void ngx_lo_secret_name(ngx_lo_api_t *api, ngx_lo_secret_t *s);
static ngx_int_t ngx_lo_secret_sealed(ngx_lo_api_t *api, ngx_lo_secret_t *s,
    const char *id, ckp_buf_t *out);
static ngx_int_t ngx_lo_secret_404(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_secret_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *name);
static ngx_int_t ngx_lo_secret_write(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const json_t *row, const char *sealed);
static ngx_int_t ngx_lo_secret_exists(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_secret_changed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_secret_lost(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_secret_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);
static json_t *ngx_lo_secret_shown(const json_t *row);


static ngx_int_t
ngx_lo_secret_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Secret '%s' not found",
                              ngx_lo_api_seg(api, "name"));
}


/* --- shown --------------------------------------------------------------------- */


static json_t *
ngx_lo_secret_shown(const json_t *row)
{
    json_t  *v;

    v = json_copy((json_t *) row);
    (void) json_object_del(v, "_kept");

    return v;
}


ngx_int_t
ngx_lo_secrets_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  limit, offset;

    limit = ngx_lo_query_int(api, "limit", 1, 1000, 1000);
    offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_secrets, limit, offset);
}


ngx_int_t
ngx_lo_secrets_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t   i;
    json_t  *all, *row;

    all = json_array();

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        (void) json_array_append_new(all, ngx_lo_secret_shown(row));
    }

    return ngx_lo_asset_list(api, all);
}


ngx_int_t
ngx_lo_secrets_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_secret_get,
                          ngx_lo_api_seg(api, "name"));
}


ngx_int_t
ngx_lo_secrets_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row != NULL) ? ngx_lo_asset_answer(api, NGX_HTTP_OK, row,
                                               ngx_lo_secret_shown(row))
                         : ngx_lo_secret_404(api);
}


/* --- providers ------------------------------------------------------------------- */


ngx_int_t
ngx_lo_secrets_providers_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_secrets_foreign,
                          ngx_lo_secrets_key_id());
}


static json_t *
ngx_lo_secret_provider(const char *name, ngx_uint_t configured,
    const char *error)
{
    return json_pack("{s:s, s:b, s:o, s:s?}", "provider", name, "configured",
                     (int) configured, "healthy",
                     configured ? json_boolean(error == NULL) : json_null(),
                     "error", error);
}


ngx_int_t
ngx_lo_secrets_providers_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t       *all;
    ngx_uint_t    i, locked, foreign;

    static const char *const  others[] = { "vault", "aws", "azure" };

    locked = ngx_lo_secrets_locked();
    foreign = ckp_json_int(ngx_lo_job_row(job, 0), "n", 0) > 0;

    all = json_array();
    (void) json_array_append_new(all, ngx_lo_secret_provider("db", !locked,
               locked ? "There is no key: langorch_secrets_key names none"
               : foreign ? "Some secrets were sealed under another key"
                         : NULL));
    (void) json_array_append_new(all, ngx_lo_secret_provider("env", 1, NULL));

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        (void) json_array_append_new(all,
                                     ngx_lo_keeper_shown(others[i]));
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, all);
}


/* --- made and changed -------------------------------------------------------------- */


static ngx_int_t
ngx_lo_secret_read(ngx_lo_api_t *api, ngx_lo_secret_t *s)
{
    s->value = ngx_lo_input_str(api, "value", NGX_LO_OPTIONAL,
                                NGX_LO_SECRET_VALUE_MAX);
    s->description = ngx_lo_input_str(api, "description", NGX_LO_OPTIONAL,
                                      NGX_LO_SECRET_TEXT_MAX);
    s->hint = ngx_lo_input_word(api, "provider_hint", NGX_LO_SECRET_HINTS);
    s->tags = ngx_lo_asset_texts(api, "tags", NGX_LO_SECRET_TAGS_MAX,
                                 NGX_LO_SECRET_TAG_MAX);

    if (s->value != NULL && *s->value == '\0') {
        s->value = NULL;

        ngx_lo_input_wrong(api, "body", "value", "missing",
                           "This field is required");
    }

    return ngx_lo_input_failed(api) ? ngx_lo_input_problem(api) : NGX_OK;
}


static void
ngx_lo_secret_name(ngx_lo_api_t *api, ngx_lo_secret_t *s)
{
    const char  *p;

    s->name = ngx_lo_input_str(api, "name", NGX_LO_REQUIRED,
                               NGX_LO_SECRET_NAME_MAX);

    if (s->name == NULL) {
        return;
    }

    for (p = s->name; *p != '\0'; p++) {
        if (!(isalpha((u_char) *p) || *p == '_'
              || (p > s->name && (isdigit((u_char) *p) || *p == '.'
                                  || *p == '-'))))
        {
            ngx_lo_input_wrong(api, "body", "name", "name",
                               "Must begin with a letter or _, and have"
                               " letters, digits and _ . - only");
            return;
        }
    }

    /* GET of that path shows something else */

    if (ngx_strcmp(s->name, "providers") == 0) {
        ngx_lo_input_wrong(api, "body", "name", "name", "Is reserved");
    }
}


/* NGX_DONE: answered; the value is wiped in any case. */

static ngx_int_t
ngx_lo_secret_sealed(ngx_lo_api_t *api, ngx_lo_secret_t *s, const char *id,
    ckp_buf_t *out)
{
    ngx_int_t  rc;

    rc = NGX_OK;
    ckp_buf_init(out, 2 * NGX_LO_SECRET_VALUE_MAX);

    if (s->value != NULL) {
        rc = ngx_lo_secrets_locked() ? NGX_DONE
             : ngx_lo_secret_seal(id, s->value, ngx_strlen(s->value), out);
    }

    ngx_lo_asset_wipe(api, "value");

    return rc == NGX_DONE ? ngx_lo_secret_locked(api) : rc;
}


ngx_int_t
ngx_lo_secret_locked(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 503, "secrets_locked",
                              "SECRETS_ENCRYPTION_KEY must be configured before"
                              " storing database-backed secrets");
}


/* What is said of it, never the value; its version is that of the value. */

static ngx_int_t
ngx_lo_secret_trail(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *name)
{
    ngx_int_t        rc;
    ngx_uint_t       method;
    ngx_lo_trail_t   trail;
    ngx_lo_secret_t *s;

    s = api->ctx;
    method = api->route->method;

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "secret_mgmt";
    trail.action = (method == NGX_HTTP_POST) ? "create"
                   : (method == NGX_HTTP_PUT) ? "update" : "delete";
    trail.description = (method == NGX_HTTP_POST) ? "Secret created"
                        : (method == NGX_HTTP_PUT) ? "Secret changed"
                                                   : "Secret deleted";
    trail.resource_type = "secret";
    trail.resource_id = name;

    if (s != NULL) {
        trail.meta = json_pack("{s:s?, s:O?, s:s?, s:b}", "provider_hint",
                               s->hint, "tags", s->tags, "description",
                               s->description, "value_changed",
                               s->value != NULL);
    }

    rc = ngx_lo_api_audit(api, job, &trail);
    json_decref((json_t *) trail.meta);

    return rc;
}


ngx_int_t
ngx_lo_secrets_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ckp_buf_t         sealed;
    ngx_int_t         rc;
    const char       *id;
    ngx_lo_secret_t  *s;

    s = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_secret_t));
    if (s == NULL) {
        return NGX_ERROR;
    }

    api->ctx = s;
    ngx_lo_uuid(s->id);
    id = s->id;

    ngx_lo_secret_name(api, s);

    rc = ngx_lo_secret_read(api, s);
    if (rc != NGX_OK) {
        return rc;
    }

    /* another provider has the value of its own */

    if (s->value == NULL
        && (s->hint == NULL || ngx_strcmp(s->hint, "db") == 0))
    {
        ngx_lo_input_wrong(api, "body", "value", "missing",
                           "This field is required");
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_secret_sealed(api, s, id, &sealed);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_secret_add, id, s->name,
                            s->description, s->hint ? s->hint : "db", s->tags,
                            s->value ? ckp_buf_str(&sealed) : NULL,
                            s->value ? ngx_lo_secrets_key_id() : NULL,
                            api->actor, api->now_ms);
    }

    ckp_buf_free(&sealed);

    if (rc == NGX_OK) {
        rc = ngx_lo_secret_trail(api, job, s->name);
    }

    ngx_lo_api_missed(api, ngx_lo_secret_exists);

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_secret_get,
                                           s->name)
                          : rc;
}


ngx_int_t
ngx_lo_secrets_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char             *path;
    const json_t     *row;
    ngx_lo_secret_t  *s;

    s = api->ctx;
    row = ngx_lo_job_row(job, 2);
    path = ngx_lo_api_path(api, "secrets", s->name, NULL);

    ngx_lo_secrets_changed();

    if (row == NULL || path == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_asset_answer(api, NGX_HTTP_CREATED, row,
                               ngx_lo_secret_shown(row));
}


static ngx_int_t
ngx_lo_secret_exists(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_secret_t  *s;

    (void) job;

    s = api->ctx;

    return ngx_lo_api_problem(api, 400, "bad_request",
                              "Secret '%s' already exists. Use PUT to update.",
                              s->name);
}


ngx_int_t
ngx_lo_secrets_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    ngx_lo_secret_t  *s;

    s = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_secret_t));
    if (s == NULL) {
        return NGX_ERROR;
    }

    api->ctx = s;
    rc = ngx_lo_secret_read(api, s);

    return (rc == NGX_OK) ? ngx_lo_secrets_get_prepare(api, job) : rc;
}


ngx_int_t
ngx_lo_secrets_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ckp_buf_t         sealed;
    ngx_int_t         rc;
    const json_t     *row;
    ngx_lo_secret_t  *s;

    s = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        ngx_lo_asset_wipe(api, "value");
        return ngx_lo_secret_404(api);
    }

    rc = ngx_lo_asset_match(api, row);

    if (rc == NGX_OK && s->value == NULL && s->hint != NULL
        && ngx_strcmp(s->hint, "db") == 0
        && !ckp_json_bool(row, "_kept", false))
    {
        ngx_lo_input_wrong(api, "body", "value", "missing",
                           "This field is required");
        rc = ngx_lo_input_problem(api);
    }

    if (rc != NGX_OK) {
        ngx_lo_asset_wipe(api, "value");
        return rc;
    }

    rc = ngx_lo_secret_sealed(api, s, ckp_json_str(row, "secret_id"), &sealed);

    if (rc == NGX_OK) {
        rc = ngx_lo_secret_write(api, ngx_lo_api_job(api, 1), row,
                                 s->value ? ckp_buf_str(&sealed) : NULL);
    }

    ckp_buf_free(&sealed);

    return rc;
}


static ngx_int_t
ngx_lo_secret_write(ngx_lo_api_t *api, ngx_lo_job_t *job, const json_t *row,
    const char *sealed)
{
    const char       *name;
    ngx_lo_secret_t  *s;

    s = api->ctx;
    name = ngx_lo_api_seg(api, "name");

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_secret_put, name, s->description,
                          (int64_t) ngx_lo_asset_says(api, "description"),
                          s->hint, s->tags, sealed, ngx_lo_secrets_key_id(),
                          api->now_ms, ngx_lo_asset_guard(api, row)) != NGX_OK
        || ngx_lo_secret_trail(api, job, name) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_secret_get, name) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_secret_lost);

    return ngx_lo_api_then(api, job, ngx_lo_secret_changed);
}


static ngx_int_t
ngx_lo_secret_changed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    ngx_lo_secrets_changed();
    row = ngx_lo_job_row(job, 2);

    return ngx_lo_asset_answer(api, NGX_HTTP_OK, row,
                               ngx_lo_secret_shown(row));
}


static ngx_int_t
ngx_lo_secret_lost(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_header(api, "If-Match") ? ngx_lo_asset_412(api)
                                              : ngx_lo_secret_404(api);
}


/* --- removed ------------------------------------------------------------------------ */


ngx_int_t
ngx_lo_secrets_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_secrets_get_prepare(api, job);
}


ngx_int_t
ngx_lo_secrets_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const char    *name;
    const json_t  *row;

    name = ngx_lo_api_seg(api, "name");
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_secret_404(api);
    }

    rc = ngx_lo_asset_match(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_secret_del, name,
                          ngx_lo_asset_guard(api, row)) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_secret_unused, name) != NGX_OK
        || ngx_lo_secret_trail(api, job, name) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_secret_lost);

    return ngx_lo_api_then(api, job, ngx_lo_secret_gone);
}


static ngx_int_t
ngx_lo_secret_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    ngx_lo_secrets_changed();

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
