/*
 * Arrays.
 */

#include "value/json.h"

#include "base/mem.h"

#define ARRAY_FIRST  4          /* places of the first item */
#define ARRAY_MAX    (1u << 28)


json_t *
json_array(void)
{
    json_array_t *const  a = ckp_alloc(sizeof(json_array_t));

    if (a == NULL) {
        return NULL;
    }

    *a = (json_array_t) { .base = { JSON_ARRAY, 1 } };

    return &a->base;
}


static bool
array_room(json_array_t *a)
{
    const uint32_t  room = a->room == 0 ? ARRAY_FIRST : a->room * 2;
    json_t        **items;

    if (a->n < a->room) {
        return true;
    }

    items = room > ARRAY_MAX ? NULL : ckp_alloc(room * sizeof(json_t *));

    if (items == NULL) {
        return false;
    }

    if (a->n > 0) {
        memcpy(items, a->items, a->n * sizeof(json_t *));
    }

    ckp_free(a->items);
    a->items = items;
    a->room = room;

    return true;
}


int
json_array_insert_new(json_t *v, size_t at, json_t *value)
{
    json_array_t *const  a = (json_array_t *) v;

    if (!json_is_array(v) || value == NULL || value == v || at > a->n
        || !array_room(a))
    {
        json_decref(value);
        return -1;
    }

    memmove(&a->items[at + 1], &a->items[at],
            (a->n - at) * sizeof(json_t *));
    a->items[at] = value;
    a->n++;

    return 0;
}


int
json_array_append_new(json_t *v, json_t *value)
{
    json_array_t *const  a = (json_array_t *) v;

    if (!json_is_array(v) || value == NULL || value == v || !array_room(a)) {
        json_decref(value);
        return -1;
    }

    a->items[a->n++] = value;

    return 0;
}


int
json_array_set_new(json_t *v, size_t at, json_t *value)
{
    json_array_t *const  a = (json_array_t *) v;
    json_t              *old;

    if (!json_is_array(v) || value == NULL || value == v || at >= a->n) {
        json_decref(value);
        return -1;
    }

    old = a->items[at];
    a->items[at] = value;
    json_decref(old);

    return 0;
}


int
json_array_remove(json_t *v, size_t at)
{
    json_array_t *const  a = (json_array_t *) v;
    json_t              *old;

    if (!json_is_array(v) || at >= a->n) {
        return -1;
    }

    old = a->items[at];
    a->n--;
    memmove(&a->items[at], &a->items[at + 1],
            (a->n - at) * sizeof(json_t *));
    json_decref(old);

    return 0;
}


int
json_array_clear(json_t *v)
{
    json_array_t *const  a = (json_array_t *) v;

    if (!json_is_array(v)) {
        return -1;
    }

    while (a->n > 0) {
        json_decref(a->items[--a->n]);
    }

    return 0;
}


int
json_array_extend(json_t *v, const json_t *other)
{
    if (!json_is_array(v) || !json_is_array(other)) {
        return -1;
    }

    /* an array may be put behind itself */

    const size_t  n = json_array_size(other);

    for (size_t i = 0; i < n; i++) {
        if (json_array_append_new(v, json_incref(json_array_get(other, i)))
            != 0)
        {
            return -1;
        }
    }

    return 0;
}
