/*
 * Child runs in the transaction of a turn: one is born, is told to end, or
 * tells the run around it that it is over (spec/ckp.md 10.10).
 */

#include "run/ngx_lo_gate.h"
#include "run/ngx_lo_program.h"
#include "run/ngx_lo_run_int.h"


static ngx_int_t ngx_lo_commit_birth(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const json_t *row, int64_t now);


static ngx_int_t
ngx_lo_commit_born(ngx_lo_run_t *run, ngx_lo_job_t *job, const json_t *row,
    int64_t now)
{
    const json_t  *meta, *events;

    meta = json_object_get(row, "meta");
    events = json_object_get(row, "events");

    return ngx_lo_job_add(job, &ngx_lo_sql_child_add,
                          ckp_json_str(row, "run_id"),
                          ckp_json_str(row, "procedure_id"),
                          ckp_json_str(row, "version"),
                          ckp_json_str(row, "hash"),
                          json_object_get(row, "shown"),
                          json_object_get(row, "raw"),
                          ckp_json_str(meta, "triggered_by"),
                          ckp_json_str(meta, "project_id"),
                          ckp_json_str(meta, "case_id"), now,
                          ckp_json_str(meta, "execution_mode"),
                          ckp_json_str(meta, "actor"), run->run_id,
                          (int64_t) json_array_size(events));
}


/* Nobody is there who could be refused, so one that may not wait is told to
 * end. */

static ngx_int_t
ngx_lo_commit_full(ngx_lo_job_t *job, const char *id, const json_t *place,
    int64_t now)
{
    json_t      *data;
    int64_t      max;
    ngx_int_t    rc;
    const char  *key;

    key = ckp_json_str(place, "key");
    max = ckp_json_int(place, "max", 1);
    data = json_pack("{s:s, s:s}", "reason", "concurrency", "actor",
                     "system");

    rc = data ? ngx_lo_job_add(job, &ngx_lo_sql_child_full[0], id, key, max,
                               data, now)
              : NGX_ERROR;
    json_decref(data);

    if (rc != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_child_full[1], id, key, max)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_gate_keys, id, key, max,
                          (const char *) NULL);
}


/* Its place among the runs of its procedure (spec/ckp.md 26.1). */

static ngx_int_t
ngx_lo_commit_place(ngx_lo_job_t *job, const json_t *row, int64_t now)
{
    json_t         *gate, *place;
    ngx_int_t       rc;
    const char     *id, *word;
    ngx_lo_gate_t   g;

    id = ckp_json_str(row, "run_id");
    place = json_object_get(row, "place");

    if (place == NULL) {
        return NGX_OK;
    }

    gate = json_pack("{s:O}", "place", place);

    if (gate == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&g, sizeof(ngx_lo_gate_t));
    g.gate = gate;
    word = ngx_lo_gate_on_limit(&g);

    rc = (ngx_strcmp(word, "reject") == 0 || ngx_strcmp(word, "skip") == 0)
         ? ngx_lo_commit_full(job, id, place, now)
         : ngx_lo_gate_after(&g, job, id, now);

    json_decref(gate);

    return rc;
}


/* It is sealed when its own procedure asks for that, also where the run around
 * it is not; what a program says that is not here nobody knows. */

static ngx_uint_t
ngx_lo_commit_seals(const json_t *row)
{
    const char     *hash;
    ckp_program_t  *prog;

    hash = ckp_json_str(row, "hash");
    prog = hash ? ngx_lo_program_get(hash) : NULL;

    return prog == NULL || ckp_program_is_sensitive(prog);
}


static ngx_int_t
ngx_lo_commit_bear(ngx_lo_run_t *run, ngx_lo_job_t *job, const json_t *row,
    int64_t now)
{
    ngx_int_t   rc;
    ngx_uint_t  was;

    was = ngx_lo_job_seal(job, 1);
    (void) ngx_lo_job_seal(job, was || ngx_lo_commit_seals(row));

    rc = ngx_lo_commit_birth(run, job, row, now);
    (void) ngx_lo_job_seal(job, was);

    return rc;
}


static ngx_int_t
ngx_lo_commit_birth(ngx_lo_run_t *run, ngx_lo_job_t *job, const json_t *row,
    int64_t now)
{
    size_t       i;
    json_t      *ev;
    const char  *id;

    id = ckp_json_str(row, "run_id");

    if (ngx_lo_commit_born(run, job, row, now) != NGX_OK) {
        return NGX_ERROR;
    }

    json_array_foreach(json_object_get(row, "events"), i, ev) {

        if (ngx_lo_job_add(job, &ngx_lo_sql_child_event, id,
                           ckp_json_int(ev, "seq", 0),
                           ckp_json_int(ev, "at", now),
                           ckp_json_str(ev, "type"),
                           ckp_json_str(ev, "path"),
                           json_object_get(ev, "payload"),
                           ckp_json_str(ev, "delta"))
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_lo_commit_place(job, row, now) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_child_again, id, run->id, now);
}


static ngx_int_t
ngx_lo_commit_recall(ngx_lo_job_t *job, const json_t *row, int64_t now)
{
    json_t      *data;
    ngx_int_t    rc;
    const char  *id;

    id = ckp_json_str(row, "run_id");
    data = json_pack("{s:O, s:O?}", "reason", json_object_get(row, "reason"),
                     "actor", json_object_get(row, "actor"));

    rc = data ? ngx_lo_job_add(job, &ngx_lo_sql_child_cancel[0], id, data,
                               now)
              : NGX_ERROR;
    json_decref(data);

    return rc == NGX_OK ? ngx_lo_job_add(job, &ngx_lo_sql_child_cancel[1], id,
                                         now)
                        : rc;
}


static ngx_int_t
ngx_lo_commit_tell(ngx_lo_run_t *run, ngx_lo_job_t *job, const json_t *row,
    int64_t now)
{
    const char    *id;
    const json_t  *data;

    id = ckp_json_str(row, "run_id");
    data = json_object_get(row, "data");

    if (ngx_lo_job_add(job, &ngx_lo_sql_child_told, run->id, data) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_child_tell[0], id, run->run_id,
                          data, now)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_child_tell[1], id, now);
}


ngx_int_t
ngx_lo_commit_kin(ngx_lo_run_t *run, ngx_lo_job_t *job, const ckp_write_t *w,
    int64_t now_ms)
{
    run->kin = 1;

    if (ngx_strcmp(w->table, "child") == 0) {
        return ngx_lo_commit_bear(run, job, w->row, now_ms);
    }

    return ngx_strcmp(w->table, "parent") == 0
           ? ngx_lo_commit_tell(run, job, w->row, now_ms)
           : ngx_lo_commit_recall(job, w->row, now_ms);
}
