/*
 * Prompts compiled and put together with variables, asking nobody
 * (spec/api.md 13).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "proc/ngx_lo_compile.h"
#include "store/ngx_lo_sql_assets.h"


static json_t *ngx_lo_prompt_place(const char *pointer);
static ngx_int_t ngx_lo_prompt_put(ngx_lo_api_t *api,
    const ckp_program_t *prog);


/* --- judged -------------------------------------------------------------------- */


ngx_int_t
ngx_lo_prompt_check(ngx_lo_api_t *api, const json_t *prompt)
{
    size_t              i;
    json_t             *doc, *d, *loc;
    ngx_int_t           rc;
    const char         *code;
    ngx_lo_compiled_t   out;

    doc = ckp_prompt_document(prompt);
    rc = doc ? ngx_lo_compile(doc, &out) : NGX_ERROR;

    if (doc == NULL) {
        return rc;
    }

    json_array_foreach(out.errors, i, d) {
        code = ckp_json_str(d, "code");
        loc = ngx_lo_prompt_place(ckp_json_str(d, "path"));

        if (loc != NULL) {
            ngx_lo_input_wrong_at(api, loc, code ? code : "invalid",
                                  ckp_json_str(d, "message"));
        }
    }

    ngx_lo_compiled_free(&out);
    json_decref(doc);

    return rc;
}


/* Where the client wrote what is there in the document that was made of it. */

static json_t *
ngx_lo_prompt_place(const char *pointer)
{
    size_t       n, i;
    json_t      *loc;
    const char  *p;

    static const struct {
        const char  *at;
        const char  *member;
    } places[] = {
        { "/workflow_graph/nodes/prompt/prompt", "template" },
        { "/workflow_graph/nodes/prompt/system_prompt", "system" },
        { "/workflow_graph/nodes/prompt/output_schema", "output_schema" },
        { "/variables_schema", "variables" }
    };

    loc = json_pack("[s]", "body");
    p = pointer ? pointer : "";

    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        n = ngx_strlen(places[i].at);

        if (ngx_strncmp(p, places[i].at, n) == 0
            && (p[n] == '\0' || p[n] == '/'))
        {
            (void) json_array_append_new(loc, json_string(places[i].member));
            p += n;
            break;
        }
    }

    if (i == sizeof(places) / sizeof(places[0])) {
        return loc;
    }

    while (*p == '/') {
        n = strcspn(++p, "/");
        (void) json_array_append_new(loc, json_stringn(p, n));
        p += n;
    }

    return loc;
}


/* --- shown with variables -------------------------------------------------------- */


ngx_int_t
ngx_lo_prompts_render_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  version;

    version = ngx_lo_input_int(api, "version", 1, INT32_MAX, NGX_LO_NULL);
    (void) ngx_lo_input_object(api, "variables", NGX_LO_OPTIONAL);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_prompt_get,
                          ngx_lo_api_seg(api, "name"), version);
}


ngx_int_t
ngx_lo_prompts_render_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t             *doc;
    ngx_int_t           rc;
    const json_t       *row;
    ngx_lo_compiled_t   out;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_prompt_404(api);
    }

    doc = ckp_prompt_document(json_object_get(row, "body"));

    if (doc == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_compile(doc, &out);

    if (rc == NGX_OK) {
        rc = (out.prog != NULL)
             ? ngx_lo_prompt_put(api, out.prog)
             : ngx_lo_api_problem(api, 422, "compile_error",
                                  "The stored prompt does not compile");
    }

    ngx_lo_compiled_free(&out);
    json_decref(doc);

    return rc;
}


static ngx_int_t
ngx_lo_prompt_put(ngx_lo_api_t *api, const ckp_program_t *prog)
{
    json_t        *shown, *errors, *why, *loc;
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_code_t     code;
    const char    *name;
    const json_t  *variables;

    variables = ngx_lo_input_object(api, "variables", NGX_LO_OPTIONAL);
    code = ckp_prompt_show(prog, variables, api->now_ms, &shown, &errors,
                           &err);

    if (code == CKP_OK) {
        return ngx_lo_api_json(api, NGX_HTTP_OK, shown);
    }

    if (code != CKP_E_INVALID) {
        return NGX_ERROR;
    }

    json_object_foreach(errors, name, why) {
        loc = json_pack("[s, s, s]", "body", "variables", name);
        ngx_lo_input_wrong_at(api, loc, "value_error",
                              json_is_string(why) ? json_string_value(why)
                                                  : "Is not allowed");
    }

    if (errors == NULL) {
        ngx_lo_input_wrong(api, "body", "variables", "value_error", err.msg);
    }

    json_decref(errors);

    return ngx_lo_input_problem(api);
}
