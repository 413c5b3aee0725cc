/*
 * The rules by which workers share runs, simulated: several workers over one
 * store, with kills, sleeps, a store that is away, commits whose answer is lost
 * and bells that nobody hears (reliability.md G2, G4, 5.6).
 *
 *   fleet [--first N] [--seeds N]
 *
 * It is a model of ngx_langorch/claim and run/, not that code: it shows that
 * the rules are enough.  Then each of them is left out, and some seed has to
 * break: a rule that nothing needs would not be one.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLEET_WORKERS   4
#define FLEET_RUNS      12
#define FLEET_STEPS     6
#define FLEET_LEASE     15000
#define FLEET_POLL      1000
#define FLEET_FAULTY    400000      /* ms; then nothing goes wrong */
#define FLEET_REST      120000      /* ms in which all has to end */
#define FLEET_TICK      50
#define FLEET_LOST      3
#define FLEET_OFTEN     100         /* each fault, in so many seeds */
#define FLEET_ENOUGH    1000

typedef enum {
    FLEET_GUARD,        /* a write counts under the run's epoch alone */
    FLEET_POLLS,        /* who hears no bell looks by himself */
    FLEET_UNDO,         /* a claim whose answer was lost is given back */
    FLEET_AGAIN,        /* giving back is tried until it is done */
    FLEET_STEADY,       /* nobody judges right after nobody could write */
    FLEET_EXPIRY,       /* a lease that ran out frees its runs */
    FLEET_ORPHANS,      /* who begins frees the runs of those without one */
    FLEET_RULES
} fleet_rule_t;

typedef enum { FLEET_OK, FLEET_FAILED, FLEET_UNKNOWN } fleet_rc_t;

typedef enum {
    FLEET_KILL,
    FLEET_KILL_UNSEEN,
    FLEET_SLEEP,
    FLEET_AWAY,
    FLEET_LOST_ANSWER,
    FLEET_BELL,
    FLEET_TOLD,
    FLEET_FAULTS
} fleet_fault_t;

typedef struct {
    int       owner;                /* an incarnation; 0: nobody */
    int       epoch;
    int64_t   wake;                 /* INT64_MAX: at no time */
    int       done;                 /* steps whose result is recorded */
    int       inbox;                /* messages that wait */
    int       told;                 /* messages that were sent */
    int       read;                 /* messages that were fed */
} fleet_row_t;

typedef struct {
    bool      live;
    int       epoch;
    int       step;
    int64_t   reply;                /* when the agent's answer is there */
} fleet_run_t;

typedef struct {
    int          id;                /* 0: it is dead */
    int64_t      born;              /* when a dead one comes again */
    int64_t      sleeps;            /* until then */
    int64_t      renew;             /* the next time */
    int64_t      poll;
    int64_t      renewed;           /* the last that was committed */
    int64_t      steady;
    int          lost;              /* renewals in a row that came to nothing */
    bool         rung;
    bool         undo;              /* a claim may be ours */
    bool         back[FLEET_RUNS];  /* to be given back */
    fleet_run_t  runs[FLEET_RUNS];
} fleet_worker_t;

typedef struct {
    uint64_t        rand;
    int64_t         now;
    int64_t         away;           /* the store, until then */
    int64_t         outages[2];     /* when the last two of those began */
    int             ids;
    int             without;        /* a rule, or FLEET_RULES */
    bool            faulty;
    int64_t         leases[1024];   /* of incarnations; 0: no row */
    fleet_row_t     rows[FLEET_RUNS];
    fleet_worker_t  workers[FLEET_WORKERS];
    char            broken[160];
    uint64_t        faults[FLEET_FAULTS];   /* how often each happened */
} fleet_t;

static const char *const  fleet_names[] = {
    "guard", "polls", "undo", "again", "steady", "expiry", "orphans"
};

static const char *const  fleet_fault_names[] = {
    "a worker is killed", "killed, nobody saw it", "a worker sleeps",
    "the store is away", "an answer is lost", "a bell is not heard",
    "a message is sent"
};


static uint64_t
fleet_rand(fleet_t *f)
{
    uint64_t  z = (f->rand += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;

    return z ^ (z >> 31);
}


/* One of so many, while things go wrong. */

static bool
fleet_chance(fleet_t *f, unsigned n)
{
    return f->faulty && fleet_rand(f) % n == 0;
}


static bool
fleet_fault(fleet_t *f, fleet_fault_t which, unsigned n)
{
    if (!fleet_chance(f, n)) {
        return false;
    }

    f->faults[which]++;

    return true;
}


static bool
fleet_has(const fleet_t *f, fleet_rule_t rule)
{
    return f->without != (int) rule;
}


static void
fleet_broken(fleet_t *f, const char *fmt, ...)
{
    va_list  args;

    if (f->broken[0] == '\0') {
        va_start(args, fmt);
        (void) vsnprintf(f->broken, sizeof(f->broken), fmt, args);
        va_end(args);
    }
}


/* What becomes of a commit: *there, whether the store has it. */

static fleet_rc_t
fleet_commit(fleet_t *f, bool *there)
{
    *there = false;

    if (f->now < f->away) {
        return FLEET_FAILED;
    }

    if (fleet_fault(f, FLEET_LOST_ANSWER, 30)) {
        *there = fleet_rand(f) % 2;
        return FLEET_UNKNOWN;
    }

    *there = true;

    return FLEET_OK;
}


static void
fleet_ring(fleet_t *f)
{
    for (int i = 0; i < FLEET_WORKERS; i++) {
        f->workers[i].rung = f->workers[i].rung
                             || !fleet_fault(f, FLEET_BELL, 3);
    }
}


static void
fleet_free(fleet_t *f, int r)
{
    f->rows[r].owner = 0;
    f->rows[r].wake = 0;
}


/* --- what a worker does ---------------------------------------------------------- */


/*
 * One that is awake and writes loses no run to anybody.  Of two times without a
 * store one after the other another may have come through between, and so may
 * he not whose renewals are lost: then his runs are taken, and nothing worse.
 */

static void
fleet_taken(fleet_t *f, int owner)
{
    for (int i = 0; i < FLEET_WORKERS; i++) {
        const fleet_worker_t *const  w = &f->workers[i];

        if (w->id == owner && w->sleeps + FLEET_LEASE < f->now
            && w->lost < FLEET_LOST && f->outages[0] <= w->renewed)
        {
            fleet_broken(f, "the runs of one who lives and writes are taken");
        }
    }
}


static void
fleet_expire(fleet_t *f, int64_t before)
{
    for (int id = 1; id <= f->ids; id++) {

        if (f->leases[id] == 0 || f->leases[id] >= before) {
            continue;
        }

        f->leases[id] = 0;
        fleet_taken(f, id);

        for (int r = 0; r < FLEET_RUNS; r++) {
            if (f->rows[r].owner == id) {
                fleet_free(f, r);
            }
        }
    }
}


static void
fleet_renew(fleet_t *f, fleet_worker_t *w)
{
    bool           there;
    const int64_t  gap = f->now - w->renewed;
    const bool     judges = fleet_has(f, FLEET_EXPIRY)
                            && (!fleet_has(f, FLEET_STEADY)
                                || (gap <= FLEET_LEASE / 2
                                    && f->now - w->steady > FLEET_LEASE));

    w->renew = f->now + FLEET_LEASE / 5;

    const fleet_rc_t  rc = fleet_commit(f, &there);

    w->lost = there ? 0 : w->lost + (rc == FLEET_UNKNOWN);

    if (there) {
        f->leases[w->id] = f->now + FLEET_LEASE;

        if (judges) {
            fleet_expire(f, f->now);
        }
    }

    if (rc == FLEET_OK) {
        w->steady = gap > FLEET_LEASE / 2 ? f->now : w->steady;
        w->renewed = f->now;
    }
}


static void
fleet_call(fleet_t *f, fleet_worker_t *w, int r)
{
    w->runs[r].reply = f->now + 100 + (int64_t) (fleet_rand(f) % 3000);
}


static void
fleet_claim(fleet_t *f, fleet_worker_t *w)
{
    bool              there;
    const fleet_rc_t  rc = fleet_commit(f, &there);

    w->poll = f->now + FLEET_POLL;
    w->rung = false;

    for (int r = 0; there && r < FLEET_RUNS; r++) {
        fleet_row_t *const  row = &f->rows[r];

        if (row->owner != 0 || row->wake > f->now) {
            continue;
        }

        row->owner = w->id;
        row->epoch++;

        if (rc == FLEET_OK) {
            w->runs[r] = (fleet_run_t) { true, row->epoch, row->done, 0 };
            fleet_call(f, w, r);
        }
    }

    w->undo = w->undo || (rc == FLEET_UNKNOWN && fleet_has(f, FLEET_UNDO));
}


/* Rows that are ours and that nobody drives. */

static void
fleet_give_back(fleet_t *f, fleet_worker_t *w)
{
    bool  there;

    for (int r = 0; r < FLEET_RUNS; r++) {

        if (w->runs[r].live || !(w->back[r] || w->undo)) {
            continue;
        }

        const fleet_rc_t  rc = fleet_commit(f, &there);

        if (there && f->rows[r].owner == w->id) {
            fleet_free(f, r);
            fleet_ring(f);
        }

        if (rc == FLEET_OK || !fleet_has(f, FLEET_AGAIN)) {
            w->back[r] = false;
        } else {
            return;
        }
    }

    w->undo = false;
}


/* The answer is there, or a message: a turn. */

static void
fleet_turn(fleet_t *f, fleet_worker_t *w, int r)
{
    bool                there;
    fleet_run_t *const  run = &w->runs[r];
    fleet_row_t *const  row = &f->rows[r];
    const bool          mine = row->owner == w->id && row->epoch == run->epoch;
    const bool          told = row->inbox > 0;
    const fleet_rc_t    rc = fleet_commit(f, &there);

    if (rc == FLEET_FAILED) {
        return;                     /* held: tried again */
    }

    if (there && fleet_has(f, FLEET_GUARD) && !mine) {
        run->live = false;          /* somebody else's, since we slept */
        return;
    }

    if (there) {
        if (run->step != row->done) {
            fleet_broken(f, "run %d: the result of step %d is recorded after"
                         " that of step %d", r, run->step, row->done);
        }

        row->done = ++run->step;
        row->read += told;
        row->inbox -= told;
    }

    if (rc == FLEET_UNKNOWN) {
        run->live = false;
        w->back[r] = true;
        return;
    }

    if (row->done == FLEET_STEPS) {
        run->live = false;
        row->owner = 0;
        row->wake = row->inbox > 0 ? 0 : INT64_MAX;
        return;
    }

    fleet_call(f, w, r);
}


/* One that is over is read once more for what it is told. */

static void
fleet_over(fleet_t *f, fleet_worker_t *w, int r)
{
    bool                there;
    fleet_row_t *const  row = &f->rows[r];
    const fleet_rc_t    rc = fleet_commit(f, &there);

    if (rc == FLEET_FAILED) {
        return;
    }

    w->runs[r].live = false;

    if (there && row->owner == w->id && row->epoch == w->runs[r].epoch) {
        row->read += row->inbox;
        row->inbox = 0;
        row->owner = 0;
        row->wake = INT64_MAX;

    } else {
        w->back[r] = true;
    }
}


static void
fleet_work(fleet_t *f, fleet_worker_t *w)
{
    if (f->now >= w->renew) {
        fleet_renew(f, w);
    }

    if (w->rung || (fleet_has(f, FLEET_POLLS) && f->now >= w->poll)) {
        fleet_claim(f, w);
    }

    fleet_give_back(f, w);

    for (int r = 0; r < FLEET_RUNS; r++) {
        if (!w->runs[r].live || w->runs[r].reply > f->now) {
            continue;
        }

        if (w->runs[r].step == FLEET_STEPS) {
            fleet_over(f, w, r);
        } else {
            fleet_turn(f, w, r);
        }
    }
}


/* --- what befalls it --------------------------------------------------------------- */


/* `seen`: its master tells the others, and they bury it at once. */

static void
fleet_kill(fleet_t *f, fleet_worker_t *w, bool seen)
{
    for (int r = 0; seen && r < FLEET_RUNS; r++) {
        if (f->rows[r].owner == w->id && f->now >= f->away) {
            fleet_free(f, r);
        }
    }

    f->faults[seen ? FLEET_KILL : FLEET_KILL_UNSEEN]++;
    *w = (fleet_worker_t) { .born = f->now + 500 };
    fleet_ring(f);
}


static void
fleet_bear(fleet_t *f, fleet_worker_t *w)
{
    if (f->now < w->born || f->now < f->away || f->ids == 1023) {
        return;
    }

    *w = (fleet_worker_t) { .id = ++f->ids, .renewed = f->now,
                            .steady = f->now, .rung = true };

    /* jobs run in order: it is known before it claims anything */

    f->leases[w->id] = f->now + FLEET_LEASE;

    for (int r = 0; fleet_has(f, FLEET_ORPHANS) && r < FLEET_RUNS; r++) {
        if (f->rows[r].owner != 0 && f->leases[f->rows[r].owner] == 0) {
            fleet_free(f, r);
        }
    }
}


static void
fleet_tick(fleet_t *f)
{
    if (fleet_fault(f, FLEET_AWAY, 1200)) {
        f->outages[0] = f->outages[1];
        f->outages[1] = f->now;
        f->away = f->now + (int64_t) (fleet_rand(f) % (2 * FLEET_LEASE));
    }

    if (fleet_chance(f, 40)) {
        fleet_row_t *const  row = &f->rows[fleet_rand(f) % FLEET_RUNS];

        if (f->now >= f->away) {
            f->faults[FLEET_TOLD]++;
            row->inbox++;
            row->told++;
            row->wake = 0;
            fleet_ring(f);
        }
    }

    for (int i = 0; i < FLEET_WORKERS; i++) {
        fleet_worker_t *const  w = &f->workers[i];

        if (w->id == 0) {
            fleet_bear(f, w);

        } else if (fleet_chance(f, 900)) {
            fleet_kill(f, w, fleet_rand(f) % 2);

        } else if (fleet_fault(f, FLEET_SLEEP, 900)) {
            w->sleeps = f->now + (int64_t) (fleet_rand(f)
                                            % (3 * FLEET_LEASE));

        } else if (f->now >= w->sleeps) {
            fleet_work(f, w);
        }
    }
}


static void
fleet_check_end(fleet_t *f)
{
    for (int r = 0; r < FLEET_RUNS; r++) {
        const fleet_row_t *const  row = &f->rows[r];

        if (row->done != FLEET_STEPS) {
            fleet_broken(f, "run %d stands at step %d, owner %d", r, row->done,
                         row->owner);
        }

        if (row->read != row->told) {
            fleet_broken(f, "run %d was told %d times and read %d", r,
                         row->told, row->read);
        }
    }
}


/* What happened is added to `faults`. */

static bool
fleet_one(uint64_t seed, int without, bool show, uint64_t *faults)
{
    static fleet_t  f;

    f = (fleet_t) { .rand = seed * 7919u + 1, .without = without,
                    .faulty = true };

    /* they come one after the other, while things go wrong */

    for (int r = 0; r < FLEET_RUNS; r++) {
        f.rows[r].wake = (int64_t) (fleet_rand(&f) % FLEET_FAULTY);
    }

    for ( ; f.now < FLEET_FAULTY + FLEET_REST && f.broken[0] == '\0';
         f.now += FLEET_TICK)
    {
        f.faulty = f.now < FLEET_FAULTY;
        f.away = f.faulty ? f.away : 0;
        fleet_tick(&f);
    }

    if (f.broken[0] == '\0') {
        fleet_check_end(&f);
    }

    if (show && f.broken[0] != '\0') {
        printf("fleet seed %llu: %s\n", (unsigned long long) seed, f.broken);
    }

    for (int i = 0; i < FLEET_FAULTS; i++) {
        faults[i] += f.faults[i];
    }

    return f.broken[0] == '\0';
}


/* How many seeds broke; it stops at the first when one is enough. */

static unsigned
fleet_seeds(uint64_t first, uint64_t n, int without, uint64_t *faults)
{
    unsigned  broken = 0;

    for (uint64_t seed = first; seed < first + n; seed++) {
        broken += !fleet_one(seed, without, without == FLEET_RULES, faults);

        if (broken > 0 && without != FLEET_RULES) {
            printf("fleet without %s: breaks at seed %llu\n",
                   fleet_names[without], (unsigned long long) seed);
            break;
        }
    }

    return broken;
}


/* Each kind often enough to tell something. */

static unsigned
fleet_fired(const uint64_t *faults)
{
    unsigned  seldom = 0;

    for (int i = 0; i < FLEET_FAULTS; i++) {
        const bool  often = faults[i] >= FLEET_OFTEN;

        printf("%-22s %llu%s\n", fleet_fault_names[i],
               (unsigned long long) faults[i], often ? "" : ": too seldom");
        seldom += !often;
    }

    return seldom;
}


int
main(int argc, char **argv)
{
    uint64_t  first = 1;
    uint64_t  seeds = 1000;
    uint64_t  faults[FLEET_FAULTS] = { 0 };
    uint64_t  others[FLEET_FAULTS] = { 0 };
    unsigned  failed;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--first") == 0) {
            first = strtoull(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--seeds") == 0) {
            seeds = strtoull(argv[i + 1], NULL, 10);
        }
    }

    failed = fleet_seeds(first, seeds, FLEET_RULES, faults);
    printf("fleet: %llu seeds, %u broke\n", (unsigned long long) seeds,
           failed);
    failed += seeds >= FLEET_ENOUGH ? fleet_fired(faults) : 0;

    for (int rule = 0; rule < FLEET_RULES; rule++) {
        if (fleet_seeds(first, seeds, rule, others) == 0) {
            printf("fleet without %s: nothing breaks\n", fleet_names[rule]);
            failed++;
        }
    }

    return failed == 0 ? 0 : 1;
}
