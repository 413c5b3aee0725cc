/*
 * Numbers and texts of the grammar.
 */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "lang/expr_int.h"
#include "lang/value.h"


static bool
literal_is_digit(char c)
{
    return c >= '0' && c <= '9';
}


/* A node with a constant; `value` is stolen, NULL is no memory. */
ckp_x_t *
ckp_xp_const(ckp_xp_t *p, json_t *value)
{
    ckp_x_t *const  x = (value == NULL) ? ckp_xp_nomem(p)
                                        : ckp_xp_node(p, CKP_X_CONST);

    if (x == NULL) {
        json_decref(value);
        return NULL;
    }

    x->value = value;
    ckp_xp_own(p, x);

    return x;
}


static const char *
literal_digits(const ckp_xp_t *p, const char *q)
{
    while (q < p->end && literal_is_digit(*q)) {
        q++;
    }

    return q;
}


/* Where the number at the cursor ends; *real: it has a fraction or exponent */
static const char *
literal_number_end(const ckp_xp_t *p, bool *real)
{
    const char  *q = literal_digits(p, p->p);
    const char  *e;

    *real = false;

    if (q + 1 < p->end && *q == '.' && literal_is_digit(q[1])) {
        *real = true;
        q = literal_digits(p, q + 1);
    }

    if (q < p->end && (*q == 'e' || *q == 'E')) {
        e = q + 1;
        e += (e < p->end && (*e == '+' || *e == '-')) ? 1 : 0;

        if (e < p->end && literal_is_digit(*e)) {
            *real = true;
            q = literal_digits(p, e);
        }
    }

    return q;
}


ckp_x_t *
ckp_xp_number(ckp_xp_t *p)
{
    bool               real;
    const char *const  end = literal_number_end(p, &real);
    const char *const  text = ckp_arena_strndup(p->arena, p->p,
                                                (size_t) (end - p->p));
    double             d;

    if (text == NULL) {
        return ckp_xp_nomem(p);
    }

    if (!real) {
        errno = 0;

        const long long  i = strtoll(text, NULL, 10);

        if (errno == 0) {
            p->p = end;
            return ckp_xp_const(p, json_integer(i));
        }
    }

    d = strtod(text, NULL);

    if (!isfinite(d)) {
        return ckp_xp_fail(p, "number out of range");
    }

    p->p = end;

    return ckp_xp_const(p, json_real(d));
}


/* Four hexadecimal digits at q; -1: there are none. */
static int
literal_hex(const ckp_xp_t *p, const char *q)
{
    int  code = 0;

    for (int i = 0; i < 4; i++, q++) {
        if (q >= p->end) {
            return -1;
        }

        const int  low = *q | 0x20;

        if (literal_is_digit(*q)) {
            code = code * 16 + (*q - '0');

        } else if (low >= 'a' && low <= 'f') {
            code = code * 16 + (low - 'a' + 10);

        } else {
            return -1;
        }
    }

    return code;
}


/* \uXXXX, also as a pair of surrogates; the cursor stands at the backslash. */
static bool
literal_unicode(ckp_xp_t *p, ckp_buf_t *b)
{
    int  code = literal_hex(p, p->p + 2);
    int  low;

    if (code < 0x20 || (code >= 0xdc00 && code < 0xe000)) {
        return false;
    }

    p->p += 6;

    if (code >= 0xd800 && code < 0xdc00) {
        if (p->end - p->p < 6 || p->p[0] != '\\' || p->p[1] != 'u') {
            return false;
        }

        low = literal_hex(p, p->p + 2);

        if (low < 0xdc00 || low >= 0xe000) {
            return false;
        }

        p->p += 6;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }

    ckp_text_put(b, (uint32_t) code);

    return true;
}


/* An escape that is none keeps its backslash: '\d' is a pattern. */
static bool
literal_escape(ckp_xp_t *p, ckp_buf_t *b)
{
    static const char  escapes[] = "\\\\''\"\"n\nt\tr\r";
    const char         c = (p->p + 1 < p->end) ? p->p[1] : '\0';

    if (c == 'u') {
        return literal_unicode(p, b);
    }

    for (const char *e = escapes; *e != '\0'; e += 2) {
        if (*e == c) {
            ckp_buf_put(b, e + 1, 1);
            p->p += 2;
            return true;
        }
    }

    ckp_buf_put(b, p->p, 1);
    p->p++;

    return true;
}


/* Reads a quoted text into b; false: p->err is set. */
bool
ckp_xp_quoted(ckp_xp_t *p, ckp_buf_t *b)
{
    const char         quote = *p->p;
    const char *const  begin = p->p++;

    while (p->p < p->end && *p->p != quote) {
        if (*p->p == '\\') {
            if (!literal_escape(p, b)) {
                (void) ckp_xp_fail(p, "malformed \\u escape");
                return false;
            }

            continue;
        }

        ckp_buf_put(b, p->p, 1);
        p->p++;
    }

    if (p->p == p->end) {
        p->p = begin;
        (void) ckp_xp_fail(p, "string is not closed");
        return false;
    }

    p->p++;

    if (b->failed != CKP_OK) {
        (void) ckp_xp_nomem(p);
        return false;
    }

    return true;
}


/* A text with placeholders in it. */
static ckp_x_t *
literal_text(ckp_xp_t *p, const char *text)
{
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_template_t  *t = ckp_template_text_at(text, p->level + 1, &err);
    ckp_x_t         *x;

    if (t == NULL) {
        return (err.code == CKP_E_NOMEM) ? ckp_xp_nomem(p)
                                         : ckp_xp_fail(p, err.msg);
    }

    x = ckp_xp_node(p, CKP_X_TEXT);

    if (x == NULL) {
        ckp_template_free(t);
        return NULL;
    }

    x->text = t;
    ckp_xp_own(p, x);

    return x;
}


ckp_x_t *
ckp_xp_string(ckp_xp_t *p)
{
    ckp_buf_t   b;
    ckp_x_t    *x = NULL;

    ckp_buf_init(&b, CKP_EXPR_TEXT_MAX);

    if (ckp_xp_quoted(p, &b)) {
        const char *const  text = ckp_buf_str(&b);

        x = (strstr(text, "{{") != NULL) ? literal_text(p, text)
                                         : ckp_xp_const(p, json_string(text));
    }

    ckp_buf_free(&b);

    return x;
}
