/*
 * A request that fires, and its answer.
 */

#include "api/ngx_lo_reply.h"
#include "trigger/ngx_lo_ask.h"
#include "trigger/ngx_lo_trigger.h"


static ngx_int_t ngx_lo_ask_also(ngx_lo_fire_t *f, ngx_lo_job_t *job);
static json_t *ngx_lo_ask_told(const ngx_lo_fire_t *f);
static void ngx_lo_ask_done(ngx_lo_fire_t *f, void *data);
static ngx_int_t ngx_lo_ask_over(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_ask_refused(ngx_lo_api_t *api,
    const ngx_lo_ask_t *ask);
static ngx_int_t ngx_lo_ask_again(ngx_lo_api_t *api, ngx_lo_ask_t *ask);


ngx_lo_ask_t *
ngx_lo_ask_new(ngx_lo_api_t *api)
{
    return (api->ctx = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_ask_t)));
}


ngx_lo_fire_t *
ngx_lo_ask_fire(ngx_lo_api_t *api, ngx_lo_ask_t *ask,
    const char *procedure_id, const char *version)
{
    char            now[CKP_TIME_LEN + 1];
    ngx_lo_fire_t  *f;

    f = ngx_lo_fire_new();
    if (f == NULL) {
        return NULL;
    }

    ckp_time_text(api->now_ms, now);

    f->procedure_id = ngx_lo_fire_text(f, procedure_id);
    f->version = ngx_lo_fire_text(f, version);
    f->actor = ngx_lo_fire_text(f, api->actor);
    f->self = ngx_lo_fire_text(f, ngx_lo_trigger_self(api));
    f->address = ngx_lo_fire_text(f,
                     ngx_lo_cstr(api->r->pool,
                                 &api->r->connection->addr_text));
    f->method = ngx_lo_fire_text(f, api->who.method);
    f->request_id = ngx_lo_fire_text(f, api->request_id);
    f->row = json_incref((json_t *) ask->row);
    f->came = json_pack("{s:s}", "received_at", now);
    f->ctx = api;
    f->also = ngx_lo_ask_also;

    if (f->procedure_id == NULL || f->version == NULL || f->actor == NULL
        || f->came == NULL)
    {
        ngx_lo_fire_free(f);
        return NULL;
    }

    ask->fire = f;

    return f;
}


ngx_int_t
ngx_lo_ask_start(ngx_lo_api_t *api, ngx_lo_ask_t *ask)
{
    if (ask->fire->type == NULL || ask->fire->by == NULL) {
        ngx_lo_fire_free(ask->fire);
        return NGX_ERROR;
    }

    if (ngx_lo_fire_start(ask->fire, ngx_lo_ask_done, api) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_wait(api, ask->fire, ngx_lo_fire_forget);
}


/* The answer is known before the transaction: the key's row keeps it. */

static ngx_int_t
ngx_lo_ask_also(ngx_lo_fire_t *f, ngx_lo_job_t *job)
{
    char          *text;
    size_t         len;
    json_t        *v;
    ngx_lo_api_t  *api;
    ngx_lo_ask_t  *ask;

    api = f->ctx;
    ask = api->ctx;

    v = ngx_lo_ask_told(f);
    text = (v != NULL) ? ckp_json_text(v) : NULL;
    json_decref(v);

    if (text == NULL) {
        return NGX_ERROR;
    }

    len = strlen(text);
    ask->answer.len = len;
    ask->answer.data = ngx_pnalloc(api->r->pool, len + 1);

    if (ask->answer.data != NULL) {
        ngx_memcpy(ask->answer.data, text, len + 1);
    }

    ckp_free(text);

    if (ask->answer.data == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_once_add(api, &ask->once, job, NGX_HTTP_ACCEPTED,
                           (const char *) ask->answer.data, NULL);
}


/* A webhook's sender is told of no one who fired it (spec/api.md 11.7). */

static json_t *
ngx_lo_ask_told(const ngx_lo_fire_t *f)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s}",
                     "run_id", f->b.run_id,
                     "procedure_id", f->procedure_id,
                     "procedure_version", f->version,
                     "trigger_type", f->type,
                     "triggered_by", f->by_hand ? f->by : NULL,
                     "status", f->b.gate.skipped ? "canceled" : "created");
}


static void
ngx_lo_ask_done(ngx_lo_fire_t *f, void *data)
{
    ngx_lo_api_t  *api = data;

    ngx_lo_ask_t  *ask;

    ask = api->ctx;
    ask->fire = NULL;
    ask->outcome = f->outcome;
    ask->code = f->code;
    ask->errors = ngx_lo_api_keep(api, json_incref(f->errors));
    ngx_memcpy(ask->detail, f->detail, sizeof(ask->detail));
    ngx_memcpy(ask->twin, f->twin, sizeof(ask->twin));

    ngx_lo_api_over(api, ngx_lo_ask_over);
}


static ngx_int_t
ngx_lo_ask_over(ngx_lo_api_t *api)
{
    ngx_lo_ask_t  *ask;

    ask = api->ctx;

    switch (ask->outcome) {

    case NGX_LO_FIRED:
        return ngx_lo_api_text(api, NGX_HTTP_ACCEPTED, "application/json",
                               &ask->answer);

    case NGX_LO_FIRE_DEDUPED:
        return ngx_lo_api_problem_json(api, 409, "duplicate",
                   json_pack("{s:s, s:s}", "message",
                             "Duplicate webhook payload", "existing_run_id",
                             ask->twin),
                   json_pack("{s:s}", "existing_run_id", ask->twin));

    case NGX_LO_FIRE_LOST:
        return ngx_lo_ask_again(api, ask);

    case NGX_LO_FIRE_FULL:
    case NGX_LO_FIRE_NOT_RUNNABLE:
    case NGX_LO_FIRE_INVALID:
    case NGX_LO_FIRE_UNKNOWN:
    case NGX_LO_FIRE_BUSY:
        return ngx_lo_ask_refused(api, ask);

    case NGX_LO_FIRE_ERROR:
        break;
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_lo_ask_refused(ngx_lo_api_t *api, const ngx_lo_ask_t *ask)
{
    json_t  *errors;

    if (ask->outcome == NGX_LO_FIRE_UNKNOWN) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Procedure not found");
    }

    if (ask->outcome == NGX_LO_FIRE_BUSY) {
        return ngx_lo_api_problem(api, 503, "store_busy",
                                  "The store is busy, try again");
    }

    if (ask->outcome == NGX_LO_FIRE_FULL) {

        if (ngx_lo_api_set(api, "Retry-After", "5") == NGX_ERROR) {
            return NGX_ERROR;
        }

        return ngx_lo_api_problem(api, 429, "concurrency_limit", "%s",
                                  ask->detail);
    }

    errors = (json_t *) ask->errors;

    if (ask->outcome == NGX_LO_FIRE_NOT_RUNNABLE) {
        return ngx_lo_api_problem_json(api, errors != NULL ? 422 : 409,
                                       ask->code, json_string(ask->detail),
                                       errors ? json_pack("{s:O}", "errors",
                                                          errors)
                                              : NULL);
    }

    if (errors == NULL) {
        return ngx_lo_api_problem(api, 422, "invalid_inputs", "%s",
                                  ask->detail);
    }

    return ngx_lo_api_problem_json(api, 422, "invalid_inputs",
                                   json_pack("{s:s, s:O}", "message",
                                             "Invalid input_vars", "errors",
                                             errors),
                                   json_pack("{s:O}", "errors", errors));
}


static ngx_int_t
ngx_lo_ask_again(ngx_lo_api_t *api, ngx_lo_ask_t *ask)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ask->once.key == NULL || ask->raced == NULL
        || ngx_lo_once_find(api, &ask->once, job) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ask->raced);
}
