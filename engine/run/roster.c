/*
 * The rows of fibers, and a tree over them that tells in a few steps who wakes
 * first: a run of thousands of fibers is driven without looking at all of them.
 */

#include "run/run_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define ROSTER_SIZE  16
#define ROSTER_PACK  64         /* so many may be gone, and a half of all */


void
ckp_roster_free(ckp_roster_t *r)
{
    ckp_free(r->rows);
    ckp_free(r->first);
    ckp_free(r->list);
    *r = (ckp_roster_t) { .reads = r->reads };
}


/* --- places --------------------------------------------------------------- */

/* A fiber's id as its number: digits, without a sign. */

static int64_t
roster_number(const char *id)
{
    int64_t  n = 0;

    for ( ; *id >= '0' && *id <= '9' && n < INT64_MAX / 100; id++) {
        n = n * 10 + (*id - '0');
    }

    return n;
}


size_t
ckp_roster_place(const ckp_roster_t *r, int64_t id)
{
    size_t  low = 0;
    size_t  high = r->n;

    while (low < high) {
        const size_t  mid = low + (high - low) / 2;

        if (r->rows[mid].id < id) {
            low = mid + 1;

        } else {
            high = mid;
        }
    }

    return low;
}


static ckp_row_t *
roster_find(const ckp_roster_t *r, int64_t id)
{
    const size_t  i = ckp_roster_place(r, id);

    return i < r->n && r->rows[i].id == id && !r->rows[i].gone ? &r->rows[i]
                                                               : NULL;
}


const ckp_row_t *
ckp_roster_row(const ckp_roster_t *r, const char *id)
{
    return roster_find(r, roster_number(id));
}


size_t
ckp_roster_under(const ckp_roster_t *r, int64_t up, size_t from)
{
    while (from < r->n && (r->rows[from].up != up || r->rows[from].gone)) {
        from++;
    }

    return from;
}


/* --- the tree: leaves are the rows, each knot has the earlier of two ------- */

static void
roster_tell(ckp_roster_t *r, size_t i)
{
    size_t  at = r->size + i;

    r->first[at] = r->rows[i].gone ? CKP_ROSTER_NEVER : r->rows[i].wake;

    while (at > 1) {
        const int64_t  a = r->first[at & ~(size_t) 1];
        const int64_t  b = r->first[at | 1];

        at /= 2;
        r->first[at] = a < b ? a : b;
    }
}


int64_t
ckp_roster_first(const ckp_roster_t *r)
{
    return r->n == 0 ? CKP_ROSTER_NEVER : r->first[1];
}


/* Up while nothing to the right is due, then down to the first that is. */

size_t
ckp_roster_due(const ckp_roster_t *r, size_t from, int64_t until)
{
    size_t  at = r->size + from;

    if (from >= r->n) {
        return r->n;
    }

    while (r->first[at] > until) {

        while (at > 1 && (at & 1) == 1) {
            at /= 2;
        }

        if (at <= 1) {
            return r->n;
        }

        at++;
    }

    while (at < r->size) {
        at *= 2;
        at += r->first[at] > until ? 1 : 0;
    }

    return at - r->size < r->n ? at - r->size : r->n;
}


/* --- what a row adds to the whole ------------------------------------------- */

/* Who has frames that it waits for moves when these do. */

bool
ckp_roster_moves(const ckp_row_t *row)
{
    return row->wait > CKP_WAIT_CALLBACK
           && (row->wake == CKP_ROSTER_READY
               || (row->held == 0 && !row->parked));
}


static void
roster_count(ckp_roster_t *r, const ckp_row_t *row, bool in)
{
    const bool    moves = !row->gone && ckp_roster_moves(row);
    const size_t  by = in ? 1 : (size_t) -1;

    if (row->gone) {
        return;
    }

    r->waits[row->wait] += by;
    r->moves += moves ? by : 0;
    r->busy += moves && row->busy ? by : 0;
    r->timed += row->timed ? by : 0;
}


/* A frame more or less under the fiber `up`. */

static void
roster_above(ckp_roster_t *r, const ckp_row_t *row, bool in)
{
    ckp_row_t *const  above = row->gone || row->up == 0
                              ? NULL : roster_find(r, row->up);
    const size_t      by = in ? 1 : (size_t) -1;

    if (above == NULL) {
        return;
    }

    roster_count(r, above, false);
    above->under += by;
    above->held += row->beside ? 0 : by;
    above->live += row->beside || row->over ? 0 : by;
    roster_count(r, above, true);
}


/* --- reading ----------------------------------------------------------------- */

static ckp_wait_t
roster_wait(const json_t *n)
{
    const json_t *const  step = json_object_get(n, "step");
    const char *const    ph = ckp_json_str(step, "ph");

    if (json_object_get(n, "ask") != NULL) {
        return CKP_WAIT_APPROVAL;
    }

    if (json_object_get(n, "child_run") != NULL) {
        return CKP_WAIT_CHILD;
    }

    if (ph == NULL) {
        return CKP_WAIT_NOTHING;
    }

    if (strcmp(ph, "cb") == 0) {
        return CKP_WAIT_CALLBACK;
    }

    if (strcmp(ph, "busy") == 0
        || (strcmp(ph, "admit") == 0
            && json_object_get(step, "busy") != NULL))
    {
        return CKP_WAIT_LEASE;
    }

    return strcmp(ph, "pre") == 0 || strcmp(ph, "op") == 0
           || strcmp(ph, "retry") == 0 || strcmp(ph, "after") == 0
           ? CKP_WAIT_TIMER : CKP_WAIT_NOTHING;
}


/* The row of a fiber in the state; NULL: it is gone. */

static void
roster_read(ckp_run_t *run, ckp_row_t *row, const char *id)
{
    json_t *const        own = ckp_run_get(run, "fibers", id);
    const json_t *const  n = json_object_get(own, "n");
    const json_t *const  wake = json_object_get(own, "wake");
    const char *const    up = ckp_json_str(own, "up");
    ckp_fiber_t          f;

    run->roster.reads++;
    row->touched = false;
    row->gone = own == NULL;

    if (row->gone) {
        return;
    }

    row->up = up == NULL ? 0 : roster_number(up);
    row->wake = wake == NULL ? CKP_ROSTER_READY
                : json_integer_value(wake) < 0 ? CKP_ROSTER_NEVER
                : json_integer_value(wake);
    row->wait = roster_wait(n);
    row->beside = json_object_get(own, "det") != NULL;
    row->over = json_object_get(own, "over") != NULL;
    row->parked = json_object_get(n, "park") != NULL;
    row->timed = json_object_get(json_object_get(n, "sub"), "cl") != NULL
                 || json_object_get(n, "dl") != NULL
                 || json_object_get(n, "dleft") != NULL;

    ckp_fiber_open_own(&f, run, id, own);
    row->busy = ckp_fiber_in_flight(&f);
    ckp_fiber_close(&f);
}


static void
roster_renew(ckp_run_t *run, size_t i)
{
    ckp_roster_t *const  r = &run->roster;
    ckp_row_t *const     row = &r->rows[i];
    const bool           was = row->gone;
    char                 id[24];

    (void) ckp_int_text(row->id, id);
    roster_above(r, row, false);
    roster_count(r, row, false);
    roster_read(run, row, id);
    roster_count(r, row, true);
    roster_above(r, row, true);
    roster_tell(r, i);

    if (row->gone != was) {
        r->gone += row->gone ? 1 : (size_t) -1;

        /* what is under it counts on it */

        r->whole = r->whole && row->under == 0;
    }
}


/* --- growing ----------------------------------------------------------------- */

/* Room for `size` rows at least, a power of two. */

static ckp_code_t
roster_room(ckp_roster_t *r, size_t need)
{
    size_t  size = r->size == 0 ? ROSTER_SIZE : r->size;

    while (size < need) {
        size *= 2;
    }

    if (size == r->size) {
        return CKP_OK;
    }

    ckp_row_t *const  rows = ckp_alloc(size * sizeof(ckp_row_t));
    int64_t *const    first = ckp_alloc(2 * size * sizeof(int64_t));
    size_t *const     list = ckp_alloc(size * sizeof(size_t));

    if (rows == NULL || first == NULL || list == NULL) {
        ckp_free(rows);
        ckp_free(first);
        ckp_free(list);
        return CKP_E_NOMEM;
    }

    if (r->n > 0) {
        memcpy(rows, r->rows, r->n * sizeof(ckp_row_t));
        memcpy(list, r->list, r->touched * sizeof(size_t));
    }

    ckp_free(r->rows);
    ckp_free(r->first);
    ckp_free(r->list);
    r->rows = rows;
    r->first = first;
    r->list = list;
    r->size = size;

    for (size_t i = 0; i < 2 * size; i++) {
        first[i] = CKP_ROSTER_NEVER;
    }

    for (size_t i = 0; i < r->n; i++) {
        roster_tell(r, i);
    }

    return CKP_OK;
}


static int
roster_compare(const void *a, const void *b)
{
    const ckp_row_t *const  x = a;
    const ckp_row_t *const  y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}


/* From nothing; whatever order the state was read in. */

static ckp_code_t
roster_make(ckp_run_t *run)
{
    ckp_roster_t *const  r = &run->roster;
    json_t *const        fibers = ckp_run_get(run, "fibers", NULL);
    const char          *id;
    json_t              *own;

    r->n = 0;
    r->touched = 0;
    r->gone = 0;
    r->moves = 0;
    r->busy = 0;
    r->timed = 0;
    memset(r->waits, 0, sizeof(r->waits));

    if (roster_room(r, json_object_size(fibers)) != CKP_OK) {
        return CKP_E_NOMEM;
    }

    json_object_foreach(fibers, id, own) {
        r->rows[r->n++] = (ckp_row_t) { .id = roster_number(id),
                                        .gone = true };
        r->gone++;
    }

    if (r->n > 1) {
        qsort(r->rows, r->n, sizeof(ckp_row_t), roster_compare);
    }

    for (size_t i = 0; i < 2 * r->size; i++) {
        r->first[i] = CKP_ROSTER_NEVER;
    }

    /* one that nobody read adds nothing; a frame is younger than what it is
     * under, so that one is read before */

    r->whole = true;

    for (size_t i = 0; i < r->n; i++) {
        roster_renew(run, i);
    }

    return CKP_OK;
}


/* Who is gone is left out. */

static void
roster_pack(ckp_roster_t *r)
{
    size_t  kept = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (!r->rows[i].gone) {
            r->rows[kept++] = r->rows[i];
        }
    }

    r->n = kept;
    r->gone = 0;

    for (size_t i = 0; i < 2 * r->size; i++) {
        r->first[i] = CKP_ROSTER_NEVER;
    }

    for (size_t i = 0; i < kept; i++) {
        roster_tell(r, i);
    }
}


/* --- the changes -------------------------------------------------------------- */

void
ckp_roster_touch(ckp_roster_t *r, const char *id)
{
    int64_t  n = 0;
    size_t   i;

    if (!r->whole) {
        return;
    }

    n = id == NULL ? 0 : roster_number(id);
    i = ckp_roster_place(r, n);

    if (i < r->n && r->rows[i].id == n) {
        if (!r->rows[i].touched) {
            r->rows[i].touched = true;
            r->list[r->touched++] = i;
        }

        return;
    }

    /* one that is new is the youngest */

    if (id == NULL || i < r->n || roster_room(r, r->n + 1) != CKP_OK) {
        r->whole = false;
        return;
    }

    r->rows[i] = (ckp_row_t) { .id = n, .gone = true, .touched = true };
    r->list[r->touched++] = i;
    r->n++;
    r->gone++;
}


ckp_code_t
ckp_roster_look(ckp_run_t *run)
{
    ckp_roster_t *const  r = &run->roster;

    if (r->whole && r->touched == 0) {
        return CKP_OK;
    }

    for (size_t k = 0; r->whole && k < r->touched; k++) {
        roster_renew(run, r->list[k]);
    }

    if (!r->whole) {
        return roster_make(run);
    }

    r->touched = 0;

    if (r->gone > ROSTER_PACK && r->gone > r->n / 2) {
        roster_pack(r);
    }

    return CKP_OK;
}
