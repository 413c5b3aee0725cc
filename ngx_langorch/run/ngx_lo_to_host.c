/*
 * Actions of the engine's catalogue that need what only the host has: the value
 * of a secret, or rows of the store.  A table from op to body; each answers at
 * once or after a job, and no key is kept.
 *
 * Work with a key is done here on the loop: it is bounded by CKP_SEAL_MAX, and
 * the stretching of a key that is no 32 bytes takes two milliseconds.
 */

#include "run/ngx_lo_run_int.h"
#include "secret/ngx_lo_secret.h"
#include "store/ngx_lo_sql_trigger.h"

#include "trigger/filter.h"

#include <openssl/rand.h>


static void
ngx_lo_host_failed(ngx_lo_effect_t *e, const char *type, const char *why)
{
    ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
                        json_pack("{s:s, s:s, s:b}", "type", type, "message",
                                  why, "retryable", 0), 0);
}


/* --- keys --------------------------------------------------------------------- */


typedef struct {
    json_t       *body;             /* secrets filled in */
    ckp_bytes_t   key;
    ckp_bytes_t   text;
    ckp_buf_t     out;
} ngx_lo_keyed_t;


static ngx_int_t
ngx_lo_host_hmac(ngx_lo_effect_t *e, ngx_lo_keyed_t *k, const char **why)
{
    size_t       n;
    uint8_t      sum[CKP_DIGEST_MAX];
    const char  *algorithm;

    algorithm = ckp_json_str(k->body, "algorithm");
    *why = "UnsupportedFormat";

    n = algorithm ? ckp_hmac(algorithm + sizeof("hmac_") - 1, &k->key,
                             k->text.data, k->text.len, sum)
                  : 0;

    return n > 0 && ckp_digest_put(&k->out, sum, n,
                                   ckp_json_str(k->body, "encoding"))
           ? NGX_OK : NGX_ERROR;
}


/* What was no text before is marked by what the seal is bound to. */

static void
ngx_lo_host_aad(const ngx_lo_keyed_t *k, ngx_uint_t json, ckp_buf_t *b)
{
    const char  *aad;

    aad = ckp_json_str(k->body, "aad");

    ckp_buf_init(b, 64 * 1024);
    ckp_buf_puts(b, aad ? aad : "");

    if (json) {
        ckp_buf_put(b, "\0json", 5);
    }
}


static ngx_int_t
ngx_lo_host_seal(ngx_lo_keyed_t *k, ngx_uint_t json, const char **why)
{
    uint8_t      nonce[CKP_NONCE_LEN];
    ckp_buf_t    aad;
    ckp_code_t   rc;
    ckp_bytes_t  bound;

    *why = "EncryptError";

    if (RAND_bytes(nonce, sizeof(nonce)) != 1) {
        return NGX_ERROR;
    }

    ngx_lo_host_aad(k, json, &aad);

    bound.data = ckp_buf_str(&aad);
    bound.len = aad.len;

    rc = aad.failed == CKP_OK
         ? ckp_seal(&k->out, &k->key, &bound, nonce, &k->text)
         : CKP_E_LIMIT;

    ckp_buf_free(&aad);

    if (rc == CKP_E_LIMIT) {
        *why = "VariablesTooLarge";
    }

    return rc == CKP_OK ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_host_encrypt(ngx_lo_effect_t *e, ngx_lo_keyed_t *k, const char **why)
{
    return ngx_lo_host_seal(k, 0, why);
}


static ngx_int_t
ngx_lo_host_encrypt_json(ngx_lo_effect_t *e, ngx_lo_keyed_t *k,
    const char **why)
{
    return ngx_lo_host_seal(k, 1, why);
}


static json_t *
ngx_lo_host_opened(ngx_lo_keyed_t *k, ngx_uint_t json)
{
    json_t       *v;
    ckp_err_t     err = CKP_ERR_INIT;
    ckp_buf_t     aad;
    ckp_code_t    rc;
    ckp_bytes_t   bound;

    ngx_lo_host_aad(k, json, &aad);

    bound.data = ckp_buf_str(&aad);
    bound.len = aad.len;
    k->out.len = 0;

    rc = ckp_unseal(&k->out, &k->key, &bound, &k->text);
    ckp_buf_free(&aad);

    if (rc != CKP_OK) {
        return NULL;
    }

    v = json ? ckp_json_parse(ckp_buf_str(&k->out), k->out.len, &err)
             : k->out.len == 0 ? json_string("")
             : json_stringn(ckp_buf_str(&k->out), k->out.len);

    return v;
}


static ngx_int_t
ngx_lo_host_decrypt(ngx_lo_effect_t *e, ngx_lo_keyed_t *k, const char **why)
{
    json_t  *v;

    *why = "DecryptError";

    v = ngx_lo_host_opened(k, 0);

    if (v == NULL) {
        v = ngx_lo_host_opened(k, 1);
    }

    if (v == NULL) {
        return NGX_ERROR;
    }

    return json_object_set_new(k->body, "result", v) == 0 ? NGX_OK : NGX_ERROR;
}


static const struct {
    const char   *op;
    ngx_int_t   (*make)(ngx_lo_effect_t *e, ngx_lo_keyed_t *k,
                        const char **why);
} ngx_lo_host_keyed[] = {
    { "hmac",         ngx_lo_host_hmac },
    { "encrypt",      ngx_lo_host_encrypt },
    { "encrypt_json", ngx_lo_host_encrypt_json },
    { "decrypt",      ngx_lo_host_decrypt },
};


static const char *
ngx_lo_host_why(const char *type)
{
    if (ngx_strcmp(type, "DecryptError") == 0) {
        return "it was not encrypted with this key";
    }

    return ngx_strcmp(type, "VariablesTooLarge") == 0
           ? "the text is too long to encrypt" : "it cannot be made";
}


static void
ngx_lo_host_with_key(ngx_lo_effect_t *e, ngx_uint_t i)
{
    json_t          *result;
    ngx_int_t        rc;
    const char      *why, *key, *text;
    ngx_lo_keyed_t   k;

    if (ngx_lo_effect_secrets(e, NULL) != NGX_OK) {
        return;
    }

    ngx_memzero(&k, sizeof(k));
    ckp_buf_init(&k.out, 3 * CKP_SEAL_MAX);

    k.body = ngx_lo_secrets_fill(e->body, e->secrets);
    key = ckp_json_str(k.body, "key");
    text = ckp_json_str(k.body, "text");

    why = "SecretNotFound";
    rc = NGX_ERROR;
    result = NULL;

    /* an empty key, or a handle that stands for nothing, is none */

    if (key != NULL && key[0] != '\0' && e->secrets != NULL && text != NULL) {
        k.key.data = key;
        k.key.len = ngx_strlen(key);
        k.text.data = text;
        k.text.len = json_string_length(json_object_get(k.body, "text"));

        rc = ngx_lo_host_keyed[i].make(e, &k, &why);
    }

    if (rc == NGX_OK) {
        result = json_incref(json_object_get(k.body, "result"));

        if (result == NULL) {
            result = json_stringn(ckp_buf_str(&k.out), k.out.len);
        }

        /* it is not the copy's any more, which is wiped */

        (void) json_object_del(k.body, "result");
    }

    if (k.out.data != NULL) {
        ngx_explicit_memzero(k.out.data, k.out.len);
    }

    ckp_buf_free(&k.out);
    ngx_lo_secrets_wipe(k.body);

    if (result == NULL) {
        ngx_lo_host_failed(e, why, ngx_lo_host_why(why));
        return;
    }

    ngx_lo_effect_reply(e, CKP_OUTCOME_OK, json_pack("{s:o}", "result",
                                                     result), 0);
}


/* --- rows ----------------------------------------------------------------------- */


/* The effect may end before its rows are there: then nobody is told. */

typedef struct {
    ngx_lo_effect_t  *effect;       /* NULL: it has ended */
    json_t           *event;        /* that is told; or NULL */
    json_t         *(*read)(ngx_lo_job_t *job, const json_t *event);
} ngx_lo_rows_t;


static void
ngx_lo_host_gone(void *own)
{
    ngx_lo_rows_t  *rows = own;

    rows->effect = NULL;
}


/* What was set, an array by its elements, and what was appended. */

static json_t *
ngx_lo_host_memory(ngx_lo_job_t *job, const json_t *event)
{
    size_t         i;
    int64_t        most;
    json_t        *list, *row, *value, *rows;

    rows = (json_t *) ngx_lo_job_rows(job, 0);

    if (json_array_size(rows) == 0) {
        return json_pack("{s:n}", "result");
    }

    row = json_array_get(rows, 0);
    value = json_object_get(row, "value");

    if (json_array_size(rows) == 1 && ckp_json_int(row, "n", 0) == 0) {
        return json_pack("{s:O}", "result", value);
    }

    list = json_array();
    most = 0;

    json_array_foreach(rows, i, row) {
        value = json_object_get(row, "value");
        most = ckp_json_int(row, "most", 0);

        if (ckp_json_int(row, "n", 0) == 0 && json_is_array(value)) {
            (void) json_array_extend(list, value);

        } else if (ckp_json_int(row, "n", 0) != 0 || !json_is_null(value)) {
            (void) json_array_append(list, value);
        }
    }

    while (most > 0 && json_array_size(list) > (size_t) most) {
        (void) json_array_remove(list, 0);
    }

    return json_pack("{s:o}", "result", list);
}


static json_t *
ngx_lo_host_checkpoint(ngx_lo_job_t *job, const json_t *event)
{
    json_t        *vars;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return json_object();
    }

    vars = json_object_get(json_object_get(row, "state"), "vars");

    return json_pack("{s:O, s:o}", "checkpoint_id",
                     json_object_get(row, "checkpoint_id"),
                     "vars", vars ? json_incref(vars) : json_object());
}


/* How many triggers want it; the rows of the others go when it is looked at. */

static json_t *
ngx_lo_host_heard(ngx_lo_job_t *job, const json_t *event)
{
    size_t       i;
    json_t      *row;
    json_int_t   n;

    n = 0;

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        n += ckp_trigger_wants(json_object_get(row, "settings"), event,
                            ngx_lo_now_ms());
    }

    if (ngx_lo_job_count(job, 1) > 0) {
        ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 0);
    }

    return json_pack("{s:{s:I}}", "result", "delivered_to", n);
}


static void
ngx_lo_host_got(ngx_lo_job_t *job, void *data)
{
    json_t           *answer;
    ngx_lo_rows_t    *rows = data;
    ngx_lo_effect_t  *e;

    e = rows->effect;

    if (e == NULL) {
        json_decref(rows->event);
        ngx_free(rows);
        return;
    }

    answer = ngx_lo_job_rc(job) == NGX_LO_JOB_OK
             ? rows->read(job, rows->event) : NULL;

    e->own = NULL;
    e->own_free = NULL;
    ngx_free(rows);

    if (ngx_lo_job_shut(job)) {
        json_decref(answer);
        ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
                            json_pack("{s:s, s:s, s:b}", "type",
                                      "SecretForbidden", "message",
                                      "what is kept there is sealed, and not"
                                      " under the key of the site",
                                      "retryable", 0), 1);
        return;
    }

    if (answer == NULL) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN,
                            json_pack("{s:s, s:s, s:b}", "type",
                                      "ResourceBusy", "message",
                                      "the store did not answer",
                                      "retryable", 1), 1);
        return;
    }

    ngx_lo_effect_reply(e, CKP_OUTCOME_OK, answer, 1);
}


static void
ngx_lo_host_read(ngx_lo_effect_t *e, ngx_uint_t memory)
{
    ngx_lo_job_t   *job;
    ngx_lo_rows_t  *rows;

    rows = ngx_calloc(sizeof(ngx_lo_rows_t), ngx_cycle->log);
    job = (rows && ngx_lo_store()) ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    if (job == NULL) {
        ngx_free(rows);
        ngx_lo_host_failed(e, "ResourceBusy", "the store is not there");
        return;
    }

    if (memory) {
        rows->read = ngx_lo_host_memory;
        (void) ngx_lo_job_add(job, &ngx_lo_sql_memory_get,
                              ckp_json_str(e->body, "project"),
                              ckp_json_str(e->body, "procedure"),
                              ckp_json_str(e->body, "key"), ngx_lo_now_ms());

    } else {
        rows->read = ngx_lo_host_checkpoint;
        (void) ngx_lo_job_add(job, &ngx_lo_sql_kept_checkpoint, e->run->id,
                              ckp_json_str(e->body, "checkpoint_id"),
                              ckp_json_str(e->body, "name"));
    }

    rows->effect = e;
    e->own = rows;
    e->own_free = ngx_lo_host_gone;

    ngx_lo_job_submit(job, ngx_lo_host_got, rows);
}


/* The key of the effect is the event's: told again, it is the same. */

static void
ngx_lo_host_tell(ngx_lo_effect_t *e)
{
    json_t         *source;
    ngx_lo_job_t   *job;
    const json_t   *payload;
    ngx_lo_rows_t  *rows;

    payload = json_object_get(e->body, "payload");
    source = json_sprintf("internal://%s", ckp_json_str(e->body, "name"));
    rows = ngx_calloc(sizeof(ngx_lo_rows_t), ngx_cycle->log);
    job = (rows && source && ngx_lo_store())
          ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        json_decref(source);
        ngx_free(rows);
        ngx_lo_host_failed(e, "ResourceBusy", "the store is not there");
        return;
    }

    rows->read = ngx_lo_host_heard;
    rows->event = json_pack("{s:O*, s:O?}", "type",
                            json_object_get(e->body, "type"), "payload",
                            payload);

    (void) ngx_lo_job_add(job, &ngx_lo_sql_trigger_listeners,
                          json_string_value(source), (const json_t *) NULL);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_trigger_tell, e->key,
                          json_string_value(source),
                          ckp_json_str(e->body, "type"), (const char *) NULL,
                          payload, (const json_t *) NULL, ngx_lo_now_ms(),
                          (const json_t *) NULL);
    json_decref(source);

    rows->effect = e;
    e->own = rows;
    e->own_free = ngx_lo_host_gone;

    ngx_lo_job_submit(job, ngx_lo_host_got, rows);
}


/* --- by name --------------------------------------------------------------------- */


void
ngx_lo_to_host(ngx_lo_effect_t *e)
{
    ngx_uint_t   i;
    const char  *op;

    op = ckp_json_str(e->body, "op");
    op = op ? op : "";

    if (ngx_strcmp(op, "memory") == 0 || ngx_strcmp(op, "checkpoint") == 0) {
        ngx_lo_host_read(e, op[0] == 'm');
        return;
    }

    if (ngx_strcmp(op, "event") == 0) {
        ngx_lo_host_tell(e);
        return;
    }

    for (i = 0; i < sizeof(ngx_lo_host_keyed) / sizeof(ngx_lo_host_keyed[0]);
         i++)
    {
        if (ngx_strcmp(ngx_lo_host_keyed[i].op, op) == 0) {
            ngx_lo_host_with_key(e, i);
            return;
        }
    }

    if (ngx_strcmp(op, "attachment") == 0) {
        ngx_lo_to_attachment(e);
        return;
    }

    if (ngx_strcmp(op, "sheet") == 0) {
        ngx_lo_to_sheet(e);
        return;
    }

    if (ngx_strcmp(op, "procedure") == 0) {
        ngx_lo_to_child(e);
        return;
    }

    if (ngx_strcmp(op, "prompt") == 0) {
        ngx_lo_to_prompt(e);
        return;
    }

    ngx_lo_host_failed(e, "NoExecutorError", "the host has no such action");
}
