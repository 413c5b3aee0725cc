/*
 * Functions over numbers, and conversions to them.
 */

#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "func/func_int.h"

#define TWO_63      9223372036854775808.0
#define ROUND_MAX   15


/* The number the first argument is; integers need no more work. */
static ckp_code_t
number_of(ckp_xc_t *c, const ckp_x_t *x, json_t **args, ckp_num_t *num)
{
    return ckp_func_number(c, x, args[0], num);
}


CKP_FUNC(abs)
{
    ckp_num_t         num;
    const ckp_code_t  rc = number_of(c, x, args, &num);

    if (rc != CKP_OK) {
        return rc;
    }

    if (!num.real && num.i != INT64_MIN) {
        return ckp_x_give(c, json_integer(num.i < 0 ? -num.i : num.i), out);
    }

    return ckp_x_give(c, json_real(fabs(num.d)), out);
}


/* Ties go away from zero, those of the decimal that a person sees: 2.675 is
 * one although its bits are a little less. */
static double
number_round(double d, double scale)
{
    char  text[CKP_REAL_LEN];

    ckp_real_round(d * scale, ROUND_MAX, text);

    return round(strtod(text, NULL)) / scale;
}


CKP_FUNC(round)
{
    ckp_num_t   num;
    int64_t     places = 0;
    double      d;
    ckp_code_t  rc = number_of(c, x, args, &num);

    if (rc == CKP_OK && x->n == 2) {
        rc = ckp_func_whole(c, x, args[1], &places);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    if (!num.real && places >= 0) {
        return ckp_x_give(c, json_integer(num.i), out);
    }

    if (places > ROUND_MAX || places < -ROUND_MAX) {
        return ckp_x_fail(c, "round() to more than %d places", ROUND_MAX);
    }

    if (fabs(num.d) >= 1e15 && places >= 0) {
        return ckp_x_real(c, num.d, out);
    }

    d = (places >= 0) ? number_round(num.d, pow(10, (double) places))
                      : round(num.d / pow(10, (double) -places))
                        * pow(10, (double) -places);

    return ckp_x_real(c, d, out);
}


/* A real without its fraction, as an integer while it is one. */
static ckp_code_t
number_whole(ckp_xc_t *c, const ckp_num_t *num, double d, json_t **out)
{
    if (!num->real) {
        return ckp_x_give(c, json_integer(num->i), out);
    }

    return ckp_x_real(c, d, out);
}


CKP_FUNC(floor)
{
    ckp_num_t         num;
    const ckp_code_t  rc = number_of(c, x, args, &num);

    return (rc == CKP_OK) ? number_whole(c, &num, floor(num.d), out) : rc;
}


CKP_FUNC(ceil)
{
    ckp_num_t         num;
    const ckp_code_t  rc = number_of(c, x, args, &num);

    return (rc == CKP_OK) ? number_whole(c, &num, ceil(num.d), out) : rc;
}


/* What int() and float() look at: of an object its value, else its text. */
static ckp_code_t
number_from(ckp_xc_t *c, const ckp_x_t *x, const json_t *v, ckp_num_t *num)
{
    if (json_is_object(v)) {
        const json_t *const  inner = json_object_get(v, "value");

        v = (inner != NULL) ? inner : json_object_get(v, "text");
    }

    if (json_is_boolean(v)) {
        num->real = false;
        num->i = json_is_true(v) ? 1 : 0;
        num->d = (double) num->i;
        return CKP_OK;
    }

    return ckp_func_number(c, x, v, num);
}


CKP_FUNC(int)
{
    ckp_num_t         num;
    const ckp_code_t  rc = number_from(c, x, args[0], &num);

    if (rc != CKP_OK) {
        return rc;
    }

    if (num.real && fabs(num.d) >= TWO_63) {
        return ckp_x_fail(c, "int() of a number beyond 64 bits");
    }

    return number_whole(c, &num, trunc(num.d), out);
}


CKP_FUNC(float)
{
    ckp_num_t         num;
    const ckp_code_t  rc = number_from(c, x, args[0], &num);

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_x_give(c, num.real ? json_real(num.d) : json_integer(num.i),
                      out);
}


CKP_FUNC(bool)
{
    (void) c;
    (void) x;

    *out = json_boolean(ckp_value_truthy(args[0]));

    return CKP_OK;
}
