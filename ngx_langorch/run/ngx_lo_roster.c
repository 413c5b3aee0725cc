/*
 * Who there is: agents and tool servers, a snapshot of the store that is read
 * again when settings change; and how their calls end.
 */

#include "run/ngx_lo_admit.h"

#define NGX_LO_ROSTER_AGE_MS  2000      /* another NGINX rings no bell here */


static struct {
    json_t       *agents;           /* rows by pool and name; NULL: unread */
    json_t       *servers;
    ngx_queue_t   unread;           /* questions until they are read */
    ngx_event_t   retry;
    ngx_uint_t    number;           /* of the settings that they are of */
    ngx_uint_t    asked;            /* of those that are being read */
    int64_t       read_ms;
    ngx_msec_t    read_at;          /* the same, of the loop's clock */
    unsigned      reading:1;
    unsigned      again:1;
    unsigned      late:1;           /* read once more before it is answered */
    unsigned      answering:1;      /* what was read has to do */
} ngx_lo_roster;


static void ngx_lo_roster_read(void *data);


/* A run that begins right behind a change must see it: the bell that brings the
 * rows may ring later than the first step asks. */

ngx_uint_t
ngx_lo_roster_known(void)
{
    if (ngx_lo_roster.agents == NULL || ngx_lo_roster.answering) {
        return ngx_lo_roster.agents != NULL;
    }

    if (ngx_lo_roster.number == ngx_lo_zone_settings()
        && ngx_lo_boot_ms() - ngx_lo_roster.read_ms <= NGX_LO_ROSTER_AGE_MS)
    {
        return 1;
    }

    ngx_lo_roster_read(NULL);

    return !ngx_lo_roster.reading;
}


ngx_uint_t
ngx_lo_roster_newer(const ngx_lo_effect_t *e)
{
    if ((ngx_msec_int_t) (ngx_lo_roster.read_at - e->asked) >= 0) {
        return 0;
    }

    ngx_lo_roster_read(NULL);

    return ngx_lo_roster.reading;
}


void
ngx_lo_roster_wait(ngx_lo_effect_t *e)
{
    e->held = 1;
    ngx_queue_insert_tail(&ngx_lo_roster.unread, &e->waiting);
}


json_t *
ngx_lo_roster_agents(void)
{
    return ngx_lo_roster.agents;
}


json_t *
ngx_lo_roster_servers(void)
{
    return ngx_lo_roster.servers;
}


/* --- circuits ------------------------------------------------------------------------ */

static void
ngx_lo_roster_noted(ngx_lo_job_t *job, void *data)
{
    (void) data;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) {
        ngx_lo_zone_settings_changed();
        ngx_lo_bell_ring(NGX_LO_BELL_SETTINGS, 0);
    }
}


static const json_t *
ngx_lo_roster_row(json_t *rows, const char *member, const char *id)
{
    size_t       i;
    json_t      *a;
    const char  *has;

    json_array_foreach(rows, i, a) {
        has = ckp_json_str(a, member);

        if (has != NULL && id != NULL && ngx_strcmp(has, id) == 0) {
            return a;
        }
    }

    return NULL;
}


static void
ngx_lo_roster_ended(const json_t *row, const char *id, const char *why,
    const ngx_lo_stmt_t *failed, const ngx_lo_stmt_t *succeeded)
{
    ngx_lo_job_t  *job;

    /* the common case writes nothing */

    if (row == NULL
        || (why == NULL && ckp_json_int(row, "consecutive_failures", 0) == 0
            && ckp_json_int(row, "circuit_open_at", 0) == 0))
    {
        return;
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return;
    }

    if (why != NULL) {
        (void) ngx_lo_job_add(job, failed, id, ngx_lo_now_ms(), why);

    } else {
        (void) ngx_lo_job_add(job, succeeded, id, ngx_lo_now_ms());
    }

    ngx_lo_job_submit(job, ngx_lo_roster_noted, NULL);
}


void
ngx_lo_admit_ended(const char *agent_id, ngx_uint_t failed, const char *why)
{
    ngx_lo_roster_ended(ngx_lo_roster_row(ngx_lo_roster.agents, "agent_id",
                                          agent_id),
                        agent_id, failed ? why : NULL,
                        &ngx_lo_sql_admit_failed,
                        &ngx_lo_sql_admit_succeeded);
}


void
ngx_lo_admit_server_ended(const char *server_id, const char *why)
{
    ngx_lo_roster_ended(ngx_lo_roster_row(ngx_lo_roster.servers, "server_id",
                                          server_id),
                        server_id, why, &ngx_lo_sql_admit_server_failed,
                        &ngx_lo_sql_admit_server_succeeded);
}


/* --- the snapshot ----------------------------------------------------------------------- */

static void
ngx_lo_roster_answer_unread(void)
{
    ngx_queue_t      *q;
    ngx_lo_effect_t  *e;

    while (!ngx_queue_empty(&ngx_lo_roster.unread)) {
        q = ngx_queue_head(&ngx_lo_roster.unread);
        e = ngx_queue_data(q, ngx_lo_effect_t, waiting);

        ngx_lo_admit_forget(e);
        (void) ngx_lo_admit_again(e);
    }
}


static void
ngx_lo_roster_got(ngx_lo_job_t *job, void *data)
{
    (void) data;

    ngx_lo_roster.reading = 0;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {

        if (!ngx_lo_roster.retry.timer_set) {
            ngx_add_timer(&ngx_lo_roster.retry, 500);
        }

        return;
    }

    json_decref(ngx_lo_roster.agents);
    json_decref(ngx_lo_roster.servers);
    ngx_lo_roster.agents = ngx_lo_job_rows_take(job, 0);
    ngx_lo_roster.servers = ngx_lo_job_rows_take(job, 1);
    ngx_lo_roster.number = ngx_lo_roster.asked;
    ngx_lo_roster.read_ms = ngx_lo_boot_ms();
    ngx_lo_roster.read_at = ngx_current_msec;

    if (ngx_lo_roster.again) {
        ngx_lo_roster.again = 0;
        ngx_lo_roster_read(NULL);

        /* who asked meanwhile may want what is newer; once, lest changes that
         * do not end keep everybody waiting */

        ngx_lo_roster.late = !ngx_lo_roster.late;

        if (ngx_lo_roster.late && ngx_lo_roster.reading) {
            return;
        }
    }

    ngx_lo_roster.late = 0;

    if (ngx_lo_roster.agents != NULL) {
        ngx_lo_roster.answering = 1;
        ngx_lo_roster_answer_unread();
        ngx_lo_roster.answering = 0;
    }
}


static void
ngx_lo_roster_read(void *data)
{
    ngx_lo_job_t  *job;

    (void) data;

    if (ngx_lo_roster.reading) {
        ngx_lo_roster.again = 1;
        return;
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    if (job == NULL) {
        return;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_admit_agents);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_admit_servers);

    ngx_lo_roster.reading = 1;
    ngx_lo_roster.asked = ngx_lo_zone_settings();
    ngx_lo_job_submit(job, ngx_lo_roster_got, NULL);
}


static void
ngx_lo_roster_retry(ngx_event_t *ev)
{
    (void) ev;

    ngx_lo_roster_read(NULL);
}


ngx_int_t
ngx_lo_roster_start(void)
{
    ngx_memzero(&ngx_lo_roster, sizeof(ngx_lo_roster));
    ngx_queue_init(&ngx_lo_roster.unread);

    ngx_lo_roster.retry.handler = ngx_lo_roster_retry;
    ngx_lo_roster.retry.data = &ngx_lo_roster;
    ngx_lo_roster.retry.log = ngx_cycle->log;
    ngx_lo_roster.retry.cancelable = 1;

    ngx_lo_bell_listen(NGX_LO_BELL_SETTINGS, ngx_lo_roster_read, NULL);
    ngx_lo_roster_read(NULL);

    return NGX_OK;
}


void
ngx_lo_roster_stop(void)
{
    json_decref(ngx_lo_roster.agents);
    json_decref(ngx_lo_roster.servers);
    ngx_lo_roster.agents = NULL;
    ngx_lo_roster.servers = NULL;
}
