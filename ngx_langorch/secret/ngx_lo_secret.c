/*
 * Values by name, put into what leaves and taken out of what comes back.
 */

#include "secret/ngx_lo_secret_int.h"
#include "egress/ngx_lo_target.h"


#define NGX_LO_SECRET_DEPTH  64
#define NGX_LO_SECRET_TEXT   (16 * 1024 * 1024)


json_t *
ngx_lo_secret_member(const char *value, const char *field)
{
    json_t  *whole, *member, *text;
    char    *dump;

    whole = ckp_json_parse(value, ngx_strlen(value), NULL);
    member = json_object_get(whole, field);
    text = NULL;

    if (json_is_string(member)) {
        text = json_string(json_string_value(member));

    } else if (member != NULL && !json_is_null(member)) {
        dump = ckp_json_text(member);

        if (dump != NULL) {
            text = json_string(dump);
            ngx_explicit_memzero(dump, ngx_strlen(dump));
            ckp_free(dump);
        }
    }

    ngx_lo_secrets_wipe(whole);

    return text;
}


/* An error object; `found`: it has a value, but not that member. */

static json_t *
ngx_lo_secret_missing(const json_t *secret, ngx_uint_t found,
    const ngx_lo_secret_lack_t *lack)
{
    json_t      *error;
    const char  *name, *field;

    name = ckp_json_str(secret, "name");
    field = ckp_json_str(secret, "field");

    error = json_pack("{s:s, s:o, s:b}",
                      "type", lack->forbidden ? "SecretForbidden"
                                              : "SecretNotFound",
                      "message",
                      lack->text[0] != '\0'
                      ? json_sprintf("secret '%s' has no value: %s", name,
                                     lack->text)
                      : found && field != NULL
                      ? json_sprintf("secret '%s' has no member '%s'", name,
                                     field)
                      : json_sprintf("secret '%s' has no value", name),
                      "retryable", (int) lack->later);

    if (lack->retry_after != 0) {
        (void) json_object_set_new(error, "retry_after_ms",
                                   json_integer((json_int_t)
                                                lack->retry_after));
    }

    return error;
}


/* The text of one; NULL: none, and *found and *lack tell more. */

static json_t *
ngx_lo_secret_text(const json_t *secret, const char *user, ngx_uint_t *found,
    ngx_lo_secret_lack_t *lack)
{
    char                  *value;
    json_t                *text;
    ngx_uint_t             picked;
    ngx_lo_secret_want_t   want;

    ngx_memzero(lack, sizeof(ngx_lo_secret_lack_t));
    ngx_lo_secret_want(secret, &want);
    want.user = user;
    picked = 0;

    value = want.key ? ngx_lo_secret_get(&want, lack, &picked) : NULL;
    *found = (value != NULL);

    text = (value == NULL) ? NULL
           : (want.field == NULL || picked) ? json_string(value)
           : ngx_lo_secret_member(value, want.field);

    ngx_lo_secret_free(value);

    return text;
}


json_t *
ngx_lo_secrets_find(const json_t *secrets, const char *user, json_t **error)
{
    json_t                *found, *secret, *text;
    ngx_uint_t             there;
    const char            *handle;
    ngx_lo_secret_lack_t   lack;

    *error = NULL;
    found = json_object();

    json_object_foreach((json_t *) secrets, handle, secret) {

        text = ngx_lo_secret_text(secret, user, &there, &lack);

        if (text == NULL && ckp_json_bool(secret, "required", true)) {
            ngx_lo_secrets_wipe(found);
            *error = ngx_lo_secret_missing(secret, there, &lack);
            return NULL;
        }

        if (text == NULL) {
            text = json_string("");
        }

        if (json_object_set_new(found, handle, text) != 0) {
            ngx_lo_secrets_wipe(found);
            return NULL;
        }
    }

    if (ngx_lo_secrets_widen(found) != NGX_OK) {
        ngx_lo_secrets_wipe(found);
        return NULL;
    }

    return found;
}


/* --- one text for another ---------------------------------------------------- */


/* Most strings have none of them in. */

static ngx_uint_t
ngx_lo_secret_is_in(const char *string, const json_t *texts, ngx_uint_t scrub)
{
    json_t      *v;
    const char  *handle, *from;

    json_object_foreach((json_t *) texts, handle, v) {
        from = scrub ? json_string_value(v) : handle;

        if (ngx_strlen(from) >= NGX_LO_SECRET_LEAST
            && ngx_strstr(string, from) != NULL)
        {
            return 1;
        }
    }

    return 0;
}


/* NULL: nothing to replace, or no memory (then *failed). */

static json_t *
ngx_lo_secret_replace(const json_t *string, const json_t *texts,
    ngx_uint_t scrub, ngx_uint_t *failed)
{
    size_t       n, len;
    json_t      *v, *out;
    ngx_uint_t   hits;
    ckp_buf_t    b;
    const char  *p, *handle, *from, *to, *value;

    if (!ngx_lo_secret_is_in(json_string_value(string), texts, scrub)) {
        return NULL;
    }

    ckp_buf_init(&b, NGX_LO_SECRET_TEXT);
    hits = 0;

    for (p = json_string_value(string); *p != '\0'; p += n) {
        n = 0;
        to = NULL;

        /* the longest of them: one may begin as another does */

        json_object_foreach((json_t *) texts, handle, v) {
            value = json_string_value(v);
            from = scrub ? value : handle;
            len = ngx_strlen(from);

            if (len >= NGX_LO_SECRET_LEAST && len > n
                && ngx_strncmp(p, from, len) == 0)
            {
                to = scrub ? NGX_LO_SECRET_MASK : value;
                n = len;
            }
        }

        if (to != NULL) {
            ckp_buf_puts(&b, to);
            hits++;

        } else {
            n = 1;
            ckp_buf_put(&b, p, n);
        }
    }

    out = NULL;

    if (b.failed != CKP_OK) {
        *failed = 1;

    } else if (hits > 0) {
        out = json_stringn_nocheck(ckp_buf_str(&b), b.len);
        *failed = *failed || out == NULL;
    }

    if (b.data != NULL) {
        ngx_explicit_memzero(b.data, b.len);
    }

    ckp_buf_free(&b);

    return out;
}


static json_t *
ngx_lo_secret_walk(const json_t *value, const json_t *texts, ngx_uint_t scrub,
    ngx_uint_t depth, ngx_uint_t *failed)
{
    size_t       i;
    json_t      *out, *member, *made;
    const char  *key;

    if (json_is_string(value)) {
        made = ngx_lo_secret_replace(value, texts, scrub, failed);

        /* own strings, so that they can be wiped */

        return made ? made : json_deep_copy(value);
    }

    if (depth > NGX_LO_SECRET_DEPTH
        || (!json_is_object(value) && !json_is_array(value)))
    {
        return json_deep_copy(value);
    }

    out = json_is_object(value) ? json_object() : json_array();

    json_object_foreach((json_t *) value, key, member) {
        made = ngx_lo_secret_walk(member, texts, scrub, depth + 1, failed);

        if (json_object_set_new(out, key, made) != 0) {
            *failed = 1;
        }
    }

    json_array_foreach(value, i, member) {
        made = ngx_lo_secret_walk(member, texts, scrub, depth + 1, failed);

        if (json_array_append_new(out, made) != 0) {
            *failed = 1;
        }
    }

    return out;
}


ngx_uint_t
ngx_lo_secrets_are_in(const json_t *value, const json_t *texts)
{
    size_t       i;
    json_t      *member;
    const char  *key;

    if (json_is_string(value)) {
        return ngx_lo_secret_is_in(json_string_value(value), texts, 0);
    }

    json_object_foreach((json_t *) value, key, member) {
        if (ngx_lo_secrets_are_in(member, texts)) {
            return 1;
        }
    }

    json_array_foreach(value, i, member) {
        if (ngx_lo_secrets_are_in(member, texts)) {
            return 1;
        }
    }

    return 0;
}


json_t *
ngx_lo_secrets_fill(const json_t *value, const json_t *texts)
{
    json_t      *out;
    ngx_uint_t   failed;

    failed = 0;
    out = ngx_lo_secret_walk(value, texts, 0, 0, &failed);

    if (failed || out == NULL) {
        ngx_lo_secrets_wipe(out);
        return NULL;
    }

    return out;
}


json_t *
ngx_lo_secrets_scrub(json_t *value, const json_t *texts)
{
    json_t      *out;
    ngx_uint_t   failed;

    if (json_object_size(texts) == 0 || value == NULL) {
        return value;
    }

    failed = 0;
    out = ngx_lo_secret_walk(value, texts, 1, 0, &failed);
    json_decref(value);

    if (failed) {
        ngx_lo_secrets_wipe(out);
        return NULL;
    }

    return out;
}


void
ngx_lo_secrets_wipe(json_t *value)
{
    size_t       i;
    json_t      *member;
    const char  *key;

    if (json_is_string(value)) {
        ngx_explicit_memzero((void *) json_string_value(value),
                             json_string_length(value));
    }

    /* children are ended with their parent */

    json_object_foreach(value, key, member) {
        json_incref(member);
        ngx_lo_secrets_wipe(member);
    }

    json_array_foreach(value, i, member) {
        json_incref(member);
        ngx_lo_secrets_wipe(member);
    }

    json_decref(value);
}


ngx_uint_t
ngx_lo_secrets_may_go(const char *url)
{
    const char           *why;
    struct sockaddr      *sa;
    ngx_lo_target_t       target;
    struct sockaddr_in   *sin;
    struct sockaddr_in6  *sin6;

    if (ngx_lo_conf()->plain_secrets
        || ngx_strncasecmp((u_char *) url, (u_char *) "https://", 8) == 0)
    {
        return 1;
    }

    if (ngx_lo_target_parse(&target, url, &why) != NGX_OK) {
        return 0;
    }

    /* what the site itself names as an upstream is its own to judge */

    if (target.kind == NGX_LO_HOST_UPSTREAM
        || ngx_lo_target_is_localhost(&target))
    {
        return 1;
    }

    if (target.kind != NGX_LO_HOST_ADDRESS) {
        return 0;
    }

    sa = &target.address.sockaddr;

    if (sa->sa_family == AF_INET) {
        sin = (struct sockaddr_in *) sa;
        return (ntohl(sin->sin_addr.s_addr) >> 24) == 127;
    }

    sin6 = (struct sockaddr_in6 *) sa;

    return IN6_IS_ADDR_LOOPBACK(&sin6->sin6_addr);
}
