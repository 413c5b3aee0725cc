/*
 * JSON Web Tokens (RFC 7519) in their compact form: what they say.  Who signed
 * one is the host's to find out.  Source: spec/api.md 1.6.
 */

#ifndef CKP_WIRE_JWT_H
#define CKP_WIRE_JWT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "value/json.h"

#include "base/mem.h"

#define CKP_JWT_MAX      8192           /* bytes of a token */
#define CKP_JWT_SIG_MAX  1024           /* bytes of a signature */

/* What a token says it was signed with.  A host never believes it: a key has
 * one algorithm, and a token that says another was not signed with that key. */
typedef enum {
    CKP_JWT_OTHER,                      /* "none", too */
    CKP_JWT_HS256,
    CKP_JWT_RS256,
    CKP_JWT_PS256,
    CKP_JWT_ES256,
    CKP_JWT_EDDSA
} ckp_jwt_alg_t;

typedef struct {
    ckp_jwt_alg_t   alg;
    json_t         *head;
    json_t         *claims;
    size_t          signed_len;         /* of the text: what is signed */
    uint8_t         sig[CKP_JWT_SIG_MAX];
    size_t          sig_len;
} ckp_jwt_t;

/*
 * Reads a token.  false: it is none, and nothing is to be freed: not three
 * parts in base64url without padding, each in its one form; head and claims no
 * objects, or with a name twice; a `crit` in the head; longer than the limits;
 * or no memory.
 */
bool ckp_jwt_read(ckp_jwt_t *jwt, const char *text, size_t len);
void ckp_jwt_free(ckp_jwt_t *jwt);

/* The key's name in the head; NULL: none. */
const char *ckp_jwt_kid(const ckp_jwt_t *jwt);

typedef struct {
    int64_t      now_s;
    int64_t      leeway_s;
    const char  *iss;                   /* NULL: whoever */
    const char  *aud;                   /* NULL: for whomever */
} ckp_jwt_rules_t;

/* The claims are true now, here: `exp` is there and not over, `nbf` has come,
 * `iss` and `aud` are those that are wanted, and `sub` names somebody. */
bool ckp_jwt_holds(const json_t *claims, const ckp_jwt_rules_t *rules);

/* Appends the names of its roles with commas between: `roles` (a list or a
 * text), else `role`, else the claim of that name (NULL: none).  A name with a
 * comma or a space in it is left out. */
void ckp_jwt_roles(const json_t *claims, const char *claim, ckp_buf_t *b);

/* Appends head and claims of a token for HS256, without the signature and the
 * dot before it. */
void ckp_jwt_put(const json_t *claims, ckp_buf_t *b);

#endif
