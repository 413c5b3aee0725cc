/*
 * JSON texts that are well.  jansson's own reader does not bear that there is
 * no memory: of a text that it cannot keep it loses the end, and writes behind
 * what it has.  Here each request of memory is looked at.
 */

#include "base/json_read.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define READ_NUMBER_MAX  100

typedef struct {
    const char  *p;
    const char  *end;
} read_t;

/* Between the quotes. */
typedef struct {
    const char  *p;
    size_t       len;
    char        *made;          /* without its escapes; NULL: it has none */
} read_text_t;

static json_t *read_value(read_t *r);


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


/* Behind "\u"; returns the bytes taken, 0: wrong. */

static size_t
read_unicode(const char *p, const char *end, char **out)
{
    int32_t  code = read_hex(p, end);
    size_t   used = 4;
    char    *o = *out;

    if (code >= 0xd800 && code < 0xdc00 && end - p >= 6 && p[4] == '\\'
        && p[5] == 'u')
    {
        const int32_t  low = read_hex(p + 6, end);

        if (low < 0xdc00 || low > 0xdfff) {
            return 0;
        }

        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        used = 10;
    }

    if (code <= 0 || (code >= 0xd800 && code < 0xe000)) {
        return 0;
    }

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

    *out = o;

    return used;
}


/* What escapes stand for is never longer than they are. */

static bool
read_unescape(read_text_t *t)
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

        const size_t  used = p[1] == 'u' ? read_unicode(p + 2, end, &out) : 0;

        if (used == 0) {
            break;
        }

        p += 2 + used;
    }

    if (out == NULL || p < end) {
        return false;
    }

    t->p = t->made;
    t->len = (size_t) (out - t->made);

    return true;
}


/* Behind the first quote.  Its UTF-8 is looked at by those that take it. */

static bool
read_text(read_t *r, read_text_t *t)
{
    bool  escapes = false;

    t->p = r->p;
    t->made = NULL;

    while (r->p < r->end && *r->p != '"') {
        if ((unsigned char) *r->p < 0x20) {
            return false;
        }

        if (*r->p == '\\') {
            escapes = true;
            r->p++;
        }

        r->p++;
    }

    if (r->p >= r->end) {
        return false;
    }

    t->len = (size_t) (r->p - t->p);
    r->p++;

    return !escapes || read_unescape(t);
}


static json_t *
read_string(read_t *r)
{
    read_text_t  t;
    json_t      *v = read_text(r, &t) ? json_stringn(t.p, t.len) : NULL;

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
read_number(read_t *r)
{
    const char *const  from = r->p;
    char               text[READ_NUMBER_MAX + 1];
    bool               real = false;

    if (!read_number_span(r, &real) || r->p - from > READ_NUMBER_MAX) {
        return NULL;
    }

    memcpy(text, from, (size_t) (r->p - from));
    text[r->p - from] = '\0';
    errno = 0;

    if (real) {
        const double  d = strtod(text, NULL);

        return isfinite(d) ? json_real(d) : NULL;
    }

    const long long  n = strtoll(text, NULL, 10);

    return errno == 0 ? json_integer(n) : NULL;
}


static json_t *
read_word(read_t *r, const char *word, json_t *v)
{
    const size_t  n = strlen(word);

    if ((size_t) (r->end - r->p) < n || memcmp(r->p, word, n) != 0) {
        return NULL;
    }

    r->p += n;

    return v;
}


/* --- values ------------------------------------------------------------------------ */

/* Behind its first quote: a name, a colon, a value. */

static bool
read_member(read_t *r, json_t *object)
{
    read_text_t  name;
    bool         ok = false;

    if (read_text(r, &name) && read_is(r, ':')
        && json_object_getn(object, name.p, name.len) == NULL)
    {
        json_t *const  v = read_value(r);

        ok = v != NULL
             && json_object_setn_new(object, name.p, name.len, v) == 0;
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
        ok = read_is(r, '"') && read_member(r, object);
    } while (ok && read_is(r, ','));

    if (!ok || !read_is(r, '}')) {
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

    if (!ok || !read_is(r, ']')) {
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
        return NULL;
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
ckp_json_read(const char *text, size_t len)
{
    read_t         r = { .p = text, .end = text + len };
    json_t *const  v = read_value(&r);

    read_space(&r);

    if (v != NULL && r.p < r.end) {
        json_decref(v);
        return NULL;
    }

    return v;
}
