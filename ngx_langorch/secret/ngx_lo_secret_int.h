/*
 * What the files of secret/ share.
 */

#ifndef NGX_LO_SECRET_INT_H
#define NGX_LO_SECRET_INT_H

#include "core/ngx_lo_core.h"
#include "secret/ngx_lo_secret.h"
#include "store/ngx_lo_store.h"

/* --- values at rest (ngx_lo_seal.c) ----------------------------------------- */

/* New text, ended by ngx_lo_secret_free; NULL: another key made it, or it is
 * another secret's. */
char *ngx_lo_secret_unseal(const char *secret_id, const char *sealed);

/* --- what the site keeps (ngx_lo_secret_kept.c) ------------------------------- */

typedef struct ngx_lo_kept_look_s  ngx_lo_kept_look_t;

/* Looks what the site keeps under these names (an array of texts).  NULL: it is
 * known already; else `done` is called once, later. */
ngx_lo_kept_look_t *ngx_lo_kept_look(const json_t *names,
    ngx_lo_secret_known_pt done, void *data);
void ngx_lo_kept_look_end(ngx_lo_kept_look_t *look);    /* NULL is fine */

/* The row {secret_id, name, provider_hint, sealed, key_id} that is known under
 * a name, lent; NULL: there is none, or nobody looked. */
const json_t *ngx_lo_kept_row(const char *name);
void ngx_lo_kept_stop(void);

/* --- one value (ngx_lo_secret_get.c) ----------------------------------------- */

/* What proves to a keeper who asks: kept here or in the environment, never by a
 * keeper.  New text; NULL: there is none. */
char *ngx_lo_secret_own(const char *key);

/* The keeper that has what is wanted: static text; NULL: none, it is kept here
 * or in the environment. */
const char *ngx_lo_secret_keeper(const ngx_lo_secret_want_t *want);

/* New text of `len` bytes and its NUL; NULL: no memory. */
char *ngx_lo_secret_copy(const char *text, size_t len);

/* The text of a member of a secret that is a JSON object, new; NULL: it is
 * none, or has none of that name (ngx_lo_secret.c). */
json_t *ngx_lo_secret_member(const char *value, const char *field);

/* Adds the forms of those that are there (ngx_lo_secret_forms.c); NGX_ERROR: no
 * memory. */
ngx_int_t ngx_lo_secrets_widen(json_t *texts);

/* --- who uses them (ngx_lo_secret_use.c) ---------------------------------------- */

/* Somebody got the value that the site keeps; user NULL: no procedure. */
void ngx_lo_secret_used(const char *name, const char *user);

/* Texts of rows, sealed under the site's key (ngx_lo_seal.c). */
extern const ngx_lo_sealer_t  ngx_lo_row_sealer;

#endif
