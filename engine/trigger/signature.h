/*
 * Whether a post was sent by who knows a secret: signatures over its bytes, or
 * the secret itself.  Nothing here tells how far a wrong one was right.
 * Source: spec/ckp.md 5.3, reliability.md 6.
 */

#ifndef CKP_TRIGGER_SIGNATURE_H
#define CKP_TRIGGER_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CKP_SIGNATURE_LIST_MAX  16      /* signatures in one header */
#define CKP_SIGNATURE_ID_MAX    256

/* The headers, each NULL when it is absent. */

typedef struct {
    const char  *signature;             /* X-LangOrch-Signature */
    const char  *timestamp;             /* X-LangOrch-Timestamp */
    const char  *hub;                   /* X-Hub-Signature-256 */
    const char  *id;                    /* webhook-id */
    const char  *at;                    /* webhook-timestamp */
    const char  *list;                  /* webhook-signature */
} ckp_signed_t;

typedef struct {
    bool                standard;       /* the last three, not the first */
    bool                needs_time;     /* a time must be signed, too */
    int64_t             window_s;       /* how far that time may be off */
    const char *const  *secrets;        /* any of them; "" never signs */
    size_t              n;
} ckp_signers_t;

/* false also when memory runs out. */
bool ckp_signature_holds(const ckp_signers_t *s, const ckp_signed_t *said,
    const char *body, size_t len, int64_t now_ms);

/* The header's value is "Bearer <secret>", or "Basic " and the secret, a user
 * and a password with a colon between, as Base64. */
bool ckp_credential_holds(const ckp_signers_t *s, const char *header,
    bool basic);

#endif
