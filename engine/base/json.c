/*
 * JSON in: the scan for limits before the parser, typed getters, equality and
 * pointers.  JSON out is in json_text.c.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/json_read.h"

typedef struct {
    const char               *p;
    const char               *end;
    const char               *start;
    const ckp_json_limits_t  *limits;
    size_t                    depth;
    size_t                    values;
    ckp_err_t                *err;
} scan_t;


static ckp_code_t
scan_fail(const scan_t *s, ckp_code_t code, const char *what, size_t limit)
{
    char  text[80];

    if (limit == 0) {
        return ckp_json_fail(s->err, code, s->start, s->p, what);
    }

    (void) snprintf(text, sizeof(text), "%s, at most %zu", what, limit);

    return ckp_json_fail(s->err, code, s->start, s->p, text);
}


static ckp_code_t
scan_value(scan_t *s)
{
    if (++s->values > s->limits->values) {
        return scan_fail(s, CKP_E_LIMIT, "too many values", s->limits->values);
    }

    return CKP_OK;
}


/* Bytes that a \uXXXX gives; of a pair of surrogates each half gives two. */
static size_t
scan_unicode(const char *p, const char *end)
{
    unsigned  code = 0;

    for (int i = 0; i < 4 && p < end; i++, p++) {
        const unsigned  c = (unsigned char) *p | 0x20;

        code = code * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
    }

    return (code < 0x80) ? 1
           : (code < 0x800 || (code >= 0xd800 && code < 0xe000)) ? 2 : 3;
}


static ckp_code_t
scan_string(scan_t *s)
{
    const char *const  begin = s->p;
    size_t             bytes = 0;
    const char        *p = s->p + 1;
    bool               is_key;

    while (p < s->end && *p != '"') {
        if (*p != '\\') {
            p++;
            bytes++;
            continue;
        }

        if (p + 1 < s->end && p[1] == 'u') {
            bytes += scan_unicode(p + 2, s->end);
            p += 6;

        } else {
            bytes++;
            p += 2;
        }
    }

    p = (p < s->end) ? p + 1 : s->end;
    s->p = p;

    while (p < s->end
           && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
    {
        p++;
    }

    is_key = (p < s->end && *p == ':');

    if (is_key && bytes > s->limits->key) {
        s->p = begin;
        return scan_fail(s, CKP_E_LIMIT, "member name too long in bytes",
                         s->limits->key);
    }

    if (!is_key && bytes > s->limits->string) {
        s->p = begin;
        return scan_fail(s, CKP_E_LIMIT, "string too long in bytes",
                         s->limits->string);
    }

    return is_key ? CKP_OK : scan_value(s);
}


static ckp_code_t
scan_open(scan_t *s)
{
    if (++s->depth > s->limits->depth) {
        return scan_fail(s, CKP_E_LIMIT, "nested too deep",
                         s->limits->depth);
    }

    s->p++;

    return scan_value(s);
}


/* A number, a word, or whatever is wrong: the reader will tell. */
static ckp_code_t
scan_scalar(scan_t *s)
{
    do {
        s->p++;
    } while (s->p < s->end && *s->p != '\0'
             && strchr(" \t\r\n,:\"{}[]", *s->p) == NULL);

    return scan_value(s);
}


static ckp_code_t
scan_text(scan_t *s)
{
    ckp_code_t  rc = CKP_OK;

    while (rc == CKP_OK && s->p < s->end) {

        switch (*s->p) {

        case '"':
            rc = scan_string(s);
            break;

        case '{':
        case '[':
            rc = scan_open(s);
            break;

        case '}':
        case ']':
            s->depth -= (s->depth > 0) ? 1 : 0;
            s->p++;
            break;

        case ' ':
        case '\t':
        case '\r':
        case '\n':
        case ',':
        case ':':
            s->p++;
            break;

        default:
            rc = scan_scalar(s);
            break;
        }
    }

    return rc;
}


json_t *
ckp_json_parse_within(const char *text, size_t len,
    const ckp_json_limits_t *limits, ckp_err_t *err)
{
    scan_t       s = { .p = text, .end = text + len, .start = text,
                       .limits = limits, .err = err };
    const char  *nul;

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        (void) scan_fail(&s, CKP_E_INVALID, "byte order mark", 0);
        return NULL;
    }

    nul = (len == 0) ? NULL : memchr(text, '\0', len);

    if (nul != NULL) {
        s.p = nul;
        (void) scan_fail(&s, CKP_E_INVALID, "NUL character", 0);
        return NULL;
    }

    if (scan_text(&s) != CKP_OK) {
        return NULL;
    }

    return ckp_json_read(text, len, err);
}


json_t *
ckp_json_parse(const char *text, size_t len, ckp_err_t *err)
{
    static const ckp_json_limits_t  limits = {
        .depth = CKP_JSON_DEPTH_MAX, .values = CKP_JSON_VALUES_MAX,
        .key = CKP_JSON_KEY_MAX, .string = CKP_JSON_STRING_MAX
    };

    return ckp_json_parse_within(text, len, &limits, err);
}


bool
ckp_json_deeper(const json_t *v, size_t max)
{
    const char  *key;
    json_t      *member;
    size_t       i;

    if (!json_is_array(v) && !json_is_object(v)) {
        return false;
    }

    if (max == 0) {
        return true;
    }

    json_array_foreach((json_t *) v, i, member) {
        if (ckp_json_deeper(member, max - 1)) {
            return true;
        }
    }

    json_object_foreach((json_t *) v, key, member) {
        if (ckp_json_deeper(member, max - 1)) {
            return true;
        }
    }

    return false;
}


int64_t
ckp_json_int(const json_t *o, const char *key, int64_t otherwise)
{
    const json_t *const  v = json_object_get(o, key);

    if (json_is_integer(v)) {
        return json_integer_value(v);
    }

    if (json_is_real(v)) {
        const double  d = json_real_value(v);

        if (d == floor(d) && fabs(d) < 9223372036854775808.0) {
            return (int64_t) d;
        }
    }

    return otherwise;
}


double
ckp_json_num(const json_t *o, const char *key, double otherwise)
{
    const json_t *const  v = json_object_get(o, key);

    return json_is_number(v) ? json_number_value(v) : otherwise;
}


bool
ckp_json_bool(const json_t *o, const char *key, bool otherwise)
{
    const json_t *const  v = json_object_get(o, key);

    return json_is_boolean(v) ? json_is_true(v) : otherwise;
}


/* Exact also where a 64-bit integer has no double of its own. */
static bool
json_number_equal(const json_t *a, const json_t *b)
{
    if (json_is_integer(a) && json_is_integer(b)) {
        return json_integer_value(a) == json_integer_value(b);
    }

    if (json_is_real(a) && json_is_real(b)) {
        return !(json_real_value(a) < json_real_value(b))
               && !(json_real_value(a) > json_real_value(b));
    }

    const double   d = json_is_real(a) ? json_real_value(a)
                                       : json_real_value(b);
    const int64_t  i = json_is_real(a) ? json_integer_value(b)
                                       : json_integer_value(a);

    return d >= -9223372036854775808.0 && d < 9223372036854775808.0
           && (int64_t) d == i && floor(d) >= d;
}


static bool
json_object_equal(const json_t *a, const json_t *b)
{
    const char  *key;
    json_t      *member;

    if (json_object_size(a) != json_object_size(b)) {
        return false;
    }

    json_object_foreach((json_t *) a, key, member) {
        if (!ckp_json_equal(member, json_object_get(b, key))) {
            return false;
        }
    }

    return true;
}


bool
ckp_json_equal(const json_t *a, const json_t *b)
{
    size_t   i;
    json_t  *member;

    if (a == b) {
        return true;
    }

    if (a == NULL || b == NULL) {
        return false;
    }

    if (json_is_number(a) && json_is_number(b)) {
        return json_number_equal(a, b);
    }

    if (json_typeof(a) != json_typeof(b)) {
        return false;
    }

    if (json_is_object(a)) {
        return json_object_equal(a, b);
    }

    if (!json_is_array(a)) {
        return json_equal(a, b) == 1;
    }

    if (json_array_size(a) != json_array_size(b)) {
        return false;
    }

    json_array_foreach((json_t *) a, i, member) {
        if (!ckp_json_equal(member, json_array_get(b, i))) {
            return false;
        }
    }

    return true;
}


void
ckp_pointer_push(ckp_buf_t *b, const char *token)
{
    ckp_buf_put(b, "/", 1);

    for (const char *p = token; *p != '\0'; p++) {
        if (*p == '~') {
            ckp_buf_put(b, "~0", 2);

        } else if (*p == '/') {
            ckp_buf_put(b, "~1", 2);

        } else {
            ckp_buf_put(b, p, 1);
        }
    }
}


/* "0", "17", but not "01", "-1" or "". */
static json_t *
pointer_element(const json_t *array, const char *token, size_t len)
{
    size_t  index = 0;

    if (len == 0 || len > 9 || (len > 1 && token[0] == '0')) {
        return NULL;
    }

    for (size_t i = 0; i < len; i++) {
        if (token[i] < '0' || token[i] > '9') {
            return NULL;
        }

        index = index * 10 + (size_t) (token[i] - '0');
    }

    return json_array_get(array, index);
}


static json_t *
pointer_member(const json_t *object, const char *token, size_t len)
{
    char    key[CKP_JSON_KEY_MAX + 1];
    size_t  n = 0;

    for (size_t i = 0; i < len; i++) {
        if (n == CKP_JSON_KEY_MAX) {
            return NULL;
        }

        key[n] = token[i];

        if (token[i] == '~') {
            i++;

            if (i == len || (token[i] != '0' && token[i] != '1')) {
                return NULL;
            }

            key[n] = (token[i] == '0') ? '~' : '/';
        }

        n++;
    }

    key[n] = '\0';

    return json_object_get(object, key);
}


json_t *
ckp_pointer_get(const json_t *doc, const char *pointer)
{
    json_t      *v = (json_t *) doc;
    const char  *p = pointer;

    while (v != NULL && *p != '\0') {
        if (*p != '/') {
            return NULL;
        }

        const char *const  token = ++p;
        const size_t       len = strcspn(token, "/");

        v = json_is_array(v) ? pointer_element(v, token, len)
                             : pointer_member(v, token, len);
        p += len;
    }

    return v;
}


json_t *
ckp_json_whole(json_t *v, unsigned long since)
{
    if (ckp_memory_refusals() == since) {
        return v;
    }

    json_decref(v);

    return NULL;
}
