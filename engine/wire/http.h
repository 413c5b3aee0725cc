/*
 * The `http_request` action's side of HTTP: URLs, forms, bodies.
 * Source: spec/ckp.md 13.5.
 */

#ifndef CKP_WIRE_HTTP_H
#define CKP_WIRE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include "value/json.h"

#include "base/mem.h"

/* Appends the URL and, behind its own query and before its fragment, which is
 * left out, the members of `query`; NULL: none.  An array gives its name once
 * for each element. */
void ckp_http_url(ckp_buf_t *b, const char *url, const json_t *query);

/* application/x-www-form-urlencoded. */
void ckp_http_form(ckp_buf_t *b, const json_t *form);

/* Appends "Basic ..." of user and password; user NULL: `secret` is both, with a
 * colon between. */
void ckp_http_basic(ckp_buf_t *b, const char *user, const char *secret);

/* Appends the absolute URL that `location` means at `base`.  false: it means
 * none of http or https. */
bool ckp_http_follow(ckp_buf_t *b, const char *base, const char *location);

/* Scheme, host and port are the same; what is written otherwise is not. */
bool ckp_http_same_origin(const char *a, const char *b);

/* Is the host of the URL in the list of globs (NULL or empty: yes)? `*` stands
 * for any characters; case is nothing. */
bool ckp_http_host_in(const char *url, const json_t *globs);

/*
 * The value of a reply's body.  parse: "json", "text", "base64"; NULL, "auto":
 * by its content type, bytes that are no text as base64.  New reference; NULL:
 * it is no JSON, or no memory.
 */
json_t *ckp_http_body(const char *parse, const char *content_type,
    const char *body, size_t len);

#endif
