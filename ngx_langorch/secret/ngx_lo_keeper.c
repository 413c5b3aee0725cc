/*
 * What this worker knows of secrets that keepers have: one entry a secret, with
 * its value or why there is none, how old that is, and who waits for a younger
 * one.
 *
 * Whoever wants it says how old it may be; so an entry does not get old by
 * itself, but when nobody would take it any more it is wiped.  All of it counts
 * as too old as soon as the site's own secrets change: they say who has a
 * secret, and prove who asks.
 */

#include "secret/ngx_lo_keeper.h"

#define NGX_LO_KEEPER_LEAST  2000       /* ms: from a reply to its use */
#define NGX_LO_KEEPER_MOST   (24 * 3600 * 1000)         /* ms */
#define NGX_LO_KEEPER_SAYS   60         /* seconds between lines in the log */


typedef struct {
    ngx_str_node_t         sn;          /* by id; must be first */
    ngx_queue_t            queue;       /* the one used last first */
    json_t                *place;
    char                  *id;
    char                  *key;
    char                  *version;     /* NULL: the newest */
    json_t                *value;       /* wiped; NULL: there is none */
    ckp_kept_t             kept;
    const char            *why;         /* static text, or NULL */
    ngx_msec_t             later;       /* 0: nobody said */
    int64_t                at;          /* ngx_lo_boot_ms; 0: not known yet */
    int64_t                ttl;         /* ms; of who takes the oldest */
    uint64_t               number;      /* of the zone, when it was asked */
    uint64_t               serial;      /* of the token it was asked with */
    ngx_event_t            timer;       /* its end */
    ngx_lo_call_t         *call;
    ngx_lo_keeper_turn_t   turn;        /* for a token */
    ngx_queue_t            waits;       /* ngx_lo_keeper_wait_t */
    unsigned               busy:1;      /* it is being asked */
    unsigned               turning:1;   /* `turn` waits */
    unsigned               again:1;     /* with another token, once */
    unsigned               telling:1;
} ngx_lo_keeper_entry_t;

struct ngx_lo_keeper_wait_s {
    ngx_queue_t    queue;
    void         (*ready)(void *data);
    void          *data;
};


static struct {
    ngx_rbtree_t        tree;
    ngx_rbtree_node_t   sentinel;
    ngx_queue_t         used;
    ngx_uint_t          n;
} ngx_lo_keepers;


static ngx_lo_keeper_entry_t *ngx_lo_entry_of(const json_t *place,
    const ngx_lo_secret_want_t *want, ngx_uint_t make);
static ngx_lo_keeper_entry_t *ngx_lo_entry_new(char *id, const json_t *place,
    const ngx_lo_secret_want_t *want);
static ngx_uint_t ngx_lo_entry_room(void);
static void ngx_lo_entry_free(ngx_lo_keeper_entry_t *e);
static ngx_uint_t ngx_lo_entry_is_young(const ngx_lo_keeper_entry_t *e,
    int64_t ttl);
static ngx_int_t ngx_lo_entry_ask(ngx_lo_keeper_entry_t *e);
static ngx_int_t ngx_lo_entry_call(ngx_lo_keeper_entry_t *e,
    const char *token);
static void ngx_lo_entry_turn(void *data, ckp_kept_t kept, const char *why);
static void ngx_lo_entry_done(const ngx_lo_call_reply_t *reply, void *data);
static void ngx_lo_entry_is(ngx_lo_keeper_entry_t *e, ckp_kept_t kept,
    const char *why);
static void ngx_lo_entry_tell(ngx_lo_keeper_entry_t *e);
static void ngx_lo_entry_say(const ngx_lo_keeper_entry_t *e);
static void ngx_lo_entry_ends(ngx_event_t *ev);
static void ngx_lo_entry_lack(const ngx_lo_keeper_entry_t *e,
    ngx_lo_secret_lack_t *lack);


static int64_t
ngx_lo_keeper_ttl(const ngx_lo_secret_want_t *want)
{
    int64_t  ttl;

    ttl = want->ttl_ms >= 0 ? ngx_min(want->ttl_ms, NGX_LO_KEEPER_MOST)
                            : (int64_t) ngx_lo_conf()->keeper_ttl;

    return want->age_ms >= 0 ? ngx_min(ttl, want->age_ms) : ttl;
}


/* --- seeking -------------------------------------------------------------------- */


ngx_lo_keeper_wait_t *
ngx_lo_keeper_seek(const char *kind, const ngx_lo_secret_want_t *want,
    void (*ready)(void *data), void *data)
{
    char                    why[NGX_LO_KEEPER_WHY];
    json_t                 *place;
    int64_t                 ttl;
    ngx_uint_t              forbidden;
    ngx_lo_keeper_wait_t   *wait;
    ngx_lo_keeper_entry_t  *e;

    place = ngx_lo_keeper_place(kind, want, &forbidden, why);
    e = place ? ngx_lo_entry_of(place, want, 1) : NULL;
    json_decref(place);

    if (e == NULL) {
        return NULL;
    }

    ttl = ngx_lo_keeper_ttl(want);

    if (!e->busy && ngx_lo_entry_is_young(e, ttl)) {
        return NULL;
    }

    e->ttl = ngx_max(e->ttl, ttl);
    wait = ngx_calloc(sizeof(ngx_lo_keeper_wait_t), ngx_cycle->log);

    if (wait == NULL) {
        return NULL;
    }

    wait->ready = ready;
    wait->data = data;

    if (!e->busy) {
        e->again = 1;

        if (ngx_lo_entry_ask(e) != NGX_OK) {
            ngx_free(wait);
            return NULL;
        }
    }

    ngx_queue_insert_tail(&e->waits, &wait->queue);

    return wait;
}


void
ngx_lo_keeper_leave(ngx_lo_keeper_wait_t *wait)
{
    /* the question goes on: somebody may ask the same soon */

    ngx_queue_remove(&wait->queue);
    ngx_free(wait);
}


/* What there is not is believed for a shorter time, and what may be there in
 * a moment not at all. */

static ngx_uint_t
ngx_lo_entry_is_young(const ngx_lo_keeper_entry_t *e, int64_t ttl)
{
    int64_t  age;

    if (e->at == 0 || e->kept == CKP_KEPT_BUSY
        || e->number != ngx_lo_zone_kept(NGX_LO_KEPT_SECRETS))
    {
        return 0;
    }

    if (e->kept != CKP_KEPT_FOUND) {
        ttl = ngx_min(ttl, (int64_t) ngx_lo_conf()->keeper_absent);
    }

    age = ngx_lo_boot_ms() - e->at;

    return age < ttl;
}


/* --- entries -------------------------------------------------------------------- */


/* Where it is, then what and which; NULL: no memory. */

static char *
ngx_lo_entry_id(const json_t *place, const ngx_lo_secret_want_t *want)
{
    char    *id;
    json_t  *all;

    all = json_pack("[O, s, s?]", place, want->key, want->version);
    id = all ? ckp_json_text(all) : NULL;
    json_decref(all);

    return id;
}


static ngx_lo_keeper_entry_t *
ngx_lo_entry_of(const json_t *place, const ngx_lo_secret_want_t *want,
    ngx_uint_t make)
{
    char                   *id;
    ngx_str_t               name;
    ngx_lo_keeper_entry_t  *e;

    if (ngx_lo_keepers.used.next == NULL) {
        ngx_queue_init(&ngx_lo_keepers.used);
        ngx_rbtree_init(&ngx_lo_keepers.tree, &ngx_lo_keepers.sentinel,
                        ngx_str_rbtree_insert_value);
    }

    id = ngx_lo_entry_id(place, want);

    if (id == NULL) {
        return NULL;
    }

    name.data = (u_char *) id;
    name.len = ngx_strlen(id);

    e = (ngx_lo_keeper_entry_t *)
            ngx_str_rbtree_lookup(&ngx_lo_keepers.tree, &name,
                                  ngx_crc32_long(name.data, name.len));

    if (e == NULL && make) {
        return ngx_lo_entry_new(id, place, want);
    }

    ckp_free(id);

    if (e != NULL) {
        ngx_queue_remove(&e->queue);
        ngx_queue_insert_head(&ngx_lo_keepers.used, &e->queue);
    }

    return e;
}


/* Steals the id. */

static ngx_lo_keeper_entry_t *
ngx_lo_entry_new(char *id, const json_t *place,
    const ngx_lo_secret_want_t *want)
{
    ngx_lo_keeper_entry_t  *e;

    e = ngx_lo_entry_room() ? ngx_calloc(sizeof(ngx_lo_keeper_entry_t),
                                         ngx_cycle->log)
                            : NULL;
    if (e == NULL) {
        ckp_free(id);
        return NULL;
    }

    e->id = id;
    e->key = ngx_lo_secret_copy(want->key, ngx_strlen(want->key));
    e->version = want->version ? ngx_lo_secret_copy(want->version,
                                                    ngx_strlen(want->version))
                               : NULL;
    e->place = json_incref((json_t *) place);
    e->kept = CKP_KEPT_BUSY;
    ngx_queue_init(&e->waits);

    e->turn.ready = ngx_lo_entry_turn;
    e->turn.data = e;
    e->timer.handler = ngx_lo_entry_ends;
    e->timer.data = e;
    e->timer.log = ngx_cycle->log;
    e->timer.cancelable = 1;

    e->sn.str.data = (u_char *) e->id;
    e->sn.str.len = ngx_strlen(e->id);
    e->sn.node.key = ngx_crc32_long(e->sn.str.data, e->sn.str.len);

    ngx_rbtree_insert(&ngx_lo_keepers.tree, &e->sn.node);
    ngx_queue_insert_head(&ngx_lo_keepers.used, &e->queue);
    ngx_lo_keepers.n++;

    if (e->key == NULL || (want->version != NULL && e->version == NULL)) {
        ngx_lo_entry_free(e);
        return NULL;
    }

    return e;
}


/* Is there room for one more?  The one that nobody used for longest goes. */

static ngx_uint_t
ngx_lo_entry_room(void)
{
    ngx_queue_t            *q;
    ngx_lo_keeper_entry_t  *e;

    if (ngx_lo_keepers.n < ngx_lo_conf()->keeper_max) {
        return 1;
    }

    for (q = ngx_queue_last(&ngx_lo_keepers.used);
         q != ngx_queue_sentinel(&ngx_lo_keepers.used);
         q = ngx_queue_prev(q))
    {
        e = ngx_queue_data(q, ngx_lo_keeper_entry_t, queue);

        if (!e->busy && !e->telling) {
            ngx_lo_entry_free(e);
            return 1;
        }
    }

    return 0;
}


static void
ngx_lo_entry_free(ngx_lo_keeper_entry_t *e)
{
    ngx_queue_t  *q;

    if (e->call != NULL) {
        ngx_lo_call_abort(e->call);
    }

    if (e->turning) {
        ngx_queue_remove(&e->turn.queue);
    }

    if (e->timer.timer_set) {
        ngx_del_timer(&e->timer);
    }

    /* only when the worker ends: who waits may leave after that */

    while (!ngx_queue_empty(&e->waits)) {
        q = ngx_queue_head(&e->waits);
        ngx_queue_remove(q);
        ngx_queue_init(q);
    }

    ngx_rbtree_delete(&ngx_lo_keepers.tree, &e->sn.node);
    ngx_queue_remove(&e->queue);
    ngx_lo_keepers.n--;

    ckp_keeper_wipe(e->value);
    json_decref(e->place);
    ngx_lo_secret_free(e->key);
    ngx_lo_secret_free(e->version);
    ckp_free(e->id);
    ngx_free(e);
}


static void
ngx_lo_entry_ends(ngx_event_t *ev)
{
    ngx_lo_keeper_entry_t  *e = ev->data;

    if (!e->busy && !e->telling) {
        ngx_lo_entry_free(e);
    }
}


/* --- asking --------------------------------------------------------------------- */


/* NGX_OK: it is under way; NGX_ERROR: it ended here, and nobody was told. */

static ngx_int_t
ngx_lo_entry_ask(ngx_lo_keeper_entry_t *e)
{
    ngx_int_t    rc;
    ckp_kept_t   kept;
    const char  *token;

    e->busy = 1;
    e->serial = 0;
    e->number = ngx_lo_zone_kept(NGX_LO_KEPT_SECRETS);

    if (!ckp_keeper_has_tokens(ckp_json_str(e->place, "kind"))
        && json_object_get(e->place, "source") == NULL)
    {
        return ngx_lo_entry_call(e, NULL);
    }

    rc = ngx_lo_keeper_token(e->place, &e->turn, &token, &e->serial, &kept);

    switch (rc) {

    case NGX_OK:
        return ngx_lo_entry_call(e, token);

    case NGX_AGAIN:
        e->turning = 1;
        return NGX_OK;

    default:
        ngx_lo_entry_is(e, kept, NULL);
        return NGX_ERROR;
    }
}


static ngx_int_t
ngx_lo_entry_call(ngx_lo_keeper_entry_t *e, const char *token)
{
    ckp_err_t             err = CKP_ERR_INIT;
    ckp_code_t            rc;
    ckp_keeper_t          k;
    ckp_keeper_rq_t       rq;
    ckp_keeper_ask_t      ask;
    ckp_keeper_who_t      lent;
    ngx_lo_keeper_who_t   who;

    ngx_lo_keeper_of(e->place, &k);
    ngx_memzero(&who, sizeof(who));

    if (token == NULL) {
        ngx_lo_keeper_who(e->place, &who);

        if (who.lacks) {
            ngx_lo_keeper_who_wipe(&who);
            ngx_lo_entry_is(e, CKP_KEPT_STRANGER, NULL);
            return NGX_ERROR;
        }
    }

    lent.token = token;
    lent.id = who.id;
    lent.secret = who.secret;
    lent.session = who.session;

    ask.key = e->key;
    ask.version = e->version;
    ask.now_ms = ngx_lo_now_ms();

    rc = ckp_keeper_ask(&k, &lent, &ask, &rq, &err);
    ngx_lo_keeper_who_wipe(&who);

    if (rc != CKP_OK) {
        ckp_keeper_rq_free(&rq);
        ngx_lo_entry_is(e, rc == CKP_E_NOMEM ? CKP_KEPT_BUSY : CKP_KEPT_WRONG,
                        rc == CKP_E_NOMEM ? "no memory"
                                          : "it cannot be asked so");
        return NGX_ERROR;
    }

    e->call = ngx_lo_keeper_send(&rq, 0, ngx_lo_entry_done, e);

    if (e->call == NULL) {
        ngx_lo_entry_is(e, CKP_KEPT_BUSY, "no memory");
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* The login is over. */

static void
ngx_lo_entry_turn(void *data, ckp_kept_t kept, const char *why)
{
    ngx_lo_keeper_entry_t  *e = data;

    e->turning = 0;

    if (kept != CKP_KEPT_FOUND) {
        ngx_lo_entry_is(e, kept, why);

    } else if (ngx_lo_entry_ask(e) == NGX_OK) {
        return;
    }

    ngx_lo_entry_tell(e);
}


static void
ngx_lo_entry_done(const ngx_lo_call_reply_t *reply, void *data)
{
    json_t                 *value;
    ckp_kept_t              kept;
    ckp_keeper_t            k;
    ngx_lo_keeper_heard_t   heard;
    ngx_lo_keeper_entry_t  *e = data;

    e->call = NULL;
    value = NULL;

    ngx_lo_keeper_heard(reply, &heard);
    ngx_lo_keeper_of(e->place, &k);
    kept = heard.kept;

    if (kept == CKP_KEPT_FOUND) {
        kept = ckp_keeper_value(&k, &heard.reply, &value);
    }

    /* the token may have ended; and what was asked before the site's secrets
     * changed may be that of before */

    if (kept == CKP_KEPT_STRANGER && e->again
        && ngx_lo_keeper_refused(e->place, e->serial) == NGX_OK)
    {
        e->again = 0;
        value = NULL;

    } else if (e->number == ngx_lo_zone_kept(NGX_LO_KEPT_SECRETS)) {
        e->later = heard.later;
        ngx_lo_entry_is(e, kept, heard.why);
        e->value = value;
        ngx_lo_keeper_health_set(k.kind, e->kept, heard.why);
        ngx_lo_entry_tell(e);
        return;
    }

    ckp_keeper_wipe(value);

    if (ngx_lo_entry_ask(e) != NGX_OK) {
        ngx_lo_entry_tell(e);
    }
}


/* What came of it is known; its value is whoever's that calls. */

static void
ngx_lo_entry_is(ngx_lo_keeper_entry_t *e, ckp_kept_t kept, const char *why)
{
    int64_t  life;

    /* another token, and it is refused as well: so it is not for us */

    if (kept == CKP_KEPT_STRANGER && e->serial != 0) {
        kept = CKP_KEPT_FORBIDDEN;
    }

    ckp_keeper_wipe(e->value);
    e->value = NULL;
    e->kept = kept;
    e->why = why;
    e->busy = 0;
    e->at = ngx_lo_boot_ms();

    life = (kept == CKP_KEPT_FOUND)
           ? e->ttl : ngx_min(e->ttl, (int64_t) ngx_lo_conf()->keeper_absent);

    ngx_add_timer(&e->timer, (ngx_msec_t) ngx_max(life, NGX_LO_KEEPER_LEAST));

    if (kept == CKP_KEPT_BUSY || kept == CKP_KEPT_STRANGER
        || kept == CKP_KEPT_WRONG)
    {
        ngx_lo_entry_say(e);
    }
}


/* The entry is there when this returns. */

static void
ngx_lo_entry_tell(ngx_lo_keeper_entry_t *e)
{
    void                   *data;
    void                  (*ready)(void *data);
    ngx_queue_t             all, *q;
    ngx_lo_keeper_wait_t   *wait;

    e->telling = 1;

    /* those that come meanwhile wait for another answer */

    ngx_queue_init(&all);

    if (!ngx_queue_empty(&e->waits)) {
        ngx_queue_add(&all, &e->waits);
        ngx_queue_init(&e->waits);
    }

    while (!ngx_queue_empty(&all)) {
        q = ngx_queue_head(&all);
        wait = ngx_queue_data(q, ngx_lo_keeper_wait_t, queue);
        ready = wait->ready;
        data = wait->data;

        ngx_lo_keeper_leave(wait);
        ready(data);
    }

    e->telling = 0;
}


/* Once a minute: a loop would fill the log with it. */

static void
ngx_lo_entry_say(const ngx_lo_keeper_entry_t *e)
{
    static time_t  last;

    if (last != 0 && ngx_time() - last < NGX_LO_KEEPER_SAYS) {
        return;
    }

    last = ngx_time();

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "keeper \"%s\": secret \"%s\": %s",
                  ckp_json_str(e->place, "kind"), e->key,
                  e->why ? e->why
                  : e->kept == CKP_KEPT_BUSY ? "it is busy"
                  : e->kept == CKP_KEPT_WRONG ? "no such answer is known"
                                              : "the credentials are refused");
}


/* --- getting -------------------------------------------------------------------- */


/* New; aws: of a JSON text maybe the member that its place names. */

static json_t *
ngx_lo_entry_text(const ngx_lo_keeper_entry_t *e, const char *field,
    bool *picked)
{
    json_t      *text, *member;
    const char  *usual;

    text = ckp_keeper_text(e->value, field, picked);
    usual = ckp_json_str(e->place, "field");

    if (text == NULL || field != NULL || usual == NULL) {
        return text;
    }

    member = ngx_lo_secret_member(json_string_value(text), usual);

    if (member == NULL) {
        return text;
    }

    ckp_keeper_wipe(text);

    return member;
}


char *
ngx_lo_keeper_get(const char *kind, const ngx_lo_secret_want_t *want,
    ngx_lo_keeper_got_t *got, ngx_lo_secret_lack_t *lack)
{
    bool                    picked;
    char                    why[NGX_LO_KEEPER_WHY], *text;
    json_t                 *place, *value;
    ngx_uint_t              forbidden;
    ngx_lo_keeper_entry_t  *e;

    ngx_memzero(got, sizeof(ngx_lo_keeper_got_t));
    place = ngx_lo_keeper_place(kind, want, &forbidden, why);

    if (place == NULL) {
        lack->forbidden = forbidden;
        got->elsewhere = !forbidden;
        got->unreached = !forbidden;

        ngx_snprintf((u_char *) lack->text, sizeof(lack->text),
                     forbidden ? "%s%Z" : "the provider '%s' is not available"
                                          " on this site%Z",
                     forbidden ? why : kind);
        return NULL;
    }

    e = ngx_lo_entry_of(place, want, 0);
    json_decref(place);

    if (e == NULL || e->at == 0 || e->kept != CKP_KEPT_FOUND) {
        ngx_lo_entry_lack(e, lack);
        got->unreached = (e == NULL || e->kept == CKP_KEPT_BUSY);
        got->elsewhere = (got->unreached || e->kept == CKP_KEPT_NONE);
        return NULL;
    }

    value = ngx_lo_entry_text(e, want->field, &picked);
    got->picked = picked;
    text = value ? ngx_lo_secret_copy(json_string_value(value),
                                      json_string_length(value))
                 : NULL;
    ckp_keeper_wipe(value);

    if (text == NULL) {
        lack->later = 1;
        ngx_lo_secret_lacks(lack, "no memory");
    }

    return text;
}


/* e NULL: it was not asked, there was no room. */

static void
ngx_lo_entry_lack(const ngx_lo_keeper_entry_t *e, ngx_lo_secret_lack_t *lack)
{
    const char  *kind, *what;
    ckp_kept_t   kept;

    kind = e ? ckp_json_str(e->place, "kind") : "";
    kept = e ? e->kept : CKP_KEPT_BUSY;
    what = "";

    switch (kept) {

    case CKP_KEPT_FOUND:
    case CKP_KEPT_BUSY:
        what = "is not answering";
        lack->later = 1;
        lack->retry_after = e ? e->later : 0;
        break;

    case CKP_KEPT_NONE:
        what = "does not have it";
        break;

    case CKP_KEPT_FORBIDDEN:
        what = "does not give it to us";
        lack->forbidden = 1;
        break;

    case CKP_KEPT_STRANGER:
        what = "does not take our credentials, or they have no value";
        lack->forbidden = 1;
        break;

    case CKP_KEPT_WRONG:
        what = "cannot be understood";
        break;
    }

    ngx_snprintf((u_char *) lack->text, sizeof(lack->text),
                 "the provider '%s' %s%s%s%Z", kind, what,
                 e && e->why ? ": " : "", e && e->why ? e->why : "");
}


void
ngx_lo_keepers_stop(void)
{
    ngx_queue_t  *q;

    while (ngx_lo_keepers.n > 0) {
        q = ngx_queue_head(&ngx_lo_keepers.used);
        ngx_lo_entry_free(ngx_queue_data(q, ngx_lo_keeper_entry_t, queue));
    }

    ngx_lo_keeper_sessions_stop();
}
