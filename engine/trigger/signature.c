/*
 * Signatures of posts.  Every secret is tried, and every comparison goes over
 * all bytes, so that the time it takes tells nothing.
 */

#include "trigger/signature.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/sha.h"

#define SIGNATURE_HEX   (2 * CKP_SHA256_LEN)
#define SIGNATURE_KEY   4096            /* bytes of a key in Base64 */
#define SIGNATURE_TIME  12              /* digits */
#define SIGNATURE_TIME_LEAST  9         /* of one that could be now, or was */


/* Seconds since 1970, digits alone. */

static bool
signature_fresh(const char *text, int64_t window_s, int64_t now_ms)
{
    const size_t  len = strlen(text);
    int64_t       at = 0;
    int64_t       off;

    if (len == 0 || len > SIGNATURE_TIME
        || strspn(text, "0123456789") != len)
    {
        return false;
    }

    for (const char *p = text; *p != '\0'; p++) {
        at = at * 10 + (*p - '0');
    }

    off = now_ms / 1000 - at;

    return off <= window_s && -off <= window_s;
}


static bool
signature_hex(const char *text, uint8_t out[CKP_SHA256_LEN])
{
    if (strncasecmp(text, "sha256=", 7) == 0) {
        text += 7;
    }

    if (strlen(text) != SIGNATURE_HEX) {
        return false;
    }

    for (size_t i = 0; i < SIGNATURE_HEX; i++) {
        const int  c = tolower((unsigned char) text[i]);
        const int  n = isdigit(c) ? c - '0' : c - 'a' + 10;

        if (!isxdigit(c)) {
            return false;
        }

        out[i / 2] = (uint8_t) (i % 2 == 0 ? n << 4 : out[i / 2] | n);
    }

    return true;
}


/* What is signed: the words before the body, and it. */

static bool
signature_text(ckp_buf_t *b, const char *id, const char *at, const char *body,
    size_t len)
{
    ckp_buf_init(b, len + 1024);

    if (id != NULL) {
        ckp_buf_printf(b, "%s.", id);
    }

    if (at != NULL) {
        ckp_buf_printf(b, "%s.", at);
    }

    ckp_buf_put(b, body, len);

    return b->failed == CKP_OK;
}


/*
 * A body that looks like what is signed with a time, the seconds and a dot
 * before it, is none: who heard such a message could say it again without its
 * time, as a body, at any time.
 */

static bool
signature_has_time(const char *body, size_t len)
{
    size_t  n = 0;

    while (n < len && isdigit((unsigned char) body[n])) {
        n++;
    }

    return n >= SIGNATURE_TIME_LEAST && n <= SIGNATURE_TIME && n < len
           && body[n] == '.';
}


static bool
signature_langorch(const ckp_signers_t *s, const ckp_signed_t *said,
    const char *body, size_t len, int64_t now_ms)
{
    const char *const  text = said->signature != NULL ? said->signature
                                                      : said->hub;
    const char *const  at = said->signature != NULL ? said->timestamp : NULL;
    uint8_t            want[CKP_SHA256_LEN];
    uint8_t            sum[CKP_SHA256_LEN];
    ckp_buf_t          b;
    bool               holds = false;

    if (text == NULL || !signature_hex(text, want)
        || (at == NULL && (s->needs_time || signature_has_time(body, len)))
        || (at != NULL && !signature_fresh(at, s->window_s, now_ms)))
    {
        return false;
    }

    if (signature_text(&b, NULL, at, body, len)) {
        for (size_t i = 0; i < s->n; i++) {
            ckp_hmac_sha256(s->secrets[i], strlen(s->secrets[i]),
                            ckp_buf_str(&b), b.len, sum);
            holds = (ckp_same(sum, want, CKP_SHA256_LEN)
                     && s->secrets[i][0] != '\0') || holds;
        }
    }

    ckp_buf_free(&b);

    return holds;
}


/* --- Standard Webhooks -------------------------------------------------------- */

/* "whsec_" and Base64, or the bytes themselves. */

static bool
signature_key(const char *secret, uint8_t *key, size_t *n)
{
    const size_t  len = strlen(secret);

    if (strncmp(secret, "whsec_", 6) == 0) {
        return len <= SIGNATURE_KEY && ckp_base64_read(secret + 6, len - 6,
                                                       key, n)
               && *n > 0;
    }

    if (len == 0 || len > SIGNATURE_KEY) {
        return false;
    }

    memcpy(key, secret, len);
    *n = len;

    return true;
}


/* One "v1,<base64>" of the list; those of other versions are passed over. */

static bool
signature_one(const char *text, size_t len, const uint8_t sum[CKP_SHA256_LEN])
{
    uint8_t  got[128];
    size_t   n = 0;

    return len > 3 && len < 100 && strncmp(text, "v1,", 3) == 0
           && ckp_base64_read(text + 3, len - 3, got, &n)
           && n == CKP_SHA256_LEN && ckp_same(got, sum, CKP_SHA256_LEN);
}


static bool
signature_list(const char *list, const uint8_t sum[CKP_SHA256_LEN])
{
    bool  holds = false;

    for (size_t i = 0; i < CKP_SIGNATURE_LIST_MAX && *list != '\0'; i++) {
        const size_t  len = strcspn(list, " ");

        holds = signature_one(list, len, sum) || holds;
        list += len;
        list += strspn(list, " ");
    }

    return holds;
}


/* A dot in the id would make one text of two messages. */

static bool
signature_standard(const ckp_signers_t *s, const ckp_signed_t *said,
    const char *body, size_t len, int64_t now_ms)
{
    uint8_t    key[SIGNATURE_KEY + 3];
    uint8_t    sum[CKP_SHA256_LEN];
    size_t     n;
    ckp_buf_t  b;
    bool       holds = false;

    if (said->id == NULL || said->at == NULL || said->list == NULL
        || said->id[0] == '\0' || strchr(said->id, '.') != NULL
        || strlen(said->id) > CKP_SIGNATURE_ID_MAX
        || !signature_fresh(said->at, s->window_s, now_ms))
    {
        return false;
    }

    if (signature_text(&b, said->id, said->at, body, len)) {
        for (size_t i = 0; i < s->n; i++) {
            if (signature_key(s->secrets[i], key, &n)) {
                ckp_hmac_sha256(key, n, ckp_buf_str(&b), b.len, sum);
                holds = signature_list(said->list, sum) || holds;
            }
        }
    }

    ckp_buf_free(&b);
    ckp_overwrite(key, sizeof(key));

    return holds;
}


bool
ckp_signature_holds(const ckp_signers_t *s, const ckp_signed_t *said,
    const char *body, size_t len, int64_t now_ms)
{
    return s->standard ? signature_standard(s, said, body, len, now_ms)
                       : signature_langorch(s, said, body, len, now_ms);
}


/* --- the secret itself ---------------------------------------------------------- */

/* Hashes are compared: they are of one length. */

bool
ckp_credential_holds(const ckp_signers_t *s, const char *header, bool basic)
{
    const char *const  word = basic ? "Basic " : "Bearer ";
    uint8_t            got[CKP_SHA256_LEN];
    uint8_t            sum[CKP_SHA256_LEN];
    bool               holds = false;

    if (header == NULL || strncasecmp(header, word, strlen(word)) != 0) {
        return false;
    }

    header += strlen(word);
    header += strspn(header, " ");
    ckp_sha256(header, strlen(header), got);

    for (size_t i = 0; i < s->n; i++) {
        const char *const  secret = s->secrets[i];
        ckp_buf_t          b;

        ckp_buf_init(&b, 2 * strlen(secret) + 8);

        if (basic) {
            ckp_base64_put(&b, (const uint8_t *) secret, strlen(secret),
                           false);

        } else {
            ckp_buf_puts(&b, secret);
        }

        ckp_sha256(ckp_buf_str(&b), b.len, sum);
        holds = (ckp_same(got, sum, CKP_SHA256_LEN) && secret[0] != '\0'
                 && b.failed == CKP_OK) || holds;
        ckp_overwrite(b.data, b.len);
        ckp_buf_free(&b);
    }

    return holds;
}
