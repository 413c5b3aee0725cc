/*
 * What the store says of a credential: of a token, of a session and its user.
 *
 * The life of an answer.
 *   looked for   by a reader of the store              ngx_lo_proof_look
 *   kept         by this worker, for a moment          ngx_lo_proof_row
 *   forgotten    when anybody on this machine changed who may ask, at once; and
 *                in any case after two seconds, should others share the store
 */

#ifndef NGX_LO_PROOF_H
#define NGX_LO_PROOF_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "value/json.h"

#include "store/ngx_lo_store.h"

typedef struct ngx_lo_look_s  ngx_lo_look_t;

/* row: lent, NULL: there is none; failed: the store did not answer.  The look
 * has ended. */
typedef void (*ngx_lo_look_pt)(void *data, const json_t *row,
    ngx_uint_t failed);

/* What is kept under that key; lent until the loop goes on.  NULL: look. */
const json_t *ngx_lo_proof_row(const char *key);

/* Asks the store with two texts, whose first row is the answer, and keeps it
 * under the key.  NULL: no memory, or there is no store. */
ngx_lo_look_t *ngx_lo_proof_look(const char *key, const ngx_lo_stmt_t *stmt,
    const char *first, const char *second);

/* Who waits for it; once, right after the look began. */
void ngx_lo_proof_wait(ngx_lo_look_t *look, ngx_lo_look_pt done, void *data);

/* Nobody waits any more; NULL is fine. */
void ngx_lo_proof_end(ngx_lo_look_t *look);

/* A token was used: written down, at most once a minute. */
void ngx_lo_proof_used(const json_t *token);

/* Who may ask was changed in the store; before that is answered. */
void ngx_lo_proof_changed(void);

/* The worker ends. */
void ngx_lo_proof_stop(void);

/* --- tokens (ngx_lo_token.c) -------------------------------------------------- */

#define NGX_LO_TOKEN_MARK    "lo_"
#define NGX_LO_TOKEN_LEN     67         /* the mark, 256 random bits in hex */
#define NGX_LO_TOKEN_PREFIX  11         /* what is shown of it */

/* A new one, with a NUL behind.  NGX_ERROR: there is no randomness. */
ngx_int_t ngx_lo_token_make(char out[NGX_LO_TOKEN_LEN + 1]);

/* What is stored of it. */
void ngx_lo_token_hash(const char *text, size_t len,
    char out[2 * CKP_SHA256_LEN + 1]);

/* 1: the texts are the same; takes as long wherever they differ. */
ngx_uint_t ngx_lo_token_same(const char *a, const char *b);

#endif
