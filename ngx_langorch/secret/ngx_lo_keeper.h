/*
 * Keepers: services outside that have secrets, and what this worker knows from
 * them (spec/ckp.md 28.1).
 *
 * The life of a value.
 *   placed   which keeper has it, and who asks there     ngx_lo_keeper_place
 *   sought   unless what is known is young enough        ngx_lo_keeper_seek
 *   asked    once, however many wait; a login before it  ngx_lo_keeper_session
 *   known    in memory, as long as it may be old         ngx_lo_keeper_get
 *   wiped    when that is over, or when the site's own secrets change
 *
 * Nothing of it is ever in shared memory or on disk.
 */

#ifndef NGX_LO_KEEPER_H
#define NGX_LO_KEEPER_H

#include "disk/ngx_lo_disk.h"
#include "egress/ngx_lo_call.h"
#include "secret/ngx_lo_secret_int.h"
#include "wire/keeper.h"

#define NGX_LO_KEEPER_WHY  200

/* --- where (ngx_lo_keeper_place.c) ---------------------------------------------- */

/*
 * A place is an object of texts: kind, url, space, mount, prefix, kv (integer),
 * login, tenant, client, region, field, profile, source, meta, proof (a file
 * with what is said there); and names of secrets: token, id, secret, session.
 * What is not said is not there.
 */

/* The kind that a word of a procedure or a hint of an entry means: static text;
 * NULL: none of the keepers. */
const char *ngx_lo_keeper_kind(const char *word);

/*
 * The place where a secret is, new.  NULL: *forbidden, and `why` is a sentence;
 * or nobody said where, and `why` is empty.
 */
json_t *ngx_lo_keeper_place(const char *kind, const ngx_lo_secret_want_t *want,
    ngx_uint_t *forbidden, char why[NGX_LO_KEEPER_WHY]);

/* The same of a kind (ngx_lo_keeper_cloud.c); site NULL: it has none. */
json_t *ngx_lo_place_aws(const json_t *settings, char *why);
json_t *ngx_lo_place_azure(const json_t *site, const json_t *settings,
    char *why);

/* A text that settings say; NULL: it is not there, or empty. */
const char *ngx_lo_place_str(const json_t *settings, const char *name);

/* The same address, whatever "/" is at its end; either may be NULL. */
ngx_uint_t ngx_lo_place_same(const char *a, const char *b);

/* Lends the texts of a place. */
void ngx_lo_keeper_of(const json_t *place, ckp_keeper_t *k);

/* Appends the names of secrets that prove who asks by a procedure's settings;
 * NULL: by the site's. */
void ngx_lo_keeper_names(const json_t *settings, json_t *names);

/* The site's own places, an array; NULL: none (ngx_lo_keeper_conf.c). */
const json_t *ngx_lo_keeper_site(void);

/* Whether a place says well that a machine gives its credentials, and where the
 * machine is asked: NGX_CONF_OK, or what is wrong (ngx_lo_keeper_source.c). */
char *ngx_lo_keeper_conf_source(json_t *place);

/* --- one exchange (ngx_lo_keeper_call.c) ------------------------------------------ */

/* What came of it. */
typedef struct {
    ckp_kept_t           kept;          /* FOUND: there is a reply */
    const char          *why;           /* static text; NULL: see `status` */
    ckp_keeper_reply_t   reply;
    ngx_msec_t           later;         /* 0: nobody said */
} ngx_lo_keeper_heard_t;

/* Sends a request, which is ended.  `named`: its address is nginx.conf's, so it
 * is let go to whatever the outbound policy says.  NULL: no memory. */
ngx_lo_call_t *ngx_lo_keeper_send(ckp_keeper_rq_t *rq, ngx_uint_t named,
    ngx_lo_call_done_pt done, void *data);

void ngx_lo_keeper_heard(const ngx_lo_call_reply_t *reply,
    ngx_lo_keeper_heard_t *heard);

/* --- a file that proves who asks (ngx_lo_keeper_proof.c) --------------------------- */

/* What is in it, lent, without white space behind; NULL: nothing, or it cannot
 * be read, or has more than 4096 bytes. */
typedef void (*ngx_lo_keeper_proof_pt)(void *data, const char *text);

/* Reads it; `ready` is called once, later, unless ngx_lo_disk_forget() is
 * called before.  NULL: no thread takes it. */
ngx_lo_disk_t *ngx_lo_keeper_proof(const char *path,
    ngx_lo_keeper_proof_pt ready, void *data);

/* --- who asks (ngx_lo_keeper_session.c) -------------------------------------------- */

typedef struct {
    char        *token;
    char        *id;
    char        *secret;
    char        *session;
    ngx_uint_t   lacks;         /* one of those that are named has no value */
} ngx_lo_keeper_who_t;

/* Values of the names in a place; ended by _wipe. */
void ngx_lo_keeper_who(const json_t *place, ngx_lo_keeper_who_t *who);
void ngx_lo_keeper_who_wipe(ngx_lo_keeper_who_t *who);

typedef struct {
    ngx_queue_t    queue;
    void         (*ready)(void *data, ckp_kept_t kept, const char *why);
    void          *data;
} ngx_lo_keeper_turn_t;

/*
 * The token of a place.  NGX_OK: *token is lent until the loop turns, *serial
 * names it.  NGX_AGAIN: `turn` waits, and `ready` is called later, with FOUND
 * or why not; it may be taken out of its queue until then.  NGX_ERROR: there is
 * none, *kept says why.
 */
ngx_int_t ngx_lo_keeper_token(const json_t *place, ngx_lo_keeper_turn_t *turn,
    const char **token, uint64_t *serial, ckp_kept_t *kept);

/* The token of that number was refused.  NGX_OK: asking again may help. */
ngx_int_t ngx_lo_keeper_refused(const json_t *place, uint64_t serial);

void ngx_lo_keeper_sessions_stop(void);

/* --- values (ngx_lo_keeper.c) --------------------------------------------------- */

typedef struct ngx_lo_keeper_wait_s  ngx_lo_keeper_wait_t;

/*
 * Makes sure that what is known of a secret is as young as it is wanted.  NULL:
 * it is, or cannot be; else `ready` is called once, later.
 */
ngx_lo_keeper_wait_t *ngx_lo_keeper_seek(const char *kind,
    const ngx_lo_secret_want_t *want, void (*ready)(void *data), void *data);

/* Nobody waits any more. */
void ngx_lo_keeper_leave(ngx_lo_keeper_wait_t *wait);

/*
 * New text of a secret that was sought.  NULL: *lack says why; *elsewhere: it
 * may be looked for in the environment; *unreached: with a warning.
 * *picked: as ckp_keeper_text.
 */
typedef struct {
    ngx_uint_t   elsewhere;
    ngx_uint_t   unreached;
    ngx_uint_t   picked;
} ngx_lo_keeper_got_t;

char *ngx_lo_keeper_get(const char *kind, const ngx_lo_secret_want_t *want,
    ngx_lo_keeper_got_t *got, ngx_lo_secret_lack_t *lack);

/* How the last exchange with that kind ended, for whoever looks at it; why:
 * static text, or NULL. */
void ngx_lo_keeper_health_set(const char *kind, ckp_kept_t kept,
    const char *why);

void ngx_lo_keepers_stop(void);

#endif
