/*
 * JSON texts to values.  jansson's own reader does not bear that there is no
 * memory: of a text that it cannot keep it loses the end, and writes behind
 * what it has.  Here each request of memory is looked at.
 */

#include "base/json_read_int.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define READ_NUMBER_MAX  100        /* bytes; a longer one is copied */


static json_t *read_value(ckp_read_t *r);


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


bool
ckp_read_wrong(ckp_read_t *r, const char *at, const char *why)
{
    r->why = at < r->end ? why : CKP_READ_END;
    r->at = at < r->end ? at : r->end;

    return false;
}


static json_t *
read_none(ckp_read_t *r, const char *at, const char *why)
{
    (void) ckp_read_wrong(r, at, why);

    return NULL;
}


static void
read_space(ckp_read_t *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\t'
                             || *r->p == '\r'))
    {
        r->p++;
    }
}


/* The next character that means something is this one; it is taken. */

static bool
read_is(ckp_read_t *r, char c)
{
    read_space(r);

    if (r->p == r->end || *r->p != c) {
        return false;
    }

    r->p++;

    return true;
}


static json_t *
read_string(ckp_read_t *r)
{
    ckp_read_text_t  t;
    json_t          *v = ckp_read_text(r, &t)
                         ? json_stringn_nocheck(t.p, t.len) : NULL;

    ckp_free(t.made);

    return v;
}


/* --- numbers and words ---------------------------------------------------------- */

/* Takes the digits; false: there are none. */

static bool
read_digits(ckp_read_t *r)
{
    const char *const  from = r->p;

    while (r->p < r->end && *r->p >= '0' && *r->p <= '9') {
        r->p++;
    }

    return r->p > from;
}


/* Takes a number; false: it is none. */

static bool
read_number_span(ckp_read_t *r, bool *real)
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
read_number_value(ckp_read_t *r, const char *text, const char *from, bool real)
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
read_number(ckp_read_t *r)
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
read_word(ckp_read_t *r, const char *word, json_t *v)
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
read_member(ckp_read_t *r, json_t *object)
{
    const char *const  from = r->p - 1;
    ckp_read_text_t    name;
    bool               ok = ckp_read_text(r, &name);

    if (ok && json_object_getn(object, name.p, name.len) != NULL) {
        ok = ckp_read_wrong(r, from, CKP_JSON_DUPLICATE);
    }

    if (ok && !read_is(r, ':')) {
        ok = ckp_read_wrong(r, r->p, "':' expected");
    }

    if (ok) {
        json_t *const  v = read_value(r);

        ok = v != NULL
             && json_object_setn_new(object, name.p, name.len, v) == 0;
    }

    ckp_free(name.made);

    return ok;
}


static json_t *
read_object(ckp_read_t *r)
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
                 : ckp_read_wrong(r, r->p, json_object_size(object) == 0
                                           ? "string or '}' expected"
                                           : "string expected");
    } while (ok && read_is(r, ','));

    if (ok && !read_is(r, '}')) {
        ok = ckp_read_wrong(r, r->p, "',' or '}' expected");
    }

    if (!ok) {
        json_decref(object);
        return NULL;
    }

    return object;
}


static json_t *
read_array(ckp_read_t *r)
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
        ok = ckp_read_wrong(r, r->p, "',' or ']' expected");
    }

    if (!ok) {
        json_decref(array);
        return NULL;
    }

    return array;
}


/* One level deeper, which a writer of ours would not go either. */

static json_t *
read_inside(ckp_read_t *r)
{
    json_t  *v;

    if (r->depth == CKP_JSON_DEPTH_HARD) {
        return read_none(r, r->p, "nesting too deep");
    }

    r->depth++;
    v = *r->p == '{' ? read_object(r) : read_array(r);
    r->depth--;

    return v;
}


/* tidy: it goes as deep as CKP_JSON_DEPTH_HARD, and no deeper */

static json_t *
read_value(ckp_read_t *r)
{
    read_space(r);

    if (r->p == r->end) {
        return read_none(r, r->end, CKP_READ_END);
    }

    switch (*r->p) {

    case '{':
    case '[':
        return read_inside(r);

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
    ckp_read_t   r = { .p = text, .end = text + len };
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
