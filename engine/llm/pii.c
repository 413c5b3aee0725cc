/*
 * Data of persons in what leaves for a model and in what comes back: found,
 * then masked, hashed, replaced or refused.  Source: spec/ckp.md 23.6.
 *
 * n.pii {token: value} lets an answer be restored; n.piin {type: count} is what
 * is told, and never a value.
 */

#include "llm/llm.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "lang/regex.h"

#define PII_KINDS   (CKP_PII_TYPES_MAX + CKP_PII_CUSTOM_MAX)
#define PII_WINDOW  (CKP_REGEX_SUBJECT_MAX - 4096)
#define PII_TEXT    (8 * 1024 * 1024)
#define PII_TOKENS  2000            /* of a node; what is more is masked */

typedef struct {
    ckp_fiber_t      *f;
    const ckp_pii_t  *pii;
    ckp_pii_act_t     act;
    ckp_buf_t         out;
    size_t            found;
    int64_t           counts[PII_KINDS];
    ckp_code_t        rc;
} pii_t;


/* In the order in which they win where two begin at one place. */

static const struct {
    const char  *type;
    const char  *shown;
    const char  *pattern;
} pii_kinds[CKP_PII_TYPES_MAX] = {
    { "url_credential", "URL_CREDENTIAL",
      "[A-Za-z][A-Za-z0-9+.-]*://[^\\s/:@]+:[^\\s/@]+@" },
    { "email", "EMAIL",
      "[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}" },
    { "iban", "IBAN", "\\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\\b" },
    { "credit_card", "CREDIT_CARD", "\\b(?:[0-9][ -]?){12,18}[0-9]\\b" },
    { "ssn", "SSN", "\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b" },
    { "ip", "IP",
      "\\b(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\\.){3}"
      "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\\b"
      "|\\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\\b" },
    { "phone", "PHONE",
      "(?<![0-9A-Za-z])(?:\\+[0-9]{7,15}|(?:\\+[0-9]{1,3}[ .-]?)?"
      "(?:\\([0-9]{2,4}\\)[ .-]?|[0-9]{2,4}[ .-])[0-9]{3,4}[ .-]?[0-9]{3,4})"
      "(?![0-9A-Za-z])" }
};


const char *
ckp_pii_type(size_t i, const char **pattern)
{
    if (i >= CKP_PII_TYPES_MAX) {
        return NULL;
    }

    *pattern = pii_kinds[i].pattern;

    return pii_kinds[i].type;
}


/* --- is it one --------------------------------------------------------- */

static bool
pii_luhn(const char *s, size_t len)
{
    unsigned  sum = 0;
    bool      twice = false;

    for (size_t i = len; i-- > 0; ) {
        unsigned  d = (unsigned) (s[i] - '0');

        if (s[i] < '0' || s[i] > '9') {
            continue;
        }

        d = twice ? (d > 4 ? 2 * d - 9 : 2 * d) : d;
        sum += d;
        twice = !twice;
    }

    return sum > 0 && sum % 10 == 0;
}


/* ISO 13616: country and check digits go to the end, letters are numbers. */

static bool
pii_mod97(const char *s, size_t len)
{
    unsigned  rest = 0;
    size_t    n = 0;

    for (size_t i = 0; i < len; i++) {
        const char  c = s[(i + 4) % len];

        if (c == ' ') {
            continue;
        }

        n++;
        rest = c >= 'A' && c <= 'Z'
               ? (rest * 100 + (unsigned) (c - 'A') + 10) % 97
               : (rest * 10 + (unsigned) (c - '0')) % 97;
    }

    return n >= 15 && rest == 1;
}


static bool
pii_holds(size_t kind, const char *s, size_t len)
{
    if (kind >= CKP_PII_TYPES_MAX) {
        return len > 0;
    }

    if (strcmp(pii_kinds[kind].type, "credit_card") == 0) {
        return pii_luhn(s, len);
    }

    return strcmp(pii_kinds[kind].type, "iban") != 0 || pii_mod97(s, len);
}


/* --- what stands for it ------------------------------------------------ */

static const char *
pii_name(const pii_t *p, size_t kind, bool shown)
{
    return kind >= CKP_PII_TYPES_MAX ? p->pii->names[kind - CKP_PII_TYPES_MAX]
           : shown ? pii_kinds[kind].shown : pii_kinds[kind].type;
}


/* The token of a value, the same for the same value; n.pii remembers it. */

static void
pii_token(pii_t *p, size_t kind, const char *s, size_t len)
{
    const json_t *const  all = ckp_fiber_get(p->f, "pii", NULL);
    const char *const    name = pii_name(p, kind, true);
    const size_t         n = strlen(name);
    unsigned             highest = 0;
    char                 token[160];
    const char          *key;
    json_t              *value;

    json_object_foreach((json_t *) all, key, value) {
        if (strncmp(key + 1, name, n) != 0 || key[1 + n] != '_') {
            continue;
        }

        highest++;

        if (json_string_length(value) == len
            && memcmp(json_string_value(value), s, len) == 0)
        {
            ckp_buf_puts(&p->out, key);
            return;
        }
    }

    if (json_object_size(all) >= PII_TOKENS) {
        ckp_buf_printf(&p->out, "[%s]", name);
        return;
    }

    (void) snprintf(token, sizeof(token), "<%.100s_%u>", name, highest + 1);
    ckp_buf_puts(&p->out, token);
    p->rc = ckp_fiber_put(p->f, "pii", token, json_stringn(s, len));
}


static void
pii_hash(pii_t *p, size_t kind, const char *s, size_t len)
{
    uint8_t  sum[CKP_SHA256_LEN];
    char     hex[9];

    ckp_sha256(s, len, sum);
    ckp_hex(sum, 4, hex);
    ckp_buf_printf(&p->out, "%s:%s", pii_name(p, kind, true), hex);
}


/* What is told of this text, added to what is to be told. */

static ckp_code_t
pii_counted(pii_t *p)
{
    for (size_t k = 0; k < PII_KINDS && p->rc == CKP_OK; k++) {
        if (p->counts[k] > 0) {
            const char *const  name = pii_name(p, k, false);
            const int64_t      n = ckp_fiber_get_int(p->f, "piin", name);

            p->rc = ckp_fiber_put(p->f, "piin", name,
                                  json_integer(n + p->counts[k]));
        }
    }

    return p->rc;
}


static void
pii_replace(pii_t *p, size_t kind, const char *s, size_t len)
{
    p->found++;
    p->counts[kind]++;

    switch (p->act) {

    case CKP_PII_TOKENIZE:
        pii_token(p, kind, s, len);
        return;

    case CKP_PII_HASH:
        pii_hash(p, kind, s, len);
        return;

    case CKP_PII_OFF:
    case CKP_PII_BLOCK:
    case CKP_PII_MASK:
        break;
    }

    ckp_buf_printf(&p->out, "[%s]", pii_name(p, kind, true));
}


/* --- finding ----------------------------------------------------------- */

static const ckp_regex_t *
pii_regex(const pii_t *p, size_t kind)
{
    if (kind >= CKP_PII_TYPES_MAX) {
        return kind - CKP_PII_TYPES_MAX < p->pii->ncustom
               ? p->pii->custom[kind - CKP_PII_TYPES_MAX] : NULL;
    }

    return (p->pii->types & (1u << kind)) != 0 ? p->pii->known[kind] : NULL;
}


/* The next of a kind from `from` on that is really one. */

static void
pii_next(const pii_t *p, size_t kind, const char *s, size_t len, size_t from,
    ckp_span_t *span)
{
    const ckp_regex_t *const  re = pii_regex(p, kind);

    span->start = SIZE_MAX;

    while (re != NULL && from < len) {
        ckp_span_t  one;

        if (ckp_regex_match(re, s, len, from, &one, 1) == 0) {
            return;
        }

        if (one.end > one.start && pii_holds(kind, s + one.start,
                                             one.end - one.start))
        {
            *span = one;
            return;
        }

        from = one.start + 1;

        /* not in the middle of a character */

        while (from < len && ((unsigned char) s[from] & 0xc0) == 0x80) {
            from++;
        }
    }
}


static void
pii_window(pii_t *p, const char *s, size_t len)
{
    ckp_span_t  next[PII_KINDS];
    size_t      at = 0;

    for (size_t k = 0; k < PII_KINDS; k++) {
        pii_next(p, k, s, len, 0, &next[k]);
    }

    while (p->rc == CKP_OK) {
        size_t  best = PII_KINDS;

        for (size_t k = 0; k < PII_KINDS; k++) {
            if (next[k].start != SIZE_MAX && next[k].start < at) {
                pii_next(p, k, s, len, at, &next[k]);
            }

            if (next[k].start != SIZE_MAX
                && (best == PII_KINDS || next[k].start < next[best].start))
            {
                best = k;
            }
        }

        if (best == PII_KINDS) {
            break;
        }

        ckp_buf_put(&p->out, s + at, next[best].start - at);
        pii_replace(p, best, s + next[best].start,
                    next[best].end - next[best].start);
        at = next[best].end;
        next[best].start = 0;       /* looked for again, from `at` on */
    }

    ckp_buf_put(&p->out, s + at, len - at);
}


/* Long texts are looked through in windows that end at a space. */

static void
pii_walk(pii_t *p, const char *text)
{
    size_t  len = strlen(text);

    while (len > PII_WINDOW && p->rc == CKP_OK) {
        size_t  n = PII_WINDOW;

        while (n > PII_WINDOW / 2 && text[n] != ' ' && text[n] != '\n') {
            n--;
        }

        while (((unsigned char) text[n] & 0xc0) == 0x80) {
            n--;
        }

        pii_window(p, text, n);
        text += n;
        len -= n;
    }

    pii_window(p, text, len);
}


static ckp_code_t
pii_apply(pii_t *p, const char *text, json_t **out)
{
    ckp_code_t  rc;

    ckp_buf_init(&p->out, PII_TEXT);
    pii_walk(p, text);
    rc = pii_counted(p);
    rc = rc != CKP_OK ? rc : (ckp_code_t) p->out.failed;

    if (rc == CKP_OK) {
        *out = json_stringn(ckp_buf_str(&p->out), p->out.len);
        rc = *out == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    ckp_buf_free(&p->out);

    return rc == CKP_E_LIMIT
           ? ckp_fiber_raise(p->f, "LLMCallError", "the text is too long")
           : rc;
}


static ckp_code_t
pii_as_it_is(const char *text, json_t **out)
{
    *out = json_string(text);

    return *out == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* --- the ways ---------------------------------------------------------- */

ckp_code_t
ckp_pii_out(ckp_fiber_t *f, const char *text, json_t **out)
{
    const ckp_pii_t *const  pii = ckp_fiber_node(f)->u.llm->pii;
    pii_t                   p = { .f = f, .pii = pii };

    if (pii == NULL || pii->pre == CKP_PII_OFF) {
        return pii_as_it_is(text, out);
    }

    p.act = pii->pre;

    return pii_apply(&p, text, out);
}


/* Tokens of ours become what they stand for. */

static ckp_code_t
pii_restore(ckp_fiber_t *f, json_t **text)
{
    const json_t *const  all = ckp_fiber_get(f, "pii", NULL);
    const char          *s = json_string_value(*text);
    ckp_buf_t            b;
    json_t              *out;
    ckp_code_t           rc;

    if (json_object_size(all) == 0) {
        return CKP_OK;
    }

    ckp_buf_init(&b, PII_TEXT);

    while (*s != '\0') {
        const size_t         plain = strcspn(s, "<");
        const size_t         len = s[plain] == '<'
                                   ? strcspn(s + plain, ">") + 1 : 0;
        const json_t *const  value = len > 2 && len < 160
                                     && s[plain + len - 1] == '>'
                                     ? json_object_getn(all, s + plain, len)
                                     : NULL;

        ckp_buf_put(&b, s, plain);
        s += plain;

        if (value != NULL) {
            ckp_buf_put(&b, json_string_value(value),
                        json_string_length(value));
            s += len;

        } else if (*s == '<') {
            ckp_buf_put(&b, s++, 1);
        }
    }

    out = b.failed == CKP_OK ? json_stringn(ckp_buf_str(&b), b.len) : NULL;
    rc = (ckp_code_t) b.failed;
    ckp_buf_free(&b);

    if (out != NULL) {
        json_decref(*text);
        *text = out;
    }

    return out != NULL ? CKP_OK : rc != CKP_OK ? rc : CKP_E_NOMEM;
}


ckp_code_t
ckp_pii_back(ckp_fiber_t *f, const char *text, json_t **out)
{
    const ckp_pii_t *const  pii = ckp_fiber_node(f)->u.llm->pii;
    pii_t                   p = { .f = f, .pii = pii };
    ckp_code_t              rc;

    if (pii == NULL || pii->post == CKP_PII_OFF) {
        rc = pii_as_it_is(text, out);

    } else {
        p.act = pii->post;
        rc = pii_apply(&p, text, out);

        if (rc == CKP_OK && p.found > 0) {
            rc = ckp_pii_told(f, "post");
        }

        if (rc == CKP_OK && p.found > 0 && pii->post == CKP_PII_BLOCK) {
            rc = ckp_fiber_raise(f, "LlmPolicyViolation", "the answer has "
                                 "data of persons in it");
        }
    }

    if (rc == CKP_OK && pii != NULL && pii->pre == CKP_PII_TOKENIZE
        && pii->restore)
    {
        rc = pii_restore(f, out);
    }

    if (rc != CKP_OK) {
        json_decref(*out);
        *out = NULL;
    }

    return rc;
}


ckp_code_t
ckp_pii_told(ckp_fiber_t *f, const char *stage)
{
    json_t *const  counts = ckp_fiber_get(f, "piin", NULL);
    ckp_code_t     rc;

    if (json_object_size(counts) == 0) {
        return CKP_OK;
    }

    rc = ckp_fiber_emit(f, "pii_redacted", json_pack("{s:s, s:o}", "stage",
                        stage, "counts", json_deep_copy(counts)));

    return rc == CKP_OK ? ckp_fiber_del(f, "piin", NULL) : rc;
}
