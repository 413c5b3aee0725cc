/*
 * Orders: what the steps of a workflow move (spec/api.md 17.7).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_once.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"

#include "ckp.h"

#include <math.h>


typedef struct {
    ngx_lo_once_t   once;
    double          amount;
    char            order_id[37];
    char           *location;
    char           *answer;
} ngx_lo_order_t;


static ngx_int_t ngx_lo_order_made(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_order_twin(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_order_tell(ngx_lo_api_t *api, ngx_lo_order_t *o);


ngx_int_t
ngx_lo_orders_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    const json_t    *v;
    ngx_lo_order_t  *o;

    o = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_order_t));
    if (o == NULL) {
        return NGX_ERROR;
    }

    api->ctx = o;

    v = json_object_get(api->body, "amount");
    o->amount = json_number_value(v);

    if (v == NULL || json_is_null(v)) {
        ngx_lo_input_wrong(api, "body", "amount", "missing",
                           "This field is required");

    } else if (!json_is_number(v)) {
        ngx_lo_input_wrong(api, "body", "amount", "float_type",
                           "Must be a number");

    } else if (!(o->amount > 0)) {
        ngx_lo_input_wrong(api, "body", "amount", "greater_than",
                           "Must be greater than 0");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_once_read(api, &o->once);

    return (rc != NGX_OK) ? rc : ngx_lo_once_find(api, &o->once, job);
}


ngx_int_t
ngx_lo_orders_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_order_t  *o;
    ngx_lo_trail_t   trail;

    o = api->ctx;

    if (o->once.key != NULL) {
        rc = ngx_lo_once_again(api, &o->once, ngx_lo_job_row(job, 0));
        if (rc != NGX_OK) {
            return rc;
        }
    }

    ngx_lo_uuid(o->order_id);
    o->location = ngx_lo_api_path(api, "orders", o->order_id, NULL);
    job = ngx_lo_api_job(api, 1);

    if (o->location == NULL || job == NULL
        || ngx_lo_order_tell(api, o) != NGX_OK
        || ngx_lo_once_add(api, &o->once, job, NGX_HTTP_CREATED, o->answer,
                           o->location)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_order_add,
                          (const char *) o->order_id, o->amount, api->now_ms)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "order";
    trail.action = "create";
    trail.description = "Order created";
    trail.resource_type = "order";
    trail.resource_id = o->order_id;

    if (ngx_lo_api_audit(api, job, &trail) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_order_twin);

    return ngx_lo_api_then(api, job, ngx_lo_order_made);
}


/* As it is read later, so that both are equal. */

static ngx_int_t
ngx_lo_order_tell(ngx_lo_api_t *api, ngx_lo_order_t *o)
{
    char        now[CKP_TIME_LEN + 1], *text;
    json_t     *v;
    ngx_str_t   s;

    ckp_time_text(api->now_ms, now);

    v = json_pack("{s:s, s:s, s:f, s:s, s:s}", "id", o->order_id, "status",
                  "pending", "amount", o->amount, "created_at", now,
                  "updated_at", now);

    text = (v != NULL) ? ckp_json_text(v) : NULL;
    json_decref(v);

    if (text == NULL) {
        return NGX_ERROR;
    }

    s.data = (u_char *) text;
    s.len = strlen(text);
    o->answer = ngx_lo_cstr(api->r->pool, &s);
    ckp_free(text);

    return (o->answer != NULL) ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_order_made(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_str_t        s;
    ngx_lo_order_t  *o;

    o = api->ctx;
    s.data = (u_char *) o->answer;
    s.len = strlen(o->answer);

    if (ngx_lo_api_set_url(api, "Location", o->location) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_text(api, NGX_HTTP_CREATED, "application/json", &s);
}


/* Another request with the same key was first: look again. */

static ngx_int_t
ngx_lo_order_twin(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_order_t  *o;

    o = api->ctx;
    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_once_find(api, &o->once, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_orders_create_render);
}


ngx_int_t
ngx_lo_orders_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_order_get,
                          ngx_lo_api_seg(api, "order_id"));
}


ngx_int_t
ngx_lo_orders_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found", "Order not found");
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, json_copy((json_t *) row));
}
