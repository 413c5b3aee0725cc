/*
 * What models are saying just now, for those who watch, whichever worker has
 * the call.  It is a hint as all of the zone: nothing here is durable, and what
 * has no room is not shown.
 */

#include "core/ngx_lo_core_int.h"

#include <errno.h>
#include <signal.h>


/* Of workers that died nothing more comes.  Looked at without the lock: a
 * system call is nothing to hold it for. */

static void
ngx_lo_live_bury(ngx_lo_zone_t *zone)
{
    ngx_uint_t      i;
    ngx_lo_live_t  *l;

    for (i = 0; i < NGX_LO_ZONE_LIVE; i++) {
        l = zone->live[i];

        if (l != NULL && !l->ended && l->pid != ngx_pid
            && kill(l->pid, 0) == -1 && errno == ESRCH)
        {
            l->ended = 1;
        }
    }
}


/* One that is free, or the oldest that has ended.  With the lock. */

static ngx_lo_live_t *
ngx_lo_live_place(ngx_lo_zone_t *zone)
{
    ngx_uint_t      i;
    ngx_lo_live_t  *l, *old;

    old = NULL;

    for (i = 0; i < NGX_LO_ZONE_LIVE; i++) {
        l = zone->live[i];

        if (l == NULL) {
            zone->live[i] = ngx_lo_zone_calloc(sizeof(ngx_lo_live_t));
            return zone->live[i] != NULL ? zone->live[i] : old;
        }

        if (l->number == 0) {
            return l;
        }

        if (l->ended && (old == NULL || l->number < old->number)) {
            old = l;
        }
    }

    return old;
}


uint64_t
ngx_lo_live_open(const char *run_id, const char *node, const char *path)
{
    uint64_t        number;
    ngx_lo_live_t  *l;
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    if (zone == NULL || ngx_strlen(run_id) >= sizeof(l->run_id)
        || ngx_strlen(node) >= NGX_LO_LIVE_NAME
        || ngx_strlen(path) >= NGX_LO_LIVE_NAME)
    {
        return 0;
    }

    ngx_lo_live_bury(zone);
    ngx_lo_zone_lock();

    number = 0;
    l = ngx_lo_live_place(zone);

    if (l != NULL) {
        ngx_explicit_memzero(l, sizeof(ngx_lo_live_t));
        number = ++zone->live_last;
        l->number = number;
        l->pid = ngx_pid;
        ngx_memcpy(l->run_id, run_id, ngx_strlen(run_id));
        ngx_memcpy(l->node, node, ngx_strlen(node));
        ngx_memcpy(l->path, path, ngx_strlen(path));
    }

    ngx_lo_zone_unlock();

    return number;
}


/* With the lock. */

static ngx_lo_live_t *
ngx_lo_live_find(ngx_lo_zone_t *zone, uint64_t number)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_LO_ZONE_LIVE; i++) {
        if (zone->live[i] != NULL && zone->live[i]->number == number) {
            return zone->live[i];
        }
    }

    return NULL;
}


/* The end of it stays, half of what there is room for. */

static void
ngx_lo_live_append(ngx_lo_live_t *l, const char *text, size_t len)
{
    size_t  keep;

    l->total += len;

    if (len > NGX_LO_LIVE_TEXT / 2) {
        text += len - NGX_LO_LIVE_TEXT / 2;
        len = NGX_LO_LIVE_TEXT / 2;
    }

    if (l->len + len > NGX_LO_LIVE_TEXT) {
        keep = NGX_LO_LIVE_TEXT / 2;
        ngx_memmove(l->text, l->text + l->len - keep, keep);
        l->len = (uint32_t) keep;
    }

    ngx_memcpy(l->text + l->len, text, len);
    l->len += (uint32_t) len;
}


static void
ngx_lo_live_change(uint64_t number, const char *text, size_t len,
    unsigned ends)
{
    ngx_lo_live_t  *l;
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    if (zone == NULL || number == 0) {
        return;
    }

    ngx_lo_zone_lock();

    l = ngx_lo_live_find(zone, number);

    if (l != NULL) {
        ngx_lo_live_append(l, text, len);
        l->ended |= ends;
        l->changed = ++zone->live_changes;
    }

    ngx_lo_zone_unlock();

    if (l != NULL) {
        ngx_lo_bell_ring(NGX_LO_BELL_LIVE, 0);
    }
}


void
ngx_lo_live_add(uint64_t number, const char *text, size_t len)
{
    if (len > 0) {
        ngx_lo_live_change(number, text, len, 0);
    }
}


void
ngx_lo_live_end(uint64_t number)
{
    ngx_lo_live_change(number, "", 0, 1);
}


uint64_t
ngx_lo_live_changes(void)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    return (zone == NULL) ? 0 : __atomic_load_n(&zone->live_changes,
                                                __ATOMIC_ACQUIRE);
}


ngx_int_t
ngx_lo_live_next(ngx_uint_t *at, uint64_t since, const char *run_id,
    ngx_lo_live_t *out)
{
    ngx_int_t       rc;
    ngx_lo_live_t  *l;
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();
    rc = NGX_DECLINED;

    if (zone == NULL) {
        return NGX_DECLINED;
    }

    ngx_lo_zone_lock();

    while (rc == NGX_DECLINED && *at < NGX_LO_ZONE_LIVE) {
        l = zone->live[(*at)++];

        if (l != NULL && l->number != 0 && l->changed > since
            && (run_id == NULL || ngx_strcmp(l->run_id, run_id) == 0))
        {
            *out = *l;
            rc = NGX_OK;
        }
    }

    ngx_lo_zone_unlock();

    return rc;
}
