/*
 * What tests of templates and expressions share: the variables of spec/ckp.md
 * 6.4 as a scope, and JSON texts as what they say.
 */

#ifndef T_LANG_H
#define T_LANG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "lang/expr.h"
#include "lang/template.h"

#define T_VARS                                                                \
    "{\"n\":5,\"s\":\"7\",\"u\":{\"name\":\"Ana\",\"tags\":[\"x\",\"y\"]},"   \
    "\"z\":null,\"rows\":[{\"v\":2},{\"v\":3}]}"

/* 2026-02-17T09:30:00.125Z */
#define T_NOW  1771320600125

typedef struct {
    json_t       *vars;
    ckp_scope_t   scope;
    ckp_eval_t    ev;
    int           warnings;
    int           comparisons;
    int           misses;
    char          message[256];
} t_lang_t;


static inline json_t *
t_json(const char *text)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  v = ckp_json_parse(text, strlen(text), &err);

    if (v == NULL) {
        fail_msg("%s: %s", text, err.msg);
    }

    return v;
}


static inline void
t_warn(void *data, ckp_warn_t kind, const char *source, const char *message)
{
    t_lang_t  *t = data;

    (void) source;
    t->warnings += (kind == CKP_WARN_EXPRESSION);
    t->comparisons += (kind == CKP_WARN_COMPARISON);
    t->misses += (kind == CKP_WARN_TEMPLATE);
    snprintf(t->message, sizeof(t->message), "%s", message);
}


static inline void
t_lang_init(t_lang_t *t, const char *vars)
{
    memset(t, 0, sizeof(*t));
    t->vars = t_json(vars);
    t->scope.get = ckp_scope_object_get;
    t->scope.object = t->vars;
    t->ev.scope = &t->scope;
    t->ev.now_ms = T_NOW;
    t->ev.budget = CKP_EVAL_STEPS_MAX;
    t->ev.warn = t_warn;
    t->ev.warn_data = t;
}


static inline void
t_lang_free(t_lang_t *t)
{
    json_decref(t->vars);
}


/* The value must be exactly the JSON text `want` (types too). */
static inline void
t_is(const json_t *v, const char *want, const char *what)
{
    char *const  text = ckp_json_text(v);

    if (text == NULL || strcmp(text, want) != 0) {
        fail_msg("%s: is %s, not %s", what, text ? text : "(none)", want);
    }

    ckp_free(text);
}


/* The value of an expression; "error" wants an ExpressionError. */
static inline void
t_value(t_lang_t *t, const char *source, const char *want)
{
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_expr_t *const  x = ckp_expr_parse(source, strlen(source), &err);
    json_t            *v = NULL;
    ckp_code_t         rc;

    if (x == NULL) {
        fail_msg("%s: %s", source, err.msg);
        return;
    }

    t->ev.budget = CKP_EVAL_STEPS_MAX;
    rc = ckp_expr_value(x, &t->ev, &v, &err);

    if (strcmp(want, "error") == 0) {
        if (rc != CKP_E_INVALID && rc != CKP_E_LIMIT) {
            fail_msg("%s: no error", source);
        }

        assert_null(v);
        assert_true(err.msg[0] != '\0');

    } else {
        if (rc != CKP_OK) {
            fail_msg("%s: %s", source, err.msg);
        }

        t_is(v, want, source);
    }

    json_decref(v);
    ckp_expr_free(x);
}


static inline bool
t_test(t_lang_t *t, const char *source)
{
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_expr_t *const  x = ckp_expr_parse(source, strlen(source), &err);
    bool               holds = false;

    if (x == NULL) {
        fail_msg("%s: %s", source, err.msg);
        return false;
    }

    t->ev.budget = CKP_EVAL_STEPS_MAX;

    if (ckp_expr_test(x, &t->ev, &holds, &err) != CKP_OK) {
        fail_msg("%s: %s", source, err.msg);
    }

    ckp_expr_free(x);

    return holds;
}


static inline void
t_holds(t_lang_t *t, const char *source)
{
    if (!t_test(t, source)) {
        fail_msg("%s: does not hold", source);
    }
}


static inline void
t_fails(t_lang_t *t, const char *source)
{
    if (t_test(t, source)) {
        fail_msg("%s: holds", source);
    }
}


/* A template, as JSON text, gives a value, as JSON text. */
static inline void
t_renders(t_lang_t *t, const char *template, const char *want)
{
    ckp_err_t              err = CKP_ERR_INIT;
    json_t *const          source = t_json(template);
    ckp_template_t *const  tpl = ckp_template_new(source, &err);
    json_t                *v = NULL;

    if (tpl == NULL) {
        fail_msg("%s: %s", template, err.msg);
        return;
    }

    t->ev.budget = CKP_EVAL_STEPS_MAX;

    if (ckp_template_render(tpl, &t->ev, &v, &err) != CKP_OK) {
        fail_msg("%s: %s", template, err.msg);
    }

    t_is(v, want, template);
    json_decref(v);
    json_decref(source);
    ckp_template_free(tpl);
}

#endif
