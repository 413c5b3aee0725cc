/*
 * One placeholder: {{ path | default }}.
 */

#include <string.h>

#include "base/json.h"
#include "lang/template_int.h"


ckp_code_t
ckp_eval_step(ckp_eval_t *ev, uint32_t steps, ckp_err_t *err)
{
    if (steps > ev->budget) {
        ev->budget = 0;
        return ckp_fail(err, CKP_E_LIMIT, "", "more than %d evaluation steps",
                        CKP_EVAL_STEPS_MAX);
    }

    ev->budget -= steps;

    return CKP_OK;
}


static bool
hole_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


static const char *
hole_skip(const char *p, const char *end)
{
    while (p < end && hole_is_space(*p)) {
        p++;
    }

    return p;
}


static const char *
hole_end(const char *p, const char *end)
{
    for ( /* void */ ; p + 1 < end; p++) {
        if (p[0] == '}' && p[1] == '}') {
            return p;
        }
    }

    return NULL;
}


/* An unquoted number, true, false or null keeps its type. */
static json_t *
hole_typed(const char *text, size_t len)
{
    json_t *const  v = ckp_json_parse(text, len, NULL);

    if (v == NULL || json_is_string(v) || json_is_array(v)
        || json_is_object(v))
    {
        json_decref(v);
        return NULL;
    }

    return v;
}


static ckp_code_t
hole_default(ckp_hole_t *hole, const char *p, const char *end)
{
    bool  quoted;

    p = hole_skip(p, end);

    while (end > p && hole_is_space(end[-1])) {
        end--;
    }

    quoted = end - p >= 2 && (*p == '\'' || *p == '"') && end[-1] == *p;

    if (quoted) {
        p++;
        end--;
    }

    hole->text = json_stringn(p, (size_t) (end - p));
    hole->value = quoted ? NULL : hole_typed(p, (size_t) (end - p));

    if (hole->value == NULL) {
        hole->value = json_incref(hole->text);
    }

    return (hole->text == NULL) ? CKP_E_NOMEM : CKP_OK;
}


ckp_code_t
ckp_hole_parse(ckp_arena_t *arena, const char *text, size_t len, size_t *used,
    ckp_hole_t *hole)
{
    const char *const  end = hole_end(text, text + len);
    const char        *p = hole_skip(text, text + len);
    ckp_err_t          err = CKP_ERR_INIT;
    size_t             n;

    memset(hole, 0, sizeof(*hole));
    *used = 0;

    if (end == NULL) {
        return CKP_E_INVALID;
    }

    hole->path = ckp_path_parse_in(arena, p, (size_t) (end - p), &n, &err);

    if (hole->path == NULL) {
        return (err.code == CKP_E_NOMEM) ? CKP_E_NOMEM : CKP_E_INVALID;
    }

    p = hole_skip(p + n, end);

    if (p < end && *p != '|') {
        return CKP_E_INVALID;
    }

    hole->source = ckp_arena_printf(arena, "{{%.*s}}", (int) (end - text),
                                    text);

    if (hole->source == NULL
        || (p < end && hole_default(hole, p + 1, end) != CKP_OK))
    {
        ckp_hole_clear(hole);
        return CKP_E_NOMEM;
    }

    *used = (size_t) (end + 2 - text);

    return CKP_OK;
}


void
ckp_hole_clear(ckp_hole_t *hole)
{
    json_decref(hole->value);
    json_decref(hole->text);
    hole->value = NULL;
    hole->text = NULL;
}


ckp_code_t
ckp_hole_value(const ckp_hole_t *hole, ckp_eval_t *ev, json_t **out,
    ckp_err_t *err)
{
    json_t  *v;

    *out = NULL;

    if (ckp_eval_step(ev, 1, err) != CKP_OK) {
        return CKP_E_LIMIT;
    }

    v = ckp_path_resolve_counted(hole->path, ev);

    if (v == NULL && ev->budget == 0) {
        return ckp_eval_step(ev, 1, err);
    }

    if (hole->value != NULL && (v == NULL || json_is_null(v))) {
        json_decref(v);
        v = json_incref(hole->value);
    }

    *out = v;

    return CKP_OK;
}


void
ckp_hole_refs(const ckp_hole_t *hole, ckp_ref_pt visit, void *data,
    bool in_expr)
{
    const char *const  first = ckp_path_first(hole->path);
    const char *const  second = ckp_path_second(hole->path);

    if (strcmp(first, "secrets") == 0) {
        visit(data, CKP_REF_SECRET, first, second, in_expr);
        return;
    }

    visit(data, hole->value != NULL ? CKP_REF_DEFAULTED : CKP_REF_NAME, first,
          second, in_expr);
}
