/*
 * Templates and expressions where a document has them: compiled, owned by the
 * program, and what they refer to judged (spec/ckp.md 6, 7, 28.2).
 *
 * A value is compiled as one template.  Only when something is wrong with it
 * its texts are looked at one by one, so that each complaint has its place.
 */

#include <stdio.h>
#include <string.h>

#include "compile/parse_int.h"
#include "lang/schema.h"

typedef struct {
    ckp_parse_t     *ps;
    const ckp_at_t  *at;
    unsigned         flags;
    bool             tell;      /* false: only find out whether there is any */
    bool             found;
    const json_t    *judged;    /* the text that was complained about last, */
    char             task[132]; /* and the task it refers to */
} language_t;

typedef struct {
    ckp_parse_t     *ps;
    const ckp_at_t  *at;
    bool             wrong;
    bool             contract;
} schema_t;


/* --- what a reference is worth ------------------------------------------------ */


static const char *
language_hint(language_t *l, const char *name)
{
    ckp_near_t   near;
    const char  *key;
    json_t      *value;

    ckp_near_init(l->ps, &near, name);

    if (ckp_near_is_cheap(l->ps, json_object_size(l->ps->names))) {
        json_object_foreach(l->ps->names, key, value) {
            ckp_near_try(&near, key);
        }
    }

    return ckp_near_hint(l->ps, &near);
}


static void
language_secret(language_t *l, const char *name)
{
    ckp_parse_t *const  ps = l->ps;

    if (name != NULL && json_object_get(ps->secrets, name) == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = l->at, .number = 322 },
                      "secret '%.120s' is not in secret_references", name);
    }

    if ((l->flags & CKP_SECRET_FITS) == 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = l->at, .number = 323,
                          .soft = (l->flags & CKP_SECRET_WRONG) == 0 },
                      "a secret is not readable here");
    }
}


/* Only called to tell. */
static void
language_complain(language_t *l, ckp_ref_t kind, const char *name,
    const char *second, bool in_expr)
{
    ckp_parse_t *const  ps = l->ps;

    switch (kind) {

    case CKP_REF_NAME:
        if (!in_expr) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = l->at, .number = 210,
                                             .hint = language_hint(l, name) },
                          "variable '%.120s' is not declared and nothing "
                          "writes it", name);
        }

        break;

    case CKP_REF_DEFAULTED:
        break;

    case CKP_REF_BARE:
        ckp_parse_say(ps, &(ckp_say_t) { .at = l->at, .number = 223 },
                      "'%.120s' is no variable and counts as text: quote it",
                      name);
        break;

    case CKP_REF_SECRET:
        language_secret(l, second);
        break;

    case CKP_REF_ASSIGN:
        ckp_parse_say(ps, &(ckp_say_t) { .at = l->at, .number = 222,
                                         .hint = "write '=='" },
                      "'=' compares here");
        break;

    case CKP_REF_BAD_REGEX:
        ckp_parse_say(ps, &(ckp_say_t) { .at = l->at, .number = 221 },
                      "'%.120s' is no regular expression", name);
        break;

    case CKP_REF_UNKNOWN_FUNC:
        ckp_parse_say(ps, &(ckp_say_t) { .at = l->at, .number = 224 },
                      "there is no function '%.120s' with so many arguments",
                      name);
        break;

    case CKP_REF_MALFORMED:
        ckp_parse_say(ps, &(ckp_say_t) { .at = l->at, .number = 211 },
                      "a '{{' that begins no placeholder stays as it is");
        break;

    case CKP_REF_FOREIGN:
        ckp_parse_say(ps, &(ckp_say_t) { .at = l->at, .number = 213,
                                         .hint = "placeholders are {{name}}" },
                      "'%.80s' is not expanded", name == NULL ? "" : name);
        break;
    }
}


/* Tasks that are referred to, where somebody cares; 0: nothing to say. */
static int
language_judged(const language_t *l, ckp_ref_t kind, const char *name,
    const char *second)
{
    if (l->ps->judge == NULL || strcmp(name, "tasks") != 0
        || (kind != CKP_REF_NAME && kind != CKP_REF_DEFAULTED
            && kind != CKP_REF_BARE))
    {
        return 0;
    }

    return l->ps->judge(l->ps->judge_data, second);
}


static void
language_judge(language_t *l, int number, const char *task)
{
    task = task == NULL ? "" : task;
    l->found = true;

    if (!l->tell || (l->judged == l->at->value
                     && strncmp(l->task, task, sizeof(l->task) - 1) == 0))
    {
        return;
    }

    l->judged = l->at->value;
    (void) snprintf(l->task, sizeof(l->task), "%s", task);
    ckp_parse_say(l->ps, &(ckp_say_t) { .at = l->at, .number = number },
                  number == 504
                  ? "there is no task '%.120s'"
                  : "task '%.120s' need not be settled before this one", task);
}


static bool
language_matters(const language_t *l, ckp_ref_t kind, const char *name,
    const char *second, bool in_expr)
{
    switch (kind) {

    case CKP_REF_NAME:
        if (in_expr) {
            return false;
        }

        break;

    case CKP_REF_BARE:
        if ((l->flags & CKP_BARE_FITS) != 0) {
            return false;
        }

        break;

    case CKP_REF_DEFAULTED:
        return false;

    case CKP_REF_SECRET:
        return (l->flags & CKP_SECRET_FITS) == 0
               || (second != NULL
                   && json_object_get(l->ps->secrets, second) == NULL);

    case CKP_REF_ASSIGN:
    case CKP_REF_BAD_REGEX:
    case CKP_REF_UNKNOWN_FUNC:
    case CKP_REF_MALFORMED:
    case CKP_REF_FOREIGN:
        return true;
    }

    if ((l->flags & CKP_WITH_ELEMENT) != 0
        || ((l->flags & CKP_WITH_RESULT) != 0 && strcmp(name, "result") == 0)
        || ((l->flags & CKP_WITH_VALUE) != 0 && strcmp(name, "value") == 0)
        || (l->ps->undoing && strcmp(name, "original") == 0))
    {
        return false;
    }

    return !ckp_names_has(l->ps, name);
}


static void
language_visit(void *data, ckp_ref_t kind, const char *name,
    const char *second, bool in_expr)
{
    language_t *const  l = data;
    const int          number = language_judged(l, kind,
                                                name == NULL ? "" : name,
                                                second);

    if (number != 0) {
        language_judge(l, number, second);
        return;
    }

    if (!language_matters(l, kind, name == NULL ? "" : name, second, in_expr)) {
        return;
    }

    l->found = true;

    if (l->tell) {
        language_complain(l, kind, name == NULL ? "" : name, second, in_expr);
    }
}


/* --- templates ----------------------------------------------------------------- */


static void
language_refused(ckp_parse_t *ps, const ckp_at_t *at, const ckp_err_t *err)
{
    if (err->code == CKP_E_NOMEM) {
        ps->nomem = true;
        return;
    }

    ckp_parse_say(ps, &(ckp_say_t) { .at = at,
                      .number = (err->code == CKP_E_LIMIT) ? 6 : 220 },
                  "%s", err->msg);
}


/* One text by itself, for its place. */
static void
language_text(language_t *l, const ckp_at_t *at)
{
    ckp_err_t              err = CKP_ERR_INIT;
    ckp_template_t *const  t = ckp_template_new(at->value, &err);

    if (t == NULL) {
        l->found = true;
        language_refused(l->ps, at, &err);
        return;
    }

    l->at = at;
    ckp_template_refs(t, language_visit, l);
    ckp_template_free(t);
}


/* As deep as documents nest, which is bounded when they are parsed. */
static void
language_walk(language_t *l, const ckp_at_t *at)
{
    const char    *key;
    const json_t  *member;
    size_t         i;

    if (json_is_string(at->value)) {
        language_text(l, at);

    } else if (json_is_array(at->value)) {
        json_array_foreach(at->value, i, member) {
            ckp_at_t  inner;

            ckp_parse_element(at, i, &inner);
            language_walk(l, &inner);
        }

    } else if (json_is_object(at->value)) {
        json_object_foreach((json_t *) at->value, key, member) {
            const ckp_at_t  inner = { .up = at, .key = key, .value = member };

            language_walk(l, &inner);
        }
    }
}


void
ckp_template_tell(ckp_parse_t *ps, const ckp_at_t *at, unsigned flags)
{
    language_t  l = { .ps = ps, .at = at, .flags = flags, .tell = true };

    language_walk(&l, at);
}


ckp_template_t *
ckp_template_quiet(ckp_parse_t *ps, const json_t *value, unsigned flags,
    ckp_err_t *err)
{
    ckp_template_t *const  t = ckp_template_new(value, err);
    language_t             l = { .ps = ps, .flags = flags };

    if (t == NULL) {
        ps->nomem = ps->nomem || err->code == CKP_E_NOMEM;
        return NULL;
    }

    ckp_template_refs(t, language_visit, &l);

    if (l.found) {
        (void) ckp_fail(err, CKP_E_INVALID, "", "see the places");
    }

    if (ckp_program_own_template(ps->prog, t) == NULL) {
        ps->nomem = true;
        return NULL;
    }

    return t;
}


ckp_template_t *
ckp_template_at(ckp_parse_t *ps, const ckp_at_t *at, const json_t *value,
    unsigned flags)
{
    ckp_err_t              err = CKP_ERR_INIT;
    ckp_template_t *const  t = ckp_template_quiet(ps, value, flags, &err);
    language_t             l = { .ps = ps, .at = at, .flags = flags,
                                 .tell = true };

    if (err.code == CKP_OK || err.code == CKP_E_NOMEM) {
        return t;
    }

    language_walk(&l, at);

    if (t == NULL && !l.found) {
        language_refused(ps, at, &err);     /* wrong only as a whole */
    }

    return t;
}


ckp_template_t *
ckp_parse_template(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    unsigned flags)
{
    ckp_at_t  out;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return NULL;
    }

    return ckp_template_at(ps, &out, out.value, flags);
}


ckp_template_t *
ckp_parse_made(ckp_parse_t *ps, const ckp_at_t *at, json_t *value,
    unsigned flags)
{
    if (ckp_program_own_json(ps->prog, value) == NULL) {
        ps->nomem = true;
        return NULL;
    }

    return ckp_template_at(ps, at, value, flags);
}


/* --- expressions ----------------------------------------------------------------- */


ckp_expr_t *
ckp_expr_at(ckp_parse_t *ps, const ckp_at_t *at, unsigned flags)
{
    const char  *text = json_string_value(at->value);
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_expr_t  *expr;
    language_t   l = { .ps = ps, .at = at, .flags = flags, .tell = true };

    if (json_is_boolean(at->value)) {
        text = json_is_true(at->value) ? "true" : "false";
    }

    if (text == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15,
                                         .field = at->key },
                      "a condition must be a string");
        return NULL;
    }

    expr = ckp_expr_parse(text, strlen(text), &err);

    if (expr == NULL) {
        language_refused(ps, at, &err);
        return NULL;
    }

    ckp_expr_refs(expr, language_visit, &l);

    if (ckp_expr_never(expr)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 228,
                                         .field = at->key },
                      "a comparison in it is never true");
    }

    expr = ckp_program_own_expr(ps->prog, expr);
    ps->nomem = ps->nomem || expr == NULL;

    return expr;
}


ckp_expr_t *
ckp_parse_expr(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    ckp_at_t  out;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return NULL;
    }

    return ckp_expr_at(ps, &out, CKP_SECRET_WARNS);
}


void
ckp_part_tell(ckp_parse_t *ps, const ckp_at_t *at, unsigned flags,
    const ckp_collect_part_t *part)
{
    language_t  l = { .ps = ps, .at = at, .flags = flags, .tell = true };

    if (part->expr != NULL) {
        ckp_expr_refs(part->expr, language_visit, &l);

    } else {
        ckp_template_refs(part->text, language_visit, &l);
    }
}


ckp_expr_t *
ckp_parse_expr_as(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    unsigned flags)
{
    ckp_at_t  out;

    return ckp_parse_find(ps, at, key, &out) ? ckp_expr_at(ps, &out, flags)
                                             : NULL;
}


void
ckp_parse_judge(ckp_parse_t *ps, ckp_judge_pt judge, void *data)
{
    ps->judge = judge;
    ps->judge_data = data;
}


/* --- schemas ------------------------------------------------------------------------ */


static void
schema_visit(void *data, int number, const char *pointer, const char *message)
{
    schema_t *const  s = data;

    s->wrong = s->wrong || number != 226;
    number = s->contract && number != 226 ? 709 : number;
    ckp_parse_say(s->ps, &(ckp_say_t) { .at = s->at, .number = number,
                                        .below = pointer },
                  "%s", message);
}


bool
ckp_schema_at(ckp_parse_t *ps, const ckp_at_t *at)
{
    schema_t  s = { .ps = ps, .at = at, .wrong = false };

    if (ckp_schema_lint(at->value, schema_visit, &s) == CKP_E_NOMEM) {
        ps->nomem = true;
    }

    return !s.wrong;
}


void
ckp_contract_at(ckp_parse_t *ps, const ckp_at_t *at)
{
    schema_t  s = { .ps = ps, .at = at, .contract = true };

    if (ckp_schema_lint(at->value, schema_visit, &s) == CKP_E_NOMEM) {
        ps->nomem = true;
    }
}


const json_t *
ckp_parse_schema(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    ckp_at_t  out;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return NULL;
    }

    return ckp_schema_at(ps, &out) ? out.value : NULL;
}
