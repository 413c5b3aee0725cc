/*
 * Credentials that a machine of AWS gives: an instance by its metadata service
 * (version 2: a token, the name of a role, the role's credentials), a container
 * by an address of its own.  They end, and are asked for again before that.
 */

#include "wire/keeper_int.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"

#define ROLE_TOKEN_SECONDS  "21600"
#define ROLE_TEXT_MAX       4096
#define ROLE_NAME_MAX       64          /* of a role in IAM */
#define ROLE_PATH           "/latest/meta-data/iam/security-credentials/"


static bool
role_is_instance(const ckp_keeper_t *k)
{
    return strcmp(k->source, "instance") == 0;
}


/* Visible characters alone: it becomes a line of a head. */

static bool
role_is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~') {
            return false;
        }
    }

    return len > 0 && len <= ROLE_TEXT_MAX;
}


static ckp_code_t
role_of_instance(const ckp_keeper_t *k, const json_t *state,
    ckp_keeper_rq_t *rq)
{
    const char *const  token = ckp_json_str(state, "token");
    const char *const  role = ckp_json_str(state, "role");

    ckp_keeper_base(&rq->url, k->meta);

    if (token == NULL) {
        rq->method = "PUT";
        ckp_buf_puts(&rq->url, "/latest/api/token");

        return ckp_keeper_head(rq, "X-aws-ec2-metadata-token-ttl-seconds",
                               ROLE_TOKEN_SECONDS);
    }

    ckp_buf_puts(&rq->url, ROLE_PATH);

    if (role != NULL) {
        ckp_buf_puts(&rq->url, role);
    }

    return ckp_keeper_head(rq, "X-aws-ec2-metadata-token", token);
}


ckp_code_t
ckp_keeper_aws_role(const ckp_keeper_t *k, const json_t *state,
    ckp_keeper_rq_t *rq, ckp_err_t *err)
{
    const char *const  proof = ckp_json_str(state, "authorization");

    if (k->source == NULL || k->meta == NULL) {
        return ckp_fail(err, CKP_E_INVALID, "", "it has no such credentials");
    }

    if (role_is_instance(k)) {
        return role_of_instance(k, state, rq);
    }

    ckp_buf_puts(&rq->url, k->meta);

    if (proof == NULL) {
        return CKP_OK;
    }

    if (!role_is_plain(proof, strlen(proof))) {
        return ckp_fail(err, CKP_E_INVALID, "", "its token is no token");
    }

    return ckp_keeper_head(rq, "Authorization", proof);
}


/* {AccessKeyId, SecretAccessKey, Token, Expiration}: what a question is signed
 * with is kept as one text. */

static ckp_kept_t
role_credentials(const json_t *said, int64_t now_ms, ckp_keeper_session_t *out)
{
    const char *const  code = ckp_json_str(said, "Code");
    const char *const  until = ckp_json_str(said, "Expiration");
    int64_t            ends;
    json_t            *who;
    char              *text;

    if (code != NULL && strcmp(code, "Success") != 0) {
        return CKP_KEPT_STRANGER;
    }

    if (ckp_json_str(said, "AccessKeyId") == NULL
        || ckp_json_str(said, "SecretAccessKey") == NULL
        || until == NULL || !ckp_time_parse(until, &ends))
    {
        return CKP_KEPT_WRONG;
    }

    /* those of before: the service has not got new ones yet */

    if (ends <= now_ms) {
        return CKP_KEPT_BUSY;
    }

    who = json_pack("{s:O, s:O, s:O*}",
                    "id", json_object_get(said, "AccessKeyId"),
                    "secret", json_object_get(said, "SecretAccessKey"),
                    "session", json_object_get(said, "Token"));
    text = who == NULL ? NULL : ckp_json_text(who);
    json_decref(who);

    if (text == NULL) {
        return CKP_KEPT_BUSY;
    }

    out->token = json_string(text);
    out->life_ms = ends - now_ms;
    out->renews = true;
    ckp_overwrite(text, strlen(text));
    ckp_free(text);

    return out->token == NULL ? CKP_KEPT_BUSY : CKP_KEPT_FOUND;
}


/* What a role of IAM may be called, which needs no escape in a path. */

static bool
role_is_name(const char *text, size_t len)
{
    static const char  others[] = "+=,.@-_";

    for (size_t i = 0; i < len; i++) {
        const char  c = text[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || memchr(others, c, sizeof(others) - 1) != NULL))
        {
            return false;
        }
    }

    return len > 0 && len <= ROLE_NAME_MAX;
}


/* A text of one line becomes that member of the state. */

static ckp_kept_t
role_keep(json_t *state, const char *member, const ckp_keeper_reply_t *reply)
{
    size_t  n = 0;

    while (n < reply->len && reply->body[n] != '\n' && reply->body[n] != '\r') {
        n++;
    }

    if (strcmp(member, "role") == 0 ? !role_is_name(reply->body, n)
                                    : !role_is_plain(reply->body, n))
    {
        return CKP_KEPT_WRONG;
    }

    return json_object_set_new(state, member, json_stringn(reply->body, n))
           == 0 ? CKP_KEPT_FOUND : CKP_KEPT_BUSY;
}


ckp_kept_t
ckp_keeper_stepped(const ckp_keeper_t *k, json_t *state,
    const ckp_keeper_reply_t *reply, int64_t now_ms, ckp_keeper_session_t *out)
{
    const int   status = reply->status;
    json_t     *said;
    ckp_kept_t  kept;

    memset(out, 0, sizeof(*out));

    if (status != 200) {
        return status == 408 || status == 429 || status >= 500 ? CKP_KEPT_BUSY
               : status >= 400 ? CKP_KEPT_STRANGER : CKP_KEPT_WRONG;
    }

    if (role_is_instance(k) && ckp_json_str(state, "token") == NULL) {
        return role_keep(state, "token", reply);
    }

    if (role_is_instance(k) && ckp_json_str(state, "role") == NULL) {
        return role_keep(state, "role", reply);
    }

    said = ckp_json_parse(reply->body, reply->len, NULL);
    kept = json_is_object(said) ? role_credentials(said, now_ms, out)
                                : CKP_KEPT_WRONG;
    ckp_keeper_wipe(said);

    return kept;
}
