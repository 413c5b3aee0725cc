/*
 * The simulation: seed -> schedule of faults -> invariants.
 *
 *   sim [--first N] [--seeds N] [--show]
 *
 * Prints "N passed, M failed" and what a failing seed broke.  --show prints the
 * events of each seed.
 */

#include "world.h"

#include <stdlib.h>
#include <string.h>

#define SIM_TWICE   16      /* every so many seeds are run again, to compare */
#define SIM_ENOUGH  2000    /* in so many seeds each fault has to happen */
#define SIM_OFTEN   100     /* so often */

/* What was found once, far from the first seeds, is looked at each time. */

static const uint64_t  sim_kept[] = { 18961, 28949, 69149, 103101 };

static const char *const  sim_fault_names[] = {
    "died before a commit", "commit failed", "commit unknown",
    "died before an effect", "reply lost", "reply twice", "slot lost",
    "died at rest", "clock set", "canceled", "decided",
    "tried again", "set back", "born with a state"
};


static void
sim_show(const sim_t *w)
{
    for (size_t i = 0; i < w->store.nevents; i++) {
        char *const  text = ckp_json_text(w->store.events[i]);

        printf("  %s\n", text);
        ckp_free(text);
    }
}


/* One seed; true: all held.  *trace tells what happened; that is added to
 * `faults`. */

static bool
sim_one(uint64_t seed, bool show, uint64_t *trace, unsigned *faults)
{
    static sim_t  w;
    bool          ok;

    sim_start(&w, seed);

    if (w.broken[0] == '\0') {
        sim_go(&w);
    }

    *trace = sim_trace(&w);
    ok = w.broken[0] == '\0';

    if (!ok) {
        printf("seed %llu: %s\n", (unsigned long long) seed, w.broken);
    }

    if (show) {
        sim_show(&w);
    }

    for (int i = 0; i < SIM_FAULTS; i++) {
        faults[i] += w.faults[i];
    }

    sim_end(&w);

    return ok;
}


/* How many kinds of faults happened too seldom to tell something. */

static unsigned
sim_fired(const unsigned *faults, uint64_t seeds)
{
    unsigned  seldom = 0;

    for (int i = 0; i < SIM_FAULTS; i++) {
        const bool  often = seeds < SIM_ENOUGH || faults[i] >= SIM_OFTEN;

        printf("%-22s %u%s\n", sim_fault_names[i], faults[i],
               often ? "" : ": too seldom");
        seldom += !often;
    }

    return seldom;
}


int
main(int argc, char **argv)
{
    uint64_t  first = 1;
    uint64_t  seeds = 2000;
    bool      show = false;
    unsigned  failed = 0;
    unsigned  faults[SIM_FAULTS] = { 0 };

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--first") == 0 && i + 1 < argc) {
            first = strtoull(argv[++i], NULL, 10);

        } else if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc) {
            seeds = strtoull(argv[++i], NULL, 10);

        } else if (strcmp(argv[i], "--show") == 0) {
            show = true;

        } else {
            fprintf(stderr, "usage: sim [--first N] [--seeds N] [--show]\n");
            return 2;
        }
    }

    json_object_seed(1);

    for (size_t i = 0; i < sizeof(sim_kept) / sizeof(sim_kept[0]); i++) {
        uint64_t  trace;
        unsigned  none[SIM_FAULTS] = { 0 };

        failed += sim_one(sim_kept[i], false, &trace, none) ? 0 : 1;
    }

    for (uint64_t seed = first; seed < first + seeds; seed++) {
        uint64_t  trace;
        uint64_t  again;
        unsigned  none[SIM_FAULTS] = { 0 };
        bool      ok = sim_one(seed, show, &trace, faults);

        if (ok && seed % SIM_TWICE == 0) {
            ok = sim_one(seed, false, &again, none);

            if (ok && trace != again) {
                printf("seed %llu: the same seed, another run\n",
                       (unsigned long long) seed);
                ok = false;
            }
        }

        failed += ok ? 0 : 1;
    }

    printf("%llu passed, %u failed\n",
           (unsigned long long) (seeds - failed), failed);

    return failed + sim_fired(faults, seeds) == 0 ? 0 : 1;
}
