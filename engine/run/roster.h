/*
 * The fibers of a run as who drives them needs them: by age, who can move, when
 * the next one wakes, what they wait for.  All of it stands in the state; it is
 * read from there, and only what was touched is read again.
 *
 * The life of a row.
 *   touched  the state says that a fiber was changed      ckp_roster_touch
 *   read     before anything is answered                  ckp_roster_look
 *   gone     there is no such fiber; its place is kept
 *   packed   the places of those that are gone are given up
 */

#ifndef CKP_ROSTER_H
#define CKP_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What a fiber waits for: api.md 4.10, the first of these counts. */
typedef enum {
    CKP_WAIT_APPROVAL,
    CKP_WAIT_CHILD,
    CKP_WAIT_CALLBACK,
    CKP_WAIT_LEASE,
    CKP_WAIT_TIMER,
    CKP_WAIT_NOTHING
} ckp_wait_t;

typedef struct {
    int64_t     id;
    int64_t     up;             /* the fiber above it; 0: none */
    int64_t     wake;           /* ms, or one of the two below */
    size_t      under;          /* frames of it */
    size_t      held;           /* of these, those it waits for: not beside */
    size_t      live;           /* of these, those that are not over */
    ckp_wait_t  wait;
    bool        gone;
    bool        touched;
    bool        beside;         /* it is detached */
    bool        over;
    bool        parked;
    bool        busy;           /* something of it is with others */
    bool        timed;          /* what is inside has a clock */
} ckp_row_t;

#define CKP_ROSTER_READY  INT64_MIN     /* it can move */
#define CKP_ROSTER_NEVER  INT64_MAX     /* no time wakes it */

typedef struct {
    ckp_row_t  *rows;           /* by age */
    size_t      n;
    size_t      size;           /* a power of two, or 0 */
    size_t      gone;
    int64_t    *first;          /* a tree over the rows: who wakes first */
    size_t     *list;           /* places that were touched */
    size_t      touched;
    size_t      waits[CKP_WAIT_NOTHING + 1];    /* how many, by what */
    size_t      moves;
    size_t      busy;           /* of those that move */
    size_t      timed;
    bool        whole;          /* else all of it is made anew */
    uint64_t    reads;          /* of fibers, ever: for tests */
} ckp_roster_t;

struct ckp_run_s;

void ckp_roster_free(ckp_roster_t *r);

/* Something of that fiber was changed; NULL: of any. */
void ckp_roster_touch(ckp_roster_t *r, const char *id);

/* As the state is now: what is asked below is right until the next change of
 * it, places until the next look.  CKP_OK or CKP_E_NOMEM. */
ckp_code_t ckp_roster_look(struct ckp_run_s *run);

/* The first place from `from` on whose fiber wakes at `until` or before; those
 * that can move do.  r->n: there is none. */
size_t ckp_roster_due(const ckp_roster_t *r, size_t from, int64_t until);

/* When the first one wakes, READY or NEVER. */
int64_t ckp_roster_first(const ckp_roster_t *r);

/* The place of a fiber, or of the first one that is younger; it may be r->n. */
size_t ckp_roster_place(const ckp_roster_t *r, int64_t id);

/* The row of a fiber; NULL: it is not there. */
const ckp_row_t *ckp_roster_row(const ckp_roster_t *r, const char *id);

/* Whether the fiber of a row moves, by itself. */
bool ckp_roster_moves(const ckp_row_t *row);

/* The next place from `from` on whose fiber is a frame of `up`; r->n: none. */
size_t ckp_roster_under(const ckp_roster_t *r, int64_t up, size_t from);

#endif
