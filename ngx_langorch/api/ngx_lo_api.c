/*
 * The life of a request: matched, known, read, prepared, waiting, rendered,
 * sent.
 */

#include "api/ngx_lo_api_int.h"
#include "api/ngx_lo_front.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "api/ngx_lo_within.h"


static ngx_int_t ngx_lo_api_unread(ngx_http_request_t *r);
static ngx_lo_api_t *ngx_lo_api_new(ngx_http_request_t *r);
static void ngx_lo_api_request_id(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_admit(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_admitted(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_known(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_condition(ngx_lo_api_t *api);
static void ngx_lo_api_body(ngx_http_request_t *r);
static ngx_int_t ngx_lo_api_begin(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_prepare(ngx_lo_api_t *api);
static void ngx_lo_api_read(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_received(ngx_lo_api_t *api);
static void ngx_lo_api_cleanup(void *data);
static void ngx_lo_api_count(ngx_lo_api_t *api);


ngx_int_t
ngx_lo_api_handler(ngx_http_request_t *r)
{
    ngx_int_t      rc;
    ngx_lo_api_t  *api;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0, "langorch api");

    api = ngx_lo_api_new(r);
    if (api == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->err_status != 0) {
        rc = ngx_lo_api_refused(api);

    } else {
        rc = ngx_lo_api_admit(api);
    }

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (rc == NGX_DONE) {

        rc = ngx_lo_api_unread(r);
        if (rc != NGX_OK) {
            return rc;
        }

        return ngx_lo_api_send(api);
    }

    if (rc == NGX_AGAIN || (api->route->flags & NGX_LO_UPLOAD)) {

        /* its body is not read before somebody knows what to do with it */

        r->main->count++;
        r->read_event_handler = ngx_http_block_reading;
        api->early = 1;

        if (rc == NGX_OK) {
            ngx_lo_api_step(api, ngx_lo_api_begin(api));
        }

        return NGX_DONE;
    }

    r->request_body_no_buffering = 1;

    rc = ngx_http_read_client_request_body(r, ngx_lo_api_body);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


/* Nobody wants the body.  A client that asked first hears the answer instead of
 * "go on", and nobody knows then whether it still sends one. */

static ngx_int_t
ngx_lo_api_unread(ngx_http_request_t *r)
{
    if (r->headers_in.expect != NULL && !r->expect_tested
        && r->request_body == NULL)
    {
        r->expect_tested = 1;
        r->keepalive = 0;
    }

    return ngx_http_discard_request_body(r);
}


static ngx_lo_api_t *
ngx_lo_api_new(ngx_http_request_t *r)
{
    ngx_lo_api_t        *api;
    ngx_http_cleanup_t  *cln;

    api = ngx_pcalloc(r->pool, sizeof(ngx_lo_api_t));
    if (api == NULL) {
        return NULL;
    }

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_lo_api_cleanup;
    cln->data = api;

    api->r = r;
    api->conf = ngx_http_get_module_loc_conf(r, ngx_http_langorch_module);
    api->now_ms = ngx_lo_now_ms();
    api->started = ngx_current_msec;
    (void) clock_gettime(CLOCK_MONOTONIC, &api->began);
    api->actor = "anonymous";
    api->who.name = api->actor;

    api->timer.handler = ngx_lo_api_woken;
    api->timer.data = api;
    api->timer.log = r->connection->log;

    ngx_lo_api_request_id(api);
    ngx_http_set_ctx(r, api, ngx_http_langorch_module);

    return api;
}


/* Taken from the client when it is visible ASCII, else made. */

static void
ngx_lo_api_request_id(ngx_lo_api_t *api)
{
    size_t       len;
    const char  *s, *p;

    s = ngx_lo_api_header(api, "X-Request-ID");
    len = (s != NULL) ? strlen(s) : 0;

    for (p = s; len != 0 && *p != '\0'; p++) {
        if (*p <= ' ' || *p > '~') {
            len = 0;
        }
    }

    if (len == 0 || len >= sizeof(api->request_id)) {
        ngx_lo_rand_hex(api->request_id, 8);
        return;
    }

    ngx_memcpy(api->request_id, s, len + 1);
}


static ngx_int_t
ngx_lo_api_admit(ngx_lo_api_t *api)
{
    ngx_int_t  rc;

    rc = ngx_lo_api_match(api);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_page_wanted(api)) {
        return ngx_lo_page_show(api);
    }

    rc = ngx_lo_api_who(api, ngx_lo_api_known);

    return (rc == NGX_OK) ? ngx_lo_api_admitted(api) : rc;
}


/* The store had to say who asks. */

static ngx_int_t
ngx_lo_api_known(ngx_lo_api_t *api)
{
    ngx_int_t  rc;

    rc = ngx_lo_api_admitted(api);

    if (rc != NGX_OK) {
        return rc;
    }

    if (api->route->flags & NGX_LO_UPLOAD) {
        return ngx_lo_api_begin(api);
    }

    return ngx_lo_api_receive(api, NULL);
}


static ngx_int_t
ngx_lo_api_admitted(ngx_lo_api_t *api)
{
    ngx_int_t  rc;

    rc = ngx_lo_front_rate(api);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_lo_api_condition(api);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_input_check(api);
}


/* A site may want every change of what can be edited to say what it changes
 * (spec/api.md 1.10). */

static ngx_int_t
ngx_lo_api_condition(ngx_lo_api_t *api)
{
    if (!ngx_lo_conf()->must_match || !(api->route->flags & NGX_LO_TAGGED)
        || api->route->method == NGX_HTTP_GET
        || ngx_lo_api_header(api, "If-Match") != NULL)
    {
        return NGX_OK;
    }

    return ngx_lo_api_problem(api, 428, "precondition_required",
                              "A change needs If-Match with the ETag that was"
                              " read");
}


const char *
ngx_lo_api_seg(ngx_lo_api_t *api, const char *name)
{
    size_t       len;
    ngx_uint_t   i;
    const char  *p;

    p = api->route->path;
    len = strlen(name);

    for (i = 0; i < api->match.nsegs; i++) {
        p++;

        if (*p == '{' && strncmp(p + 1, name, len) == 0 && p[len + 1] == '}') {
            return (const char *) api->match.segs[i].data;
        }

        p += strcspn(p, "/");
    }

    return "";
}


const ngx_str_t *
ngx_lo_api_rest(ngx_lo_api_t *api)
{
    return &api->match.rest;
}


const char *
ngx_lo_api_header(ngx_lo_api_t *api, const char *name)
{
    size_t            len;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    len = strlen(name);
    part = &api->r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NULL;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len == len
            && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
        {
            return ngx_lo_cstr(api->r->pool, &h[i].value);
        }
    }
}


json_t *
ngx_lo_api_keep(ngx_lo_api_t *api, json_t *v)
{
    if (v == NULL) {
        return NULL;
    }

    if (api->kept == NULL) {
        api->kept = json_array();
    }

    /* steals v, also when it fails */

    return (json_array_append_new(api->kept, v) == 0) ? v : NULL;
}


static void
ngx_lo_api_body(ngx_http_request_t *r)
{
    ngx_int_t      rc;
    ngx_lo_api_t  *api;

    api = ngx_http_get_module_ctx(r, ngx_http_langorch_module);

    r->read_event_handler = ngx_lo_api_body;
    r->write_event_handler = ngx_http_request_empty_handler;

    api->refusals = ckp_memory_refusals();

    rc = ngx_lo_input_read(api);

    if (rc == NGX_AGAIN) {
        return;
    }

    /* from here on a client that leaves ends the request, unless its file is on
     * its way; what it still sends of a body that was refused, NGINX discards
     * after the answer */

    r->read_event_handler = (r->reading_body || api->upload != NULL)
                            ? ngx_http_block_reading : ngx_http_test_reading;

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_input_parse(api);
    }

    ngx_lo_api_step(api, rc);
}


ngx_int_t
ngx_lo_api_read_all(ngx_lo_api_t *api)
{
    return (api->resume != NULL) ? ngx_lo_api_received(api)
                                 : ngx_lo_api_begin(api);
}


/* What somebody limited to projects names is looked at first. */

static ngx_int_t
ngx_lo_api_begin(ngx_lo_api_t *api)
{
    ngx_int_t  rc;

    rc = ngx_lo_within_look(api, ngx_lo_api_prepare);

    return (rc == NGX_DECLINED) ? ngx_lo_api_prepare(api) : rc;
}


static ngx_int_t
ngx_lo_api_prepare(ngx_lo_api_t *api)
{
    ngx_int_t              rc;
    ngx_lo_job_t          *job;
    const ngx_lo_route_t  *route;

    route = api->route;
    job = NULL;
    rc = NGX_OK;

    if (route->flags & (NGX_LO_READ|NGX_LO_WRITE)) {

        job = ngx_lo_api_job(api, (route->flags & NGX_LO_WRITE) != 0);

        if (job == NULL) {
            return ngx_lo_api_problem(api, 503, "unavailable",
                                      "The store is not available");
        }
    }

    if (route->prepare != NULL) {
        rc = route->prepare(api, job);
    }

    if (rc == NGX_OK && job == NULL && !api->next) {
        rc = route->render(api, NULL);
    }

    if ((rc == NGX_OK || rc == NGX_AGAIN)
        && ngx_lo_within_heeded(api) != NGX_OK)
    {
        return NGX_DONE;
    }

    if (rc != NGX_OK || job == NULL || api->next) {
        return rc;
    }

    return ngx_lo_api_then(api, job, route->render);
}


/* What a stage returned: send, submit, or wait. */

void
ngx_lo_api_step(ngx_lo_api_t *api, ngx_int_t rc)
{
    ngx_http_request_t  *r;

    r = api->r;

    if (api->handed) {
        return;
    }

    /* what a stage made may lack members that there was no memory for */

    if (ckp_memory_refusals() != api->refusals) {
        ngx_lo_api_drop(api);
        rc = ngx_lo_api_problem(api, 503, "unavailable",
                                "There is no memory for the request");
    }

    if (rc == NGX_AGAIN) {

        if (api->receive) {
            ngx_lo_api_read(api);
        }

        return;
    }

    if (rc == NGX_OK && api->next) {
        ngx_lo_api_submit(api);
        return;
    }

    if (rc != NGX_DONE) {

        if (rc == NGX_OK) {
            ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                          "route \"%s\" ended without an answer",
                          api->route->path);
        }

        rc = ngx_lo_api_problem(api, 500, "internal", "Internal error");
    }

    if (rc == NGX_DONE && api->early) {
        rc = ngx_lo_api_unread(r);
        rc = (rc == NGX_OK) ? NGX_DONE : rc;
    }

    if (rc == NGX_DONE) {
        rc = ngx_lo_api_send(api);
    }

    ngx_http_finalize_request(r, rc);
}


/* The request may be gone when this returns. */

static void
ngx_lo_api_read(ngx_lo_api_t *api)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = api->r;
    api->receive = 0;

    r->request_body_no_buffering = 1;

    rc = ngx_http_read_client_request_body(r, ngx_lo_api_body);

    /* it has a count of its own: ours is given back */

    ngx_http_finalize_request(r, rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc
                                                                 : NGX_DONE);
}


static ngx_int_t
ngx_lo_api_received(ngx_lo_api_t *api)
{
    ngx_lo_resume_pt  resume;

    resume = api->resume;
    api->resume = NULL;
    api->refusals = ckp_memory_refusals();

    return resume(api);
}


static void
ngx_lo_api_cleanup(void *data)
{
    ngx_lo_api_t  *api = data;

    ngx_lo_api_drop(api);
    ngx_lo_input_free(api);

    ngx_lo_think_drop(api->kept);
    json_decref(api->errors);
    api->kept = NULL;
    api->errors = NULL;

    if (api->status >= 100 && api->status <= 999) {
        ngx_lo_api_count(api);
    }
}


/* A stream lasts as long as its reader wants: that is no request time. */

static void
ngx_lo_api_count(ngx_lo_api_t *api)
{
    char  code[4], method[16], route[256];

    (void) snprintf(code, sizeof(code), "%03u", (unsigned) api->status);
    (void) snprintf(method, sizeof(method), "%.*s",
                    (int) api->r->method_name.len,
                    (char *) api->r->method_name.data);
    (void) snprintf(route, sizeof(route), "%.*s%s",
                    api->route ? (int) api->conf->mount.len : 0,
                    (char *) api->conf->mount.data,
                    api->route ? api->route->path : "none");

    ngx_lo_metric_add(NGX_LO_M_HTTP_REQUESTS,
                      NGX_LO_LABELS(code, method, route), 1);

    if (!api->handed) {
        ngx_lo_metric_add(NGX_LO_M_HTTP_DURATION, NGX_LO_LABELS(route),
                          (double) (ngx_current_msec - api->started) / 1000);
    }
}
