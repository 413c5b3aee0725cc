/*
 * Who asks at a keeper: a token that the site was given, or that a login gives.
 *
 * The life of a token.
 *   none     whoever needs it waits for one login, however many they are
 *   good     lent with each question
 *   renewed  when two thirds of its time are over, as long as it is used
 *   none     when it ends, when it is refused, when the secrets that prove who
 *            asks have changed: they are read again then
 *
 * A token that the site was given is renewed as well, but there is no other.
 *
 * Credentials that a machine gives (aws) are such a token, too: a login has
 * steps then, and a renewal is another login, while the old ones serve.
 */

#include "secret/ngx_lo_keeper.h"

#define NGX_LO_SESSIONS_MAX   100
#define NGX_LO_SESSION_RETRY  1000              /* at least, after a failure */
#define NGX_LO_SESSION_FAR    (24 * 3600 * 1000)        /* one timer's reach */


typedef enum {
    NGX_LO_SESSION_LOGIN,
    NGX_LO_SESSION_RENEW,
    NGX_LO_SESSION_SELF
} ngx_lo_session_what_t;

typedef struct {
    ngx_queue_t            queue;       /* the one used last first */
    char                  *id;
    json_t                *place;
    char                  *token;       /* NULL: none; wiped */
    uint64_t               serial;      /* of the token */
    uint64_t               number;      /* of the zone, when it was made */
    int64_t                until;       /* ngx_lo_boot_ms; 0: without end */
    int64_t                used;        /* the same: when last */
    int64_t                life;        /* ms that it had; 0: without end */
    ngx_event_t            timer;       /* the renewal */
    ngx_lo_call_t         *call;
    ngx_lo_disk_t         *file;        /* being read, before a first step */
    json_t                *state;       /* of steps; wiped */
    ngx_lo_session_what_t  what;        /* it does */
    ngx_queue_t            turns;       /* ngx_lo_keeper_turn_t */
    unsigned               given:1;     /* the site was given the token */
    unsigned               renews:1;
} ngx_lo_session_t;


static struct {
    ngx_queue_t  all;
    ngx_uint_t   n;
    uint64_t     serial;
} ngx_lo_sessions;


static ngx_lo_session_t *ngx_lo_session_find(const json_t *place);
static ngx_lo_session_t *ngx_lo_session_new(char *id, const json_t *place);
static void ngx_lo_session_free(ngx_lo_session_t *s);
static void ngx_lo_session_drop(ngx_lo_session_t *s);
static ckp_kept_t ngx_lo_session_login(ngx_lo_session_t *s);
static void ngx_lo_session_call(ngx_lo_session_t *s,
    ngx_lo_session_what_t what, ckp_keeper_rq_t *rq);
static ngx_int_t ngx_lo_session_steps(ngx_lo_session_t *s,
    ngx_lo_session_what_t what);
static ngx_int_t ngx_lo_session_step(ngx_lo_session_t *s);
static void ngx_lo_session_proof(void *data, const char *text);
static ckp_kept_t ngx_lo_session_heard(ngx_lo_session_t *s,
    const ckp_keeper_reply_t *reply, ckp_keeper_session_t *got);
static void ngx_lo_session_over(ngx_lo_session_t *s, ckp_kept_t kept,
    const char *why);
static void ngx_lo_session_done(const ngx_lo_call_reply_t *reply, void *data);
static void ngx_lo_session_take(ngx_lo_session_t *s,
    const ckp_keeper_session_t *got);
static void ngx_lo_session_later(ngx_lo_session_t *s, int64_t ms);
static void ngx_lo_session_timer(ngx_event_t *ev);
static void ngx_lo_session_answer(ngx_lo_session_t *s, ckp_kept_t kept,
    const char *why);


/* --- what proves it ------------------------------------------------------------- */


static char *
ngx_lo_who_value(const json_t *place, const char *member, ngx_uint_t *lacks)
{
    char        *value;
    const char  *name;

    name = ckp_json_str(place, member);

    if (name == NULL) {
        return NULL;
    }

    value = ngx_lo_secret_own(name);
    *lacks = *lacks || value == NULL;

    return value;
}


void
ngx_lo_keeper_who(const json_t *place, ngx_lo_keeper_who_t *who)
{
    ngx_memzero(who, sizeof(ngx_lo_keeper_who_t));

    who->token = ngx_lo_who_value(place, "token", &who->lacks);
    who->id = ngx_lo_who_value(place, "id", &who->lacks);
    who->secret = ngx_lo_who_value(place, "secret", &who->lacks);
    who->session = ngx_lo_who_value(place, "session", &who->lacks);
}


void
ngx_lo_keeper_who_wipe(ngx_lo_keeper_who_t *who)
{
    ngx_lo_secret_free(who->token);
    ngx_lo_secret_free(who->id);
    ngx_lo_secret_free(who->secret);
    ngx_lo_secret_free(who->session);
}


/* --- sessions ------------------------------------------------------------------- */


/* What a session is told apart by: not by where below an engine it looks. */

static char *
ngx_lo_session_id(const json_t *place)
{
    char    *id;
    json_t  *own;

    own = json_copy((json_t *) place);
    (void) json_object_del(own, "mount");
    (void) json_object_del(own, "prefix");
    (void) json_object_del(own, "kv");

    id = own ? ckp_json_text(own) : NULL;
    json_decref(own);

    return id;
}


/* NULL: no memory, or no room. */

static ngx_lo_session_t *
ngx_lo_session_find(const json_t *place)
{
    char              *id;
    ngx_queue_t       *q;
    ngx_lo_session_t  *s;

    if (ngx_lo_sessions.all.next == NULL) {
        ngx_queue_init(&ngx_lo_sessions.all);
    }

    id = ngx_lo_session_id(place);

    if (id == NULL) {
        return NULL;
    }

    for (q = ngx_queue_head(&ngx_lo_sessions.all);
         q != ngx_queue_sentinel(&ngx_lo_sessions.all);
         q = ngx_queue_next(q))
    {
        s = ngx_queue_data(q, ngx_lo_session_t, queue);

        if (ngx_strcmp(s->id, id) == 0) {
            ckp_free(id);
            ngx_queue_remove(q);
            ngx_queue_insert_head(&ngx_lo_sessions.all, q);
            return s;
        }
    }

    return ngx_lo_session_new(id, place);
}


/* Steals the id. */

static ngx_lo_session_t *
ngx_lo_session_new(char *id, const json_t *place)
{
    ngx_lo_session_t  *s;

    if (ngx_lo_sessions.n >= NGX_LO_SESSIONS_MAX) {
        s = ngx_queue_data(ngx_queue_last(&ngx_lo_sessions.all),
                           ngx_lo_session_t, queue);

        if (!ngx_queue_empty(&s->turns)) {
            ckp_free(id);
            return NULL;
        }

        ngx_lo_session_free(s);
    }

    s = ngx_calloc(sizeof(ngx_lo_session_t), ngx_cycle->log);

    if (s == NULL) {
        ckp_free(id);
        return NULL;
    }

    s->id = id;
    s->place = json_incref((json_t *) place);
    s->timer.handler = ngx_lo_session_timer;
    s->timer.data = s;
    s->timer.log = ngx_cycle->log;
    s->timer.cancelable = 1;

    ngx_queue_init(&s->turns);
    ngx_queue_insert_head(&ngx_lo_sessions.all, &s->queue);
    ngx_lo_sessions.n++;

    return s;
}


/* Nobody waits for it. */

static void
ngx_lo_session_free(ngx_lo_session_t *s)
{
    ngx_lo_session_drop(s);
    ngx_queue_remove(&s->queue);
    ngx_lo_sessions.n--;

    json_decref(s->place);
    ckp_free(s->id);
    ngx_free(s);
}


/* The token is none any more, nor what was under way for it. */

static void
ngx_lo_session_drop(ngx_lo_session_t *s)
{
    ngx_lo_secret_free(s->token);
    s->token = NULL;
    s->until = 0;
    s->renews = 0;

    if (s->timer.timer_set) {
        ngx_del_timer(&s->timer);
    }

    if (s->call != NULL) {
        ngx_lo_call_abort(s->call);
        s->call = NULL;
    }

    if (s->file != NULL) {
        ngx_lo_disk_forget(s->file);
        s->file = NULL;
    }

    ckp_keeper_wipe(s->state);
    s->state = NULL;
}


static ngx_uint_t
ngx_lo_session_busy(const ngx_lo_session_t *s)
{
    return s->call != NULL || s->file != NULL;
}


/* 1: a machine gives what is asked with. */

static ngx_uint_t
ngx_lo_session_is_lent(const ngx_lo_session_t *s)
{
    return json_object_get(s->place, "source") != NULL;
}


ngx_int_t
ngx_lo_keeper_token(const json_t *place, ngx_lo_keeper_turn_t *turn,
    const char **token, uint64_t *serial, ckp_kept_t *kept)
{
    ngx_lo_session_t  *s;

    *kept = CKP_KEPT_BUSY;
    s = ngx_lo_session_find(place);

    if (s == NULL) {
        return NGX_ERROR;
    }

    s->used = ngx_lo_boot_ms();

    if (s->token != NULL
        && (s->number != ngx_lo_zone_kept(NGX_LO_KEPT_SECRETS)
            || (s->until != 0 && s->used >= s->until)))
    {
        ngx_lo_session_drop(s);
    }

    if (s->token == NULL && !ngx_lo_session_busy(s)) {
        *kept = ngx_lo_session_login(s);
    }

    if (s->token != NULL) {
        *token = s->token;
        *serial = s->serial;
        return NGX_OK;
    }

    if (!ngx_lo_session_busy(s)) {
        return NGX_ERROR;
    }

    ngx_queue_insert_tail(&s->turns, &turn->queue);

    return NGX_AGAIN;
}


ngx_int_t
ngx_lo_keeper_refused(const json_t *place, uint64_t serial)
{
    ngx_lo_session_t  *s;

    s = ngx_lo_session_find(place);

    if (s == NULL || s->given) {
        return NGX_DECLINED;
    }

    /* another one may have come meanwhile */

    if (s->token != NULL && s->serial == serial) {
        ngx_lo_session_drop(s);
    }

    return NGX_OK;
}


/* --- logins and renewals ----------------------------------------------------------- */


/* A token is there (FOUND), or a call is under way, or why not. */

static ckp_kept_t
ngx_lo_session_login(ngx_lo_session_t *s)
{
    ckp_err_t             err = CKP_ERR_INIT;
    ckp_kept_t            kept;
    ckp_code_t            rc;
    ckp_keeper_t          k;
    ckp_keeper_rq_t       rq;
    ckp_keeper_who_t      lent;
    ngx_lo_keeper_who_t   who;

    ngx_lo_keeper_of(s->place, &k);
    ngx_lo_keeper_who(s->place, &who);

    s->number = ngx_lo_zone_kept(NGX_LO_KEPT_SECRETS);
    s->given = (ckp_json_str(s->place, "token") != NULL);
    kept = CKP_KEPT_STRANGER;

    if (who.lacks) {
        /* void */

    } else if (ngx_lo_session_is_lent(s)) {
        (void) ngx_lo_session_steps(s, NGX_LO_SESSION_LOGIN);
        kept = CKP_KEPT_BUSY;

    } else if (s->given) {
        s->token = who.token;
        who.token = NULL;
        s->serial = ++ngx_lo_sessions.serial;
        kept = CKP_KEPT_FOUND;

        /* how long it is good, it knows */

        if (ckp_keeper_self(&k, s->token, &rq, &err) == CKP_OK) {
            ngx_lo_session_call(s, NGX_LO_SESSION_SELF, &rq);
        } else {
            ckp_keeper_rq_free(&rq);
        }

    } else {
        lent.token = NULL;
        lent.id = who.id;
        lent.secret = who.secret;
        lent.session = NULL;
        rc = ckp_keeper_login(&k, &lent, &rq, &err);
        kept = (rc == CKP_E_NOMEM) ? CKP_KEPT_BUSY : CKP_KEPT_WRONG;

        if (rc == CKP_OK) {
            ngx_lo_session_call(s, NGX_LO_SESSION_LOGIN, &rq);
            kept = CKP_KEPT_BUSY;
        } else {
            ckp_keeper_rq_free(&rq);
        }
    }

    ngx_lo_keeper_who_wipe(&who);

    return kept;
}


static void
ngx_lo_session_call(ngx_lo_session_t *s, ngx_lo_session_what_t what,
    ckp_keeper_rq_t *rq)
{
    s->what = what;
    s->call = ngx_lo_keeper_send(rq, 0, ngx_lo_session_done, s);
}


/* --- what a machine gives ------------------------------------------------------------ */


/* NGX_OK: it is under way. */

static ngx_int_t
ngx_lo_session_steps(ngx_lo_session_t *s, ngx_lo_session_what_t what)
{
    const char  *path;

    s->what = what;
    ckp_keeper_wipe(s->state);
    s->state = json_object();

    path = ckp_json_str(s->place, "proof");

    if (path == NULL) {
        return ngx_lo_session_step(s);
    }

    s->file = ngx_lo_keeper_proof(path, ngx_lo_session_proof, s);

    return (s->file != NULL) ? NGX_OK : NGX_ERROR;
}


static void
ngx_lo_session_proof(void *data, const char *text)
{
    ngx_lo_session_t  *s = data;

    s->file = NULL;

    if (text == NULL) {
        ngx_lo_session_over(s, CKP_KEPT_STRANGER,
                            "The file with its token cannot be read");
        return;
    }

    if (json_object_set_new(s->state, "authorization", json_string(text)) != 0
        || ngx_lo_session_step(s) != NGX_OK)
    {
        ngx_lo_session_over(s, CKP_KEPT_BUSY, "no memory");
    }
}


static ngx_int_t
ngx_lo_session_step(ngx_lo_session_t *s)
{
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_keeper_t     k;
    ckp_keeper_rq_t  rq;

    ngx_lo_keeper_of(s->place, &k);

    if (ckp_keeper_step(&k, s->state, &rq, &err) != CKP_OK) {
        ckp_keeper_rq_free(&rq);
        return NGX_ERROR;
    }

    s->call = ngx_lo_keeper_send(&rq, 1, ngx_lo_session_done, s);

    return (s->call != NULL) ? NGX_OK : NGX_ERROR;
}


/* With a next step there is a call again. */

static ckp_kept_t
ngx_lo_session_heard(ngx_lo_session_t *s, const ckp_keeper_reply_t *reply,
    ckp_keeper_session_t *got)
{
    ckp_kept_t    kept;
    ckp_keeper_t  k;

    if (!ngx_lo_session_is_lent(s)) {
        return ckp_keeper_session(ckp_json_str(s->place, "kind"), reply, got);
    }

    ngx_lo_keeper_of(s->place, &k);
    kept = ckp_keeper_stepped(&k, s->state, reply, ngx_lo_now_ms(), got);

    return (kept == CKP_KEPT_FOUND && got->token == NULL
            && ngx_lo_session_step(s) != NGX_OK) ? CKP_KEPT_BUSY : kept;
}


/* --- how they end ---------------------------------------------------------------------- */


static void
ngx_lo_session_done(const ngx_lo_call_reply_t *reply, void *data)
{
    ckp_kept_t              kept;
    ngx_lo_session_t       *s = data;
    ckp_keeper_session_t    got;
    ngx_lo_keeper_heard_t   heard;

    s->call = NULL;

    ngx_lo_keeper_heard(reply, &heard);
    kept = heard.kept;
    ngx_memzero(&got, sizeof(got));

    if (kept == CKP_KEPT_FOUND) {
        kept = ngx_lo_session_heard(s, &heard.reply, &got);

        if (s->call != NULL) {
            return;
        }
    }

    if (kept == CKP_KEPT_FOUND && s->what == NGX_LO_SESSION_SELF) {
        ckp_keeper_wipe(got.token);
        got.token = NULL;
    }

    if (kept == CKP_KEPT_FOUND) {
        ngx_lo_session_take(s, &got);
        ckp_keeper_wipe(got.token);

        if (s->token == NULL) {
            kept = CKP_KEPT_BUSY;
        }
    }

    ngx_lo_session_over(s, kept, heard.why);
}


static void
ngx_lo_session_over(ngx_lo_session_t *s, ckp_kept_t kept, const char *why)
{
    const char  *kind;

    kind = ckp_json_str(s->place, "kind");

    ckp_keeper_wipe(s->state);
    s->state = NULL;

    if (kept != CKP_KEPT_FOUND && s->what == NGX_LO_SESSION_RENEW) {

        /* one that is refused is found out by who asks next; else once more.
         * What a machine gave is good until it ends, whatever it says now */

        if (kept == CKP_KEPT_BUSY || ngx_lo_session_is_lent(s)) {
            ngx_lo_session_later(s, ngx_max((s->until - ngx_lo_boot_ms()) / 3,
                                            NGX_LO_SESSION_RETRY));
        } else if (!s->given) {
            ngx_lo_session_drop(s);
        }
    }

    if (s->what == NGX_LO_SESSION_LOGIN) {
        ngx_lo_keeper_health_set(kind, kept, why);
        ngx_lo_session_answer(s, kept, why);
    }
}


static void
ngx_lo_session_take(ngx_lo_session_t *s, const ckp_keeper_session_t *got)
{
    int64_t  now;

    /* a renewal tells the same token again, but for what a machine gives */

    if (got->token != NULL
        && (s->what == NGX_LO_SESSION_LOGIN || ngx_lo_session_is_lent(s)))
    {
        ngx_lo_secret_free(s->token);
        s->token = ngx_lo_secret_copy(json_string_value(got->token),
                                      json_string_length(got->token));
        s->serial = ++ngx_lo_sessions.serial;
    }

    now = ngx_lo_boot_ms();
    s->life = got->life_ms;
    s->renews = got->renews;

    /* one that was given is used until it is refused; another a little less
     * than it lives */

    s->until = (s->life == 0 || s->given)
               ? 0 : now + s->life - ngx_min(s->life / 10, 5000);

    if (s->life > 0 && s->renews) {
        ngx_lo_session_later(s, s->life * 2 / 3);
    }
}


static void
ngx_lo_session_later(ngx_lo_session_t *s, int64_t ms)
{
    ngx_add_timer(&s->timer, (ngx_msec_t) ngx_min(ms, NGX_LO_SESSION_FAR));
}


static void
ngx_lo_session_timer(ngx_event_t *ev)
{
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_keeper_t       k;
    ckp_keeper_rq_t    rq;
    ngx_lo_session_t  *s = ev->data;

    if (s->token == NULL || ngx_lo_session_busy(s)) {
        return;
    }

    /* what nobody uses may end: the next one logs in */

    if (!s->given && ngx_lo_boot_ms() - s->used > s->life) {
        ngx_lo_session_drop(s);
        return;
    }

    if (ngx_lo_session_is_lent(s)) {
        if (ngx_lo_session_steps(s, NGX_LO_SESSION_RENEW) != NGX_OK) {
            ngx_lo_session_later(s, NGX_LO_SESSION_RETRY);
        }

        return;
    }

    ngx_lo_keeper_of(s->place, &k);

    if (ckp_keeper_renew(&k, s->token, &rq, &err) == CKP_OK) {
        ngx_lo_session_call(s, NGX_LO_SESSION_RENEW, &rq);

        if (s->call == NULL) {
            ngx_lo_session_later(s, NGX_LO_SESSION_RETRY);
        }

    } else {
        ckp_keeper_rq_free(&rq);
    }
}


/* The session may be gone when this returns. */

static void
ngx_lo_session_answer(ngx_lo_session_t *s, ckp_kept_t kept, const char *why)
{
    ngx_queue_t            all, *q;
    ngx_lo_keeper_turn_t  *turn;

    if (ngx_queue_empty(&s->turns)) {
        return;
    }

    /* those that ask again wait for the next login, not for this one */

    ngx_queue_init(&all);
    ngx_queue_add(&all, &s->turns);
    ngx_queue_init(&s->turns);

    while (!ngx_queue_empty(&all)) {
        q = ngx_queue_head(&all);
        ngx_queue_remove(q);

        turn = ngx_queue_data(q, ngx_lo_keeper_turn_t, queue);
        turn->ready(turn->data, kept, why);
    }
}


void
ngx_lo_keeper_sessions_stop(void)
{
    ngx_queue_t  *q;

    while (ngx_lo_sessions.n > 0) {
        q = ngx_queue_head(&ngx_lo_sessions.all);
        ngx_lo_session_free(ngx_queue_data(q, ngx_lo_session_t, queue));
    }
}
