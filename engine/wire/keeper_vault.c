/*
 * HashiCorp Vault: AppRole logins, tokens with a lease, and its KV engine in
 * both versions.  Version 2 has the values below data/, versions of them, and
 * envelopes around them.
 */

#include "wire/keeper_int.h"

#include <string.h>

#include "base/json.h"

#define VAULT_LIFE_MAX  (100LL * 365 * 24 * 3600)       /* seconds */


static ckp_code_t
vault_head(const ckp_keeper_t *k, const char *token, ckp_keeper_rq_t *rq)
{
    ckp_code_t  rc = ckp_keeper_head(rq, "X-Vault-Request", "true");

    if (rc == CKP_OK && token != NULL) {
        rc = ckp_keeper_head(rq, "X-Vault-Token", token);
    }

    if (rc == CKP_OK && k->space != NULL && *k->space != '\0') {
        rc = ckp_keeper_head(rq, "X-Vault-Namespace", k->space);
    }

    return rc;
}


/* --- who asks ------------------------------------------------------------ */

static ckp_code_t
vault_login(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
    ckp_keeper_rq_t *rq, ckp_err_t *err)
{
    rq->method = "POST";
    ckp_keeper_base(&rq->url, k->url);
    ckp_buf_puts(&rq->url, "/v1/auth");

    if (!ckp_keeper_path(&rq->url, k->login == NULL ? "approle" : k->login)) {
        return ckp_fail(err, CKP_E_INVALID, "",
                        "the mount of AppRole is no path");
    }

    ckp_buf_puts(&rq->url, "/login");

    const ckp_code_t  rc = vault_head(k, NULL, rq);

    /* a role may need no secret_id */

    return rc != CKP_OK ? rc
           : ckp_keeper_json(rq, json_pack("{s:s, s:s*}", "role_id",
                 who->id == NULL ? "" : who->id, "secret_id", who->secret));
}


static ckp_code_t
vault_renew(const ckp_keeper_t *k, const char *token, ckp_keeper_rq_t *rq)
{
    rq->method = "POST";
    ckp_keeper_base(&rq->url, k->url);
    ckp_buf_puts(&rq->url, "/v1/auth/token/renew-self");

    const ckp_code_t  rc = vault_head(k, token, rq);

    return rc != CKP_OK ? rc : ckp_keeper_json(rq, json_object());
}


static ckp_code_t
vault_self(const ckp_keeper_t *k, const char *token, ckp_keeper_rq_t *rq)
{
    ckp_keeper_base(&rq->url, k->url);
    ckp_buf_puts(&rq->url, "/v1/auth/token/lookup-self");

    return vault_head(k, token, rq);
}


/* {auth: {client_token, lease_duration}}, or {data: {ttl}} of a look at it. */

static ckp_kept_t
vault_session(const json_t *said, ckp_keeper_session_t *out)
{
    const json_t *const  auth = json_object_get(said, "auth");
    const json_t *const  self = json_object_get(said, "data");
    const json_t *const  told = json_is_object(auth) ? auth : self;
    const char *const    token = ckp_json_str(auth, "client_token");
    const int64_t        life = ckp_json_int(told, told == auth
                                    ? "lease_duration" : "ttl", 0);

    if (!json_is_object(told) || life < 0 || life > VAULT_LIFE_MAX
        || (told == auth && (token == NULL || *token == '\0')))
    {
        return CKP_KEPT_WRONG;
    }

    out->life_ms = life * 1000;
    out->renews = ckp_json_bool(told, "renewable", false);

    out->token = told == auth ? json_string(token) : NULL;

    return CKP_KEPT_FOUND;
}


/* --- values -------------------------------------------------------------- */

static bool
vault_is_number(const char *text)
{
    return *text != '\0' && strlen(text) < 10
           && text[strspn(text, "0123456789")] == '\0';
}


static ckp_code_t
vault_ask(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
    const ckp_keeper_ask_t *ask, ckp_keeper_rq_t *rq, ckp_err_t *err)
{
    const char *const  version = ask->version;

    if (version != NULL && (k->kv != 2 || !vault_is_number(version))) {
        return ckp_fail(err, CKP_E_INVALID, "", k->kv != 2
                        ? "version 1 of its KV engine keeps no versions"
                        : "a version is a number");
    }

    ckp_keeper_base(&rq->url, k->url);
    ckp_buf_puts(&rq->url, "/v1");

    if (!ckp_keeper_path(&rq->url, k->mount)
        || (k->kv == 2 && !ckp_keeper_path(&rq->url, "data"))
        || !ckp_keeper_path(&rq->url, k->prefix) || *ask->key == '\0'
        || !ckp_keeper_path(&rq->url, ask->key))
    {
        return ckp_fail(err, CKP_E_INVALID, "", "its key is no path");
    }

    if (version != NULL) {
        ckp_buf_printf(&rq->url, "?version=%s", version);
    }

    return vault_head(k, who->token, rq);
}


/* {data: ...}, and in version 2 {data: {data: ..., metadata: ...}}: one that
 * was deleted has no data there. */

static json_t *
vault_value(const ckp_keeper_t *k, const json_t *said)
{
    const json_t *const  outer = json_object_get(said, "data");
    const json_t *const  data = k->kv == 2 ? json_object_get(outer, "data")
                                           : outer;

    return json_is_object(data) && json_object_size(data) > 0
           ? json_deep_copy(data) : NULL;
}


/* A token that has ended and a path that is not for it are both 403; so is a
 * login that is refused, or 400. */

static ckp_kept_t
vault_refused(int status, const json_t *said)
{
    (void) said;

    switch (status) {

    case 400:
    case 401:
    case 403:
        return CKP_KEPT_STRANGER;

    case 404:
        return CKP_KEPT_NONE;

    case 412:               /* a standby that has not caught up */
    case 472:
    case 473:
        return CKP_KEPT_BUSY;

    default:
        return CKP_KEPT_WRONG;
    }
}


const ckp_keeper_ops_t  ckp_keeper_vault = {
    .name = "vault", .tokens = true,
    .login = vault_login, .renew = vault_renew, .self = vault_self,
    .ask = vault_ask,
    .refused = vault_refused, .session = vault_session, .value = vault_value,
};
