/*
 * http_request, where no agent makes it: what the host is asked, and what its
 * reply means.  Source: spec/ckp.md 13.5.
 */

#include "op/op_int.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define HTTP_BYTES_DEFAULT  (4 * 1024 * 1024)
#define HTTP_BYTES_MAX      (16 * 1024 * 1024)
#define HTTP_METHOD_MAX     20


/* --- what is asked -------------------------------------------------------------- */

static ckp_code_t
http_wrong(ckp_fiber_t *f, const char *name, const char *what)
{
    return ckp_fiber_raise(f, "TypeMismatch", "http_request: %s %s", name,
                           what);
}


/* "get" is GET; without one a body or a form means POST. */

static ckp_code_t
http_method(ckp_fiber_t *f, const json_t *params, json_t *body)
{
    const json_t *const  v = json_object_get(params, "method");
    const char *const    given = json_string_value(v);
    char                 method[HTTP_METHOD_MAX + 1];
    size_t               n;

    if (v == NULL || json_is_null(v)) {
        const bool  posts = json_object_get(params, "body") != NULL
                            || json_object_get(params, "form") != NULL;

        return json_object_set_new(body, "method",
                                   json_string(posts ? "POST" : "GET")) == 0
               ? CKP_OK : CKP_E_NOMEM;
    }

    for (n = 0; given != NULL && isalpha((unsigned char) given[n])
                && n < HTTP_METHOD_MAX; n++)
    {
        method[n] = (char) toupper((unsigned char) given[n]);
    }

    if (n == 0 || given[n] != '\0') {
        return http_wrong(f, "method", "is none");
    }

    method[n] = '\0';

    /* CONNECT makes a tunnel and TRACE shows what was sent */

    if (strcmp(method, "CONNECT") == 0 || strcmp(method, "TRACE") == 0) {
        return http_wrong(f, "method", "is not allowed");
    }

    return json_object_set_new(body, "method", json_string(method)) == 0
           ? CKP_OK : CKP_E_NOMEM;
}


static bool
http_header_is(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        size_t  i = 0;

        while (name[i] != '\0'
               && tolower((unsigned char) name[i]) == (*names)[i])
        {
            i++;
        }

        if (name[i] == '\0' && (*names)[i] == '\0') {
            return true;
        }
    }

    return false;
}


/* What belongs to the connection is not the author's to say. */

static ckp_code_t
http_headers(ckp_fiber_t *f, const json_t *params, json_t *headers)
{
    static const char *const  own[] = {
        "host", "content-length", "transfer-encoding", "connection",
        "keep-alive", "upgrade", "te", "trailer", "expect",
        "proxy-authorization", "proxy-connection", NULL
    };
    const json_t *const       given = json_object_get(params, "headers");
    const char               *name;
    json_t                   *value;

    if (given != NULL && !json_is_null(given) && !json_is_object(given)) {
        return http_wrong(f, "headers", "must be an object");
    }

    json_object_foreach((json_t *) given, name, value) {
        json_t  *text;

        if (json_is_null(value)) {
            continue;
        }

        if (http_header_is(name, own)) {
            return http_wrong(f, name, "is not the procedure's to send");
        }

        text = ckp_op_text(value);

        if (text == NULL) {
            return CKP_E_NOMEM;
        }

        if (name[0] == '\0' || strpbrk(name, "\r\n: ") != NULL
            || strpbrk(json_string_value(text), "\r\n") != NULL)
        {
            json_decref(text);
            return http_wrong(f, "headers", "have a line in them");
        }

        if (json_object_set_new(headers, name, text) != 0) {
            return CKP_E_NOMEM;
        }
    }

    return CKP_OK;
}


/*
 * auth {type: bearer (default) | basic | api_key | header, secret, username,
 * header}: `secret` is a secret's name, or a handle already.
 */

static ckp_code_t
http_auth(ckp_fiber_t *f, const json_t *params, json_t *body)
{
    const json_t *const  auth = json_object_get(params, "auth");
    const char *const    given = ckp_json_str(auth, "type");
    const char *const    type = given == NULL ? "bearer" : given;
    const char *const    name = ckp_json_str(auth, "secret");
    const bool           key = strcmp(type, "api_key") == 0
                               || strcmp(type, "header") == 0;

    if (auth == NULL || json_is_null(auth) || strcmp(type, "none") == 0) {
        return CKP_OK;
    }

    if (!key && strcmp(type, "bearer") != 0 && strcmp(type, "basic") != 0) {
        return http_wrong(f, "auth.type", "is none of bearer, basic, api_key");
    }

    if (name == NULL || *name == '\0') {
        return ckp_fiber_raise(f, "SecretNotFound",
                               "http_request: auth names no secret");
    }

    json_t *const  handle = strncmp(name, "$secret{", 8) == 0
                            ? json_string(name)
                            : ckp_fiber_secret(f, name,
                                               ckp_json_str(auth, "field"));

    if (handle == NULL) {
        return ckp_fiber_raise(f, "SecretNotFound",
                               "\"%.60s\" is no name of a secret", name);
    }

    const char *const  header = ckp_json_str(auth, "header");

    return json_object_set_new(body, "auth",
               json_pack("{s:s, s:o, s:s*, s:s*}", "type",
                         key ? "header" : type, "secret", handle,
                         "username", ckp_json_str(auth, "username"),
                         "header", !key ? NULL : header == NULL ? "X-API-Key"
                                                                : header)) == 0
           ? CKP_OK : CKP_E_NOMEM;
}


static ckp_code_t
http_copies(ckp_fiber_t *f, const json_t *params, json_t *body)
{
    static const char *const  parses[] = { "auto", "json", "text", "base64" };
    const char *const         parse = ckp_json_str(params, "parse");
    const char *const         queries[] = { "query", "parameters", NULL };
    json_t *const             query = (json_t *) ckp_op_param(params, queries);
    json_t *const             form = json_object_get(params, "form");
    bool                      known = parse == NULL;

    for (size_t i = 0; i < 4 && !known; i++) {
        known = strcmp(parse, parses[i]) == 0;
    }

    if (!known) {
        return http_wrong(f, "parse", "is none of auto, json, text, base64");
    }

    if ((query != NULL && !json_is_null(query) && !json_is_object(query))
        || (form != NULL && !json_is_null(form) && !json_is_object(form)))
    {
        return http_wrong(f, "query and form", "must be objects");
    }

    const int64_t  most = ckp_json_int(params, "max_bytes",
                                       HTTP_BYTES_DEFAULT);

    if (most < 1 || most > HTTP_BYTES_MAX) {
        return http_wrong(f, "max_bytes", "must be 1 to 16777216");
    }

    json_t *const  more = json_pack("{s:O*, s:O*, s:O*, s:b, s:b, s:I, s:s*, "
                                    "s:O*}",
        "query", query, "form", form,
        "body", json_object_get(params, "body"),
        "follow_redirects", ckp_json_bool(params, "follow_redirects", true),
        "verify_tls", ckp_json_bool(params, "verify_tls", true),
        "max_bytes", (json_int_t) most, "parse", parse,
        "allow", ckp_fiber_program(f)->config.egress);
    const int      rc = more == NULL ? -1 : json_object_update(body, more);

    json_decref(more);

    return rc == 0 ? CKP_OK : CKP_E_NOMEM;
}


ckp_code_t
ckp_op_http_ask(ckp_fiber_t *f, const json_t *params, bool again,
    json_t **body)
{
    const char *const  url = ckp_json_str(params, "url");
    json_t *const      headers = json_object();
    ckp_code_t         rc;

    (void) again;

    if (url == NULL || *url == '\0') {
        json_decref(headers);
        return http_wrong(f, "url", "is missing");
    }

    *body = json_pack("{s:s, s:o}", "url", url, "headers", headers);

    if (*body == NULL) {
        return CKP_E_NOMEM;
    }

    rc = http_method(f, params, *body);
    rc = rc == CKP_OK ? http_headers(f, params, headers) : rc;
    rc = rc == CKP_OK ? http_auth(f, params, *body) : rc;

    return rc == CKP_OK ? http_copies(f, params, *body) : rc;
}


/* --- what comes back ------------------------------------------------------------- */

/* 204, "204", "200-299". */

static bool
http_status_is(const json_t *want, int64_t status)
{
    const char *const  text = json_string_value(want);
    char              *end;

    if (json_is_integer(want)) {
        return json_integer_value(want) == status;
    }

    if (text == NULL) {
        return false;
    }

    const long  low = strtol(text, &end, 10);
    const long  high = *end == '-' ? strtol(end + 1, &end, 10) : low;

    return *end == '\0' && status >= low && status <= high;
}


static bool
http_expected(const json_t *params, int64_t status)
{
    const json_t *const  want = json_object_get(params, "expect_status");
    size_t               i;
    json_t              *one;

    if (want == NULL || json_is_null(want)) {
        return status >= 200 && status <= 299;
    }

    json_array_foreach(want, i, one) {
        if (http_status_is(one, status)) {
            return true;
        }
    }

    return http_status_is(want, status);
}


/* data {status, headers, body, duration_ms, url, retry_after_ms?} */

ckp_code_t
ckp_op_http_after(ckp_fiber_t *f, const json_t *params, const json_t *data,
    json_t **result)
{
    static const char *const  members[] = { "status", "headers", "body",
                                            "duration_ms", "url" };
    const int64_t             status = ckp_json_int(data, "status", 0);
    json_t                   *whole;

    if (!http_expected(params, status)) {
        char  text[32];

        (void) snprintf(text, sizeof(text), "HTTP %lld", (long long) status);

        return ckp_fiber_raise_json(f, json_pack("{s:s, s:s, s:I, s:O*, "
                   "s:{s:O?}}", "type", "HttpError", "message", text,
                   "http_status", (json_int_t) status, "retry_after_ms",
                   json_object_get(data, "retry_after_ms"), "details",
                   "url", json_object_get(data, "url")));
    }

    whole = json_object();

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        json_t *const  v = json_object_get(data, members[i]);

        if (json_object_set_new(whole, members[i],
                                v == NULL ? json_null()
                                          : ckp_json_copy(v)) != 0)
        {
            json_decref(whole);
            return CKP_E_NOMEM;
        }
    }

    *result = whole;

    return CKP_OK;
}


/* ask always has something to ask. */

static ckp_code_t
http_run(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    (void) f;
    (void) params;
    (void) result;

    return CKP_E_BUG;
}


const ckp_op_t  ckp_ops_http[] = {
    { "http_request", " url method headers query parameters body form auth "
      "timeout_ms expect_status follow_redirects max_bytes verify_tls parse ",
      " url ", false, true, http_run },
    { .action = NULL }
};
