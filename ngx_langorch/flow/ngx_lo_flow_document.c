/*
 * A workflow's document: what its runs pin, and in which order its steps are
 * shown (spec/ckp.md 11.6).
 */

#include "api/ngx_lo_input.h"
#include "flow/ngx_lo_flow_int.h"
#include "proc/ngx_lo_compile.h"


/* What is known of a body while it is compiled. */

typedef struct {
    ngx_lo_flow_read_t   fr;
    ngx_lo_compiled_t   *compiled;
    ngx_lo_resume_pt     known;
} ngx_lo_flowing_t;


static ngx_int_t ngx_lo_flow_compiled(ngx_lo_api_t *api, ngx_lo_job_t *job);
static void ngx_lo_flow_wrong(ngx_lo_flow_read_t *fr, const json_t *errors);
static json_t *ngx_lo_flow_loc(const char *pointer);
static ngx_int_t ngx_lo_flow_text(ngx_lo_api_t *api, ngx_lo_flow_t *flow,
    const json_t *doc);
static json_t *ngx_lo_flow_order(const json_t *doc, const json_t *steps);
static json_int_t ngx_lo_flow_retries(const json_t *steps, const char *id);


ngx_int_t
ngx_lo_flow_read(ngx_lo_api_t *api, ngx_lo_flow_t *flow,
    ngx_lo_resume_pt known)
{
    int64_t              parallel;
    ngx_lo_flowing_t    *in;
    ngx_lo_flow_read_t  *fr;

    in = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_flowing_t));
    if (in == NULL) {
        return NGX_ERROR;
    }

    fr = &in->fr;
    in->known = known;
    in->compiled = ngx_lo_compiled_new(api);
    flow->reading = in;

    flow->name = ngx_lo_input_str(api, "name", NGX_LO_REQUIRED, 256);
    parallel = ngx_lo_input_int(api, "max_parallel", 1, 2000, 1);

    if (in->compiled == NULL || ngx_lo_flow_shape(api, fr) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    ngx_lo_uuid(flow->flow_id);
    flow->definition = fr->definition;

    fr->ids = ngx_lo_api_keep(api,
                              json_pack("{s:s, s:s, s:s, s:s, s:I, s:O}",
                                        "procedure_id", flow->flow_id,
                                        "version", "1", "name", flow->name,
                                        "status", "active", "max_parallel",
                                        (json_int_t) parallel, "steps",
                                        fr->steps));

    return (fr->ids == NULL) ? NGX_ERROR
           : ngx_lo_compile_alone(api, fr->ids, in->compiled,
                                  ngx_lo_flow_compiled);
}


/* `fr->ids` is the document now. */

static ngx_int_t
ngx_lo_flow_compiled(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_flow_t       *flow;
    ngx_lo_flowing_t    *in;
    ngx_lo_flow_read_t  *fr;

    flow = api->ctx;
    in = flow->reading;
    fr = &in->fr;

    ngx_lo_flow_wrong(fr, in->compiled->errors);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    flow->steps = ngx_lo_api_keep(api, ngx_lo_flow_order(fr->ids, fr->steps));

    if (flow->steps == NULL || ngx_lo_flow_text(api, flow, fr->ids) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return in->known(api);
}


/* What only the compiler finds, in the words of this family where they have
 * some. */

static void
ngx_lo_flow_wrong(ngx_lo_flow_read_t *fr, const json_t *errors)
{
    size_t         i;
    const char    *id, *path;
    const json_t  *e;

    json_array_foreach(errors, i, e) {
        id = ckp_json_str(e, "id");
        path = ckp_json_str(e, "path");

        if (id != NULL && strcmp(id, "CKP510") == 0) {
            ngx_lo_flow_say(fr, json_pack("[s, s]", "body", "steps"),
                            json_string("Circular dependency detected among"
                                        " workflow steps"));
            continue;
        }

        ngx_lo_flow_say(fr, ngx_lo_flow_loc((path != NULL) ? path : ""),
                        json_incref(json_object_get(e, "message")));
    }
}


/* ["body", "steps", 0] from "/steps/0". */

static json_t *
ngx_lo_flow_loc(const char *pointer)
{
    size_t       len;
    json_t      *loc;
    const char  *p, *end;

    loc = json_pack("[s]", "body");

    for (p = pointer; *p == '/'; p = end) {
        p++;
        end = p + strcspn(p, "/");
        len = end - p;

        if (len > 0 && len < 10 && strspn(p, "0123456789") >= len) {
            (void) json_array_append_new(loc, json_integer(atol(p)));

        } else {
            (void) json_array_append_new(loc, json_stringn(p, len));
        }
    }

    return loc;
}


static ngx_int_t
ngx_lo_flow_text(ngx_lo_api_t *api, ngx_lo_flow_t *flow, const json_t *doc)
{
    char       *canonical, *text;
    u_char      sha[CKP_SHA256_LEN];
    ngx_str_t   s;

    canonical = ckp_json_canonical(doc);
    text = ckp_json_text(doc);
    flow->text = NULL;

    if (canonical != NULL && text != NULL) {
        ckp_sha256(canonical, strlen(canonical), sha);
        ckp_hex(sha, sizeof(sha), flow->hash);

        s.data = (u_char *) text;
        s.len = strlen(text);
        flow->text = ngx_lo_cstr(api->r->pool, &s);
    }

    ckp_free(canonical);
    ckp_free(text);

    return (flow->text != NULL) ? NGX_OK : NGX_ERROR;
}


/* The order in which the engine takes them one at a time. */

static json_t *
ngx_lo_flow_order(const json_t *doc, const json_t *steps)
{
    size_t         i;
    json_t        *graph, *list;
    const char    *id;
    const json_t  *order, *node, *v;

    graph = ckp_document_graph(doc);
    list = json_array();
    order = NULL;

    json_array_foreach(json_object_get(graph, "nodes"), i, node) {
        id = ckp_json_str(node, "id");

        if (id != NULL && strcmp(id, "main") == 0) {
            order = json_object_get(json_object_get(node, "data"), "order");
            break;
        }
    }

    json_array_foreach(order, i, v) {
        id = json_string_value(v);

        if (json_array_append_new(list, json_pack("{s:s, s:I}", "id", id,
                                                  "max_retries",
                                                  ngx_lo_flow_retries(steps,
                                                                      id)))
            != 0)
        {
            break;
        }
    }

    if (json_array_size(list) != json_array_size(steps)) {
        json_decref(list);
        list = NULL;
    }

    json_decref(graph);

    return list;
}


static json_int_t
ngx_lo_flow_retries(const json_t *steps, const char *id)
{
    size_t         i;
    const char    *own;
    const json_t  *step;

    json_array_foreach(steps, i, step) {
        own = ckp_json_str(step, "id");

        if (own != NULL && strcmp(own, id) == 0) {
            return json_integer_value(
                       json_object_get(json_object_get(step, "config"),
                                       "max_retries"));
        }
    }

    return 0;
}
