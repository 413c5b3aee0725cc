/*
 * Whether a value is as another one says.
 */

#include "play_int.h"

#include <string.h>


static bool
match_is(const json_t *want, const char *word)
{
    return json_is_string(want) && strcmp(json_string_value(want), word) == 0;
}


/* The place where they differ is written from its end to its beginning: what
 * is found deepest comes first. */

static bool
match_at(ckp_buf_t *b, const char *name)
{
    ckp_buf_t  rest;

    ckp_buf_init(&rest, 64 * 1024);
    ckp_pointer_push(&rest, name);
    ckp_buf_puts(&rest, ckp_buf_str(b));
    ckp_buf_free(b);
    *b = rest;

    return false;
}


static bool
match_object(const json_t *want, const json_t *got, bool whole, ckp_buf_t *b)
{
    const char  *name;
    json_t      *value;

    if (!json_is_object(got)) {
        return false;
    }

    json_object_foreach((json_t *) want, name, value) {
        const json_t *const  other = json_object_get(got, name);

        if (match_is(value, "<none>") ? other != NULL
            : other == NULL || !play_match(value, other, whole, b))
        {
            return match_at(b, name);
        }
    }

    if (whole) {
        json_object_foreach((json_t *) got, name, value) {
            if (json_object_get(want, name) == NULL) {
                return match_at(b, name);
            }
        }
    }

    return true;
}


bool
play_match(const json_t *want, const json_t *got, bool whole, ckp_buf_t *b)
{
    if (match_is(want, "<any>")) {
        return got != NULL;
    }

    if (json_is_object(want)) {
        return match_object(want, got, whole, b);
    }

    if (json_is_array(want)) {
        if (json_array_size(want) != json_array_size(got)) {
            return false;
        }

        for (size_t i = 0; i < json_array_size(want); i++) {
            if (!play_match(json_array_get(want, i), json_array_get(got, i),
                            whole, b))
            {
                char  index[24];

                (void) snprintf(index, sizeof(index), "%zu", i);
                return match_at(b, index);
            }
        }

        return json_is_array(got);
    }

    return got != NULL && ckp_json_equal(want, got);
}
