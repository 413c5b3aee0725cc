/*
 * Data of persons in a text: found, then masked, hashed or replaced by tokens.
 * Touches nothing but its arguments, so that texts which never come into a run
 * can be masked elsewhere.  Source: spec/ckp.md 23.6.
 */

#include "llm/llm.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "lang/regex.h"

#define MASK_KINDS   (CKP_PII_TYPES_MAX + CKP_PII_CUSTOM_MAX)
#define MASK_WINDOW  (CKP_REGEX_SUBJECT_MAX - 4096)
#define MASK_LEAST   512            /* bytes that are searched on their own */
#define MASK_TOKENS  2000           /* of a node; what is more is masked */

typedef struct {
    ckp_masking_t  *how;
    ckp_buf_t      *out;
    const char     *text;           /* what it was given */
    ckp_fold_t      fold;           /* and how that is searched */
    int64_t         counts[MASK_KINDS];
    bool            limited;        /* a search was given up */
    ckp_code_t      rc;
} mask_t;


/* In the order in which they win where two begin at one place.  What a pattern
 * may begin with has an end: a search is linear in the text, whatever it is. */

static const struct {
    const char  *type;
    const char  *shown;
    const char  *pattern;
} mask_kinds[CKP_PII_TYPES_MAX] = {
    { "url_credential", "URL_CREDENTIAL",
      "[A-Za-z][A-Za-z0-9+.-]{0,31}://[^\\s/:@]+:[^\\s/@]+@" },
    { "email", "EMAIL",
      "[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*"
      "\\.[A-Za-z]{2,}" },
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

    *pattern = mask_kinds[i].pattern;

    return mask_kinds[i].type;
}


/* --- is it one --------------------------------------------------------- */

static bool
mask_luhn(const char *s, size_t len)
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
mask_mod97(const char *s, size_t len)
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
mask_holds(size_t kind, const char *s, size_t len)
{
    if (kind >= CKP_PII_TYPES_MAX) {
        return len > 0;
    }

    if (strcmp(mask_kinds[kind].type, "credit_card") == 0) {
        return mask_luhn(s, len);
    }

    return strcmp(mask_kinds[kind].type, "iban") != 0 || mask_mod97(s, len);
}


/* --- what stands for it ------------------------------------------------ */

static const char *
mask_name(const mask_t *p, size_t kind, bool shown)
{
    return kind >= CKP_PII_TYPES_MAX
           ? p->how->pii->names[kind - CKP_PII_TYPES_MAX]
           : shown ? mask_kinds[kind].shown : mask_kinds[kind].type;
}


/* The token of a value among those; NULL: it has none.  *n grows by how many of
 * the name there are. */

static const char *
mask_known(const json_t *tokens, const char *name, const char *s, size_t len,
    unsigned *n)
{
    const size_t   length = strlen(name);
    const char    *key;
    json_t        *value;

    json_object_foreach((json_t *) tokens, key, value) {
        if (strncmp(key + 1, name, length) != 0 || key[1 + length] != '_') {
            continue;
        }

        (*n)++;

        if (json_string_length(value) == len
            && memcmp(json_string_value(value), s, len) == 0)
        {
            return key;
        }
    }

    return NULL;
}


/* The same for the same value. */

static void
mask_token(mask_t *p, size_t kind, const char *s, size_t len)
{
    const char *const  name = mask_name(p, kind, true);
    unsigned           n = 0;
    char               token[160];
    const char        *known = mask_known(p->how->known, name, s, len, &n);

    if (known == NULL) {
        known = mask_known(p->how->fresh, name, s, len, &n);
    }

    if (known != NULL) {
        ckp_buf_puts(p->out, known);
        return;
    }

    if (json_object_size(p->how->known) + json_object_size(p->how->fresh)
        >= MASK_TOKENS)
    {
        ckp_buf_printf(p->out, "[%s]", name);
        return;
    }

    (void) snprintf(token, sizeof(token), "<%.100s_%u>", name, n + 1);
    ckp_buf_puts(p->out, token);

    if (json_object_set_new(p->how->fresh, token, json_stringn(s, len)) != 0) {
        p->rc = CKP_E_NOMEM;
    }
}


static void
mask_hash(mask_t *p, size_t kind, const char *s, size_t len)
{
    uint8_t  sum[CKP_SHA256_LEN];
    char     hex[9];

    ckp_sha256(s, len, sum);
    ckp_hex(sum, 4, hex);
    ckp_buf_printf(p->out, "%s:%s", mask_name(p, kind, true), hex);
}


/* A part of what is searched, as it was given: *len grows or stays. */

static const char *
mask_given(const mask_t *p, const char *s, size_t *len)
{
    size_t  at;

    if (p->fold.text == NULL) {
        return s;
    }

    at = (size_t) (s - p->fold.text);
    *len = p->fold.at[at + *len] - p->fold.at[at];

    return p->text + p->fold.at[at];
}


static void
mask_plain(mask_t *p, const char *s, size_t len)
{
    const char *const  given = mask_given(p, s, &len);

    ckp_buf_put(p->out, given, len);
}


static void
mask_replace(mask_t *p, size_t kind, const char *s, size_t len)
{
    s = mask_given(p, s, &len);
    p->how->found++;
    p->counts[kind]++;

    switch (p->how->act) {

    case CKP_PII_TOKENIZE:
        mask_token(p, kind, s, len);
        return;

    case CKP_PII_HASH:
        mask_hash(p, kind, s, len);
        return;

    case CKP_PII_OFF:
    case CKP_PII_BLOCK:
    case CKP_PII_MASK:
        break;
    }

    ckp_buf_printf(p->out, "[%s]", mask_name(p, kind, true));
}


/* --- finding ----------------------------------------------------------- */

static const ckp_regex_t *
mask_regex(const mask_t *p, size_t kind)
{
    if (kind >= CKP_PII_TYPES_MAX) {
        return kind - CKP_PII_TYPES_MAX < p->how->pii->ncustom
               ? p->how->pii->custom[kind - CKP_PII_TYPES_MAX] : NULL;
    }

    return (p->how->pii->types & (1u << kind)) != 0
           ? p->how->pii->known[kind] : NULL;
}


/* The next of a kind from `from` on that is really one. */

static void
mask_next(mask_t *p, size_t kind, const char *s, size_t len, size_t from,
    ckp_span_t *span)
{
    const ckp_regex_t *const  re = mask_regex(p, kind);
    bool                      limited = false;

    span->start = SIZE_MAX;

    while (re != NULL && from < len) {
        ckp_span_t    one;
        const size_t  n = from == 0
                          ? ckp_regex_try(re, s, len, 0, &one, 1, &limited)
                          : ckp_regex_again(re, s, len, from, &one, &limited);

        if (n == 0) {
            p->limited = p->limited || limited;
            return;
        }

        if (one.end > one.start && mask_holds(kind, s + one.start,
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


/* How far it got: to the end, unless a search was given up. */

static size_t
mask_piece(mask_t *p, const char *s, size_t len)
{
    ckp_span_t  next[MASK_KINDS];
    size_t      at = 0;

    p->limited = false;

    for (size_t k = 0; k < MASK_KINDS; k++) {
        mask_next(p, k, s, len, 0, &next[k]);
    }

    while (p->rc == CKP_OK && !p->limited) {
        size_t  best = MASK_KINDS;

        for (size_t k = 0; k < MASK_KINDS; k++) {
            if (next[k].start != SIZE_MAX && next[k].start < at) {
                mask_next(p, k, s, len, at, &next[k]);
            }

            if (next[k].start != SIZE_MAX
                && (best == MASK_KINDS || next[k].start < next[best].start))
            {
                best = k;
            }
        }

        if (p->limited) {
            break;
        }

        if (best == MASK_KINDS) {
            mask_plain(p, s + at, len - at);
            return len;
        }

        mask_plain(p, s + at, next[best].start - at);
        mask_replace(p, best, s + next[best].start,
                    next[best].end - next[best].start);
        at = next[best].end;
        next[best].start = 0;       /* looked for again, from `at` on */
    }

    return at;
}


/* A space within a number, as groups of digits have it, is no place to cut. */

static bool
mask_is_gap(const char *s, size_t at)
{
    return (s[at] == ' ' || s[at] == '\n')
           && !(s[at + 1] >= '0' && s[at + 1] <= '9')
           && !(s[at - 1] >= '0' && s[at - 1] <= '9');
}


/* At a space, or else between two characters; n is some characters at least,
 * and less than the length of s. */

static size_t
mask_cut(const char *s, size_t n)
{
    const size_t  least = n / 2;
    size_t        at = n;

    while (at > least && !mask_is_gap(s, at)) {
        at--;
    }

    at = at > least ? at : n;

    while (((unsigned char) s[at] & 0xc0) == 0x80) {
        at--;
    }

    return at;
}


/* Where a search is given up, shorter pieces are searched; what cannot be
 * searched at all does not leave. */

static void
mask_window(mask_t *p, const char *s, size_t len)
{
    size_t  most = len;

    while (len > 0 && p->rc == CKP_OK) {
        const size_t  n = most < len ? mask_cut(s, most) : len;
        size_t        done = mask_piece(p, s, n);

        if (p->limited && n - done > MASK_LEAST) {
            most = (n - done) / 2;

        } else if (p->limited) {
            ckp_buf_puts(p->out, "[...]");
            done = n;
        }

        s += done;
        len -= done;
    }
}


/* Long texts are looked through in windows that end at a space. */

static void
mask_walk(mask_t *p, const char *text, size_t len)
{
    while (len > MASK_WINDOW && p->rc == CKP_OK) {
        const size_t  n = mask_cut(text, MASK_WINDOW);

        mask_window(p, text, n);
        text += n;
        len -= n;
    }

    mask_window(p, text, len);
}


/* What was found, added to what was found before. */

static ckp_code_t
mask_counted(mask_t *p)
{
    for (size_t k = 0; k < MASK_KINDS && p->rc == CKP_OK; k++) {
        if (p->counts[k] > 0) {
            const char *const  name = mask_name(p, k, false);
            const int64_t      n = ckp_json_int(p->how->counts, name, 0);

            if (json_object_set_new(p->how->counts, name,
                                    json_integer(n + p->counts[k])) != 0)
            {
                p->rc = CKP_E_NOMEM;
            }
        }
    }

    return p->rc;
}


ckp_code_t
ckp_pii_mask(ckp_masking_t *how, const char *text, size_t len, ckp_buf_t *out)
{
    mask_t  p = { .how = how, .out = out, .text = text, .rc = CKP_OK };

    if (ckp_fold_new(&p.fold, text, len) != CKP_OK) {
        return CKP_E_NOMEM;
    }

    mask_walk(&p, p.fold.text != NULL ? p.fold.text : text,
              p.fold.text != NULL ? p.fold.len : len);
    ckp_fold_free(&p.fold);

    return mask_counted(&p) != CKP_OK ? p.rc : (ckp_code_t) out->failed;
}
