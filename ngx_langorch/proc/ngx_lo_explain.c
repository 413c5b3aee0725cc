/*
 * What a procedure would do, without running it (spec/api.md 3.10).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "proc/ngx_lo_compile.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"


/* The program is the thought's: nobody else has one that was not stored. */

typedef struct {
    ngx_lo_think_t   think;
    ckp_program_t   *prog;
    json_t          *inputs;
    int64_t          now_ms;
    json_t          *told;
} ngx_lo_explain_t;


static ngx_int_t ngx_lo_explain_compiled(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static const json_t *ngx_lo_explain_candidate(ngx_lo_api_t *api,
    const json_t *row, const json_t *doc);
static ngx_int_t ngx_lo_explain_fits(ngx_lo_api_t *api, const json_t *row,
    const json_t *doc);
static void ngx_lo_explain_member(ngx_lo_api_t *api, const json_t *head,
    const json_t *row, const char *name, const char *column);
static ngx_int_t ngx_lo_explain_begin(ngx_lo_api_t *api,
    ngx_lo_compiled_t *out);
static void ngx_lo_explain_work(ngx_lo_think_t *t);
static void ngx_lo_explain_clean(ngx_lo_think_t *t);
static ngx_int_t ngx_lo_explain_answer(ngx_lo_api_t *api, ngx_lo_think_t *t);
static ngx_int_t ngx_lo_explain_broken(ngx_lo_api_t *api,
    const json_t *errors);


ngx_int_t
ngx_lo_explain_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) ngx_lo_input_object(api, "ckp_json", NGX_LO_OPTIONAL);
    (void) ngx_lo_input_object(api, "input_vars", NGX_LO_OPTIONAL);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"));
}


ngx_int_t
ngx_lo_explain_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t       *row, *doc;
    ngx_lo_compiled_t  *out;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Procedure not found");
    }

    doc = ngx_lo_input_object(api, "ckp_json", NGX_LO_OPTIONAL);

    if (doc != NULL) {
        doc = ngx_lo_explain_candidate(api, row, doc);

        if (doc == NULL) {
            return NGX_ERROR;
        }

        if (ngx_lo_explain_fits(api, row, doc) != NGX_OK) {
            return ngx_lo_input_problem(api);
        }
    }

    if (doc == NULL) {
        doc = json_object_get(row, "ckp_json");
    }

    doc = ngx_lo_api_keep(api, json_incref((json_t *) doc));
    out = ngx_lo_compiled_new(api);
    api->ctx = out;

    if (doc == NULL || out == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_compile_all(api, doc, NULL, out, ngx_lo_explain_compiled);
}


static ngx_int_t
ngx_lo_explain_compiled(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_compiled_t  *out;

    out = api->ctx;

    return (out->prog == NULL) ? ngx_lo_explain_broken(api, out->errors)
                               : ngx_lo_explain_begin(api, out);
}


/* A candidate need not say of which procedure and version it is: that is told
 * by the path.  NULL: no memory. */

static const json_t *
ngx_lo_explain_candidate(ngx_lo_api_t *api, const json_t *row,
    const json_t *doc)
{
    json_t      *copy, *head;
    ckp_err_t    err = CKP_ERR_INIT;
    ngx_uint_t   i;

    static const char *const  names[] = { "procedure_id", "version" };

    head = ckp_document_head(doc, &err);

    if (head != NULL) {
        json_decref(head);
        return doc;
    }

    copy = ngx_lo_api_keep(api, json_copy((json_t *) doc));

    for (i = 0; copy != NULL && i < 2; i++) {
        if (json_object_get(copy, names[i]) == NULL
            && json_object_set(copy, names[i], json_object_get(row, names[i]))
               != 0)
        {
            return NULL;
        }
    }

    return copy;
}


/* If it does, it is of the same. */

static ngx_int_t
ngx_lo_explain_fits(ngx_lo_api_t *api, const json_t *row, const json_t *doc)
{
    json_t     *head;
    ckp_err_t   err;

    ngx_memzero(&err, sizeof(ckp_err_t));
    head = ckp_document_head(doc, &err);

    if (head == NULL) {
        return NGX_OK;          /* the compiler tells what is wrong */
    }

    ngx_lo_explain_member(api, head, row, "procedure_id", "procedure_id");
    ngx_lo_explain_member(api, head, row, "version", "version");
    json_decref(head);

    return ngx_lo_input_failed(api) ? NGX_DECLINED : NGX_OK;
}


static void
ngx_lo_explain_member(ngx_lo_api_t *api, const json_t *head,
    const json_t *row, const char *name, const char *column)
{
    const char  *mine, *stored;

    mine = ckp_json_str(head, name);
    stored = ckp_json_str(row, column);

    if (mine != NULL && stored != NULL && ngx_strcmp(mine, stored) != 0) {
        ngx_lo_input_wrong(api, "body", "ckp_json", "value_error",
                           (ngx_strcmp(name, "version") == 0)
                           ? "version is not that of the path"
                           : "procedure_id is not that of the path");
    }
}


static ngx_int_t
ngx_lo_explain_begin(ngx_lo_api_t *api, ngx_lo_compiled_t *out)
{
    ngx_lo_explain_t  *ex;

    ex = ngx_lo_think_new(sizeof(ngx_lo_explain_t));
    if (ex == NULL) {
        return NGX_ERROR;
    }

    ex->think.work = ngx_lo_explain_work;
    ex->think.clean = ngx_lo_explain_clean;
    ex->now_ms = api->now_ms;
    ex->inputs = json_incref((json_t *) ngx_lo_input_object(api, "input_vars",
                                                            NGX_LO_OPTIONAL));
    ex->prog = out->prog;
    out->prog = NULL;

    return ngx_lo_api_think(api, &ex->think, out->large,
                            ngx_lo_explain_answer);
}


static void
ngx_lo_explain_work(ngx_lo_think_t *t)
{
    ngx_lo_explain_t  *ex = (ngx_lo_explain_t *) t;

    ex->told = ckp_program_explain(ex->prog, ex->inputs, ex->now_ms);
}


static void
ngx_lo_explain_clean(ngx_lo_think_t *t)
{
    ngx_lo_explain_t  *ex = (ngx_lo_explain_t *) t;

    json_decref(ex->told);
    json_decref(ex->inputs);
    ckp_program_unref(ex->prog);
}


static ngx_int_t
ngx_lo_explain_answer(ngx_lo_api_t *api, ngx_lo_think_t *t)
{
    json_t             *told;
    ngx_lo_explain_t   *ex = (ngx_lo_explain_t *) t;
    ngx_lo_compiled_t  *out;

    out = api->ctx;
    told = ex->told;
    ex->told = NULL;

    if (told != NULL && json_object_set(told, "diagnostics", out->all) != 0) {
        json_decref(told);
        told = NULL;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, told);
}


/* Each error is "<node or field>: <message> [<id>]" (spec/ckp.md 33). */

static ngx_int_t
ngx_lo_explain_broken(ngx_lo_api_t *api, const json_t *errors)
{
    size_t       i;
    json_t      *e, *text;
    ckp_buf_t    b;
    const char  *place;

    ckp_buf_init(&b, CKP_JSON_STRING_MAX);
    ckp_buf_puts(&b, "IR compilation failed: ");

    json_array_foreach(errors, i, e) {
        place = ckp_json_str(e, "node_id");

        if (place == NULL) {
            place = ckp_json_str(e, "field");
        }

        ckp_buf_printf(&b, "%s%s%s%s [%s]", (i == 0) ? "" : "; ",
                       (place == NULL) ? "" : place,
                       (place == NULL) ? "" : ": ",
                       ckp_json_str(e, "message"), ckp_json_str(e, "id"));
    }

    text = (b.failed == CKP_OK) ? json_string(ckp_buf_str(&b)) : NULL;
    ckp_buf_free(&b);

    return ngx_lo_api_problem_json(api, 422, "compile_error", text,
                                   json_pack("{s:O}", "errors", errors));
}
