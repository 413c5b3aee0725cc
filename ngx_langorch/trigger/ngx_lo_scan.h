/*
 * A look at watched files, by NGINX's thread pool.
 */

#ifndef NGX_LO_SCAN_H
#define NGX_LO_SCAN_H

#include "disk/ngx_lo_disk.h"

#define NGX_LO_SCAN_FILES   10000       /* of one trigger */
#define NGX_LO_SCAN_NAMES   100000      /* that are looked at for them */
#define NGX_LO_SCAN_DEPTH   16
#define NGX_LO_SCAN_PATH    1025
#define NGX_LO_SCAN_HEARD   64          /* folders that notices come from */

typedef enum {
    NGX_LO_SCAN_OK,
    NGX_LO_SCAN_OUTSIDE,                /* of what may be watched */
    NGX_LO_SCAN_NOWHERE,                /* the folder is not there */
    NGX_LO_SCAN_MANY                    /* more files than may be */
} ngx_lo_scan_rc_t;

typedef struct {
    ngx_lo_disk_t      disk;            /* its data is who waits */
    char               path[NGX_LO_SCAN_PATH];      /* as the trigger says */
    char               pattern[NGX_LO_SCAN_PATH];   /* "": none */
    ngx_uint_t         recursive;

    ngx_lo_scan_rc_t   rc;
    json_t            *files;           /* [{path, mtime, size}]; its own */

    char               base[NGX_LO_SCAN_PATH];      /* the folder */
    ngx_uint_t         names;
    ngx_uint_t         exact;           /* the pattern is a name */

    char              *real;            /* path of the folder without links */
    int                notices;         /* inotify; -1: none */
    int                heard[NGX_LO_SCAN_HEARD];
    ngx_uint_t         nheard;
} ngx_lo_scan_t;

/* NULL: no memory, or a text is too long. */
ngx_lo_scan_t *ngx_lo_scan_new(const json_t *settings);

#endif
