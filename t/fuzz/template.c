/*
 * Any text as a template, rendered with variables of all kinds.
 */

#include "fuzz.h"

#include "lang/template.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const ckp_missing_t  missing[] = {
        CKP_MISSING_EMPTY, CKP_MISSING_KEEP, CKP_MISSING_ERROR
    };
    char *const            text = f_text(data, size);
    ckp_err_t              err = CKP_ERR_INIT;
    ckp_template_t *const  t = ckp_template_text(text, &err);

    for (size_t i = 0; t != NULL && i < 3; i++) {
        json_t       *out = NULL;
        ckp_scope_t   scope;
        ckp_eval_t    ev;
        ckp_buf_t     b;
        ckp_code_t    rc;

        f_eval(&ev, &scope);
        ev.missing = missing[i];
        err = (ckp_err_t) CKP_ERR_INIT;
        rc = ckp_template_render(t, &ev, &out, &err);
        F_HOLDS((rc == CKP_OK) == (out != NULL));
        f_made(out);

        ckp_buf_init(&b, CKP_TEMPLATE_OUT_MAX);
        ev.budget = CKP_EVAL_STEPS_MAX;
        err = (ckp_err_t) CKP_ERR_INIT;
        (void) ckp_template_render_text(t, &ev, &b, &err);
        ckp_buf_free(&b);
    }

    ckp_template_free(t);
    free(text);

    return 0;
}
