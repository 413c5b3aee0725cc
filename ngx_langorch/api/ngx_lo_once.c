/*
 * Idempotency-Key: one key, one effect, one answer.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_once.h"
#include "api/ngx_lo_reply.h"
#include "api/ngx_lo_within.h"
#include "store/ngx_lo_sql_api.h"


static int64_t ngx_lo_once_since(const ngx_lo_api_t *api);


ngx_int_t
ngx_lo_once_read(ngx_lo_api_t *api, ngx_lo_once_t *once)
{
    char         within[2 * CKP_SHA256_LEN + 1];
    u_char       sha[CKP_SHA256_LEN], *p;
    size_t       len;
    ngx_str_t    path;
    const char  *s;

    once->key = ngx_lo_api_header(api, "Idempotency-Key");

    if (once->key == NULL) {
        return NGX_OK;
    }

    for (s = once->key; *s > ' ' && *s <= '~'; s++) { /* void */ }

    if (*s != '\0' || s == once->key || s - once->key > 255) {
        ngx_lo_input_wrong(api, "header", "Idempotency-Key", "key",
                           "Must be 1 to 255 visible ASCII characters");
        return ngx_lo_input_problem(api);
    }

    ckp_sha256(api->text.data, api->text.len, sha);
    ckp_hex(sha, sizeof(sha), once->hash);

    /* a slash at the end makes no other path */

    path = api->r->uri;

    if (path.len > 1 && path.data[path.len - 1] == '/') {
        path.len--;
    }

    /* nor is an answer for who has other projects */

    ngx_lo_within_mark(api, within);
    len = strlen(api->actor) + path.len + strlen(within) + 3;

    p = ngx_pnalloc(api->r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    once->scope = (char *) p;
    *ngx_sprintf(p, "%s %V%s%s", api->actor, &path,
                 within[0] != '\0' ? " " : "", within) = '\0';

    return NGX_OK;
}


ngx_int_t
ngx_lo_once_find(ngx_lo_api_t *api, ngx_lo_once_t *once, ngx_lo_job_t *job)
{
    if (once->key == NULL) {
        return NGX_OK;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_once_get,
                          (const char *) once->scope, once->key,
                          ngx_lo_once_since(api));
}


/* What is older counts as forgotten. */

static int64_t
ngx_lo_once_since(const ngx_lo_api_t *api)
{
    return api->now_ms - (int64_t) ngx_lo_conf()->once_time;
}


ngx_int_t
ngx_lo_once_again(ngx_lo_api_t *api, ngx_lo_once_t *once, const json_t *row)
{
    ngx_str_t    text;
    const char  *s;

    if (once->key == NULL || row == NULL) {
        return NGX_OK;
    }

    s = ckp_json_str(row, "body_hash");

    if (s == NULL || strcmp(s, once->hash) != 0) {
        return ngx_lo_api_problem(api, 422, "idempotency_mismatch",
                                  "The key was used with another body");
    }

    s = ckp_json_str(row, "response");
    if (s == NULL) {
        return NGX_ERROR;
    }

    text.len = strlen(s);
    text.data = ngx_pnalloc(api->r->pool, text.len);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(text.data, s, text.len);

    s = ckp_json_str(row, "location");

    if ((s != NULL && ngx_lo_api_set_url(api, "Location", s) == NGX_ERROR)
        || ngx_lo_api_set(api, "Idempotent-Replayed", "true") == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_text(api, (ngx_uint_t) ckp_json_int(row, "status", 200),
                           "application/json", &text);
}


ngx_int_t
ngx_lo_once_add(ngx_lo_api_t *api, ngx_lo_once_t *once, ngx_lo_job_t *job,
    ngx_uint_t status, const char *answer, const char *location)
{
    if (once->key == NULL) {
        return NGX_OK;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_once_old,
                       (const char *) once->scope, once->key,
                       ngx_lo_once_since(api))
        != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_once_age,
                          ngx_lo_once_since(api)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_once_add,
                          (const char *) once->scope, once->key,
                          (const char *) once->hash, (int64_t) status, answer,
                          location, api->now_ms);
}
