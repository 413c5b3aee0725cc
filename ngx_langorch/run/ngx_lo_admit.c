/*
 * Admission: may this attempt go, and to whom?  (spec/ckp.md 14.1)
 *
 * Agents are a snapshot of the store, read again when settings change.  Slots
 * are counted here only to avoid vain tries: the lease's guard decides.
 */

#include "run/ngx_lo_run_int.h"

#define NGX_LO_CIRCUIT_MS   300000
#define NGX_LO_FULL_MS      100         /* a key found full is asked again */
#define NGX_LO_KEYS         64          /* buckets */


/* Slots in use by this worker, by resource key, and who waits for one. */

typedef struct ngx_lo_slot_s  ngx_lo_slot_t;

struct ngx_lo_slot_s {
    ngx_lo_slot_t  *next;
    ngx_queue_t     waiting;        /* ngx_lo_effect_t, first come first */
    ngx_uint_t      taken;
    ngx_msec_t      full_until;     /* others hold the rest; 0: not known */
    ngx_msec_t      probe_at;       /* a lease may be free before its call */
    ngx_event_t     timer;
    char            key[1];
};


static struct {
    json_t         *agents;         /* array of rows; NULL: not read yet */
    ngx_lo_slot_t  *slots[NGX_LO_KEYS];
    ngx_queue_t     unread;         /* questions before the first read */
    ngx_uint_t      turn;           /* round robin */
    ngx_event_t     retry;
    unsigned        reading:1;
    unsigned        again:1;
} ngx_lo_admission;


static void ngx_lo_admit_read(void *data);
static void ngx_lo_admit_wake(ngx_event_t *ev);


static ngx_lo_slot_t *
ngx_lo_admit_slot(const char *key)
{
    size_t           len;
    ngx_uint_t       n;
    ngx_lo_slot_t   *slot;

    len = ngx_strlen(key);
    n = ngx_crc32_short((u_char *) key, len) % NGX_LO_KEYS;

    for (slot = ngx_lo_admission.slots[n]; slot != NULL; slot = slot->next) {
        if (ngx_strcmp(slot->key, key) == 0) {
            return slot;
        }
    }

    slot = ngx_calloc(sizeof(ngx_lo_slot_t) + len, ngx_cycle->log);

    if (slot == NULL) {
        return NULL;
    }

    ngx_memcpy(slot->key, key, len + 1);
    ngx_queue_init(&slot->waiting);

    slot->timer.handler = ngx_lo_admit_wake;
    slot->timer.data = slot;
    slot->timer.log = ngx_cycle->log;
    slot->timer.cancelable = 1;

    slot->next = ngx_lo_admission.slots[n];
    ngx_lo_admission.slots[n] = slot;

    return slot;
}


/* --- whom ------------------------------------------------------------------------ */

/* The capability by which the agent offers the action; NULL: it does not. */

static const json_t *
ngx_lo_agent_offers(const json_t *agent, const char *action, ngx_uint_t named)
{
    size_t       i;
    json_t      *cap;
    const char  *name;

    json_array_foreach(json_object_get(agent, "capabilities"), i, cap) {
        name = json_is_string(cap) ? json_string_value(cap)
                                   : ckp_json_str(cap, "name");

        if (name == NULL) {
            continue;
        }

        if (ngx_strcmp(name, action) == 0
            || (!named && ngx_strcmp(name, "*") == 0))
        {
            return cap;
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_lo_agent_ready(const json_t *agent)
{
    int64_t      open;
    const char  *status;

    status = ckp_json_str(agent, "status");
    open = ckp_json_int(agent, "circuit_open_at", 0);

    return status != NULL && ngx_strcmp(status, "online") == 0
           && (open == 0 || ngx_lo_now_ms() - open >= NGX_LO_CIRCUIT_MS);
}


static ngx_uint_t
ngx_lo_agent_is(const json_t *agent, const char *member, const char *text,
    ngx_uint_t fold)
{
    const char  *v;

    v = ckp_json_str(agent, member);

    if (v == NULL) {
        return 0;
    }

    return fold ? ngx_strcasecmp((u_char *) v, (u_char *) text) == 0
                : ngx_strcmp(v, text) == 0;
}


/* Candidates by one member; the first pool in name order, round robin. */

static json_t *
ngx_lo_agent_pick(const char *member, const char *text, ngx_uint_t fold,
    const char *action, const char *affinity)
{
    size_t       i, n;
    json_t      *a, *found[64];
    const char  *pool, *p;

    n = 0;
    pool = NULL;

    json_array_foreach(ngx_lo_admission.agents, i, a) {

        if (!ngx_lo_agent_ready(a)
            || (member ? !ngx_lo_agent_is(a, member, text, fold) : 0)
            || ngx_lo_agent_offers(a, action, member == NULL) == NULL)
        {
            continue;
        }

        if (affinity != NULL && ngx_lo_agent_is(a, "agent_id", affinity, 0)) {
            return a;
        }

        p = ckp_json_str(a, "pool_id");
        p = p ? p : "";

        if (n == 0) {
            pool = p;
        }

        if (n < sizeof(found) / sizeof(found[0]) && ngx_strcmp(p, pool) == 0) {
            found[n++] = a;
        }
    }

    return n ? found[ngx_lo_admission.turn++ % n] : NULL;
}


static json_t *
ngx_lo_agent_choose(const char *channel, const char *action,
    const char *affinity)
{
    json_t  *agent;

    if (channel != NULL && channel[0] != '\0') {
        agent = ngx_lo_agent_pick("channel", channel, 1, action, affinity);

        if (agent == NULL) {
            agent = ngx_lo_agent_pick("agent_id", channel, 0, action, NULL);
        }

        if (agent == NULL) {
            agent = ngx_lo_agent_pick("name", channel, 0, action, NULL);
        }

        if (agent != NULL
            || ngx_strcasecmp((u_char *) channel, (u_char *) "MasterAgent")
               != 0)
        {
            return agent;
        }
    }

    return ngx_lo_agent_pick(NULL, NULL, 0, action, affinity);
}


/* --- answers ---------------------------------------------------------------------- */

static json_t *
ngx_lo_admit_nobody(const ngx_lo_effect_t *e, const char *channel,
    const char *action)
{
    u_char  msg[256];

    if (ckp_json_bool(e->body, "native", false)) {
        return json_pack("{s:b}", "native", 1);
    }

    *ngx_snprintf(msg, sizeof(msg) - 1,
                  "No executor registered for channel='%s', action='%s'",
                  channel ? channel : "none", action) = '\0';

    return json_pack("{s:{s:s, s:s}}", "error", "type", "NoExecutorError",
                     "message", (char *) msg);
}


static json_t *
ngx_lo_admit_agent(const json_t *agent, const char *action)
{
    json_t      *out, *v;
    ngx_uint_t   i;
    const char  *type;

    static const char  *members[] = {
        "agent_id", "name", "base_url", "channel", "resource_key", "pool_id",
        "concurrency_limit"
    };

    out = json_object();

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        v = json_object_get(agent, members[i]);
        (void) json_object_set(out, members[i], v);
    }

    (void) json_object_set_new(out, "kind", json_string("agent_http"));

    type = ckp_json_str(ngx_lo_agent_offers(agent, action, 0), "type");

    if (type != NULL && ngx_strcmp(type, "workflow") == 0) {
        (void) json_object_set_new(out, "workflow", json_true());
    }

    return json_pack("{s:o}", "agent", out);
}


static ngx_uint_t
ngx_lo_admit_is_full(ngx_lo_slot_t *slot, const json_t *agent,
    ngx_uint_t commit)
{
    if (slot->full_until != 0
        && (ngx_msec_int_t) (slot->full_until - ngx_current_msec) > 0)
    {
        return 1;
    }

    slot->full_until = 0;

    if (slot->taken < (ngx_uint_t) ckp_json_int(agent, "concurrency_limit", 1))
    {
        slot->probe_at = ngx_current_msec + NGX_LO_FULL_MS;
        return 0;
    }

    /*
     * Leases decide, not calls: one may have been taken away by force, or have
     * run out.  So once in a while somebody tries, and the guard says.
     */

    if (commit || (ngx_msec_int_t) (slot->probe_at - ngx_current_msec) > 0) {
        return 1;
    }

    slot->probe_at = ngx_current_msec + NGX_LO_FULL_MS;

    return 0;
}


/* First the run learns that it waits, then the question itself is held. */

static json_t *
ngx_lo_admit_hold(ngx_lo_effect_t *e, ngx_lo_slot_t *slot, const json_t *agent)
{
    json_t      *data;
    ngx_msec_t   waited, limit;

    limit = ngx_lo_conf()->lease_wait;
    waited = ngx_current_msec - e->asked;

    if (!ckp_json_bool(e->body, "saturated", false)) {
        data = ngx_lo_admit_agent(agent, "");
        (void) json_object_set_new(data, "wait_ms", json_integer(1));
        (void) json_object_set(data, "saturated",
                               json_object_get(data, "agent"));
        (void) json_object_del(data, "agent");
        return data;
    }

    if (waited >= limit) {
        return json_pack("{s:{s:s, s:s}}", "error", "type", "ResourceBusy",
                         "message", "all slots of the agent are taken");
    }

    e->held = 1;
    ngx_queue_insert_tail(&slot->waiting, &e->waiting);

    if (!slot->timer.timer_set) {
        ngx_add_timer(&slot->timer, NGX_LO_FULL_MS);
    }

    return NULL;
}


json_t *
ngx_lo_admit_ask(ngx_lo_effect_t *e, ngx_uint_t commit)
{
    json_t         *agent;
    const char     *channel, *action, *key;
    ngx_lo_slot_t  *slot;

    if (ngx_lo_admission.agents == NULL) {

        if (!commit) {
            e->held = 1;
            ngx_queue_insert_tail(&ngx_lo_admission.unread, &e->waiting);
        }

        return NULL;
    }

    channel = ckp_json_str(e->body, "channel");
    action = ckp_json_str(e->body, "action");
    action = action ? action : "";

    agent = ngx_lo_agent_choose(channel, action,
                                ckp_json_str(e->body, "affinity"));

    if (agent == NULL) {
        return ngx_lo_admit_nobody(e, channel, action);
    }

    key = ckp_json_str(agent, "resource_key");
    slot = ngx_lo_admit_slot(key ? key : "");

    if (slot == NULL) {
        return NULL;
    }

    if (ngx_lo_admit_is_full(slot, agent, commit)) {
        return commit ? NULL : ngx_lo_admit_hold(e, slot, agent);
    }

    return ngx_lo_admit_agent(agent, action);
}


void
ngx_lo_admit_forget(ngx_lo_effect_t *e)
{
    if (e->held) {
        e->held = 0;
        ngx_queue_remove(&e->waiting);
    }
}


/* --- slots -------------------------------------------------------------------------- */

/* Asks again for those that wait, as many as may go now. */

static void
ngx_lo_admit_wake(ngx_event_t *ev)
{
    json_t           *data;
    ngx_uint_t        n;
    ngx_queue_t      *q;
    ngx_lo_run_t     *run;
    ngx_lo_slot_t    *slot = ev->data;
    ngx_lo_effect_t  *e;

    for (n = 0; n < 64 && !ngx_queue_empty(&slot->waiting); n++) {
        q = ngx_queue_head(&slot->waiting);
        e = ngx_queue_data(q, ngx_lo_effect_t, waiting);

        ngx_lo_admit_forget(e);
        data = ngx_lo_admit_ask(e, 0);

        if (data == NULL) {

            /* still none: back to where it stood, at the head */

            if (e->held) {
                ngx_queue_remove(&e->waiting);
                ngx_queue_insert_head(&slot->waiting, &e->waiting);
            }

            break;
        }

        run = e->run;
        ngx_lo_run_input(run, CKP_IN_ADMITTED, CKP_OUTCOME_OK, e->ref, data,
                         0);
        ngx_lo_effect_free(e);

        /* at once: its CALL takes the slot before the next one asks */

        ngx_lo_run_next(run);
    }

    if (!ngx_queue_empty(&slot->waiting) && !slot->timer.timer_set) {
        ngx_add_timer(&slot->timer, NGX_LO_FULL_MS);
    }
}


void
ngx_lo_admit_full(const char *resource_key)
{
    ngx_lo_slot_t  *slot;

    slot = ngx_lo_admit_slot(resource_key);

    if (slot != NULL) {
        slot->full_until = ngx_current_msec + NGX_LO_FULL_MS;
    }
}


void
ngx_lo_admit_taken(const char *resource_key)
{
    ngx_lo_slot_t  *slot;

    slot = ngx_lo_admit_slot(resource_key ? resource_key : "");

    if (slot != NULL) {
        slot->taken++;
    }
}


void
ngx_lo_admit_freed(const char *resource_key)
{
    ngx_lo_slot_t  *slot;

    slot = ngx_lo_admit_slot(resource_key ? resource_key : "");

    if (slot == NULL) {
        return;
    }

    if (slot->taken > 0) {
        slot->taken--;
    }

    /* the row of the lease is released by the turn that follows: soon */

    if (!ngx_queue_empty(&slot->waiting)) {
        if (slot->timer.timer_set) {
            ngx_del_timer(&slot->timer);
        }

        ngx_add_timer(&slot->timer, 2);
    }
}


/* --- circuits ------------------------------------------------------------------------ */

static void
ngx_lo_admit_noted(ngx_lo_job_t *job, void *data)
{
    (void) data;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) {
        ngx_lo_zone_settings_changed();
        ngx_lo_bell_ring(NGX_LO_BELL_SETTINGS, 0);
    }
}


void
ngx_lo_admit_ended(const char *agent_id, ngx_uint_t failed, const char *why)
{
    size_t         i;
    json_t        *a;
    ngx_lo_job_t  *job;

    a = NULL;

    json_array_foreach(ngx_lo_admission.agents, i, a) {
        if (ngx_lo_agent_is(a, "agent_id", agent_id, 0)) {
            break;
        }
    }

    if (i == json_array_size(ngx_lo_admission.agents)) {
        return;
    }

    /* the common case writes nothing */

    if (!failed && ckp_json_int(a, "consecutive_failures", 0) == 0
        && ckp_json_int(a, "circuit_open_at", 0) == 0)
    {
        return;
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return;
    }

    if (failed) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_admit_failed, agent_id,
                              ngx_lo_now_ms(), why);
    } else {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_admit_succeeded, agent_id,
                              ngx_lo_now_ms());
    }

    ngx_lo_job_submit(job, ngx_lo_admit_noted, NULL);
}


/* --- the snapshot ----------------------------------------------------------------------- */

static void
ngx_lo_admit_answer_unread(void)
{
    json_t           *data;
    ngx_queue_t      *q;
    ngx_lo_run_t     *run;
    ngx_lo_effect_t  *e;

    while (!ngx_queue_empty(&ngx_lo_admission.unread)) {
        q = ngx_queue_head(&ngx_lo_admission.unread);
        e = ngx_queue_data(q, ngx_lo_effect_t, waiting);

        ngx_lo_admit_forget(e);
        data = ngx_lo_admit_ask(e, 0);

        if (data != NULL) {
            run = e->run;
            ngx_lo_run_input(run, CKP_IN_ADMITTED, CKP_OUTCOME_OK, e->ref,
                             data, 0);
            ngx_lo_effect_free(e);
            ngx_lo_run_post(run);
        }
    }
}


static void
ngx_lo_admit_got(ngx_lo_job_t *job, void *data)
{
    (void) data;

    ngx_lo_admission.reading = 0;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {

        if (!ngx_lo_admission.retry.timer_set) {
            ngx_add_timer(&ngx_lo_admission.retry, 500);
        }

        return;
    }

    json_decref(ngx_lo_admission.agents);
    ngx_lo_admission.agents = ngx_lo_job_rows_take(job, 0);

    if (ngx_lo_admission.again) {
        ngx_lo_admission.again = 0;
        ngx_lo_admit_read(NULL);
    }

    ngx_lo_admit_answer_unread();
}


static void
ngx_lo_admit_read(void *data)
{
    ngx_lo_job_t  *job;

    (void) data;

    if (ngx_lo_admission.reading) {
        ngx_lo_admission.again = 1;
        return;
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    if (job == NULL) {
        return;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_admit_agents);

    ngx_lo_admission.reading = 1;
    ngx_lo_job_submit(job, ngx_lo_admit_got, NULL);
}


static void
ngx_lo_admit_retry(ngx_event_t *ev)
{
    (void) ev;

    ngx_lo_admit_read(NULL);
}


ngx_int_t
ngx_lo_admit_start(void)
{
    ngx_memzero(&ngx_lo_admission, sizeof(ngx_lo_admission));
    ngx_queue_init(&ngx_lo_admission.unread);

    ngx_lo_admission.retry.handler = ngx_lo_admit_retry;
    ngx_lo_admission.retry.data = &ngx_lo_admission;
    ngx_lo_admission.retry.log = ngx_cycle->log;
    ngx_lo_admission.retry.cancelable = 1;

    ngx_lo_bell_listen(NGX_LO_BELL_SETTINGS, ngx_lo_admit_read, NULL);
    ngx_lo_admit_read(NULL);

    return NGX_OK;
}


void
ngx_lo_admit_stop(void)
{
    ngx_uint_t      n;
    ngx_lo_slot_t  *slot, *next;

    for (n = 0; n < NGX_LO_KEYS; n++) {
        for (slot = ngx_lo_admission.slots[n]; slot != NULL; slot = next) {
            next = slot->next;

            if (slot->timer.timer_set) {
                ngx_del_timer(&slot->timer);
            }

            ngx_free(slot);
        }

        ngx_lo_admission.slots[n] = NULL;
    }

    json_decref(ngx_lo_admission.agents);
    ngx_lo_admission.agents = NULL;
}
