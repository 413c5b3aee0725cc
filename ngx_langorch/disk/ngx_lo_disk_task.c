/*
 * The kinds of tasks: open, put, sum, drop.
 */

#include "core/ngx_lo_core.h"
#include "disk/ngx_lo_disk.h"

#include <dirent.h>
#include <openssl/evp.h>


#define NGX_LO_DISK_BLOCK  65536


static void
ngx_lo_disk_copy(char *to, size_t size, const char *from)
{
    (void) snprintf(to, size, "%s", from);
}


/* --- open ------------------------------------------------------------------------ */


static void
ngx_lo_disk_open_head(ngx_lo_disk_open_t *o)
{
    ssize_t  n;

    o->head = malloc(o->head_max);

    if (o->head == NULL) {
        o->err = ENOMEM;
        return;
    }

    while (o->head_len < o->head_max) {
        n = pread(o->fd, o->head + o->head_len, o->head_max - o->head_len,
                  (off_t) o->head_len);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n == -1) {
            o->err = errno;
        }

        if (n <= 0) {
            return;
        }

        o->head_len += (size_t) n;
    }
}


static void
ngx_lo_disk_open_work(ngx_lo_disk_t *d)
{
    struct stat          st;
    ngx_lo_disk_open_t  *o = (ngx_lo_disk_open_t *) d;

    o->err = ngx_lo_disk_file(d->root, o->path, &o->fd, &st);

    if (o->err != 0) {
        return;
    }

    o->size = st.st_size;

    (void) snprintf(o->tag, sizeof(o->tag), "%llx-%llx-%llx",
                    (unsigned long long) st.st_mtim.tv_sec * 1000000000
                    + (unsigned long long) st.st_mtim.tv_nsec,
                    (unsigned long long) st.st_size,
                    (unsigned long long) st.st_ino);

    if (o->head_max > 0) {
        ngx_lo_disk_open_head(o);
    }
}


static void
ngx_lo_disk_open_clean(ngx_lo_disk_t *d)
{
    ngx_lo_disk_open_t  *o = (ngx_lo_disk_open_t *) d;

    if (o->fd != -1) {
        (void) close(o->fd);
    }

    free(o->head);
}


ngx_lo_disk_open_t *
ngx_lo_disk_open(const char *path, size_t head_max)
{
    ngx_lo_disk_open_t  *o;

    o = ngx_lo_disk_new(sizeof(ngx_lo_disk_open_t));

    if (o != NULL) {
        o->disk.work = ngx_lo_disk_open_work;
        o->disk.clean = ngx_lo_disk_open_clean;
        o->fd = -1;
        o->head_max = head_max;
        ngx_lo_disk_copy(o->path, sizeof(o->path), path);
    }

    return o;
}


/* --- put ------------------------------------------------------------------------- */


/* All of it is hashed, and written to `to` when that is not -1. */

static int
ngx_lo_disk_put_read(ngx_lo_disk_put_t *p, int fd, int to)
{
    int             err;
    u_char         *block;
    u_char          sum[EVP_MAX_MD_SIZE];
    ssize_t         n;
    EVP_MD_CTX     *md;

    block = malloc(NGX_LO_DISK_BLOCK);
    md = EVP_MD_CTX_new();
    err = (block != NULL && md != NULL
           && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1) ? 0 : ENOMEM;

    while (err == 0) {
        n = (fd == -1) ? 0 : read(fd, block, NGX_LO_DISK_BLOCK);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n == -1) {
            err = errno;
        }

        if (n <= 0) {
            break;
        }

        p->size += n;

        if (EVP_DigestUpdate(md, block, (size_t) n) != 1) {
            err = ENOMEM;

        } else if (to != -1 && write(to, block, (size_t) n) != n) {
            err = (errno != 0) ? errno : ENOSPC;
        }
    }

    if (err == 0 && EVP_DigestFinal_ex(md, sum, NULL) == 1) {
        ckp_hex(sum, CKP_SHA256_LEN, p->sha256);

    } else if (err == 0) {
        err = ENOMEM;
    }

    EVP_MD_CTX_free(md);
    free(block);

    return err;
}


/* The bytes as a file of `incoming`, which may lie on another disk than where
 * NGINX keeps what it receives. */

static int
ngx_lo_disk_put_stage(ngx_lo_disk_put_t *p, int incoming, const char *name)
{
    int          fd, to, err;
    struct stat  here, there;

    fd = -1;
    to = -1;

    if (p->from[0] != '\0') {
        fd = open(p->from, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);

        if (fd == -1 || fstat(fd, &here) == -1
            || fstat(incoming, &there) == -1)
        {
            err = errno;

            if (fd != -1) {
                (void) close(fd);
            }

            return err;
        }
    }

    if (fd == -1 || here.st_dev != there.st_dev) {
        to = openat(incoming, name, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600);

        if (to == -1) {
            err = errno;

            if (fd != -1) {
                (void) close(fd);
            }

            return err;
        }
    }

    errno = 0;
    err = ngx_lo_disk_put_read(p, fd, to);

    if (err == 0 && fsync(to != -1 ? to : fd) == -1) {
        err = errno;
    }

    if (err == 0 && to == -1
        && renameat(AT_FDCWD, p->from, incoming, name) == -1)
    {
        err = errno;
    }

    if (to != -1) {
        (void) close(to);
    }

    if (fd != -1) {
        (void) close(fd);
    }

    return err;
}


static void
ngx_lo_disk_put_work(ngx_lo_disk_t *d)
{
    int                 incoming, dir;
    char                name[25];
    const char         *last, *unused;
    ngx_lo_disk_put_t  *p = (ngx_lo_disk_put_t *) d;

    dir = ngx_lo_disk_parent(d->root, p->path, 1, &last);

    if (dir == -1) {
        p->err = errno;
        return;
    }

    incoming = ngx_lo_disk_parent(d->root, NGX_LO_DISK_INCOMING "/x", 1,
                                  &unused);

    if (incoming == -1) {
        p->err = errno;
        (void) close(dir);
        return;
    }

    ngx_lo_disk_name(name);
    p->err = ngx_lo_disk_put_stage(p, incoming, name);

    if (p->err == 0 && (renameat(incoming, name, dir, last) == -1
                        || fsync(dir) == -1))
    {
        p->err = errno;
    }

    if (p->err != 0) {
        (void) unlinkat(incoming, name, 0);
    }

    (void) close(incoming);
    (void) close(dir);
}


ngx_lo_disk_put_t *
ngx_lo_disk_put(const char *path, const char *from)
{
    ngx_lo_disk_put_t  *p;

    p = ngx_lo_disk_new(sizeof(ngx_lo_disk_put_t));

    if (p != NULL) {
        p->disk.work = ngx_lo_disk_put_work;
        ngx_lo_disk_copy(p->path, sizeof(p->path), path);
        ngx_lo_disk_copy(p->from, sizeof(p->from), from);
    }

    return p;
}


/* --- sum -------------------------------------------------------------------------- */


static void
ngx_lo_disk_sum_work(ngx_lo_disk_t *d)
{
    int                 dir, fd;
    DIR                *all;
    int64_t             until;
    const char         *unused;
    struct dirent      *e;
    ngx_lo_disk_sum_t  *s = (ngx_lo_disk_sum_t *) d;

    dir = ngx_lo_disk_parent(d->root, "x", 0, &unused);
    all = (dir != -1) ? fdopendir(dir) : NULL;

    if (all == NULL) {
        if (dir != -1) {
            (void) close(dir);
        }

        return;
    }

    until = ngx_lo_boot_ms() + (int64_t) s->budget;

    while ((e = readdir(all)) != NULL) {

        if (e->d_name[0] == '.') {
            continue;
        }

        if (ngx_lo_boot_ms() >= until) {
            s->partial = 1;
            break;
        }

        fd = openat(dir, e->d_name,
                    O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

        if (fd != -1) {
            s->folders++;
            s->bytes += ngx_lo_disk_walk(fd, 0, until);
            (void) close(fd);
        }
    }

    (void) closedir(all);
}


ngx_lo_disk_sum_t *
ngx_lo_disk_sum(ngx_msec_t budget)
{
    ngx_lo_disk_sum_t  *s;

    s = ngx_lo_disk_new(sizeof(ngx_lo_disk_sum_t));

    if (s != NULL) {
        s->disk.work = ngx_lo_disk_sum_work;
        s->budget = budget;
    }

    return s;
}


/* --- drop ------------------------------------------------------------------------- */


typedef struct {
    ngx_lo_disk_t  disk;
    char           path[NGX_LO_DISK_PATH];
} ngx_lo_disk_drop_t;


static void
ngx_lo_disk_drop_work(ngx_lo_disk_t *d)
{
    int64_t              bytes;
    ngx_lo_disk_drop_t  *drop = (ngx_lo_disk_drop_t *) d;

    bytes = 0;
    (void) ngx_lo_disk_remove(d->root, drop->path, &bytes);
}


/* What is left when nobody takes it is an orphan: the next sweep finds it. */

void
ngx_lo_disk_drop(const char *path)
{
    ngx_lo_disk_drop_t  *drop;

    drop = ngx_lo_disk_new(sizeof(ngx_lo_disk_drop_t));

    if (drop != NULL) {
        drop->disk.work = ngx_lo_disk_drop_work;
        ngx_lo_disk_copy(drop->path, sizeof(drop->path), path);
        (void) ngx_lo_disk_post(&drop->disk);
    }
}


void
ngx_lo_disk_drop_run(const char *run_id)
{
    char  path[NGX_LO_DISK_PATH];

    if (!ckp_artifact_is_path(run_id, ngx_strlen(run_id))
        || strchr(run_id, '/') != NULL)
    {
        return;
    }

    ngx_lo_disk_drop(run_id);

    (void) snprintf(path, sizeof(path), "%s/%s", NGX_LO_DISK_ATTACHED,
                    run_id);
    ngx_lo_disk_drop(path);
}
