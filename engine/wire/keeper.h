/*
 * The wire of keepers: services outside that keep secrets, how each is asked,
 * and what its replies mean (spec/ckp.md 28.1).
 *
 * Most keepers do not take credentials with a question, but a token that they
 * gave for them: first a login, now and then a renewal, then questions.
 * A keeper is a file (keeper_<name>.c) behind one table.
 */

#ifndef CKP_WIRE_KEEPER_H
#define CKP_WIRE_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "value/json.h"

#include "base/err.h"
#include "base/mem.h"

#define CKP_KEEPER_VALUE_MAX  (64 * 1024)       /* bytes of a secret's text */

/* A place where secrets are kept; texts are lent, NULL: not said. */

typedef struct {
    const char  *kind;          /* vault, aws, azure */
    const char  *url;           /* http or https, any number of "/" behind;
                                   aws: NULL, by its region */
    const char  *space;         /* vault: the namespace */
    const char  *mount;         /* vault: of the KV engine */
    const char  *prefix;        /* vault: what stands before each key */
    int          kv;            /* vault: version of the KV engine, 1 or 2 */
    const char  *login;         /* vault: mount of AppRole; azure: address of
                                   the login */
    const char  *tenant;        /* azure */
    const char  *client;        /* azure: client_id, which is no secret */
    const char  *region;        /* aws */
    const char  *source;        /* aws: "instance" or "container", which gives
                                   the credentials; NULL: neither */
    const char  *meta;          /* aws: the address of that */
} ckp_keeper_t;

/* What proves who asks; texts are lent, NULL: not there. */

typedef struct {
    const char  *token;         /* vault, azure: given by a login; aws: by
                                   the steps of a source */
    const char  *id;            /* role_id, id of an access key */
    const char  *secret;        /* secret_id, client_secret, secret key */
    const char  *session;       /* aws: of credentials that end */
} ckp_keeper_who_t;

/* One request; ended by ckp_keeper_rq_free, which overwrites it. */

typedef struct {
    const char  *method;        /* static text */
    ckp_buf_t    url;
    ckp_buf_t    body;          /* data NULL: none */
    json_t      *headers;       /* {name: text} */
} ckp_keeper_rq_t;

typedef enum {
    CKP_KEPT_FOUND,
    CKP_KEPT_NONE,              /* there is no such secret */
    CKP_KEPT_FORBIDDEN,         /* not for who asked */
    CKP_KEPT_STRANGER,          /* the credentials or the token are refused */
    CKP_KEPT_BUSY,              /* it may answer later */
    CKP_KEPT_WRONG              /* the question or the answer is no good */
} ckp_kept_t;

/* What a login, a renewal or a look at a token gave. */

typedef struct {
    json_t   *token;            /* new text; NULL: as it was */
    int64_t   life_ms;          /* from now on; 0: it does not end */
    bool      renews;           /* it can be renewed */
} ckp_keeper_session_t;

/* 1: that kind knows tokens, which a login gives. */
bool ckp_keeper_has_tokens(const char *kind);

/*
 * Makes a request; `rq` is ended in any case.
 *
 * CKP_OK, CKP_E_NOMEM; CKP_E_INVALID: it cannot be asked so, and err says why,
 * without a word of the credentials.
 */
ckp_code_t ckp_keeper_login(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
    ckp_keeper_rq_t *rq, ckp_err_t *err);

/* The same; CKP_E_STATE: there is no such request of that kind. */
ckp_code_t ckp_keeper_renew(const ckp_keeper_t *k, const char *token,
    ckp_keeper_rq_t *rq, ckp_err_t *err);
ckp_code_t ckp_keeper_self(const ckp_keeper_t *k, const char *token,
    ckp_keeper_rq_t *rq, ckp_err_t *err);

/*
 * Where a source gives the credentials (aws) there are steps in place of a
 * login.  `state` is an object of texts, which begins with "authorization",
 * when that is to be said, or empty; the same of the reply to each.
 */
ckp_code_t ckp_keeper_step(const ckp_keeper_t *k, const json_t *state,
    ckp_keeper_rq_t *rq, ckp_err_t *err);

/* A question; version NULL: the newest.  now_ms: since 1970, UTC. */

typedef struct {
    const char  *key;
    const char  *version;
    int64_t      now_ms;
} ckp_keeper_ask_t;

ckp_code_t ckp_keeper_ask(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
    const ckp_keeper_ask_t *ask, ckp_keeper_rq_t *rq, ckp_err_t *err);

void ckp_keeper_rq_free(ckp_keeper_rq_t *rq);

/* A complete HTTP reply. */

typedef struct {
    int          status;
    const char  *body;
    size_t       len;
} ckp_keeper_reply_t;

/* Of a login, a renewal, a look at a token: FOUND fills `out`. */
ckp_kept_t ckp_keeper_session(const char *kind, const ckp_keeper_reply_t *reply,
    ckp_keeper_session_t *out);

/* Of a step: FOUND without out->token: there is another one. */
ckp_kept_t ckp_keeper_stepped(const ckp_keeper_t *k, json_t *state,
    const ckp_keeper_reply_t *reply, int64_t now_ms,
    ckp_keeper_session_t *out);

/* Of a question: FOUND gives a new value, a text or (vault) an object.  No
 * memory: BUSY, of both. */
ckp_kept_t ckp_keeper_value(const ckp_keeper_t *k,
    const ckp_keeper_reply_t *reply, json_t **out);

/* Overwrites the texts of a value that nobody else has, and ends it; NULL is
 * fine. */
void ckp_keeper_wipe(json_t *value);

/*
 * The text of such a value, new.  *picked: it is that of the member `field`
 * (NULL: of none) of an object; else whoever wants the member looks for it in
 * the text.  Without it an object is its member `value`, else its only member,
 * else its JSON text.  NULL: no memory.
 */
json_t *ckp_keeper_text(const json_t *value, const char *field, bool *picked);

#endif
