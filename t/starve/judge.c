/*
 * Whatever ends a child is judged here: a test that passes, an assertion that
 * fails, memory that is used wrongly.
 */

#define _GNU_SOURCE

#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/err.h"
#include "starve.h"

#define NOWHERE  65536          /* addresses below are NULL and its members */

/* The first error after a refusal that the test itself will see. */
typedef struct {
    const ckp_err_t  *err;
    ckp_err_t         was;
    uintptr_t         trace[STARVE_TRACE];
} judge_error_t;

static const void        *bottom;       /* of the stack; NULL: nobody judges */
static bool               lsan;
static judge_error_t      wrong;
static struct sigaction   before[NSIG];

/* Where the signal struck, when one did: its stack and its registers. */
static const void        *struck;
static const ucontext_t  *registers;


void
starve_say(const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) vfprintf(stderr, fmt, args);
    va_end(args);
    fputs("\n", stderr);
}


void
starve_say_trace(const char *what, const uintptr_t *trace)
{
    char  line[512];

    starve_say("  %s", what);

    for (size_t i = 0; i < STARVE_TRACE && trace[i] != 0; i++) {
        __sanitizer_symbolize_pc((void *) (trace[i] - 1), "%f %s:%l", line,
                                 sizeof(line));
        starve_say("    %s", line);
    }
}


/* --- the end ------------------------------------------------------------------ */

static bool
judge_leaks(void)
{
    jmp_buf                      here;
    const void *const            top = struck != NULL ? struck
                                       : __builtin_frame_address(0);
    const starve_root_t          roots[] = {
        { top, bottom }, { &here, &here + 1 },
        { registers, registers == NULL ? NULL : registers + 1 }
    };
    const starve_block_t        *b;

    (void) setjmp(here);
    b = starve_unreached(roots, sizeof(roots) / sizeof(*roots));

    if (b == NULL || (lsan && __lsan_do_recoverable_leak_check() == 0)) {
        return false;
    }

    starve_say("  %zu bytes leak", b->size);

    if (b->trace != NULL) {
        starve_say_trace("they were made in", b->trace);
    }

    return true;
}


void
starve_judge(starve_verdict_t verdict)
{
    const uintptr_t *const  at = starve_refusal();

    starve_memory_end();

    if (wrong.err != NULL && verdict == STARVE_FAILED && starve_is_answer()
        && memcmp(wrong.err, &wrong.was, sizeof(wrong.was)) == 0)
    {
        starve_say("  code %d, %s: %s", wrong.was.code, wrong.was.at,
                   wrong.was.msg);
        starve_say_trace("it was said in", wrong.trace);
        verdict = STARVE_BAD;
    }

    if (judge_leaks()) {
        verdict = STARVE_BAD;
    }

    if (verdict == STARVE_BAD && starve_refused() > 0) {
        starve_say_trace("memory was refused in", at);
    }

    (void) fflush(NULL);
    _exit((int) verdict);
}


/* --- assertions --------------------------------------------------------------- */

/* All assertions of cmocka end here: the stack still has what the test has. */

void
_fail(const char *const file, const int line)
{
    starve_say("%s:%d: failed", file, line);
    starve_judge(STARVE_FAILED);
}


/* What the test needs is not there: nothing was tried, which is no failure. */

void
_skip(const char *const file, const int line)
{
    starve_say("%s:%d: skipped", file, line);
    starve_judge(STARVE_SKIPPED);
}


/* A code that is no CKP_E_NOMEM, and success where there is none. */

void
_assert_int_equal(const LargestIntegralType a, const LargestIntegralType b,
    const char *const file, const int line)
{
    const long  got = (int) a;
    const long  want = (int) b;

    if (a == b) {
        return;
    }

    starve_say("%s:%d: %ld is not %ld", file, line, got, want);

    if (starve_is_answer()
        && ((got <= CKP_E_INVALID && got >= CKP_E_BUG && want <= CKP_OK)
            || (got == CKP_OK && want <= CKP_E_INVALID && want >= CKP_E_BUG)))
    {
        starve_say("  the code says nothing of memory");
        starve_judge(STARVE_BAD);
    }

    starve_judge(STARVE_FAILED);
}


void __wrap_abort(void) __attribute__((noreturn));
void __real_abort(void) __attribute__((noreturn));

void
__wrap_abort(void)
{
    if (starve_whose((uintptr_t) __builtin_return_address(0))
        == STARVE_TESTS)
    {
        starve_say("aborted");
        starve_judge(STARVE_FAILED);
    }

    __real_abort();
}


/* --- errors ------------------------------------------------------------------- */

ckp_code_t __real_ckp_vfail(ckp_err_t *err, ckp_code_t code, const char *at,
    const char *fmt, va_list args);
ckp_code_t __wrap_ckp_vfail(ckp_err_t *err, ckp_code_t code, const char *at,
    const char *fmt, va_list args);
ckp_code_t __wrap_ckp_fail(ckp_err_t *err, ckp_code_t code, const char *at,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));


ckp_code_t
__wrap_ckp_vfail(ckp_err_t *err, ckp_code_t code, const char *at,
    const char *fmt, va_list args)
{
    const bool        is_first = err != NULL && err->code == CKP_OK;
    const ckp_code_t  rc = __real_ckp_vfail(err, code, at, fmt, args);

    if (is_first && code != CKP_E_NOMEM && starve_is_answer()
        && wrong.err == NULL)
    {
        wrong.err = err;
        wrong.was = *err;
        starve_trace(wrong.trace, STARVE_TRACE);
    }

    return rc;
}


ckp_code_t
__wrap_ckp_fail(ckp_err_t *err, ckp_code_t code, const char *at,
    const char *fmt, ...)
{
    va_list     args;
    ckp_code_t  rc;

    va_start(args, fmt);
    rc = __wrap_ckp_vfail(err, code, at, fmt, args);
    va_end(args);

    return rc;
}


/* --- signals ------------------------------------------------------------------ */

static const void *
stack_of(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (const void *) context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    return (const void *) context->uc_mcontext.sp;
#else
#error "where is the stack?"
#endif
}


/* A test that goes on with the NULL that it was given ends there: as if it had
 * asserted that it is none.  Of all else the sanitizer tells. */

static void
judge_signal(int signo, siginfo_t *info, void *context)
{
    uintptr_t  first = 0;

    struck = stack_of(context);
    registers = context;

    if (signo == SIGPROF || signo == SIGALRM) {
        starve_say("  it does not come to an end");
        starve_judge(STARVE_BAD);
    }

    starve_trace(&first, 1);

    if (starve_whose(first) == STARVE_TESTS
        && (uintptr_t) info->si_addr < NOWHERE && starve_refused() > 0)
    {
        starve_say("the test uses a NULL");
        starve_judge(STARVE_FAILED);
    }

    if (starve_refused() > 0) {
        starve_say_trace("memory was refused in", starve_refusal());
    }

    (void) sigaction(signo, &before[signo], NULL);
}


void
starve_judge_open(const void *base, bool has_lsan)
{
    static const int        signals[] = { SIGSEGV, SIGBUS, SIGPROF, SIGALRM };
    const struct sigaction  how = { .sa_sigaction = judge_signal,
                                    .sa_flags = SA_SIGINFO | SA_ONSTACK };

    bottom = base;
    lsan = has_lsan;

    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        (void) sigaction(signals[i], &how, &before[signals[i]]);
    }
}
