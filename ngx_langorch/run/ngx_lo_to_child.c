/*
 * Which document a child procedure is (spec/ckp.md 10.10): the version is
 * chosen from those in the store, its program compiled and linked to the run,
 * and only then the engine hears of it.
 */

#include "run/ngx_lo_run_int.h"


typedef struct {
    ngx_lo_job_t  *job;             /* under way; NULL: none */
    char           hash[72];
    char           version[136];
} ngx_lo_child_t;


static void
ngx_lo_child_free(void *own)
{
    ngx_lo_child_t  *c = own;

    if (c->job != NULL) {
        ngx_lo_job_forget(c->job);
    }

    ngx_free(c);
}


static void
ngx_lo_child_failed(ngx_lo_effect_t *e, const char *why)
{
    ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
                        json_pack("{s:s, s:s}", "type", "SubflowFailed",
                                  "message", why), 1);
}


static void
ngx_lo_child_link(ngx_lo_effect_t *e, ckp_program_t *prog)
{
    ngx_lo_child_t  *c = e->own;

    if (ckp_run_link(e->run->ckp, c->hash, prog) != CKP_OK) {
        ngx_lo_child_failed(e, "no memory");
        return;
    }

    ngx_lo_effect_reply(e, CKP_OUTCOME_OK,
                        json_pack("{s:s, s:s}", "hash", c->hash, "version",
                                  c->version), 1);
}


static void
ngx_lo_child_document(ngx_lo_job_t *job, void *data)
{
    const char       *body;
    ckp_program_t    *prog;
    ngx_lo_child_t   *c;
    ngx_lo_effect_t  *e = data;

    c = e->own;
    c->job = NULL;
    prog = NULL;

    body = ngx_lo_job_rc(job) == NGX_LO_JOB_OK
           ? ckp_json_str(ngx_lo_job_row(job, 0), "body") : NULL;

    if (body != NULL) {
        prog = ngx_lo_program_compile(c->hash, body, ngx_strlen(body));
    }

    if (prog == NULL) {
        ngx_lo_child_failed(e, body ? "its document does not compile"
                                    : "its document cannot be read");
        return;
    }

    ngx_lo_child_link(e, prog);
}


static void
ngx_lo_child_load(ngx_lo_effect_t *e)
{
    ngx_lo_job_t    *job;
    ckp_program_t   *prog;
    ngx_lo_child_t  *c = e->own;

    prog = ngx_lo_program_get(c->hash);

    if (prog != NULL) {
        ngx_lo_child_link(e, prog);
        return;
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_claim_document, c->hash) != NGX_OK)
    {
        ngx_lo_child_failed(e, "the store does not answer");
        return;
    }

    c->job = job;
    ngx_lo_job_submit(job, ngx_lo_child_document, e);
}


/* --- choosing --------------------------------------------------------------- */


static ngx_uint_t
ngx_lo_child_fits(const json_t *row, const char *want)
{
    const char  *version, *channel;

    version = ckp_json_str(row, "version");
    channel = ckp_json_str(row, "release_channel");

    if (ngx_strcmp(want, "latest") == 0) {
        return 1;
    }

    if (want[0] == '@') {
        return channel != NULL && ngx_strcmp(channel, want + 1) == 0;
    }

    return version != NULL && ckp_version_fits(want, version);
}


/* Rows are newest first; a range takes the highest, anything else the newest,
 * and what may run goes before what may not. */

static const json_t *
ngx_lo_child_choose(const json_t *rows, const char *want)
{
    size_t        i;
    json_t       *row;
    ngx_uint_t    runs, best_runs, range;
    const json_t *best;

    best = NULL;
    best_runs = 0;
    range = want[0] != '@' && ckp_version_is_range(want);

    json_array_foreach(rows, i, row) {

        if (!ngx_lo_child_fits(row, want)) {
            continue;
        }

        runs = ckp_json_bool(row, "runs", false);

        if (best == NULL || runs > best_runs
            || (runs == best_runs && range
                && ckp_version_order(ckp_json_str(row, "version"),
                                     ckp_json_str(best, "version")) > 0))
        {
            best = row;
            best_runs = runs;
        }
    }

    return best;
}


static void
ngx_lo_child_versions(ngx_lo_job_t *job, void *data)
{
    const char       *hash, *version, *want;
    const json_t     *row;
    ngx_lo_child_t   *c;
    ngx_lo_effect_t  *e = data;

    c = e->own;
    c->job = NULL;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {
        ngx_lo_child_failed(e, "the store does not answer");
        return;
    }

    want = ckp_json_str(e->body, "version");
    row = ngx_lo_child_choose(ngx_lo_job_rows(job, 0),
                              want && want[0] ? want : "latest");

    if (row == NULL) {
        ngx_lo_child_failed(e, "there is no such procedure or version");
        return;
    }

    if (!ckp_json_bool(row, "runs", false)) {
        ngx_lo_child_failed(e, "its status or date refuses runs");
        return;
    }

    hash = ckp_json_str(row, "content_hash");
    version = ckp_json_str(row, "version");

    if (!ckp_json_bool(row, "valid", false) || hash == NULL
        || ngx_strlen(hash) >= sizeof(c->hash)
        || ngx_strlen(version) >= sizeof(c->version))
    {
        ngx_lo_child_failed(e, "its document does not compile");
        return;
    }

    ngx_cpystrn((u_char *) c->hash, (u_char *) hash, sizeof(c->hash));
    ngx_cpystrn((u_char *) c->version, (u_char *) version,
                sizeof(c->version));

    ngx_lo_child_load(e);
}


void
ngx_lo_to_child(ngx_lo_effect_t *e)
{
    char             today[CKP_TIME_LEN + 1];
    const char      *id, *hash;
    ngx_lo_job_t    *job;
    ngx_lo_child_t  *c;

    c = ngx_calloc(sizeof(ngx_lo_child_t), ngx_cycle->log);

    if (c == NULL) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
                            json_pack("{s:s, s:s}", "type", "SubflowFailed",
                                      "message", "no memory"), 0);
        return;
    }

    e->own = c;
    e->own_free = ngx_lo_child_free;

    id = ckp_json_str(e->body, "procedure_id");
    hash = ckp_json_str(e->body, "hash");

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    if (job == NULL) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
                            json_pack("{s:s, s:s}", "type", "SubflowFailed",
                                      "message", "the store does not answer"),
                            0);
        return;
    }

    c->job = job;

    /* the run has used it before: the very same document again */

    if (hash != NULL && ngx_strlen(hash) < sizeof(c->hash)) {
        ngx_cpystrn((u_char *) c->hash, (u_char *) hash, sizeof(c->hash));
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_document, c->hash);
        ngx_lo_job_submit(job, ngx_lo_child_document, e);
        return;
    }

    ckp_time_text(ngx_lo_now_ms(), today);
    today[10] = '\0';

    (void) ngx_lo_job_add(job, &ngx_lo_sql_child_versions, id ? id : "",
                          today);
    ngx_lo_job_submit(job, ngx_lo_child_versions, e);
}
