/*
 * Questions that somebody asks about a run beside it: it does not wait for the
 * answer, but it tells of them, knows when they are over, and takes them with
 * it when it ends.  Source: spec/ckp.md 22.4, spec/api.md 7 (POST
 * /api/approvals).
 *
 * run.asides is {approval_id: {exp, node, at}}: until when (0: for ever), and
 * since when.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"


/* How long it was open (spec/api.md 2, approval_wait_seconds). */

static ckp_code_t
aside_waited(ckp_run_t *run, const json_t *aside, const char *outcome)
{
    const int64_t       at = ckp_json_int(aside, "at", run->now);
    const ckp_metric_t  m = {
        .name = "approval_wait_seconds", .kind = CKP_METRIC_HISTOGRAM,
        .value = (double) (run->now - at) / 1000,
        .labels = json_pack("{s:s}", "outcome", outcome)
    };

    return ckp_run_metric(run, &m);
}


/* Somebody decided it. */

static ckp_code_t
aside_decided(ckp_run_t *run, const ckp_input_t *in, const char *id)
{
    const char *const    said = ckp_json_str(
                             json_object_get(in->data, "payload"), "decision");
    const json_t *const  aside = ckp_run_get(run, "asides", id);
    ckp_code_t           rc;

    if (aside == NULL) {
        return CKP_E_STATE;
    }

    rc = aside_waited(run, aside, said != NULL && strcmp(said, "rejected") == 0
                                  ? "rejected" : "approved");

    return rc == CKP_OK ? ckp_run_del(run, "asides", id) : rc;
}


/* The NOTE tells of a question, or of its end. */

ckp_code_t
ckp_aside_note(ckp_run_t *run, const ckp_input_t *in)
{
    const json_t *const  asked = json_object_get(in->data, "asked");
    const char *const    over = ckp_json_str(in->data, "over");
    const char *const    id = ckp_json_str(asked, "id");

    if (over != NULL) {
        return aside_decided(run, in, over);
    }

    if (id == NULL) {
        return CKP_OK;
    }

    return ckp_run_put(run, "asides", id, json_pack("{s:I, s:s?, s:I}",
               "exp", (json_int_t) ckp_json_int(asked, "exp", 0),
               "node", ckp_json_str(in->data, "node_id"),
               "at", (json_int_t) run->now));
}


int64_t
ckp_aside_at(const ckp_run_t *run)
{
    const char  *id;
    json_t      *aside;
    int64_t      at = INT64_MAX;

    json_object_foreach(ckp_run_get(run, "asides", NULL), id, aside) {
        const int64_t  exp = ckp_json_int(aside, "exp", 0);

        if (exp != 0 && exp < at) {
            at = exp;
        }
    }

    return at;
}


/* It leaves the list first: what tells of it must not live there. */

static ckp_code_t
aside_over(ckp_run_t *run, const char *id, const char *type, json_t *payload)
{
    const bool          late = strcmp(type, "approval_expired") == 0;
    const char *const   own = ckp_arena_strdup(run->arena, id);
    const json_t *const aside = ckp_run_get(run, "asides", id);
    const char *const   node = ckp_json_str(aside, "node");
    const ckp_place_t   at = {
        .type = type,
        .node_id = node == NULL ? NULL : ckp_arena_strdup(run->arena, node)
    };
    ckp_code_t          rc = own == NULL ? CKP_E_NOMEM
                             : aside_waited(run, aside, late ? "timeout"
                                                             : "cancelled");

    if (rc == CKP_OK) {
        rc = ckp_run_del(run, "asides", own);
    }

    if (rc != CKP_OK) {
        json_decref(payload);
        return rc;
    }

    return ckp_run_emit(run, &at, payload);
}


ckp_code_t
ckp_aside_tick(ckp_run_t *run)
{
    json_t *const  asides = json_copy(ckp_run_get(run, "asides", NULL));
    const char    *id;
    json_t        *aside;
    ckp_code_t     rc = CKP_OK;

    json_object_foreach(asides, id, aside) {
        const int64_t  exp = ckp_json_int(aside, "exp", 0);

        if (rc != CKP_OK || exp == 0 || exp > run->now) {
            continue;
        }

        rc = aside_over(run, id, "approval_expired", json_pack("{s:s, s:n}",
                        "approval_id", id, "timeout_action"));

        if (rc == CKP_OK) {
            rc = ckp_run_write(run, "approval_end", "", json_pack("{s:s, s:s}",
                               "approval_id", id, "status", "timeout"));
        }
    }

    json_decref(asides);

    return rc;
}


ckp_code_t
ckp_aside_void(ckp_run_t *run, const char *reason)
{
    json_t *const  asides = json_copy(ckp_run_get(run, "asides", NULL));
    const char    *id;
    json_t        *aside;
    ckp_code_t     rc = CKP_OK;

    json_object_foreach(asides, id, aside) {
        if (rc == CKP_OK) {
            rc = aside_over(run, id, "approval_voided", json_pack("{s:s, s:s}",
                            "approval_id", id, "reason", reason));
        }

        if (rc == CKP_OK) {
            rc = ckp_run_write(run, "approval_end", "", json_pack("{s:s, s:s}",
                               "approval_id", id, "status", "cancelled"));
        }
    }

    json_decref(asides);

    return rc;
}
