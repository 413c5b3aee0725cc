/*
 * The bytes of attachments, which no run ever has: what they are, and how they
 * come into a request.  Touches nothing but its arguments, so that the host may
 * do it in a thread.  Source: spec/ckp.md 23.8.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/utf8.h"
#include "lang/regex.h"

#define BYTES_LABEL_MAX  (64 * 1024)
#define BYTES_TOO_LONG   "it is too long when it is masked"

/* What `mask` of an effect says, ready for use. */

typedef struct {
    ckp_pii_t      pii;
    ckp_masking_t  how;
    bool           on;
} bytes_mask_t;


/* --- what they are ----------------------------------------------------- */

/* By how it begins; NULL: no image that models know. */

static const char *
bytes_image(const char *data, size_t len)
{
    static const struct {
        const char  *begins;
        size_t       n;
        const char  *type;
    } known[] = {
        { "\x89PNG\r\n\x1a\n", 8, "image/png" },
        { "\xff\xd8\xff", 3, "image/jpeg" },
        { "GIF87a", 6, "image/gif" }, { "GIF89a", 6, "image/gif" }
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (len >= known[i].n
            && memcmp(data, known[i].begins, known[i].n) == 0)
        {
            return known[i].type;
        }
    }

    return len >= 12 && memcmp(data, "RIFF", 4) == 0
           && memcmp(data + 8, "WEBP", 4) == 0 ? "image/webp" : NULL;
}


/* What its sender says; cut before parameters.  Images and texts only. */

static json_t *
bytes_told(const char *type, const char *begin)
{
    const size_t  n = type == NULL ? 0 : strcspn(type, "; ");

    return n > strlen(begin) && n < 128
           && strncmp(type, begin, strlen(begin)) == 0
           ? json_stringn(type, n) : NULL;
}


static json_t *
bytes_type(const char *type, const char *data, size_t len, bool *image)
{
    const char *const  known = bytes_image(data, len);
    json_t            *told = NULL;

    if (known == NULL) {
        told = bytes_told(type, "image/");
    }

    *image = known != NULL || told != NULL;

    if (*image) {
        return told != NULL ? told : json_string(known);
    }

    if (memchr(data, '\0', len) != NULL || !ckp_utf8_holds(data, len)) {
        return NULL;
    }

    told = bytes_told(type, "text/");

    return told != NULL ? told : json_string("text/plain");
}


typedef struct {
    char  hex[2 * CKP_SHA256_LEN + 1];
} bytes_sum_t;


static bytes_sum_t
bytes_sum(const char *data, size_t len)
{
    uint8_t      sum[CKP_SHA256_LEN];
    bytes_sum_t  text;

    ckp_sha256(data, len, sum);
    ckp_hex(sum, sizeof(sum), text.hex);

    return text;
}


/* --- data of persons in them ------------------------------------------- */

static void
bytes_mask_end(bytes_mask_t *m)
{
    for (size_t i = 0; i < CKP_PII_TYPES_MAX; i++) {
        ckp_regex_free(m->pii.known[i]);
    }

    for (size_t i = 0; i < m->pii.ncustom; i++) {
        ckp_regex_free(m->pii.custom[i]);
    }

    json_decref(m->how.fresh);
    json_decref(m->how.counts);
}


static ckp_code_t
bytes_mask_types(bytes_mask_t *m, const json_t *types)
{
    for (size_t i = 0; i < CKP_PII_TYPES_MAX; i++) {
        const char        *pattern = NULL;
        const char *const  name = ckp_pii_type(i, &pattern);

        for (size_t k = 0; k < json_array_size(types); k++) {
            const char *const  one = json_string_value(json_array_get(types,
                                                                      k));

            if (one != NULL && strcmp(one, name) == 0) {
                m->pii.types |= 1u << i;
            }
        }

        if ((m->pii.types & (1u << i)) != 0) {
            m->pii.known[i] = ckp_regex_new(pattern, false, NULL, NULL);

            if (m->pii.known[i] == NULL) {
                return CKP_E_NOMEM;
            }
        }
    }

    return CKP_OK;
}


static ckp_code_t
bytes_mask_custom(bytes_mask_t *m, const json_t *custom)
{
    const json_t  *one;
    size_t         i;

    json_array_foreach(custom, i, one) {
        const char *const  name = ckp_json_str(one, "name");
        const char *const  text = ckp_json_str(one, "regex");

        if (name == NULL || text == NULL
            || m->pii.ncustom == CKP_PII_CUSTOM_MAX)
        {
            continue;
        }

        m->pii.names[m->pii.ncustom] = name;
        m->pii.custom[m->pii.ncustom] = ckp_regex_new(text, false, NULL, NULL);

        if (m->pii.custom[m->pii.ncustom++] == NULL) {
            return CKP_E_NOMEM;
        }
    }

    return CKP_OK;
}


/* spec NULL: nothing is masked. */

static ckp_code_t
bytes_mask_new(bytes_mask_t *m, const json_t *spec)
{
    const char *const  act = ckp_json_str(spec, "act");
    ckp_code_t         rc;

    memset(m, 0, sizeof(*m));

    if (act == NULL) {
        return CKP_OK;
    }

    m->on = true;
    m->how.pii = &m->pii;
    m->how.act = strcmp(act, "tokenize") == 0 ? CKP_PII_TOKENIZE
                 : strcmp(act, "hash") == 0 ? CKP_PII_HASH : CKP_PII_MASK;
    m->how.known = json_object_get(spec, "tokens");
    m->how.fresh = json_object();
    m->how.counts = json_object();

    rc = m->how.fresh == NULL || m->how.counts == NULL ? CKP_E_NOMEM
         : bytes_mask_types(m, json_object_get(spec, "types"));

    return rc == CKP_OK ? bytes_mask_custom(m, json_object_get(spec, "custom"))
                        : rc;
}


/* Appends a text as it may leave. */

static ckp_code_t
bytes_masked(bytes_mask_t *m, const char *data, size_t len, ckp_buf_t *out)
{
    if (m->on) {
        return ckp_pii_mask(&m->how, data, len, out);
    }

    ckp_buf_put(out, data, len);

    return (ckp_code_t) out->failed;
}


/* --- a look at them ---------------------------------------------------- */

/* Which tokens the text needs; the text itself is of no use here. */

static ckp_code_t
bytes_tokens(json_t *out, const json_t *spec, const char *data, size_t len)
{
    bytes_mask_t  m;
    ckp_buf_t     b;
    ckp_code_t    rc = bytes_mask_new(&m, spec);

    ckp_buf_init(&b, 2 * CKP_LLM_ATTACHMENT_MAX);

    if (rc == CKP_OK && m.on) {
        rc = bytes_masked(&m, data, len, &b);

        if (rc == CKP_OK
            && (json_object_set(out, "tokens", m.how.fresh) != 0
                || json_object_set(out, "counts", m.how.counts) != 0))
        {
            rc = CKP_E_NOMEM;
        }
    }

    ckp_buf_free(&b);
    bytes_mask_end(&m);

    return rc;
}


json_t *
ckp_attachment_look(const json_t *want, const char *type, const char *data,
    size_t len)
{
    const char *const  kind = ckp_json_str(want, "kind");
    bool               image = false;
    json_t *const      media = bytes_type(type, data, len, &image);
    json_t            *out;
    ckp_code_t         rc;

    if (len == 0 || media == NULL
        || (kind != NULL && strcmp(kind, image ? "text" : "image") == 0))
    {
        json_decref(media);

        return json_pack("{s:s}", "why", len == 0 ? "it is empty"
                         : kind == NULL || strcmp(kind, "any") == 0
                           ? "neither image nor text"
                         : strcmp(kind, "image") == 0 ? "it is no image"
                                                      : "it is no text");
    }

    out = json_pack("{s:s, s:o, s:I, s:s}", "kind", image ? "image" : "text",
                    "type", media, "bytes", (json_int_t) len,
                    "sha256", bytes_sum(data, len).hex);

    if (out == NULL || image) {
        return out;
    }

    rc = bytes_tokens(out, json_object_get(want, "mask"), data, len);

    if (rc == CKP_OK) {
        return out;
    }

    json_decref(out);

    return rc == CKP_E_LIMIT ? json_pack("{s:s}", "why", BYTES_TOO_LONG)
                             : NULL;
}


/* --- into a request ---------------------------------------------------- */

static json_t *
bytes_image_part(const char *media, const char *data, size_t len)
{
    json_t     *url = NULL;
    ckp_buf_t   b;

    ckp_buf_init(&b, 2 * CKP_LLM_ATTACHMENT_MAX);
    ckp_buf_printf(&b, "data:%.120s;base64,", media);
    ckp_base64_put(&b, (const uint8_t *) data, len, false);

    if (b.failed == CKP_OK) {
        url = json_stringn(b.data, b.len);
    }

    ckp_buf_free(&b);

    return json_pack("{s:s, s:{s:o}}", "type", "image_url", "image_url",
                     "url", url);
}


static json_t *
bytes_text_part(const char *label, bytes_mask_t *m, const char *data,
    size_t len)
{
    json_t     *text = NULL;
    ckp_buf_t   b;
    size_t      n = strlen(label);

    n = n < BYTES_LABEL_MAX / 2 ? n : BYTES_LABEL_MAX / 2;

    /* not in the middle of a character */

    while (n > 0 && ((unsigned char) label[n] & 0xc0) == 0x80) {
        n--;
    }

    ckp_buf_init(&b, 2 * CKP_LLM_ATTACHMENT_MAX + BYTES_LABEL_MAX);
    ckp_buf_printf(&b, "[%.*s]\n", (int) n, label);

    if (bytes_masked(m, data, len, &b) == CKP_OK && b.failed == CKP_OK) {
        text = json_stringn(b.data, b.len);
    }

    ckp_buf_free(&b);

    return json_pack("{s:s, s:o}", "type", "text", "text", text);
}


typedef struct {
    const ckp_attachments_t  *from;
    bytes_mask_t              mask;
    size_t                    all;      /* bytes so far */
} bytes_fill_t;


static ckp_code_t
bytes_part(bytes_fill_t *fill, json_t *parts, size_t i, ckp_err_t *err)
{
    const json_t *const  one = json_array_get(parts, i);
    const char *const    sum = ckp_json_str(one, "sha256");
    const char *const    at = ckp_json_str(one, "at");
    const char *const    label = ckp_json_str(one, "label");
    const char *const    kind = ckp_json_str(one, "kind");
    const unsigned long  refusals = ckp_memory_refusals();
    const char          *why = "it is not there";
    char                *data = NULL;
    size_t               len = 0;
    json_t              *part;

    if (at != NULL && sum != NULL && kind != NULL) {
        why = fill->from->read(fill->from->data, at, &data, &len);
        fill->all += len;
    }

    /* whoever made the request: it has no more room than others */

    if (why == NULL && fill->all > CKP_LLM_ATTACHED_MAX) {
        ckp_free(data);
        why = "all together are larger than 20 MiB";
    }

    if (why != NULL) {
        return ckp_fail(err, CKP_E_INVALID, "", "attachment %.120s: %s",
                        label == NULL ? "" : label, why);
    }

    if (strcmp(bytes_sum(data, len).hex, sum) != 0) {
        ckp_free(data);
        return ckp_fail(err, CKP_E_INVALID, "", "attachment %.120s: it has "
                        "changed", label == NULL ? "" : label);
    }

    part = strcmp(kind, "image") == 0
           ? bytes_image_part(ckp_json_str(one, "media"), data, len)
           : bytes_text_part(label == NULL ? "" : label, &fill->mask, data,
                             len);

    ckp_free(data);

    /* masks may be longer than what they stand for */

    if (part == NULL && ckp_memory_refusals() == refusals) {
        return ckp_fail(err, CKP_E_INVALID, "", "attachment %.120s: "
                        BYTES_TOO_LONG, label == NULL ? "" : label);
    }

    return part != NULL && json_array_set_new(parts, i, part) == 0 ? CKP_OK
           : ckp_fail(err, CKP_E_NOMEM, "", "no memory");
}


ckp_code_t
ckp_attachment_fill(json_t *request, const json_t *mask,
    const ckp_attachments_t *from, ckp_err_t *err)
{
    bytes_fill_t   fill = { .from = from };
    const json_t  *message;
    size_t         i;
    ckp_code_t     rc = bytes_mask_new(&fill.mask, mask);

    json_array_foreach(json_object_get(request, "messages"), i, message) {
        json_t *const  parts = json_object_get(message, "content");

        for (size_t k = 0; rc == CKP_OK && k < json_array_size(parts); k++) {
            const char *const  type = ckp_json_str(json_array_get(parts, k),
                                                   "type");

            if (type != NULL && strcmp(type, "attachment") == 0) {
                rc = bytes_part(&fill, parts, k, err);
            }
        }
    }

    bytes_mask_end(&fill.mask);

    return rc;
}
