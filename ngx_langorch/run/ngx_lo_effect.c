/*
 * Effects: what a committed turn asks for.  A table from kind to performer.
 */

#include "run/ngx_lo_run_int.h"
#include "secret/ngx_lo_secret.h"


/* late: a call that nobody answered in its time is counted as that; not one
 * that was never sent. */

static const struct {
    const char   *target;
    void        (*perform)(ngx_lo_effect_t *e);
    void        (*late)(ngx_lo_effect_t *e);
} ngx_lo_performers[] = {
    { "agent",  ngx_lo_to_agent,  ngx_lo_agent_late },
    { "mcp",    ngx_lo_to_mcp,    ngx_lo_mcp_late },
    { "http",   ngx_lo_to_http,   NULL },
    { "host",   ngx_lo_to_host,   NULL },
    { "notify", ngx_lo_to_notify, NULL },
    { "llm",    ngx_lo_to_llm,    ngx_lo_llm_late },
};


static void ngx_lo_effect_send(ngx_lo_effect_t *e);


static uint64_t  ngx_lo_effect_last;


static char *
ngx_lo_effect_copy(const char *s)
{
    char    *copy;
    size_t   len;

    if (s == NULL) {
        s = "";
    }

    len = ngx_strlen(s) + 1;
    copy = ngx_alloc(len, ngx_cycle->log);

    if (copy != NULL) {
        ngx_memcpy(copy, s, len);
    }

    return copy;
}


static const char *
ngx_lo_effect_resource(const ngx_lo_effect_t *e)
{
    return ckp_json_str(json_object_get(e->body, "agent"), "resource_key");
}


static void
ngx_lo_effect_late(ngx_lo_effect_t *e)
{
    ngx_uint_t  i;

    if (e->call == NULL || ngx_lo_call_waits(e->call)) {
        return;
    }

    for (i = 0; i < sizeof(ngx_lo_performers) / sizeof(ngx_lo_performers[0]);
         i++)
    {
        if (ngx_strcmp(e->target, ngx_lo_performers[i].target) == 0
            && ngx_lo_performers[i].late != NULL)
        {
            ngx_lo_performers[i].late(e);
        }
    }
}


/* NGX_OK: it was there, and is no more. */

static ngx_int_t
ngx_lo_effect_abort_one(ngx_queue_t *among, const char *ref, ngx_uint_t late)
{
    ngx_queue_t      *q;
    ngx_lo_effect_t  *e;

    for (q = ngx_queue_head(among);
         q != ngx_queue_sentinel(among);
         q = ngx_queue_next(q))
    {
        e = ngx_queue_data(q, ngx_lo_effect_t, queue);

        if (ngx_strcmp(e->ref, ref) == 0) {

            if (late) {
                ngx_lo_effect_late(e);
            }

            ngx_lo_effect_free(e);
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_lo_effect_add(ngx_lo_run_t *run, const ckp_effect_t *fx)
{
    ngx_lo_effect_t  *e;

    /* a call of this same commit is not begun only to be stopped */

    if (fx->kind == CKP_FX_ABORT && fx->ref != NULL
        && ngx_lo_effect_abort_one(&run->effects, fx->ref, 0) == NGX_OK)
    {
        return NGX_OK;
    }

    e = ngx_calloc(sizeof(ngx_lo_effect_t), ngx_cycle->log);

    if (e == NULL) {
        return NGX_ERROR;
    }

    e->run = run;
    e->kind = fx->kind;
    e->ref = ngx_lo_effect_copy(fx->ref);
    e->key = ngx_lo_effect_copy(fx->key);
    e->trace = ngx_lo_effect_copy(fx->trace);
    e->body = json_incref(fx->body);
    e->timeout_ms = fx->timeout_ms;
    e->asked = ngx_current_msec;
    e->number = ++ngx_lo_effect_last;
    e->timer.log = ngx_cycle->log;
    e->timer.cancelable = 1;

    ngx_queue_insert_tail(&run->effects, &e->queue);

    e->target = fx->target;
    e->agent = (fx->target != NULL && ngx_strcmp(fx->target, "agent") == 0);

    if (e->kind == CKP_FX_CALL && e->agent) {
        e->counted = 1;
        ngx_lo_admit_taken(ngx_lo_effect_resource(e));
    }

    if (e->ref == NULL || e->key == NULL || e->trace == NULL) {
        ngx_lo_effect_free(e);
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_lo_effects_admit(ngx_lo_run_t *run)
{
    json_t           *data;
    ngx_queue_t      *q, *next;
    ngx_lo_effect_t  *e;

    for (q = ngx_queue_head(&run->effects);
         q != ngx_queue_sentinel(&run->effects);
         q = next)
    {
        next = ngx_queue_next(q);
        e = ngx_queue_data(q, ngx_lo_effect_t, queue);

        if (e->kind != CKP_FX_ADMIT) {
            continue;
        }

        data = ngx_lo_admit_ask(e, 1);

        if (data != NULL) {
            ngx_lo_run_input(run, CKP_IN_ADMITTED, CKP_OUTCOME_OK, e->ref,
                             data, 0);
            ngx_lo_effect_free(e);
        }
    }
}


void
ngx_lo_effect_free(ngx_lo_effect_t *e)
{
    ngx_queue_remove(&e->queue);
    ngx_lo_admit_forget(e);

    if (e->timer.timer_set) {
        ngx_del_timer(&e->timer);
    }

    if (e->call != NULL) {
        ngx_lo_call_abort(e->call);
    }

    ngx_lo_secrets_look_end(e->look);

    if (e->counted) {
        ngx_lo_admit_freed(ngx_lo_effect_resource(e));
    }

    if (e->own_free != NULL) {
        e->own_free(e->own);
    }

    ngx_lo_room_leave(e);
    ckp_free(e->text);
    ngx_lo_secrets_wipe(e->secrets);
    ngx_lo_secrets_wipe(e->grants);
    json_decref(e->body);
    json_decref(e->budget);
    ngx_free(e->ref);
    ngx_free(e->key);
    ngx_free(e->trace);
    ngx_free(e);
}


/* A question that has to wait stays among the calls until it is answered. */

static void
ngx_lo_effect_admit(ngx_lo_effect_t *e)
{
    json_t  *data;

    data = ngx_lo_admit_ask(e, 0);

    if (data != NULL) {
        ngx_lo_run_input(e->run, CKP_IN_ADMITTED, CKP_OUTCOME_OK, e->ref,
                         data, 0);
        ngx_lo_effect_free(e);
    }
}


/* Where each run asks anew, nothing of a secret is older than the run is. */

static json_t *
ngx_lo_effect_young(const ngx_lo_effect_t *e, json_t *secret)
{
    json_t   *own;
    int64_t   age;

    if (!ngx_lo_conf()->keeper_fresh) {
        return json_incref(secret);
    }

    /* of a clock that was set back nobody knows how long ago that was */

    age = ngx_lo_now_ms() - e->run->created_ms;
    own = json_copy(secret);
    (void) json_object_set_new(own, "age_ms",
                               json_integer(ngx_max(age, 0)));

    return own;
}


/* What it may need of secrets: new array for ngx_lo_secrets_look. */

static json_t *
ngx_lo_effect_names(const ngx_lo_effect_t *e)
{
    json_t             *names, *secret;
    const char         *handle, *name;
    const ngx_str_t    *site;

    names = json_array();

    json_object_foreach(json_object_get(e->body, "secrets"), handle, secret) {
        (void) json_array_append_new(names, ngx_lo_effect_young(e, secret));
    }

    name = ckp_json_str(json_object_get(e->body, "agent"), "secret_name");

    if (name != NULL && *name != '\0') {
        (void) json_array_append_new(names, json_string(name));
    }

    site = &ngx_lo_conf()->llm_secret;

    if (site->len > 0 && ngx_strcmp(e->target, "llm") == 0) {
        (void) json_array_append_new(names,
                                     json_stringn((const char *) site->data,
                                                  site->len));
    }

    return names;
}


/* The look for them is over. */

static void
ngx_lo_effect_known(void *data, ngx_uint_t failed)
{
    ngx_lo_run_t     *run;
    ngx_lo_effect_t  *e = data;

    run = e->run;
    e->look = NULL;

    if (failed) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN,
                            json_pack("{s:s, s:s, s:b}", "type",
                                      "ResourceBusy", "message",
                                      "the store did not answer", "retryable",
                                      1), 0);

    } else {
        ngx_lo_effect_send(e);
    }

    ngx_lo_run_next(run);
}


/* Its request is whole. */

static void
ngx_lo_effect_look(ngx_lo_effect_t *e)
{
    json_t  *names;

    names = e->target ? ngx_lo_effect_names(e) : NULL;

    if (json_array_size(names) > 0) {
        e->look = ngx_lo_secrets_look(names, ngx_lo_effect_known, e);
    }

    json_decref(names);

    if (e->look == NULL) {
        ngx_lo_effect_send(e);
    }
}


/* Bytes come first: what is known of secrets is for a call that goes now. */

static void
ngx_lo_effect_call(ngx_lo_effect_t *e)
{
    if (ckp_json_bool(e->body, "attached", false)) {
        ngx_lo_llm_attach(e, ngx_lo_effect_look);
        return;
    }

    ngx_lo_effect_look(e);
}


/*
 * Whoever slept since the commit until others took his runs would send what
 * they have sent again meanwhile: he lets go of the run.
 */
static ngx_uint_t
ngx_lo_effect_fenced(ngx_lo_run_t *run)
{
    if (ngx_lo_lease_holds(run->ours_ms)) {
        return 0;
    }

    if (!run->again) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "run %s: a call is not sent: it may be another's since",
                      run->run_id);
    }

    run->again = 1;
    ngx_lo_run_post(run);

    return 1;
}


static void
ngx_lo_effect_send(ngx_lo_effect_t *e)
{
    ngx_uint_t  i;

    if (ngx_lo_effect_fenced(e->run)) {
        return;
    }

    for (i = 0; i < sizeof(ngx_lo_performers) / sizeof(ngx_lo_performers[0]);
         i++)
    {
        if (e->target != NULL
            && ngx_strcmp(ngx_lo_performers[i].target, e->target) == 0)
        {
            ngx_lo_performers[i].perform(e);
            return;
        }
    }

    ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
                        json_pack("{s:s, s:s, s:b}", "type", "NoExecutorError",
                                  "message", "no carrier for this target",
                                  "retryable", 0), 0);
}


void
ngx_lo_effect_reply(ngx_lo_effect_t *e, ckp_outcome_t outcome, json_t *data,
    ngx_uint_t next)
{
    ngx_lo_run_t  *run = e->run;

    data = ngx_lo_secrets_scrub(data, e->secrets);
    data = ngx_lo_secrets_scrub(data, e->grants);

    if (data != NULL) {
        ngx_lo_run_input(run, CKP_IN_REPLY, outcome, e->ref, data, 0);

    } else {
        run->again = 1;         /* no memory for it: it is asked for again */
    }

    ngx_lo_effect_free(e);

    if (next) {
        ngx_lo_run_next(run);
    }
}


ngx_int_t
ngx_lo_effect_secrets(ngx_lo_effect_t *e, const char *url)
{
    json_t  *wanted, *error;

    wanted = json_object_get(e->body, "secrets");

    if (wanted == NULL) {
        return NGX_OK;
    }

    if (url != NULL && !ngx_lo_secrets_may_go(url)) {
        error = json_pack("{s:s, s:s, s:b}", "type", "SecretForbidden",
                          "message", "secrets leave over https only",
                          "retryable", 0);

    } else {
        e->secrets = ngx_lo_secrets_find(wanted, e->run->prog
                                         ? ckp_program_id(e->run->prog)
                                         : NULL, &error);

        if (e->secrets != NULL) {
            return NGX_OK;
        }
    }

    ngx_lo_effect_reply(e, error ? CKP_OUTCOME_FAILED : CKP_OUTCOME_UNKNOWN,
                        error, 0);

    return NGX_ERROR;
}


static void
ngx_lo_effect_notify(ngx_lo_effect_t *e)
{
    if (e->agent) {
        ngx_lo_agent_cancel(e);

    } else if (ngx_strcmp(e->target, "files") == 0) {
        ngx_lo_files_drop(e);

    } else {
        ngx_lo_alert(e);
    }

    ngx_lo_effect_free(e);
}


void
ngx_lo_effects_tell(ngx_lo_run_t *run)
{
    ngx_queue_t      *q, *next;
    ngx_lo_effect_t  *e;

    for (q = ngx_queue_head(&run->effects);
         q != ngx_queue_sentinel(&run->effects);
         q = next)
    {
        next = ngx_queue_next(q);
        e = ngx_queue_data(q, ngx_lo_effect_t, queue);

        if (e->kind == CKP_FX_NOTIFY) {
            ngx_lo_effect_notify(e);
        }
    }
}


void
ngx_lo_effects_perform(ngx_lo_run_t *run)
{
    ngx_queue_t      *q;
    ngx_lo_effect_t  *e;

    while (!ngx_queue_empty(&run->effects)) {
        q = ngx_queue_head(&run->effects);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&run->calls, q);

        e = ngx_queue_data(q, ngx_lo_effect_t, queue);

        switch (e->kind) {

        case CKP_FX_ADMIT:
            ngx_lo_effect_admit(e);
            break;

        case CKP_FX_CALL:
            ngx_lo_effect_call(e);
            break;

        case CKP_FX_ABORT:
            ngx_queue_remove(q);
            ngx_queue_init(q);
            (void) ngx_lo_effect_abort_one(&run->calls, e->ref,
                                           ckp_json_bool(e->body, "late",
                                                         false));
            ngx_lo_effect_free(e);
            break;

        case CKP_FX_NOTIFY:
            ngx_lo_effect_notify(e);
            break;
        }
    }

    ngx_lo_admit_parked(run);
}


void
ngx_lo_effects_abort(ngx_lo_run_t *run)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&run->effects)) {
        q = ngx_queue_head(&run->effects);
        ngx_lo_effect_free(ngx_queue_data(q, ngx_lo_effect_t, queue));
    }

    while (!ngx_queue_empty(&run->calls)) {
        q = ngx_queue_head(&run->calls);
        ngx_lo_effect_free(ngx_queue_data(q, ngx_lo_effect_t, queue));
    }
}
