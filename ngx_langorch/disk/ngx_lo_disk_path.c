/*
 * Paths below the folder, segment by segment; in threads only.
 *
 * Whoever shares the folder may put links into it at any moment: a path is
 * never handed to the system as a whole.
 */

#include "disk/ngx_lo_disk.h"
#include "core/ngx_lo_core.h"

#include <dirent.h>
#include <openssl/rand.h>


#define NGX_LO_DISK_DEPTH   40      /* folders in folders that are walked */
#define NGX_LO_DISK_FOLDER  (O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC)
#define NGX_LO_DISK_LOOKS   256     /* entries between two looks at the time */


static int ngx_lo_disk_root(const char *root, ngx_uint_t make);
static int ngx_lo_disk_step(int dir, const char *name, ngx_uint_t make);
static int ngx_lo_disk_all(int fd, char *data, size_t len);


void
ngx_lo_disk_name(char out[25])
{
    u_char  bytes[12];

    if (RAND_bytes(bytes, sizeof(bytes)) != 1) {
        ngx_memzero(bytes, sizeof(bytes));
    }

    ckp_hex(bytes, sizeof(bytes), out);
}


/* Its own links are the administrator's. */

static int
ngx_lo_disk_root(const char *root, ngx_uint_t make)
{
    int  fd;

    fd = open(root, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (fd == -1 && errno == ENOENT && make
        && (mkdir(root, 0700) == 0 || errno == EEXIST))
    {
        fd = open(root, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    }

    return fd;
}


static int
ngx_lo_disk_step(int dir, const char *name, ngx_uint_t make)
{
    int  fd;

    fd = openat(dir, name, NGX_LO_DISK_FOLDER);

    if (fd == -1 && errno == ENOENT && make
        && (mkdirat(dir, name, 0700) == 0 || errno == EEXIST))
    {
        fd = openat(dir, name, NGX_LO_DISK_FOLDER);
    }

    return fd;
}


int
ngx_lo_disk_parent(const char *root, const char *path, ngx_uint_t make,
    const char **last)
{
    int          dir, next, err;
    char         name[CKP_ARTIFACT_SEGMENT_MAX + 1];
    size_t       len;
    const char  *slash;

    dir = ngx_lo_disk_root(root, make);

    while (dir != -1 && (slash = strchr(path, '/')) != NULL) {

        len = (size_t) (slash - path);

        if (len == 0 || len >= sizeof(name)) {
            (void) close(dir);
            errno = ENOENT;
            return -1;
        }

        ngx_memcpy(name, path, len);
        name[len] = '\0';

        /* whoever said that, it leads out */

        if (ngx_strcmp(name, "..") == 0) {
            (void) close(dir);
            errno = ENOENT;
            return -1;
        }

        next = ngx_lo_disk_step(dir, name, make);

        err = errno;
        (void) close(dir);
        errno = err;

        dir = next;
        path = slash + 1;
    }

    *last = path;

    return dir;
}


int
ngx_lo_disk_file(const char *root, const char *path, int *fd, struct stat *st)
{
    int          dir, err;
    const char  *last;

    *fd = -1;
    dir = ngx_lo_disk_parent(root, path, 0, &last);

    if (dir == -1) {
        return errno;
    }

    /* without waiting for whoever writes to a pipe of that name */

    *fd = openat(dir, last, O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);
    err = (*fd == -1) ? errno : 0;

    (void) close(dir);

    if (err != 0) {
        return err;
    }

    if (fstat(*fd, st) == -1) {
        err = errno;

    } else if (!S_ISREG(st->st_mode)) {
        err = ENOENT;
    }

    if (err != 0) {
        (void) close(*fd);
        *fd = -1;
    }

    return err;
}


int
ngx_lo_disk_read(const char *root, const char *path, size_t max, char **data,
    size_t *len)
{
    int          fd, err;
    struct stat  st;

    *data = NULL;
    err = ngx_lo_disk_file(root, path, &fd, &st);

    if (err != 0) {
        return err;
    }

    *len = (size_t) st.st_size;

    if (st.st_size > (off_t) max) {
        err = EFBIG;

    } else {
        *data = malloc(*len + 1);
        err = (*data != NULL) ? ngx_lo_disk_all(fd, *data, *len) : ENOMEM;
    }

    (void) close(fd);

    if (err != 0) {
        free(*data);
        *data = NULL;
        return err;
    }

    (*data)[*len] = '\0';

    return 0;
}


/* A file that gets shorter meanwhile is being changed: it cannot be read. */

static int
ngx_lo_disk_all(int fd, char *data, size_t len)
{
    size_t   at;
    ssize_t  n;

    for (at = 0; at < len; at += (size_t) n) {
        n = read(fd, data + at, len - at);

        if (n == -1 && errno == EINTR) {
            n = 0;
            continue;
        }

        if (n <= 0) {
            return (n == 0) ? EIO : errno;
        }
    }

    return 0;
}


int
ngx_lo_disk_write(const char *root, const char *path, const void *data,
    size_t len)
{
    int          dir, fd, err;
    size_t       at;
    ssize_t      n;
    const char  *last;

    dir = ngx_lo_disk_parent(root, path, 1, &last);

    if (dir == -1) {
        return errno;
    }

    fd = openat(dir, last, O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600);
    err = (fd == -1) ? errno : 0;

    for (at = 0; err == 0 && at < len; at += (size_t) n) {
        n = write(fd, (const char *) data + at, len - at);

        if (n == -1) {
            err = (errno == EINTR) ? 0 : errno;
            n = 0;
        }
    }

    if (fd != -1 && close(fd) == -1 && err == 0) {
        err = errno;
    }

    if (fd != -1 && err != 0) {
        (void) unlinkat(dir, last, 0);
    }

    (void) close(dir);

    return err;
}


/* --- folders with all in them --------------------------------------------------- */


typedef struct {
    DIR   *dir;
    char   name[CKP_ARTIFACT_SEGMENT_MAX + 1];     /* in the one above */
} ngx_lo_disk_level_t;


/* The folder `name` of a level becomes the next one.  1: it did. */

static ngx_uint_t
ngx_lo_disk_enter(ngx_lo_disk_level_t *level, const char *name)
{
    int  fd;

    if (ngx_strlen(name) >= sizeof(level[1].name)) {
        return 0;
    }

    fd = openat(dirfd(level[0].dir), name, NGX_LO_DISK_FOLDER);

    if (fd == -1) {
        return 0;
    }

    level[1].dir = fdopendir(fd);

    if (level[1].dir == NULL) {
        (void) close(fd);
        return 0;
    }

    ngx_memcpy(level[1].name, name, ngx_strlen(name) + 1);

    return 1;
}


int64_t
ngx_lo_disk_walk(int dir, ngx_uint_t remove, int64_t until)
{
    int                   n;
    int64_t               bytes;
    ngx_uint_t            looks;
    struct stat           st;
    struct dirent        *e;
    ngx_lo_disk_level_t   levels[NGX_LO_DISK_DEPTH];

    n = openat(dir, ".", NGX_LO_DISK_FOLDER);
    levels[0].dir = (n != -1) ? fdopendir(n) : NULL;

    if (levels[0].dir == NULL) {
        if (n != -1) {
            (void) close(n);
        }

        return 0;
    }

    n = 0;
    bytes = 0;
    looks = 0;

    while (n >= 0) {
        e = readdir(levels[n].dir);

        if (e != NULL && until != 0 && ++looks % NGX_LO_DISK_LOOKS == 0
            && ngx_lo_boot_ms() >= until)
        {
            e = NULL;
        }

        if (e == NULL) {
            (void) closedir(levels[n--].dir);

            if (remove && n >= 0) {
                (void) unlinkat(dirfd(levels[n].dir), levels[n + 1].name,
                                AT_REMOVEDIR);
            }

            continue;
        }

        if (ngx_strcmp(e->d_name, ".") == 0 || ngx_strcmp(e->d_name, "..") == 0
            || fstatat(dirfd(levels[n].dir), e->d_name, &st,
                       AT_SYMLINK_NOFOLLOW) == -1)
        {
            continue;
        }

        if (S_ISDIR(st.st_mode)) {
            if (n + 1 < NGX_LO_DISK_DEPTH
                && ngx_lo_disk_enter(&levels[n], e->d_name))
            {
                n++;
            }

            continue;
        }

        bytes += S_ISREG(st.st_mode) ? (int64_t) st.st_size : 0;

        if (remove) {
            (void) unlinkat(dirfd(levels[n].dir), e->d_name, 0);
        }
    }

    return bytes;
}


/* Out of the way in one step, so that nobody sees half of it; then slowly. */

int
ngx_lo_disk_remove(const char *root, const char *path, int64_t *bytes)
{
    int          from, trash, dir, err;
    char         name[25];
    const char  *last, *unused;
    struct stat  st;

    from = ngx_lo_disk_parent(root, path, 0, &last);

    if (from == -1) {
        return errno;
    }

    trash = ngx_lo_disk_parent(root, NGX_LO_DISK_TRASH "/x", 1, &unused);
    ngx_lo_disk_name(name);

    err = (trash == -1 || renameat(from, last, trash, name) == -1) ? errno : 0;

    (void) close(from);

    if (err == 0) {
        dir = openat(trash, name, NGX_LO_DISK_FOLDER);

        if (dir != -1) {
            *bytes += ngx_lo_disk_walk(dir, 1, 0);
            (void) close(dir);
            err = unlinkat(trash, name, AT_REMOVEDIR) == -1 ? errno : 0;

        } else {
            *bytes += (fstatat(trash, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
                      ? (int64_t) st.st_size : 0;
            err = unlinkat(trash, name, 0) == -1 ? errno : 0;
        }
    }

    if (trash != -1) {
        (void) close(trash);
    }

    return err;
}
