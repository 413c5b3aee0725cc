/*
 * What a JSON Web Token says.
 */

#include "wire/jwt.h"

#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"


static const struct {
    const char     *name;
    ckp_jwt_alg_t   alg;
} jwt_algs[] = {
    { "HS256", CKP_JWT_HS256 },
    { "RS256", CKP_JWT_RS256 },
    { "PS256", CKP_JWT_PS256 },
    { "ES256", CKP_JWT_ES256 },
    { "EdDSA", CKP_JWT_EDDSA },
};


/* --- read --------------------------------------------------------------------- */


/* A part in its one form: what it decodes to is written the same again. */

static bool
jwt_decode(const char *text, size_t len, uint8_t *out, size_t *n)
{
    ckp_buf_t  again;

    if (len == 0 || !ckp_base64_read(text, len, out, n)) {
        return false;
    }

    ckp_buf_init(&again, CKP_JWT_MAX + 4);
    ckp_base64_put(&again, out, *n, true);

    const bool  same = again.failed == CKP_OK && again.len == len
                       && memcmp(again.data, text, len) == 0;

    ckp_buf_free(&again);

    return same;
}


static json_t *
jwt_object(const char *text, size_t len)
{
    uint8_t *const  bytes = ckp_alloc(CKP_JWT_MAX + 4);
    ckp_err_t       err = CKP_ERR_INIT;
    json_t         *v = NULL;
    size_t          n;

    if (bytes != NULL && jwt_decode(text, len, bytes, &n)) {
        v = ckp_json_parse((const char *) bytes, n, &err);
    }

    ckp_free(bytes);

    if (!json_is_object(v)) {
        json_decref(v);
        return NULL;
    }

    return v;
}


static ckp_jwt_alg_t
jwt_alg(const json_t *head)
{
    const char *const  name = ckp_json_str(head, "alg");

    for (size_t i = 0; name && i < sizeof(jwt_algs) / sizeof(*jwt_algs); i++) {
        if (strcmp(name, jwt_algs[i].name) == 0) {
            return jwt_algs[i].alg;
        }
    }

    return CKP_JWT_OTHER;
}


bool
ckp_jwt_read(ckp_jwt_t *jwt, const char *text, size_t len)
{
    memset(jwt, 0, sizeof(*jwt));

    if (len > CKP_JWT_MAX) {
        return false;
    }

    const char *const  end = text + len;
    const char *const  first = memchr(text, '.', len);
    const char *const  second = first == NULL ? NULL
        : memchr(first + 1, '.', (size_t) (end - first - 1));

    /* 4 characters are 3 bytes, and the reader wants room for 3 more */

    if (second == NULL
        || (size_t) (end - second - 1) > (CKP_JWT_SIG_MAX - 4) / 3 * 4
        || !jwt_decode(second + 1, (size_t) (end - second - 1), jwt->sig,
                       &jwt->sig_len))
    {
        return false;
    }

    jwt->signed_len = (size_t) (second - text);
    jwt->head = jwt_object(text, (size_t) (first - text));
    jwt->claims = jwt_object(first + 1, (size_t) (second - first - 1));

    if (jwt->head == NULL || jwt->claims == NULL
        || json_object_get(jwt->head, "crit") != NULL)
    {
        ckp_jwt_free(jwt);
        return false;
    }

    jwt->alg = jwt_alg(jwt->head);

    return true;
}


void
ckp_jwt_free(ckp_jwt_t *jwt)
{
    json_decref(jwt->head);
    json_decref(jwt->claims);
    jwt->head = NULL;
    jwt->claims = NULL;
}


const char *
ckp_jwt_kid(const ckp_jwt_t *jwt)
{
    return ckp_json_str(jwt->head, "kid");
}


/* --- claims ------------------------------------------------------------------- */


/* A time in seconds; false: it is there and is none. */

static bool
jwt_time(const json_t *claims, const char *name, bool required, double *at)
{
    const json_t *const  v = json_object_get(claims, name);

    *at = json_number_value(v);

    return v == NULL ? !required
                     : json_is_number(v) && isfinite(*at) && *at >= 0;
}


static bool
jwt_is_for(const json_t *aud, const char *whom)
{
    size_t   i;
    json_t  *one;

    if (json_is_string(aud)) {
        return strcmp(json_string_value(aud), whom) == 0;
    }

    json_array_foreach(aud, i, one) {
        if (json_is_string(one) && strcmp(json_string_value(one), whom) == 0) {
            return true;
        }
    }

    return false;
}


bool
ckp_jwt_holds(const json_t *claims, const ckp_jwt_rules_t *rules)
{
    const char *const  sub = ckp_json_str(claims, "sub");
    const char *const  iss = ckp_json_str(claims, "iss");
    double             exp, nbf;

    if (sub == NULL || *sub == '\0'
        || !jwt_time(claims, "exp", true, &exp)
        || !jwt_time(claims, "nbf", false, &nbf))
    {
        return false;
    }

    if (exp + (double) rules->leeway_s <= (double) rules->now_s
        || nbf - (double) rules->leeway_s > (double) rules->now_s)
    {
        return false;
    }

    if (rules->iss != NULL && (iss == NULL || strcmp(iss, rules->iss) != 0)) {
        return false;
    }

    return rules->aud == NULL
           || jwt_is_for(json_object_get(claims, "aud"), rules->aud);
}


/* One whose name has a comma or a space would be read as two. */

static void
jwt_role(const json_t *v, ckp_buf_t *b)
{
    const char *const  name = json_string_value(v);

    if (name != NULL && *name != '\0' && strpbrk(name, ", ") == NULL) {
        ckp_buf_puts(b, b->len > 0 ? "," : "");
        ckp_buf_puts(b, name);
    }
}


void
ckp_jwt_roles(const json_t *claims, const char *claim, ckp_buf_t *b)
{
    const json_t  *v = json_object_get(claims, "roles");
    size_t         i;
    json_t        *one;

    if (!json_is_array(v)) {
        v = json_is_string(v) ? v : json_object_get(claims, "role");
        v = v != NULL || claim == NULL ? v : json_object_get(claims, claim);
    }

    jwt_role(v, b);

    json_array_foreach(v, i, one) {
        jwt_role(one, b);
    }
}


void
ckp_jwt_put(const json_t *claims, ckp_buf_t *b)
{
    static const char  head[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

    char *const  text = ckp_json_text(claims);

    if (text == NULL) {
        b->failed = CKP_E_NOMEM;
        return;
    }

    ckp_base64_put(b, (const uint8_t *) head, sizeof(head) - 1, true);
    ckp_buf_puts(b, ".");
    ckp_base64_put(b, (const uint8_t *) text, strlen(text), true);
    ckp_free(text);
}
