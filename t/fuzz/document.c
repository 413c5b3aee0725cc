/*
 * Any text as a document: read, compiled, drawn, explained, compared, and
 * called by itself under whatever names it calls others.
 */

#include "fuzz.h"


/* Each procedure that it calls is this one. */
static void
document_look(const json_t *doc, ckp_program_t *prog)
{
    ckp_diags_t *const     diags = ckp_diags_new();
    ckp_compiler_t *const  c = ckp_compiler_new(diags);
    const ckp_found_t      found = { .known = true, .version = "1",
                                     .hash = "h", .prog = prog };
    size_t                 n = 0;

    F_HOLDS(ckp_compiler_add(c, doc) == CKP_OK);

    while (ckp_compiler_want(c) != NULL) {
        F_HOLDS(++n <= 64);
        ckp_compiler_found(c, &found);
    }

    ckp_program_unref(ckp_compiler_finish(c));
    f_made(ckp_compiler_pins(c));
    f_made(ckp_diags_json(diags, 'a'));
    ckp_compiler_free(c);
    ckp_diags_free(diags);
}


static void
document_compile(const json_t *doc)
{
    ckp_diags_t *const     diags = ckp_diags_new();
    ckp_compiler_t *const  c = ckp_compiler_new(diags);
    const ckp_code_t       rc = ckp_compiler_add(c, doc);
    ckp_program_t         *prog;

    (void) ckp_compiler_want(c);
    prog = ckp_compiler_finish(c);
    F_HOLDS(prog == NULL || (rc == CKP_OK && ckp_diags_errors(diags) == 0));
    F_HOLDS(prog != NULL || ckp_diags_errors(diags) > 0);

    f_made(ckp_compiler_outline(c));
    f_made(ckp_diags_json(diags, 'a'));

    if (prog != NULL) {
        json_t *const  inputs = json_object();

        f_made(ckp_program_explain(prog, NULL, F_NOW));
        f_made(ckp_program_explain(prog, inputs, F_NOW));
        f_made(ckp_program_redact(prog, doc));
        json_decref(inputs);
        document_look(doc, prog);
    }

    ckp_program_unref(prog);
    ckp_compiler_free(c);
    ckp_diags_free(diags);
}


static void
document_compare(const json_t *doc)
{
    json_t *const  other = json_deep_copy(doc);
    json_t        *graph = json_object_get(other, "workflow_graph");
    json_t        *diff = ckp_document_diff(doc, other, true);

    F_HOLDS(json_is_true(json_object_get(diff, "identical")));
    f_made(diff);

    graph = json_object_get(graph, "nodes");
    (void) json_object_del(graph, "a");
    (void) json_object_set_new(other, "version", json_string("another"));
    f_made(ckp_document_diff(doc, other, true));
    f_made(ckp_document_diff(other, doc, false));
    json_decref(other);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  doc = ckp_json_parse((const char *) data, size, &err);

    if (doc == NULL) {
        F_HOLDS(err.code == CKP_E_INVALID || err.code == CKP_E_LIMIT);
        return 0;
    }

    err = (ckp_err_t) CKP_ERR_INIT;
    f_made(ckp_document_head(doc, &err));
    f_made(ckp_document_graph(doc));
    document_compile(doc);

    if (json_is_object(doc)) {
        document_compare(doc);
    }

    json_decref(doc);

    return 0;
}
