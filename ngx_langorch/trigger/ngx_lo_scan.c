/*
 * A look at watched files.  Only what lies under a folder of langorch_watch is
 * seen, by its real path; links are not followed.  All but ngx_lo_scan_new is
 * in a thread.
 */

#include "core/ngx_lo_core.h"
#include "trigger/ngx_lo_scan.h"

#include "trigger/glob.h"

#include <dirent.h>
#include <sys/inotify.h>


/* Folders that are still to be looked at, a stack of them. */

typedef struct {
    int     fd;
    size_t  len;                        /* of its path below the base */
} ngx_lo_scan_dir_t;


static void ngx_lo_scan_work(ngx_lo_disk_t *d);
static void ngx_lo_scan_clean(ngx_lo_disk_t *d);
static void ngx_lo_scan_where(ngx_lo_scan_t *s);
static ngx_uint_t ngx_lo_scan_may(const char *real);
static void ngx_lo_scan_folder(ngx_lo_scan_t *s, int fd, const char *below,
    ngx_uint_t depth);
static void ngx_lo_scan_hear(ngx_lo_scan_t *s, const char *below);
static void ngx_lo_scan_name(ngx_lo_scan_t *s, int fd, const char *below,
    const char *name, ngx_uint_t depth);
static ngx_uint_t ngx_lo_scan_wants(const ngx_lo_scan_t *s,
    const char *path, const char *name);


ngx_lo_scan_t *
ngx_lo_scan_new(const json_t *settings)
{
    const char     *path, *pattern;
    ngx_lo_scan_t  *s;

    path = ckp_json_str(settings, "event_source");
    pattern = ckp_json_str(settings, "pattern");

    if (path == NULL || strlen(path) >= NGX_LO_SCAN_PATH
        || (pattern != NULL && strlen(pattern) >= NGX_LO_SCAN_PATH))
    {
        return NULL;
    }

    s = ngx_lo_disk_new(sizeof(ngx_lo_scan_t));

    if (s == NULL) {
        return NULL;
    }

    s->disk.work = ngx_lo_scan_work;
    s->disk.clean = ngx_lo_scan_clean;
    s->notices = -1;
    s->recursive = ckp_json_bool(settings, "recursive", false);
    (void) snprintf(s->path, sizeof(s->path), "%s", path);
    (void) snprintf(s->pattern, sizeof(s->pattern), "%s",
                    pattern ? pattern : "");

    return s;
}


static void
ngx_lo_scan_clean(ngx_lo_disk_t *d)
{
    ngx_lo_scan_t  *s = (ngx_lo_scan_t *) d;

    json_decref(s->files);
    free(s->real);
}


static void
ngx_lo_scan_work(ngx_lo_disk_t *d)
{
    int             fd;
    ngx_lo_scan_t  *s = (ngx_lo_scan_t *) d;

    s->files = json_array();
    ngx_lo_scan_where(s);

    s->real = realpath(s->base, NULL);

    if (s->real == NULL) {
        s->rc = NGX_LO_SCAN_NOWHERE;
        return;
    }

    s->rc = ngx_lo_scan_may(s->real) ? NGX_LO_SCAN_OK : NGX_LO_SCAN_OUTSIDE;

    if (s->rc == NGX_LO_SCAN_OK) {
        fd = open(s->real, O_RDONLY|O_DIRECTORY|O_CLOEXEC|O_NOFOLLOW);

        if (fd == -1) {
            s->rc = NGX_LO_SCAN_NOWHERE;

        } else {
            ngx_lo_scan_folder(s, fd, "", 0);
        }
    }
}


/* base and pattern: of a path with a pattern in it, of a folder, of a file. */

static void
ngx_lo_scan_where(ngx_lo_scan_t *s)
{
    char        *slash;
    size_t       root;
    struct stat  st;

    (void) snprintf(s->base, sizeof(s->base), "%s", s->path);
    root = ckp_glob_root(s->path);

    if (s->path[root] != '\0') {
        (void) snprintf(s->pattern, sizeof(s->pattern), "%s", s->path + root);
        s->base[root] = '\0';

    } else if (stat(s->path, &st) == 0 && S_ISDIR(st.st_mode)) {

        if (s->pattern[0] == '\0') {
            (void) snprintf(s->pattern, sizeof(s->pattern), "%s",
                            s->recursive ? "**" : "*");
        }

    } else {
        slash = strrchr(s->base, '/');

        if (slash != NULL) {
            (void) snprintf(s->pattern, sizeof(s->pattern), "%s", slash + 1);
            slash[1] = '\0';
            s->exact = 1;
            s->recursive = 0;
        }
    }

    root = strlen(s->base);

    while (root > 1 && s->base[root - 1] == '/') {
        s->base[--root] = '\0';
    }
}


static ngx_uint_t
ngx_lo_scan_may(const char *real)
{
    char        *root;
    size_t       len;
    ngx_str_t   *roots;
    ngx_uint_t   i, may;

    if (ngx_lo_conf()->watch == NULL) {
        return 0;
    }

    roots = ngx_lo_conf()->watch->elts;
    may = 0;

    for (i = 0; i < ngx_lo_conf()->watch->nelts && !may; i++) {
        root = realpath((const char *) roots[i].data, NULL);

        if (root != NULL) {
            len = strlen(root);
            may = strncmp(real, root, len) == 0
                  && (real[len] == '\0' || real[len] == '/' || len == 1);
            free(root);
        }
    }

    return may;
}


/* Before it is read, so that nothing happens in between. */

static void
ngx_lo_scan_hear(ngx_lo_scan_t *s, const char *below)
{
    int   wd;
    char  path[NGX_MAX_PATH];

    if (s->notices == -1 || s->nheard == NGX_LO_SCAN_HEARD
        || (size_t) snprintf(path, sizeof(path), "%s/%s", s->real, below)
           >= sizeof(path))
    {
        return;
    }

    wd = inotify_add_watch(s->notices, path,
                           IN_CLOSE_WRITE|IN_CREATE|IN_DELETE|IN_MOVED_FROM
                           |IN_MOVED_TO|IN_ONLYDIR|IN_DONT_FOLLOW);

    if (wd != -1) {
        s->heard[s->nheard++] = wd;
    }
}


/* tidy: it goes as deep as NGX_LO_SCAN_DEPTH, and no deeper.  fd is taken. */

static void
ngx_lo_scan_folder(ngx_lo_scan_t *s, int fd, const char *below,
    ngx_uint_t depth)
{
    DIR            *dir;
    struct dirent  *de;

    dir = fdopendir(fd);

    if (dir == NULL) {
        (void) close(fd);
        return;
    }

    ngx_lo_scan_hear(s, below);

    while (s->rc == NGX_LO_SCAN_OK) {
        de = readdir(dir);

        if (de == NULL) {
            break;
        }

        if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0) {
            continue;
        }

        if (++s->names > NGX_LO_SCAN_NAMES) {
            s->rc = NGX_LO_SCAN_MANY;
            break;
        }

        ngx_lo_scan_name(s, dirfd(dir), below, de->d_name, depth);
    }

    (void) closedir(dir);
}


static void
ngx_lo_scan_name(ngx_lo_scan_t *s, int fd, const char *below,
    const char *name, ngx_uint_t depth)
{
    int          sub;
    char         path[NGX_LO_SCAN_PATH];
    json_t      *file;
    struct stat  st;

    if ((size_t) snprintf(path, sizeof(path), "%s%s%s", below,
                          *below ? "/" : "", name) >= sizeof(path)
        || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
    {
        return;
    }

    if (S_ISDIR(st.st_mode) && depth < NGX_LO_SCAN_DEPTH && name[0] != '.'
        && (s->recursive || strchr(s->pattern, '/') != NULL
            || strstr(s->pattern, "**") != NULL))
    {
        sub = openat(fd, name, O_RDONLY|O_DIRECTORY|O_CLOEXEC|O_NOFOLLOW);

        if (sub != -1) {
            ngx_lo_scan_folder(s, sub, path, depth + 1);
        }

        return;
    }

    if (!S_ISREG(st.st_mode) || !ngx_lo_scan_wants(s, path, name)) {
        return;
    }

    if (json_array_size(s->files) >= NGX_LO_SCAN_FILES) {
        s->rc = NGX_LO_SCAN_MANY;
        return;
    }

    /* one whose name is no UTF-8 is not seen */

    file = json_pack("{s:o, s:I, s:I}", "path",
                     json_sprintf("%s%s%s", s->base,
                                  strcmp(s->base, "/") == 0 ? "" : "/", path),
                     "mtime", (json_int_t) st.st_mtim.tv_sec * 1000
                              + st.st_mtim.tv_nsec / 1000000,
                     "size", (json_int_t) st.st_size);

    if (file != NULL) {
        (void) json_array_append_new(s->files, file);
    }
}


/* A pattern without a slash is one of names, wherever they are. */

static ngx_uint_t
ngx_lo_scan_wants(const ngx_lo_scan_t *s, const char *path, const char *name)
{
    if (s->exact) {
        return strcmp(s->pattern, path) == 0;
    }

    return ckp_glob_fits(s->pattern, path)
           || (s->recursive && strchr(s->pattern, '/') == NULL
               && ckp_glob_fits(s->pattern, name));
}
