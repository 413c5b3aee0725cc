/*
 * Secrets: names become values where a request leaves, and nowhere else.
 *
 * The life of a value.
 *   looked for what the site keeps of that name,
 *            then asked of the keeper that has it    ngx_lo_secrets_look
 *   found    here, there, or in the environment     ngx_lo_secrets_find
 *   filled   into a copy of what is sent            ngx_lo_secrets_fill
 *   scrubbed out of what comes back                 ngx_lo_secrets_scrub
 *   wiped    with the request                       ngx_lo_secrets_wipe
 *
 * What the site keeps goes before all else.  Its values are sealed under a key
 * that is in no database; a worker keeps copies of sealed texts only, and opens
 * one for the moment that it is used.  The environment is that in which NGINX
 * read its configuration, LANGORCH_SECRET_<NAME>.  Source: spec/ckp.md 28,
 * reliability.md 6.
 */

#ifndef NGX_LO_SECRET_H
#define NGX_LO_SECRET_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "value/json.h"

#include "ckp.h"

#define NGX_LO_SECRET_VALUE_MAX  (64 * 1024)
#define NGX_LO_KEY_ID_LEN        16

/* --- the site's key (ngx_lo_seal.c) ----------------------------------------- */

/* 1: there is none, and nothing can be sealed or opened. */
ngx_uint_t ngx_lo_secrets_locked(void);

/* Names the key without telling it; "": locked.  Static text. */
const char *ngx_lo_secrets_key_id(void);

/* Appends the sealed value of the secret of that id.  NGX_ERROR: locked, or no
 * memory. */
ngx_int_t ngx_lo_secret_seal(const char *secret_id, const char *value,
    size_t len, ckp_buf_t *out);

/* --- what is known of them (ngx_lo_secret_look.c) ----------------------------- */

typedef struct ngx_lo_secret_look_s  ngx_lo_secret_look_t;

/* failed: the store did not answer.  The look has ended. */
typedef void (*ngx_lo_secret_known_pt)(void *data, ngx_uint_t failed);

/*
 * Looks what is known of these secrets: an array of names, or of objects as
 * they stand in an effect (ckp.h).  NULL: it is known already; else `done` is
 * called once, later.  What is found out is for the turn of the loop in which
 * it is told.
 */
ngx_lo_secret_look_t *ngx_lo_secrets_look(const json_t *wants,
    ngx_lo_secret_known_pt done, void *data);

/* Nobody waits for it any more; NULL is fine. */
void ngx_lo_secrets_look_end(ngx_lo_secret_look_t *look);

/* The store has others now, or others' values; before that is answered. */
void ngx_lo_secrets_changed(void);

/* --- values (ngx_lo_secret_get.c) ---------------------------------------------- */

#define NGX_LO_SECRET_LACK  240

typedef struct {
    const char    *key;
    const char    *prefix;          /* of the variable; NULL: the usual one */
    const char    *provider;        /* a word of spec/ckp.md 28.1; NULL: env */
    const char    *user;            /* procedure_id; NULL: none */
    const char    *field;           /* the member that is wanted; NULL: all */
    const char    *version;         /* of a keeper; NULL: the newest */
    const json_t  *settings;        /* secrets_config; NULL: the site's */
    int64_t        ttl_ms;          /* how old it may be; -1: the site's */
    int64_t        age_ms;          /* and how old at most; -1: nobody says */
} ngx_lo_secret_want_t;

/* Why there is no value. */
typedef struct {
    char           text[NGX_LO_SECRET_LACK];    /* ""; or a sentence */
    ngx_uint_t     forbidden;
    ngx_uint_t     later;           /* it may have one when it is asked again */
    ngx_msec_t     retry_after;     /* 0: nobody said when */
} ngx_lo_secret_lack_t;

void ngx_lo_secret_lacks(ngx_lo_secret_lack_t *lack, const char *text);

/* A name, or an object of an effect: what it says, lent. */
void ngx_lo_secret_want(const json_t *entry, ngx_lo_secret_want_t *want);

/*
 * The value of a secret that was looked for: new text, ended by
 * ngx_lo_secret_free.  NULL: there is none.  *picked (NULL: nobody asks): it is
 * the member `field` already.
 */
char *ngx_lo_secret_get(const ngx_lo_secret_want_t *want,
    ngx_lo_secret_lack_t *lack, ngx_uint_t *picked);

/* The same of a key alone. */
char *ngx_lo_secret_named(const char *key, ngx_lo_secret_lack_t *lack);
void ngx_lo_secret_free(char *value);       /* NULL is fine */

/*
 * The variable of a prefix (NULL: the usual one) and the key in upper case.
 * Lent; NULL: there is none.
 */
const char *ngx_lo_secret_env(const char *prefix, const char *key);

#define NGX_LO_SECRET_LEAST  4          /* shorter ones are in every text */
#define NGX_LO_SECRET_MASK   "***REDACTED***"

/* --- those of an effect (ngx_lo_secret.c) ---------------------------------------- */

/*
 * The texts of what an effect names as `secrets` (ckp.h): new object {handle:
 * text}; user: as above.  NULL: *error is a new error object {type:
 * "SecretNotFound" or "SecretForbidden", ...}, or NULL as well: no memory.
 */
json_t *ngx_lo_secrets_find(const json_t *secrets, const char *user,
    json_t **error);

/* Is one of the handles in the value? */
ngx_uint_t ngx_lo_secrets_are_in(const json_t *value, const json_t *texts);

/* A copy of the value with the texts in the places of their handles. */
json_t *ngx_lo_secrets_fill(const json_t *value, const json_t *texts);

/* The value itself (stolen), or a copy where a text is in it no more: each is
 * replaced by a mask.  Texts of less than 4 bytes stay. */
json_t *ngx_lo_secrets_scrub(json_t *value, const json_t *texts);

/*
 * Hides one more text, which is filled in nowhere, and the forms that it has in
 * a JSON text and in an address; those of ngx_lo_secrets_find have theirs.
 * *texts may be NULL: it is a new object then.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_lo_secrets_hide(json_t **texts, const char *text);

/* Overwrites every string of a value that nobody else has, and ends it. */
void ngx_lo_secrets_wipe(json_t *value);

/*
 * May secrets go to this URL?  Over https, or to this machine, or anywhere when
 * the site says so.
 */
ngx_uint_t ngx_lo_secrets_may_go(const char *url);

/* How a keeper is (vault, aws, azure): a new object of what API 12 tells. */
json_t *ngx_lo_keeper_shown(const char *kind);

/* --- this worker ------------------------------------------------------------------ */

void ngx_lo_secrets_start(void);
void ngx_lo_secrets_quit(void);     /* who used what is written down now */
void ngx_lo_secrets_stop(void);

#endif
