/*
 * JSON texts to values.  jansson's own reader does not bear that there is no
 * memory: of a text that it cannot keep it loses the end, and writes behind
 * what it has.  Here each request of memory is looked at.
 */

#include "base/json_read.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define READ_NUMBER_MAX  100        /* bytes; a longer one is copied */

#define READ_END         "unexpected end of the text"

typedef struct {
    const char  *p;
    const char  *end;
    const char  *why;           /* what is wrong; NULL: nothing, or no memory */
    const char  *at;            /* where */
} read_t;

/* Between the quotes. */
typedef struct {
    const char  *p;
    size_t       len;
    char        *made;          /* without its escapes; NULL: it has none */
} read_text_t;

static json_t *read_value(read_t *r);


/* --- what is wrong ---------------------------------------------------------- */

ckp_code_t
ckp_json_fail(ckp_err_t *err, ckp_code_t code, const char *text,
    const char *at, const char *what)
{
    unsigned  line = 1;
    unsigned  column = 1;

    for (const char *p = text; p < at; p++) {
        column += ((unsigned char) *p & 0xc0) != 0x80;

        if (*p == '\n') {
            line++;
            column = 1;
        }
    }

    return ckp_fail(err, code, "", "%s at line %u, column %u", what, line,
                    column);
}


/* The end of the text is what is wrong with all that it cuts off. */

static bool
read_wrong(read_t *r, const char *at, const char *why)
{
    r->why = at < r->end ? why : READ_END;
    r->at = at < r->end ? at : r->end;

    return false;
}


static json_t *
read_none(read_t *r, const char *at, const char *why)
{
    (void) read_wrong(r, at, why);

    return NULL;
}


static void
read_space(read_t *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\t'
                             || *r->p == '\r'))
    {
        r->p++;
    }
}


/* The next character that means something is this one; it is taken. */

static bool
read_is(read_t *r, char c)
{
    read_space(r);

    if (r->p == r->end || *r->p != c) {
        return false;
    }

    r->p++;

    return true;
}


/* --- texts ------------------------------------------------------------------ */

/* Four hexadecimal digits; -1: they are not. */

static int32_t
read_hex(const char *p, const char *end)
{
    int32_t  code = 0;

    if (end - p < 4) {
        return -1;
    }

    for (int i = 0; i < 4; i++) {
        const char  c = p[i];
        const int   digit = c >= '0' && c <= '9' ? c - '0'
                            : c >= 'a' && c <= 'f' ? c - 'a' + 10
                            : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

        if (digit < 0) {
            return -1;
        }

        code = code * 16 + digit;
    }

    return code;
}


static char *
read_utf8(char *o, int32_t code)
{
    if (code < 0x80) {
        *o++ = (char) code;

    } else if (code < 0x800) {
        *o++ = (char) (0xc0 | code >> 6);
        *o++ = (char) (0x80 | (code & 0x3f));

    } else if (code < 0x10000) {
        *o++ = (char) (0xe0 | code >> 12);
        *o++ = (char) (0x80 | (code >> 6 & 0x3f));
        *o++ = (char) (0x80 | (code & 0x3f));

    } else {
        *o++ = (char) (0xf0 | code >> 18);
        *o++ = (char) (0x80 | (code >> 12 & 0x3f));
        *o++ = (char) (0x80 | (code >> 6 & 0x3f));
        *o++ = (char) (0x80 | (code & 0x3f));
    }

    return o;
}


/* Behind "\u"; returns the bytes taken, 0: wrong. */

static size_t
read_unicode(read_t *r, const char *p, const char *end, char **out)
{
    int32_t  code = read_hex(p, end);
    size_t   used = 4;

    if (code >= 0xd800 && code < 0xdc00 && end - p >= 6 && p[4] == '\\'
        && p[5] == 'u')
    {
        const int32_t  low = read_hex(p + 6, end);

        code = low < 0xdc00 || low > 0xdfff
                   ? -1 : 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        used = 10;
    }

    if (code <= 0 || (code >= 0xd800 && code < 0xe000)) {
        (void) read_wrong(r, p - 2, code == 0 ? "NUL character"
                                              : "invalid Unicode escape");
        return 0;
    }

    *out = read_utf8(*out, code);

    return used;
}


/* What escapes stand for is never longer than they are. */

static bool
read_unescape(read_t *r, read_text_t *t)
{
    static const char  names[] = "\"\\/bfnrt";
    static const char  means[] = "\"\\/\b\f\n\r\t";
    const char        *p = t->p;
    const char *const  end = t->p + t->len;
    char              *out;

    t->made = ckp_alloc(t->len);
    out = t->made;

    while (out != NULL && p < end) {
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }

        const char *const  name = strchr(names, p[1]);

        if (name != NULL && p[1] != '\0') {
            *out++ = means[name - names];
            p += 2;
            continue;
        }

        if (p[1] != 'u') {
            return read_wrong(r, p, "unknown escape");
        }

        const size_t  used = read_unicode(r, p + 2, end, &out);

        if (used == 0) {
            return false;
        }

        p += 2 + used;
    }

    if (out == NULL) {
        return false;
    }

    t->p = t->made;
    t->len = (size_t) (out - t->made);

    return true;
}


/* Takes a character of more than one byte; false: it is none. */

static bool
read_wide(read_t *r)
{
    const unsigned char *const  p = (const unsigned char *) r->p;
    const size_t                left = (size_t) (r->end - r->p);
    const size_t                n = p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                    : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
                                    : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : 0;

    if (n == 0 || n > left) {
        return false;
    }

    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return false;
        }
    }

    /* no longer than it has to be, no half of a pair, not beyond the last */

    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)
        || (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
    {
        return false;
    }

    r->p += n;

    return true;
}


/* Behind the first quote. */

static bool
read_text(read_t *r, read_text_t *t)
{
    bool  escapes = false;

    t->p = r->p;
    t->made = NULL;

    while (r->p < r->end && *r->p != '"') {
        const unsigned char  c = (unsigned char) *r->p;

        if (c >= 0x80) {
            if (!read_wide(r)) {
                return read_wrong(r, r->p, "invalid UTF-8");
            }

            continue;
        }

        if (c < 0x20) {
            return read_wrong(r, r->p, "control character in a string");
        }

        if (c == '\\') {
            escapes = true;
            r->p++;

            if (r->p < r->end && (unsigned char) *r->p >= 0x80) {
                return read_wrong(r, r->p - 1, "unknown escape");
            }
        }

        r->p++;
    }

    if (r->p >= r->end) {
        return read_wrong(r, r->end, READ_END);
    }

    t->len = (size_t) (r->p - t->p);
    r->p++;

    return !escapes || read_unescape(r, t);
}


static json_t *
read_string(read_t *r)
{
    read_text_t  t;
    json_t      *v = read_text(r, &t) ? json_stringn_nocheck(t.p, t.len) : NULL;

    ckp_free(t.made);

    return v;
}


/* --- numbers and words ---------------------------------------------------------- */

/* Takes the digits; false: there are none. */

static bool
read_digits(read_t *r)
{
    const char *const  from = r->p;

    while (r->p < r->end && *r->p >= '0' && *r->p <= '9') {
        r->p++;
    }

    return r->p > from;
}


/* Takes a number; false: it is none. */

static bool
read_number_span(read_t *r, bool *real)
{
    r->p += *r->p == '-';

    const char *const  first = r->p;

    if (!read_digits(r) || (*first == '0' && r->p - first > 1)) {
        return false;
    }

    if (r->p < r->end && *r->p == '.') {
        *real = true;
        r->p++;

        if (!read_digits(r)) {
            return false;
        }
    }

    if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
        *real = true;
        r->p++;
        r->p += r->p < r->end && (*r->p == '+' || *r->p == '-');

        return read_digits(r);
    }

    return true;
}


static json_t *
read_number_value(read_t *r, const char *text, const char *from, bool real)
{
    errno = 0;

    if (real) {
        const double  d = strtod(text, NULL);

        return isfinite(d) ? json_real(d)
                           : read_none(r, from, "number out of range");
    }

    const long long  n = strtoll(text, NULL, 10);

    return errno == 0 ? json_integer(n)
                      : read_none(r, from, "number out of range");
}


static json_t *
read_number(read_t *r)
{
    const char *const  from = r->p;
    char               text[READ_NUMBER_MAX + 1];
    char              *copy = text;
    bool               real = false;
    json_t            *v;

    if (*from != '-' && (*from < '0' || *from > '9')) {
        return read_none(r, from, "value expected");
    }

    if (!read_number_span(r, &real)) {
        return read_none(r, r->p < r->end ? from : r->end, "malformed number");
    }

    const size_t  len = (size_t) (r->p - from);

    if (len > READ_NUMBER_MAX) {
        copy = ckp_alloc(len + 1);

        if (copy == NULL) {
            return NULL;
        }
    }

    memcpy(copy, from, len);
    copy[len] = '\0';
    v = read_number_value(r, copy, from, real);

    if (copy != text) {
        ckp_free(copy);
    }

    return v;
}


static json_t *
read_word(read_t *r, const char *word, json_t *v)
{
    const size_t  n = strlen(word);

    if ((size_t) (r->end - r->p) < n || memcmp(r->p, word, n) != 0) {
        return read_none(r, r->p, "value expected");
    }

    r->p += n;

    return v;
}


/* --- values ------------------------------------------------------------------------ */

/* Behind its first quote: a name, a colon, a value. */

static bool
read_member(read_t *r, json_t *object)
{
    const char *const  from = r->p - 1;
    read_text_t        name;
    bool               ok = read_text(r, &name);

    if (ok && json_object_getn(object, name.p, name.len) != NULL) {
        ok = read_wrong(r, from, CKP_JSON_DUPLICATE);
    }

    if (ok && !read_is(r, ':')) {
        ok = read_wrong(r, r->p, "':' expected");
    }

    if (ok) {
        json_t *const  v = read_value(r);

        ok = v != NULL
             && json_object_setn_new_nocheck(object, name.p, name.len, v) == 0;
    }

    ckp_free(name.made);

    return ok;
}


static json_t *
read_object(read_t *r)
{
    json_t *const  object = json_object();
    bool           ok = object != NULL;

    r->p++;

    if (!ok || read_is(r, '}')) {
        return object;
    }

    do {
        ok = read_is(r, '"')
                 ? read_member(r, object)
                 : read_wrong(r, r->p, json_object_size(object) == 0
                                           ? "string or '}' expected"
                                           : "string expected");
    } while (ok && read_is(r, ','));

    if (ok && !read_is(r, '}')) {
        ok = read_wrong(r, r->p, "',' or '}' expected");
    }

    if (!ok) {
        json_decref(object);
        return NULL;
    }

    return object;
}


static json_t *
read_array(read_t *r)
{
    json_t *const  array = json_array();
    bool           ok = array != NULL;

    r->p++;

    if (!ok || read_is(r, ']')) {
        return array;
    }

    do {
        json_t *const  v = read_value(r);

        ok = v != NULL && json_array_append_new(array, v) == 0;
    } while (ok && read_is(r, ','));

    if (ok && !read_is(r, ']')) {
        ok = read_wrong(r, r->p, "',' or ']' expected");
    }

    if (!ok) {
        json_decref(array);
        return NULL;
    }

    return array;
}


static json_t *
read_value(read_t *r)
{
    read_space(r);

    if (r->p == r->end) {
        return read_none(r, r->end, READ_END);
    }

    switch (*r->p) {

    case '{':
        return read_object(r);

    case '[':
        return read_array(r);

    case '"':
        r->p++;
        return read_string(r);

    case 't':
        return read_word(r, "true", json_true());

    case 'f':
        return read_word(r, "false", json_false());

    case 'n':
        return read_word(r, "null", json_null());

    default:
        return read_number(r);
    }
}


json_t *
ckp_json_read(const char *text, size_t len, ckp_err_t *err)
{
    read_t   r = { .p = text, .end = text + len };
    json_t  *v = read_value(&r);

    read_space(&r);

    if (v != NULL && r.p < r.end) {
        json_decref(v);
        v = read_none(&r, r.p, "text after the end of the value");
    }

    if (v == NULL && r.why != NULL) {
        (void) ckp_json_fail(err, CKP_E_INVALID, text, r.at, r.why);

    } else if (v == NULL) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    return v;
}
