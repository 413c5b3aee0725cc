/*
 * Members of the body and parameters of the query, by type.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "api/ngx_lo_told.h"


static void ngx_lo_input_untold(ngx_lo_api_t *api, const char *what,
    const char *name);
static ngx_array_t *ngx_lo_query_args(ngx_lo_api_t *api);
static const json_t *ngx_lo_input_get(ngx_lo_api_t *api, const char *name,
    ngx_uint_t required);
static ngx_uint_t ngx_lo_word_in(const char *word, const char *words);


ngx_uint_t
ngx_lo_text_clean(const ngx_str_t *s)
{
    u_char    *p, *last;
    uint32_t   c;

    p = s->data;
    last = p + s->len;

    while (p < last) {
        c = (*p < 0x80) ? *p++ : ngx_utf8_decode(&p, last - p);

        if (c > 0x10ffff || c < 0x20 || c == 0x7f
            || (c >= 0xd800 && c <= 0xdfff))
        {
            return 0;
        }
    }

    return 1;
}


ngx_uint_t
ngx_lo_text_is_id(const char *s, const char *more, size_t max)
{
    u_char       c;
    ngx_uint_t   alnum;
    const char  *p;

    for (p = s; *p != '\0'; p++) {
        c = (u_char) *p;
        alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a'
                                           && (c | 0x20) <= 'z');

        if (!alnum && (p == s || strchr(more, c) == NULL)) {
            return 0;
        }
    }

    return (p != s && (size_t) (p - s) <= max);
}


ngx_uint_t
ngx_lo_is_procedure_id(const char *s)
{
    return ngx_lo_text_is_id(s, "._:~@+-", 256)
           && !ngx_lo_word_in(s, "compile|webhook|sync|preview");
}


ngx_uint_t
ngx_lo_is_version(const char *s)
{
    return ngx_lo_text_is_id(s, "._+-", 64)
           && !ngx_lo_word_in(s, "versions|latest|diff|deployments");
}


ngx_uint_t
ngx_lo_is_agent_id(const char *s)
{
    return ngx_lo_text_is_id(s, "._:~@+-", 64)
           && !ngx_lo_word_in(s,
                              "pools|heartbeat|bootstrap|probe-capabilities");
}


const char *
ngx_lo_input_str(ngx_lo_api_t *api, const char *name, ngx_uint_t required,
    size_t max)
{
    const json_t  *v;

    v = ngx_lo_input_get(api, name, required);
    if (v == NULL) {
        return NULL;
    }

    if (!json_is_string(v)) {
        ngx_lo_input_wrong(api, "body", name, "string_type",
                           "Must be a string");
        return NULL;
    }

    if (required && json_string_length(v) == 0) {
        ngx_lo_input_wrong(api, "body", name, "missing",
                           "This field is required");
        return NULL;
    }

    if (json_string_length(v) > max) {
        ngx_lo_input_wrong(api, "body", name, "string_too_long",
                           "The text is too long");
        return NULL;
    }

    return json_string_value(v);
}


const json_t *
ngx_lo_input_object(ngx_lo_api_t *api, const char *name, ngx_uint_t required)
{
    const json_t  *v;

    v = ngx_lo_input_get(api, name, required);

    if (v != NULL && !json_is_object(v)) {
        ngx_lo_input_wrong(api, "body", name, "object_type",
                           "Must be a valid object");
        return NULL;
    }

    return v;
}


const json_t *
ngx_lo_input_array(ngx_lo_api_t *api, const char *name, ngx_uint_t required)
{
    const json_t  *v;

    v = ngx_lo_input_get(api, name, required);

    if (v != NULL && !json_is_array(v)) {
        ngx_lo_input_wrong(api, "body", name, "array_type",
                           "Must be a valid array");
        return NULL;
    }

    return v;
}


int64_t
ngx_lo_input_int(ngx_lo_api_t *api, const char *name, int64_t min, int64_t max,
    int64_t otherwise)
{
    int64_t        n;
    const json_t  *v;

    v = ngx_lo_input_get(api, name, NGX_LO_OPTIONAL);
    if (v == NULL) {
        return otherwise;
    }

    if (!json_is_integer(v)) {
        ngx_lo_input_wrong(api, "body", name, "int_type",
                           "Must be an integer");
        return otherwise;
    }

    n = json_integer_value(v);

    if (n < min || n > max) {
        ngx_lo_input_wrong(api, "body", name, "out_of_range",
                           "Is out of its range");
        return otherwise;
    }

    return n;
}


ngx_uint_t
ngx_lo_input_bool(ngx_lo_api_t *api, const char *name, ngx_uint_t otherwise)
{
    const json_t  *v;

    v = ngx_lo_input_get(api, name, NGX_LO_OPTIONAL);
    if (v == NULL) {
        return otherwise;
    }

    if (!json_is_boolean(v)) {
        ngx_lo_input_wrong(api, "body", name, "bool_type",
                           "Must be a boolean (true/false)");
        return otherwise;
    }

    return json_is_true(v);
}


const char *
ngx_lo_input_word(ngx_lo_api_t *api, const char *name, const char *words)
{
    const char  *s;

    s = ngx_lo_input_str(api, name, NGX_LO_OPTIONAL, 64);

    if (s != NULL && !ngx_lo_word_in(s, words)) {
        ngx_lo_input_wrong(api, "body", name, "enum", words);
        return NULL;
    }

    return s;
}


static const json_t *
ngx_lo_input_get(ngx_lo_api_t *api, const char *name, ngx_uint_t required)
{
    const json_t  *v;

    if (CKP_CHECKED && api->body != NULL
        && !ngx_lo_shape_has(api->route->takes, name))
    {
        ngx_lo_input_untold(api, "member", name);
    }

    v = json_object_get(api->body, name);

    if (v != NULL && !json_is_null(v)) {
        return v;
    }

    if (required) {
        ngx_lo_input_wrong(api, "body", name, "missing",
                           "This field is required");
    }

    return NULL;
}


const char *
ngx_lo_query_str(ngx_lo_api_t *api, const char *name)
{
    size_t         len;
    ngx_str_t     *value;
    ngx_uint_t     i;
    ngx_array_t   *args;
    ngx_keyval_t  *kv;

    if (CKP_CHECKED && !ngx_lo_told_has(api->route->query, name)) {
        ngx_lo_input_untold(api, "parameter", name);
    }

    args = ngx_lo_query_args(api);
    if (args == NULL) {
        return NULL;
    }

    kv = args->elts;
    len = strlen(name);
    value = NULL;

    for (i = 0; i < args->nelts; i++) {
        if (kv[i].key.len == len
            && ngx_memcmp(kv[i].key.data, name, len) == 0)
        {
            value = &kv[i].value;
        }
    }

    if (value == NULL) {
        return NULL;
    }

    if (!ngx_lo_text_clean(value)) {
        ngx_lo_input_wrong(api, "query", name, "string_type",
                           "Must be text without control characters");
        return NULL;
    }

    return (const char *) value->data;
}


const char *
ngx_lo_query_word(ngx_lo_api_t *api, const char *name, const char *words)
{
    const char  *s;

    s = ngx_lo_query_str(api, name);

    if (s == NULL || *s == '\0') {
        return NULL;
    }

    if (!ngx_lo_word_in(s, words)) {
        ngx_lo_input_wrong(api, "query", name, "enum", words);
        return NULL;
    }

    return s;
}


int64_t
ngx_lo_query_int(ngx_lo_api_t *api, const char *name, int64_t min, int64_t max,
    int64_t otherwise)
{
    char        *end;
    int64_t      n;
    const char  *s;

    s = ngx_lo_query_str(api, name);
    if (s == NULL) {
        return otherwise;
    }

    ngx_set_errno(0);
    n = strtoll(s, &end, 10);

    if ((*s != '-' && (*s < '0' || *s > '9')) || *end != '\0'
        || ngx_errno != 0)
    {
        ngx_lo_input_wrong(api, "query", name, "int_type",
                           "Must be an integer");
        return otherwise;
    }

    if (n < min || n > max) {
        ngx_lo_input_wrong(api, "query", name, "out_of_range",
                           "Is out of its range");
        return otherwise;
    }

    return n;
}


ngx_uint_t
ngx_lo_query_bool(ngx_lo_api_t *api, const char *name, ngx_uint_t otherwise)
{
    const char  *s;

    s = ngx_lo_query_word(api, name, "true|false|1|0");
    if (s == NULL) {
        return otherwise;
    }

    return (*s == 't' || *s == '1');
}


int64_t
ngx_lo_query_time(ngx_lo_api_t *api, const char *name)
{
    int64_t      ms;
    const char  *s;

    s = ngx_lo_query_str(api, name);
    if (s == NULL || *s == '\0') {
        return NGX_LO_NULL;
    }

    if (!ckp_time_parse(s, &ms)) {
        ngx_lo_input_wrong(api, "query", name, "datetime",
                           "Must be a valid date-time");
        return NGX_LO_NULL;
    }

    return ms;
}


/* The route reads what its row does not tell: nobody could know of it. */

static void
ngx_lo_input_untold(ngx_lo_api_t *api, const char *what, const char *name)
{
    ngx_log_error(NGX_LOG_ALERT, api->r->connection->log, 0,
                  "route \"%s\" reads the %s \"%s\", which the route table"
                  " does not tell", api->route->path, what, name);
}


/* NULL: no memory; the parameters then count as absent. */

static ngx_array_t *
ngx_lo_query_args(ngx_lo_api_t *api)
{
    u_char        *p, *last, *end, *eq, *dst, *src;
    ngx_pool_t    *pool;
    ngx_array_t   *args;
    ngx_keyval_t  *kv;

    if (api->args != NULL) {
        return api->args;
    }

    pool = api->r->pool;
    args = ngx_array_create(pool, 8, sizeof(ngx_keyval_t));
    if (args == NULL) {
        return NULL;
    }

    /* a copy: the log shows the query as it came */

    p = ngx_pstrdup(pool, &api->r->args);
    if (p == NULL) {
        return NULL;
    }

    last = p + api->r->args.len;

    for (src = p; src < last; src++) {
        if (*src == '+') {
            *src = ' ';
        }
    }

    while (p < last) {
        end = ngx_strlchr(p, last, '&');
        if (end == NULL) {
            end = last;
        }

        eq = ngx_strlchr(p, end, '=');

        kv = ngx_array_push(args);
        dst = ngx_pnalloc(pool, end - p + 1);
        if (kv == NULL || dst == NULL) {
            return NULL;
        }

        src = p;
        kv->key.data = dst;
        ngx_unescape_uri(&dst, &src, (eq != NULL ? eq : end) - p, 0);
        kv->key.len = dst - kv->key.data;

        kv->value.data = dst;
        if (eq != NULL) {
            src = eq + 1;
            ngx_unescape_uri(&dst, &src, end - eq - 1, 0);
        }
        *dst = '\0';
        kv->value.len = dst - kv->value.data;

        p = end + 1;
    }

    api->args = args;

    return args;
}


static ngx_uint_t
ngx_lo_word_in(const char *word, const char *words)
{
    size_t       len, n;
    const char  *p;

    len = strlen(word);

    for (p = words; *p != '\0'; p += n) {
        if (*p == '|') {
            p++;
        }

        n = strcspn(p, "|");
        if (n == len && ngx_memcmp(p, word, n) == 0) {
            return 1;
        }
    }

    return 0;
}


void
ngx_lo_input_wrong(ngx_lo_api_t *api, const char *place, const char *name,
    const char *type, const char *msg)
{
    ngx_lo_input_wrong_at(api, (name != NULL) ? json_pack("[ss]", place, name)
                                              : json_pack("[s]", place),
                          type, msg);
}


void
ngx_lo_input_wrong_at(ngx_lo_api_t *api, json_t *loc, const char *type,
    const char *msg)
{
    if (api->errors == NULL) {
        api->errors = json_array();
    }

    (void) json_array_append_new(api->errors,
                                 json_pack("{s:o, s:s, s:s}", "loc", loc,
                                           "msg", msg, "type", type));
}


ngx_uint_t
ngx_lo_input_failed(ngx_lo_api_t *api)
{
    return api->errors != NULL;
}


ngx_int_t
ngx_lo_input_refused(ngx_lo_api_t *api, json_t *detail)
{
    json_t  *list;

    list = api->errors;
    api->errors = NULL;

    return ngx_lo_api_problem_json(api, 400, "bad_request", detail,
                                   json_pack("{s:o?}", "errors", list));
}


ngx_int_t
ngx_lo_input_forbidden(ngx_lo_api_t *api, const char *detail)
{
    json_t  *list;

    list = api->errors;
    api->errors = NULL;

    return ngx_lo_api_problem_json(api, 403, "forbidden", json_string(detail),
                                   json_pack("{s:o?}", "errors", list));
}


ngx_int_t
ngx_lo_input_problem(ngx_lo_api_t *api)
{
    json_t  *list;

    list = api->errors;
    api->errors = NULL;

    return ngx_lo_api_problem_json(api, 422, "validation_error",
                                   json_incref(list),
                                   json_pack("{s:o}", "errors", list));
}
