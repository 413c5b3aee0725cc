/*
 * Two lines of JSON: a state, and the operations of a turn.  What a turn
 * changes can be undone, and its delta makes of the state before the one after.
 */

#include "fuzz.h"

#include "base/json.h"
#include "base/json_read.h"
#include "model/state.h"


/* One operation as nodes would do it; false: it is none. */
static bool
delta_do(ckp_state_t *s, const json_t *op)
{
    const json_t *const  names = json_array_get(op, 0);
    const size_t         n = json_array_size(names);
    json_t *const        value = json_array_get(op, 1);
    const char          *path[CKP_STATE_DEPTH_MAX + 1] = { NULL };

    if (n == 0 || n > CKP_STATE_DEPTH_MAX) {
        return false;
    }

    for (size_t i = 0; i < n; i++) {
        path[i] = json_string_value(json_array_get(names, i));

        if (path[i] == NULL) {
            return false;
        }
    }

    if (value == NULL) {
        return ckp_state_del(s, path) == CKP_OK;
    }

    return ckp_state_put(s, path, json_deep_copy(value)) == CKP_OK;
}


static void
delta_turns(ckp_state_t *s, const json_t *ops)
{
    json_t *const  before = json_deep_copy(s->root);
    const json_t  *op;
    size_t         i;

    ckp_state_begin(s);

    json_array_foreach(ops, i, op) {
        (void) delta_do(s, op);
    }

    ckp_state_undo(s, 0);
    F_HOLDS(json_equal(s->root, before));
    ckp_state_begin(s);

    json_array_foreach(ops, i, op) {
        (void) delta_do(s, op);
    }

    ckp_state_t    other;
    ckp_err_t      err = CKP_ERR_INIT;
    const char    *text;
    json_t        *delta;

    F_HOLDS(ckp_state_end(s, &text) == CKP_OK);
    delta = text == NULL ? NULL : ckp_json_read(text, strlen(text), &err);
    F_HOLDS((delta == NULL) == (text == NULL));
    F_HOLDS(ckp_state_init(&other, before) == CKP_OK);
    F_HOLDS(ckp_state_apply(&other, delta, &err) == CKP_OK);
    F_HOLDS(json_equal(other.root, s->root));
    ckp_state_free(&other);
    json_decref(delta);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t  *rest;
    size_t          left;
    char *const     line = f_line(data, size, &rest, &left);
    ckp_err_t       err = CKP_ERR_INIT;
    json_t         *root = ckp_json_parse(line, strlen(line), &err);
    json_t         *delta = ckp_json_parse((const char *) rest, left, &err);
    ckp_state_t     s;

    if (!json_is_object(root)) {
        json_decref(root);
        root = NULL;
    }

    F_HOLDS(ckp_state_init(&s, root) == CKP_OK);

    if (delta != NULL) {
        delta_turns(&s, delta);
        err = (ckp_err_t) CKP_ERR_INIT;
        (void) ckp_state_apply(&s, delta, &err);
    }

    ckp_state_free(&s);
    json_decref(delta);
    free(line);

    return 0;
}
