/*
 * Bytes as inputs of a run: the first chooses a procedure, each of the others
 * what is fed to it next.  Whatever comes in whatever order, the state after a
 * turn can be saved and loaded, and a refused input changes nothing.
 */

#include "fuzz.h"

#include "../unit/host.h"
#include "../unit/procs.h"

#define RUN_INPUTS_MAX  200


static t_host_t  hosts[T_PROCS];    /* compiled once; the runs are new */


static json_t *
run_data(uint8_t byte)
{
    static const char *const  data[] = {
        "{'result':{'rows':[1]}}", "{'type':'AgentActionError','message':'no'}",
        "{'wait_ms':20,'saturated':{'agent_id':'w1'}}", "{'native':true}",
        "{'decision':'rejected','decided_by':'a'}", "{'text':'{}'}", "[]",
        "{'hash':'none'}", "{'crash':true,'crashes':1}", "{'actor':'a'}",
        "{'status':'failure','error':{'message':'no'}}", "{'kind':'operator'}",
        "{'text':5,'usage':[],'tool_calls':{}}", "{'agent':{'agent_id':1}}",
        "{'status':'success','output':{'a':1}}", "'text'"
    };

    return f_json(data[byte % 16]);
}


/* An input that nobody asked for, to a reference that may be in flight. */
static void
run_odd(t_host_t *h, uint8_t byte, ckp_input_t *in, json_t **data)
{
    static const ckp_input_kind_t  kinds[] = {
        CKP_IN_RECOVER, CKP_IN_TICK, CKP_IN_ADMITTED, CKP_IN_REPLY,
        CKP_IN_DECISION, CKP_IN_CALLBACK, CKP_IN_PAUSE, CKP_IN_RESUME,
        CKP_IN_CANCEL, CKP_IN_REPLY, CKP_IN_ADMITTED, CKP_IN_CHILD
    };

    *data = run_data((uint8_t) (byte >> 2));
    *in = (ckp_input_t) {
        .kind = kinds[byte % 12], .outcome = (ckp_outcome_t) (byte % 3),
        .now_ms = h->now, .seed = h->seed,
        .ref = h->nwants > 0 ? h->wants[0].ref : "1:1", .data = *data
    };
}


static void
run_feed(t_host_t *h, const ckp_input_t *in)
{
    json_t *const     before = ckp_run_save(h->run);
    ckp_err_t         err = CKP_ERR_INIT;
    ckp_turn_t        turn;
    const ckp_code_t  rc = ckp_run_feed(h->run, in, &turn, &err);
    json_t *const     after = ckp_run_save(h->run);

    F_HOLDS(rc == CKP_OK || rc == CKP_E_STATE);

    if (rc == CKP_E_STATE) {
        F_HOLDS(json_equal(before, after));
        h->wake = in->kind == CKP_IN_TICK ? 0 : h->wake;

    } else {
        ckp_run_t *const  again = ckp_run_load(h->prog, "run", after, &err);

        F_HOLDS(again != NULL);
        ckp_run_free(again);
        t_host_took(h, &turn);
    }

    json_decref(before);
    json_decref(after);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    t_host_t  h;

    if (size == 0) {
        return 0;
    }

    t_host_t *const  made = &hosts[data[0] % T_PROCS];

    if (made->prog == NULL) {
        t_host_open(made, t_procs[data[0] % T_PROCS].text, t_kid);
        ckp_run_free(made->run);
        made->run = NULL;
    }

    h = *made;
    h.prog = ckp_program_ref(made->prog);
    h.kid = ckp_program_ref(made->kid);
    h.run = ckp_run_new(h.prog, "run");

    for (size_t i = 1; i < size && i < RUN_INPUTS_MAX; i++) {
        json_t       *own = NULL;
        ckp_input_t   in;

        if (i > 2 && (data[i] & 1) != 0) {
            run_odd(&h, data[i] >> 1, &in, &own);

        } else if (!t_host_next(&h, &in)) {
            break;
        }

        run_feed(&h, &in);
        json_decref(own);
    }

    t_host_over(&h);

    return 0;
}
