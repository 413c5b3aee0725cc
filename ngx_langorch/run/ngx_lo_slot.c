/*
 * Slots in use by this worker, by resource key, and who waits for one.  They
 * are counted here only to avoid vain tries: the lease's guard decides.
 */

#include "run/ngx_lo_admit.h"

#define NGX_LO_FULL_MS   100        /* a key found full is asked again */
#define NGX_LO_KEYS      64         /* buckets */
#define NGX_LO_WAKE_MAX  64         /* of those that wait, in one go */

struct ngx_lo_slots_s {
    ngx_lo_slots_t  *next;
    ngx_queue_t      waiting;       /* ngx_lo_effect_t, first come first */
    ngx_uint_t       taken;
    ngx_msec_t       full_until;    /* others hold the rest; 0: not known */
    ngx_msec_t       probe_at;      /* a lease may be free before its call */
    ngx_event_t      timer;
    char             key[1];
};


static ngx_lo_slots_t  *ngx_lo_slots_all[NGX_LO_KEYS];


static void ngx_lo_slots_wake(ngx_event_t *ev);


ngx_lo_slots_t *
ngx_lo_slots_of(const char *key)
{
    size_t           len;
    ngx_uint_t       n;
    ngx_lo_slots_t  *slots;

    key = key ? key : "";
    len = ngx_strlen(key);
    n = ngx_crc32_short((u_char *) key, len) % NGX_LO_KEYS;

    for (slots = ngx_lo_slots_all[n]; slots != NULL; slots = slots->next) {
        if (ngx_strcmp(slots->key, key) == 0) {
            return slots;
        }
    }

    slots = ngx_calloc(sizeof(ngx_lo_slots_t) + len, ngx_cycle->log);

    if (slots == NULL) {
        return NULL;
    }

    ngx_memcpy(slots->key, key, len + 1);
    ngx_queue_init(&slots->waiting);

    slots->timer.handler = ngx_lo_slots_wake;
    slots->timer.data = slots;
    slots->timer.log = ngx_cycle->log;
    slots->timer.cancelable = 1;

    slots->next = ngx_lo_slots_all[n];
    ngx_lo_slots_all[n] = slots;

    return slots;
}


ngx_uint_t
ngx_lo_slots_full(ngx_lo_slots_t *slots, int64_t limit, ngx_uint_t commit)
{
    if (slots->full_until != 0
        && (ngx_msec_int_t) (slots->full_until - ngx_current_msec) > 0)
    {
        return 1;
    }

    slots->full_until = 0;

    if ((int64_t) slots->taken < limit) {
        slots->probe_at = ngx_current_msec + NGX_LO_FULL_MS;
        return 0;
    }

    /*
     * Leases decide, not calls: one may have been taken away by force, or have
     * run out.  So once in a while somebody tries, and the guard says.
     */

    if (commit || (ngx_msec_int_t) (slots->probe_at - ngx_current_msec) > 0) {
        return 1;
    }

    slots->probe_at = ngx_current_msec + NGX_LO_FULL_MS;

    return 0;
}


void
ngx_lo_slots_wait(ngx_lo_slots_t *slots, ngx_lo_effect_t *e)
{
    e->held = 1;
    ngx_queue_insert_tail(&slots->waiting, &e->waiting);

    if (!slots->timer.timer_set) {
        ngx_add_timer(&slots->timer, NGX_LO_FULL_MS);
    }
}


/* Asks again for those that wait, as many as may go now. */

static void
ngx_lo_slots_wake(ngx_event_t *ev)
{
    ngx_uint_t        n;
    ngx_queue_t      *q;
    ngx_lo_slots_t   *slots = ev->data;
    ngx_lo_effect_t  *e;

    for (n = 0; n < NGX_LO_WAKE_MAX && !ngx_queue_empty(&slots->waiting); n++)
    {
        q = ngx_queue_head(&slots->waiting);
        e = ngx_queue_data(q, ngx_lo_effect_t, waiting);

        ngx_lo_admit_forget(e);

        if (ngx_lo_admit_again(e) == NGX_OK) {
            continue;
        }

        /* still none: back to where it stood, at the head */

        if (e->held) {
            ngx_queue_remove(&e->waiting);
            ngx_queue_insert_head(&slots->waiting, &e->waiting);
            break;
        }
    }

    if (!ngx_queue_empty(&slots->waiting) && !slots->timer.timer_set) {
        ngx_add_timer(&slots->timer, NGX_LO_FULL_MS);
    }
}


void
ngx_lo_admit_full(const char *resource_key)
{
    ngx_lo_slots_t  *slots;

    slots = ngx_lo_slots_of(resource_key);

    if (slots != NULL) {
        slots->full_until = ngx_current_msec + NGX_LO_FULL_MS;
    }
}


void
ngx_lo_admit_taken(const char *resource_key)
{
    ngx_lo_slots_t  *slots;

    slots = ngx_lo_slots_of(resource_key);

    if (slots != NULL) {
        slots->taken++;
    }
}


void
ngx_lo_admit_freed(const char *resource_key)
{
    ngx_lo_slots_t  *slots;

    slots = ngx_lo_slots_of(resource_key);

    if (slots == NULL) {
        return;
    }

    if (slots->taken > 0) {
        slots->taken--;
    }

    /* the row of the lease is released by the turn that follows: soon */

    if (!ngx_queue_empty(&slots->waiting)) {
        if (slots->timer.timer_set) {
            ngx_del_timer(&slots->timer);
        }

        ngx_add_timer(&slots->timer, 2);
    }
}


void
ngx_lo_slots_clear(void)
{
    ngx_uint_t       n;
    ngx_lo_slots_t  *slots, *next;

    for (n = 0; n < NGX_LO_KEYS; n++) {
        for (slots = ngx_lo_slots_all[n]; slots != NULL; slots = next) {
            next = slots->next;

            if (slots->timer.timer_set) {
                ngx_del_timer(&slots->timer);
            }

            ngx_free(slots);
        }

        ngx_lo_slots_all[n] = NULL;
    }
}
