/*
 * What JSON values mean: text, truth, numbers, comparison.
 */

#include <errno.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "lang/value.h"

#define NUMBER_TEXT_MAX  400        /* no JSON number that matters is longer */
#define TWO_63           9223372036854775808.0
#define SHORT_DIGITS     12         /* a decimal that a person would write */


void
ckp_value_text(ckp_buf_t *b, const json_t *v)
{
    if (json_is_string(v)) {
        ckp_buf_put(b, json_string_value(v), json_string_length(v));

    } else if (json_is_real(v)) {
        char  out[CKP_REAL_LEN];

        ckp_real_text(json_real_value(v), out);
        ckp_buf_puts(b, out);

    } else if (v != NULL && !json_is_null(v)) {
        ckp_json_put(b, v);
    }
}


static char
fold(char c)
{
    return (c >= 'A' && c <= 'Z') ? (char) (c | 0x20) : c;
}


bool
ckp_fold_equal(const char *s, const char *word)
{
    while (*word != '\0' && fold(*s) == fold(*word)) {
        s++;
        word++;
    }

    return *s == '\0' && *word == '\0';
}


static bool
text_is_one_of(const char *s, const char *const *words)
{
    for ( /* void */ ; *words != NULL; words++) {
        if (ckp_fold_equal(s, *words)) {
            return true;
        }
    }

    return false;
}


bool
ckp_value_truthy(const json_t *v)
{
    static const char *const  words[] = { "", "false", "no", "0", "none",
                                          "null", NULL };

    if (v == NULL) {
        return false;
    }

    switch (json_typeof(v)) {

    case JSON_OBJECT:
        return json_object_size(v) != 0;

    case JSON_ARRAY:
        return json_array_size(v) != 0;

    case JSON_STRING:
        return !text_is_one_of(json_string_value(v), words);

    case JSON_INTEGER:
        return json_integer_value(v) != 0;

    case JSON_REAL:
        return json_real_value(v) < 0 || json_real_value(v) > 0;

    case JSON_TRUE:
        return true;

    case JSON_FALSE:
    case JSON_NULL:
        return false;
    }

    return false;
}


bool
ckp_value_is_missing(const json_t *v)
{
    const char  *text = json_string_value(v);

    if (v == NULL || json_is_null(v)) {
        return true;
    }

    while (text != NULL && isspace((unsigned char) *text)) {
        text++;
    }

    return text != NULL && *text == '\0';
}


bool
ckp_value_is_empty(const json_t *v)
{
    if (v == NULL || json_is_null(v)) {
        return true;
    }

    return (json_is_string(v) && json_string_length(v) == 0)
           || (json_is_array(v) && json_array_size(v) == 0)
           || (json_is_object(v) && json_object_size(v) == 0);
}


static size_t
number_digits(const char *s)
{
    size_t  n = 0;

    while (s[n] >= '0' && s[n] <= '9') {
        n++;
    }

    return n;
}


/* The length of the JSON number that `s` begins with; 0: it begins with none */
static size_t
number_length(const char *s, bool *real)
{
    const char  *p = s + (*s == '-' ? 1 : 0);
    size_t       n = number_digits(p);

    *real = false;

    if (n == 0 || (n > 1 && *p == '0')) {
        return 0;
    }

    p += n;

    if (*p == '.') {
        n = number_digits(p + 1);

        if (n == 0) {
            return 0;
        }

        *real = true;
        p += n + 1;
    }

    if (*p == 'e' || *p == 'E') {
        p += (p[1] == '+' || p[1] == '-') ? 2 : 1;
        n = number_digits(p);

        if (n == 0) {
            return 0;
        }

        *real = true;
        p += n;
    }

    return (size_t) (p - s);
}


static bool
number_of_text(const char *s, ckp_num_t *num)
{
    size_t  n;
    bool    real;

    s += strspn(s, " \t\r\n");

    /* most texts are no numbers: tell them at their first character */

    if (*s != '-' && (*s < '0' || *s > '9')) {
        return false;
    }

    n = number_length(s, &real);

    if (n == 0 || n > NUMBER_TEXT_MAX || s[n + strspn(s + n, " \t\r\n")]) {
        return false;
    }

    num->real = real;
    num->i = 0;

    if (!real) {
        errno = 0;
        num->i = strtoll(s, NULL, 10);
        num->d = (double) num->i;

        if (errno == 0) {
            return true;
        }

        num->real = true;
    }

    num->d = strtod(s, NULL);

    return isfinite(num->d);
}


bool
ckp_num_of(const json_t *v, ckp_num_t *num)
{
    if (json_is_integer(v)) {
        num->real = false;
        num->i = json_integer_value(v);
        num->d = (double) num->i;
        return true;
    }

    if (json_is_real(v)) {
        num->real = true;
        num->i = 0;
        num->d = json_real_value(v);
        return true;
    }

    return json_is_string(v) && number_of_text(json_string_value(v), num);
}


json_t *
ckp_num_json(const ckp_num_t *num)
{
    if (!num->real) {
        return json_integer(num->i);
    }

    if (fabs(num->d) < TWO_63 && num->d <= floor(num->d)) {
        return json_integer((json_int_t) num->d);
    }

    return json_real(num->d);
}


double
ckp_num_settle(double d)
{
    char    text[CKP_REAL_LEN];
    size_t  digits = 0;
    size_t  zeros = 0;

    ckp_real_round(d, 15, text);

    for (const char *p = text; *p != '\0' && *p != 'e'; p++) {
        if (*p == '0') {
            zeros += (digits != 0) ? 1 : 0;

        } else if (*p > '0' && *p <= '9') {
            digits += zeros + 1;
            zeros = 0;
        }
    }

    return (digits <= SHORT_DIGITS) ? strtod(text, NULL) : d;
}


bool
ckp_value_number(const json_t *v, json_t **out)
{
    ckp_num_t  num;

    if (json_is_number(v)) {
        *out = json_incref((json_t *) v);
        return true;
    }

    if (!ckp_num_of(v, &num)) {
        return false;
    }

    *out = num.real ? json_real(num.d) : json_integer(num.i);

    return *out != NULL;
}


static int
num_order_mixed(int64_t i, double d)
{
    if (d >= TWO_63) {
        return -1;
    }

    if (d < -TWO_63) {
        return 1;
    }

    const int64_t  whole = (int64_t) d;

    if (i != whole) {
        return (i < whole) ? -1 : 1;
    }

    const double  rest = d - (double) whole;

    return (rest > 0) ? -1 : (rest < 0) ? 1 : 0;
}


int
ckp_num_order(const ckp_num_t *a, const ckp_num_t *b)
{
    if (a->real && b->real) {
        return (a->d < b->d) ? -1 : (a->d > b->d) ? 1 : 0;
    }

    if (a->real) {
        return -num_order_mixed(b->i, a->d);
    }

    if (b->real) {
        return num_order_mixed(a->i, b->d);
    }

    return (a->i < b->i) ? -1 : (a->i > b->i) ? 1 : 0;
}


/* -1: the text is neither a yes nor a no. */
static int
text_boolean(const char *s)
{
    static const char *const  yes[] = { "true", "yes", NULL };
    static const char *const  no[] = { "false", "no", NULL };

    return text_is_one_of(s, yes) ? 1 : text_is_one_of(s, no) ? 0 : -1;
}


bool
ckp_value_equal(const json_t *a, const json_t *b)
{
    ckp_num_t  x;
    ckp_num_t  y;

    if ((json_is_number(a) && json_is_string(b))
        || (json_is_string(a) && json_is_number(b)))
    {
        return ckp_num_of(a, &x) && ckp_num_of(b, &y)
               && ckp_num_order(&x, &y) == 0;
    }

    if (json_is_boolean(a) && json_is_string(b)) {
        return text_boolean(json_string_value(b)) == (json_is_true(a) ? 1 : 0);
    }

    if (json_is_string(a) && json_is_boolean(b)) {
        return text_boolean(json_string_value(a)) == (json_is_true(b) ? 1 : 0);
    }

    return ckp_json_equal(a, b);
}


bool
ckp_value_order(const json_t *a, const json_t *b, int *order)
{
    ckp_num_t  x;
    ckp_num_t  y;

    if (ckp_num_of(a, &x) && ckp_num_of(b, &y)) {
        *order = ckp_num_order(&x, &y);
        return true;
    }

    if (!json_is_string(a) || !json_is_string(b)) {
        return false;
    }

    /* the order of UTF-8 bytes is that of code points */

    const int  n = strcmp(json_string_value(a), json_string_value(b));

    *order = (n < 0) ? -1 : (n > 0) ? 1 : 0;

    return true;
}


/* Whether a scalar below `v` has `text` in its own. */
static bool
leaf_contains(const json_t *v, const char *text)
{
    const char  *key;
    json_t      *member;
    size_t       i;
    ckp_buf_t    b;
    bool         found;

    json_array_foreach((json_t *) v, i, member) {
        if (leaf_contains(member, text)) {
            return true;
        }
    }

    json_object_foreach((json_t *) v, key, member) {
        if (leaf_contains(member, text)) {
            return true;
        }
    }

    if (json_is_array(v) || json_is_object(v) || json_is_null(v)) {
        return false;
    }

    if (json_is_string(v)) {
        return strstr(json_string_value(v), text) != NULL;
    }

    ckp_buf_init(&b, CKP_REAL_LEN);
    ckp_value_text(&b, v);
    found = strstr(ckp_buf_str(&b), text) != NULL;
    ckp_buf_free(&b);

    return found;
}


static bool
array_contains(const json_t *array, const json_t *part)
{
    size_t   i;
    json_t  *element;

    json_array_foreach((json_t *) array, i, element) {
        if (ckp_value_equal(element, part)) {
            return true;
        }
    }

    return false;
}


static bool
object_contains(const json_t *object, const char *text)
{
    return json_object_get(object, text) != NULL
           || leaf_contains(object, text);
}


bool
ckp_value_contains(const json_t *whole, const json_t *part)
{
    ckp_buf_t  b;
    bool       found;

    if (json_is_array(whole)) {
        return array_contains(whole, part);
    }

    if (whole == NULL || json_is_null(whole) || part == NULL
        || json_is_null(part))
    {
        return false;
    }

    ckp_buf_init(&b, CKP_JSON_STRING_MAX);
    ckp_value_text(&b, part);

    found = b.failed == 0
            && (json_is_object(whole)
                ? object_contains(whole, ckp_buf_str(&b))
                : leaf_contains(whole, ckp_buf_str(&b)));

    ckp_buf_free(&b);

    return found;
}


const char *
ckp_value_type(const json_t *v)
{
    if (v == NULL) {
        return "null";
    }

    switch (json_typeof(v)) {

    case JSON_OBJECT:
        return "object";

    case JSON_ARRAY:
        return "array";

    case JSON_STRING:
        return "string";

    case JSON_INTEGER:
    case JSON_REAL:
        return "number";

    case JSON_TRUE:
    case JSON_FALSE:
        return "boolean";

    case JSON_NULL:
        return "null";
    }

    return "null";
}


size_t
ckp_text_length(const char *s, size_t len)
{
    size_t  n = 0;

    for (size_t i = 0; i < len; i++) {
        n += (((unsigned char) s[i] & 0xc0) != 0x80) ? 1 : 0;
    }

    return n;
}


size_t
ckp_text_offset(const char *s, size_t len, size_t n)
{
    size_t  i = 0;

    for ( /* void */ ; i < len; i++) {
        if (((unsigned char) s[i] & 0xc0) != 0x80) {
            if (n == 0) {
                return i;
            }

            n--;
        }
    }

    return i;
}


void
ckp_text_put(ckp_buf_t *b, uint32_t code)
{
    char    out[4];
    size_t  n;

    if (code < 0x80) {
        out[0] = (char) code;
        n = 1;

    } else if (code < 0x800) {
        out[0] = (char) (0xc0 | (code >> 6));
        out[1] = (char) (0x80 | (code & 0x3f));
        n = 2;

    } else if (code < 0x10000) {
        out[0] = (char) (0xe0 | (code >> 12));
        out[1] = (char) (0x80 | ((code >> 6) & 0x3f));
        out[2] = (char) (0x80 | (code & 0x3f));
        n = 3;

    } else {
        out[0] = (char) (0xf0 | (code >> 18));
        out[1] = (char) (0x80 | ((code >> 12) & 0x3f));
        out[2] = (char) (0x80 | ((code >> 6) & 0x3f));
        out[3] = (char) (0x80 | (code & 0x3f));
        n = 4;
    }

    ckp_buf_put(b, out, n);
}
