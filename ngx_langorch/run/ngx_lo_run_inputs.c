/*
 * Inputs that wait for their turn: made, queued, kept over a reload.
 */

#include "run/ngx_lo_run_int.h"


ngx_lo_input_t *
ngx_lo_input_new(ckp_input_kind_t kind, const char *ref, json_t *data)
{
    size_t           len;
    ngx_lo_input_t  *in;

    in = ngx_calloc(sizeof(ngx_lo_input_t), ngx_cycle->log);
    len = ngx_strlen(ref);

    if (in != NULL) {
        in->ref = ngx_alloc(len + 1, ngx_cycle->log);
    }

    if (in == NULL || in->ref == NULL) {
        ngx_free(in);
        json_decref(data);
        return NULL;
    }

    ngx_memcpy(in->ref, ref, len + 1);
    in->kind = kind;
    in->data = data;

    return in;
}


void
ngx_lo_run_input(ngx_lo_run_t *run, ckp_input_kind_t kind,
    ckp_outcome_t outcome, const char *ref, json_t *data, int64_t inbox_id)
{
    ngx_lo_input_t  *in;

    in = ngx_lo_input_new(kind, ref, data);

    if (in == NULL) {
        run->again = 1;         /* what was lost is repeated after a reload */
        return;
    }

    in->outcome = outcome;
    in->inbox_id = inbox_id;

    if (kind == CKP_IN_CANCEL) {
        ngx_queue_insert_head(&run->inputs, &in->queue);

    } else {
        ngx_queue_insert_tail(&run->inputs, &in->queue);
    }
}


/* A state that the run is set back to may be inside of child procedures; those
 * that are not compiled here are read when the run is loaded again. */

static ngx_uint_t
ngx_lo_run_links(ngx_lo_run_t *run, const json_t *state)
{
    const char     *hash;
    ckp_program_t  *prog;

    while ((hash = ckp_run_want_of(run->ckp, state)) != NULL) {
        prog = ngx_lo_program_get(hash);

        if (prog == NULL || ckp_run_link(run->ckp, hash, prog) != CKP_OK) {
            return 0;
        }
    }

    return 1;
}


void
ngx_lo_run_inbox(ngx_lo_run_t *run, const json_t *row)
{
    int64_t       id;
    ngx_uint_t    i;
    const char   *kind, *ref;

    static const struct {
        const char        *name;
        ckp_input_kind_t   kind;
    } kinds[] = {
        { "decision", CKP_IN_DECISION },
        { "cancel",   CKP_IN_CANCEL },
        { "resume",   CKP_IN_RESUME },
        { "pause",    CKP_IN_PAUSE },
        { "callback", CKP_IN_CALLBACK },
        { "child",    CKP_IN_CHILD },
        { "note",     CKP_IN_NOTE },
    };

    id = ckp_json_int(row, "inbox_id", 0);

    if (id <= run->inbox_last) {
        return;
    }

    /* under a key that came with a reload: who has that one goes on with it */

    if (ngx_lo_store_is_shut(json_object_get(row, "data"))) {
        run->again = 1;
        return;
    }

    /* whoever loads the run sees it, and what that means */

    if (ngx_lo_store_is_damaged(json_object_get(row, "data"))) {
        run->again = 1;
        return;
    }

    run->inbox_last = id;

    if (!ngx_lo_run_links(run, json_object_get(json_object_get(row, "data"),
                                               "state")))
    {
        run->again = 1;
        return;
    }

    kind = ckp_json_str(row, "kind");
    ref = ckp_json_str(row, "ref");

    for (i = 0; kind != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {

        if (ngx_strcmp(kinds[i].name, kind) == 0) {
            ngx_lo_run_input(run, kinds[i].kind, CKP_OUTCOME_OK,
                             ref ? ref : "",
                             json_incref(json_object_get(row, "data")), id);

            if (kinds[i].kind == CKP_IN_CANCEL) {
                run->cancel = 1;
            }

            return;
        }
    }

    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                  "run %s: inbox row %L has no known kind", run->run_id, id);
}


void
ngx_lo_inputs_keep_replies(ngx_queue_t *from, ngx_queue_t *to)
{
    ngx_queue_t     *q, *next;
    ngx_lo_input_t  *in;

    for (q = ngx_queue_head(from); q != ngx_queue_sentinel(from); q = next) {
        in = ngx_queue_data(q, ngx_lo_input_t, queue);
        next = ngx_queue_next(q);

        if (in->kind == CKP_IN_REPLY) {
            ngx_queue_remove(q);
            ngx_queue_insert_tail(to, q);
        }
    }
}


static void
ngx_lo_input_free(ngx_lo_input_t *in)
{
    json_decref(in->data);
    ngx_free(in->ref);
    ngx_free(in);
}


void
ngx_lo_inputs_free(ngx_queue_t *q)
{
    ngx_queue_t  *head;

    while (!ngx_queue_empty(q)) {
        head = ngx_queue_head(q);
        ngx_queue_remove(head);
        ngx_lo_input_free(ngx_queue_data(head, ngx_lo_input_t, queue));
    }
}
