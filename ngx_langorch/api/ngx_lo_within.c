/*
 * The projects that a caller is limited to.
 */

#include "api/ngx_lo_api_int.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "api/ngx_lo_within.h"
#include "auth/ngx_lo_auth_conf.h"
#include "store/ngx_lo_sql_identity.h"
#include "wire/projects.h"

/* Ids that are well-formed, and that nothing ever has. */
#define NGX_LO_WITHIN_NIL   "00000000-0000-0000-0000-000000000000"
#define NGX_LO_WITHIN_WORD  "preview"


/* How the object of a route is named, and how it is looked for. */

typedef struct {
    const char           *name;
    const char           *nobody;       /* an id that nothing has */
    const ngx_lo_stmt_t  *stmt;         /* NULL: none is needed */
} ngx_lo_within_t;


static ngx_int_t ngx_lo_within_set(ngx_lo_api_t *api, ckp_code_t code,
    json_t *set);
static ngx_int_t ngx_lo_within_ask(ngx_lo_api_t *api,
    const ngx_lo_within_t *of, const char *id);
static ngx_int_t ngx_lo_within_seen(ngx_lo_api_t *api, ngx_lo_job_t *job);
static const ngx_lo_within_t *ngx_lo_within_of(const ngx_lo_api_t *api);
static const char *ngx_lo_within_named(ngx_lo_api_t *api, const char *name);
static ngx_int_t ngx_lo_within_hide(ngx_lo_api_t *api,
    const ngx_lo_within_t *of);
static int ngx_libc_cdecl ngx_lo_within_order(const void *a, const void *b);


const char *
ngx_lo_scope_name(ngx_lo_scope_t scope)
{
    static const char *const  names[] = {
        "none", "open", "site", "own", "within", "run", "procedure",
        "approval", "lease", "project"
    };

    return names[scope];
}


/* --- whence they come -------------------------------------------------------- */


ngx_int_t
ngx_lo_within_said(ngx_lo_api_t *api)
{
    json_t     *set;
    ngx_int_t   rc;
    ngx_str_t   text;
    ckp_code_t  code;

    rc = ngx_lo_who_said(api->r, api->conf, &text);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
    }

    code = ckp_projects_text((const char *) text.data, text.len, &set);

    return ngx_lo_within_set(api, code, set);
}


ngx_int_t
ngx_lo_within_claim(ngx_lo_api_t *api, const json_t *claims)
{
    json_t           *set;
    ckp_code_t        code;
    const ngx_str_t  *name;

    name = &ngx_lo_auth_conf()->projects;

    if (name->len == 0) {
        return NGX_OK;
    }

    code = ckp_projects_claim(json_object_get(claims,
                                              (const char *) name->data),
                              &set);

    return ngx_lo_within_set(api, code, set);
}


ngx_int_t
ngx_lo_within_kept(ngx_lo_api_t *api, const json_t *row, const char *member)
{
    const json_t  *v;

    v = json_object_get(row, member);

    if (v == NULL || json_is_null(v)) {
        return NGX_OK;
    }

    if (!json_is_array(v)) {
        return NGX_ABORT;
    }

    return ngx_lo_within_set(api, CKP_OK, json_incref((json_t *) v));
}


/* The set is stolen; NULL: the whole site, which narrows nothing. */

static ngx_int_t
ngx_lo_within_set(ngx_lo_api_t *api, ckp_code_t code, json_t *set)
{
    json_t  *both;

    if (code == CKP_OK && set != NULL) {
        code = ckp_projects_meet(set, api->who.projects, &both);
        json_decref(set);

        both = ngx_lo_api_keep(api, both);
        api->who.projects = both;
        code = (both != NULL) ? code : CKP_E_NOMEM;
    }

    return (code == CKP_OK) ? NGX_OK
           : (code == CKP_E_INVALID) ? NGX_ABORT : NGX_ERROR;
}


/* --- what routes ask ---------------------------------------------------------- */


const json_t *
ngx_lo_api_projects(ngx_lo_api_t *api)
{
    api->heeded = 1;

    return api->who.projects;
}


ngx_uint_t
ngx_lo_api_governs(ngx_lo_api_t *api)
{
    return api->who.role == NGX_LO_ADMIN && api->who.projects == NULL;
}


ngx_int_t
ngx_lo_api_project(ngx_lo_api_t *api, const char *id, const char *member)
{
    if (ckp_projects_has(ngx_lo_api_projects(api), id)) {
        return NGX_OK;
    }

    ngx_lo_input_wrong(api, "body", member, id ? "scope" : "missing",
                       id ? "Is none of the projects that the caller is"
                            " limited to"
                          : "Must be one of the projects that the caller is"
                            " limited to");

    return ngx_lo_input_forbidden(api, id ? "The caller is limited to projects,"
                                            " and this one is none of them"
                                          : "The caller is limited to projects,"
                                            " and has to name one of them");
}


const char *
ngx_lo_api_project_alone(ngx_lo_api_t *api)
{
    const json_t  *set;

    set = ngx_lo_api_projects(api);

    return json_array_size(set) == 1
           ? json_string_value(json_array_get(set, 0)) : NULL;
}


ngx_int_t
ngx_lo_within_heeded(ngx_lo_api_t *api)
{
    if (api->who.projects == NULL || api->heeded
        || api->route->scope != NGX_LO_SCOPE_WITHIN)
    {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_ALERT, api->r->connection->log, 0,
                  "route \"%s\" did not keep to the caller's projects",
                  api->route->path);

    ngx_lo_api_drop(api);

    return ngx_lo_api_problem(api, 500, "internal", "Internal error");
}


/* --- what is there -------------------------------------------------------------- */


ngx_int_t
ngx_lo_within_look(ngx_lo_api_t *api, ngx_lo_resume_pt begin)
{
    ngx_int_t               rc;
    const char             *id, *project;
    const ngx_lo_within_t  *of;

    if (api->who.projects == NULL) {
        return NGX_DECLINED;
    }

    /* what a request is to make, or to change, is to be in that project */

    project = ckp_json_str(api->body, "project_id");

    if (project != NULL && *project != '\0') {
        rc = ngx_lo_api_project(api, project, "project_id");

        if (rc != NGX_OK) {
            return rc;
        }
    }

    of = ngx_lo_within_of(api);
    id = (of != NULL) ? ngx_lo_within_named(api, of->name) : NULL;

    if (id == NULL) {
        return NGX_DECLINED;
    }

    if (of->stmt == NULL) {
        return ckp_projects_has(api->who.projects, id)
               || ngx_lo_within_hide(api, of) == NGX_OK ? NGX_DECLINED
                                                        : NGX_ERROR;
    }

    api->begin = begin;

    return ngx_lo_within_ask(api, of, id);
}


static ngx_int_t
ngx_lo_within_ask(ngx_lo_api_t *api, const ngx_lo_within_t *of, const char *id)
{
    ngx_int_t      rc;
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "The store is not available");
    }

    rc = (api->route->scope == NGX_LO_SCOPE_LEASE)
         ? ngx_lo_job_add(job, of->stmt, ngx_lo_lease_run(id),
                          api->who.projects)
         : ngx_lo_job_add(job, of->stmt, id, api->who.projects);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_within_seen)
                          : NGX_ERROR;
}


static ngx_int_t
ngx_lo_within_seen(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    if (ngx_lo_job_row(job, 0) == NULL
        && ngx_lo_within_hide(api, ngx_lo_within_of(api)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return api->begin(api);
}


static const ngx_lo_within_t *
ngx_lo_within_of(const ngx_lo_api_t *api)
{
    static const ngx_lo_within_t  run = {
        "run_id", NGX_LO_WITHIN_NIL, &ngx_lo_sql_within_run
    };

    static const ngx_lo_within_t  procedure = {
        "procedure_id", NGX_LO_WITHIN_WORD, &ngx_lo_sql_within_procedure
    };

    static const ngx_lo_within_t  approval = {
        "approval_id", NGX_LO_WITHIN_NIL, &ngx_lo_sql_within_approval
    };

    static const ngx_lo_within_t  lease = {
        "lease_id", NGX_LO_WITHIN_NIL, &ngx_lo_sql_within_lease
    };

    static const ngx_lo_within_t  project = {
        "project_id", NGX_LO_WITHIN_NIL, NULL
    };

    switch (api->route->scope) {

    case NGX_LO_SCOPE_RUN:
        return &run;

    case NGX_LO_SCOPE_PROCEDURE:
        return &procedure;

    case NGX_LO_SCOPE_APPROVAL:
        return &approval;

    case NGX_LO_SCOPE_LEASE:
        return &lease;

    case NGX_LO_SCOPE_PROJECT:
        return &project;

    case NGX_LO_SCOPE_NONE:
    case NGX_LO_SCOPE_OPEN:
    case NGX_LO_SCOPE_SITE:
    case NGX_LO_SCOPE_OWN:
    case NGX_LO_SCOPE_WITHIN:
        break;
    }

    return NULL;
}


/* By the path, or else by the body; NULL: by neither, and then there is
 * nothing to find. */

static const char *
ngx_lo_within_named(ngx_lo_api_t *api, const char *name)
{
    const char  *id;

    id = ngx_lo_api_seg(api, name);

    return (*id != '\0') ? id : ckp_json_str(api->body, name);
}


/*
 * From here on the request names something that is not there, so that whatever
 * its route answers is what it answers then.
 */
static ngx_int_t
ngx_lo_within_hide(ngx_lo_api_t *api, const ngx_lo_within_t *of)
{
    json_t      *copy;
    ngx_uint_t   i;
    const char  *id;

    api->hidden = 1;
    id = ngx_lo_api_seg(api, of->name);

    for (i = 0; i < api->match.nsegs; i++) {
        if (*id != '\0' && id == (const char *) api->match.segs[i].data) {
            api->veiled = id;
            api->match.segs[i].data = (u_char *) of->nobody;
            api->match.segs[i].len = ngx_strlen(of->nobody);
            return NGX_OK;
        }
    }

    copy = ngx_lo_api_keep(api, json_copy((json_t *) api->body));

    if (copy == NULL
        || json_object_set_new(copy, of->name, json_string(of->nobody)) != 0)
    {
        return NGX_ERROR;
    }

    api->body = copy;

    return NGX_OK;
}


const char *
ngx_lo_api_said(ngx_lo_api_t *api, const char *name)
{
    const char             *id;
    const ngx_lo_within_t  *of;

    id = ngx_lo_api_seg(api, name);
    of = (api->veiled != NULL) ? ngx_lo_within_of(api) : NULL;

    return (of != NULL && ngx_strcmp(of->name, name) == 0) ? api->veiled : id;
}


/* --- what is kept for whom -------------------------------------------------------- */


static int ngx_libc_cdecl
ngx_lo_within_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}


void
ngx_lo_within_mark(const ngx_lo_api_t *api, char out[2 * CKP_SHA256_LEN + 1])
{
    u_char       sum[CKP_SHA256_LEN];
    size_t       i, n;
    ckp_buf_t    b;
    const char  *ids[CKP_PROJECTS_MAX];

    out[0] = '\0';

    if (api->who.projects == NULL) {
        return;
    }

    n = ngx_min(json_array_size(api->who.projects), CKP_PROJECTS_MAX);

    for (i = 0; i < n; i++) {
        ids[i] = json_string_value(json_array_get(api->who.projects, i));
        ids[i] = (ids[i] != NULL) ? ids[i] : "";
    }

    ngx_qsort(ids, n, sizeof(ids[0]), ngx_lo_within_order);

    ckp_buf_init(&b, CKP_PROJECTS_MAX * (CKP_PROJECT_ID_MAX + 1) + 1);
    ckp_buf_puts(&b, api->hidden ? "-" : "+");

    for (i = 0; i < n; i++) {
        ckp_buf_puts(&b, ids[i]);
        ckp_buf_puts(&b, "\n");
    }

    ckp_sha256((const u_char *) ckp_buf_str(&b), b.len, sum);
    ckp_hex(sum, sizeof(sum), out);
    ckp_buf_free(&b);
}
