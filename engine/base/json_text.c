/*
 * JSON out: compact text in the order of the members or sorted by key, and its
 * size without the text.
 */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define TEXT_NAME   (JSON_NAME_NEAR + 1 + 4)    /* a short name and its signs */
#define TEXT_COUNT  512

/* Written at `at` while there is room; where there is none, text_put_far makes
 * some. */

typedef struct {
    char       *at;
    char       *end;            /* behind it there is a place for the NUL */
    ckp_buf_t  *b;              /* NULL: count only */
    char       *few;            /* TEXT_COUNT bytes of who counts */
    size_t      n;              /* counted before what lies in `few` */
    size_t      max;            /* counting stops here */
    bool        sorted;
    bool        indent;
    bool        failed;
} text_t;


static inline bool
text_fits(const text_t *t, size_t n)
{
    return (size_t) (t->end - t->at) >= n;
}


/* The room that there is now. */
static void
text_open(text_t *t)
{
    ckp_buf_t *const  b = t->b;

    if (b == NULL) {
        t->at = t->few;
        t->end = t->few + TEXT_COUNT;

    } else if (b->data == NULL || b->failed != CKP_OK) {
        t->at = NULL;
        t->end = NULL;

    } else {
        const size_t  room = b->size - b->len - 1;
        const size_t  may = b->max - b->len;

        t->at = b->data + b->len;
        t->end = t->at + (room < may ? room : may);
    }
}


/* What was written belongs to the buffer, or is counted. */
static void
text_close(text_t *t)
{
    if (t->b == NULL) {
        t->n += (size_t) (t->at - t->few);

    } else if (t->at != NULL) {
        t->b->len = (size_t) (t->at - t->b->data);
        *t->at = '\0';
    }
}


static __attribute__((noinline)) void
text_put_far(text_t *t, const char *s, size_t n)
{
    text_close(t);

    if (t->b == NULL) {
        t->n += n;

    } else {
        ckp_buf_put(t->b, s, n);
    }

    text_open(t);
}


static inline void
text_put(text_t *t, const char *s, size_t n)
{
    if (text_fits(t, n)) {
        memcpy(t->at, s, n);
        t->at += n;

    } else {
        text_put_far(t, s, n);
    }
}


static inline void
text_char(text_t *t, char c)
{
    if (text_fits(t, 1)) {
        *t->at++ = c;

    } else {
        text_put_far(t, &c, 1);
    }
}


static inline bool
text_stopped(const text_t *t)
{
    return t->failed
           || (t->b != NULL ? t->b->failed != CKP_OK : t->n >= t->max);
}


/* Whether one of eight bytes has to be escaped: a byte is zero, or less than
 * 0x20, where subtracting borrows. */
static inline bool
text_is_special(uint64_t x)
{
    const uint64_t  ones = 0x0101010101010101;
    const uint64_t  tops = 0x8080808080808080;
    const uint64_t  quote = x ^ (ones * '"');
    const uint64_t  slash = x ^ (ones * '\\');

    return ((((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote)
             | ((slash - ones) & ~slash)) & tops) != 0;
}


/* How many bytes from here on need no escape: eight at a time, then one. */
static size_t
text_plain(const char *s, size_t len)
{
    size_t    i = 0;
    uint64_t  x;

    for (; i + 8 <= len; i += 8) {
        memcpy(&x, s + i, 8);

        if (text_is_special(x)) {
            break;
        }
    }

    while (i < len && (unsigned char) s[i] >= 0x20 && s[i] != '"'
           && s[i] != '\\')
    {
        i++;
    }

    return i;
}


static void
text_escape(text_t *t, unsigned char c)
{
    static const char  hex[] = "0123456789abcdef";
    static const char  escapes[] = "\bb\tt\nn\ff\rr\"\"\\\\";
    const char        *e = escapes;

    while (*e != '\0' && *e != (char) c) {
        e += 2;
    }

    if (*e != '\0' && c != '\0') {
        const char  two[2] = { '\\', e[1] };

        text_put(t, two, 2);

    } else {
        const char  six[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

        text_put(t, six, 6);
    }
}


/* Runs without anything to escape are put at once. */
static void
text_escaped(text_t *t, const char *s, size_t len)
{
    size_t  from = 0;

    text_char(t, '"');

    for ( ;; ) {
        const size_t  n = text_plain(s + from, len - from);

        text_put(t, s + from, n);
        from += n;

        if (from == len) {
            break;
        }

        text_escape(t, (unsigned char) s[from++]);
    }

    text_char(t, '"');
}


/* Nearly all have nothing to escape: looked through and copied in one go, whole
 * words also behind the end. */
static bool
text_copied(text_t *t, const char *s, size_t len)
{
    char *const  to = t->at + 1;
    size_t       i = 0;
    uint64_t     x;

    for (; i + 8 <= len; i += 8) {
        memcpy(&x, s + i, 8);

        if (text_is_special(x)) {
            return false;
        }

        memcpy(to + i, &x, 8);
    }

    if (i < len) {
        x = json_head(s + i, len - i);

        if (text_is_special(x | 0x2020202020202020u << 8 * (len - i))) {
            return false;
        }

        memcpy(to + i, &x, 8);
    }

    to[-1] = '"';
    to[len] = '"';
    t->at = to + len + 1;

    return true;
}


static inline void
text_string(text_t *t, const char *s, size_t len)
{
    if (!text_fits(t, len + 2 + 8) || !text_copied(t, s, len)) {
        text_escaped(t, s, len);
    }
}


static size_t
text_digits(uint64_t v)
{
    size_t  n = 1;

    for (; v >= 10000; v /= 10000) {
        n += 4;
    }

    return n + (v >= 10) + (v >= 100) + (v >= 1000);
}


size_t
ckp_int_text(int64_t i, char out[CKP_INT_LEN])
{
    static const char  pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233"
        "34353637383940414243444546474849505152535455565758596061626364656667"
        "6869707172737475767778798081828384858687888990919293949596979899";
    const size_t       minus = i < 0;
    uint64_t           v = (i < 0) ? 0 - (uint64_t) i : (uint64_t) i;
    const size_t       len = minus + text_digits(v);
    size_t             at = len;

    out[0] = '-';
    out[len] = '\0';

    for (; v >= 10; v /= 100) {
        at -= 2;
        memcpy(out + at, pairs + 2 * (v % 100), 2);
    }

    if (at > minus) {
        out[minus] = (char) ('0' + v);
    }

    return len;
}


char *
ckp_arena_int(ckp_arena_t *a, int64_t n)
{
    char          text[CKP_INT_LEN];
    const size_t  len = ckp_int_text(n, text);

    return ckp_arena_strndup(a, text, len);
}


void
ckp_real_round(double d, int digits, char out[CKP_REAL_LEN])
{
    (void) snprintf(out, CKP_REAL_LEN, "%.*g", digits, d);
}


void
ckp_real_text(double d, char out[CKP_REAL_LEN])
{
    if (!isfinite(d)) {
        memcpy(out, "null", 5);
        return;
    }

    /* to here an integral number has all its digits */

    if (fabs(d) < 1e15 && d == floor(d) && !(d == 0 && signbit(d))) {
        (void) ckp_int_text((int64_t) d, out);
        return;
    }

    for (int digits = 15; digits <= 17; digits++) {
        ckp_real_round(d, digits, out);

        const double  back = strtod(out, NULL);

        if (!(back < d) && !(back > d)) {
            return;
        }
    }
}


static void
text_integer(text_t *t, json_int_t i)
{
    char  out[CKP_INT_LEN];

    if (text_fits(t, CKP_INT_LEN)) {
        t->at += ckp_int_text(i, t->at);

    } else {
        text_put(t, out, ckp_int_text(i, out));
    }
}


static void
text_real(text_t *t, double d)
{
    char  out[CKP_REAL_LEN];

    ckp_real_text(d, out);
    text_put(t, out, strlen(out));

    if (strpbrk(out, ".en") == NULL) {
        text_put(t, ".0", 2);
    }
}


static void text_value(text_t *t, const json_t *v, size_t depth);


/* In an indented text each item has a line of its own. */
static void
text_line(text_t *t, size_t depth)
{
    if (t->indent) {
        text_char(t, '\n');

        for (size_t i = 0; i < depth; i++) {
            text_put(t, "  ", 2);
        }
    }
}


static void
text_array(text_t *t, const json_t *v, size_t depth)
{
    const size_t  n = json_array_size(v);

    text_char(t, '[');

    for (size_t i = 0; i < n; i++) {
        if (i != 0) {
            text_char(t, ',');
        }

        text_line(t, depth + 1);
        text_value(t, json_array_get(v, i), depth + 1);

        if (text_stopped(t)) {
            return;
        }
    }

    if (n > 0) {
        text_line(t, depth);
    }

    text_char(t, ']');
}


static void
text_name(text_t *t, const json_member_t *m, bool first, size_t depth)
{
    if (!first) {
        text_char(t, ',');
    }

    text_line(t, depth + 1);
    text_string(t, json_member_name(m), m->len);
    text_put(t, ": ", t->indent ? 2 : 1);
}


/* Nearly all names need no escapes, and those that are short lie whole in two
 * words. */
static void
text_member(text_t *t, const json_member_t *m, bool first, size_t depth)
{
    char  *at = t->at;

    if (!m->plain || m->len > JSON_NAME_NEAR || t->indent
        || !text_fits(t, TEXT_NAME))
    {
        text_name(t, m, first, depth);

    } else {
        at[0] = ',';
        at += !first;
        at[0] = '"';
        memcpy(at + 1, m->near, JSON_NAME_NEAR + 1);
        at += m->len;
        at[1] = '"';
        at[2] = ':';
        t->at = at + 3;
    }

    text_value(t, m->value, depth + 1);
}


static int
text_name_compare(const void *a, const void *b)
{
    return strcmp(json_member_name(*(const json_member_t *const *) a),
                  json_member_name(*(const json_member_t *const *) b));
}


static void
text_sorted(text_t *t, const json_t *v, size_t depth)
{
    const size_t           n = json_object_size(v);
    const json_member_t  **all = ckp_alloc(n * sizeof(*all));
    size_t                 i = 0;

    if (all == NULL) {
        t->failed = true;
        return;
    }

    for (uint32_t at = json_object_walk(v, 0); at != 0;
         at = json_object_walk(v, at))
    {
        all[i++] = json_object_member(v, at);
    }

    if (n > 1) {
        qsort(all, n, sizeof(*all), text_name_compare);
    }

    for (i = 0; i < n && !text_stopped(t); i++) {
        text_member(t, all[i], i == 0, depth);
    }

    ckp_free(all);
}


static void
text_object(text_t *t, const json_t *v, size_t depth)
{
    bool  first = true;

    text_char(t, '{');

    if (t->sorted) {
        text_sorted(t, v, depth);

    } else {
        for (uint32_t at = json_object_walk(v, 0); at != 0;
             at = json_object_walk(v, at))
        {
            text_member(t, json_object_member(v, at), first, depth);
            first = false;

            if (text_stopped(t)) {
                return;
            }
        }
    }

    if (json_object_size(v) > 0) {
        text_line(t, depth);
    }

    text_char(t, '}');
}


static void
text_value(text_t *t, const json_t *v, size_t depth)
{
    if (v == NULL || depth > CKP_JSON_DEPTH_HARD) {
        t->failed = true;
        return;
    }

    switch (json_typeof(v)) {

    case JSON_OBJECT:
        text_object(t, v, depth);
        break;

    case JSON_ARRAY:
        text_array(t, v, depth);
        break;

    case JSON_STRING:
        text_string(t, json_string_value(v), json_string_length(v));
        break;

    case JSON_INTEGER:
        text_integer(t, json_integer_value(v));
        break;

    case JSON_REAL:
        text_real(t, json_real_value(v));
        break;

    case JSON_TRUE:
        text_put(t, "true", 4);
        break;

    case JSON_FALSE:
        text_put(t, "false", 5);
        break;

    case JSON_NULL:
        text_put(t, "null", 4);
        break;
    }
}


static char *
text_new(const json_t *v, bool sorted, bool indent)
{
    ckp_buf_t  b;
    text_t     t = { .b = &b, .sorted = sorted, .indent = indent };

    ckp_buf_init(&b, SIZE_MAX / 4);
    text_open(&t);
    text_value(&t, v, 0);
    text_close(&t);

    if (t.failed || b.failed != CKP_OK) {
        ckp_buf_free(&b);
        return NULL;
    }

    return b.data;
}


char *
ckp_json_text(const json_t *v)
{
    return text_new(v, false, false);
}


char *
ckp_json_indented(const json_t *v)
{
    return text_new(v, false, true);
}


char *
ckp_json_canonical(const json_t *v)
{
    return text_new(v, true, false);
}


void
ckp_json_put_string(ckp_buf_t *b, const char *s, size_t len)
{
    text_t  t = { .b = b };

    text_open(&t);
    text_string(&t, s, len);
    text_close(&t);
}


void
ckp_json_put_names(ckp_buf_t *b, const char *names, size_t len)
{
    text_t  t = { .b = b };
    size_t  n;

    text_open(&t);

    for (size_t i = 0; i < len; i += n + 1) {
        n = strlen(names + i);
        text_char(&t, i == 0 ? '[' : ',');
        text_string(&t, names + i, n);
    }

    text_char(&t, ']');
    text_close(&t);
}


static void
text_end(text_t *t)
{
    text_close(t);

    if (t->failed && t->b->failed == CKP_OK) {
        t->b->failed = CKP_E_LIMIT;
    }
}


void
ckp_json_put(ckp_buf_t *b, const json_t *v)
{
    text_t  t = { .b = b };

    text_open(&t);
    text_value(&t, v, 0);
    text_end(&t);
}


void
ckp_json_put_member(ckp_buf_t *b, const json_member_t *m)
{
    text_t  t = { .b = b };

    text_open(&t);
    text_member(&t, m, true, 0);
    text_char(&t, ',');
    text_end(&t);
}


size_t
ckp_json_size(const json_t *v, size_t max)
{
    char    few[TEXT_COUNT];
    text_t  t = { .max = max, .few = few };

    text_open(&t);
    text_value(&t, v, 0);
    text_close(&t);

    return (t.failed || t.n > max) ? max : t.n;
}
