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

/* --- what the site keeps (ngx_lo_vault.c) ----------------------------------- */

/* The row {secret_id, name, provider_hint, sealed, key_id} that is known under
 * a name, lent; NULL: there is none, or nobody looked. */
const json_t *ngx_lo_vault_row(const char *name);

/* --- one value (ngx_lo_secret_get.c) ----------------------------------------- */

/* New text of `len` bytes and its NUL; NULL: no memory. */
char *ngx_lo_secret_copy(const char *text, size_t len);

/* --- who uses them (ngx_lo_secret_use.c) ---------------------------------------- */

/* Somebody got the value that the site keeps; user NULL: no procedure. */
void ngx_lo_secret_used(const char *name, const char *user);

/* Texts of rows, sealed under the site's key (ngx_lo_seal.c). */
extern const ngx_lo_sealer_t  ngx_lo_row_sealer;

#endif
