/*
 * Slots of a schedule.  Days and times are looked for as clocks on the wall
 * show them, as seconds since 1970 "as if in UTC", and then moved by what the
 * zone is ahead at that time.
 */

#include "trigger/slot.h"

#include "base/clock.h"
#include "base/zone.h"

#define SLOT_DAY     86400
#define SLOT_HOUR    3600
#define SLOT_MINUTE  60


/* Seconds ahead of UTC at an instant in seconds. */

static int64_t
slot_offset(const ckp_schedule_t *s, int64_t at)
{
    int32_t  seconds;

    return s->tzif != NULL && ckp_zone_offset(s->tzif, s->len, at * 1000,
                                              &seconds)
           ? seconds : 0;
}


static int64_t
slot_floor(int64_t n, int64_t by)
{
    const int64_t  rest = n % by;

    return (n - (rest < 0 ? rest + by : rest)) / by;
}


static bool
slot_day(const ckp_cron_t *cron, int64_t day)
{
    const int64_t  weekday = (day + 4) % 7;     /* 1970-01-01 was a Thursday */
    int            y;
    int            m;
    int            d;

    ckp_date_civil(day, &y, &m, &d);

    return ckp_cron_has_day(cron, m, d, (int) (weekday < 0 ? weekday + 7
                                                           : weekday));
}


static bool
slot_time(const ckp_cron_t *cron, int64_t second_of_day)
{
    return (cron->hours >> second_of_day / SLOT_HOUR & 1) != 0
           && (cron->minutes >> second_of_day % SLOT_HOUR / SLOT_MINUTE & 1)
              != 0;
}


/* The first instant of (low, high] at which the offset is that of `high`. */

static int64_t
slot_change(const ckp_schedule_t *s, int64_t low, int64_t high)
{
    const int64_t  then = slot_offset(s, high);

    while (high - low > 1) {
        const int64_t  middle = low + (high - low) / 2;

        if (slot_offset(s, middle) == then) {
            high = middle;

        } else {
            low = middle;
        }
    }

    return high;
}


/* The instant of a local time: the earlier of two, the end of the gap. */

static int64_t
slot_instant(const ckp_schedule_t *s, int64_t local)
{
    const int64_t  before = slot_offset(s, local - SLOT_DAY);
    const int64_t  after = slot_offset(s, local + SLOT_DAY);

    if (slot_offset(s, local - before) == before) {
        return local - before;
    }

    if (slot_offset(s, local - after) == after) {
        return local - after;
    }

    return slot_change(s, local - SLOT_DAY, local + SLOT_DAY);
}


/* The first of a day that is later than `after`, by the clock on the wall. */

static bool
slot_by_clock(const ckp_schedule_t *s, int64_t day, int64_t after,
    int64_t *at)
{
    for (int64_t t = 0; t < SLOT_DAY; t += SLOT_MINUTE) {

        if ((s->cron.hours >> t / SLOT_HOUR & 1) == 0) {
            t += SLOT_HOUR - SLOT_MINUTE;
            continue;
        }

        if (slot_time(&s->cron, t)) {
            *at = slot_instant(s, day * SLOT_DAY + t);

            if (*at > after) {
                return true;
            }
        }
    }

    return false;
}


/* The same by time that passes: each minute of the day, also those that the
 * clock shows twice. */

static bool
slot_by_time(const ckp_schedule_t *s, int64_t day, int64_t after, int64_t *at)
{
    const int64_t  end = (day + 2) * SLOT_DAY;
    int64_t        t = (day - 1) * SLOT_DAY;

    if (t <= after) {
        t = slot_floor(after, SLOT_MINUTE) * SLOT_MINUTE + SLOT_MINUTE;
    }

    for ( /* void */ ; t < end; t += SLOT_MINUTE) {
        const int64_t  local = t + slot_offset(s, t);

        if (slot_floor(local, SLOT_DAY) == day
            && slot_time(&s->cron, local - day * SLOT_DAY))
        {
            *at = t;
            return true;
        }
    }

    return false;
}


bool
ckp_slot_next(const ckp_schedule_t *s, int64_t after_ms, int64_t *at_ms)
{
    const int64_t  after = slot_floor(after_ms, 1000);
    const int64_t  first = slot_floor(after + slot_offset(s, after), SLOT_DAY)
                           - 1;
    int64_t        at;

    for (int64_t day = first; day < first + CKP_SLOT_YEARS_MAX * 366; day++) {

        if (slot_day(&s->cron, day)
            && (s->cron.elapsed ? slot_by_time(s, day, after, &at)
                                : slot_by_clock(s, day, after, &at)))
        {
            *at_ms = at * 1000;
            return true;
        }
    }

    return false;
}


/* --- what was missed ------------------------------------------------------ */

static int64_t
slot_after(const ckp_schedule_t *s, int64_t at)
{
    int64_t  next;

    return ckp_slot_next(s, at, &next) ? next : -1;
}


/* The last slot of [from, to): looked for in ever longer stretches before `to`,
 * so that not all of them are gone over. */

static int64_t
slot_last(const ckp_schedule_t *s, int64_t from, int64_t to)
{
    for (int64_t back = SLOT_HOUR * 1000; ; back *= 24) {
        const int64_t  low = to - back > from ? to - back : from;
        int64_t        last = -1;
        int64_t        at = slot_after(s, low - 1);

        while (at >= 0 && at < to) {
            last = at;
            at = slot_after(s, at);
        }

        if (last >= 0 || low == from) {
            return last;
        }
    }
}


/* Those of [due, to) do not fire; the next one is what is left. */

static int64_t
slot_skip(const ckp_schedule_t *s, int64_t due, int64_t to, ckp_due_t *out)
{
    out->missed_from_ms = due;

    while (due >= 0 && due < to && out->missed < CKP_SLOT_COUNT_MAX) {
        out->missed++;
        out->missed_to_ms = due;
        due = slot_after(s, due);
    }

    if (due >= 0 && due < to) {
        const int64_t  last = slot_last(s, due, to);

        out->missed_to_ms = last;
        due = slot_after(s, last);
    }

    return due;
}


void
ckp_slot_due(const ckp_schedule_t *s, const ckp_misfire_t *m,
    int64_t due_ms, int64_t now_ms, ckp_due_t *out)
{
    const int64_t  fresh = now_ms - m->grace_ms;
    int64_t        oldest = fresh;
    int64_t        last;

    *out = (ckp_due_t) { .next_ms = due_ms };

    if (due_ms > now_ms) {
        return;
    }

    if (m->catchup != CKP_CATCHUP_NONE && now_ms - m->window_ms < oldest) {
        oldest = now_ms - m->window_ms;
    }

    if (m->catchup == CKP_CATCHUP_ONE && due_ms < fresh) {
        last = slot_last(s, oldest > due_ms ? oldest : due_ms, fresh);
        oldest = last >= 0 ? last : fresh;
    }

    if (due_ms < oldest) {
        due_ms = slot_skip(s, due_ms, oldest, out);
    }

    out->fires = due_ms >= 0 && due_ms <= now_ms;
    out->at_ms = due_ms;
    out->next_ms = out->fires ? slot_after(s, due_ms) : due_ms;
}
