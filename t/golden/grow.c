/*
 * Rules in the place of large values.
 */

#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckp.h"


/* The text with indexes in it; index < 0: there is none. */

static json_t *
grow_text(const char *text, long index)
{
    ckp_buf_t  b;
    json_t    *out;

    if (index < 0) {
        return json_string(text);
    }

    ckp_buf_init(&b, 64 * 1024 * 1024);

    while (*text != '\0') {
        if (strncmp(text, "<i>", 3) == 0) {
            ckp_buf_printf(&b, "%ld", index);
            text += 3;

        } else if (strncmp(text, "<i+1>", 5) == 0) {
            ckp_buf_printf(&b, "%ld", index + 1);
            text += 5;

        } else {
            ckp_buf_put(&b, text++, 1);
        }
    }

    out = json_string(ckp_buf_str(&b));
    ckp_buf_free(&b);

    return out;
}


static json_t *grow_value(const json_t *v, long index);


static json_t *
grow_repeated_text(const json_t *v, long n)
{
    const char *const  text = ckp_json_str(v, "text");
    ckp_buf_t          b;
    json_t            *out;

    ckp_buf_init(&b, 64 * 1024 * 1024);

    for (long i = 0; i < n; i++) {
        json_t *const  one = grow_text(text, i);

        ckp_buf_puts(&b, json_string_value(one));
        json_decref(one);
    }

    out = json_string(ckp_buf_str(&b));
    ckp_buf_free(&b);

    return out;
}


static json_t *
grow_joined(const json_t *v, long index)
{
    const json_t  *one;
    size_t         i;
    ckp_buf_t      b;
    json_t        *out;

    ckp_buf_init(&b, 64 * 1024 * 1024);

    json_array_foreach(json_object_get(v, "_join"), i, one) {
        json_t *const  part = grow_value(one, index);

        ckp_buf_puts(&b, json_string_value(part));
        json_decref(part);
    }

    out = json_string(ckp_buf_str(&b));
    ckp_buf_free(&b);

    return out;
}


static json_t *
grow_nested(const json_t *v, long n, long index)
{
    json_t  *out = grow_value(json_object_get(v, "value"), index);

    while (n-- > 0) {
        out = json_pack("[o]", out);
    }

    return out;
}


static json_t *
grow_array(const json_t *v, long index)
{
    json_t *const  out = json_array();
    json_t        *one;
    size_t         i;

    json_array_foreach((json_t *) v, i, one) {
        const long  n = (long) ckp_json_int(one, "_repeat", -1);
        const long  from = (long) ckp_json_int(one, "_from", 0);

        if (n < 0 || json_object_get(one, "value") == NULL) {
            json_array_append_new(out, grow_value(one, index));
            continue;
        }

        for (long k = 0; k < n; k++) {
            json_array_append_new(out, grow_value(json_object_get(one,
                                                                  "value"),
                                                  from + k));
        }
    }

    return out;
}


static json_t *
grow_object(const json_t *v, long index)
{
    json_t *const  out = json_object();
    const char    *name;
    json_t        *one;

    json_object_foreach((json_t *) v, name, one) {
        const long  n = strncmp(name, "_each", 5) == 0
                        ? (long) ckp_json_int(one, "_repeat", -1) : -1;

        if (n < 0) {
            json_t *const  key = grow_text(name, index);

            json_object_set_new(out, json_string_value(key),
                                grow_value(one, index));
            json_decref(key);
            continue;
        }

        for (long k = 0; k < n; k++) {
            json_t *const  key = grow_value(json_object_get(one, "key"), k);

            json_object_set_new(out, json_string_value(key),
                                grow_value(json_object_get(one, "value"), k));
            json_decref(key);
        }
    }

    return out;
}


static json_t *
grow_value(const json_t *v, long index)
{
    const long  n = (long) ckp_json_int(v, "_repeat", -1);
    const long  deep = (long) ckp_json_int(v, "_nest", -1);

    if (n >= 0 && ckp_json_str(v, "text") != NULL) {
        return grow_repeated_text(v, n);
    }

    if (deep >= 0) {
        return grow_nested(v, deep, index);
    }

    if (json_object_get(v, "_join") != NULL) {
        return grow_joined(v, index);
    }

    if (json_is_object(v)) {
        return grow_object(v, index);
    }

    if (json_is_array(v)) {
        return grow_array(v, index);
    }

    return json_is_string(v) ? grow_text(json_string_value(v), index)
                             : json_deep_copy(v);
}


json_t *
golden_grow(const json_t *v)
{
    return v == NULL ? NULL : grow_value(v, -1);
}
