/*
 * Any text as an expression: its value and its truth.
 */

#include "fuzz.h"

#include "lang/expr.h"


static void
expression_ref(void *data, ckp_ref_t kind, const char *name,
    const char *second, bool in_expr)
{
    (void) kind;
    (void) in_expr;
    *(size_t *) data += name == NULL ? 0 : strlen(name);
    *(size_t *) data += second == NULL ? 0 : strlen(second);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const        text = f_text(data, size);
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_expr_t *const  x = ckp_expr_parse(text, size, &err);

    if (x != NULL) {
        json_t      *out = NULL;
        size_t       sum = 0;
        bool         holds;
        ckp_scope_t  scope;
        ckp_eval_t   ev;

        ckp_expr_refs(x, expression_ref, &sum);
        (void) ckp_expr_never(x);
        f_eval(&ev, &scope);
        F_HOLDS((ckp_expr_value(x, &ev, &out, &err) == CKP_OK)
                == (out != NULL));
        f_made(out);

        f_eval(&ev, &scope);
        err = (ckp_err_t) CKP_ERR_INIT;
        (void) ckp_expr_test(x, &ev, &holds, &err);

        f_eval(&ev, &scope);
        ev.strict = true;
        err = (ckp_err_t) CKP_ERR_INIT;
        (void) ckp_expr_test(x, &ev, &holds, &err);
    }

    ckp_expr_free(x);
    free(text);

    return 0;
}
