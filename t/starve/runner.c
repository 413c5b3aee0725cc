/*
 * The runner in the place of cmocka's: tries each test with memory that is
 * refused, each try in a child process.
 *
 *   STARVE=all      every request is refused once, and from each on all are
 *   STARVE_SEED=n   which ones are chosen otherwise
 *   STARVE_ONLY=test[:n[:once|on]]
 *                   that test, or that try of it alone, with all it says
 */

#define _GNU_SOURCE

#include <setjmp.h>
#include <sanitizer/lsan_interface.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "starve.h"

#define FEW          16         /* so many are all tried */
#define TRIES_MAX    20000      /* of STARVE=all */
#define REQUESTS     10000      /* that the tries of a test make, as a rule */
#define TRIES_LEAST  2
#define SECONDS      20         /* of the processor, for a try */
#define TOLD_MAX     5          /* bad tries of a test that are told */

typedef struct {
    CMFixtureFunction  setup;
    CMFixtureFunction  teardown;
    bool               all;
    bool               lsan;
    unsigned long      seed;
    int                log;             /* what a child says */
    volatile long     *asked;           /* by the child before */
    unsigned           tries;
    unsigned           failed;
} runner_t;

typedef struct {
    const struct CMUnitTest  *test;
    long                      n;        /* -1: nothing is refused */
    bool                      once;
    bool                      trace;
} try_t;


const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
    return "exitcode=99:quarantine_size_mb=4:detect_leaks=1:"
           "leak_check_at_exit=0:allocator_may_return_null=1";
}


/* --- a child ------------------------------------------------------------------ */

static void
child_limits(void)
{
    const struct itimerval  t = { .it_value = { .tv_sec = SECONDS } };
    const struct rlimit     none = { 0, 0 };

    (void) setitimer(ITIMER_PROF, &t, NULL);
    (void) setrlimit(RLIMIT_CORE, &none);
    (void) alarm(20 * SECONDS);
}


static void __attribute__((noreturn))
child_run(const runner_t *r, const try_t *t)
{
    const struct CMUnitTest *const  test = t->test;
    void                           *state = test->initial_state;

    if (r->setup != NULL && r->setup(&state) != 0) {
        _exit(STARVE_FAILED);
    }

    starve_judge_open(__builtin_frame_address(0), r->lsan);
    starve_memory_begin(t->n, t->once, t->trace);

    if (test->setup_func == NULL || test->setup_func(&state) == 0) {
        test->test_func(&state);

        if (test->teardown_func != NULL) {
            (void) test->teardown_func(&state);
        }
    }

    *r->asked = starve_asked();
    starve_judge(STARVE_PASSED);
}


/* Returns what became of it: a verdict, or what waitpid says. */

static int
try_once(runner_t *r, const try_t *t)
{
    int    status = -1;
    pid_t  pid;

    (void) fflush(NULL);
    (void) ftruncate(r->log, 0);
    (void) lseek(r->log, 0, SEEK_SET);
    pid = fork();

    if (pid == 0) {
        (void) dup2(r->log, STDOUT_FILENO);
        (void) dup2(r->log, STDERR_FILENO);
        child_limits();
        child_run(r, t);
    }

    if (pid == -1 || waitpid(pid, &status, 0) == -1) {
        perror("starve");
        exit(2);
    }

    r->tries++;

    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}


static void
tell_log(const runner_t *r)
{
    char     text[4096];
    ssize_t  n;

    (void) lseek(r->log, 0, SEEK_SET);

    while ((n = read(r->log, text, sizeof(text))) > 0) {
        (void) fwrite(text, 1, (size_t) n, stdout);
    }
}


/* --- a test ------------------------------------------------------------------- */

/* true: it survived. */

static bool
try_at(runner_t *r, const struct CMUnitTest *test, long n, bool once)
{
    try_t      t = { .test = test, .n = n, .once = once };
    const int  end = try_once(r, &t);

    if (end == STARVE_PASSED || end == STARVE_FAILED) {
        return true;
    }

    t.trace = true;                     /* once more, with more to tell */
    (void) try_once(r, &t);
    printf("%s:%ld:%s ends with %d\n", test->name, n, once ? "once" : "on",
           end);
    tell_log(r);

    return false;
}


/* The next one to be tried behind n: all of a few, else the first and the last
 * ones, and between them some that lie `step` apart. */

static long
next_of(const runner_t *r, long n, long all, long step)
{
    if (r->all || all <= FEW) {
        return n + 1 + all / TRIES_MAX;
    }

    const long  first = all > REQUESTS ? 0 : 2;
    const long  last = all > REQUESTS ? all - 1 : all - 3;

    if (n < first || n >= last) {
        return n + 1;
    }

    if (n == first) {
        n += (long) ((r->seed * 7919 + (unsigned long) all)
                     % (unsigned long) step);
    }

    return n + step < last ? n + step : last;
}


/* How far apart: those of a test together make so many requests, as a rule. */

static long
step_of(long all)
{
    const long  tries = REQUESTS / (all + 1);

    return 1 + all / (tries < TRIES_LEAST ? TRIES_LEAST
                      : tries > FEW ? FEW : tries);
}


static long
count(runner_t *r, const struct CMUnitTest *test)
{
    const try_t  t = { .test = test, .n = -1 };

    *r->asked = 0;

    const int  end = try_once(r, &t);

    if (end == STARVE_SKIPPED) {
        return 0;
    }

    if (end != STARVE_PASSED) {
        printf("%s does not pass alone\n", test->name);
        tell_log(r);
        return -1;
    }

    return *r->asked;
}


static bool
survives(runner_t *r, const struct CMUnitTest *test)
{
    const long  all = count(r, test);
    const bool  both = r->all || all <= FEW;
    unsigned    bad = 0;
    unsigned    i = 0;

    for (long n = 0; n < all && bad < TOLD_MAX;
         n = next_of(r, n, all, step_of(all)))
    {
        bad += (both || i % 2 == 0) && !try_at(r, test, n, true);
        bad += (both || i % 2 == 1) && !try_at(r, test, n, false);
        i++;
    }

    return all >= 0 && bad == 0;
}


/* --- all of them -------------------------------------------------------------- */

/* LeakSanitizer stops this process to look at it, which not every machine
 * allows. */

static bool
lsan_works(runner_t *r)
{
    int    status = -1;
    pid_t  pid = fork();

    if (pid == 0) {
        void *volatile  p = malloc(100);

        (void) dup2(r->log, STDERR_FILENO);
        p = NULL;
        _exit(p == NULL && __lsan_do_recoverable_leak_check() == 1 ? 7 : 8);
    }

    (void) waitpid(pid, &status, 0);

    return WIFEXITED(status) && WEXITSTATUS(status) == 7;
}


static void
runner_open(runner_t *r)
{
    const char *const  how = getenv("STARVE");
    const char *const  seed = getenv("STARVE_SEED");

    r->all = how != NULL && strcmp(how, "all") == 0;
    r->seed = seed == NULL ? 0 : strtoul(seed, NULL, 10);
    r->log = memfd_create("starve", MFD_CLOEXEC);
    r->asked = mmap(NULL, sizeof(*r->asked), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (r->log == -1 || r->asked == MAP_FAILED) {
        perror("starve");
        exit(2);
    }

    r->lsan = lsan_works(r);

    if (!r->lsan) {
        puts("LeakSanitizer cannot look: what nobody reaches is a leak");
    }
}


/* true: STARVE_ONLY names another one; else *n and *once are that try's. */

static bool
is_other(const char *name, long *n, bool *once)
{
    const char *const  only = getenv("STARVE_ONLY");
    const size_t       len = only == NULL ? 0 : strcspn(only, ":");

    *n = -1;

    if (only == NULL) {
        return false;
    }

    if (only[len] == ':') {
        *n = strtol(only + len + 1, NULL, 10);
        *once = strstr(only + len, ":on") == NULL
                || strstr(only + len, ":once") != NULL;
    }

    return strlen(name) != len || strncmp(name, only, len) != 0;
}


int
_cmocka_run_group_tests(const char *group, const struct CMUnitTest *const tests,
    const size_t n, CMFixtureFunction setup, CMFixtureFunction teardown)
{
    runner_t  r = { .setup = setup, .teardown = teardown };
    unsigned  passed = 0;
    long      at;
    bool      once = true;

    runner_open(&r);

    for (size_t i = 0; i < n; i++) {
        if (is_other(tests[i].name, &at, &once)) {
            continue;
        }

        if (at >= 0) {
            const bool  ok = try_at(&r, &tests[i], at, once);

            if (ok) {
                tell_log(&r);
            }

            r.failed += !ok;

        } else if (survives(&r, &tests[i])) {
            passed++;

        } else {
            r.failed++;
        }
    }

    printf("%s: %u tries\n", group, r.tries);
    printf("[  PASSED  ] %u test(s).\n", passed);

    return (int) r.failed;
}
