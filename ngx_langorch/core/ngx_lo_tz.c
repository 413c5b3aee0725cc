/*
 * Time zones by name: the files of the system's zone database, each read once.
 *
 * They are some hundred bytes to a few thousand, on a local disk and mostly in
 * its cache, and a worker reads each once: so they are read on the loop.
 * Threads that compile ask, too.
 */

#include "core/ngx_lo_core.h"

#include <pthread.h>


#define NGX_LO_TZ_DIR    "/usr/share/zoneinfo/"
#define NGX_LO_TZ_MAX    (64 * 1024)
#define NGX_LO_TZ_FILES  1024           /* names that are remembered */


typedef struct ngx_lo_tz_s  ngx_lo_tz_t;

struct ngx_lo_tz_s {
    ngx_lo_tz_t  *next;
    size_t        len;                  /* 0: there is no such zone */
    char         *bytes;
    char          name[72];
};


static struct {
    ngx_lo_tz_t  *first;
    ngx_uint_t    n;
} ngx_lo_zones;

static pthread_mutex_t  ngx_lo_zones_mutex = PTHREAD_MUTEX_INITIALIZER;


static ngx_lo_tz_t *ngx_lo_tz_find(const char *name);


/* The engine checked what a name may have in it; here, that it stays inside. */

static ngx_uint_t
ngx_lo_tz_is_fit(const char *name)
{
    const char  *p;

    for (p = name; *p != '\0'; p++) {
        if (!isalnum((u_char) *p) && strchr("_-+/", *p) == NULL) {
            return 0;
        }
    }

    return p > name && (size_t) (p - name) < sizeof(((ngx_lo_tz_t *) 0)->name)
           && name[0] != '/';
}


static void
ngx_lo_tz_read(ngx_lo_tz_t *tz)
{
    char        path[sizeof(NGX_LO_TZ_DIR) + sizeof(tz->name)];
    ssize_t     n;
    ngx_fd_t    fd;
    struct stat st;

    (void) ngx_sprintf((u_char *) path, NGX_LO_TZ_DIR "%s%Z", tz->name);

    fd = open(path, O_RDONLY|O_CLOEXEC|O_NONBLOCK);

    if (fd == -1) {
        return;
    }

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0
        && st.st_size <= NGX_LO_TZ_MAX)
    {
        tz->bytes = malloc((size_t) st.st_size);
        n = tz->bytes ? read(fd, tz->bytes, (size_t) st.st_size) : -1;

        if (n == (ssize_t) st.st_size) {
            tz->len = (size_t) n;
        }
    }

    (void) close(fd);
}


/* What it returns is there for good, and does not change. */

const char *
ngx_lo_tz(void *data, const char *name, size_t *len)
{
    ngx_lo_tz_t  *tz;

    (void) data;

    if (!ngx_lo_tz_is_fit(name)) {
        return NULL;
    }

    (void) pthread_mutex_lock(&ngx_lo_zones_mutex);
    tz = ngx_lo_tz_find(name);
    (void) pthread_mutex_unlock(&ngx_lo_zones_mutex);

    *len = (tz != NULL) ? tz->len : 0;

    return (*len != 0) ? tz->bytes : NULL;
}


static ngx_lo_tz_t *
ngx_lo_tz_find(const char *name)
{
    ngx_lo_tz_t  *tz;

    for (tz = ngx_lo_zones.first; tz != NULL; tz = tz->next) {
        if (ngx_strcmp(tz->name, name) == 0) {
            return tz;
        }
    }

    /* more names than there are zones: somebody tries */

    if (ngx_lo_zones.n >= NGX_LO_TZ_FILES) {
        return NULL;
    }

    tz = calloc(1, sizeof(ngx_lo_tz_t));

    if (tz == NULL) {
        return NULL;
    }

    ngx_cpystrn((u_char *) tz->name, (u_char *) name, sizeof(tz->name));
    ngx_lo_tz_read(tz);

    tz->next = ngx_lo_zones.first;
    ngx_lo_zones.first = tz;
    ngx_lo_zones.n++;

    return tz;
}
