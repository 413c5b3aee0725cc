/*
 * The words of a decision and what they mean for this question.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "approval/ngx_lo_answer.h"


static const char *ngx_lo_answer_plain(const char *word);
static const char *ngx_lo_answer_option(const json_t *options,
    const char *word);
static ngx_int_t ngx_lo_answer_mask(ngx_lo_api_t *api, ngx_lo_answer_t *a,
    const ckp_program_t *prog);
static ngx_uint_t ngx_lo_answer_is_text(const json_t *schema);
static json_t *ngx_lo_answer_document(const json_t *schema, ngx_uint_t plain);
static ngx_int_t ngx_lo_answer_input(ngx_lo_api_t *api, ngx_lo_answer_t *a,
    const json_t *schema);
static ngx_int_t ngx_lo_answer_judge(ngx_lo_api_t *api, ngx_lo_answer_t *a,
    const json_t *doc, ngx_uint_t plain);


void
ngx_lo_answer_read(ngx_lo_api_t *api, ngx_lo_answer_t *a)
{
    ngx_uint_t     i;
    const json_t  *v;

    static const char *const  members[] = {
        "status", "decision", "resolved_decision", "option"
    };

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        v = json_object_get(api->body, members[i]);

        if (v != NULL && !json_is_null(v)) {
            a->word = ngx_lo_input_str(api, members[i], NGX_LO_REQUIRED, 256);
            break;
        }
    }

    if (i == sizeof(members) / sizeof(members[0])) {
        ngx_lo_input_wrong(api, "body", "decision", "missing",
                           "This field is required");
    }

    a->payload = ngx_lo_input_object(api, "payload", NGX_LO_OPTIONAL);

    if (a->payload == NULL) {
        a->payload = ngx_lo_input_object(api, "input", NGX_LO_OPTIONAL);
    }
}


ngx_int_t
ngx_lo_answer_check(ngx_lo_api_t *api, ngx_lo_answer_t *a,
    const json_t *approval)
{
    const char    *type, *plain, *option;
    const json_t  *options, *schema;

    type = ckp_json_str(approval, "decision_type");
    options = json_object_get(approval, "options");
    schema = json_object_get(approval, "input_schema");

    if (type == NULL) {
        type = "approve_reject";
    }

    plain = ngx_lo_answer_plain(a->word);
    option = ngx_lo_answer_option(options, a->word);

    if (strcmp(type, "select_option") == 0 || strcmp(type, "pick_one") == 0) {
        a->status = option;

    } else if (strcmp(type, "provide_input") == 0) {
        a->status = (strcmp(a->word, "submitted") == 0) ? "approved" : plain;

    } else if (strcmp(type, "acknowledge") == 0) {

        if ((plain != NULL && *plain == 'a')
            || strcmp(a->word, "acknowledge") == 0
            || strcmp(a->word, "acknowledged") == 0)
        {
            a->status = "approved";
        }

    } else {
        a->status = (plain != NULL) ? plain : option;

        /* labels like "Approve" mean what they say */

        if (option != NULL && strcasecmp(option, "approve") == 0) {
            a->status = "approved";

        } else if (option != NULL && strcasecmp(option, "reject") == 0) {
            a->status = "rejected";
        }
    }

    if (a->status == NULL) {
        ngx_lo_input_wrong(api, "body", "decision", "decision",
                           "Is no answer to this question");
        return ngx_lo_input_problem(api);
    }

    if (json_is_object(schema) && strcmp(a->status, "rejected") != 0) {
        return ngx_lo_answer_input(api, a, schema);
    }

    return ngx_lo_answer_mask(api, a, NULL);
}


/* What is kept of the payload for everybody (spec/api.md 1.15). */

static ngx_int_t
ngx_lo_answer_mask(ngx_lo_api_t *api, ngx_lo_answer_t *a,
    const ckp_program_t *prog)
{
    if (a->payload == NULL) {
        a->shown = NULL;
        return NGX_OK;
    }

    a->shown = ngx_lo_api_keep(api, ckp_program_redact(prog, a->payload));

    return (a->shown != NULL) ? NGX_OK : NGX_ERROR;
}


static const char *
ngx_lo_answer_plain(const char *word)
{
    ngx_uint_t  i;

    static const struct {
        const char  *word;
        const char  *status;
    } words[] = {
        { "approve", "approved" },
        { "approved", "approved" },
        { "yes", "approved" },
        { "reject", "rejected" },
        { "rejected", "rejected" },
        { "no", "rejected" }
    };

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].word, word) == 0) {
            return words[i].status;
        }
    }

    return NULL;
}


/* The word itself when it is one of the options: a text, or {value, label}. */

static const char *
ngx_lo_answer_option(const json_t *options, const char *word)
{
    size_t       i;
    json_t      *v;
    const char  *value;

    json_array_foreach(options, i, v) {

        value = json_is_object(v) ? ckp_json_str(v, "value")
                                  : json_string_value(v);

        if (value != NULL && strcmp(value, word) == 0) {
            return word;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_lo_answer_input(ngx_lo_api_t *api, ngx_lo_answer_t *a,
    const json_t *schema)
{
    json_t      *doc;
    ngx_int_t    rc;
    ngx_uint_t   plain;

    plain = ngx_lo_answer_is_text(schema);
    doc = ngx_lo_answer_document(schema, plain);

    rc = (doc != NULL) ? ngx_lo_answer_judge(api, a, doc, plain) : NGX_ERROR;
    json_decref(doc);

    return rc;
}


/* JSON Schema by its own words; anything else is a flat variables_schema. */

static ngx_uint_t
ngx_lo_answer_is_text(const json_t *schema)
{
    return json_is_string(json_object_get(schema, "type"))
           || json_object_get(schema, "$schema") != NULL
           || (json_is_object(json_object_get(schema, "properties"))
               && json_object_get(json_object_get(schema, "properties"),
                                  "type") == NULL);
}


/*
 * The engine checks inputs of runs, and this is one: of a procedure whose
 * schema is that of the question.
 */

static json_t *
ngx_lo_answer_document(const json_t *schema, ngx_uint_t plain)
{
    json_t  *variables;

    if (plain) {
        variables = json_pack("{s:{s:{s:s, s:{s:O}}}}", "required", "input",
                              "type", "object", "validation", "schema",
                              schema);
    } else {
        variables = json_incref((json_t *) schema);
    }

    return json_pack("{s:s, s:s, s:o, s:{s:s, s:{s:{s:s}}}}",
                     "procedure_id", "input", "version", "1",
                     "variables_schema", variables,
                     "workflow_graph", "start_node", "end",
                     "nodes", "end", "type", "terminate");
}


static ngx_int_t
ngx_lo_answer_judge(ngx_lo_api_t *api, ngx_lo_answer_t *a, const json_t *doc,
    ngx_uint_t plain)
{
    json_t          *given, *meta, *vars, *errors;
    ngx_int_t        rc;
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_code_t       code;
    ckp_diags_t     *diags;
    ckp_program_t   *prog;
    ckp_compiler_t  *c;

    vars = NULL;
    errors = NULL;
    prog = NULL;
    diags = ckp_diags_new();
    c = (diags != NULL) ? ckp_compiler_new(diags) : NULL;

    if (c != NULL) {
        (void) ckp_compiler_add(c, doc);
        prog = ckp_compiler_finish(c);
        ckp_compiler_free(c);
    }

    if (diags != NULL) {
        ckp_diags_free(diags);
    }

    /* a schema that the engine cannot read asks for nothing */

    if (prog == NULL) {
        return ngx_lo_answer_mask(api, a, NULL);
    }

    given = (a->payload != NULL) ? json_incref((json_t *) a->payload)
                                 : json_object();
    if (plain) {
        given = json_pack("{s:o}", "input", given);
    }

    meta = json_object();
    code = ckp_program_inputs(prog, given, meta, api->now_ms, &vars, &errors,
                              &err);
    json_decref(given);
    json_decref(meta);

    if (code == CKP_OK) {

        if (!plain) {
            a->payload = ngx_lo_api_keep(api, vars);

        } else {
            json_decref(vars);
        }

        rc = ngx_lo_answer_mask(api, a, plain ? NULL : prog);
        ckp_program_unref(prog);

        return rc;
    }

    ckp_program_unref(prog);

    if (errors == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem_json(api, 422, "invalid_inputs",
                                   json_pack("{s:s, s:O}", "message",
                                             "Invalid input", "errors",
                                             errors),
                                   json_pack("{s:o}", "errors", errors));
}
