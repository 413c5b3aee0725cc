/*
 * Any text as a prompt and its variables: made into a document, compiled,
 * shown.
 */

#include "fuzz.h"


static void
prompt_show(const ckp_program_t *prog, const json_t *variables)
{
    json_t      *shown;
    json_t      *errors;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_code_t   rc = ckp_prompt_show(prog, variables, F_NOW, &shown, &errors,
                                      &err);

    F_HOLDS((rc == CKP_OK) == (shown != NULL));
    F_HOLDS(rc != CKP_E_INVALID || errors != NULL || err.msg[0] != '\0');
    F_HOLDS(rc == CKP_OK || rc == CKP_E_INVALID);
    F_HOLDS(rc != CKP_OK || errors == NULL);

    if (shown != NULL) {
        f_made(shown);
    }

    json_decref(errors);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ckp_err_t        err = CKP_ERR_INIT;
    json_t *const    given = ckp_json_parse((const char *) data, size, &err);
    json_t          *doc;
    ckp_diags_t     *diags;
    ckp_compiler_t  *c;
    ckp_program_t   *prog;

    if (!json_is_object(given)) {
        json_decref(given);
        return 0;
    }

    doc = ckp_prompt_document(given);
    F_HOLDS(doc != NULL);
    diags = ckp_diags_new();
    c = ckp_compiler_new(diags);
    (void) ckp_compiler_add(c, doc);
    prog = ckp_compiler_finish(c);
    F_HOLDS((prog == NULL) == (ckp_diags_errors(diags) > 0));

    if (prog != NULL) {
        prompt_show(prog, NULL);
        prompt_show(prog, json_object_get(given, "given"));
    }

    ckp_program_unref(prog);
    ckp_compiler_free(c);
    ckp_diags_free(diags);
    json_decref(doc);
    json_decref(given);

    return 0;
}
