/*
 * Values as such: scalars, the end of any, comparing and copying.
 */

#include "value/json.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/utf8.h"

#define VALUE_SMALL_MIN  (-1)
#define VALUE_SMALL_MAX  254

json_t  ckp_v_true = { JSON_TRUE, JSON_FOREVER };
json_t  ckp_v_false = { JSON_FALSE, JSON_FOREVER };
json_t  ckp_v_null = { JSON_NULL, JSON_FOREVER };

/* Counters, indices and flags: nobody makes these. */

#define SMALL_1(i)   { { JSON_INTEGER, JSON_FOREVER }, (i) + VALUE_SMALL_MIN }
#define SMALL_4(i)   SMALL_1(i), SMALL_1((i) + 1), SMALL_1((i) + 2),          \
                     SMALL_1((i) + 3)
#define SMALL_16(i)  SMALL_4(i), SMALL_4((i) + 4), SMALL_4((i) + 8),          \
                     SMALL_4((i) + 12)
#define SMALL_64(i)  SMALL_16(i), SMALL_16((i) + 16), SMALL_16((i) + 32),     \
                     SMALL_16((i) + 48)

static json_integer_t  small[VALUE_SMALL_MAX - VALUE_SMALL_MIN + 1] = {
    SMALL_64(0), SMALL_64(64), SMALL_64(128), SMALL_64(192)
};


/* --- scalars ----------------------------------------------------------------- */

json_t *
json_stringn_nocheck(const char *s, size_t len)
{
    json_string_t  *v;

    if (s == NULL || len > SIZE_MAX / 2) {
        return NULL;
    }

    v = ckp_alloc(sizeof(json_string_t) + len + 1);

    if (v == NULL) {
        return NULL;
    }

    v->base = (json_t) { JSON_STRING, 1 };
    v->len = len;
    memcpy(v->text, s, len);
    v->text[len] = '\0';

    return &v->base;
}


json_t *
json_stringn(const char *s, size_t len)
{
    return s != NULL && ckp_utf8_holds(s, len) ? json_stringn_nocheck(s, len)
                                            : NULL;
}


static json_t *
value_long(const char *fmt, va_list args, size_t len)
{
    char *const  text = ckp_alloc(len + 1);
    json_t      *v;

    if (text == NULL) {
        return NULL;
    }

    (void) vsnprintf(text, len + 1, fmt, args);
    v = json_stringn(text, len);
    ckp_free(text);

    return v;
}


json_t *
json_sprintf(const char *fmt, ...)
{
    char     near[256];
    va_list  args;
    json_t  *v = NULL;
    int      n;

    va_start(args, fmt);
    n = vsnprintf(near, sizeof(near), fmt, args);
    va_end(args);

    if (n < 0 || (size_t) n < sizeof(near)) {
        return n < 0 ? NULL : json_stringn(near, (size_t) n);
    }

    va_start(args, fmt);
    v = value_long(fmt, args, (size_t) n);
    va_end(args);

    return v;
}


json_t *
json_integer(json_int_t n)
{
    json_integer_t  *v;

    if (n >= VALUE_SMALL_MIN && n <= VALUE_SMALL_MAX) {
        return &small[n - VALUE_SMALL_MIN].base;
    }

    v = ckp_alloc(sizeof(json_integer_t));

    if (v == NULL) {
        return NULL;
    }

    *v = (json_integer_t) { { JSON_INTEGER, 1 }, n };

    return &v->base;
}


json_t *
json_real(double n)
{
    json_real_t *const  v = isfinite(n) ? ckp_alloc(sizeof(json_real_t))
                                        : NULL;

    if (v == NULL) {
        return NULL;
    }

    *v = (json_real_t) { { JSON_REAL, 1 }, n };

    return &v->base;
}


/* --- the end --------------------------------------------------------------------- */

void
json_delete(json_t *v)
{
    switch (json_typeof(v)) {

    case JSON_OBJECT:
        (void) json_object_clear(v);
        ckp_free_of(v, sizeof(json_object_t));
        return;

    case JSON_ARRAY:
        (void) json_array_clear(v);
        ckp_free(((json_array_t *) v)->items);
        ckp_free_of(v, sizeof(json_array_t));
        return;

    case JSON_STRING:
        ckp_free_of(v, sizeof(json_string_t) + json_string_length(v) + 1);
        return;

    case JSON_INTEGER:
        ckp_free_of(v, sizeof(json_integer_t));
        return;

    case JSON_REAL:
        ckp_free_of(v, sizeof(json_real_t));
        return;

    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        break;                  /* nobody made these */
    }
}


/* --- comparing and copying ----------------------------------------------------- */

static int
value_same_members(const json_t *a, const json_t *b)
{
    const char  *name;
    json_t      *v;

    if (json_object_size(a) != json_object_size(b)) {
        return 0;
    }

    json_object_foreach(a, name, v) {
        if (!json_equal(v, json_object_get(b, name))) {
            return 0;
        }
    }

    return 1;
}


static int
value_same_items(const json_t *a, const json_t *b)
{
    const size_t  n = json_array_size(a);

    if (n != json_array_size(b)) {
        return 0;
    }

    for (size_t i = 0; i < n; i++) {
        if (!json_equal(json_array_get(a, i), json_array_get(b, i))) {
            return 0;
        }
    }

    return 1;
}


int
json_equal(const json_t *a, const json_t *b)
{
    if (a == NULL || b == NULL || json_typeof(a) != json_typeof(b)) {
        return 0;
    }

    if (a == b) {
        return 1;
    }

    switch (json_typeof(a)) {

    case JSON_OBJECT:
        return value_same_members(a, b);

    case JSON_ARRAY:
        return value_same_items(a, b);

    case JSON_STRING:
        return json_string_length(a) == json_string_length(b)
               && memcmp(json_string_value(a), json_string_value(b),
                         json_string_length(a)) == 0;

    case JSON_INTEGER:
        return json_integer_value(a) == json_integer_value(b);

    case JSON_REAL:
        return !(json_real_value(a) < json_real_value(b))
               && !(json_real_value(a) > json_real_value(b));

    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        break;
    }

    return 1;
}


/* deep: what is in it is copied, too, texts as well, so that who has a secret
 * may wipe his own. */

static json_t *
value_copy(const json_t *v, bool deep)
{
    json_t  *own;
    int      rc = 0;

    if (json_is_array(v)) {
        own = json_array();

        for (size_t i = 0; i < json_array_size(v) && rc == 0; i++) {
            json_t *const  item = json_array_get(v, i);

            rc = json_array_append_new(own, deep ? value_copy(item, true)
                                                 : json_incref(item));
        }

    } else if (json_is_object(v)) {
        own = json_object_like(v);

        for (uint32_t at = json_object_walk(v, 0); at != 0 && rc == 0;
             at = json_object_walk(v, at))
        {
            const json_member_t *const  m = json_object_member(v, at);

            rc = json_object_add_like(own, m, deep ? value_copy(m->value, true)
                                              : json_incref(m->value));
        }

    } else if (deep && json_is_string(v)) {
        return json_stringn_nocheck(json_string_value(v),
                                    json_string_length(v));

    } else {
        return json_incref((json_t *) v);
    }

    if (rc != 0) {
        json_decref(own);
        own = NULL;
    }

    return own;
}


json_t *
json_copy(const json_t *v)
{
    return value_copy(v, false);
}


json_t *
json_deep_copy(const json_t *v)
{
    return value_copy(v, true);
}
