/*
 * Any text as a JSON Web Token, and any claims as those of one: what is read
 * is what was signed, and has one form only.
 */

#include "fuzz.h"

#include "base/base64.h"
#include "wire/jwt.h"
#include "wire/projects.h"

#define NOW  1767225600


/* A set of projects has bounds, is what it says again, and is within itself. */

static void
f_projects(const json_t *claim)
{
    size_t   i;
    json_t  *set, *again, *one;

    const ckp_code_t  rc = ckp_projects_claim(claim, &set);

    F_HOLDS(rc == CKP_OK || (rc == CKP_E_INVALID && set == NULL));

    if (set == NULL) {
        return;
    }

    F_HOLDS(json_array_size(set) <= CKP_PROJECTS_MAX);

    json_array_foreach(set, i, one) {
        const char *const  id = json_string_value(one);

        F_HOLDS(id != NULL && *id != '\0'
                && strlen(id) <= CKP_PROJECT_ID_MAX
                && strcmp(id, CKP_PROJECTS_ALL) != 0
                && ckp_projects_has(set, id));
    }

    F_HOLDS(ckp_projects_claim(set, &again) == CKP_OK
            && json_equal(set, again) && ckp_projects_within(set, again));
    json_decref(again);

    F_HOLDS(ckp_projects_meet(set, set, &again) == CKP_OK
            && json_equal(set, again));
    json_decref(again);
    json_decref(set);
}


/* The claims hold in some places and in others not; never without `exp`. */

static void
f_claims(const json_t *claims)
{
    const ckp_jwt_rules_t  any = { .now_s = NOW, .leeway_s = 60 };
    const ckp_jwt_rules_t  one = { .now_s = NOW, .leeway_s = 60,
                                   .iss = "https://id.example",
                                   .aud = "langorch" };
    ckp_buf_t              b;

    F_HOLDS(!ckp_jwt_holds(claims, &one) || ckp_jwt_holds(claims, &any));
    F_HOLDS(!ckp_jwt_holds(claims, &any)
            || (json_is_number(json_object_get(claims, "exp"))
                && json_is_string(json_object_get(claims, "sub"))));

    ckp_buf_init(&b, 1 << 16);
    ckp_jwt_roles(claims, "groups", &b);
    F_HOLDS(b.failed == CKP_OK && strchr(ckp_buf_str(&b), ' ') == NULL
            && strstr(ckp_buf_str(&b), ",,") == NULL);
    ckp_buf_free(&b);

    f_projects(json_object_get(claims, "projects"));
}


static void
f_token(const char *text, size_t len)
{
    ckp_jwt_t  jwt;

    if (!ckp_jwt_read(&jwt, text, len)) {
        return;
    }

    F_HOLDS(len <= CKP_JWT_MAX && jwt.sig_len > 0
            && jwt.sig_len <= CKP_JWT_SIG_MAX);
    F_HOLDS(json_is_object(jwt.head) && json_is_object(jwt.claims));
    F_HOLDS(jwt.signed_len + 1 < len && text[jwt.signed_len] == '.');
    F_HOLDS(memchr(text, '.', jwt.signed_len) != NULL);
    F_HOLDS(memchr(text + jwt.signed_len + 1, '.', len - jwt.signed_len - 1)
            == NULL);

    (void) ckp_jwt_kid(&jwt);
    f_claims(jwt.claims);
    ckp_jwt_free(&jwt);
}


/* Head and claims in the clear: each in base64url, with a signature. */

static void
f_put(const char *head, size_t n, const char *claims, size_t m)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, 1 << 16);
    ckp_base64_put(&b, (const uint8_t *) head, n, true);
    ckp_buf_puts(&b, ".");
    ckp_base64_put(&b, (const uint8_t *) claims, m, true);
    ckp_buf_puts(&b, ".c2ln");
    f_token(ckp_buf_str(&b), b.len);
    ckp_buf_free(&b);
}


/* What we write is what we read. */

static void
f_ours(const char *text, size_t len)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  claims = ckp_json_parse(text, len, &err);
    ckp_jwt_t      jwt;
    ckp_buf_t      b;

    if (json_is_object(claims)) {
        f_claims(claims);
        ckp_buf_init(&b, 1 << 18);
        ckp_jwt_put(claims, &b);

        const size_t  signed_len = b.len;

        ckp_buf_puts(&b, ".c2ln");

        if (b.failed == CKP_OK && b.len <= CKP_JWT_MAX
            && ckp_jwt_read(&jwt, ckp_buf_str(&b), b.len))
        {
            F_HOLDS(jwt.alg == CKP_JWT_HS256 && jwt.signed_len == signed_len);
            F_HOLDS(ckp_json_equal(jwt.claims, claims));
            ckp_jwt_free(&jwt);
        }

        ckp_buf_free(&b);
    }

    json_decref(claims);
}


/* A token; or, when there is a line feed, its head and its claims. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t  *rest;
    size_t          left;
    char *const     line = f_line(data, size, &rest, &left);
    char *const     claims = f_text(rest, left);

    if (left == 0) {
        f_token(line, strlen(line));

    } else {
        f_put(line, strlen(line), claims, left);
        f_ours(claims, left);
    }

    free(line);
    free(claims);

    return 0;
}
