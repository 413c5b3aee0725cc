/*
 * A document compiled with a look at the procedures that it calls: each is
 * chosen from the store as a run would choose it, its document read and
 * compiled, then what that one calls (spec/ckp.md 10.10).
 *
 *   asked      the compiler wants a procedure       ngx_lo_refer_next
 *   chosen     among its versions                   ngx_lo_refer_versions
 *   read       unless its program is at hand        ngx_lo_refer_document
 *   found      the compiler hears of it, and wants the next one
 *
 * It ends: the compiler wants 64 procedures at most, each once.
 */

#include "api/ngx_lo_api.h"
#include "proc/ngx_lo_compile.h"
#include "run/ngx_lo_program.h"
#include "run/ngx_lo_version.h"
#include "store/ngx_lo_sql.h"


typedef struct {
    ckp_diags_t        *diags;
    ckp_compiler_t     *c;
    ngx_lo_compiled_t  *out;
    ngx_lo_render_pt    then;
    ckp_found_t         found;      /* of the one that is looked for */
    char                version[136];
    char                hash[72];
} ngx_lo_refer_t;


static void ngx_lo_refer_free(void *data);
static ngx_lo_refer_t *ngx_lo_refer_new(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_refer_next(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_refer_versions(ngx_lo_api_t *api, ngx_lo_job_t *job);
static void ngx_lo_refer_take(ngx_lo_refer_t *rf, const json_t *row);
static ngx_int_t ngx_lo_refer_document(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_refer_found(ngx_lo_api_t *api, ckp_program_t *prog);


ngx_int_t
ngx_lo_compile_all(ngx_lo_api_t *api, const json_t *doc,
    const ckp_environment_t *env, ngx_lo_compiled_t *out,
    ngx_lo_render_pt then)
{
    ngx_lo_refer_t  *rf;

    ngx_lo_compiled_free(out);

    rf = ngx_lo_refer_new(api);
    if (rf == NULL) {
        return NGX_ERROR;
    }

    rf->out = out;
    rf->then = then;
    api->part = rf;

    (void) ckp_compiler_add(rf->c, doc);

    if (env != NULL) {
        ckp_compiler_environment(rf->c, env);
    }

    return ngx_lo_refer_next(api);
}


static ngx_lo_refer_t *
ngx_lo_refer_new(ngx_lo_api_t *api)
{
    ngx_lo_refer_t      *rf;
    ngx_pool_cleanup_t  *cln;

    rf = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_refer_t));
    cln = ngx_pool_cleanup_add(api->r->pool, 0);

    if (rf == NULL || cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_lo_refer_free;
    cln->data = rf;

    rf->diags = ckp_diags_new();
    rf->c = (rf->diags != NULL) ? ckp_compiler_new(rf->diags) : NULL;

    return (rf->c != NULL) ? rf : NULL;
}


static void
ngx_lo_refer_free(void *data)
{
    ngx_lo_refer_t  *rf = data;

    if (rf->c != NULL) {
        ckp_compiler_free(rf->c);
        rf->c = NULL;
    }

    if (rf->diags != NULL) {
        ckp_diags_free(rf->diags);
        rf->diags = NULL;
    }
}


/* Without a store nobody answers: then nothing is said of them. */

static ngx_int_t
ngx_lo_refer_next(ngx_lo_api_t *api)
{
    char               today[16];
    ngx_int_t          rc;
    ngx_lo_job_t      *job;
    ngx_lo_refer_t    *rf;
    const ckp_want_t  *want;

    rf = api->part;
    want = (ngx_lo_store() != NULL) ? ckp_compiler_want(rf->c) : NULL;

    if (want == NULL) {
        rc = ngx_lo_compile_end(rf->c, rf->diags, rf->out);
        ngx_lo_refer_free(rf);

        return (rc == NGX_OK) ? rf->then(api, NULL) : NGX_ERROR;
    }

    ngx_lo_version_today(today);
    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_child_versions, want->procedure,
                          (const char *) today)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_refer_versions);
}


static ngx_int_t
ngx_lo_refer_versions(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t      *rows;
    ckp_program_t     *prog;
    ngx_lo_refer_t    *rf;
    const ckp_want_t  *want;

    rf = api->part;
    rows = ngx_lo_job_rows(job, 0);
    want = ckp_compiler_want(rf->c);

    ngx_memzero(&rf->found, sizeof(ckp_found_t));
    rf->found.known = (json_array_size(rows) > 0);

    if (want != NULL) {
        ngx_lo_refer_take(rf, ngx_lo_version_choose(rows, want->version));
    }

    if (rf->found.hash == NULL) {
        return ngx_lo_refer_found(api, NULL);
    }

    prog = ngx_lo_program_get(rf->hash);
    if (prog != NULL) {
        return ngx_lo_refer_found(api, prog);
    }

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_claim_document,
                          (const char *) rf->hash)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_refer_document);
}


static void
ngx_lo_refer_take(ngx_lo_refer_t *rf, const json_t *row)
{
    const char  *version, *hash;

    version = ckp_json_str(row, "version");
    hash = ckp_json_str(row, "content_hash");

    if (version == NULL || hash == NULL
        || ngx_strlen(version) >= sizeof(rf->version)
        || ngx_strlen(hash) >= sizeof(rf->hash))
    {
        return;
    }

    ngx_cpystrn((u_char *) rf->version, (u_char *) version,
                sizeof(rf->version));
    ngx_cpystrn((u_char *) rf->hash, (u_char *) hash, sizeof(rf->hash));

    rf->found.version = rf->version;
    rf->found.hash = rf->hash;
    rf->found.refuses = !ckp_json_bool(row, "runs", false);
    rf->found.broken = !ckp_json_bool(row, "valid", false);
}


static ngx_int_t
ngx_lo_refer_document(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char      *body;
    ngx_lo_refer_t  *rf;

    rf = api->part;
    body = ckp_json_str(ngx_lo_job_row(job, 0), "body");

    return ngx_lo_refer_found(api, (body == NULL) ? NULL
                              : ngx_lo_program_read(rf->hash, body,
                                                    ngx_strlen(body)));
}


static ngx_int_t
ngx_lo_refer_found(ngx_lo_api_t *api, ckp_program_t *prog)
{
    ngx_lo_refer_t  *rf;

    rf = api->part;
    rf->out->calls = 1;
    rf->found.prog = prog;
    ckp_compiler_found(rf->c, &rf->found);

    return ngx_lo_refer_next(api);
}
