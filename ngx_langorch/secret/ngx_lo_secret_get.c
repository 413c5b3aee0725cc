/*
 * One value by name: what the site keeps, then the provider of the procedure,
 * then the environment (spec/ckp.md 28.1, 28.3).
 */

#include "secret/ngx_lo_keeper.h"

#define NGX_LO_SECRET_NAME  600


static char *ngx_lo_secret_kept(const json_t *row,
    ngx_lo_secret_lack_t *lack);
static char *ngx_lo_secret_given(const ngx_lo_secret_want_t *want);
static void ngx_lo_secret_warn(const ngx_lo_secret_want_t *want);


void
ngx_lo_secret_lacks(ngx_lo_secret_lack_t *lack, const char *text)
{
    ngx_cpystrn((u_char *) lack->text, (u_char *) text, NGX_LO_SECRET_LACK);
}


void
ngx_lo_secret_want(const json_t *entry, ngx_lo_secret_want_t *want)
{
    int64_t  ttl;

    ngx_memzero(want, sizeof(ngx_lo_secret_want_t));
    want->ttl_ms = -1;
    want->age_ms = -1;

    if (json_is_string(entry)) {
        want->key = json_string_value(entry);
        return;
    }

    want->key = ckp_json_str(entry, "key");
    want->prefix = ckp_json_str(entry, "prefix");
    want->provider = ckp_json_str(entry, "provider");
    want->field = ckp_json_str(entry, "field");
    want->version = ckp_json_str(entry, "version");
    want->settings = json_object_get(entry, "settings");

    ttl = ckp_json_int(entry, "ttl_seconds", -1);

    if (ttl >= 0) {
        want->ttl_ms = ngx_min(ttl, INT32_MAX) * 1000;
    }

    want->age_ms = ckp_json_int(entry, "age_ms", -1);
}


/* An entry of the site without a value says who has it. */

const char *
ngx_lo_secret_keeper(const ngx_lo_secret_want_t *want)
{
    const json_t  *row;

    row = ngx_lo_kept_row(want->key);

    if (ckp_json_str(row, "sealed") != NULL) {
        return NULL;
    }

    return ngx_lo_keeper_kind(row ? ckp_json_str(row, "provider_hint")
                                  : want->provider);
}


char *
ngx_lo_secret_get(const ngx_lo_secret_want_t *want,
    ngx_lo_secret_lack_t *lack, ngx_uint_t *picked)
{
    char                 *value;
    const char           *kind;
    const json_t         *row;
    ngx_lo_keeper_got_t   got;

    ngx_memzero(lack, sizeof(ngx_lo_secret_lack_t));
    ngx_memzero(&got, sizeof(got));
    row = ngx_lo_kept_row(want->key);

    if (ckp_json_str(row, "sealed") != NULL) {
        value = ngx_lo_secret_kept(row, lack);

    } else {
        kind = ngx_lo_secret_keeper(want);
        got.elsewhere = 1;
        value = kind ? ngx_lo_keeper_get(kind, want, &got, lack) : NULL;

        if (value == NULL && got.elsewhere) {
            value = ngx_lo_secret_given(want);

            if (value != NULL && got.unreached) {
                ngx_lo_secret_warn(want);
            }
        }
    }

    if (picked != NULL) {
        *picked = got.picked;
    }

    if (value != NULL && row != NULL) {
        ngx_lo_secret_used(want->key, want->user);
    }

    return value;
}


char *
ngx_lo_secret_named(const char *key, ngx_lo_secret_lack_t *lack)
{
    ngx_lo_secret_want_t  want;

    ngx_memzero(&want, sizeof(want));
    want.key = key;
    want.ttl_ms = -1;
    want.age_ms = -1;

    return ngx_lo_secret_get(&want, lack, NULL);
}


char *
ngx_lo_secret_own(const char *key)
{
    const json_t          *row;
    ngx_lo_secret_lack_t   lack;
    ngx_lo_secret_want_t   want;

    row = ngx_lo_kept_row(key);

    if (ckp_json_str(row, "sealed") != NULL) {
        return ngx_lo_secret_kept(row, &lack);
    }

    ngx_memzero(&want, sizeof(want));
    want.key = key;

    return ngx_lo_secret_given(&want);
}


static char *
ngx_lo_secret_kept(const json_t *row, ngx_lo_secret_lack_t *lack)
{
    char        *value;
    const char  *id;

    if (ngx_lo_secrets_locked()) {
        ngx_lo_secret_lacks(lack, "the site's secrets are locked");
        return NULL;
    }

    id = ckp_json_str(row, "key_id");

    if (id == NULL || ngx_strcmp(id, ngx_lo_secrets_key_id()) != 0) {
        ngx_lo_secret_lacks(lack, "it was sealed under another key");
        return NULL;
    }

    value = ngx_lo_secret_unseal(ckp_json_str(row, "secret_id"),
                                 ckp_json_str(row, "sealed"));

    if (value == NULL) {
        ngx_lo_secret_lacks(lack, "what is kept of it is damaged");
    }

    return value;
}


static char *
ngx_lo_secret_given(const ngx_lo_secret_want_t *want)
{
    const char  *value;

    value = ngx_lo_secret_env(want->prefix, want->key);

    return value ? ngx_lo_secret_copy(value, ngx_strlen(value)) : NULL;
}


/* Once a minute: a loop would fill the log with it. */

static void
ngx_lo_secret_warn(const ngx_lo_secret_want_t *want)
{
    static time_t  last;

    if (last != 0 && ngx_time() - last < 60) {
        return;
    }

    last = ngx_time();

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "secret \"%s\": its provider is not available, the"
                  " environment has it", want->key);
}


const char *
ngx_lo_secret_env(const char *prefix, const char *key)
{
    char         name[NGX_LO_SECRET_NAME];
    size_t       n, i;
    const char  *value;

    if (prefix == NULL) {
        prefix = NGX_LO_SECRET_PREFIX;
    }

    n = ngx_strlen(prefix);

    if (n + ngx_strlen(key) >= sizeof(name)) {
        return NULL;
    }

    ngx_memcpy(name, prefix, n);

    for (i = 0; key[i] != '\0'; i++) {
        name[n + i] = isalnum((u_char) key[i]) ? (char) toupper((u_char) key[i])
                                               : '_';
    }

    name[n + i] = '\0';
    value = ngx_lo_environ(name);

    /* a procedure's own prefix first, then the site's */

    if (value == NULL && ngx_strcmp(prefix, NGX_LO_SECRET_PREFIX) != 0) {
        return ngx_lo_secret_env(NULL, key);
    }

    return value;
}


/* --- texts that are wiped ------------------------------------------------------ */


char *
ngx_lo_secret_copy(const char *text, size_t len)
{
    char  *copy;

    copy = ngx_alloc(len + 1, ngx_cycle->log);

    if (copy != NULL) {
        ngx_memcpy(copy, text, len);
        copy[len] = '\0';
    }

    return copy;
}


void
ngx_lo_secret_free(char *value)
{
    if (value != NULL) {
        ngx_explicit_memzero(value, ngx_strlen(value));
        ngx_free(value);
    }
}
