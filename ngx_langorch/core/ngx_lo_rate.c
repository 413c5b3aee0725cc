/*
 * Rates and turns that all workers of a node share (spec/ckp.md 14.1, 26.3).
 * They are hints as all of the zone: what is forgotten makes a limit begin
 * anew, and a turn be somebody else's.
 */

#include "core/ngx_lo_core_int.h"

#define NGX_LO_RATE_PROBES  8


/* Names that people choose are keys, too: none of them can know which bucket it
 * pushes out. */

static uint64_t
ngx_lo_rate_hash(const ngx_lo_zone_t *zone, const char *key)
{
    uint64_t  h;

    h = 14695981039346656037ULL ^ zone->seed;

    for ( ; *key != '\0'; key++) {
        h = (h ^ (u_char) *key) * 1099511628211ULL;
    }

    /* FNV alone: who knows where two names meet without a seed knows it with
     * one; so what comes of it is mixed once more */

    h = (h ^ (h >> 29)) * (zone->seed | 1);
    h ^= h >> 32;

    return h ? h : 1;
}


/* The bucket of that key, or the least used of its neighbours made new. */

static ngx_lo_bucket_t *
ngx_lo_rate_find(ngx_lo_zone_t *zone, uint64_t hash, int64_t per_minute,
    int64_t now)
{
    ngx_uint_t        i;
    ngx_lo_bucket_t  *b, *old;

    old = NULL;

    for (i = 0; i < NGX_LO_RATE_PROBES; i++) {
        b = &zone->buckets[(hash + i) % NGX_LO_ZONE_BUCKETS];

        if (b->key == hash) {
            return b;
        }

        if (old == NULL || b->at_ms < old->at_ms) {
            old = b;
        }
    }

    old->key = hash;
    old->at_ms = now;
    old->tokens = (double) per_minute;

    return old;
}


/* Takes one that is there, or (at most `most` ms early) the one that comes
 * next.  *wait: how many ms until then.  1: it was taken. */

static ngx_uint_t
ngx_lo_rate_draw(const char *key, int64_t per_minute, double most,
    double *wait)
{
    double            per_ms;
    int64_t           now;
    ngx_uint_t        taken;
    ngx_lo_zone_t    *zone;
    ngx_lo_bucket_t  *b;

    *wait = 0;
    zone = ngx_lo_zone();

    if (zone == NULL || per_minute < 1) {
        return 1;
    }

    now = ngx_lo_boot_ms();
    per_ms = (double) per_minute / 60000;

    ngx_lo_zone_lock();

    b = ngx_lo_rate_find(zone, ngx_lo_rate_hash(zone, key), per_minute, now);

    if (now > b->at_ms) {
        b->tokens += (double) (now - b->at_ms) * per_ms;
        b->at_ms = now;
    }

    if (b->tokens > (double) per_minute) {
        b->tokens = (double) per_minute;
    }

    if (b->tokens < 1) {
        *wait = (1 - b->tokens) / per_ms + 1;
    }

    taken = (*wait <= most);
    b->tokens -= (double) taken;

    ngx_lo_zone_unlock();

    return taken;
}


ngx_msec_t
ngx_lo_rate_take(const char *key, int64_t per_minute)
{
    double  wait;

    (void) ngx_lo_rate_draw(key, per_minute, 0, &wait);

    return (ngx_msec_t) wait;
}


/*
 * Who has to wait takes the token that comes next, and others the ones behind
 * it: the bucket goes below zero, so that nobody overtakes.
 */

ngx_msec_t
ngx_lo_rate_reserve(const char *key, int64_t per_minute, ngx_msec_t most)
{
    double  wait;

    return ngx_lo_rate_draw(key, per_minute, (double) most, &wait)
           ? (ngx_msec_t) wait : NGX_LO_RATE_NEVER;
}


void
ngx_lo_rate_give(const char *key, int64_t per_minute)
{
    ngx_lo_zone_t    *zone;
    ngx_lo_bucket_t  *b;

    zone = ngx_lo_zone();

    if (zone == NULL || per_minute < 1) {
        return;
    }

    ngx_lo_zone_lock();

    b = ngx_lo_rate_find(zone, ngx_lo_rate_hash(zone, key), per_minute,
                         ngx_lo_boot_ms());
    b->tokens += 1;

    ngx_lo_zone_unlock();
}


ngx_uint_t
ngx_lo_turn_next(const char *name)
{
    ngx_uint_t      n;
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    if (zone == NULL) {
        return 0;
    }

    n = ngx_lo_rate_hash(zone, name) % NGX_LO_ZONE_TURNS;

    return (ngx_uint_t) __atomic_fetch_add(&zone->turns[n], 1,
                                           __ATOMIC_RELAXED);
}
