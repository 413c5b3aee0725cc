/*
 * Files of artifacts: found, read, moved and removed off the event loop, by
 * NGINX's thread pool.
 *
 * The life of a task.
 *   new      memory of its own; nothing of a request or run    ngx_lo_disk_new
 *   posted   nobody touches it but its thread                 ngx_lo_disk_post
 *   done     on the event loop, once, unless it was forgotten
 *   freed    behind its `done`
 *
 * What lies in the folder (langorch_artifacts):
 *   <run id>/<name>         artifacts, by agents that share it and by uploads
 *   .incoming/<hex>         an upload that has no name yet
 *   .attached/<run id>/...  what a model is shown and lay elsewhere
 *   .trash/<hex>            what is being removed
 *
 * Paths are looked up segment by segment from the folder on, and no link is
 * followed.
 */

#ifndef NGX_LO_DISK_H
#define NGX_LO_DISK_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_thread_pool.h>
#include "value/json.h"

#include "ckp.h"

#define NGX_LO_DISK_INCOMING  ".incoming"
#define NGX_LO_DISK_ATTACHED  ".attached"
#define NGX_LO_DISK_TRASH     ".trash"

#define NGX_LO_DISK_PATH      (CKP_ARTIFACT_PATH_MAX + 64)

typedef struct ngx_lo_disk_s  ngx_lo_disk_t;
typedef void (*ngx_lo_disk_pt)(ngx_lo_disk_t *d);

/* The first member of a task of a kind. */

struct ngx_lo_disk_s {
    ngx_thread_task_t   task;
    const char         *root;       /* the folder */
    ngx_lo_disk_pt      work;       /* in the thread: no log, no pool */
    ngx_lo_disk_pt      done;       /* on the loop; NULL: nobody waits */
    ngx_lo_disk_pt      clean;      /* ends what it holds; NULL: nothing */
    void               *data;       /* of who waits */
};

/* Zeroed, `size` bytes; it begins with an ngx_lo_disk_t.  NULL: no memory. */
void *ngx_lo_disk_new(size_t size);

/* For one that was not posted; NULL is none. */
void ngx_lo_disk_free(ngx_lo_disk_t *d);

/* Steals it.  NGX_ERROR: no thread takes it, and it is freed. */
ngx_int_t ngx_lo_disk_post(ngx_lo_disk_t *d);

/* Who waited has left; the work goes on. */
void ngx_lo_disk_forget(ngx_lo_disk_t *d);

/* --- kinds of tasks (ngx_lo_disk_task.c) ------------------------------------- */

/* A file to send, and its beginning when that is what is wanted. */

typedef struct {
    ngx_lo_disk_t   disk;
    char            path[NGX_LO_DISK_PATH];
    size_t          head_max;       /* bytes wanted of the beginning */

    int             err;            /* errno; 0: here it is */
    int             fd;             /* -1: taken, or none */
    off_t           size;
    char            tag[64];        /* changes with every change of the file */
    u_char         *head;
    size_t          head_len;
} ngx_lo_disk_open_t;

ngx_lo_disk_open_t *ngx_lo_disk_open(const char *path, size_t head_max);

/* An upload gets its name: hashed, synced, then moved in one step. */

typedef struct {
    ngx_lo_disk_t   disk;
    char            path[NGX_LO_DISK_PATH];
    char            from[NGX_MAX_PATH];     /* "": an empty file */

    int             err;
    off_t           size;
    char            sha256[2 * CKP_SHA256_LEN + 1];
} ngx_lo_disk_put_t;

ngx_lo_disk_put_t *ngx_lo_disk_put(const char *path, const char *from);

/* How much there is, as far as it was counted in time. */

typedef struct {
    ngx_lo_disk_t   disk;
    ngx_msec_t      budget;
    int64_t         folders;
    int64_t         bytes;
    ngx_uint_t      partial;
} ngx_lo_disk_sum_t;

ngx_lo_disk_sum_t *ngx_lo_disk_sum(ngx_msec_t budget);

/* Removes a file or a folder with all in it; nobody is told. */
void ngx_lo_disk_drop(const char *path);

/* The same of all that a run has. */
void ngx_lo_disk_drop_run(const char *run_id);

/* --- for `work` of other rooms (ngx_lo_disk_path.c): 0 or errno --------------- */

/* A regular file, opened to read. */
int ngx_lo_disk_file(const char *root, const char *path, int *fd,
    struct stat *st);

/* All of it, malloc()ed, with a NUL behind; EFBIG: longer than `max`. */
int ngx_lo_disk_read(const char *root, const char *path, size_t max,
    char **data, size_t *len);

/* A new file with these bytes; folders are made. */
int ngx_lo_disk_write(const char *root, const char *path, const void *data,
    size_t len);

/* The folder that has the last segment of the path, which *last is set to;
 * -1: errno.  `make`: folders are made. */
int ngx_lo_disk_parent(const char *root, const char *path, ngx_uint_t make,
    const char **last);

/* A name for what has none: 24 hex digits. */
void ngx_lo_disk_name(char out[25]);

/*
 * Walks through all below a folder: counts the bytes of its files, and removes
 * everything when `remove` is set.  The folder stays; `dir` is the caller's.
 * It ends early when `until` (ngx_lo_boot_ms) has come; 0: never.
 */
int64_t ngx_lo_disk_walk(int dir, ngx_uint_t remove, int64_t until);

/* Removes a file or a folder; *bytes grows by what it held.  0 or errno. */
int ngx_lo_disk_remove(const char *root, const char *path, int64_t *bytes);

#endif
