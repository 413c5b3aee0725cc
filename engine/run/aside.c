/*
 * Questions that somebody asks about a run beside it: it does not wait for the
 * answer, but it tells of them, knows when they are over, and takes them with
 * it when it ends.  Source: spec/ckp.md 22.4, spec/api.md 7 (POST
 * /api/approvals).
 *
 * run.asides is {approval_id: {exp, node}}; exp 0: for ever.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"


/* The NOTE tells of a question, or of its end. */

ckp_code_t
ckp_aside_note(ckp_run_t *run, const ckp_input_t *in)
{
    const json_t *const  asked = json_object_get(in->data, "asked");
    const char *const    over = ckp_json_str(in->data, "over");
    const char *const    id = ckp_json_str(asked, "id");

    if (over != NULL) {
        return ckp_run_get(run, "asides", over) == NULL
               ? CKP_E_STATE : ckp_run_del(run, "asides", over);
    }

    if (id == NULL) {
        return CKP_OK;
    }

    return ckp_run_put(run, "asides", id, json_pack("{s:I, s:s?}",
               "exp", (json_int_t) ckp_json_int(asked, "exp", 0),
               "node", ckp_json_str(in->data, "node_id")));
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
    const char *const   own = ckp_arena_strdup(run->arena, id);
    const json_t *const aside = ckp_run_get(run, "asides", id);
    const char *const   node = ckp_json_str(aside, "node");
    const ckp_place_t   at = {
        .type = type,
        .node_id = node == NULL ? NULL : ckp_arena_strdup(run->arena, node)
    };
    ckp_code_t          rc = own == NULL ? CKP_E_NOMEM
                             : ckp_run_del(run, "asides", own);

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
