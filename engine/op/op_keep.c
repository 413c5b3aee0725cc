/*
 * Parameters that are expressions, and how they pass a rendering unchanged:
 * each "{{" in them is escaped before.
 */

#include <string.h>

#include "base/mem.h"
#include "op/op_keep.h"

#define KEEP_TEXT_MAX  (4 * 1024 * 1024)        /* what a document may have */

/* Expressions of other actions than transformations. */
static const struct {
    const char  *action;
    const char  *param;
} keep_params[] = {
    { "calculate", "expression" },
    { "validate", "condition" },
};


bool
ckp_op_collects(const ckp_op_t *op, ckp_collect_kind_t *kind)
{
    if (op == NULL) {
        return false;
    }

    /* an expression, or a template when there is one */

    if (strcmp(op->action, "transform") == 0) {
        *kind = CKP_COLLECT_EXPRESSION;
        return true;
    }

    return ckp_collect_find(op->action, kind)
           && (*kind < CKP_COLLECT_EXPRESSION);
}


bool
ckp_op_keeps(const ckp_op_t *op, const char *param)
{
    ckp_collect_kind_t  kind;

    if (op == NULL) {
        return false;
    }

    for (size_t i = 0; i < sizeof(keep_params) / sizeof(keep_params[0]); i++) {
        if (strcmp(keep_params[i].action, op->action) == 0
            && strcmp(keep_params[i].param, param) == 0)
        {
            return true;
        }
    }

    return ckp_op_collects(op, &kind) && ckp_collect_is_text(param);
}


static json_t *
keep_text(const char *text)
{
    const char  *next;
    json_t      *made;
    ckp_buf_t    b;

    ckp_buf_init(&b, KEEP_TEXT_MAX);

    for ( /* void */ ; (next = strstr(text, "{{")) != NULL; text = next + 2) {
        ckp_buf_put(&b, text, (size_t) (next - text));
        ckp_buf_puts(&b, "\\{{");
    }

    ckp_buf_puts(&b, text);
    made = b.failed == CKP_OK ? json_stringn(ckp_buf_str(&b), b.len) : NULL;
    ckp_buf_free(&b);

    return made;
}


/* As deep as documents nest. */
static json_t *
keep_value(const json_t *v)
{
    json_t      *made;
    json_t      *member;
    const char  *key;
    size_t       i;
    int          bad = 0;

    if (json_is_string(v)) {
        return keep_text(json_string_value(v));
    }

    if (json_is_array(v)) {
        made = json_array();

        json_array_foreach((json_t *) v, i, member) {
            bad |= json_array_append_new(made, keep_value(member));
        }

    } else if (json_is_object(v)) {
        made = json_object();

        json_object_foreach((json_t *) v, key, member) {
            bad |= json_object_set_new(made, key, keep_value(member));
        }

    } else {
        return json_incref((json_t *) v);
    }

    if (bad) {
        json_decref(made);
        return NULL;
    }

    return made;
}


json_t *
ckp_op_escaped(const ckp_op_t *op, const json_t *params)
{
    json_t *const  made = json_object();
    const char    *key;
    json_t        *value;
    int            bad = made == NULL;

    json_object_foreach((json_t *) params, key, value) {
        bad |= json_object_set_new(made, key,
                   ckp_op_keeps(op, key) ? keep_value(value)
                                         : json_incref(value));
    }

    if (bad) {
        json_decref(made);
        return NULL;
    }

    return made;
}
