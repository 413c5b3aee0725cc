/*
 * The delta of a turn, which is a text, as a value.
 */

#ifndef T_DELTA_H
#define T_DELTA_H

#include "base/json_read.h"
#include "model/state.h"


/* What the turn changed, read; NULL: nothing. */

static inline json_t *
t_delta(ckp_state_t *s)
{
    const char  *text;
    ckp_err_t    err = CKP_ERR_INIT;
    json_t      *delta;

    assert_int_equal(ckp_state_end(s, &text), CKP_OK);

    if (text == NULL) {
        return NULL;
    }

    delta = ckp_json_read(text, strlen(text), &err);

    if (delta == NULL) {
        fail_msg("%s: %s", err.msg, text);
    }

    return delta;
}

#endif
