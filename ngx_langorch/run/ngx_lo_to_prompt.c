/*
 * Which stored prompt a question means (spec/ckp.md 23.4): its version is
 * chosen, its program linked to the run, and only then the engine hears of it.
 */

#include "run/ngx_lo_run_int.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_PROMPT_VERSIONS  1000    /* that a range chooses from */


typedef struct {
    ngx_lo_job_t  *job;             /* under way; NULL: none */
    ngx_uint_t     later;           /* its effect has been started */
} ngx_lo_ask_t;


static void ngx_lo_prompt_versions(ngx_lo_job_t *job, void *data);
static void ngx_lo_prompt_got(ngx_lo_job_t *job, void *data);


static void
ngx_lo_prompt_free(void *own)
{
    ngx_lo_ask_t  *ask = own;

    if (ask->job != NULL) {
        ngx_lo_job_forget(ask->job);
    }

    ngx_free(ask);
}


static void
ngx_lo_prompt_failed(ngx_lo_effect_t *e, const char *type, const char *why)
{
    ngx_uint_t    later;
    const char   *name, *version;
    ngx_lo_ask_t *ask = e->own;

    later = ask ? ask->later : 0;
    name = ckp_json_str(e->body, "name");
    version = ckp_json_str(e->body, "version");

    ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
                        json_pack("{s:s, s:o}", "type", type, "message",
                                  json_sprintf("prompt '%s%s%s': %s",
                                               name ? name : "",
                                               version && *version ? "@" : "",
                                               version ? version : "", why)),
                        later);
}


/* --- its program ------------------------------------------------------------ */


/* The document's text and its hash; NULL: no memory. */

static char *
ngx_lo_prompt_text(const json_t *row, char *hash)
{
    char    *text;
    u_char   sha[CKP_SHA256_LEN];
    json_t  *doc;

    doc = ckp_prompt_document(json_object_get(row, "body"));
    text = doc ? ckp_json_canonical(doc) : NULL;
    json_decref(doc);

    if (text != NULL) {
        ckp_sha256(text, strlen(text), sha);
        ckp_hex(sha, sizeof(sha), hash);
    }

    return text;
}


static void
ngx_lo_prompt_link(ngx_lo_effect_t *e, const json_t *row)
{
    char           *text, hash[2 * CKP_SHA256_LEN + 1];
    const json_t   *body;
    ckp_program_t  *prog;

    text = ngx_lo_prompt_text(row, hash);

    if (text == NULL) {
        ngx_lo_prompt_failed(e, "ResourceBusy", "no memory");
        return;
    }

    prog = ngx_lo_program_get(hash);

    if (prog == NULL) {
        prog = ngx_lo_program_compile(hash, text, ngx_strlen(text));
    }

    ckp_free(text);

    if (prog == NULL) {
        ngx_lo_prompt_failed(e, "PromptTemplateError", "it does not compile");
        return;
    }

    if (ckp_run_link(e->run->ckp, hash, prog) != CKP_OK) {
        ngx_lo_prompt_failed(e, "ResourceBusy", "no memory");
        return;
    }

    body = json_object_get(row, "body");

    ngx_lo_effect_reply(e, CKP_OUTCOME_OK,
                        json_pack("{s:O, s:O, s:s, s:O*, s:O*, s:O*}",
                            "name", json_object_get(row, "name"),
                            "version", json_object_get(row, "version"),
                            "hash", hash,
                            "profile", json_object_get(body, "profile"),
                            "model", json_object_get(body, "model"),
                            "output_schema", json_object_get(body,
                                                         "output_schema")),
                        1);
}


/* --- choosing ---------------------------------------------------------------- */


/* version NGX_LO_NULL: the one that the name alone means.  label NULL: none. */

static void
ngx_lo_prompt_load(ngx_lo_effect_t *e, int64_t version, const char *label)
{
    ngx_int_t      rc;
    ngx_lo_job_t  *job;
    const char    *name;
    ngx_lo_ask_t  *ask = e->own;

    name = ckp_json_str(e->body, "name");
    job = ngx_lo_job_new(ngx_lo_store(), 0);

    rc = (job == NULL) ? NGX_ERROR
         : label ? ngx_lo_job_add(job, &ngx_lo_sql_prompt_labelled, name, label)
         : ngx_lo_job_add(job, &ngx_lo_sql_prompt_get, name, version);

    if (rc != NGX_OK) {
        ngx_lo_job_free(job);
        ngx_lo_prompt_failed(e, "ResourceBusy", "the store does not answer");
        return;
    }

    ask->job = job;
    ngx_lo_job_submit(job, ngx_lo_prompt_got, e);
}


static void
ngx_lo_prompt_got(ngx_lo_job_t *job, void *data)
{
    ngx_lo_ask_t     *ask;
    const json_t     *row;
    ngx_lo_effect_t  *e = data;

    ask = e->own;
    ask->job = NULL;
    ask->later = 1;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {
        ngx_lo_prompt_failed(e, "ResourceBusy", "the store does not answer");
        return;
    }

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        ngx_lo_prompt_failed(e, "PromptTemplateError",
                             "there is no such prompt, version or label");
        return;
    }

    ngx_lo_prompt_link(e, row);
}


/* The highest version that the range has. */

static void
ngx_lo_prompt_versions(ngx_lo_job_t *job, void *data)
{
    size_t            i;
    char              text[NGX_INT64_LEN + 1];
    int64_t           version;
    json_t           *row;
    ngx_lo_ask_t     *ask;
    const char       *range;
    ngx_lo_effect_t  *e = data;

    ask = e->own;
    ask->job = NULL;
    ask->later = 1;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {
        ngx_lo_prompt_failed(e, "ResourceBusy", "the store does not answer");
        return;
    }

    range = ckp_json_str(e->body, "version");

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        version = ckp_json_int(row, "version", 0);
        *ngx_sprintf((u_char *) text, "%L", version) = '\0';

        if (ckp_version_fits(range, text)) {
            ngx_lo_prompt_load(e, version, NULL);
            return;
        }
    }

    ngx_lo_prompt_failed(e, "PromptTemplateError",
                         "there is no such prompt or version");
}


static ngx_int_t
ngx_lo_prompt_ask(ngx_lo_effect_t *e, ngx_lo_ask_t *ask)
{
    const char    *version;
    ngx_int_t      n;

    version = ckp_json_str(e->body, "version");
    version = version ? version : "";

    if (*version == '\0') {
        ngx_lo_prompt_load(e, NGX_LO_NULL, NULL);
        return NGX_OK;
    }

    n = ngx_atoi((u_char *) version, ngx_strlen(version));

    if (n != NGX_ERROR) {
        ngx_lo_prompt_load(e, n, NULL);
        return NGX_OK;
    }

    if (!ckp_version_is_range(version)) {
        ngx_lo_prompt_load(e, NGX_LO_NULL, version);
        return NGX_OK;
    }

    ask->job = ngx_lo_job_new(ngx_lo_store(), 0);

    if (ask->job == NULL
        || ngx_lo_job_add(ask->job, &ngx_lo_sql_prompt_versions,
                          ckp_json_str(e->body, "name"),
                          (int64_t) NGX_LO_PROMPT_VERSIONS, (int64_t) 0)
           != NGX_OK)
    {
        ngx_lo_job_free(ask->job);
        ask->job = NULL;
        return NGX_ERROR;
    }

    ngx_lo_job_submit(ask->job, ngx_lo_prompt_versions, e);

    return NGX_OK;
}


void
ngx_lo_to_prompt(ngx_lo_effect_t *e)
{
    ngx_lo_ask_t  *ask;

    ask = ngx_lo_store() ? ngx_calloc(sizeof(ngx_lo_ask_t), ngx_cycle->log)
                         : NULL;

    if (ask == NULL) {
        ngx_lo_prompt_failed(e, "ResourceBusy", "the store does not answer");
        return;
    }

    e->own = ask;
    e->own_free = ngx_lo_prompt_free;

    if (ngx_lo_prompt_ask(e, ask) != NGX_OK) {
        ngx_lo_prompt_failed(e, "ResourceBusy", "the store does not answer");
    }
}
