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

typedef struct {
    ckp_buf_t  *b;              /* NULL: count only */
    size_t      n;
    size_t      max;            /* counting stops here */
    bool        sorted;
    bool        indent;
    bool        failed;
} text_t;


/* Where n bytes go, which are counted as written; NULL: not there. */
static char *
text_room(text_t *t, size_t n)
{
    ckp_buf_t *const  b = t->b;
    char             *at;

    if (b == NULL || b->failed != CKP_OK || n >= b->size - b->len
        || n > b->max - b->len)
    {
        return NULL;
    }

    at = b->data + b->len;
    b->len += n;
    at[n] = '\0';

    return at;
}


static void
text_put(text_t *t, const char *s, size_t n)
{
    char *const  at = text_room(t, n);

    if (at != NULL) {
        memcpy(at, s, n);

    } else if (t->b == NULL) {
        t->n += n;

    } else {
        ckp_buf_put(t->b, s, n);
    }
}


static void
text_char(text_t *t, char c)
{
    char *const  at = text_room(t, 1);

    if (at != NULL) {
        *at = c;

    } else {
        text_put(t, &c, 1);
    }
}


static bool
text_stopped(const text_t *t)
{
    return t->failed
           || (t->b != NULL ? t->b->failed != CKP_OK : t->n >= t->max);
}


static bool
text_is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}


/* How many bytes from here on need no escape: eight at a time, then one. */
static size_t
text_plain(const char *s, size_t len)
{
    const uint64_t  ones = 0x0101010101010101;
    const uint64_t  tops = 0x8080808080808080;
    size_t          i = 0;

    for (; i + 8 <= len; i += 8) {
        uint64_t  x;
        uint64_t  quote;
        uint64_t  slash;

        memcpy(&x, s + i, 8);
        quote = x ^ (ones * '"');
        slash = x ^ (ones * '\\');

        /* a byte is zero, or less than 0x20, where subtracting borrows */

        if ((((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote)
             | ((slash - ones) & ~slash)) & tops)
        {
            break;
        }
    }

    while (i < len && text_is_plain((unsigned char) s[i])) {
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
text_string(text_t *t, const char *s, size_t len)
{
    size_t       n = text_plain(s, len);
    size_t       from = 0;
    char *const  at = n == len ? text_room(t, len + 2) : NULL;

    if (at != NULL) {
        at[0] = '"';
        memcpy(at + 1, s, len);
        at[len + 1] = '"';
        return;
    }

    text_char(t, '"');

    for ( ;; ) {
        text_put(t, s + from, n);
        from += n;

        if (from == len) {
            break;
        }

        text_escape(t, (unsigned char) s[from++]);
        n = text_plain(s + from, len - from);
    }

    text_char(t, '"');
}


size_t
ckp_int_text(int64_t i, char out[CKP_INT_LEN])
{
    uint64_t  v = (i < 0) ? 0 - (uint64_t) i : (uint64_t) i;
    char      digits[24];
    size_t    n = 0;
    size_t    len = 0;

    do {
        digits[n++] = (char) ('0' + v % 10);
        v /= 10;
    } while (v != 0);

    if (i < 0) {
        out[len++] = '-';
    }

    while (n > 0) {
        out[len++] = digits[--n];
    }

    out[len] = '\0';

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
text_number(text_t *t, const json_t *v)
{
    char  out[CKP_REAL_LEN];

    if (json_is_integer(v)) {
        const size_t  n = ckp_int_text(json_integer_value(v), out);

        text_put(t, out, n);
        return;
    }

    ckp_real_text(json_real_value(v), out);
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


/* Nearly all names need no escapes, and then there is room at once. */
static void
text_member(text_t *t, const json_member_t *m, bool first, size_t depth)
{
    const size_t  comma = first ? 0 : 1;
    char *const   at = m->plain && !t->indent
                       ? text_room(t, m->len + comma + 3) : NULL;

    if (at == NULL) {
        text_name(t, m, first, depth);

    } else {
        at[0] = ',';
        at[comma] = '"';
        memcpy(at + comma + 1, json_member_name(m), m->len);
        at[comma + m->len + 1] = '"';
        at[comma + m->len + 2] = ':';
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
    case JSON_REAL:
        text_number(t, v);
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
    text_value(&t, v, 0);

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

    text_string(&t, s, len);
}


void
ckp_json_put(ckp_buf_t *b, const json_t *v)
{
    text_t  t = { .b = b };

    text_value(&t, v, 0);

    if (t.failed && b->failed == CKP_OK) {
        b->failed = CKP_E_LIMIT;
    }
}


size_t
ckp_json_size(const json_t *v, size_t max)
{
    text_t  t = { .max = max };

    text_value(&t, v, 0);

    return (t.failed || t.n > max) ? max : t.n;
}
