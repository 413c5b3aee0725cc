/*
 * Signature Version 4: a canonical form of the request is hashed, and its hash
 * is signed with a key that is made of the secret, the day, the region and the
 * service.
 */

#include "wire/sigv4.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/sha.h"

#define SIGV4_NAME   "AWS4-HMAC-SHA256"
#define SIGV4_END    "aws4_request"
#define SIGV4_LINES  32                 /* of a head */
#define SIGV4_PAIRS  64                 /* of a query */
#define SIGV4_MAX    (64 * 1024)
#define SIGV4_HEX    (2 * CKP_SHA256_LEN + 1)


typedef struct {
    const char  *text;
    size_t       len;
} sigv4_part_t;


static char
sigv4_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}


/* Names of a head, as they are when they are lower case. */

static int
sigv4_compare_names(const void *a, const void *b)
{
    const char  *p = *(const char *const *) a;
    const char  *q = *(const char *const *) b;

    while (*p != '\0' && sigv4_lower(*p) == sigv4_lower(*q)) {
        p++;
        q++;
    }

    return (unsigned char) sigv4_lower(*p) - (unsigned char) sigv4_lower(*q);
}


static int
sigv4_compare_parts(const void *a, const void *b)
{
    const sigv4_part_t *const  p = a;
    const sigv4_part_t *const  q = b;
    const size_t               n = p->len < q->len ? p->len : q->len;
    const int                  diff = memcmp(p->text, q->text, n);

    return diff != 0 ? diff : p->len < q->len ? -1 : p->len > q->len;
}


static void
sigv4_put_lower(ckp_buf_t *b, const char *name)
{
    for ( ; *name != '\0'; name++) {
        const char  c = sigv4_lower(*name);

        ckp_buf_put(b, &c, 1);
    }
}


/* Without white space around it, and one space for each run of them inside. */

static void
sigv4_put_value(ckp_buf_t *b, const char *value)
{
    bool  any = false;
    bool  gap = false;

    for ( ; *value != '\0'; value++) {
        if (*value == ' ' || *value == '\t') {
            gap = any;
            continue;
        }

        ckp_buf_put(b, " ", gap ? 1 : 0);
        ckp_buf_put(b, value, 1);
        any = true;
        gap = false;
    }
}


/* A path is escaped once more than it is sent. */

static void
sigv4_put_path(ckp_buf_t *b, const char *path)
{
    static const char  plain[] = "abcdefghijklmnopqrstuvwxyz"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

    if (*path == '\0') {
        ckp_buf_puts(b, "/");
    }

    for ( ; *path != '\0'; path++) {
        if (memchr(plain, *path, sizeof(plain) - 1) != NULL) {
            ckp_buf_put(b, path, 1);

        } else {
            ckp_buf_printf(b, "%%%02X", (unsigned) (unsigned char) *path);
        }
    }
}


/* Its pairs in their order, each with "=". */

static void
sigv4_put_query(ckp_buf_t *b, const char *query)
{
    sigv4_part_t  parts[SIGV4_PAIRS];
    size_t        n = 0;

    while (*query != '\0') {
        const size_t  len = strcspn(query, "&");

        if (len > 0) {
            if (n == SIGV4_PAIRS) {
                b->failed = CKP_E_LIMIT;
                return;
            }

            parts[n++] = (sigv4_part_t) { query, len };
        }

        query += len + (query[len] == '&' ? 1 : 0);
    }

    qsort(parts, n, sizeof(parts[0]), sigv4_compare_parts);

    for (size_t i = 0; i < n; i++) {
        ckp_buf_puts(b, i == 0 ? "" : "&");
        ckp_buf_put(b, parts[i].text, parts[i].len);

        if (memchr(parts[i].text, '=', parts[i].len) == NULL) {
            ckp_buf_puts(b, "=");
        }
    }
}


/* The sorted names of the head, lent; their number. */

static size_t
sigv4_names(const ckp_sigv4_t *s, const char *names[SIGV4_LINES])
{
    const char  *name;
    json_t      *value;
    size_t       n = 0;

    json_object_foreach((json_t *) s->headers, name, value) {
        if (n < SIGV4_LINES && json_is_string(value)) {
            names[n++] = name;
        }
    }

    qsort(names, n, sizeof(names[0]), sigv4_compare_names);

    return n;
}


static void
sigv4_put_names(ckp_buf_t *b, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ckp_buf_puts(b, i == 0 ? "" : ";");
        sigv4_put_lower(b, names[i]);
    }
}


static void
sigv4_put_hash(ckp_buf_t *b, const char *data, size_t len)
{
    uint8_t  sum[CKP_SHA256_LEN];
    char     hex[SIGV4_HEX];

    ckp_sha256(data, len, sum);
    ckp_hex(sum, sizeof(sum), hex);
    ckp_buf_puts(b, hex);
}


static void
sigv4_put_request(ckp_buf_t *b, const ckp_sigv4_t *s, const char *const *names,
    size_t n)
{
    ckp_buf_puts(b, s->method);
    ckp_buf_puts(b, "\n");
    sigv4_put_path(b, s->path);
    ckp_buf_puts(b, "\n");
    sigv4_put_query(b, s->query);
    ckp_buf_puts(b, "\n");

    for (size_t i = 0; i < n; i++) {
        sigv4_put_lower(b, names[i]);
        ckp_buf_puts(b, ":");
        sigv4_put_value(b, json_string_value(json_object_get(s->headers,
                                                             names[i])));
        ckp_buf_puts(b, "\n");
    }

    ckp_buf_puts(b, "\n");
    sigv4_put_names(b, names, n);
    ckp_buf_puts(b, "\n");
    sigv4_put_hash(b, s->body, s->len);
}


/* The length of the day, which the stamp begins with. */

static size_t
sigv4_day(const ckp_sigv4_t *s)
{
    const size_t  n = strlen(s->stamp);

    return n < 8 ? n : 8;
}


/* The day, the region and the service, for which a key is good. */

static void
sigv4_put_scope(ckp_buf_t *b, const ckp_sigv4_t *s)
{
    ckp_buf_put(b, s->stamp, sigv4_day(s));
    ckp_buf_puts(b, "/");
    ckp_buf_puts(b, s->region);
    ckp_buf_puts(b, "/");
    ckp_buf_puts(b, s->service);
    ckp_buf_puts(b, "/" SIGV4_END);
}


static void
sigv4_sign(const ckp_sigv4_t *s, const ckp_buf_t *text, char hex[SIGV4_HEX])
{
    uint8_t    sum[CKP_SHA256_LEN];
    ckp_buf_t  key;

    ckp_buf_init(&key, SIGV4_MAX);
    ckp_buf_puts(&key, "AWS4");
    ckp_buf_puts(&key, s->secret);
    ckp_hmac_sha256(ckp_buf_str(&key), key.len, s->stamp,
                    sigv4_day(s), sum);

    if (key.data != NULL) {
        ckp_overwrite(key.data, key.len);
    }

    ckp_hmac_sha256(sum, sizeof(sum), s->region, strlen(s->region), sum);
    ckp_hmac_sha256(sum, sizeof(sum), s->service, strlen(s->service), sum);
    ckp_hmac_sha256(sum, sizeof(sum), SIGV4_END, sizeof(SIGV4_END) - 1, sum);
    ckp_hmac_sha256(sum, sizeof(sum), ckp_buf_str(text), text->len, sum);
    ckp_hex(sum, sizeof(sum), hex);
    ckp_overwrite(sum, sizeof(sum));
    ckp_buf_free(&key);
}


void
ckp_sigv4(const ckp_sigv4_t *s, ckp_buf_t *out)
{
    const char   *names[SIGV4_LINES];
    const size_t  n = sigv4_names(s, names);
    char          hex[SIGV4_HEX];
    ckp_buf_t     request;
    ckp_buf_t     text;

    ckp_buf_init(&request, SIGV4_MAX);
    ckp_buf_init(&text, SIGV4_MAX);
    sigv4_put_request(&request, s, names, n);

    ckp_buf_puts(&text, SIGV4_NAME "\n");
    ckp_buf_puts(&text, s->stamp);
    ckp_buf_puts(&text, "\n");
    sigv4_put_scope(&text, s);
    ckp_buf_puts(&text, "\n");
    sigv4_put_hash(&text, ckp_buf_str(&request), request.len);
    sigv4_sign(s, &text, hex);

    ckp_buf_puts(out, SIGV4_NAME " Credential=");
    ckp_buf_puts(out, s->id);
    ckp_buf_puts(out, "/");
    sigv4_put_scope(out, s);
    ckp_buf_puts(out, ", SignedHeaders=");
    sigv4_put_names(out, names, n);
    ckp_buf_puts(out, ", Signature=");
    ckp_buf_puts(out, hex);

    if (out->failed == CKP_OK && (request.failed != CKP_OK
                                  || text.failed != CKP_OK))
    {
        out->failed = request.failed != CKP_OK ? request.failed : text.failed;
    }

    if (request.data != NULL) {
        ckp_overwrite(request.data, request.len);   /* the session is in it */
    }

    ckp_buf_free(&request);
    ckp_buf_free(&text);
}
