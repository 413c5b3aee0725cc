/*
 * One value by name: what the site keeps, then the provider of the procedure,
 * then the environment (spec/ckp.md 28.1, 28.3).
 */

#include "secret/ngx_lo_secret_int.h"

#define NGX_LO_SECRET_NAME  600


typedef enum {
    NGX_LO_FROM_ENV,
    NGX_LO_FROM_DB,
    NGX_LO_FROM_VAULT,
    NGX_LO_FROM_AWS,
    NGX_LO_FROM_AZURE
} ngx_lo_from_t;


static ngx_lo_from_t ngx_lo_secret_from(const char *word);
static const char *ngx_lo_secret_lacks(ngx_lo_from_t from);
static char *ngx_lo_secret_kept(const json_t *row, const char **why);
static char *ngx_lo_secret_given(const ngx_lo_secret_want_t *want);
static void ngx_lo_secret_warn(const ngx_lo_secret_want_t *want);


static const struct {
    const char     *word;
    ngx_lo_from_t   from;
} ngx_lo_secret_froms[] = {
    { "db",                  NGX_LO_FROM_DB },
    { "database",            NGX_LO_FROM_DB },
    { "catalog",             NGX_LO_FROM_DB },
    { "platform",            NGX_LO_FROM_DB },
    { "vault",               NGX_LO_FROM_VAULT },
    { "hashicorp_vault",     NGX_LO_FROM_VAULT },
    { "aws",                 NGX_LO_FROM_AWS },
    { "aws_secrets",         NGX_LO_FROM_AWS },
    { "aws_secrets_manager", NGX_LO_FROM_AWS },
    { "azure",               NGX_LO_FROM_AZURE },
    { "azure_keyvault",      NGX_LO_FROM_AZURE },
    { "azure_key_vault",     NGX_LO_FROM_AZURE }
};


char *
ngx_lo_secret_get(const ngx_lo_secret_want_t *want, const char **why)
{
    char           *value;
    const json_t   *row;
    ngx_lo_from_t   from;

    *why = NULL;
    row = ngx_lo_vault_row(want->key);

    if (ckp_json_str(row, "sealed") != NULL) {
        value = ngx_lo_secret_kept(row, why);

        if (value != NULL) {
            ngx_lo_secret_used(want->key, want->user);
        }

        return value;
    }

    /* an entry without a value says who has it */

    from = ngx_lo_secret_from(row ? ckp_json_str(row, "provider_hint")
                                  : want->provider);
    value = ngx_lo_secret_given(want);

    if (value == NULL) {
        *why = ngx_lo_secret_lacks(from);
        return NULL;
    }

    if (row != NULL) {
        ngx_lo_secret_used(want->key, want->user);
    }

    if (ngx_lo_secret_lacks(from) != NULL) {
        ngx_lo_secret_warn(want);
    }

    return value;
}


char *
ngx_lo_secret_named(const char *key, const char **why)
{
    ngx_lo_secret_want_t  want;

    ngx_memzero(&want, sizeof(want));
    want.key = key;

    return ngx_lo_secret_get(&want, why);
}


static ngx_lo_from_t
ngx_lo_secret_from(const char *word)
{
    ngx_uint_t  i;

    for (i = 0; word != NULL && i < sizeof(ngx_lo_secret_froms)
                                    / sizeof(ngx_lo_secret_froms[0]); i++)
    {
        if (ngx_strcmp(ngx_lo_secret_froms[i].word, word) == 0) {
            return ngx_lo_secret_froms[i].from;
        }
    }

    return NGX_LO_FROM_ENV;
}


/* What is against a provider; NULL: nothing. */

static const char *
ngx_lo_secret_lacks(ngx_lo_from_t from)
{
    switch (from) {

    case NGX_LO_FROM_VAULT:
        return "the provider 'vault' is not available on this site";

    case NGX_LO_FROM_AWS:
        return "the provider 'aws' is not available on this site";

    case NGX_LO_FROM_AZURE:
        return "the provider 'azure' is not available on this site";

    case NGX_LO_FROM_ENV:
    case NGX_LO_FROM_DB:
        break;
    }

    return NULL;
}


static char *
ngx_lo_secret_kept(const json_t *row, const char **why)
{
    char        *value;
    const char  *id;

    if (ngx_lo_secrets_locked()) {
        *why = "the site's secrets are locked";
        return NULL;
    }

    id = ckp_json_str(row, "key_id");

    if (id == NULL || ngx_strcmp(id, ngx_lo_secrets_key_id()) != 0) {
        *why = "it was sealed under another key";
        return NULL;
    }

    value = ngx_lo_secret_unseal(ckp_json_str(row, "secret_id"),
                                 ckp_json_str(row, "sealed"));

    if (value == NULL) {
        *why = "what is kept of it is damaged";
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
