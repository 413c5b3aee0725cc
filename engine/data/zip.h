/*
 * Zip archives in memory, read under limits: what is in them by name.  Nothing
 * is written anywhere, so names are only compared.
 * Source: design/reliability.md 6; APPNOTE.TXT 4.3.
 */

#ifndef CKP_ZIP_H
#define CKP_ZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define CKP_ZIP_ENTRIES_MAX  1000
#define CKP_ZIP_PART_MAX     (8 * 1024 * 1024)      /* one part, inflated */
#define CKP_ZIP_ALL_MAX      (16 * 1024 * 1024)     /* all that were read */
#define CKP_ZIP_RATIO_MAX    200    /* inflated to deflated, beyond 64 KiB */

typedef struct ckp_zip_s  ckp_zip_t;

/* `data` is lent until ckp_zip_free.  NULL: no archive of ours (CKP_E_INVALID),
 * or too many entries (CKP_E_LIMIT). */
ckp_zip_t *ckp_zip_open(const unsigned char *data, size_t len, ckp_err_t *err);
void ckp_zip_free(ckp_zip_t *zip);

/* Whether there is a part of that name, whatever the case. */
bool ckp_zip_has(const ckp_zip_t *zip, const char *name);

/*
 * The part's bytes, ended with a NUL that does not count; ckp_free ends them.
 * NULL: not there, encrypted, packed in another way, or broken (CKP_E_INVALID);
 * larger than the limits (CKP_E_LIMIT).
 */
char *ckp_zip_read(ckp_zip_t *zip, const char *name, size_t *len,
    ckp_err_t *err);

#endif
