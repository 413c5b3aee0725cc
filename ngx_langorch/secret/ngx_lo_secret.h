/*
 * Secrets: names become values where a request leaves, and nowhere else.
 *
 * The life of a value.
 *   found    by its name, from the provider          ngx_lo_secrets_find
 *   filled   into a copy of what is sent             ngx_lo_secrets_fill
 *   scrubbed out of what comes back                  ngx_lo_secrets_scrub
 *   wiped    with the request                        ngx_lo_secrets_wipe
 *
 * The one provider so far is the environment: LANGORCH_SECRET_<NAME>, read when
 * NGINX reads its configuration.  Source: spec/ckp.md 28, reliability.md 6.
 */

#ifndef NGX_LO_SECRET_H
#define NGX_LO_SECRET_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <jansson.h>

/*
 * The value of a secret: prefix (NULL: the usual one) and the key in upper case
 * name a variable.  Lent; NULL: there is none.
 */
const char *ngx_lo_secret_env(const char *prefix, const char *key);

/*
 * The texts of what an effect names as `secrets` (ckp.h): new object {handle:
 * text}.  NULL: *error is a new error object {type: "SecretNotFound", ...}, or
 * NULL as well: no memory.
 */
json_t *ngx_lo_secrets_find(const json_t *secrets, json_t **error);

/* Is one of the handles in the value? */
ngx_uint_t ngx_lo_secrets_are_in(const json_t *value, const json_t *texts);

/* A copy of the value with the texts in the places of their handles. */
json_t *ngx_lo_secrets_fill(const json_t *value, const json_t *texts);

/* The value itself (stolen), or a copy where a text is in it no more: each is
 * replaced by a mask.  Texts of less than 4 bytes stay. */
json_t *ngx_lo_secrets_scrub(json_t *value, const json_t *texts);

/* Overwrites every string of a value that nobody else has, and ends it. */
void ngx_lo_secrets_wipe(json_t *value);

/*
 * May secrets go to this URL?  Over https, or to this machine, or anywhere when
 * the site says so.
 */
ngx_uint_t ngx_lo_secrets_may_go(const char *url);

#endif
