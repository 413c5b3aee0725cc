/*
 * What the gate of a start asks the store; see ngx_lo_gate.h.
 */

#include "run/ngx_lo_gate.h"
#include "store/ngx_lo_sql.h"


static const json_t *
ngx_lo_gate_place(const ngx_lo_gate_t *g)
{
    return json_object_get(g->gate, "place");
}


static const json_t *
ngx_lo_gate_dedupe(const ngx_lo_gate_t *g)
{
    return g->again ? NULL : json_object_get(g->gate, "dedupe");
}


const char *
ngx_lo_gate_on_limit(const ngx_lo_gate_t *g)
{
    const char  *word;

    word = ckp_json_str(ngx_lo_gate_place(g), "on_limit");

    return word != NULL ? word : "";
}


ngx_uint_t
ngx_lo_gate_refuses(const ngx_lo_gate_t *g)
{
    const char  *word;

    word = ckp_json_str(ngx_lo_gate_dedupe(g), "on_duplicate");

    return word != NULL && ngx_strcmp(word, "reject") == 0;
}


static ngx_int_t
ngx_lo_gate_seek(const ngx_lo_gate_t *g, ngx_lo_job_t *job,
    const ngx_lo_stmt_t *stmt, int64_t now_ms)
{
    const json_t  *dedupe;

    dedupe = ngx_lo_gate_dedupe(g);

    return ngx_lo_job_add(job, stmt, ckp_json_str(dedupe, "key"),
                          now_ms - ckp_json_int(dedupe, "window_ms", 0),
                          ckp_json_str(dedupe, "statuses"));
}


ngx_int_t
ngx_lo_gate_twin(const ngx_lo_gate_t *g, ngx_lo_job_t *job, int64_t now_ms)
{
    return ngx_lo_gate_seek(g, job, &ngx_lo_sql_gate_twin, now_ms);
}


ngx_int_t
ngx_lo_gate_before(ngx_lo_gate_t *g, ngx_lo_job_t *job, int64_t now_ms)
{
    const char    *word;
    const json_t  *place;

    g->twin = 0;
    g->full = 0;

    if (ngx_lo_gate_dedupe(g) != NULL) {
        g->twin = ngx_lo_job_len(job) + 1;

        if (ngx_lo_gate_seek(g, job, &ngx_lo_sql_gate_new, now_ms) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    place = ngx_lo_gate_place(g);
    word = ngx_lo_gate_on_limit(g);

    if (g->skipped
        || (ngx_strcmp(word, "reject") != 0 && ngx_strcmp(word, "skip") != 0))
    {
        return NGX_OK;
    }

    g->full = ngx_lo_job_len(job) + 1;

    return ngx_lo_job_add(job, &ngx_lo_sql_gate_free,
                          ckp_json_str(place, "key"),
                          ckp_json_int(place, "max", 1));
}


/* The oldest ones go; the new one waits until they are gone. */

static ngx_int_t
ngx_lo_gate_evict(const json_t *place, ngx_lo_job_t *job, const char *run_id,
    int64_t now_ms)
{
    json_t      *data;
    int64_t      max;
    ngx_int_t    rc;
    const char  *key;

    data = json_pack("{s:s, s:s}", "reason", "concurrency", "actor", "system");
    if (data == NULL) {
        return NGX_ERROR;
    }

    key = ckp_json_str(place, "key");
    max = ckp_json_int(place, "max", 1);

    rc = ngx_lo_job_add(job, &ngx_lo_sql_gate_evict[0], run_id, key, max,
                        now_ms, data);
    json_decref(data);

    return rc == NGX_OK ? ngx_lo_job_add(job, &ngx_lo_sql_gate_evict[1],
                                         run_id, key, max, now_ms)
                        : NGX_ERROR;
}


ngx_int_t
ngx_lo_gate_after(ngx_lo_gate_t *g, ngx_lo_job_t *job, const char *run_id,
    int64_t now_ms)
{
    const json_t  *place, *dedupe;

    place = ngx_lo_gate_place(g);

    /* also one that repeats on purpose is what others may repeat */

    dedupe = json_object_get(g->gate, "dedupe");

    if (place == NULL && dedupe == NULL) {
        return NGX_OK;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_gate_keys, run_id,
                       ckp_json_str(place, "key"),
                       place ? ckp_json_int(place, "max", 1) : NGX_LO_NULL,
                       ckp_json_str(dedupe, "key"))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (g->skipped) {
        return ngx_lo_job_add(job, &ngx_lo_sql_gate_skip, run_id, now_ms);
    }

    if (place == NULL) {
        return NGX_OK;
    }

    if (ngx_strcmp(ngx_lo_gate_on_limit(g), "cancel_oldest") == 0
        && ngx_lo_gate_evict(place, job, run_id, now_ms) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_gate_wait, run_id);
}


ngx_lo_gate_miss_t
ngx_lo_gate_missed(const ngx_lo_gate_t *g, const ngx_lo_job_t *job)
{
    ngx_uint_t  guard;

    guard = ngx_lo_job_guard(job) + 1;

    if (guard == g->twin) {
        return NGX_LO_GATE_TWIN;
    }

    return guard == g->full ? NGX_LO_GATE_FULL : NGX_LO_GATE_OTHER;
}
