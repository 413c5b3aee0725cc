/*
 * What the client sent: members of the body, parameters of the query.  A value
 * of the wrong shape is recorded with its place; the route asks once at the end
 * whether all was well.  Source: spec/api.md 1.1, 1.2, 1.5.
 */

#ifndef NGX_LO_INPUT_H
#define NGX_LO_INPUT_H

#include "api/ngx_lo_api.h"

#define NGX_LO_OPTIONAL   0
#define NGX_LO_REQUIRED   1         /* absent, null or "" is an error */

/* Valid UTF-8 without control characters. */
ngx_uint_t ngx_lo_text_clean(const ngx_str_t *s);

/* 1: letters, digits and `more`, the first a letter or digit, 1..max long. */
ngx_uint_t ngx_lo_text_is_id(const char *s, const char *more, size_t max);

/* procedure_id, version and agent_id of spec/api.md 1.3. */
ngx_uint_t ngx_lo_is_procedure_id(const char *s);
ngx_uint_t ngx_lo_is_version(const char *s);
ngx_uint_t ngx_lo_is_agent_id(const char *s);

/* Reads what has come of the body into api->text; answers itself when it is
 * none we take.  NGX_OK (all of it is here), NGX_DONE (answered), NGX_AGAIN
 * (there is more to come), NGX_ERROR, or NGINX's status. */
ngx_int_t ngx_lo_input_read(ngx_lo_api_t *api);

/* Makes api->body of it, in a thread when it is long, and goes on with
 * ngx_lo_api_read_all; answers itself when it is no body we take. */
ngx_int_t ngx_lo_input_parse(ngx_lo_api_t *api);

/* The request ends: the room of its body is others'. */
void ngx_lo_input_free(ngx_lo_api_t *api);

/* Before reading: what the head tells is refused already.  As above. */
ngx_int_t ngx_lo_input_check(ngx_lo_api_t *api);

/* Members of the body; absent and null are the same.  What is wrong gives the
 * value of absence. */
const char *ngx_lo_input_str(ngx_lo_api_t *api, const char *name,
    ngx_uint_t required, size_t max);
const json_t *ngx_lo_input_object(ngx_lo_api_t *api, const char *name,
    ngx_uint_t required);
const json_t *ngx_lo_input_array(ngx_lo_api_t *api, const char *name,
    ngx_uint_t required);
int64_t ngx_lo_input_int(ngx_lo_api_t *api, const char *name, int64_t min,
    int64_t max, int64_t otherwise);
ngx_uint_t ngx_lo_input_bool(ngx_lo_api_t *api, const char *name,
    ngx_uint_t otherwise);

/* `words`: "a|b|c".  NULL when absent. */
const char *ngx_lo_input_word(ngx_lo_api_t *api, const char *name,
    const char *words);

/* Parameters of the query, decoded, the last of a name. */
const char *ngx_lo_query_str(ngx_lo_api_t *api, const char *name);
const char *ngx_lo_query_word(ngx_lo_api_t *api, const char *name,
    const char *words);
int64_t ngx_lo_query_int(ngx_lo_api_t *api, const char *name, int64_t min,
    int64_t max, int64_t otherwise);
ngx_uint_t ngx_lo_query_bool(ngx_lo_api_t *api, const char *name,
    ngx_uint_t otherwise);

/* Milliseconds, or NGX_LO_NULL. */
int64_t ngx_lo_query_time(ngx_lo_api_t *api, const char *name);

/* Records that something is wrong there; `place` is "body", "query", "path" or
 * "header", `name` NULL for all of it. */
void ngx_lo_input_wrong(ngx_lo_api_t *api, const char *place, const char *name,
    const char *type, const char *msg);

/* The same with the place in full, as ["body", "steps", 0]; steals `loc`. */
void ngx_lo_input_wrong_at(ngx_lo_api_t *api, json_t *loc, const char *type,
    const char *msg);

/* 1: something was; the route answers ngx_lo_input_problem. */
ngx_uint_t ngx_lo_input_failed(ngx_lo_api_t *api);
ngx_int_t ngx_lo_input_problem(ngx_lo_api_t *api);

/*
 * The shape is right, and the object cannot be so: 400 `bad_request` with the
 * sentence `detail`, which is stolen, and what was wrong as `errors`.
 */
ngx_int_t ngx_lo_input_refused(ngx_lo_api_t *api, json_t *detail);

/* The caller may not have it so: 403 `forbidden` with the sentence, and what
 * was wrong as `errors`. */
ngx_int_t ngx_lo_input_forbidden(ngx_lo_api_t *api, const char *detail);

#endif
