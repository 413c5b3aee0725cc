/*
 * A file that proves who asks, as a container has one: short, and written anew
 * from time to time, so it is read before each login, by a thread.
 */

#include "secret/ngx_lo_keeper.h"

#define NGX_LO_PROOF_TEXT  4096


typedef struct {
    ngx_lo_disk_t          disk;
    ngx_lo_keeper_proof_pt ready;
    char                   path[NGX_MAX_PATH];
    char                   text[NGX_LO_PROOF_TEXT + 1];
    ngx_uint_t             whole;
} ngx_lo_keeper_proof_t;


/* In a thread. */

static void
ngx_lo_proof_read_file(ngx_lo_disk_t *d)
{
    int                     fd;
    size_t                  len;
    ssize_t                 n;
    ngx_lo_keeper_proof_t  *p = (ngx_lo_keeper_proof_t *) d;

    fd = open(p->path, O_RDONLY|O_CLOEXEC|O_NONBLOCK);

    if (fd == -1) {
        return;
    }

    len = 0;

    do {
        n = read(fd, p->text + len, sizeof(p->text) - len);
        len += (n > 0) ? (size_t) n : 0;
    } while (n > 0 && len < sizeof(p->text));

    (void) close(fd);

    if (n != 0 || len == sizeof(p->text)) {
        return;
    }

    while (len > 0 && isspace((u_char) p->text[len - 1])) {
        len--;
    }

    p->text[len] = '\0';
    p->whole = (len > 0);
}


static void
ngx_lo_proof_was_read(ngx_lo_disk_t *d)
{
    ngx_lo_keeper_proof_t  *p = (ngx_lo_keeper_proof_t *) d;

    p->ready(d->data, p->whole ? p->text : NULL);
}


static void
ngx_lo_proof_clean(ngx_lo_disk_t *d)
{
    ngx_lo_keeper_proof_t  *p = (ngx_lo_keeper_proof_t *) d;

    ngx_explicit_memzero(p->text, sizeof(p->text));
}


ngx_lo_disk_t *
ngx_lo_keeper_proof(const char *path, ngx_lo_keeper_proof_pt ready, void *data)
{
    ngx_lo_keeper_proof_t  *p;

    if (ngx_strlen(path) >= NGX_MAX_PATH) {
        return NULL;
    }

    p = ngx_lo_disk_new(sizeof(ngx_lo_keeper_proof_t));

    if (p == NULL) {
        return NULL;
    }

    ngx_cpystrn((u_char *) p->path, (u_char *) path, NGX_MAX_PATH);
    p->ready = ready;
    p->disk.work = ngx_lo_proof_read_file;
    p->disk.done = ngx_lo_proof_was_read;
    p->disk.clean = ngx_lo_proof_clean;
    p->disk.data = data;

    return (ngx_lo_disk_post(&p->disk) == NGX_OK) ? &p->disk : NULL;
}
