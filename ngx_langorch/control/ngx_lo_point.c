/*
 * Points that runs go on from: asked for, found, and whether they fit.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "control/ngx_lo_point.h"
#include "store/ngx_lo_sql_control.h"


static ngx_int_t ngx_lo_point_none(ngx_lo_api_t *api, const ngx_lo_point_t *p,
    const ckp_program_t *prog);
static ngx_int_t ngx_lo_point_change(ngx_lo_api_t *api, ngx_lo_point_t *p,
    const ckp_program_t *prog, const json_t *had);


ngx_lo_point_t *
ngx_lo_point_read(ngx_lo_api_t *api)
{
    ngx_lo_point_t  *p;

    p = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_point_t));

    if (p != NULL) {
        p->checkpoint_id = ngx_lo_input_str(api, "checkpoint_id",
                                            NGX_LO_OPTIONAL, 64);
        p->from_node = ngx_lo_input_str(api, "from_node", NGX_LO_OPTIONAL,
                                        1024);
        p->given = ngx_lo_input_object(api, "input_vars", NGX_LO_OPTIONAL);
    }

    return p;
}


ngx_uint_t
ngx_lo_point_asked(const ngx_lo_point_t *p)
{
    return p->checkpoint_id != NULL || p->from_node != NULL;
}


const char *
ngx_lo_point_node(const ngx_lo_point_t *p)
{
    return (p->checkpoint_id != NULL) ? p->from_node : NULL;
}


ngx_int_t
ngx_lo_point_add(const ngx_lo_point_t *p, ngx_lo_job_t *job, const char *run)
{
    ngx_int_t  rc;

    if (p->checkpoint_id != NULL) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_point_by_id, run,
                            p->checkpoint_id);

    } else if (p->from_node != NULL) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_point_before, run, p->from_node);

    } else {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_point_newest, run);
    }

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_point_any, run)
                          : rc;
}


ngx_int_t
ngx_lo_point_take(ngx_lo_api_t *api, ngx_lo_point_t *p,
    const ngx_lo_job_t *job, ngx_uint_t n)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, n);

    if (row != NULL) {
        p->row = ngx_lo_api_keep(api, json_incref((json_t *) row));

        if (p->row == NULL) {
            return NGX_ERROR;
        }
    }

    p->any = (ckp_json_int(ngx_lo_job_row(job, n + 1), "n", 0) != 0);

    return NGX_OK;
}


ngx_int_t
ngx_lo_point_fits(ngx_lo_api_t *api, ngx_lo_point_t *p,
    const ckp_program_t *prog, const json_t *inputs)
{
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_code_t     code;
    const char    *entry;
    const json_t  *state;

    if (p->row == NULL) {
        return ngx_lo_point_asked(p) ? ngx_lo_point_none(api, p, prog)
                                     : ngx_lo_point_change(api, p, prog,
                                                           inputs);
    }

    state = json_object_get(p->row, "state");
    code = ckp_program_from(prog, state, ngx_lo_point_node(p), &entry, &err);

    if (code == CKP_E_INVALID) {
        ngx_lo_input_wrong(api, "body", "from_node", "unknown_node",
                           "Is no node of the procedure");
        return ngx_lo_input_problem(api);
    }

    if (code != CKP_OK) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "The run cannot go on from checkpoint %s:"
                                  " %s", ckp_json_str(p->row, "checkpoint_id"),
                                  err.msg);
    }

    return ngx_lo_point_change(api, p, prog, json_object_get(state, "vars"));
}


/* A name that no node has is a mistake; else the run did not come there. */

static ngx_int_t
ngx_lo_point_none(ngx_lo_api_t *api, const ngx_lo_point_t *p,
    const ckp_program_t *prog)
{
    json_t      *state;
    ckp_code_t   code;
    const char  *entry;

    if (p->checkpoint_id != NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Checkpoint not found");
    }

    state = json_pack("{s:i}", "v", 1);
    code = (state != NULL) ? ckp_program_from(prog, state, p->from_node,
                                              &entry, NULL)
                           : CKP_E_NOMEM;
    json_decref(state);

    if (code == CKP_E_NOMEM) {
        return NGX_ERROR;
    }

    if (code == CKP_E_INVALID) {
        ngx_lo_input_wrong(api, "body", "from_node", "unknown_node",
                           "Is no node of the procedure");
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_api_problem(api, 409, "conflict",
                              "No checkpoint lies before node %s",
                              p->from_node);
}


static ngx_int_t
ngx_lo_point_change(ngx_lo_api_t *api, ngx_lo_point_t *p,
    const ckp_program_t *prog, const json_t *had)
{
    json_t      *out, *errors;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_code_t   code;

    if (p->given == NULL) {
        return NGX_OK;
    }

    code = ckp_program_change(prog, p->given, had, &out, &errors, &err);

    if (code == CKP_OK) {
        p->vars = ngx_lo_api_keep(api, out);
        return (p->vars != NULL) ? NGX_OK : NGX_ERROR;
    }

    if (errors == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem_json(api, 422, "invalid_inputs",
                                   json_pack("{s:s, s:O}", "message",
                                             "Invalid input_vars", "errors",
                                             errors),
                                   json_pack("{s:o}", "errors", errors));
}
