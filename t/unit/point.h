/*
 * The states of checkpoints, put together from their rows as a store does.
 */

#ifndef T_POINT_H
#define T_POINT_H

#include <string.h>

#include "ckp.h"
#include "base/json.h"


/* The whole state of a checkpoint's row: new reference.  `before` is that of
 * the row before it, if there is one.  NULL: *err. */

static inline json_t *
t_point_whole(const json_t *before, const json_t *row, ckp_err_t *err)
{
    const char *const  text = ckp_json_str(row, "state");
    json_t            *chain = ckp_json_parse(text, strlen(text), err);
    json_t            *whole;

    if (ckp_json_bool(row, "part", false)) {
        chain = json_pack("[o*, o, [[[s], O], [[s], O]]]",
                          ckp_json_copy(before), chain,
                          "cp", json_object_get(row, "checkpoint_id"),
                          "seq", json_object_get(row, "seq"));
    }

    whole = ckp_state_whole(chain, err);
    json_decref(chain);

    return whole;
}

#endif
