/*
 * What is shown of a question: to a caller, and as the hash that an answer is
 * bound to.
 */

#include "api/ngx_lo_reply.h"
#include "approval/ngx_lo_approver.h"
#include "store/ngx_lo_sql_identity.h"


ngx_int_t
ngx_lo_approver_ask(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_deputy_of, api->actor, api->now_ms);
}


json_t *
ngx_lo_approval_shown(ngx_lo_api_t *api, const json_t *row,
    const json_t *deputes)
{
    char           hash[NGX_LO_SHOWN_LEN + 1];
    json_t        *v;
    ngx_lo_may_t   may;

    v = json_copy((json_t *) row);

    if (v == NULL || ngx_lo_approval_hash(row, hash) != NGX_OK
        || json_object_set_new(v, "shown_hash", json_string(hash)) != 0)
    {
        json_decref(v);
        return NULL;
    }

    /* where nobody vouches for names, the client may still give another */

    may = ngx_lo_approver_may(api, row, api->actor, deputes);

    if (may == NGX_LO_MAY_NOT_LEVEL
        || (may != NGX_LO_MAY && !ngx_lo_api_is_open(api)))
    {
        (void) json_object_set_new(v, "can_decide", json_false());
    }

    (void) json_object_del(v, "_creator");
    (void) json_object_del(v, "_mapped");
    (void) json_object_del(v, "_aside");

    return v;
}


/* Not the level and not the time: those may change while somebody reads. */

ngx_int_t
ngx_lo_approval_hash(const json_t *row, char out[NGX_LO_SHOWN_LEN + 1])
{
    char        *text;
    json_t      *shown;
    uint8_t      sum[CKP_SHA256_LEN];
    ngx_uint_t   i;

    static const char *const  members[] = {
        "approval_id", "context_data", "decision_type", "input_schema",
        "node_id", "options", "prompt", "run_id"
    };

    shown = json_object();

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (json_object_set(shown, members[i],
                            json_object_get(row, members[i])) != 0)
        {
            json_decref(shown);
            return NGX_ERROR;
        }
    }

    text = ckp_json_canonical(shown);
    json_decref(shown);

    if (text == NULL) {
        return NGX_ERROR;
    }

    ckp_sha256(text, strlen(text), sum);
    ckp_hex(sum, sizeof(sum), out);
    ckp_free(text);

    return NGX_OK;
}


ngx_int_t
ngx_lo_approval_conflict(ngx_lo_api_t *api, const json_t *row,
    const char *code, const char *detail)
{
    json_t  *shown;

    shown = ngx_lo_approval_shown(api, row, NULL);
    if (shown == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem_json(api, 409, code, json_string(detail),
                                   json_pack("{s:o}", "approval", shown));
}
