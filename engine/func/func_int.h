/*
 * The functions of spec/ckp.md 7.6.  The table is in func.c, the bodies are in
 * func_list, func_object, func_text, func_number, func_date and func_format.
 */

#ifndef CKP_FUNC_INT_H
#define CKP_FUNC_INT_H

#include "lang/expr_int.h"
#include "lang/value.h"

/* The form of all bodies; args are lent, and NULL where a function evaluates
 * its arguments itself. */
#define CKP_FUNC(name)                                                        \
    ckp_code_t ckp_func_##name(ckp_xc_t *c, const ckp_x_t *x, json_t **args,  \
        json_t **out)

/* func_list.c */
CKP_FUNC(count);
CKP_FUNC(sum);
CKP_FUNC(avg);
CKP_FUNC(min);
CKP_FUNC(max);
CKP_FUNC(first);
CKP_FUNC(last);
CKP_FUNC(pluck);
CKP_FUNC(unique);
CKP_FUNC(sorted);
CKP_FUNC(reversed);
CKP_FUNC(flatten);
CKP_FUNC(range);
CKP_FUNC(join);

/* func_object.c */
CKP_FUNC(keys);
CKP_FUNC(values);
CKP_FUNC(items);
CKP_FUNC(get);
CKP_FUNC(has);
CKP_FUNC(coalesce);
CKP_FUNC(default);
CKP_FUNC(if);
CKP_FUNC(type);
CKP_FUNC(is_number);
CKP_FUNC(is_string);
CKP_FUNC(json);
CKP_FUNC(to_json);

/* func_text.c */
CKP_FUNC(str);
CKP_FUNC(lower);
CKP_FUNC(upper);
CKP_FUNC(trim);
CKP_FUNC(replace);
CKP_FUNC(split);
CKP_FUNC(substring);
CKP_FUNC(concat);
CKP_FUNC(starts_with);
CKP_FUNC(ends_with);
CKP_FUNC(contains);
CKP_FUNC(matches);
CKP_FUNC(regex);
CKP_FUNC(hash);
CKP_FUNC(uuid);

/* func_number.c */
CKP_FUNC(abs);
CKP_FUNC(round);
CKP_FUNC(floor);
CKP_FUNC(ceil);
CKP_FUNC(int);
CKP_FUNC(float);
CKP_FUNC(bool);

/* func_date.c */
CKP_FUNC(now);
CKP_FUNC(today);
CKP_FUNC(timestamp);
CKP_FUNC(date);
CKP_FUNC(date_add);
CKP_FUNC(date_diff);

/* Takes an ISO text or unix milliseconds within the years 0 to 9999; *bare: a
 * date without a time. */
ckp_code_t ckp_date_of(ckp_xc_t *c, const ckp_x_t *x, const json_t *v,
    int64_t *ms, bool *bare);
int64_t ckp_date_floor(int64_t a, int64_t b);

/* func_format.c: the offset of a zone at an instant, "UTC", "+02:00" or a name
 * that ev->zone knows.  false: there is none. */
bool ckp_date_zone(const ckp_eval_t *ev, const char *name, int64_t ms,
    int32_t *seconds);
CKP_FUNC(format_date);

/* The number an argument is, or an ExpressionError that names the function. */
ckp_code_t ckp_func_number(ckp_xc_t *c, const ckp_x_t *x, const json_t *v,
    ckp_num_t *num);

/* The same, cut to a whole number within +-10^15. */
ckp_code_t ckp_func_whole(ckp_xc_t *c, const ckp_x_t *x, const json_t *v,
    int64_t *i);

#endif
