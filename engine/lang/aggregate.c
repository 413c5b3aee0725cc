/*
 * Aggregates over arrays, for paths and functions: what is not a number is
 * skipped where numbers are asked for.
 */

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "lang/eval.h"
#include "lang/path_int.h"
#include "lang/value.h"

typedef struct {
    size_t     n;               /* numbers seen */
    ckp_num_t  sum;
    ckp_num_t  best;
    int        sign;            /* -1: the least, 1: the greatest */
    json_t    *best_text;       /* borrowed; when there are no numbers */
} fold_t;


static json_t *
element_field(json_t *element, const ckp_path_t *field)
{
    return (field == NULL) ? json_incref(element)
                           : ckp_path_below(field, element);
}


static void
fold_sum(fold_t *f, const ckp_num_t *num)
{
    int64_t  i;

    f->sum.real = f->sum.real || num->real
                  || __builtin_add_overflow(f->sum.i, num->i, &i);

    if (!f->sum.real) {
        f->sum.i = i;
    }

    f->sum.d += num->d;
}


static void
fold_value(fold_t *f, json_t *v)
{
    ckp_num_t  num;

    if (!ckp_num_of(v, &num)) {
        if (json_is_string(v)
            && (f->best_text == NULL
                || strcmp(json_string_value(v),
                          json_string_value(f->best_text)) * f->sign > 0))
        {
            json_decref(f->best_text);
            f->best_text = json_incref(v);
        }

        return;
    }

    if (f->n == 0 || ckp_num_order(&num, &f->best) * f->sign > 0) {
        f->best = num;
    }

    fold_sum(f, &num);
    f->n++;
}


/* Integers keep their type, reals theirs. */
static json_t *
num_plain(const ckp_num_t *num)
{
    return num->real ? json_real(num->d) : json_integer(num->i);
}


static json_t *
fold_result(fold_t *f, ckp_agg_t agg)
{
    ckp_num_t  avg;

    if (agg == CKP_AGG_SUM) {
        f->sum.d = f->sum.real ? ckp_num_settle(f->sum.d) : f->sum.d;

        return ckp_num_json(&f->sum);
    }

    if (agg == CKP_AGG_AVG && f->n != 0) {
        avg.real = true;
        avg.i = 0;
        avg.d = ckp_num_settle(f->sum.d / (double) f->n);

        return ckp_num_json(&avg);
    }

    if (agg == CKP_AGG_MIN || agg == CKP_AGG_MAX) {
        if (f->n != 0) {
            return num_plain(&f->best);
        }

        if (f->best_text != NULL) {
            return json_incref(f->best_text);
        }
    }

    return json_null();
}


static json_t *
aggregate_numbers(ckp_agg_t agg, const json_t *array, const ckp_path_t *field)
{
    fold_t   f;
    size_t   i;
    json_t  *element;
    json_t  *result;

    memset(&f, 0, sizeof(f));
    f.sign = (agg == CKP_AGG_MIN) ? -1 : 1;

    json_array_foreach((json_t *) array, i, element) {
        json_t *const  v = element_field(element, field);

        fold_value(&f, v);
        json_decref(v);
    }

    result = fold_result(&f, agg);
    json_decref(f.best_text);

    return result;
}


static json_t *
aggregate_count(const json_t *array, const ckp_path_t *field)
{
    json_int_t  n = 0;
    size_t      i;
    json_t     *element;

    json_array_foreach((json_t *) array, i, element) {
        json_t *const  v = element_field(element, field);

        n += (field == NULL || (v != NULL && !json_is_null(v))) ? 1 : 0;
        json_decref(v);
    }

    return json_integer(n);
}


static json_t *
aggregate_pluck(const json_t *array, const ckp_path_t *field)
{
    json_t *const  list = json_array();
    size_t         i;
    json_t        *element;

    json_array_foreach((json_t *) array, i, element) {
        json_t *const  v = element_field(element, field);

        if (json_array_append_new(list, v == NULL ? json_null() : v) != 0) {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


static json_t *
aggregate_join(const json_t *array, const ckp_path_t *field)
{
    ckp_buf_t  b;
    size_t     i;
    json_t    *element;
    json_t    *text = NULL;

    if (json_array_size(array) == 0) {
        return json_null();
    }

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);

    json_array_foreach((json_t *) array, i, element) {
        json_t *const  v = element_field(element, field);

        if (i != 0) {
            ckp_buf_put(&b, ",", 1);
        }

        ckp_value_text(&b, v);
        json_decref(v);
    }

    if (b.failed == CKP_OK) {
        text = json_stringn_nocheck(ckp_buf_str(&b), b.len);
    }

    ckp_buf_free(&b);

    return text;
}


static json_t *
aggregate_end(const json_t *array, const ckp_path_t *field, int64_t index)
{
    json_t *const  element = ckp_value_element(array, index);
    json_t        *v;

    if (element == NULL) {
        return json_null();
    }

    v = element_field(element, field);
    json_decref(element);

    return (v == NULL) ? json_null() : v;
}


json_t *
ckp_aggregate(ckp_agg_t agg, const json_t *array, const ckp_path_t *field)
{
    if (!json_is_array(array) && !json_is_null(array)) {
        return NULL;
    }

    switch (agg) {

    case CKP_AGG_NONE:
        break;

    case CKP_AGG_SUM:
    case CKP_AGG_AVG:
    case CKP_AGG_MIN:
    case CKP_AGG_MAX:
        return aggregate_numbers(agg, array, field);

    case CKP_AGG_COUNT:
        return aggregate_count(array, field);

    case CKP_AGG_FIRST:
        return aggregate_end(array, field, 0);

    case CKP_AGG_LAST:
        return aggregate_end(array, field, -1);

    case CKP_AGG_JOIN:
        return aggregate_join(array, field);

    case CKP_AGG_PLUCK:
        return aggregate_pluck(array, field);
    }

    return NULL;
}
