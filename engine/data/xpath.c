/*
 * XPath: from text to steps.
 *
 *   path  [ "/" | "//" ] step { ("/" | "//") step }
 *   step  ( name | "*" | "@" name | "@*" | "text()" | "." ) { "[" test "]" }
 *   test  number | "last()" | side [ ("=" | "!=") text ]
 *         | ("contains" | "starts-with") "(" side "," text ")"
 *   side  name | "*" | "@" name | "@*" | "text()" | "."
 */

#include <string.h>

#include "data/xpath_int.h"

#define XP_NUMBER_MAX  1000000000

typedef struct {
    ckp_xpath_t  *path;
    const char   *text;
    const char   *p;
    ckp_err_t    *err;
    bool          failed;
    size_t        nsteps;
    size_t        ntests;
} xp_t;


static void
xp_wrong(xp_t *xp, const char *what)
{
    if (!xp->failed) {
        xp->failed = true;
        (void) ckp_fail(xp->err, CKP_E_INVALID, "", "%s at column %zu", what,
                        (size_t) (xp->p - xp->text) + 1);
    }
}


static void *
xp_alloc(xp_t *xp, size_t size)
{
    void *const  p = xp->failed ? NULL : ckp_arena_alloc(xp->path->arena, size);

    if (p == NULL && !xp->failed) {
        xp->failed = true;
        (void) ckp_fail(xp->err, CKP_E_NOMEM, "", "no memory");
    }

    return p;
}


static const char *
xp_copy(xp_t *xp, const char *s, size_t len)
{
    char *const  copy = xp_alloc(xp, len + 1);

    if (copy != NULL && len > 0) {
        memcpy(copy, s, len);
    }

    return copy;
}


static void
xp_space(xp_t *xp)
{
    xp->p += strspn(xp->p, " \t\r\n");
}


static bool
xp_take(xp_t *xp, const char *word)
{
    const size_t  len = strlen(word);

    xp_space(xp);

    if (strncmp(xp->p, word, len) != 0) {
        return false;
    }

    xp->p += len;

    return true;
}


static void
xp_want(xp_t *xp, const char *word, const char *sentence)
{
    if (!xp->failed && !xp_take(xp, word)) {
        xp_wrong(xp, sentence);
    }
}


static bool
xp_is_name(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
           || (c & 0x80) != 0
           || (!first && ((c >= '0' && c <= '9') || c == '-' || c == '.'
                          || c == ':'));
}


/* A name, or any: NULL then. */
static const char *
xp_name(xp_t *xp)
{
    const char *const  from = xp->p;

    if (*xp->p == '*') {
        xp->p++;
        return NULL;
    }

    if (!xp_is_name(*xp->p, true)) {
        xp_wrong(xp, "a name is missing");
        return NULL;
    }

    while (xp_is_name(*xp->p, false)) {
        if (xp->p[0] == ':' && xp->p[1] == ':') {
            xp_wrong(xp, "an axis");
            return NULL;
        }

        xp->p++;
    }

    return xp_copy(xp, from, (size_t) (xp->p - from));
}


static ckp_xp_what_t
xp_what(xp_t *xp, const char **name)
{
    *name = NULL;
    xp_space(xp);

    if (*xp->p == '@') {
        xp->p++;
        *name = xp_name(xp);
        return CKP_XP_ATTR;
    }

    if (xp_take(xp, "text()")) {
        return CKP_XP_TEXT;
    }

    if (*xp->p == '.') {
        xp->p++;
        return CKP_XP_SELF;
    }

    *name = xp_name(xp);

    return CKP_XP_CHILD;
}


static void
xp_literal(xp_t *xp, ckp_xp_test_t *test)
{
    xp_space(xp);

    const char         quote = *xp->p;
    const char *const  end = quote != '\'' && quote != '"'
                             ? NULL : strchr(xp->p + 1, quote);

    if (end == NULL) {
        xp_wrong(xp, "a quoted text is missing");
        return;
    }

    test->len = (size_t) (end - xp->p - 1);
    test->value = xp_copy(xp, xp->p + 1, test->len);
    xp->p = end + 1;
}


static void
xp_number(xp_t *xp, ckp_xp_test_t *test)
{
    test->op = CKP_XP_NTH;

    for ( /* void */ ; *xp->p >= '0' && *xp->p <= '9'; xp->p++) {
        test->n = test->n * 10 + (*xp->p - '0');

        if (test->n > XP_NUMBER_MAX) {
            xp_wrong(xp, "a number that is too large");
            return;
        }
    }

    if (test->n == 0) {
        xp_wrong(xp, "places are counted from 1, not so");
    }
}


/* contains(side, text), its name taken. */
static void
xp_function(xp_t *xp, ckp_xp_test_t *test, ckp_xp_op_t op)
{
    test->op = op;
    test->what = xp_what(xp, &test->name);
    xp_want(xp, ",", "\",\" is missing");

    if (!xp->failed) {
        xp_literal(xp, test);
    }

    xp_want(xp, ")", "\")\" is missing");
}


static void
xp_compare(xp_t *xp, ckp_xp_test_t *test)
{
    test->op = CKP_XP_THERE;
    test->what = xp_what(xp, &test->name);

    if (xp->failed) {
        return;
    }

    if (xp_take(xp, "=")) {
        test->op = CKP_XP_EQ;
        xp_literal(xp, test);

    } else if (xp_take(xp, "!=")) {
        test->op = CKP_XP_NE;
        xp_literal(xp, test);
    }
}


/* Behind the "[". */
static ckp_xp_test_t *
xp_test(xp_t *xp)
{
    ckp_xp_test_t *const  test = xp_alloc(xp, sizeof(*test));

    if (test == NULL) {
        return NULL;
    }

    if (++xp->ntests > CKP_XPATH_TESTS_MAX) {
        xp_wrong(xp, "too many tests");
        return NULL;
    }

    xp_space(xp);

    if (*xp->p >= '0' && *xp->p <= '9') {
        xp_number(xp, test);

    } else if (xp_take(xp, "last()")) {
        test->op = CKP_XP_LAST;

    } else if (xp_take(xp, "contains(")) {
        xp_function(xp, test, CKP_XP_CONTAINS);

    } else if (xp_take(xp, "starts-with(")) {
        xp_function(xp, test, CKP_XP_STARTS);

    } else {
        xp_compare(xp, test);
    }

    xp_want(xp, "]", "\"]\" is missing");

    return test;
}


static ckp_xp_step_t *
xp_step(xp_t *xp)
{
    ckp_xp_step_t *const   step = xp_alloc(xp, sizeof(*step));
    const ckp_xp_test_t  **end;

    if (step == NULL) {
        return NULL;
    }

    if (++xp->nsteps > CKP_XPATH_STEPS_MAX) {
        xp_wrong(xp, "too many steps");
        return NULL;
    }

    step->what = xp_what(xp, &step->name);
    end = &step->tests;

    while (!xp->failed && xp_take(xp, "[")) {
        ckp_xp_test_t *const  test = xp_test(xp);

        *end = test;

        if (test != NULL) {
            end = &test->next;
        }
    }

    return step;
}


static void
xp_steps(xp_t *xp)
{
    const ckp_xp_step_t  **end = &xp->path->first;
    bool                   more = true;
    bool                   deep = xp_take(xp, "//");

    if (!deep) {
        (void) xp_take(xp, "/");
    }

    while (more && !xp->failed) {
        ckp_xp_step_t *const  step = xp_step(xp);

        if (step == NULL) {
            return;
        }

        step->deep = deep;
        *end = step;
        end = &step->next;
        deep = xp_take(xp, "//");
        more = deep || xp_take(xp, "/");

        if (more && (step->what == CKP_XP_ATTR || step->what == CKP_XP_TEXT)) {
            xp_wrong(xp, "below an attribute or a text there is nothing");
        }
    }
}


static void
xp_parse(xp_t *xp)
{
    if (strlen(xp->text) > CKP_XPATH_TEXT_MAX) {
        xp->p += CKP_XPATH_TEXT_MAX;
        xp_wrong(xp, "a path that is too long");
        return;
    }

    xp_steps(xp);

    if (!xp->failed) {
        xp_space(xp);

        if (*xp->p != '\0') {
            xp_wrong(xp, "what does not belong to a path");
        }
    }
}


ckp_xpath_t *
ckp_xpath_parse(const char *text, ckp_err_t *err)
{
    ckp_arena_t *const  arena = ckp_arena_new();
    xp_t                xp = { .text = text, .p = text, .err = err };

    if (arena == NULL) {
        goto failed;
    }

    xp.path = ckp_arena_alloc(arena, sizeof(ckp_xpath_t));

    if (xp.path == NULL) {
        goto failed;
    }

    xp.path->arena = arena;
    xp_parse(&xp);

    if (xp.failed) {
        ckp_xpath_free(xp.path);
        return NULL;
    }

    return xp.path;

failed:

    ckp_arena_free(arena);
    (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");

    return NULL;
}


void
ckp_xpath_free(ckp_xpath_t *path)
{
    if (path != NULL) {
        ckp_arena_free(path->arena);    /* the path itself is in there */
    }
}
