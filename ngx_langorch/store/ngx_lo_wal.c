/*
 * What a commit has for the write-ahead log goes to the system in one piece.
 *
 * SQLite writes each page of it with two calls, its header and itself, one
 * behind the other: a commit of one run has some twenty.  This file system
 * stands over the default one, and keeps what is written to a log in order
 * until something else is asked of that log: a sync, a read, its size.
 *
 * It is for writers that sync each commit alone.  Nobody looks for a commit in
 * the log before the index in shared memory tells of it, and that is after the
 * sync; without a sync there would be nothing to say when.
 */

#include "store/ngx_lo_store_int.h"

/* Bytes; SQLite's own file system takes less than 128 KiB at once. */

#define NGX_LO_WAL_PIECE  (64 * 1024)


typedef struct {
    sqlite3_file    file;           /* first: it is one */
    sqlite3_file   *real;           /* behind this one */
    u_char         *piece;
    sqlite3_int64   at;             /* where it belongs */
    int             len;
} ngx_lo_wal_t;


static sqlite3_vfs  ngx_lo_wal_vfs;


static ngx_lo_wal_t *
ngx_lo_wal_of(sqlite3_file *file)
{
    return (ngx_lo_wal_t *) file;
}


/* What could not be written is forgotten: its transaction is undone. */

static int
ngx_lo_wal_flush(ngx_lo_wal_t *w)
{
    int  n;

    n = w->len;
    w->len = 0;

    return (n > 0) ? w->real->pMethods->xWrite(w->real, w->piece, n, w->at)
                   : SQLITE_OK;
}


static int
ngx_lo_wal_write(sqlite3_file *file, const void *bytes, int n,
    sqlite3_int64 at)
{
    int            rc;
    ngx_lo_wal_t  *w = ngx_lo_wal_of(file);

    if (w->piece == NULL) {
        w->piece = sqlite3_malloc(NGX_LO_WAL_PIECE);
    }

    if (w->len > 0
        && (at != w->at + w->len || n > NGX_LO_WAL_PIECE - w->len))
    {
        rc = ngx_lo_wal_flush(w);

        if (rc != SQLITE_OK) {
            return rc;
        }
    }

    if (w->piece == NULL || n > NGX_LO_WAL_PIECE) {
        return w->real->pMethods->xWrite(w->real, bytes, n, at);
    }

    if (w->len == 0) {
        w->at = at;
    }

    ngx_memcpy(w->piece + w->len, bytes, (size_t) n);
    w->len += n;

    return SQLITE_OK;
}


static int
ngx_lo_wal_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 at)
{
    int            rc;
    ngx_lo_wal_t  *w = ngx_lo_wal_of(file);

    rc = ngx_lo_wal_flush(w);

    return rc ? rc : w->real->pMethods->xRead(w->real, bytes, n, at);
}


static int
ngx_lo_wal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int            rc;
    ngx_lo_wal_t  *w = ngx_lo_wal_of(file);

    rc = ngx_lo_wal_flush(w);

    return rc ? rc : w->real->pMethods->xTruncate(w->real, size);
}


static int
ngx_lo_wal_sync(sqlite3_file *file, int how)
{
    int            rc;
    ngx_lo_wal_t  *w = ngx_lo_wal_of(file);

    rc = ngx_lo_wal_flush(w);

    return rc ? rc : w->real->pMethods->xSync(w->real, how);
}


static int
ngx_lo_wal_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int            rc;
    ngx_lo_wal_t  *w = ngx_lo_wal_of(file);

    rc = ngx_lo_wal_flush(w);

    return rc ? rc : w->real->pMethods->xFileSize(w->real, size);
}


/* What is left was never synced, and so never committed. */

static int
ngx_lo_wal_close(sqlite3_file *file)
{
    ngx_lo_wal_t  *w = ngx_lo_wal_of(file);

    sqlite3_free(w->piece);
    w->piece = NULL;
    w->len = 0;

    return w->real->pMethods->xClose(w->real);
}


static int
ngx_lo_wal_lock(sqlite3_file *file, int level)
{
    sqlite3_file  *real = ngx_lo_wal_of(file)->real;

    return real->pMethods->xLock(real, level);
}


static int
ngx_lo_wal_unlock(sqlite3_file *file, int level)
{
    sqlite3_file  *real = ngx_lo_wal_of(file)->real;

    return real->pMethods->xUnlock(real, level);
}


static int
ngx_lo_wal_reserved(sqlite3_file *file, int *is)
{
    sqlite3_file  *real = ngx_lo_wal_of(file)->real;

    return real->pMethods->xCheckReservedLock(real, is);
}


static int
ngx_lo_wal_control(sqlite3_file *file, int op, void *arg)
{
    sqlite3_file  *real = ngx_lo_wal_of(file)->real;

    return real->pMethods->xFileControl(real, op, arg);
}


static int
ngx_lo_wal_sector(sqlite3_file *file)
{
    sqlite3_file  *real = ngx_lo_wal_of(file)->real;

    return real->pMethods->xSectorSize(real);
}


static int
ngx_lo_wal_traits(sqlite3_file *file)
{
    sqlite3_file  *real = ngx_lo_wal_of(file)->real;

    return real->pMethods->xDeviceCharacteristics(real);
}


static const sqlite3_io_methods  ngx_lo_wal_methods = {
    .iVersion = 1,
    .xClose = ngx_lo_wal_close,
    .xRead = ngx_lo_wal_read,
    .xWrite = ngx_lo_wal_write,
    .xTruncate = ngx_lo_wal_truncate,
    .xSync = ngx_lo_wal_sync,
    .xFileSize = ngx_lo_wal_size,
    .xLock = ngx_lo_wal_lock,
    .xUnlock = ngx_lo_wal_unlock,
    .xCheckReservedLock = ngx_lo_wal_reserved,
    .xFileControl = ngx_lo_wal_control,
    .xSectorSize = ngx_lo_wal_sector,
    .xDeviceCharacteristics = ngx_lo_wal_traits
};


/* All but logs are files of the default one. */

static int
ngx_lo_wal_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
    int flags, int *out)
{
    int            rc;
    sqlite3_vfs   *real = vfs->pAppData;
    ngx_lo_wal_t  *w = ngx_lo_wal_of(file);

    if (!(flags & SQLITE_OPEN_WAL)) {
        return real->xOpen(real, name, file, flags, out);
    }

    ngx_memzero(w, sizeof(*w));
    w->real = (sqlite3_file *) (w + 1);
    ngx_memzero(w->real, (size_t) real->szOsFile);

    rc = real->xOpen(real, name, w->real, flags, out);

    /* a file that has methods is closed, even one that could not be opened */

    w->file.pMethods = (w->real->pMethods != NULL) ? &ngx_lo_wal_methods
                                                   : NULL;
    return rc;
}


void
ngx_lo_wal_setup(void)
{
    sqlite3_vfs  *real;

    real = sqlite3_vfs_find(NULL);

    if (real == NULL || sqlite3_vfs_find(NGX_LO_WAL_VFS) != NULL) {
        return;
    }

    /* its other functions do not look at whose they are */

    ngx_lo_wal_vfs = *real;
    ngx_lo_wal_vfs.pNext = NULL;
    ngx_lo_wal_vfs.zName = NGX_LO_WAL_VFS;
    ngx_lo_wal_vfs.pAppData = real;
    ngx_lo_wal_vfs.szOsFile = (int) sizeof(ngx_lo_wal_t) + real->szOsFile;
    ngx_lo_wal_vfs.xOpen = ngx_lo_wal_open;

    (void) sqlite3_vfs_register(&ngx_lo_wal_vfs, 0);
}
