/*
 * JSONPath: the tests of a filter.
 *
 *   or      and { "||" and }
 *   and     one { "&&" one }
 *   one     "!" one | "(" or ")" | operand [ comparison operand ]
 *   operand "@" segments | "$" segments | text | number | true false null
 */

#include <string.h>

#include "base/json.h"
#include "data/jsonpath_int.h"
#include "lang/value.h"

#define JP_DEPTH_MAX  16

static const ckp_jp_test_t *jp_or(ckp_jp_t *jp);


static ckp_jp_test_t *
jp_test(ckp_jp_t *jp, ckp_jp_op_t op)
{
    ckp_jp_test_t  *test;

    if (++jp->ntests > CKP_JSONPATH_TESTS_MAX) {
        ckp_jp_wrong(jp, "too many tests");
        return NULL;
    }

    test = ckp_jp_alloc(jp, sizeof(*test));

    if (test != NULL) {
        test->op = op;
    }

    return test;
}


/* The path keeps the value (stolen) and lends it. */
static const json_t *
jp_keep(ckp_jp_t *jp, json_t *value)
{
    if (jp->failed) {
        json_decref(value);
        return NULL;
    }

    if (jp->path->literals == NULL) {
        jp->path->literals = json_array();
    }

    /* appending to no array, or nothing, is refused and ends the value */

    if (json_array_append_new(jp->path->literals, value) != 0) {
        jp->failed = true;
        (void) ckp_fail(jp->err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    return value;
}


static bool
jp_word(ckp_jp_t *jp, const char *word)
{
    const size_t  len = strlen(word);

    if (strncmp(jp->p, word, len) != 0) {
        return false;
    }

    jp->p += len;

    return true;
}


static json_t *
jp_number(ckp_jp_t *jp)
{
    const size_t   len = strspn(jp->p, "+-.0123456789eE");
    json_t *const  text = json_stringn(jp->p, len);
    json_t        *number = NULL;
    ckp_num_t      num;

    if (text != NULL && !ckp_num_of(text, &num)) {
        ckp_jp_wrong(jp, "a value is missing");

    } else if (text != NULL) {
        jp->p += len;
        number = ckp_num_json(&num);
    }

    json_decref(text);

    return number;
}


static void
jp_literal(ckp_jp_t *jp, ckp_jp_operand_t *operand)
{
    json_t  *value;

    if (*jp->p == '\'' || *jp->p == '"') {
        const char *const  s = ckp_jp_quoted(jp);

        value = s == NULL ? NULL : json_string(s);

    } else if (jp_word(jp, "true")) {
        value = json_true();

    } else if (jp_word(jp, "false")) {
        value = json_false();

    } else if (jp_word(jp, "null")) {
        value = json_null();

    } else {
        value = jp_number(jp);
    }

    operand->literal = jp_keep(jp, value);
}


static void
jp_operand(ckp_jp_t *jp, ckp_jp_operand_t *operand)
{
    ckp_jp_space(jp);

    if (*jp->p != '@' && *jp->p != '$') {
        jp_literal(jp, operand);
        return;
    }

    const bool  outer = jp->definite;

    operand->root = *jp->p++ == '$';
    jp->definite = true;
    operand->path = ckp_jp_segs(jp);

    if (!jp->definite) {
        ckp_jp_wrong(jp, "a filter's own path leads to more than one place");
    }

    jp->definite = outer;
}


static bool
jp_compares(ckp_jp_t *jp, ckp_jp_op_t *op)
{
    static const struct {
        const char   *word;
        ckp_jp_op_t   op;
    } words[] = {
        { "==", CKP_JP_EQ }, { "!=", CKP_JP_NE }, { "<=", CKP_JP_LE },
        { ">=", CKP_JP_GE }, { "<", CKP_JP_LT }, { ">", CKP_JP_GT }
    };

    ckp_jp_space(jp);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (jp_word(jp, words[i].word)) {
            *op = words[i].op;
            return true;
        }
    }

    return false;
}


static const ckp_jp_test_t *
jp_compare(ckp_jp_t *jp)
{
    ckp_jp_test_t *const  test = jp_test(jp, CKP_JP_THERE);

    if (test == NULL) {
        return NULL;
    }

    jp_operand(jp, &test->left);

    if (!jp->failed && jp_compares(jp, &test->op)) {
        jp_operand(jp, &test->right);

    } else if (test->left.literal != NULL) {
        ckp_jp_wrong(jp, "a comparison is missing");
    }

    return test;
}


static const ckp_jp_test_t *
jp_one(ckp_jp_t *jp)
{
    const ckp_jp_test_t  *inner;
    ckp_jp_test_t        *not;

    if (++jp->depth > JP_DEPTH_MAX) {
        ckp_jp_wrong(jp, "a filter that is too deep");
        return NULL;
    }

    if (ckp_jp_take(jp, '!')) {
        not = jp_test(jp, CKP_JP_NOT);
        inner = not;

        if (not != NULL) {
            not->a = jp_one(jp);
        }

    } else if (ckp_jp_take(jp, '(')) {
        inner = jp_or(jp);

        if (!jp->failed && !ckp_jp_take(jp, ')')) {
            ckp_jp_wrong(jp, "\")\" is missing");
        }

    } else {
        inner = jp_compare(jp);
    }

    jp->depth--;

    return inner;
}


static const ckp_jp_test_t *
jp_and(ckp_jp_t *jp)
{
    const ckp_jp_test_t  *test = jp_one(jp);

    for (ckp_jp_space(jp); !jp->failed && jp_word(jp, "&&");
         ckp_jp_space(jp))
    {
        ckp_jp_test_t *const  both = jp_test(jp, CKP_JP_AND);

        if (both != NULL) {
            both->a = test;
            both->b = jp_one(jp);
            test = both;
        }
    }

    return test;
}


static const ckp_jp_test_t *
jp_or(ckp_jp_t *jp)
{
    const ckp_jp_test_t  *test = jp_and(jp);

    for (ckp_jp_space(jp); !jp->failed && jp_word(jp, "||");
         ckp_jp_space(jp))
    {
        ckp_jp_test_t *const  either = jp_test(jp, CKP_JP_OR);

        if (either != NULL) {
            either->a = test;
            either->b = jp_and(jp);
            test = either;
        }
    }

    return test;
}


const ckp_jp_test_t *
ckp_jp_filter(ckp_jp_t *jp)
{
    /* a filter within a filter cannot be: its paths are definite */

    if (jp->depth > 0) {
        ckp_jp_wrong(jp, "a filter within a filter");
        return NULL;
    }

    return jp_or(jp);
}
