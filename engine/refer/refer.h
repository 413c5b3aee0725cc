/*
 * Procedures that a document calls, and those that these call, as they are
 * stored now.  Source: spec/ckp.md 10.10.
 *
 * The life of a look.
 *   noted    each call of the document                     ckp_parse_refer
 *   wanted   one after the other, then what these call     ckp_refers_next
 *   found    by the host, or not                           ckp_refers_found
 *   judged   when the compiler finishes                    ckp_refers_check
 *
 * At most 64 procedures are looked at, so that a set of them is one number.
 */

#ifndef CKP_REFER_H
#define CKP_REFER_H

#include "ckp.h"
#include "model/program.h"
#include "node/parse.h"

#define REFER_WANTED_MAX  64

typedef struct {
    const char     *procedure;      /* lent by the program that calls it */
    const char     *version;        /* as written */
    unsigned        depth;
    bool            answered;
    bool            known;          /* the procedure has versions */
    bool            refuses;
    bool            broken;
    char           *found;          /* the version that it is; NULL: none */
    char           *hash;
    ckp_program_t  *prog;           /* NULL: it does not compile */
    uint64_t        calls;          /* a bit for each that it calls */
    uint64_t        same;           /* of the same procedure, itself too */
    bool            back;           /* it calls the document's procedure */
} ckp_wanted_t;

typedef struct {
    const char    *own;         /* procedure_id of the document */
    ckp_wanted_t  *list;
    size_t         n;
    uint64_t       first;       /* those that the document itself calls */
    uint64_t       back;        /* those that call it; when all were found */
    uint64_t       loops;       /* those that lead back to themselves; then */
    bool           begun;
    ckp_want_t     want;
} ckp_refers_t;

/* --- wants.c --------------------------------------------------------------- */

/* Begins with what the program calls, once.  CKP_OK or CKP_E_NOMEM. */
ckp_code_t ckp_refers_want(ckp_refers_t *c, const ckp_program_t *prog);

/* The next one that is not answered; NULL: none. */
const ckp_want_t *ckp_refers_next(ckp_refers_t *c);
ckp_code_t ckp_refers_found(ckp_refers_t *c, const ckp_found_t *found);

/* Its place in the list; c->n: it is not there. */
size_t ckp_refers_place(const ckp_refers_t *c, const ckp_refer_t *refer);

/* As ckp_compiler_pins. */
json_t *ckp_refers_pins(const ckp_refers_t *c, const ckp_program_t *prog);
void ckp_refers_free(ckp_refers_t *c);

/* --- ways.c ---------------------------------------------------------------- */

/* `from` and all that they lead to. */
uint64_t ckp_refers_reach(const ckp_refers_t *c, uint64_t from);

/* The shortest way from one of `from` to one of `to`: path (of
 * REFER_WANTED_MAX) gets their places in order.  How many; 0: there is none. */
size_t ckp_refers_way(const ckp_refers_t *c, uint64_t from, uint64_t to,
    size_t *path);

/* --- judge.c --------------------------------------------------------------- */

/* Says what is wrong with the calls of ps->prog. */
void ckp_refers_check(ckp_parse_t *ps, ckp_refers_t *c);

#endif
