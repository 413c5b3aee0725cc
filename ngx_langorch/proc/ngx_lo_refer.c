/*
 * A document compiled with a look at the procedures that it calls: each is
 * chosen from the store as a run would choose it, its document read and
 * compiled, then what that one calls (spec/ckp.md 10.10).
 *
 *   read       the document itself, off the loop when it is large
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
#include "think/ngx_lo_think.h"


typedef struct {
    ckp_diags_t        *diags;
    ckp_compiler_t     *c;
    ngx_lo_compiled_t  *out;
    ngx_lo_render_pt    then;
    ckp_environment_t   env;
    ckp_found_t         found;      /* of the one that is looked for */
    char                version[136];
    char                hash[72];
    unsigned            looks:1;    /* at the environment */
} ngx_lo_refer_t;

/* The document itself, which calls nobody or will. */

typedef struct {
    ngx_lo_think_t      think;
    json_t             *doc;
    ckp_diags_t        *diags;
    ckp_compiler_t     *c;
    ngx_lo_compiled_t   out;
    unsigned            alone:1;    /* nobody is asked */
    unsigned            looks:1;
    unsigned            large:1;
    unsigned            ended:1;    /* `out` is filled ... */
    unsigned            failed:1;   /* ... or there was no memory */
} ngx_lo_refer_read_t;


static void ngx_lo_refer_free(void *data);
static ngx_lo_refer_t *ngx_lo_refer_new(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_refer_begin(ngx_lo_api_t *api, ngx_lo_refer_t *rf,
    const json_t *doc, ngx_uint_t alone);
static void ngx_lo_refer_work(ngx_lo_think_t *t);
static void ngx_lo_refer_clean(ngx_lo_think_t *t);
static ngx_int_t ngx_lo_refer_thought(ngx_lo_api_t *api, ngx_lo_think_t *t);
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

    rf = ngx_lo_refer_new(api);
    if (rf == NULL) {
        return NGX_ERROR;
    }

    rf->out = out;
    rf->then = then;

    if (env != NULL) {
        rf->env = *env;
        rf->looks = 1;
    }

    return ngx_lo_refer_begin(api, rf, doc, ngx_lo_store() == NULL);
}


ngx_int_t
ngx_lo_compile_alone(ngx_lo_api_t *api, const json_t *doc,
    ngx_lo_compiled_t *out, ngx_lo_render_pt then)
{
    ngx_lo_refer_t  *rf;

    rf = ngx_lo_refer_new(api);
    if (rf == NULL) {
        return NGX_ERROR;
    }

    rf->out = out;
    rf->then = then;

    return ngx_lo_refer_begin(api, rf, doc, 1);
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

    return rf;
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


/* --- the document itself ------------------------------------------------------- */


static ngx_int_t
ngx_lo_refer_begin(ngx_lo_api_t *api, ngx_lo_refer_t *rf, const json_t *doc,
    ngx_uint_t alone)
{
    ngx_lo_refer_read_t  *read;

    ngx_lo_compiled_free(rf->out);
    api->part = rf;

    read = ngx_lo_think_new(sizeof(ngx_lo_refer_read_t));
    if (read == NULL) {
        return NGX_ERROR;
    }

    read->think.work = ngx_lo_refer_work;
    read->think.clean = ngx_lo_refer_clean;
    read->doc = json_incref((json_t *) doc);
    read->alone = alone;
    read->looks = rf->looks;
    read->large = ngx_lo_think_is_large(doc);

    return ngx_lo_api_think(api, &read->think, read->large,
                            ngx_lo_refer_thought);
}


/* One that calls nobody ends here, too. */

static void
ngx_lo_refer_work(ngx_lo_think_t *t)
{
    ngx_lo_refer_read_t  *read = (ngx_lo_refer_read_t *) t;

    read->diags = ckp_diags_new();
    read->c = (read->diags != NULL) ? ckp_compiler_new(read->diags) : NULL;

    if (read->c == NULL) {
        read->failed = 1;
        return;
    }

    ckp_compiler_zones(read->c, ngx_lo_tz, NULL);
    (void) ckp_compiler_add(read->c, read->doc);

    if (!read->looks
        && (read->alone || ckp_compiler_want(read->c) == NULL))
    {
        read->ended = 1;
        read->failed = (ngx_lo_compile_end(read->c, read->diags, &read->out)
                        != NGX_OK);
    }
}


static void
ngx_lo_refer_clean(ngx_lo_think_t *t)
{
    ngx_lo_refer_read_t  *read = (ngx_lo_refer_read_t *) t;

    ngx_lo_compiled_free(&read->out);

    if (read->c != NULL) {
        ckp_compiler_free(read->c);
    }

    if (read->diags != NULL) {
        ckp_diags_free(read->diags);
    }

    json_decref(read->doc);
}


static ngx_int_t
ngx_lo_refer_thought(ngx_lo_api_t *api, ngx_lo_think_t *t)
{
    ngx_lo_refer_t       *rf = api->part;
    ngx_lo_refer_read_t  *read = (ngx_lo_refer_read_t *) t;

    if (read->failed) {
        return NGX_ERROR;
    }

    if (read->ended) {
        *rf->out = read->out;
        rf->out->large = read->large;
        ngx_memzero(&read->out, sizeof(ngx_lo_compiled_t));

        return rf->then(api, NULL);
    }

    rf->c = read->c;
    rf->diags = read->diags;
    read->c = NULL;
    read->diags = NULL;

    rf->out->large = read->large;
    ckp_compiler_moved(rf->c);

    if (rf->looks) {
        ckp_compiler_environment(rf->c, &rf->env);
    }

    return ngx_lo_refer_next(api);
}


/* --- those that it calls -------------------------------------------------------- */


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
