/*
 * Answers of the store about credentials, kept for a moment.
 */

#include "auth/ngx_lo_proof.h"
#include "core/ngx_lo_core.h"
#include "store/ngx_lo_sql_identity.h"

#define NGX_LO_PROOF_MAX     4096       /* answers a worker keeps */
#define NGX_LO_PROOF_AGE_MS  2000
#define NGX_LO_PROOF_USE_MS  60000


struct ngx_lo_look_s {
    ngx_lo_job_t         *job;          /* NULL: it is done */
    const ngx_lo_stmt_t  *stmt;
    json_t               *asked;        /* [key, first, second] */
    uint64_t              number;
    ngx_lo_look_pt        done;
    void                 *data;
};


static struct {
    json_t    *known;                   /* key -> {row, at} */
    uint64_t   number;                  /* of the zone, when it was read */
} ngx_lo_proofs;


static ngx_int_t ngx_lo_proof_read(ngx_lo_look_t *look);
static void ngx_lo_proof_got(ngx_lo_job_t *job, void *data);
static void ngx_lo_proof_keep(const ngx_lo_look_t *look, const json_t *row);


/* --- kept ------------------------------------------------------------------- */


const json_t *
ngx_lo_proof_row(const char *key)
{
    uint64_t       number;
    const json_t  *entry;

    number = ngx_lo_zone_kept(NGX_LO_KEPT_WHO);

    if (number != ngx_lo_proofs.number) {
        ngx_lo_proof_stop();
        ngx_lo_proofs.number = number;
    }

    entry = json_object_get(ngx_lo_proofs.known, key);

    if (entry == NULL
        || ngx_lo_boot_ms() - ckp_json_int(entry, "at", 0)
           > NGX_LO_PROOF_AGE_MS)
    {
        return NULL;
    }

    return json_object_get(entry, "row");
}


/* Of what is not there nothing is kept: anybody can ask for that, and would
 * push out the others. */

static void
ngx_lo_proof_keep(const ngx_lo_look_t *look, const json_t *row)
{
    if (row == NULL) {
        return;
    }

    if (look->number != ngx_lo_proofs.number
        || json_object_size(ngx_lo_proofs.known) >= NGX_LO_PROOF_MAX)
    {
        ngx_lo_proof_stop();
        ngx_lo_proofs.number = look->number;
    }

    if (ngx_lo_proofs.known == NULL) {
        ngx_lo_proofs.known = json_object();
    }

    (void) json_object_set_new(ngx_lo_proofs.known,
                               json_string_value(json_array_get(look->asked,
                                                                0)),
                               json_pack("{s:O, s:I}", "row", row, "at",
                                         (json_int_t) ngx_lo_boot_ms()));
}


void
ngx_lo_proof_changed(void)
{
    ngx_lo_zone_kept_changed(NGX_LO_KEPT_WHO);
}


void
ngx_lo_proof_stop(void)
{
    json_decref(ngx_lo_proofs.known);
    ngx_lo_proofs.known = NULL;
}


/* --- looked for --------------------------------------------------------------- */


ngx_lo_look_t *
ngx_lo_proof_look(const char *key, const ngx_lo_stmt_t *stmt,
    const char *first, const char *second)
{
    ngx_lo_look_t  *look;

    if (ngx_lo_store() == NULL) {
        return NULL;
    }

    look = ngx_calloc(sizeof(ngx_lo_look_t), ngx_cycle->log);

    if (look == NULL) {
        return NULL;
    }

    look->stmt = stmt;
    look->asked = json_pack("[s, s, s?]", key, first, second);

    if (look->asked == NULL || ngx_lo_proof_read(look) != NGX_OK) {
        ngx_lo_proof_end(look);
        return NULL;
    }

    return look;
}


void
ngx_lo_proof_wait(ngx_lo_look_t *look, ngx_lo_look_pt done, void *data)
{
    look->done = done;
    look->data = data;
}


static ngx_int_t
ngx_lo_proof_read(ngx_lo_look_t *look)
{
    ngx_lo_job_t  *job;

    look->number = ngx_lo_zone_kept(NGX_LO_KEPT_WHO);
    job = ngx_lo_job_new(ngx_lo_store(), 0);

    if (job == NULL) {
        return NGX_ERROR;
    }

    if (ngx_lo_job_add(job, look->stmt,
                       json_string_value(json_array_get(look->asked, 1)),
                       json_string_value(json_array_get(look->asked, 2)))
        != NGX_OK)
    {
        ngx_lo_job_free(job);
        return NGX_ERROR;
    }

    look->job = job;
    ngx_lo_job_submit(job, ngx_lo_proof_got, look);

    return NGX_OK;
}


static void
ngx_lo_proof_got(ngx_lo_job_t *job, void *data)
{
    void            *waits;
    json_t          *row;
    ngx_uint_t       failed;
    ngx_lo_look_t   *look = data;
    ngx_lo_look_pt   done;

    look->job = NULL;
    failed = (ngx_lo_job_rc(job) != NGX_LO_JOB_OK);

    /* changed while it was read: it may be that of before */

    if (!failed && look->number != ngx_lo_zone_kept(NGX_LO_KEPT_WHO)
        && ngx_lo_proof_read(look) == NGX_OK)
    {
        return;
    }

    row = NULL;

    if (!failed) {
        row = json_incref((json_t *) ngx_lo_job_row(job, 0));
        ngx_lo_proof_keep(look, row);
    }

    done = look->done;
    waits = look->data;
    ngx_lo_proof_end(look);

    done(waits, row, failed);
    json_decref(row);
}


void
ngx_lo_proof_end(ngx_lo_look_t *look)
{
    if (look == NULL) {
        return;
    }

    if (look->job != NULL) {
        ngx_lo_job_forget(look->job);
    }

    json_decref(look->asked);
    ngx_free(look);
}


/* --- used ------------------------------------------------------------------------ */


static void
ngx_lo_proof_wrote(ngx_lo_job_t *job, void *data)
{
    (void) job;
    (void) data;
}


/* The row that is kept learns it at once, so that it is written once. */

void
ngx_lo_proof_used(const json_t *token)
{
    int64_t        now;
    const char    *id;
    ngx_lo_job_t  *job;

    now = ngx_lo_now_ms();
    id = ckp_json_str(token, "token_id");

    if (now - ckp_json_int(token, "last_used_at", 0) < NGX_LO_PROOF_USE_MS
        || json_object_set_new((json_t *) token, "last_used_at",
                               json_integer(now))
           != 0
        || ngx_lo_store() == NULL)
    {
        return;
    }

    job = ngx_lo_job_new(ngx_lo_store(), 1);

    if (job == NULL) {
        return;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_token_used, id, now,
                       now - NGX_LO_PROOF_USE_MS)
        != NGX_OK)
    {
        ngx_lo_job_free(job);
        return;
    }

    ngx_lo_job_submit(job, ngx_lo_proof_wrote, NULL);
}
