/*
 * Secrets, which the engine never sees: a template renders a handle, and what
 * leaves with a handle in it says which secret the host has to put there.
 *
 *   $secret{name:<mac>}   $secret{name/field:<mac>}
 *
 * The code at its end is made with a number of the run's own that nobody else
 * knows, so no text from outside can name a secret by looking like a handle.
 * Source: spec/ckp.md 28.2, 28.3.
 */

#include "run/run_int.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

#define SECRET_NAME_MAX   256
#define SECRET_MAC_LEN    32            /* hexadecimal digits of it */
#define SECRET_SEED_LEN   16
#define SECRET_DEPTH      64

static const char  secret_open[] = "$secret{";
static const char  secret_alphabet[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";


static bool
secret_is_name(const char *text)
{
    const size_t  n = strspn(text, secret_alphabet);

    return n > 0 && n <= SECRET_NAME_MAX && text[n] == '\0';
}


/* The number of this run; made when the first handle is. */

static ckp_code_t
secret_seed(ckp_fiber_t *f)
{
    uint8_t  seed[SECRET_SEED_LEN];
    char     hex[2 * SECRET_SEED_LEN + 1];

    if (ckp_run_get_str(f->run, "secret_seed", NULL) != NULL) {
        return CKP_OK;
    }

    for (size_t i = 0; i < sizeof(seed); i++) {
        seed[i] = (uint8_t) ckp_rand_u64(&f->run->rand);
    }

    ckp_hex(seed, sizeof(seed), hex);

    return ckp_run_put(f->run, "secret_seed", NULL, json_string(hex));
}


/* "name" or "name/field" to its code; out has SECRET_MAC_LEN + 1 bytes. */

static bool
secret_mac(const ckp_run_t *run, const char *what, size_t len, char *out)
{
    const char *const  seed = ckp_run_get_str(run, "secret_seed", NULL);
    uint8_t            mac[CKP_SHA256_LEN];

    if (seed == NULL) {
        return false;
    }

    ckp_hmac_sha256(seed, strlen(seed), what, len, mac);
    ckp_hex(mac, SECRET_MAC_LEN / 2, out);

    return true;
}


static json_t *
secret_handle(void *data, const char *name, const char *field)
{
    ckp_fiber_t *const  f = data;
    char                what[2 * SECRET_NAME_MAX + 2];
    char                mac[SECRET_MAC_LEN + 1];

    if (!secret_is_name(name) || (field != NULL && !secret_is_name(field))
        || secret_seed(f) != CKP_OK)
    {
        return NULL;
    }

    const int  n = snprintf(what, sizeof(what), "%s%s%s", name,
                            field == NULL ? "" : "/",
                            field == NULL ? "" : field);

    return secret_mac(f->run, what, (size_t) n, mac)
           ? json_sprintf("%s%s:%s}", secret_open, what, mac) : NULL;
}


json_t *
ckp_fiber_secret(ckp_fiber_t *f, const char *name, const char *field)
{
    return secret_handle(f, name, field);
}


ckp_code_t
ckp_fiber_render_secret(ckp_fiber_t *f, const ckp_template_t *t, json_t **out)
{
    ckp_eval_t  ev;
    ckp_err_t   err = CKP_ERR_INIT;

    ckp_fiber_eval(f, &ev);
    ev.secret = secret_handle;
    ev.secret_data = f;

    const ckp_code_t  rc = ckp_template_render(t, &ev, out, &err);

    return ckp_fiber_rendered(f, rc, &ev, "", &err);
}


/* Handles are for those who send: the engine's own actions see a mask. */

ckp_code_t
ckp_fiber_render_params(ckp_fiber_t *f, const ckp_step_t *step, json_t **out)
{
    const ckp_hosted_t *const  own = ckp_op_hosted(step->op);
    const bool                 leaves = step->bind != CKP_BIND_INTERNAL
                                        || (own != NULL && own->secrets);

    return leaves ? ckp_fiber_render_secret(f, step->params, out)
                  : ckp_fiber_render(f, step->params, out);
}


/* --- what leaves -------------------------------------------------------- */

/* The reference of that name, the procedure's own or one that it took over;
 * *config: the settings that it goes by.  NULL: there is none. */

static const json_t *
secret_reference(const ckp_fiber_t *f, const char *name, size_t n,
    const json_t **config)
{
    const ckp_program_t *const  prog = ckp_fiber_program(f);
    const json_t *const         own = json_object_getn(json_object_get(
                                    prog->config.secrets, "secret_references"),
                                    name, n);
    const json_t *const         given = json_object_getn(json_object_get(
                                    prog->legacy, "secrets"), name, n);

    *config = prog->config.secrets;

    if (own != NULL || given == NULL) {
        return own;
    }

    *config = json_object_get(given, "config");

    return json_object_get(given, "ref");
}


/* What the procedure, or one reference of it, says; NULL: nothing. */

static const char *
secret_provider(const json_t *config, const json_t *ref)
{
    const char  *word = ckp_json_str(ref, "provider");

    word = word != NULL ? word : ckp_json_str(config, "provider");

    return word != NULL ? word : ckp_json_str(config, "type");
}


static bool
secret_granted(const json_t *config)
{
    const char *const  way = ckp_json_str(config, "delivery");

    return way != NULL && strcmp(way, "grant") == 0;
}


/* How old it may be; -1: nobody says. */

static int64_t
secret_ttl(const json_t *config, const json_t *ref)
{
    return ckp_json_int(ref, "ttl_seconds", ckp_json_int(config, "cache_ttl",
                                                         -1));
}


/* New text of a version, which may be a number; NULL: the newest. */

static json_t *
secret_version(const json_t *ref)
{
    const json_t *const  version = json_object_get(ref, "version");

    return json_is_integer(version)
           ? json_sprintf("%lld", json_integer_value(version))
           : json_is_string(version) ? json_string(json_string_value(version))
                                     : NULL;
}


/* Another service has it, which wants to know more. */

static bool
secret_is_outside(const char *provider)
{
    static const char *const  words[] = {
        "vault", "hashicorp_vault", "aws", "aws_secrets",
        "aws_secrets_manager", "azure", "azure_keyvault", "azure_key_vault"
    };

    for (size_t i = 0; provider != NULL
                       && i < sizeof(words) / sizeof(words[0]); i++)
    {
        if (strcmp(provider, words[i]) == 0) {
            return true;
        }
    }

    return false;
}


/* Some of the procedure's are with another service. */

static bool
secret_some_outside(const json_t *config)
{
    const char  *name;
    json_t      *ref;

    if (secret_is_outside(secret_provider(config, NULL))) {
        return true;
    }

    json_object_foreach(json_object_get(config, "secret_references"), name,
                        ref)
    {
        if (secret_is_outside(secret_provider(config, ref))) {
            return true;
        }
    }

    return false;
}


ckp_code_t
ckp_run_secrets_fresh(ckp_run_t *run)
{
    const ckp_place_t  at = { .type = "secrets_cache_invalidated" };

    if (!ckp_json_bool(run->site, "rotation", false)
        || !secret_some_outside(run->prog->config.secrets))
    {
        return CKP_OK;
    }

    return ckp_run_emit(run, &at, json_pack("{s:s}", "message",
                        "secrets that others keep are asked for anew"));
}


/* {version, ttl_seconds, settings} of it.  false: no memory. */

static bool
secret_outside(json_t *entry, const json_t *config, const json_t *ref)
{
    const int64_t      ttl = secret_ttl(config, ref);
    json_t *const      version = secret_version(ref);
    int                bad = 0;

    if (version != NULL) {
        bad |= json_object_set_new(entry, "version", version);
    }

    if (ttl >= 0) {
        bad |= json_object_set_new(entry, "ttl_seconds", json_integer(ttl));
    }

    if (secret_is_outside(secret_provider(config, ref))) {
        bad |= json_object_set(entry, "settings", (json_t *) config);
    }

    return bad == 0;
}


/* {name, key, field, required, prefix, provider} of a handle's text, by
 * secrets_config */

static json_t *
secret_entry(const ckp_fiber_t *f, const char *what, size_t len)
{
    const json_t        *config;
    const char *const    slash = memchr(what, '/', len);
    const size_t         n = slash == NULL ? len : (size_t) (slash - what);
    const json_t *const  ref = secret_reference(f, what, n, &config);
    const char          *key = json_is_string(ref) ? json_string_value(ref)
                               : ckp_json_str(ref, "key");
    const char *const    field = slash != NULL ? slash + 1
                                 : ckp_json_str(ref, "field");
    const size_t         rest = field == NULL ? 0
                                : slash == NULL ? strlen(field) : len - n - 1;
    json_t *const        name = json_stringn(what, n);
    json_t              *entry;

    if (key == NULL) {
        key = json_string_value(name);
    }

    /* the key may be the name's text: the name stays until that is copied */

    entry = json_pack("{s:O, s:s, s:o*, s:b, s:s*, s:s*}", "name", name,
                      "key", key,
                      "field", field == NULL ? NULL
                                             : json_stringn(field, rest),
                      "required", ckp_json_bool(ref, "required", true),
                      "prefix", ckp_json_str(config, "prefix"),
                      "provider", secret_provider(config, ref));
    json_decref(name);

    if (entry != NULL && secret_granted(config)
        && json_object_set_new(entry, "delivery", json_string("grant")) != 0)
    {
        json_decref(entry);
        return NULL;
    }

    if (entry != NULL && !secret_outside(entry, config, ref)) {
        json_decref(entry);
        return NULL;
    }

    return entry;
}


static ckp_code_t
secret_scan_text(const ckp_fiber_t *f, const char *text, json_t *found)
{
    const size_t  lead = sizeof(secret_open) - 1;
    char          mac[SECRET_MAC_LEN + 1];

    for (const char *p = strstr(text, secret_open); p != NULL;
         p = strstr(p + lead, secret_open))
    {
        const char *const  what = p + lead;
        const size_t       len = strcspn(what, ":{}");
        const char *const  end = what + len + 1 + SECRET_MAC_LEN;

        if (what[len] != ':' || len > 2 * SECRET_NAME_MAX + 1
            || memchr(what + len + 1, '\0', SECRET_MAC_LEN + 1) != NULL
            || *end != '}' || !secret_mac(f->run, what, len, mac)
            || !ckp_same(what + len + 1, mac, SECRET_MAC_LEN))
        {
            continue;
        }

        if (json_object_setn_new(found, p, (size_t) (end + 1 - p),
                                 secret_entry(f, what, len)) != 0)
        {
            return CKP_E_NOMEM;
        }
    }

    return CKP_OK;
}


static ckp_code_t
secret_scan(const ckp_fiber_t *f, const json_t *value, unsigned depth,
    json_t *found)
{
    const char  *key;
    json_t      *member;
    size_t       i;
    ckp_code_t   rc = CKP_OK;

    if (depth > SECRET_DEPTH) {
        return CKP_OK;
    }

    if (json_is_string(value)) {
        return secret_scan_text(f, json_string_value(value), found);
    }

    json_object_foreach((json_t *) value, key, member) {
        rc = secret_scan(f, member, depth + 1, found);

        if (rc != CKP_OK) {
            return rc;
        }
    }

    json_array_foreach(value, i, member) {
        rc = secret_scan(f, member, depth + 1, found);

        if (rc != CKP_OK) {
            return rc;
        }
    }

    return rc;
}


ckp_code_t
ckp_fiber_secrets(ckp_fiber_t *f, const json_t *value, json_t **out)
{
    json_t *const  found = json_object();

    *out = NULL;

    if (found == NULL) {
        return CKP_E_NOMEM;
    }

    const ckp_code_t  rc = ckp_run_get(f->run, "secret_seed", NULL) == NULL
                           ? CKP_OK : secret_scan(f, value, 0, found);

    if (rc == CKP_OK && json_object_size(found) > 0) {
        *out = found;
        return CKP_OK;
    }

    json_decref(found);

    return rc;
}


ckp_code_t
ckp_fiber_secrets_told(ckp_fiber_t *f, const json_t *secrets,
    const char *purpose)
{
    const char  *handle;
    json_t      *secret;
    ckp_code_t   rc = CKP_OK;

    json_object_foreach((json_t *) secrets, handle, secret) {
        if (rc == CKP_OK) {
            rc = ckp_fiber_emit(f, "secret_accessed",
                     json_pack("{s:O, s:s, s:s}", "name",
                               json_object_get(secret, "name"), "purpose",
                               purpose, "path", ckp_fiber_path(f)));
        }
    }

    return rc;
}
