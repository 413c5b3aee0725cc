/*
 * The one error of the engine: a code, a place and a sentence.
 */

#ifndef CKP_ERR_H
#define CKP_ERR_H

#include <stdarg.h>

typedef enum {
    CKP_OK        =  0,
    CKP_E_NOMEM   = -1,   /* memory ran out; nothing was changed */
    CKP_E_INVALID = -2,   /* document or input is wrong; err.at says where */
    CKP_E_LIMIT   = -3,   /* a published limit was reached */
    CKP_E_STATE   = -4,   /* the input does not fit the state: drop it */
    CKP_E_BUG     = -5    /* an invariant is broken: the run fails "internal" */
} ckp_code_t;

/* Lives on the caller's stack.  The first error wins, later ones are lost. */
typedef struct {
    ckp_code_t  code;
    char        at[160];  /* RFC 6901 pointer into the document; "" = all */
    char        msg[240]; /* one sentence for people, without the pointer */
} ckp_err_t;

#define CKP_ERR_INIT  { CKP_OK, "", "" }

/* Whether what the engine tells is looked at for its own contracts, too, where
 * that costs each step: in builds with a sanitizer, which all tests run on but
 * those of the browser. */

#ifdef __SANITIZE_ADDRESS__
#define CKP_CHECKED  1
#else
#define CKP_CHECKED  0
#endif

/*
 * Records the error unless one is there already (err may be NULL); texts that
 * do not fit are cut at a character boundary.  Returns `code`.
 */
ckp_code_t ckp_fail(ckp_err_t *err, ckp_code_t code, const char *at,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
ckp_code_t ckp_vfail(ckp_err_t *err, ckp_code_t code, const char *at,
    const char *fmt, va_list args) __attribute__((format(printf, 4, 0)));

#define CKP_INVARIANT(err, cond)                                              \
    do {                                                                      \
        if (!(cond)) {                                                        \
            return ckp_fail((err), CKP_E_BUG, "", "invariant: %s", #cond);    \
        }                                                                     \
    } while (0)

#endif
