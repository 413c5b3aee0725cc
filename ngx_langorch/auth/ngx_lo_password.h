/*
 * Passwords: what is stored of one, and whether one is the stored one.  Each
 * answer costs some 32 MB and a tenth of a second, so a thread finds it, and
 * few are looked for at a time (reliability.md 6).
 */

#ifndef NGX_LO_PASSWORD_H
#define NGX_LO_PASSWORD_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "disk/ngx_lo_disk.h"

#define NGX_LO_PASSWORD_LEAST   8       /* characters */
#define NGX_LO_PASSWORD_MOST    1024    /* bytes */
#define NGX_LO_PASSWORD_STORED  128     /* what is stored, with its NUL */

typedef struct {
    ngx_lo_disk_t  disk;                /* its `done` is the answer */
    char           password[NGX_LO_PASSWORD_MOST + 1];
    char           stored[NGX_LO_PASSWORD_STORED];  /* "": to be made */
    ngx_uint_t     same;                /* 1: that is the stored one */
    ngx_uint_t     failed;              /* 1: no memory, no randomness */
} ngx_lo_password_t;

/* 1: as many are looked for as may be. */
ngx_uint_t ngx_lo_password_busy(void);

/* A task whose `same` tells; stored NULL: nobody's, which takes as long.  NULL:
 * no memory. */
ngx_lo_password_t *ngx_lo_password_check(const char *password,
    const char *stored);

/* A task that leaves in `stored` what is to be stored. */
ngx_lo_password_t *ngx_lo_password_make(const char *password);

/* The same at once, for who has time. */
ngx_int_t ngx_lo_password_store(const char *password,
    char out[NGX_LO_PASSWORD_STORED]);

#endif
