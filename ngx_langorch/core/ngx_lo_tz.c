/*
 * Time zones by name: the files of the system's zone database.
 *
 * All of them are read with the configuration, a megabyte that the workers of a
 * generation share.  So nobody waits for a disk when a schedule is looked at,
 * names that are none cost nothing, and threads need no lock.
 */

#include "core/ngx_lo_core.h"


#define NGX_LO_TZ_DIR    "/usr/share/zoneinfo"
#define NGX_LO_TZ_NAME   72             /* with its end */
#define NGX_LO_TZ_DEPTH  3              /* America/Argentina/Ushuaia */
#define NGX_LO_TZ_MAX    (64 * 1024)    /* bytes of one */
#define NGX_LO_TZ_FILES  2048


typedef struct {
    char   *bytes;
    size_t  len;
    char    name[NGX_LO_TZ_NAME];
} ngx_lo_tz_t;

/* Sorted by name. */
typedef struct {
    ngx_uint_t   n;
    ngx_lo_tz_t  list[NGX_LO_TZ_FILES];
} ngx_lo_tzs_t;


/* What was read last.  It is replaced and never freed: where there is no master
 * process, programs of the configuration before still look into it. */
static ngx_lo_tzs_t  *ngx_lo_zones;


static void ngx_lo_tz_walk(ngx_lo_tzs_t *all, const char *at, ngx_uint_t depth);


static int ngx_libc_cdecl
ngx_lo_tz_compare(const void *one, const void *two)
{
    return strcmp(((const ngx_lo_tz_t *) one)->name,
                  ((const ngx_lo_tz_t *) two)->name);
}


static const ngx_lo_tz_t *
ngx_lo_tz_find(const ngx_lo_tzs_t *all, const char *name)
{
    ngx_lo_tz_t  key;

    if (all == NULL || ngx_strlen(name) >= NGX_LO_TZ_NAME) {
        return NULL;
    }

    ngx_cpystrn((u_char *) key.name, (u_char *) name, NGX_LO_TZ_NAME);

    return bsearch(&key, all->list, all->n, sizeof(ngx_lo_tz_t),
                   ngx_lo_tz_compare);
}


ngx_int_t
ngx_lo_tz_load(ngx_log_t *log)
{
    ngx_lo_tzs_t  *all;

    all = calloc(1, sizeof(ngx_lo_tzs_t));

    if (all == NULL) {
        return NGX_ERROR;
    }

    ngx_lo_tz_walk(all, "", 0);
    qsort(all->list, all->n, sizeof(ngx_lo_tz_t), ngx_lo_tz_compare);

    if (all->n == 0) {
        ngx_log_error(NGX_LOG_WARN, log, 0, "langorch: no time zone but UTC: "
                      "there is none in \"" NGX_LO_TZ_DIR "\"");
    }

    __atomic_store_n(&ngx_lo_zones, all, __ATOMIC_RELEASE);

    return NGX_OK;
}


/* Parts of names; "right" has zones that count leap seconds, and "posix" the
 * others once more. */

static ngx_uint_t
ngx_lo_tz_is_fit(const char *part, ngx_uint_t depth)
{
    const char  *p;

    for (p = part; *p != '\0'; p++) {
        if (!isalnum((u_char) *p) && strchr("_-+", *p) == NULL) {
            return 0;
        }
    }

    return p > part
           && (depth > 0 || (strcmp(part, "right") != 0
                             && strcmp(part, "posix") != 0));
}


static void
ngx_lo_tz_read(ngx_lo_tzs_t *all, const char *path, const char *name)
{
    ssize_t             n;
    ngx_fd_t            fd;
    struct stat         st;
    ngx_lo_tz_t        *tz;
    const ngx_lo_tz_t  *before;

    fd = open(path, O_RDONLY|O_CLOEXEC|O_NONBLOCK);

    if (fd == -1) {
        return;
    }

    tz = &all->list[all->n];

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 4
        && st.st_size <= NGX_LO_TZ_MAX)
    {
        tz->len = (size_t) st.st_size;
        tz->bytes = malloc(tz->len);
        n = tz->bytes ? read(fd, tz->bytes, tz->len) : -1;

        if (n == (ssize_t) tz->len && memcmp(tz->bytes, "TZif", 4) == 0) {
            ngx_cpystrn((u_char *) tz->name, (u_char *) name, NGX_LO_TZ_NAME);
            before = ngx_lo_tz_find(ngx_lo_zones, name);

            if (before != NULL && before->len == tz->len
                && memcmp(before->bytes, tz->bytes, tz->len) == 0)
            {
                free(tz->bytes);
                tz->bytes = before->bytes;
            }

            all->n++;

        } else {
            free(tz->bytes);
        }
    }

    (void) close(fd);
}


/* `at`: what stands before the names of this folder, "" or "Europe/". */

static void
ngx_lo_tz_walk(ngx_lo_tzs_t *all, const char *at, ngx_uint_t depth)
{
    char            name[NGX_LO_TZ_NAME];
    char            path[sizeof(NGX_LO_TZ_DIR) + 1 + NGX_LO_TZ_NAME];
    DIR            *dir;
    u_char         *end;
    struct stat     st;
    struct dirent  *entry;

    (void) ngx_sprintf((u_char *) path, NGX_LO_TZ_DIR "/%s%Z", at);
    dir = opendir(path);

    while (dir != NULL && all->n < NGX_LO_TZ_FILES
           && (entry = readdir(dir)) != NULL)
    {
        if (!ngx_lo_tz_is_fit(entry->d_name, depth)
            || ngx_strlen(at) + ngx_strlen(entry->d_name) + 2 > sizeof(name))
        {
            continue;
        }

        end = ngx_sprintf((u_char *) name, "%s%s", at, entry->d_name);
        *end = '\0';
        (void) ngx_sprintf((u_char *) path, NGX_LO_TZ_DIR "/%s%Z", name);

        /* links to files are names, too; links to folders may go round */

        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            if (depth + 1 < NGX_LO_TZ_DEPTH) {
                *end++ = '/';
                *end = '\0';
                ngx_lo_tz_walk(all, name, depth + 1);
            }

        } else {
            ngx_lo_tz_read(all, path, name);
        }
    }

    if (dir != NULL) {
        (void) closedir(dir);
    }
}


const char *
ngx_lo_tz(void *data, const char *name, size_t *len)
{
    const ngx_lo_tz_t  *tz;

    (void) data;

    tz = ngx_lo_tz_find(__atomic_load_n(&ngx_lo_zones, __ATOMIC_ACQUIRE), name);
    *len = (tz != NULL) ? tz->len : 0;

    return (tz != NULL) ? tz->bytes : NULL;
}
