/*
 * What a disk and a clock may do, for tests: loaded before all else by
 * LD_PRELOAD, it stands between SQLite and the kernel.  Only files of a store
 * are touched: those whose names end in "langorch.db" or "langorch.db-wal".
 *
 *   LANGORCH_FAULT      the control file, a fault_t, shared with the test
 *   LANGORCH_FAULT_DIR  a folder; what is written is kept apart there until it
 *                       is synced: <kind>.log; and what a cut of the power
 *                       would leave: <kind>.kept
 *
 * It asks the kernel itself and no library function of the same name, because
 * a sanitizer may stand before it and calls it before it is ready.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FAULT_FILES_MAX  65536
#define FAULT_PILL       "a poison pill"

enum { FAULT_WRITE, FAULT_SYNC, FAULT_READ, FAULT_TRUNCATE, FAULT_OPEN,
       FAULT_OPS };
enum { FAULT_NONE, FAULT_DB, FAULT_WAL };
enum { FAULT_REC_WRITE, FAULT_REC_TRUNCATE };

/* LangOrch::Fault knows this layout. */
typedef struct {
    struct {
        int64_t  skip;          /* so many go well first */
        int64_t  times;         /* then so many fail; -1: all */
        int64_t  error;         /* errno */
        int64_t  seen;
        int64_t  fired;
    } ops[FAULT_OPS];

    int64_t  files;             /* 1: the database, 2: its log, 3: both */
    int64_t  torn;              /* half of a write that fails is written */
    int64_t  delay_ms;          /* of each sync */
    int64_t  clock_ms;          /* added to the time of day */
    int64_t  halt;              /* pid: stops when its next commit is done and
                                   nobody in it was told */
    int64_t  pill;              /* whoever matches a pattern against
                                   FAULT_PILL dies */
} fault_t;

typedef struct {
    int64_t  kind;
    int64_t  at;
    int64_t  len;
} fault_record_t;

static fault_t        *fault;
static char            fault_dir[4096];
static unsigned char   fault_kind[FAULT_FILES_MAX];     /* of descriptors */

static __thread int    fault_committed;                 /* since it told so */

static const char *const  fault_names[] = { "", "db", "wal" };


__attribute__((constructor))
static void
fault_init(void)
{
    const char  *path = getenv("LANGORCH_FAULT");
    const char  *dir = getenv("LANGORCH_FAULT_DIR");
    int          fd;
    void        *p;

    if (dir != NULL) {
        (void) snprintf(fault_dir, sizeof(fault_dir), "%s", dir);
    }

    fd = path ? (int) syscall(SYS_openat, AT_FDCWD, path, O_RDWR|O_CLOEXEC, 0)
              : -1;

    if (fd == -1) {
        return;
    }

    p = mmap(NULL, sizeof(fault_t), PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);
    fault = (p == MAP_FAILED) ? NULL : p;

    (void) syscall(SYS_close, fd);
}


static int
fault_kind_of(int fd)
{
    return fd >= 0 && fd < FAULT_FILES_MAX ? fault_kind[fd] : FAULT_NONE;
}


/* Whether this one fails: errno is set. */

static int
fault_fires(int kind, int op)
{
    if (kind == FAULT_NONE || fault == NULL) {
        return 0;
    }

    (void) __atomic_add_fetch(&fault->ops[op].seen, 1, __ATOMIC_SEQ_CST);

    if ((fault->files & kind) == 0 || fault->ops[op].times == 0) {
        return 0;
    }

    if (__atomic_sub_fetch(&fault->ops[op].skip, 1, __ATOMIC_SEQ_CST) >= 0) {
        return 0;
    }

    if (fault->ops[op].times > 0
        && __atomic_sub_fetch(&fault->ops[op].times, 1, __ATOMIC_SEQ_CST) < 0)
    {
        (void) __atomic_store_n(&fault->ops[op].times, 0, __ATOMIC_SEQ_CST);
        return 0;
    }

    (void) __atomic_add_fetch(&fault->ops[op].fired, 1, __ATOMIC_SEQ_CST);
    errno = (int) fault->ops[op].error;

    return 1;
}


/* --- what is not synced yet ---------------------------------------------------- */


static int
fault_file(int kind, const char *what, int flags)
{
    char  path[4200];

    (void) snprintf(path, sizeof(path), "%s/%s.%s", fault_dir,
                    fault_names[kind], what);

    return (int) syscall(SYS_openat, AT_FDCWD, path,
                         flags|O_CREAT|O_CLOEXEC, 0666);
}


static void
fault_record(int kind, const fault_record_t *rec, const void *data)
{
    int                 fd;
    const struct iovec  parts[2] = {
        { (void *) (uintptr_t) rec, sizeof(*rec) },
        { (void *) (uintptr_t) data,
          rec->kind == FAULT_REC_WRITE ? (size_t) rec->len : 0 }
    };

    if (kind == FAULT_NONE || fault_dir[0] == '\0') {
        return;
    }

    fd = fault_file(kind, "log", O_WRONLY|O_APPEND);

    if (fd == -1) {
        return;
    }

    (void) flock(fd, LOCK_EX);

    /* at once, because whoever writes may be killed */

    if (syscall(SYS_writev, fd, parts, 2)
        != (long) (sizeof(*rec) + parts[1].iov_len))
    {
        abort();                        /* the test would judge nonsense */
    }

    (void) syscall(SYS_close, fd);
}


static void
fault_apply(int from, int to)
{
    char           *data;
    fault_record_t  rec;

    while (syscall(SYS_read, from, &rec, sizeof(rec)) == (long) sizeof(rec)) {

        if (rec.kind == FAULT_REC_TRUNCATE) {
            (void) syscall(SYS_ftruncate, to, rec.at);
            continue;
        }

        data = malloc((size_t) rec.len);

        if (data == NULL
            || syscall(SYS_read, from, data, (size_t) rec.len) != rec.len
            || syscall(SYS_pwrite64, to, data, (size_t) rec.len, rec.at)
               != rec.len)
        {
            abort();
        }

        free(data);
    }
}


/* All that was written to the file so far would survive now, or (kept = 0) has
 * been lost by the disk and will never. */

static void
fault_synced(int kind, int kept)
{
    int  from, to;

    if (kind == FAULT_NONE || fault_dir[0] == '\0') {
        return;
    }

    from = fault_file(kind, "log", O_RDWR);
    to = fault_file(kind, "kept", O_RDWR);

    if (from == -1 || to == -1) {
        abort();
    }

    (void) flock(from, LOCK_EX);

    if (kept) {
        fault_apply(from, to);
    }

    (void) syscall(SYS_ftruncate, from, 0);

    (void) syscall(SYS_close, from);
    (void) syscall(SYS_close, to);
}


/* --- files ------------------------------------------------------------------------ */


static int
fault_ends(const char *path, const char *with)
{
    const size_t  n = strlen(path);
    const size_t  k = strlen(with);

    return n >= k && strcmp(path + n - k, with) == 0;
}


static int
fault_open(const char *path, int flags, int mode)
{
    int  fd, kind;

    kind = fault_ends(path, "langorch.db") ? FAULT_DB
         : fault_ends(path, "langorch.db-wal") ? FAULT_WAL : FAULT_NONE;

    /* one may look at what one may not change */

    if (kind != FAULT_NONE && (flags & O_ACCMODE) != O_RDONLY
        && fault_fires(kind, FAULT_OPEN))
    {
        return -1;
    }

    fd = (int) syscall(SYS_openat, AT_FDCWD, path, flags, mode);

    if (fd >= 0 && fd < FAULT_FILES_MAX) {
        fault_kind[fd] = (unsigned char) kind;
    }

    return fd;
}


int
open(const char *path, int flags, ...)
{
    int      mode;
    va_list  args;

    va_start(args, flags);
    mode = (flags & (O_CREAT|O_TMPFILE)) ? va_arg(args, int) : 0;
    va_end(args);

    return fault_open(path, flags, mode);
}


int
open64(const char *path, int flags, ...)
{
    int      mode;
    va_list  args;

    va_start(args, flags);
    mode = (flags & (O_CREAT|O_TMPFILE)) ? va_arg(args, int) : 0;
    va_end(args);

    return fault_open(path, flags, mode);
}


int
close(int fd)
{
    if (fd >= 0 && fd < FAULT_FILES_MAX) {
        fault_kind[fd] = FAULT_NONE;
    }

    return (int) syscall(SYS_close, fd);
}


ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t at)
{
    int             kind, error;
    long            n;
    fault_record_t  rec;

    kind = fault_kind_of(fd);

    if (fault_fires(kind, FAULT_WRITE)) {
        error = errno;

        if (!fault->torn || len < 2) {
            return -1;
        }

        len /= 2;

    } else {
        error = 0;
    }

    n = syscall(SYS_pwrite64, fd, data, len, at);

    if (n > 0 && kind != FAULT_NONE) {
        rec = (fault_record_t) { FAULT_REC_WRITE, at, n };
        fault_record(kind, &rec, data);
    }

    if (error != 0) {
        errno = error;
        return -1;
    }

    return n;
}


ssize_t
pread64(int fd, void *data, size_t len, off64_t at)
{
    if (fault_fires(fault_kind_of(fd), FAULT_READ)) {
        return -1;
    }

    return syscall(SYS_pread64, fd, data, len, at);
}


int
ftruncate64(int fd, off64_t size)
{
    int             kind, rc;
    fault_record_t  rec;

    kind = fault_kind_of(fd);

    if (fault_fires(kind, FAULT_TRUNCATE)) {
        return -1;
    }

    rc = (int) syscall(SYS_ftruncate, fd, size);

    if (rc == 0 && kind != FAULT_NONE) {
        rec = (fault_record_t) { FAULT_REC_TRUNCATE, size, 0 };
        fault_record(kind, &rec, NULL);
    }

    return rc;
}


static int
fault_sync(int fd, long call)
{
    int              kind, rc;
    struct timespec  wait;

    kind = fault_kind_of(fd);

    if (kind != FAULT_NONE && fault != NULL && fault->delay_ms > 0) {
        wait.tv_sec = fault->delay_ms / 1000;
        wait.tv_nsec = (fault->delay_ms % 1000) * 1000000;
        (void) syscall(SYS_nanosleep, &wait, NULL);
    }

    if (fault_fires(kind, FAULT_SYNC)) {
        rc = errno;

        /* as kernels do: what could not be written counts as written, and is
         * not tried again */

        fault_synced(kind, 0);
        errno = rc;
        return -1;
    }

    rc = (int) syscall(call, fd);

    if (rc == 0) {
        fault_synced(kind, 1);
        fault_committed |= (kind == FAULT_WAL);
    }

    return rc;
}


int fsync(int fd)     { return fault_sync(fd, SYS_fsync); }
int fdatasync(int fd) { return fault_sync(fd, SYS_fdatasync); }


/* Whoever syncs the log tells it by an eventfd, when all locks are free. */

ssize_t
write(int fd, const void *data, size_t len)
{
    int64_t  me = (int64_t) syscall(SYS_getpid);

    if (len == sizeof(uint64_t) && fault_committed && fault != NULL) {
        fault_committed = 0;

        if (__atomic_compare_exchange_n(&fault->halt, &me, 0, 0,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        {
            (void) syscall(SYS_kill, (pid_t) syscall(SYS_getpid), SIGSTOP);
        }
    }

    return syscall(SYS_write, fd, data, len);
}


/* A log that is removed is removed for good. */

int
unlink(const char *path)
{
    int             rc;
    fault_record_t  rec = { FAULT_REC_TRUNCATE, 0, 0 };

    rc = (int) syscall(SYS_unlinkat, AT_FDCWD, path, 0);

    if (rc == 0 && fault_ends(path, "langorch.db-wal")) {
        fault_record(FAULT_WAL, &rec, NULL);
        fault_synced(FAULT_WAL, 1);
    }

    return rc;
}


/* --- the time of day -------------------------------------------------------------- */


int
clock_gettime(clockid_t which, struct timespec *ts)
{
    const int  rc = (int) syscall(SYS_clock_gettime, which, ts);

    if (rc == 0 && fault != NULL
        && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
    {
        ts->tv_sec += fault->clock_ms / 1000;
    }

    return rc;
}


int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    struct timespec  ts;

    (void) zone;

    if (clock_gettime(CLOCK_REALTIME, &ts) == -1) {
        return -1;
    }

    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


time_t
time(time_t *out)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_REALTIME, &ts);

    if (out != NULL) {
        *out = ts.tv_sec;
    }

    return ts.tv_sec;
}


/* --- libraries --------------------------------------------------------------------- */


/* A checker that looks for leaks at the end has to find what points at them. */

int
dlclose(void *library)
{
    (void) library;

    return 0;
}


/* --- code that takes its process down ----------------------------------------------- */


typedef int (*fault_match_pt)(const void *code, const char *subject, size_t len,
    size_t start, uint32_t options, void *data, void *context);


/* Of all that the engine asks of others it is what a test reaches best. */

int
pcre2_match_8(const void *code, const char *subject, size_t len, size_t start,
    uint32_t options, void *data, void *context)
{
    fault_match_pt  match;

    if (fault != NULL && fault->pill && len == sizeof(FAULT_PILL) - 1
        && memcmp(subject, FAULT_PILL, len) == 0)
    {
        (void) syscall(SYS_kill, (pid_t) syscall(SYS_getpid), SIGKILL);
    }

    *(void **) &match = dlsym(RTLD_NEXT, "pcre2_match_8");

    return match(code, subject, len, start, options, data, context);
}
