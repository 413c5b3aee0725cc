/*
 * Copies of JSON values, as deep as texts may be; see json.h.
 */

#include "base/json.h"


static json_t *json_copy_value(const json_t *v, size_t depth);


static json_t *
json_copy_object(const json_t *v, size_t depth)
{
    json_t *const  copy = json_object_like(v);

    for (uint32_t at = json_object_walk(v, 0); at != 0;
         at = json_object_walk(v, at))
    {
        const json_member_t *const  m = json_object_member(v, at);

        if (json_object_add_like(copy, m, json_copy_value(m->value, depth + 1))
            != 0)
        {
            json_decref(copy);
            return NULL;
        }
    }

    return copy;
}


static json_t *
json_copy_array(const json_t *v, size_t depth)
{
    json_t *const  copy = json_array();

    for (size_t i = 0; i < json_array_size(v); i++) {
        if (json_array_append_new(copy, json_copy_value(json_array_get(v, i),
                                                        depth + 1))
            != 0)
        {
            json_decref(copy);
            return NULL;
        }
    }

    return copy;
}


static json_t *
json_copy_value(const json_t *v, size_t depth)
{
    if (v == NULL || depth > CKP_JSON_DEPTH_HARD) {
        return NULL;
    }

    return json_is_object(v) ? json_copy_object(v, depth)
           : json_is_array(v) ? json_copy_array(v, depth)
           : json_incref((json_t *) v);
}


json_t *
ckp_json_copy(const json_t *v)
{
    return json_copy_value(v, 0);
}
