/*
 * Keepers of secrets: the table of them, and what all of them share.
 */

#include "wire/keeper_int.h"

#include <string.h>

#include "base/json.h"


static const ckp_keeper_ops_t *const  keepers[] = {
    &ckp_keeper_vault,
    &ckp_keeper_aws,
    &ckp_keeper_azure,
};


static const ckp_keeper_ops_t *
keeper_of(const char *kind)
{
    for (size_t i = 0; i < sizeof(keepers) / sizeof(keepers[0]); i++) {
        if (kind != NULL && strcmp(keepers[i]->name, kind) == 0) {
            return keepers[i];
        }
    }

    return NULL;
}


void
ckp_keeper_wipe(json_t *value)
{
    const char  *key;
    json_t      *member;
    size_t       i;

    if (json_is_string(value)) {
        ckp_overwrite((void *) json_string_value(value),
                         json_string_length(value));
    }

    json_object_foreach(value, key, member) {
        json_incref(member);
        ckp_keeper_wipe(member);
    }

    json_array_foreach(value, i, member) {
        json_incref(member);
        ckp_keeper_wipe(member);
    }

    json_decref(value);
}


/* --- requests ------------------------------------------------------------ */

static void
keeper_begin(ckp_keeper_rq_t *rq)
{
    rq->method = "GET";
    rq->headers = json_object();
    ckp_buf_init(&rq->url, CKP_KEEPER_URL_MAX);
    ckp_buf_init(&rq->body, CKP_KEEPER_BODY_MAX);
}


static ckp_code_t
keeper_made(const ckp_keeper_rq_t *rq, ckp_code_t rc, ckp_err_t *err)
{
    if (rc == CKP_OK && (rq->url.failed == CKP_E_LIMIT
                         || rq->body.failed == CKP_E_LIMIT))
    {
        return ckp_fail(err, CKP_E_INVALID, "", "the question is too long");
    }

    if (rc == CKP_OK && (rq->headers == NULL || rq->url.failed != CKP_OK
                         || rq->body.failed != CKP_OK))
    {
        return CKP_E_NOMEM;
    }

    return rc;
}


bool
ckp_keeper_has_tokens(const char *kind)
{
    const ckp_keeper_ops_t *const  ops = keeper_of(kind);

    return ops != NULL && ops->tokens;
}


ckp_code_t
ckp_keeper_login(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
    ckp_keeper_rq_t *rq, ckp_err_t *err)
{
    const ckp_keeper_ops_t *const  ops = keeper_of(k->kind);

    keeper_begin(rq);

    return ops == NULL || ops->login == NULL ? CKP_E_STATE
           : keeper_made(rq, ops->login(k, who, rq, err), err);
}


ckp_code_t
ckp_keeper_renew(const ckp_keeper_t *k, const char *token, ckp_keeper_rq_t *rq,
    ckp_err_t *err)
{
    const ckp_keeper_ops_t *const  ops = keeper_of(k->kind);

    keeper_begin(rq);

    return ops == NULL || ops->renew == NULL ? CKP_E_STATE
           : keeper_made(rq, ops->renew(k, token, rq), err);
}


ckp_code_t
ckp_keeper_self(const ckp_keeper_t *k, const char *token, ckp_keeper_rq_t *rq,
    ckp_err_t *err)
{
    const ckp_keeper_ops_t *const  ops = keeper_of(k->kind);

    keeper_begin(rq);

    return ops == NULL || ops->self == NULL ? CKP_E_STATE
           : keeper_made(rq, ops->self(k, token, rq), err);
}


ckp_code_t
ckp_keeper_step(const ckp_keeper_t *k, const json_t *state,
    ckp_keeper_rq_t *rq, ckp_err_t *err)
{
    keeper_begin(rq);

    return keeper_made(rq, ckp_keeper_aws_role(k, state, rq, err), err);
}


ckp_code_t
ckp_keeper_ask(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
    const ckp_keeper_ask_t *ask, ckp_keeper_rq_t *rq, ckp_err_t *err)
{
    const ckp_keeper_ops_t *const  ops = keeper_of(k->kind);

    keeper_begin(rq);

    return ops == NULL ? CKP_E_STATE
           : keeper_made(rq, ops->ask(k, who, ask, rq, err), err);
}


static void
keeper_buf_free(ckp_buf_t *b)
{
    if (b->data != NULL) {
        ckp_overwrite(b->data, b->len);
    }

    ckp_buf_free(b);
}


void
ckp_keeper_rq_free(ckp_keeper_rq_t *rq)
{
    keeper_buf_free(&rq->url);
    keeper_buf_free(&rq->body);
    ckp_keeper_wipe(rq->headers);
    rq->headers = NULL;
}


void
ckp_keeper_base(ckp_buf_t *url, const char *base)
{
    size_t  n = strlen(base);

    while (n > 0 && base[n - 1] == '/') {
        n--;
    }

    ckp_buf_put(url, base, n);
}


static void
keeper_escape(ckp_buf_t *b, const char *text, size_t len)
{
    static const char  plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    for (size_t i = 0; i < len; i++) {
        if (memchr(plain, text[i], sizeof(plain) - 1) != NULL) {
            ckp_buf_put(b, text + i, 1);

        } else {
            ckp_buf_printf(b, "%%%02X", (unsigned) (unsigned char) text[i]);
        }
    }
}


void
ckp_keeper_escape(ckp_buf_t *b, const char *text)
{
    keeper_escape(b, text, strlen(text));
}


bool
ckp_keeper_path(ckp_buf_t *url, const char *path)
{
    while (path != NULL && *path != '\0') {
        const size_t  n = strcspn(path, "/");

        if (n == 0 || (n == 1 && path[0] == '.')
            || (n == 2 && path[0] == '.' && path[1] == '.'))
        {
            return false;
        }

        ckp_buf_puts(url, "/");
        keeper_escape(url, path, n);
        path += n + (path[n] == '/' ? 1 : 0);
    }

    return true;
}


ckp_code_t
ckp_keeper_head(ckp_keeper_rq_t *rq, const char *name, const char *value)
{
    return json_object_set_new(rq->headers, name, json_string(value)) == 0
           ? CKP_OK : CKP_E_NOMEM;
}


ckp_code_t
ckp_keeper_json(ckp_keeper_rq_t *rq, json_t *value)
{
    const bool  whole = value != NULL;

    if (whole) {
        ckp_json_put(&rq->body, value);
    }

    ckp_keeper_wipe(value);

    return whole ? CKP_OK : CKP_E_NOMEM;
}


/* --- replies ------------------------------------------------------------- */

/* New; NULL: no JSON object, or no memory. */

static json_t *
keeper_said(const ckp_keeper_reply_t *reply)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  said = reply->len == 0
                          ? NULL : ckp_json_parse(reply->body, reply->len,
                                                  &err);

    if (json_is_object(said)) {
        return said;
    }

    ckp_keeper_wipe(said);

    return NULL;
}


/* What no keeper means otherwise. */

static ckp_kept_t
keeper_refused(const ckp_keeper_ops_t *ops, int status, const json_t *said)
{
    if (status == 408 || status == 425 || status == 429 || status >= 500) {
        return CKP_KEPT_BUSY;
    }

    return status < 400 ? CKP_KEPT_WRONG : ops->refused(status, said);
}


ckp_kept_t
ckp_keeper_session(const char *kind, const ckp_keeper_reply_t *reply,
    ckp_keeper_session_t *out)
{
    const ckp_keeper_ops_t *const  ops = keeper_of(kind);
    const unsigned long            refusals = ckp_memory_refusals();
    ckp_kept_t                     kept;
    json_t                        *said;

    memset(out, 0, sizeof(*out));

    if (ops == NULL || ops->session == NULL) {
        return CKP_KEPT_WRONG;
    }

    said = keeper_said(reply);

    if (reply->status != 200) {
        kept = keeper_refused(ops, reply->status, said);

        /* who logs in with what is not taken is a stranger, however it is
         * told */

        if (kept == CKP_KEPT_FORBIDDEN || kept == CKP_KEPT_NONE) {
            kept = CKP_KEPT_STRANGER;
        }

    } else {
        kept = said == NULL ? CKP_KEPT_WRONG : ops->session(said, out);
    }

    ckp_keeper_wipe(said);

    if (ckp_memory_refusals() != refusals) {
        ckp_keeper_wipe(out->token);
        out->token = NULL;
        kept = CKP_KEPT_BUSY;
    }

    return kept;
}


/* The longest text in it, a member's or its own. */

static bool
keeper_too_long(const json_t *value)
{
    return json_is_string(value)
           ? json_string_length(value) > CKP_KEEPER_VALUE_MAX
           : ckp_json_size(value, CKP_KEEPER_VALUE_MAX + 1)
             > CKP_KEEPER_VALUE_MAX;
}


ckp_kept_t
ckp_keeper_value(const ckp_keeper_t *k, const ckp_keeper_reply_t *reply,
    json_t **out)
{
    const ckp_keeper_ops_t *const  ops = keeper_of(k->kind);
    const unsigned long            refusals = ckp_memory_refusals();
    ckp_kept_t                     kept = CKP_KEPT_WRONG;
    json_t                        *said;

    *out = NULL;

    if (ops == NULL) {
        return CKP_KEPT_WRONG;
    }

    said = keeper_said(reply);

    if (reply->status != 200) {
        kept = keeper_refused(ops, reply->status, said);

    } else if (said != NULL) {
        *out = ops->value(k, said);
        kept = *out == NULL ? CKP_KEPT_NONE : CKP_KEPT_FOUND;
    }

    ckp_keeper_wipe(said);

    if (*out != NULL && keeper_too_long(*out)) {
        ckp_keeper_wipe(*out);
        *out = NULL;
        kept = CKP_KEPT_WRONG;
    }

    if (ckp_memory_refusals() != refusals) {
        ckp_keeper_wipe(*out);
        *out = NULL;
        kept = CKP_KEPT_BUSY;
    }

    return kept;
}


/* --- values -------------------------------------------------------------- */

/* New text of a value of any kind; NULL: no memory. */

static json_t *
keeper_plain(const json_t *v)
{
    char    *text;
    json_t  *plain;

    if (json_is_string(v)) {
        return json_string(json_string_value(v));
    }

    text = ckp_json_text(v);
    plain = text == NULL ? NULL : json_string(text);

    if (text != NULL) {
        ckp_overwrite(text, strlen(text));
        ckp_free(text);
    }

    return plain;
}


json_t *
ckp_keeper_text(const json_t *value, const char *field, bool *picked)
{
    const json_t *const  member = field == NULL
                                  ? NULL : json_object_get(value, field);
    const json_t        *chosen = json_object_get(value, "value");

    *picked = member != NULL && !json_is_null(member);

    if (*picked) {
        return keeper_plain(member);
    }

    if (chosen == NULL && json_object_size(value) == 1) {
        chosen = json_object_iter_value(
                     json_object_iter((json_t *) value));
    }

    return keeper_plain(chosen == NULL ? value : chosen);
}
