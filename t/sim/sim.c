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

#define SIM_COUNTS 10
#define SIM_TWICE  16       /* every so many seeds are run again, to compare */

static const char *const  sim_fault_names[] = {
    "died before a commit", "commit failed", "commit unknown",
    "died before an effect", "reply lost", "reply twice", "slot lost",
    "died at rest", "set back", "born with a state"
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


/* One seed; true: all held.  *trace tells what happened; faults[8] counts the
 * runs set back, faults[9] those born with a state. */

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

    for (int i = 0; i < 8; i++) {
        faults[i] += w.faults[i];
    }

    faults[8] += w.backs;
    faults[9] += w.births;

    sim_end(&w);

    return ok;
}


int
main(int argc, char **argv)
{
    uint64_t  first = 1;
    uint64_t  seeds = 1000;
    bool      show = false;
    unsigned  failed = 0;
    unsigned  faults[SIM_COUNTS] = { 0 };

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

    for (uint64_t seed = first; seed < first + seeds; seed++) {
        uint64_t  trace;
        uint64_t  again;
        unsigned  none[SIM_COUNTS] = { 0 };
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

    for (int i = 0; i < SIM_COUNTS; i++) {
        printf("%-22s %u\n", sim_fault_names[i], faults[i]);
    }

    printf("%llu passed, %u failed\n",
           (unsigned long long) (seeds - failed), failed);

    return failed == 0 ? 0 : 1;
}
