/*
 * The life of a request: matched, known, read, prepared, waiting, rendered,
 * sent.
 */

#include "api/ngx_lo_api.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"

/* How long a request waits for a job or a call.  The timer is also what keeps a
 * worker that quits until its requests are answered. */
#define NGX_LO_API_WAIT_MS  60000


static ngx_lo_api_t *ngx_lo_api_new(ngx_http_request_t *r);
static void ngx_lo_api_request_id(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_admit(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_match(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_no_route(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_refused(ngx_lo_api_t *api);
static void ngx_lo_api_body(ngx_http_request_t *r);
static ngx_int_t ngx_lo_api_begin(ngx_lo_api_t *api);
static void ngx_lo_api_step(ngx_lo_api_t *api, ngx_int_t rc);
static void ngx_lo_api_submit(ngx_lo_api_t *api);
static void ngx_lo_api_done(ngx_lo_job_t *job, void *data);
static ngx_int_t ngx_lo_api_outcome(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_render_pt render, ngx_lo_render_pt missed);
static void ngx_lo_api_woken(ngx_event_t *ev);
static void ngx_lo_api_drop(ngx_lo_api_t *api);
static void ngx_lo_api_called(const ngx_lo_call_reply_t *reply, void *data);
static void ngx_lo_api_again(ngx_lo_api_t *api, ngx_int_t rc);
static void ngx_lo_api_cleanup(void *data);


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

        rc = ngx_http_discard_request_body(r);
        if (rc != NGX_OK) {
            return rc;
        }

        return ngx_lo_api_send(api);
    }

    rc = ngx_http_read_client_request_body(r, ngx_lo_api_body);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
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
    api->actor = "anonymous";

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

    rc = ngx_lo_api_who(api);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_input_check(api);
}


static ngx_int_t
ngx_lo_api_match(ngx_lo_api_t *api)
{
    u_char              *q;
    ngx_int_t            rc;
    ngx_str_t            path, *mount;
    ngx_http_request_t  *r;

    r = api->r;
    path = r->unparsed_uri;
    mount = &api->conf->mount;

    q = ngx_strlchr(path.data, path.data + path.len, '?');
    if (q != NULL) {
        path.len = q - path.data;
    }

    /* a mount that was itself written encoded, or with dots before it */

    if (path.len < mount->len
        || ngx_memcmp(path.data, mount->data, mount->len) != 0)
    {
        path = r->uri;
    }

    if (path.len < mount->len) {
        return ngx_lo_api_no_route(api);
    }

    path.data += mount->len;
    path.len -= mount->len;

    rc = ngx_lo_match(r->pool, &path, api->conf->api, r->method, &api->match);

    if (rc == NGX_DECLINED) {
        return ngx_lo_api_no_route(api);
    }

    api->route = api->match.route;

    return rc;
}


static ngx_int_t
ngx_lo_api_no_route(ngx_lo_api_t *api)
{
    u_char      *p, *allow;
    ngx_uint_t   i, methods;

    static const struct {
        ngx_uint_t   method;
        const char  *name;
    } names[] = {
        { NGX_HTTP_GET, "GET, HEAD" },
        { NGX_HTTP_POST, "POST" },
        { NGX_HTTP_PUT, "PUT" },
        { NGX_HTTP_PATCH, "PATCH" },
        { NGX_HTTP_DELETE, "DELETE" },
        { NGX_HTTP_OPTIONS, "OPTIONS" }
    };

    if (api->match.methods == 0) {
        return ngx_lo_api_problem(api, 404, "no_route", "No such path");
    }

    allow = ngx_pnalloc(api->r->pool, 64);
    if (allow == NULL) {
        return NGX_ERROR;
    }

    p = allow;
    methods = api->match.methods | NGX_HTTP_OPTIONS;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (methods & names[i].method) {
            p = ngx_sprintf(p, "%s%s", (p == allow) ? "" : ", ",
                            names[i].name);
        }
    }

    *p = '\0';

    if (ngx_lo_api_set(api, "Allow", (const char *) allow) == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (api->r->method == NGX_HTTP_OPTIONS) {
        return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
    }

    return ngx_lo_api_problem(api, 405, "method_not_allowed",
                              "The path has not this method");
}


/* NGINX itself refused the request, and the site sent the error here by
 * `error_page ... @name`. */

static ngx_int_t
ngx_lo_api_refused(ngx_lo_api_t *api)
{
    ngx_uint_t   status;
    const char  *code, *what;

    status = api->r->err_status;
    code = "bad_request";
    what = "The request cannot be understood";

    switch (status) {

    case NGX_HTTP_FORBIDDEN:
        code = "forbidden";
        what = "Not allowed";
        break;

    case NGX_HTTP_UNAUTHORIZED:
        code = "unauthenticated";
        what = "Authentication required";
        break;

    case NGX_HTTP_NOT_FOUND:
        code = "no_route";
        what = "No such path";
        break;

    case NGX_HTTP_NOT_ALLOWED:
        code = "method_not_allowed";
        what = "The path has not this method";
        break;

    case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
        code = "too_large";
        what = "The body is too large";
        break;

    case NGX_HTTP_TOO_MANY_REQUESTS:
        code = "rate_limited";
        what = "Too many requests";
        break;

    case NGX_HTTP_BAD_GATEWAY:
    case NGX_HTTP_GATEWAY_TIME_OUT:
        code = "bad_gateway";
        what = "No answer from behind";
        break;

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        code = "unavailable";
        what = "Not available now";
        break;

    default:
        if (status >= NGX_HTTP_INTERNAL_SERVER_ERROR) {
            code = "internal";
            what = "Internal error";
        }
    }

    return ngx_lo_api_problem(api, status, code, "%s", what);
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

    /* from here on a client that leaves ends the request */

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    rc = ngx_lo_input_read(api);

    if (rc == NGX_OK) {
        rc = ngx_lo_api_begin(api);
    }

    ngx_lo_api_step(api, rc);
}


static ngx_int_t
ngx_lo_api_begin(ngx_lo_api_t *api)
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

    if (rc != NGX_OK) {
        return rc;
    }

    if (job == NULL) {
        return api->next ? NGX_OK : route->render(api, NULL);
    }

    return api->next ? NGX_OK : ngx_lo_api_then(api, job, route->render);
}


ngx_lo_job_t *
ngx_lo_api_job(ngx_lo_api_t *api, ngx_uint_t write)
{
    ngx_lo_store_t  *store;

    if (api->open != NULL) {
        ngx_lo_job_free(api->open);
        api->open = NULL;
    }

    store = ngx_lo_store();

    if (store != NULL) {
        api->open = ngx_lo_job_new(store, write);
    }

    return api->open;
}


ngx_int_t
ngx_lo_api_then(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_lo_render_pt render)
{
    if (job == NULL) {
        return NGX_ERROR;
    }

    api->open = job;
    api->render = render;
    api->next = 1;

    return NGX_OK;
}


void
ngx_lo_api_missed(ngx_lo_api_t *api, ngx_lo_render_pt missed)
{
    api->missed = missed;
}


ngx_int_t
ngx_lo_api_sleep(ngx_lo_api_t *api, ngx_msec_t ms, ngx_lo_resume_pt resume)
{
    api->resume = resume;
    ngx_add_timer(&api->timer, ms);

    return NGX_AGAIN;
}


ngx_int_t
ngx_lo_api_call(ngx_lo_api_t *api, const ngx_lo_call_request_t *rq,
    ngx_lo_reply_pt reply)
{
    api->reply = reply;
    api->call = ngx_lo_call_start(rq, ngx_lo_api_called, api);

    if (api->call == NULL) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "No room for another call now");
    }

    ngx_add_timer(&api->timer, NGX_LO_API_WAIT_MS);

    return NGX_AGAIN;
}


/* What a stage returned: send, submit, or wait. */

static void
ngx_lo_api_step(ngx_lo_api_t *api, ngx_int_t rc)
{
    ngx_http_request_t  *r;

    r = api->r;

    if (api->handed) {
        return;
    }

    if (rc == NGX_AGAIN) {
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

    if (rc == NGX_DONE) {
        rc = ngx_lo_api_send(api);
    }

    ngx_http_finalize_request(r, rc);
}


static void
ngx_lo_api_submit(ngx_lo_api_t *api)
{
    api->job = api->open;
    api->open = NULL;
    api->next = 0;

    ngx_add_timer(&api->timer, NGX_LO_API_WAIT_MS);
    ngx_lo_job_submit(api->job, ngx_lo_api_done, api);
}


static void
ngx_lo_api_done(ngx_lo_job_t *job, void *data)
{
    ngx_lo_api_t  *api = data;

    ngx_lo_render_pt  render, missed;

    render = api->render;
    missed = api->missed;

    api->job = NULL;
    api->render = NULL;
    api->missed = NULL;

    ngx_del_timer(&api->timer);

    ngx_lo_api_again(api, ngx_lo_api_outcome(api, job, render, missed));
}


static ngx_int_t
ngx_lo_api_outcome(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_render_pt render, ngx_lo_render_pt missed)
{
    switch (ngx_lo_job_rc(job)) {

    case NGX_LO_JOB_OK:
        return render(api, job);

    case NGX_LO_JOB_GUARD:

        if (missed != NULL) {
            return missed(api, job);
        }

        return ngx_lo_api_problem(api, 409, "conflict",
                                  "It was changed at the same moment");

    case NGX_LO_JOB_BUSY:
        return ngx_lo_api_problem(api, 503, "store_busy",
                                  "The store is busy, try again");

    case NGX_LO_JOB_ERROR:
    case NGX_LO_JOB_UNKNOWN:
        break;
    }

    ngx_log_error(NGX_LOG_ERR, api->r->connection->log, 0,
                  "request %s: the store failed: %s", api->request_id,
                  ngx_lo_job_error(job));

    return ngx_lo_api_problem(api, 503, "unavailable",
                              "The store is not available");
}


static void
ngx_lo_api_woken(ngx_event_t *ev)
{
    ngx_lo_api_t  *api = ev->data;

    ngx_lo_resume_pt  resume;

    resume = api->resume;
    api->resume = NULL;

    if (resume != NULL) {
        ngx_lo_api_again(api, resume(api));
        return;
    }

    ngx_lo_api_drop(api);
    ngx_lo_api_again(api, ngx_lo_api_problem(api, 503, "unavailable",
                                             "It took too long"));
}


/* Nobody waits for what is under way any more. */

static void
ngx_lo_api_drop(ngx_lo_api_t *api)
{
    if (api->open != NULL) {
        ngx_lo_job_free(api->open);
        api->open = NULL;
    }

    if (api->job != NULL) {
        ngx_lo_job_forget(api->job);
        api->job = NULL;
    }

    if (api->call != NULL) {
        ngx_lo_call_abort(api->call);
        api->call = NULL;
    }

    if (api->timer.timer_set) {
        ngx_del_timer(&api->timer);
    }
}


static void
ngx_lo_api_called(const ngx_lo_call_reply_t *reply, void *data)
{
    ngx_lo_api_t  *api = data;

    api->call = NULL;

    ngx_del_timer(&api->timer);

    ngx_lo_api_again(api, api->reply(api, reply));
}


/* A wait ended: what the stage said is done outside of the client's events. */

static void
ngx_lo_api_again(ngx_lo_api_t *api, ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = api->r->connection;

    ngx_http_set_log_request(c->log, api->r);

    ngx_lo_api_step(api, rc);
    ngx_http_run_posted_requests(c);
}


static void
ngx_lo_api_cleanup(void *data)
{
    ngx_lo_api_t  *api = data;

    char  code[4];

    ngx_lo_api_drop(api);

    json_decref(api->kept);
    json_decref(api->errors);
    api->kept = NULL;
    api->errors = NULL;

    if (api->status >= 100 && api->status <= 999) {
        (void) snprintf(code, sizeof(code), "%03u", (unsigned) api->status);
        ngx_lo_metric_add(NGX_LO_M_HTTP_REQUESTS, code, 1);
        ngx_lo_metric_observe(NGX_LO_M_HTTP_DURATION, NULL,
                              (double) (ngx_current_msec - api->started)
                              / 1000);
    }
}
