/*
 * Which stored version of a procedure a reference means.
 * Source: spec/ckp.md 2, 10.10.
 */

#ifndef NGX_LO_VERSION_H
#define NGX_LO_VERSION_H

#include "core/ngx_lo_core.h"

/*
 * Of rows of ngx_lo_sql_child_versions: the one that `want` means, which is
 * "latest", a version, a range of them or a channel ("@prod").  Those that may
 * run go before those that may not; then a range takes the highest, anything
 * else the newest.  Lent; NULL: none fits.
 */
const json_t *ngx_lo_version_choose(const json_t *rows, const char *want);

/* The row of exactly that version; NULL: there is none. */
const json_t *ngx_lo_version_find(const json_t *rows, const char *version);

/* Today's date, as those statements ask for it; out has 11 bytes at least. */
void ngx_lo_version_today(char *out);

/* "<procedure_id>@<version>", under which a choice is kept: new reference. */
json_t *ngx_lo_version_name(const char *procedure_id, const char *version);

#endif
