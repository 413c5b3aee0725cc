/*
 * Any JSON as the saved state of a run: refused, or loaded, seen and saved.
 */

#include "fuzz.h"

#include "../unit/host.h"
#include "../unit/procs.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static t_host_t  h;
    ckp_err_t        err = CKP_ERR_INIT;
    json_t *const    state = ckp_json_parse((const char *) data, size, &err);
    ckp_run_t       *run;

    if (h.prog == NULL) {
        t_host_open(&h, t_procs[0].text, NULL);
    }

    err = (ckp_err_t) CKP_ERR_INIT;
    run = state == NULL ? NULL : ckp_run_load(h.prog, "run", state, &err);

    if (run != NULL) {
        ckp_summary_t  sum;

        ckp_run_summary(run, &sum);
        (void) ckp_run_want(run);
        f_made(ckp_run_save(run));
    }

    ckp_run_free(run);
    json_decref(state);

    return 0;
}
