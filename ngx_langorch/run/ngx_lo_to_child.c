/*
 * Which document a child procedure is (spec/ckp.md 10.10): the version is
 * chosen from those in the store, its program compiled and linked to the run,
 * and only then the engine hears of it.
 */

#include "run/ngx_lo_run_int.h"
#include "run/ngx_lo_version.h"


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


/* The row's document, unless it says otherwise (hash NULL). */

static void
ngx_lo_child_take(ngx_lo_effect_t *e, const json_t *row, const char *hash)
{
    const char      *version;
    ngx_lo_child_t  *c = e->own;

    if (row == NULL) {
        ngx_lo_child_failed(e, "there is no such procedure or version");
        return;
    }

    if (!ckp_json_bool(row, "runs", false)) {
        ngx_lo_child_failed(e, "its status or date refuses runs");
        return;
    }

    if (hash == NULL && ckp_json_bool(row, "valid", false)) {
        hash = ckp_json_str(row, "content_hash");
    }

    version = ckp_json_str(row, "version");

    if (hash == NULL || ngx_strlen(hash) >= sizeof(c->hash)
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


/* What the import of the calling document chose, and nothing else. */

static void
ngx_lo_child_imported(ngx_lo_effect_t *e, const json_t *rows,
    const json_t *pins, const char *want)
{
    json_t        *name;
    const char    *version;
    const json_t  *pin, *row;

    name = ngx_lo_version_name(ckp_json_str(e->body, "procedure_id"), want);
    pin = json_object_get(pins, json_string_value(name));
    version = ckp_json_str(pin, "version");
    json_decref(name);

    if (version == NULL) {
        ngx_lo_child_failed(e, "it was not there when the procedure that"
                               " calls it was imported; import that again");
        return;
    }

    row = ngx_lo_version_find(rows, version);

    if (row == NULL) {
        ngx_lo_child_failed(e, "the version that the import chose is gone");
        return;
    }

    ngx_lo_child_take(e, row, ckp_json_str(pin, "hash"));
}


static void
ngx_lo_child_versions(ngx_lo_job_t *job, void *data)
{
    const char       *want;
    const json_t     *rows, *pins;
    ngx_lo_child_t   *c;
    ngx_lo_effect_t  *e = data;

    c = e->own;
    c->job = NULL;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {
        ngx_lo_child_failed(e, "the store does not answer");
        return;
    }

    want = ckp_json_str(e->body, "version");
    want = (want && want[0]) ? want : "latest";
    rows = ngx_lo_job_rows(job, 0);

    /* a document that an older version imported has no pins at all */

    if (ckp_json_bool(e->body, "imported", false)) {
        pins = json_object_get(ngx_lo_job_row(job, 1), "pins");

        if (json_is_object(pins)) {
            ngx_lo_child_imported(e, rows, pins, want);
            return;
        }
    }

    ngx_lo_child_take(e, ngx_lo_version_choose(rows, want), NULL);
}


static void
ngx_lo_child_ask(ngx_lo_effect_t *e, ngx_lo_job_t *job)
{
    char             today[16];
    const char      *id, *hash, *by;
    ngx_lo_child_t  *c = e->own;

    id = ckp_json_str(e->body, "procedure_id");
    hash = ckp_json_str(e->body, "hash");

    /* the run has used it before: the very same document again */

    if (hash != NULL && ngx_strlen(hash) < sizeof(c->hash)) {
        ngx_cpystrn((u_char *) c->hash, (u_char *) hash, sizeof(c->hash));
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_document, c->hash);
        ngx_lo_job_submit(job, ngx_lo_child_document, e);
        return;
    }

    ngx_lo_version_today(today);
    by = ckp_json_str(e->body, "by");

    (void) ngx_lo_job_add(job, &ngx_lo_sql_child_versions, id ? id : "",
                          (const char *) today);

    if (ckp_json_bool(e->body, "imported", false)) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_child_pins,
                              by ? by : (const char *) e->run->hash);
    }

    ngx_lo_job_submit(job, ngx_lo_child_versions, e);
}


void
ngx_lo_to_child(ngx_lo_effect_t *e)
{
    ngx_lo_job_t    *job;
    ngx_lo_child_t  *c;

    c = ngx_calloc(sizeof(ngx_lo_child_t), ngx_cycle->log);
    job = (c != NULL && ngx_lo_store()) ? ngx_lo_job_new(ngx_lo_store(), 0)
                                        : NULL;

    if (job == NULL) {
        ngx_free(c);
        ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
                            json_pack("{s:s, s:s}", "type", "SubflowFailed",
                                      "message", "the store does not answer"),
                            0);
        return;
    }

    c->job = job;
    e->own = c;
    e->own_free = ngx_lo_child_free;

    ngx_lo_child_ask(e, job);
}
