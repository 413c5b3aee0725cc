/*
 * GET /api/openapi.json: the route table as an OpenAPI 3.1 document
 * (spec/api.md 2).
 */

#include "api/ngx_lo_reply.h"
#include "contract/ngx_lo_contract.h"
#include "routes/ngx_lo_routes.h"


static json_t *ngx_lo_openapi_paths(ngx_lo_api_t *api);
static const ngx_str_t *ngx_lo_openapi_mount(ngx_lo_api_t *api,
    ngx_uint_t family);
static json_t *ngx_lo_openapi_operation(const ngx_lo_route_t *route);
static json_t *ngx_lo_openapi_id(const ngx_lo_route_t *route);
static json_t *ngx_lo_openapi_parameters(const ngx_lo_route_t *route);
static ngx_int_t ngx_lo_openapi_segments(json_t *list, const char *path);
static ngx_int_t ngx_lo_openapi_query(json_t *list, const char *words);
static ngx_int_t ngx_lo_openapi_headers(json_t *list,
    const ngx_lo_route_t *route);
static json_t *ngx_lo_openapi_responses(const ngx_lo_route_t *route);
static ngx_int_t ngx_lo_openapi_response(json_t *all, const char *s,
    size_t len);
static json_t *ngx_lo_openapi_schemas(void);
static json_t *ngx_lo_openapi_security(void);
static const char *ngx_lo_openapi_method(ngx_uint_t method);
static void ngx_lo_openapi_path(char *out, size_t size, const ngx_str_t *mount,
    const char *path);
static json_t *ngx_lo_openapi_body(const char *takes);


/* Parameters that mean the same wherever they are. */

static const struct {
    const char  *name;
    const char  *what;
} ngx_lo_openapi_known[] = {
    { "limit", "How many of them, at most" },
    { "offset", "How many of them to leave out first" },
    { "cursor", "Where the last page ended: its X-Next-Cursor" },
    { "order", "By the time of creation" },
    { "total", "Count all of them: X-Total-Count" },
    { "status", "In this status; several with commas where a list is taken" },
    { "search", "Has this text, in upper or lower case" },
    { "since", "Not before this time" },
    { "until", "Not after this time" },
    { "created_from", "Created not before this time" },
    { "created_to", "Created not after this time" },
    { "after_id", "After the event of this event_id" },
    { "last_event_id", "As the header Last-Event-ID" }
};


ngx_int_t
ngx_lo_openapi_render(ngx_lo_api_t *api, ngx_lo_job_t *none)
{
    json_t     *v;
    ngx_str_t   base;

    if (ngx_lo_api_base(api, &base) != NGX_OK) {
        return NGX_ERROR;
    }

    v = json_pack("{s:s, s:{s:s, s:s, s:s}, s:[{s:s%}], s:o, s:o, s:o}",
                  "openapi", "3.1.0",
                  "info",
                  "title", "LangOrch",
                  "version", NGX_LO_VERSION,
                  "description",
                  "Durable agentic workflows inside NGINX.  Errors are problems"
                  " (RFC 9457).",
                  "servers", "url",
                  (base.len > 0) ? (char *) base.data : "/",
                  (base.len > 0) ? base.len : (size_t) 1,
                  "security",
                  json_pack("[{s:[]}, {s:[]}, {s:[]}]", "bearer", "apiKey",
                            "cookie"),
                  "paths", ngx_lo_openapi_paths(api),
                  "components", ngx_lo_openapi_security());

    if (v != NULL
        && json_object_set_new(json_object_get(v, "components"), "schemas",
                               ngx_lo_openapi_schemas()) != 0)
    {
        json_decref(v);
        v = NULL;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}


/* Where a family is: the one that is asked here, others at their first mount;
 * NULL: this site does not have it. */

static const ngx_str_t *
ngx_lo_openapi_mount(ngx_lo_api_t *api, ngx_uint_t family)
{
    const ngx_str_t  *mount;

    if (family == api->conf->api) {
        return &api->conf->mount;
    }

    mount = &ngx_lo_conf()->mounts[family];

    return (mount->data != NULL) ? mount : NULL;
}


/* A route of a family that the site does not have is left out. */

static ngx_int_t
ngx_lo_openapi_add(ngx_lo_api_t *api, json_t *paths,
    const ngx_lo_route_t *route)
{
    char              path[512];
    json_t           *item;
    const ngx_str_t  *mount;

    mount = ngx_lo_openapi_mount(api, route->family);

    if (mount == NULL) {
        return NGX_OK;
    }

    ngx_lo_openapi_path(path, sizeof(path), mount, route->path);

    item = json_object_get(paths, path);

    if (item == NULL) {
        item = json_object();

        if (json_object_set_new(paths, path, item) != 0) {
            return NGX_ERROR;
        }
    }

    return json_object_set_new(item, ngx_lo_openapi_method(route->method),
                               ngx_lo_openapi_operation(route)) == 0
           ? NGX_OK : NGX_ERROR;
}


/* All routes that the site has, by path and method. */

static json_t *
ngx_lo_openapi_paths(ngx_lo_api_t *api)
{
    json_t                *paths;
    ngx_uint_t             i, n, part;
    const ngx_lo_route_t  *rows;

    paths = json_object();

    for (part = 0; (rows = ngx_lo_routes_part(part, &n)) != NULL; part++) {

        for (i = 0; i < n; i++) {
            if (ngx_lo_openapi_add(api, paths, &rows[i]) != NGX_OK) {
                json_decref(paths);
                return NULL;
            }
        }
    }

    return paths;
}


/* "{name...}" may have slashes in it, which nobody can say there. */

static void
ngx_lo_openapi_path(char *out, size_t size, const ngx_str_t *mount,
    const char *path)
{
    char  *dots;

    *ngx_snprintf((u_char *) out, size - 1, "%V%s", mount, path) = '\0';

    dots = strstr(out, "...}");

    if (dots != NULL) {
        ngx_memcpy(dots, "}", sizeof("}"));
    }
}


static const char *
ngx_lo_openapi_method(ngx_uint_t method)
{
    switch (method) {

    case NGX_HTTP_POST:
        return "post";

    case NGX_HTTP_PUT:
        return "put";

    case NGX_HTTP_PATCH:
        return "patch";

    case NGX_HTTP_DELETE:
        return "delete";

    default:
        return "get";
    }
}


static json_t *
ngx_lo_openapi_operation(const ngx_lo_route_t *route)
{
    json_t      *v, *body;
    const char  *role;

    role = ngx_lo_role_name(route->role);

    v = json_pack("{s:[s], s:s, s:o, s:s, s:s, s:o, s:o}",
                  "tags", route->tag,
                  "summary", route->summary,
                  "operationId", ngx_lo_openapi_id(route),
                  "x-langorch-role", role,
                  "x-langorch-scope", ngx_lo_scope_name(route->scope),
                  "parameters", ngx_lo_openapi_parameters(route),
                  "responses", ngx_lo_openapi_responses(route));

    if (v != NULL && *route->takes != '\0') {
        body = ngx_lo_openapi_body(route->takes);

        if (json_object_set_new(v, "requestBody", body) != 0) {
            json_decref(v);
            return NULL;
        }
    }

    if (v != NULL && route->role == NGX_LO_PUBLIC
        && json_object_set_new(v, "security", json_array()) != 0)
    {
        json_decref(v);
        return NULL;
    }

    return v;
}


/* A shape, or a media type of bytes. */

static json_t *
ngx_lo_openapi_body(const char *takes)
{
    if (strchr(takes, '/') != NULL) {
        return json_pack("{s:b, s:{s:{s:{}}}}", "required", 1, "content",
                         takes, "schema");
    }

    return json_pack("{s:b, s:{s:{s:o}}}", "required", 0, "content",
                     "application/json", "schema",
                     ngx_lo_schema_type(takes, strlen(takes)));
}


/* "get_runs_run_id"; of another family than the first with its letter. */

static json_t *
ngx_lo_openapi_id(const ngx_lo_route_t *route)
{
    char         id[256], *p;
    const char  *s;

    static const char *const  families[] = { "", "", "d_", "w_" };

    p = id + snprintf(id, 16, "%s%s", families[route->family],
                      ngx_lo_openapi_method(route->method));

    for (s = route->path; *s != '\0' && p < id + sizeof(id) - 1; s++) {
        if (*s != '{' && *s != '}' && *s != '.') {
            *p++ = (*s == '/' || *s == '-') ? '_' : *s;
        }
    }

    return json_stringn(id, (size_t) (p - id));
}


static json_t *
ngx_lo_openapi_parameters(const ngx_lo_route_t *route)
{
    json_t  *list;

    list = json_array();

    if (ngx_lo_openapi_segments(list, route->path) != NGX_OK
        || ngx_lo_openapi_query(list, route->query) != NGX_OK
        || ngx_lo_openapi_headers(list, route) != NGX_OK)
    {
        json_decref(list);
        return NULL;
    }

    return list;
}


static ngx_int_t
ngx_lo_openapi_segments(json_t *list, const char *path)
{
    const char  *s, *end;

    for (s = strchr(path, '{'); s != NULL; s = strchr(end, '{')) {

        end = strchr(s, '}');

        if (json_array_append_new(list,
                json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", s + 1,
                          strcspn(s + 1, ".}"), "in", "path", "required", 1,
                          "schema", "type", "string")) != 0)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_openapi_query(json_t *list, const char *words)
{
    json_t         *v, *schema;
    ngx_uint_t      i;
    const char     *name;
    ngx_lo_told_t   t;

    while (ngx_lo_told_next(&words, &t)) {

        schema = ngx_lo_schema_type((const char *) t.type.data, t.type.len);

        if (schema != NULL && t.otherwise.data != NULL) {
            (void) json_object_set_new(schema, "default",
                                       ngx_lo_schema_default(&t));
        }

        v = json_pack("{s:s%, s:s, s:b, s:o}", "name", t.name.data, t.name.len,
                      "in", "query", "required", t.mark == '!', "schema",
                      schema);

        if (json_array_append_new(list, v) != 0) {
            return NGX_ERROR;
        }

        name = ckp_json_str(v, "name");

        for (i = 0; i < sizeof(ngx_lo_openapi_known)
                        / sizeof(ngx_lo_openapi_known[0]); i++)
        {
            if (strcmp(name, ngx_lo_openapi_known[i].name) == 0) {
                (void) json_object_set_new(v, "description",
                           json_string(ngx_lo_openapi_known[i].what));
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_openapi_header(json_t *list, const char *name, const char *what)
{
    json_t  *v;

    v = json_pack("{s:s, s:s, s:s, s:b, s:{s:s}}", "name", name, "in",
                  "header", "description", what, "required", 0, "schema",
                  "type", "string");

    return json_array_append_new(list, v) == 0 ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_openapi_headers(json_t *list, const ngx_lo_route_t *route)
{
    ngx_int_t  rc;

    rc = NGX_OK;

    if (route->flags & NGX_LO_ONCE) {
        rc = ngx_lo_openapi_header(list, "Idempotency-Key", "The same key and"
                                   " body: the first answer again, no second"
                                   " effect");

    } else if ((route->flags & NGX_LO_TAGGED)
               && route->method == NGX_HTTP_GET)
    {
        rc = ngx_lo_openapi_header(list, "If-None-Match",
                                   "A tag that is still true: 304");

    } else if (route->flags & NGX_LO_TAGGED) {
        rc = ngx_lo_openapi_header(list, "If-Match", "The tag that was read;"
                                   " another one by now: 412");
    }

    if (rc == NGX_OK && (route->flags & NGX_LO_UPLOAD)) {
        rc = ngx_lo_openapi_header(list, "X-Artifact-Kind",
                                   "What it is; without it a file");
    }

    if (rc == NGX_OK && (route->flags & NGX_LO_UPLOAD)) {
        rc = ngx_lo_openapi_header(list, "X-Node-ID", "The node it is of");
    }

    if (rc == NGX_OK && (route->flags & NGX_LO_UPLOAD)) {
        rc = ngx_lo_openapi_header(list, "X-Step-ID", "The step it is of");
    }

    return rc;
}


static json_t *
ngx_lo_openapi_responses(const ngx_lo_route_t *route)
{
    size_t       len;
    json_t      *all;
    const char  *s;

    all = json_pack("{s:{s:s}}", "default", "$ref",
                    "#/components/responses/Problem");

    for (s = route->gives; all != NULL && *s != '\0'; s += len) {
        s += strspn(s, "; ");
        len = strcspn(s, ";");

        if (ngx_lo_openapi_response(all, s, len) != NGX_OK) {
            json_decref(all);
            return NULL;
        }
    }

    if (all != NULL && (route->flags & NGX_LO_TAGGED)
        && route->method == NGX_HTTP_GET)
    {
        (void) json_object_set_new(all, "304",
                                   json_pack("{s:s}", "description",
                                             "It has not changed"));
    }

    return all;
}


/* "201 Run", "204", "200 text/plain" */

static ngx_int_t
ngx_lo_openapi_response(json_t *all, const char *s, size_t len)
{
    char         status[4], media[64];
    json_t      *v, *schema;

    (void) snprintf(status, sizeof(status), "%.3s", s);
    (void) snprintf(media, sizeof(media), "application/json");

    if (len <= 4) {
        v = json_pack("{s:s}", "description", "It is done");

    } else {
        s += 4;
        len -= 4;

        if (memchr(s, '/', len) != NULL) {
            (void) snprintf(media, sizeof(media), "%.*s", (int) len, s);
            schema = json_pack("{s:s}", "type", "string");

        } else {
            schema = ngx_lo_schema_type(s, len);
        }

        v = json_pack("{s:s%, s:{s:{s:o}}}", "description", s, len,
                      "content", media, "schema", schema);
    }

    return json_object_set_new(all, status, v) == 0 ? NGX_OK : NGX_ERROR;
}


static json_t *
ngx_lo_openapi_schemas(void)
{
    json_t                *all;
    ngx_uint_t             i;
    const ngx_lo_shape_t  *shape;

    all = json_object();

    for (i = 0; (shape = ngx_lo_shape_at(i)) != NULL; i++) {

        if (json_object_set_new(all, shape->name,
                                ngx_lo_schema_shape(shape)) != 0)
        {
            json_decref(all);
            return NULL;
        }
    }

    return all;
}


/* How callers say who they are, and what every error is. */

static json_t *
ngx_lo_openapi_security(void)
{
    return json_pack("{s:{s:{s:s, s:s}, s:{s:s, s:s, s:s},"
                     " s:{s:s, s:s, s:s}},"
                     " s:{s:{s:s, s:{s:{s:{s:s}}}}}}",
                     "securitySchemes",
                     "bearer", "type", "http", "scheme", "bearer",
                     "apiKey", "type", "apiKey", "in", "header", "name",
                     "X-API-Key",
                     "cookie", "type", "apiKey", "in", "cookie", "name",
                     "langorch_token",
                     "responses",
                     "Problem", "description", "What went wrong", "content",
                     "application/problem+json", "schema", "$ref",
                     "#/components/schemas/Problem");
}
