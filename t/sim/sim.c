/*
 * The simulation: seed -> schedule of faults -> invariants.
 *
 *   sim [--first N] [--seeds N] [--show] [--apart]
 *
 * Prints "N passed, M failed" and what a failing seed broke.  --show prints the
 * events of each seed.  With each other seed, the odd ones, inputs join in one
 * turn; --apart: with none, as it is with those that are kept.
 */

#include "world.h"

#include <stdlib.h>
#include <string.h>

#define SIM_TWICE   15      /* every so many seeds are run again, to compare */
#define SIM_ENOUGH  2000    /* in so many seeds each fault has to happen */
#define SIM_OFTEN   100     /* so often */

#define SIM_SHOWN    1
#define SIM_JOINING  2

/* What was found once, far from the first seeds, is looked at each time. */

static const uint64_t  sim_kept[] = {
    3335, 13061, 18961, 28949, 30101, 30803, 69149, 70021, 72107, 103101,
    106441, 390895, 492081, 566909, 683985, 694357, 781983,
    2022041, 2099485, 2111681
};

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
sim_one(uint64_t seed, unsigned how, uint64_t *trace, unsigned *faults)
{
    static sim_t  w;
    bool          ok;

    sim_start(&w, seed, (how & SIM_JOINING) != 0);

    if (w.broken[0] == '\0') {
        sim_go(&w);
    }

    *trace = sim_trace(&w);
    ok = w.broken[0] == '\0';

    if (!ok) {
        printf("seed %llu: %s\n", (unsigned long long) seed, w.broken);
    }

    if (how & SIM_SHOWN) {
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
    unsigned  shown = 0;
    bool      apart = false;
    unsigned  failed = 0;
    unsigned  faults[SIM_FAULTS] = { 0 };

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--first") == 0 && i + 1 < argc) {
            first = strtoull(argv[++i], NULL, 10);

        } else if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc) {
            seeds = strtoull(argv[++i], NULL, 10);

        } else if (strcmp(argv[i], "--show") == 0) {
            shown = SIM_SHOWN;

        } else if (strcmp(argv[i], "--apart") == 0) {
            apart = true;

        } else {
            fprintf(stderr, "usage: sim [--first N] [--seeds N] [--show]"
                    " [--apart]\n");
            return 2;
        }
    }

    json_object_seed(1);

    for (size_t i = 0; i < sizeof(sim_kept) / sizeof(sim_kept[0]); i++) {
        uint64_t  trace;
        unsigned  none[SIM_FAULTS] = { 0 };

        failed += sim_one(sim_kept[i], 0, &trace, none) ? 0 : 1;
        failed += sim_one(sim_kept[i], SIM_JOINING, &trace, none) ? 0 : 1;
    }

    for (uint64_t seed = first; seed < first + seeds; seed++) {
        uint64_t  trace;
        uint64_t  again;
        unsigned  none[SIM_FAULTS] = { 0 };
        unsigned  how = seed % 2 == 1 && !apart ? SIM_JOINING : 0;
        bool      ok = sim_one(seed, how | shown, &trace, faults);

        if (ok && seed % SIM_TWICE == 0) {
            ok = sim_one(seed, how, &again, none);

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
