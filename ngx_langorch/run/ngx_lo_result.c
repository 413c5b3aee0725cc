/*
 * Results by key that runs share (spec/ckp.md 20.2): a question waits until its
 * run has the right to make one, or another's is known.
 */

#include "run/ngx_lo_admit.h"

#define NGX_LO_RESULT_MS      100       /* between two looks ... */
#define NGX_LO_RESULT_MS_MAX  1000      /* ... they grow apart */


static void
ngx_lo_result_look(ngx_event_t *ev)
{
    ngx_lo_result_claim(ev->data);
}


static void
ngx_lo_result_later(ngx_lo_effect_t *e)
{
    ngx_msec_t  waited;

    waited = ngx_current_msec - e->asked;

    e->timer.handler = ngx_lo_result_look;
    e->timer.data = e;

    ngx_add_timer(&e->timer, ngx_min(NGX_LO_RESULT_MS + waited / 4,
                                     NGX_LO_RESULT_MS_MAX));
}


static json_t *
ngx_lo_result_known(const ngx_lo_effect_t *e, const json_t *row,
    const char *status)
{
    json_t      *data;
    ngx_uint_t   failed;

    failed = (ngx_strcmp(status, "failed") == 0);

    data = json_pack("{s:O?, s:O?}", failed ? "failure" : "result",
                     json_object_get(row, "result"),
                     "hash", json_object_get(row, "hash"));

    if (ckp_json_int(row, "run", 0) != e->run->id) {
        (void) json_object_set(data, "source_run_id",
                               json_object_get(row, "source_run_id"));
    }

    return data;
}


/* Somebody is at it: wait, fail, or do it all the same. */

static void
ngx_lo_result_busy(ngx_lo_effect_t *e, const json_t *wanted)
{
    const char  *word;

    word = ckp_json_str(wanted, "on_in_progress");

    if (word != NULL && ngx_strcmp(word, "proceed") == 0) {
        e->claimed = 1;
        (void) ngx_lo_admit_again(e);
        return;
    }

    if (word != NULL && ngx_strcmp(word, "wait") == 0
        && (int64_t) (ngx_current_msec - e->asked)
           < ckp_json_int(wanted, "wait_ms", 0))
    {
        ngx_lo_result_later(e);
        return;
    }

    ngx_lo_admit_answer(e, json_pack("{s:{s:s, s:s}}", "error",
                        "type", "ResourceBusy", "message", "another execution"
                        " with this idempotency key is under way"));
}


static void
ngx_lo_result_got(ngx_lo_job_t *job, void *data)
{
    json_t           *wanted;
    const char       *status, *path;
    const json_t     *row;
    ngx_lo_effect_t  *e = data;

    e->job = NULL;

    row = (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) ? ngx_lo_job_row(job, 1)
                                                : NULL;
    status = ckp_json_str(row, "status");
    path = ckp_json_str(row, "path");

    if (status == NULL || path == NULL) {
        ngx_lo_result_later(e);
        return;
    }

    /* nobody knows what it was, and it is not to be done twice */

    if (ngx_lo_job_shut(job)) {
        ngx_lo_admit_answer(e, json_pack("{s:{s:s, s:s}}", "error",
                            "type", "SecretForbidden", "message", "the result"
                            " under this idempotency key is sealed, and not"
                            " under the key of the site"));
        return;
    }

    if (ngx_strcmp(status, "started") != 0) {
        ngx_lo_admit_answer(e, ngx_lo_result_known(e, row, status));
        return;
    }

    wanted = json_object_get(e->body, "idempotency");

    if (ckp_json_int(row, "run", 0) == e->run->id
        && ngx_strcmp(path, ckp_json_str(e->body, "path")) == 0)
    {
        e->claimed = 1;
        (void) ngx_lo_admit_again(e);
        return;
    }

    ngx_lo_result_busy(e, wanted);
}


void
ngx_lo_result_claim(ngx_lo_effect_t *e)
{
    json_t        *wanted;
    int64_t        now, ttl;
    const char    *scope, *key;
    ngx_lo_job_t  *job;

    wanted = json_object_get(e->body, "idempotency");
    scope = ckp_json_str(wanted, "scope");
    key = ckp_json_str(wanted, "key");

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        ngx_lo_result_later(e);
        return;
    }

    now = ngx_lo_now_ms();
    ttl = ckp_json_int(wanted, "ttl_s", 0) * 1000;

    /* within a run results do not age */

    if (scope != NULL && ngx_strncmp(scope, "run:", 4) == 0) {
        ttl = now;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_admit_claim, scope, key, e->run->id,
                          ckp_json_str(e->body, "path"),
                          ckp_json_str(wanted, "hash"), now, now - ttl,
                          (int64_t) ckp_json_bool(wanted, "cache_failures",
                                                  false));
    (void) ngx_lo_job_add(job, &ngx_lo_sql_admit_claimed, scope, key);

    e->job = job;
    ngx_lo_job_submit(job, ngx_lo_result_got, e);
}
