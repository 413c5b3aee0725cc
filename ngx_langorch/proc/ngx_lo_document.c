/*
 * A document on its way into the store: named, hashed, compiled, written.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "proc/ngx_lo_procedures.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_identity.h"
#include "trigger/ngx_lo_trigger.h"

#include "trigger/settings.h"


/* Documents being hashed. */

typedef struct {
    ngx_lo_document_t   *d;             /* the request's: not in a thread */
    json_t              *doc;
    char                *text;
    char                 hash[65];
} ngx_lo_document_hash_t;

typedef struct {
    ngx_lo_think_t       think;
    ngx_lo_resume_pt     known;
    ngx_uint_t           failed;
    ngx_uint_t           n;
    ngx_lo_document_hash_t  of[];
} ngx_lo_document_know_t;


static ngx_int_t ngx_lo_document_knows(ngx_lo_api_t *api, ngx_lo_think_t *t);
static ngx_int_t ngx_lo_document_moved(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_document_said(ngx_lo_document_t *d);
static ngx_int_t ngx_lo_document_checked(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_document_free_name(ngx_lo_api_t *api,
    const ngx_lo_document_t *d, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_document_trigger(ngx_lo_api_t *api,
    const ngx_lo_document_t *d, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_document_put(const ngx_lo_document_t *d,
    ngx_lo_job_t *job);
static ngx_uint_t ngx_lo_document_later_form(const ngx_lo_document_t *d);
static const char *ngx_lo_document_str(const ngx_lo_document_t *d,
    const char *name, const json_t *old);
static const char *ngx_lo_document_project(const ngx_lo_document_t *d);
static const char *ngx_lo_document_channel(const ngx_lo_document_t *d,
    const json_t *old);
static const json_t *ngx_lo_document_terms(ngx_lo_api_t *api,
    const ngx_lo_document_t *d, const json_t *old);
static const char *ngx_lo_document_mode(const ngx_lo_document_t *d);
static ngx_int_t ngx_lo_document_trail(ngx_lo_api_t *api, ngx_lo_document_t *d,
    ngx_lo_job_t *job, const json_t *old);


ngx_lo_document_t *
ngx_lo_document_new(ngx_lo_api_t *api)
{
    return (api->ctx = ngx_lo_document_aside(api));
}


ngx_lo_document_t *
ngx_lo_document_aside(ngx_lo_api_t *api)
{
    ngx_lo_document_t   *d;
    ngx_pool_cleanup_t  *cln;

    d = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_document_t));
    cln = ngx_pool_cleanup_add(api->r->pool, 0);

    if (d == NULL || cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_lo_document_free;
    cln->data = d;

    return d;
}


void
ngx_lo_document_free(void *data)
{
    ngx_lo_document_t  *d = data;

    ckp_free(d->text);
    ngx_lo_compiled_free(&d->compiled);
}


ngx_uint_t
ngx_lo_document_strict(const char *validate)
{
    if (validate != NULL) {
        return (*validate == 's');
    }

    return ngx_lo_conf()->strict;
}


ngx_int_t
ngx_lo_document_head(ngx_lo_api_t *api, ngx_lo_document_t *d,
    const json_t *doc)
{
    ckp_err_t  err = CKP_ERR_INIT;

    d->doc = doc;
    d->head = ngx_lo_api_keep(api, ckp_document_head(doc, &err));

    if (d->head == NULL) {
        if (err.code == CKP_E_NOMEM) {
            return NGX_ERROR;
        }

        return ngx_lo_api_problem(api, 422, "compile_error",
                                  "CKP must contain procedure_id and version"
                                  " at the root.");
    }

    d->id = ckp_json_str(d->head, "procedure_id");
    d->version = ckp_json_str(d->head, "version");

    if (d->id == NULL || d->version == NULL) {
        return ngx_lo_api_problem(api, 422, "compile_error",
                                  "CKP must contain procedure_id and version"
                                  " at the root.");
    }

    if (!ngx_lo_is_procedure_id(d->id)) {
        ngx_lo_input_wrong(api, "body", "ckp_json.procedure_id", "id",
                           "Is not a procedure id or is reserved");
    }

    if (!ngx_lo_is_version(d->version)) {
        ngx_lo_input_wrong(api, "body", "ckp_json.version", "version",
                           "Is not a version or is reserved");
    }

    return ngx_lo_input_failed(api) ? ngx_lo_input_problem(api) : NGX_OK;
}


/* 0: no memory.  In any thread. */

static ngx_uint_t
ngx_lo_document_digest(const json_t *doc, char **text, char *hash)
{
    char    *canonical;
    u_char   sha[CKP_SHA256_LEN];

    canonical = ckp_json_canonical(doc);
    *text = ckp_json_text(doc);

    if (canonical == NULL || *text == NULL) {
        ckp_free(canonical);
        return 0;
    }

    ckp_sha256(canonical, strlen(canonical), sha);
    ckp_hex(sha, sizeof(sha), hash);
    ckp_free(canonical);

    return 1;
}


static void
ngx_lo_document_know_work(ngx_lo_think_t *t)
{
    ngx_uint_t               i;
    ngx_lo_document_know_t  *k = (ngx_lo_document_know_t *) t;

    for (i = 0; i < k->n && !k->failed; i++) {
        k->failed = !ngx_lo_document_digest(k->of[i].doc, &k->of[i].text,
                                            k->of[i].hash);
    }
}


static void
ngx_lo_document_know_clean(ngx_lo_think_t *t)
{
    ngx_uint_t               i;
    ngx_lo_document_know_t  *k = (ngx_lo_document_know_t *) t;

    for (i = 0; i < k->n; i++) {
        ckp_free(k->of[i].text);
        json_decref(k->of[i].doc);
    }
}


ngx_int_t
ngx_lo_document_know(ngx_lo_api_t *api, ngx_lo_document_t **d, ngx_uint_t n,
    ngx_lo_resume_pt known)
{
    ngx_uint_t               i, large;
    ngx_lo_document_know_t  *k;

    k = ngx_lo_think_new(sizeof(ngx_lo_document_know_t)
                         + n * sizeof(ngx_lo_document_hash_t));
    if (k == NULL) {
        return NGX_ERROR;
    }

    k->think.work = ngx_lo_document_know_work;
    k->think.clean = ngx_lo_document_know_clean;
    k->known = known;
    k->n = n;
    large = 0;

    for (i = 0; i < n; i++) {
        k->of[i].d = d[i];
        k->of[i].doc = json_incref((json_t *) d[i]->doc);
        large |= ngx_lo_think_is_large(d[i]->doc);
    }

    return ngx_lo_api_think(api, &k->think, large, ngx_lo_document_knows);
}


static ngx_int_t
ngx_lo_document_knows(ngx_lo_api_t *api, ngx_lo_think_t *t)
{
    ngx_uint_t               i;
    ngx_lo_document_t       *d;
    ngx_lo_document_know_t  *k = (ngx_lo_document_know_t *) t;

    if (k->failed) {
        return NGX_ERROR;
    }

    for (i = 0; i < k->n; i++) {
        d = k->of[i].d;

        ckp_free(d->text);
        d->text = k->of[i].text;
        k->of[i].text = NULL;
        ngx_memcpy(d->hash, k->of[i].hash, sizeof(d->hash));
    }

    return k->known(api);
}


ngx_int_t
ngx_lo_document_check(ngx_lo_api_t *api, ngx_lo_render_pt then)
{
    ngx_lo_document_t  *d;

    d = api->ctx;
    d->then = then;

    if (!d->moved) {
        return ngx_lo_compile_all(api, d->doc, NULL, &d->compiled,
                                  ngx_lo_document_checked);
    }

    return ngx_lo_compile_alone(api, d->doc, &d->compiled,
                                ngx_lo_document_moved);
}


static ngx_int_t
ngx_lo_document_moved(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return (ngx_lo_document_said(api->ctx) == NGX_OK)
           ? ngx_lo_document_checked(api, NULL) : NGX_ERROR;
}


/* What the import said of other procedures stays said: another state of the
 * version asks nobody. */

static ngx_int_t
ngx_lo_document_said(ngx_lo_document_t *d)
{
    size_t       i;
    json_t      *one;
    const char  *id;

    json_array_foreach(json_object_get(d->old, "diagnostics"), i, one) {
        id = ckp_json_str(one, "id");

        if (id == NULL || strcmp(id, "CKP703") < 0 || strcmp(id, "CKP706") > 0)
        {
            continue;
        }

        if (json_array_append(d->compiled.all, one) != 0) {
            return NGX_ERROR;
        }

        id = ckp_json_str(one, "severity");

        if (id != NULL && strcmp(id, "error") == 0) {
            d->compiled.valid = 0;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_document_checked(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_document_t  *d;

    d = api->ctx;

    if (d->compiled.valid || d->moved
        || (!d->strict && !d->compiled.beyond
            && !ngx_lo_document_later_form(d)))
    {
        return d->then(api, NULL);
    }

    return ngx_lo_api_problem_json(api, 422, "compile_error",
                                   json_sprintf("Procedure %s version %s does"
                                                " not compile", d->id,
                                                d->version),
                                   json_pack("{s:O}", "errors",
                                             d->compiled.errors));
}


/* Forms D and E are always strict (spec/api.md 3.1). */

static ngx_uint_t
ngx_lo_document_later_form(const ngx_lo_document_t *d)
{
    const char  *form;

    form = ckp_json_str(d->head, "form");

    return form != NULL && (*form == 'D' || *form == 'E');
}


ngx_int_t
ngx_lo_document_store(ngx_lo_api_t *api, ngx_lo_document_t *d,
    ngx_lo_job_t *job)
{
    const char           *last, *project;
    const json_t         *head, *terms, *old;
    const ngx_lo_stmt_t  *stmt;

    head = d->head;
    old = d->old;
    terms = ngx_lo_document_terms(api, d, old);

    if (terms == NULL) {
        return NGX_ERROR;
    }

    stmt = &ngx_lo_sql_api_procedure_add;
    last = api->actor;

    if (old != NULL) {
        stmt = &ngx_lo_sql_api_procedure_put;
        last = ckp_json_str(old, "content_hash");
    }

    project = ngx_lo_document_project(d);

    if (ngx_lo_document_free_name(api, d, job) != NGX_OK
        || ngx_lo_document_put(d, job) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_lo_job_add(job, stmt, d->id, d->version,
                       ngx_lo_document_str(d, "name", old),
                       ngx_lo_document_str(d, "status", old),
                       ngx_lo_document_str(d, "effective_date", old),
                       ngx_lo_document_str(d, "description", old),
                       ngx_lo_document_channel(d, old), project,
                       (const char *) d->hash, (int64_t) d->compiled.valid,
                       json_object_get(head, "tags"),
                       json_object_get(head, "provenance"),
                       json_object_get(head, "retrieval_metadata"),
                       json_object_get(head, "trigger"), d->compiled.all,
                       api->now_ms, last, ngx_lo_document_mode(d),
                       ckp_json_str(terms, "search"),
                       ckp_json_str(terms, "metadata"))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_words_del, d->id, d->version)
        != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_words_add, d->id, d->version,
                          json_object_get(terms, "words"))
           != NGX_OK
        || ngx_lo_document_trail(api, d, job, old) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_lo_conf()->trigger_sync
        && ngx_lo_document_trigger(api, d, job) != NGX_OK)
    {
        return NGX_ERROR;
    }

    d->row = ngx_lo_job_len(job);

    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get, d->id,
                          d->version);
}


/* Nobody else took the name meanwhile. */

static ngx_int_t
ngx_lo_document_free_name(ngx_lo_api_t *api, const ngx_lo_document_t *d,
    ngx_lo_job_t *job)
{
    const json_t  *within;

    within = ngx_lo_api_projects(api);

    return (within != NULL)
           ? ngx_lo_job_add(job, &ngx_lo_sql_within_free, d->id, within)
           : NGX_OK;
}


/* Its trigger is registered with it, when the site wants it so: what cannot be
 * is told by its diagnostics. */

static ngx_int_t
ngx_lo_document_trigger(ngx_lo_api_t *api, const ngx_lo_document_t *d,
    ngx_lo_job_t *job)
{
    json_t                 *settings;
    ngx_int_t               rc;
    const char             *why;
    ngx_lo_registration_t   reg;

    settings = ngx_lo_trigger_read(json_object_get(d->head, "trigger"), &why);

    if (settings == NULL) {
        return NGX_OK;
    }

    reg.procedure_id = d->id;
    reg.version = d->version;
    reg.self = ngx_lo_trigger_self(api);
    reg.settings = settings;
    reg.now_ms = api->now_ms;

    rc = ngx_lo_trigger_add(&reg, 1, job);
    json_decref(settings);

    return rc;
}


static ngx_int_t
ngx_lo_document_put(const ngx_lo_document_t *d, ngx_lo_job_t *job)
{
    int64_t      days;
    const char  *storage;

    if (d->moved) {
        return ngx_lo_document_keep(d, job, d->old);
    }

    days = -1;
    storage = NULL;

    if (d->compiled.prog != NULL) {
        ckp_program_audit(d->compiled.prog, &days, &storage);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_document_put, (const char *) d->hash,
                       (const char *) d->text, days < 0 ? NGX_LO_NULL : days,
                       storage)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return json_is_null(d->compiled.pins)
           ? NGX_OK
           : ngx_lo_job_add(job, &ngx_lo_sql_child_pin,
                            (const char *) d->hash, d->compiled.pins);
}


ngx_int_t
ngx_lo_document_keep(const ngx_lo_document_t *d, ngx_lo_job_t *job,
    const json_t *old)
{
    if (ngx_lo_job_add(job, &ngx_lo_sql_document_moved, (const char *) d->hash,
                       (const char *) d->text,
                       ckp_json_str(old, "content_hash"))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_child_pin_keep,
                          (const char *) d->hash,
                          ckp_json_str(old, "content_hash"));
}


/* What the new document leaves out stays as it was (spec/api.md 3.6). */

static const char *
ngx_lo_document_str(const ngx_lo_document_t *d, const char *name,
    const json_t *old)
{
    if (old != NULL && json_object_get(d->doc, name) == NULL) {
        return ckp_json_str(old, name);
    }

    return ckp_json_str(d->head, name);
}


/* Another state moves it nowhere. */

static const char *
ngx_lo_document_project(const ngx_lo_document_t *d)
{
    if (d->project != NULL) {
        return d->project;
    }

    return (d->moved && d->old != NULL)
           ? ckp_json_str(d->old, "project_id")
           : ngx_lo_document_str(d, "project_id", d->old);
}


ngx_int_t
ngx_lo_document_within(ngx_lo_api_t *api, ngx_lo_document_t *d)
{
    json_t      *settings, *errors;
    ngx_int_t    rc;
    const char  *why, *project;

    if (ngx_lo_api_projects(api) == NULL) {
        return NGX_OK;
    }

    if (ngx_lo_document_project(d) == NULL) {
        d->project = ngx_lo_api_project_alone(api);
    }

    project = ngx_lo_document_project(d);
    rc = ngx_lo_api_project(api, project, "project_id");

    if (rc != NGX_OK) {
        return rc;
    }

    /* one that the site cannot serve today may be registered another day */

    settings = ckp_trigger_settings(json_object_get(d->head, "trigger"),
                                    &errors, &why);
    json_decref(errors);

    return ngx_lo_trigger_within(api, ngx_lo_api_keep(api, settings));
}


/* Where a version is, releases decide once there was one; a document may only
 * say where it begins (spec/ckp.md 2). */

static const char *
ngx_lo_document_channel(const ngx_lo_document_t *d, const json_t *old)
{
    if (old != NULL && (ckp_json_str(old, "promoted_at") != NULL
                        || json_object_get(d->doc, "release") == NULL))
    {
        return ckp_json_str(old, "release_channel");
    }

    return ckp_json_str(d->head, "release_channel");
}


/* What it is found by, of the name and description that it will have. */

static const json_t *
ngx_lo_document_terms(ngx_lo_api_t *api, const ngx_lo_document_t *d,
    const json_t *old)
{
    json_t        *head, *terms;
    ngx_uint_t     i;
    const char    *s;

    static const char *const  names[] = { "name", "description" };

    head = json_copy((json_t *) d->head);
    if (head == NULL) {
        return NULL;
    }

    for (i = 0; i < 2; i++) {
        s = ngx_lo_document_str(d, names[i], old);
        (void) json_object_set_new(head, names[i],
                                   (s != NULL) ? json_string(s) : json_null());
    }

    terms = ngx_lo_api_keep(api, ckp_document_terms(head));
    json_decref(head);

    return terms;
}


static const char *
ngx_lo_document_mode(const ngx_lo_document_t *d)
{
    const char    *mode;
    const json_t  *config;

    config = json_object_get(d->doc, "global_config");
    mode = ckp_json_str(config, "execution_mode");

    if (mode != NULL && (strcmp(mode, "dry_run") == 0
                         || strcmp(mode, "validation_only") == 0))
    {
        return mode;
    }

    return "production";
}


static ngx_int_t
ngx_lo_document_trail(ngx_lo_api_t *api, ngx_lo_document_t *d,
    ngx_lo_job_t *job, const json_t *old)
{
    json_t          *meta;
    ngx_int_t        rc;
    ngx_uint_t       status;
    ngx_lo_trail_t   trail;

    status = (api->route->method == NGX_HTTP_PATCH);

    meta = json_pack("{s:s, s:s, s:s?}", "version", d->version,
                     "hash", d->hash,
                     "old_hash", ckp_json_str(old, "content_hash"));
    if (meta == NULL) {
        return NGX_ERROR;
    }

    if (status) {
        (void) json_object_set(meta, "status",
                               json_object_get(d->head, "status"));
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "procedure";
    trail.action = status ? "status" : (old != NULL) ? "update" : "create";
    trail.description = status ? "Procedure version given another status"
                        : (old != NULL) ? "Procedure version replaced"
                                        : "Procedure version imported";
    trail.resource_type = "procedure";
    trail.resource_id = d->id;
    trail.procedure = d->id;
    trail.hash = d->hash;
    trail.meta = meta;

    rc = ngx_lo_api_audit(api, job, &trail);
    json_decref(meta);

    return rc;
}
