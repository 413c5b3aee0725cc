/*
 * Functions over texts.  Positions and lengths count characters.
 */

#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/sha.h"
#include "lang/casemap.h"
#include "func/func_int.h"

#define TEXT_SPACE  " \t\r\n\f\v"

/* The text of an argument: its own when it is a string. */
typedef struct {
    const char  *s;
    size_t       len;
    ckp_buf_t    b;
} arg_t;


/* On an error nothing is to be freed. */
static ckp_code_t
arg_text(ckp_xc_t *c, const json_t *v, arg_t *arg)
{
    ckp_buf_init(&arg->b, CKP_EVAL_RESULT_MAX);

    if (ckp_x_charge_value(c, v) != CKP_OK) {
        return CKP_E_LIMIT;
    }

    if (json_is_string(v)) {
        arg->s = json_string_value(v);
        arg->len = json_string_length(v);
        return CKP_OK;
    }

    ckp_value_text(&arg->b, v);

    if (arg->b.failed != CKP_OK) {
        json_t  *none;

        return ckp_x_text(c, &arg->b, &none);
    }

    arg->s = ckp_buf_str(&arg->b);
    arg->len = arg->b.len;

    return CKP_OK;
}


static ckp_code_t
text_give(ckp_xc_t *c, const char *s, size_t len, json_t **out)
{
    return ckp_x_give(c, json_stringn_nocheck(s, len), out);
}


CKP_FUNC(str)
{
    ckp_buf_t  b;

    (void) x;

    if (json_is_string(args[0])) {
        *out = json_incref(args[0]);
        return CKP_OK;
    }

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);
    ckp_value_text(&b, args[0]);

    return ckp_x_text(c, &b, out);
}


static ckp_code_t
text_case(ckp_xc_t *c, const json_t *v, bool upper, json_t **out)
{
    arg_t             arg;
    ckp_buf_t         b;
    const ckp_code_t  rc = arg_text(c, v, &arg);

    if (rc != CKP_OK) {
        return rc;
    }

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);
    ckp_case_put(&b, arg.s, arg.len, upper);
    ckp_buf_free(&arg.b);

    return ckp_x_text(c, &b, out);
}


CKP_FUNC(lower)
{
    (void) x;

    return text_case(c, args[0], false, out);
}


CKP_FUNC(upper)
{
    (void) x;

    return text_case(c, args[0], true, out);
}


CKP_FUNC(trim)
{
    arg_t       arg;
    size_t      from;
    size_t      to;
    ckp_code_t  rc = arg_text(c, args[0], &arg);

    (void) x;

    if (rc != CKP_OK) {
        return rc;
    }

    from = strspn(arg.s, TEXT_SPACE);
    to = arg.len;

    while (to > from && strchr(TEXT_SPACE, arg.s[to - 1]) != NULL) {
        to--;
    }

    rc = text_give(c, arg.s + from, to - from, out);
    ckp_buf_free(&arg.b);

    return rc;
}


static void
text_replace(ckp_buf_t *b, const arg_t *s, const arg_t *what,
    const arg_t *with)
{
    const char  *p = s->s;
    const char  *hit;

    while (what->len != 0 && b->failed == CKP_OK
           && (hit = strstr(p, what->s)) != NULL)
    {
        ckp_buf_put(b, p, (size_t) (hit - p));
        ckp_buf_put(b, with->s, with->len);
        p = hit + what->len;
    }

    ckp_buf_put(b, p, (size_t) (s->s + s->len - p));
}


CKP_FUNC(replace)
{
    arg_t       arg[3];
    ckp_buf_t   b;
    size_t      n = 0;
    ckp_code_t  rc = CKP_OK;

    (void) x;

    while (n < 3 && rc == CKP_OK) {
        rc = arg_text(c, args[n], &arg[n]);
        n += (rc == CKP_OK) ? 1 : 0;
    }

    if (rc == CKP_OK) {
        ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);
        text_replace(&b, &arg[0], &arg[1], &arg[2]);
        rc = ckp_x_text(c, &b, out);
    }

    while (n > 0) {
        ckp_buf_free(&arg[--n].b);
    }

    return rc;
}


static ckp_code_t
split_add(ckp_xc_t *c, json_t *list, const char *s, size_t len)
{
    if (ckp_eval_step(c->ev, 1, c->err) != CKP_OK) {
        return CKP_E_LIMIT;
    }

    return json_array_append_new(list, json_stringn_nocheck(s, len)) == 0
           ? CKP_OK : ckp_x_nomem(c);
}


/* Without a separator: words. */
static ckp_code_t
split_words(ckp_xc_t *c, json_t *list, const char *p)
{
    ckp_code_t  rc = CKP_OK;

    for (p += strspn(p, TEXT_SPACE); *p != '\0' && rc == CKP_OK;
         p += strspn(p, TEXT_SPACE))
    {
        const size_t  n = strcspn(p, TEXT_SPACE);

        rc = split_add(c, list, p, n);
        p += n;
    }

    return rc;
}


/* With an empty one: characters. */
static ckp_code_t
split_characters(ckp_xc_t *c, json_t *list, const arg_t *s)
{
    ckp_code_t  rc = CKP_OK;
    size_t      n;

    for (size_t i = 0; i < s->len && rc == CKP_OK; i += n) {
        n = ckp_text_offset(s->s + i, s->len - i, 1);
        rc = split_add(c, list, s->s + i, n);
    }

    return rc;
}


static ckp_code_t
split_at(ckp_xc_t *c, json_t *list, const arg_t *s, const arg_t *sep)
{
    const char  *p = s->s;
    const char  *hit;
    ckp_code_t   rc = CKP_OK;

    while (rc == CKP_OK && (hit = strstr(p, sep->s)) != NULL) {
        rc = split_add(c, list, p, (size_t) (hit - p));
        p = hit + sep->len;
    }

    return (rc == CKP_OK)
           ? split_add(c, list, p, (size_t) (s->s + s->len - p)) : rc;
}


CKP_FUNC(split)
{
    json_t      *list;
    arg_t        s;
    arg_t        sep;
    ckp_code_t   rc = arg_text(c, args[0], &s);

    if (rc != CKP_OK) {
        return rc;
    }

    rc = arg_text(c, x->n == 2 ? args[1] : NULL, &sep);

    if (rc != CKP_OK) {
        ckp_buf_free(&s.b);
        return rc;
    }

    list = json_array();

    if (list == NULL) {
        rc = ckp_x_nomem(c);

    } else if (x->n == 1) {
        rc = split_words(c, list, s.s);

    } else if (sep.len == 0) {
        rc = split_characters(c, list, &s);

    } else {
        rc = split_at(c, list, &s, &sep);
    }

    ckp_buf_free(&s.b);
    ckp_buf_free(&sep.b);

    if (rc != CKP_OK) {
        json_decref(list);
        return rc;
    }

    *out = list;

    return CKP_OK;
}


/* A negative beginning counts from the end. */
static ckp_code_t
substring_cut(ckp_xc_t *c, const arg_t *s, int64_t from, int64_t count,
    json_t **out)
{
    const int64_t  n = (int64_t) ckp_text_length(s->s, s->len);
    size_t         begin;
    size_t         bytes;

    if (from < 0) {
        from = (from + n < 0) ? 0 : from + n;
    }

    if (from > n) {
        from = n;
    }

    if (count < 0) {
        count = 0;
    }

    if (count > n - from) {
        count = n - from;
    }

    begin = ckp_text_offset(s->s, s->len, (size_t) from);
    bytes = ckp_text_offset(s->s + begin, s->len - begin, (size_t) count);

    return text_give(c, s->s + begin, bytes, out);
}


CKP_FUNC(substring)
{
    int64_t     from;
    int64_t     count = INT64_MAX;
    arg_t       s;
    ckp_code_t  rc = ckp_func_whole(c, x, args[1], &from);

    if (rc == CKP_OK && x->n == 3) {
        rc = ckp_func_whole(c, x, args[2], &count);
    }

    if (rc == CKP_OK) {
        rc = arg_text(c, args[0], &s);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    rc = substring_cut(c, &s, from, count, out);
    ckp_buf_free(&s.b);

    return rc;
}


static ckp_code_t
concat_arrays(ckp_xc_t *c, size_t n, json_t **args, json_t **out)
{
    json_t *const  list = json_array();

    for (size_t i = 0; i < n; i++) {
        if (ckp_eval_step(c->ev, (uint32_t) json_array_size(args[i]), c->err)
            != CKP_OK)
        {
            json_decref(list);
            return CKP_E_LIMIT;
        }

        if (json_array_extend(list, args[i]) != 0) {
            json_decref(list);
            return ckp_x_nomem(c);
        }
    }

    return ckp_x_give(c, list, out);
}


/* Of arrays only, an array; else the texts one behind the other. */
CKP_FUNC(concat)
{
    bool       arrays = true;
    ckp_buf_t  b;

    for (size_t i = 0; i < x->n; i++) {
        arrays = arrays && json_is_array(args[i]);
    }

    if (arrays) {
        return concat_arrays(c, x->n, args, out);
    }

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);

    for (size_t i = 0; i < x->n; i++) {
        ckp_value_text(&b, args[i]);
    }

    return ckp_x_text(c, &b, out);
}


CKP_FUNC(starts_with)
{
    (void) c;
    (void) x;

    *out = json_boolean(ckp_value_edge(CKP_OP_STARTS, args[0], args[1]));

    return CKP_OK;
}


CKP_FUNC(ends_with)
{
    (void) c;
    (void) x;

    *out = json_boolean(ckp_value_edge(CKP_OP_ENDS, args[0], args[1]));

    return CKP_OK;
}


CKP_FUNC(contains)
{
    (void) x;

    if (ckp_x_charge_value(c, args[0]) != CKP_OK) {
        return CKP_E_LIMIT;
    }

    *out = json_boolean(ckp_value_contains(args[0], args[1]));

    return CKP_OK;
}


CKP_FUNC(matches)
{
    size_t            found;
    const ckp_code_t  rc = ckp_x_matches(c, args[0], x->kids[1], args[1], NULL,
                                         0, &found);

    *out = (rc == CKP_OK) ? json_boolean(found != 0) : NULL;

    return rc;
}


/* Without a group given: the first one if the pattern has one that matched. */
static size_t
regex_group(const ckp_span_t *spans, size_t found, int64_t group)
{
    if (group < 0) {
        return (found > 1) ? 1 : 0;
    }

    return ((uint64_t) group < found && spans[group].start != SIZE_MAX)
           ? (size_t) group : SIZE_MAX;
}


CKP_FUNC(regex)
{
    ckp_span_t  spans[CKP_REGEX_GROUPS_MAX + 1];
    int64_t     group = -1;
    size_t      found;
    arg_t       s;
    ckp_code_t  rc = CKP_OK;

    if (x->n == 3) {
        rc = ckp_func_whole(c, x, args[2], &group);

        if (rc == CKP_OK && group < 0) {
            rc = ckp_x_fail(c, "regex() with a negative group");
        }
    }

    if (rc == CKP_OK) {
        rc = ckp_x_matches(c, args[0], x->kids[1], args[1], spans,
                           CKP_REGEX_GROUPS_MAX + 1, &found);
    }

    if (rc == CKP_OK) {
        rc = arg_text(c, args[0], &s);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    const size_t  at = (found == 0) ? SIZE_MAX
                                    : regex_group(spans, found, group);

    if (at == SIZE_MAX || spans[at].start == SIZE_MAX) {
        *out = json_null();

    } else {
        rc = text_give(c, s.s + spans[at].start,
                       spans[at].end - spans[at].start, out);
    }

    ckp_buf_free(&s.b);

    return rc;
}


CKP_FUNC(hash)
{
    const char *const  name = x->n == 2 ? json_string_value(args[1])
                                        : "sha256";
    uint8_t            digest[CKP_DIGEST_MAX];
    char               text[2 * CKP_DIGEST_MAX + 1];
    arg_t              s;
    ckp_code_t         rc = arg_text(c, args[0], &s);

    if (rc != CKP_OK) {
        return rc;
    }

    const size_t  n = name == NULL ? 0 : ckp_digest(name, s.s, s.len, digest);

    ckp_buf_free(&s.b);

    if (n == 0) {
        return ckp_x_fail(c, "hash(): there is no algorithm \"%.40s\"",
                          name == NULL ? "" : name);
    }

    ckp_hex(digest, n, text);

    return text_give(c, text, 2 * n, out);
}


CKP_FUNC(uuid)
{
    static const uint8_t  zero[CKP_SEED_LEN] = { 0 };
    ckp_rand_t            fixed;
    ckp_rand_t           *r = c->ev->rand;
    char                  text[CKP_UUID_LEN + 1];

    (void) x;
    (void) args;

    if (r == NULL) {
        ckp_rand_init(&fixed, zero);
        r = &fixed;
    }

    ckp_uuid4(r, text);

    return text_give(c, text, CKP_UUID_LEN, out);
}
