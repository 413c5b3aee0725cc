/*
 * A small machine whose program is any bytes and whose registers are JSON
 * values.  It is compiled twice, over our values and over those of jansson
 * (oracle/oracle.c): both have to come to the same.
 */

#ifndef F_VALUE_OPS_H
#define F_VALUE_OPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPS_REGISTERS  8
#define OPS_LARGE      2000     /* values of one register */
#define OPS_LOG        (1 << 17)

typedef struct {
    const uint8_t  *p;
    const uint8_t  *end;
    json_t         *r[OPS_REGISTERS];
    char           *log;
    size_t          len;
    char            name[64];
    size_t          name_len;
} ops_t;


static void
ops_say(ops_t *o, const char *text)
{
    const size_t  n = strlen(text);

    if (o->len + n + 2 < OPS_LOG) {
        memcpy(o->log + o->len, text, n);
        o->len += n;
        o->log[o->len++] = '\n';
        o->log[o->len] = '\0';
    }
}


static void
ops_say_number(ops_t *o, const char *what, long n)
{
    char  text[64];

    snprintf(text, sizeof(text), "%s %ld", what, n);
    ops_say(o, text);
}


static uint8_t
ops_byte(ops_t *o)
{
    return o->p < o->end ? *o->p++ : 0;
}


static json_t **
ops_register(ops_t *o)
{
    return &o->r[ops_byte(o) % OPS_REGISTERS];
}


/* Short ones out of few letters, so that they meet; now and then any bytes but
 * for control characters, which are escaped in other ways. */

static void
ops_name(ops_t *o)
{
    const uint8_t  kind = ops_byte(o);

    o->name_len = kind % 12;

    for (size_t i = 0; i < o->name_len; i++) {
        const uint8_t  c = ops_byte(o);

        o->name[i] = (char) (kind < 0xf0 ? "abcdefgh\"\\ "[c % 11]
                             : c < 0x20 ? 0x80 + c : c);
    }

    o->name[o->name_len] = '\0';
}


static size_t
ops_count(const json_t *v)
{
    size_t       n = 1;
    size_t       i;
    const char  *name;
    json_t      *item;

    json_array_foreach(v, i, item) {
        n += ops_count(item);
    }

    json_object_foreach((json_t *) v, name, item) {
        n += ops_count(item);
    }

    return n;
}


/* What is put somewhere is a copy: values contain no others twice, and none
 * itself. */

static json_t *
ops_given(ops_t *o, const json_t *into)
{
    const json_t *const  v = *ops_register(o);

    return v == NULL || (into != NULL
                         && ops_count(v) + ops_count(into) > OPS_LARGE)
           ? NULL : json_deep_copy((json_t *) v);
}


static void
ops_take(json_t **to, json_t *v)
{
    json_decref(*to);
    *to = v;
}


static void
ops_drop_some(ops_t *o, json_t *v, uint8_t which)
{
    const char  *name;
    json_t      *item;
    void        *safe;
    size_t       n = 0;

    json_object_foreach_safe(v, safe, name, item) {
        ops_say(o, name);

        if ((which >> (n++ % 8) & 1) != 0) {
            (void) json_object_del(v, name);
        }
    }
}


static void
ops_pack(ops_t *o, json_t **to, uint8_t how)
{
    json_t *const      v = ops_given(o, NULL);
    const char *const  s = (how & 8) == 0 ? NULL : "text";

    switch (how % 5) {

    case 0:
        ops_take(to, json_pack("{s:o?, s:s?, s:i}", "v", v, "s", s, "i", 7));
        break;

    case 1:
        ops_take(to, json_pack("[o*, s*, {s:b, s:n}]", v, s, "b", how > 99,
                               "n"));
        break;

    case 2:
        ops_take(to, json_pack("{s:o, s:s}", "v", v, "s", s));
        break;

    case 3:
        ops_take(to, json_pack("{s:O?, s:[I, [], {}]}", "v", v, "a",
                               (json_int_t) 1 << how % 62));
        json_decref(v);
        break;

    default:
        ops_take(to, json_pack("[s%, o?]", "\xc3\xa4x", (size_t) (how % 4),
                               v));
    }
}


static void
ops_object(ops_t *o, uint8_t op, json_t **a)
{
    json_t  *got;

    switch (op) {

    case 0:
        ops_take(a, json_object());
        return;

    case 1:
        ops_name(o);
        ops_say_number(o, "set", json_object_set_new(*a, o->name,
                                                     ops_given(o, *a)));
        return;

    case 2:
        ops_name(o);
        ops_say_number(o, "del", json_object_del(*a, o->name));
        return;

    case 3:
        ops_name(o);
        got = json_object_get(*a, o->name);
        ops_take(ops_register(o), json_deep_copy(got));
        return;

    case 4:
        got = ops_given(o, *a);
        ops_say_number(o, "update", json_object_update(*a, got));
        json_decref(got);
        return;

    case 5:
        got = ops_given(o, *a);
        ops_say_number(o, "missing", json_object_update_missing(*a, got));
        json_decref(got);
        return;

    case 6:
        ops_drop_some(o, *a, ops_byte(o));
        return;

    default:
        ops_say_number(o, "clear", json_object_clear(*a));
    }
}


static void
ops_array(ops_t *o, uint8_t op, json_t **a)
{
    json_t  *got;
    size_t   at;

    switch (op) {

    case 0:
        ops_take(a, json_array());
        return;

    case 1:
        ops_say_number(o, "append", json_array_append_new(*a,
                                                      ops_given(o, *a)));
        return;

    case 2:
        at = ops_byte(o) % 9;
        ops_say_number(o, "insert", json_array_insert_new(*a, at,
                                                      ops_given(o, *a)));
        return;

    case 3:
        ops_say_number(o, "remove", json_array_remove(*a, ops_byte(o) % 9));
        return;

    case 4:
        at = ops_byte(o) % 9;
        ops_say_number(o, "put", json_array_set_new(*a, at,
                                                    ops_given(o, *a)));
        return;

    case 5:
        got = ops_given(o, *a);
        ops_say_number(o, "extend", json_array_extend(*a, got));
        json_decref(got);
        return;

    case 6:
        got = json_array_get(*a, ops_byte(o) % 9);
        ops_take(ops_register(o), json_deep_copy(got));
        return;

    default:
        ops_say_number(o, "clear", json_array_clear(*a));
    }
}


static void
ops_other(ops_t *o, uint8_t op, json_t **a)
{
    const json_t  *b;

    switch (op) {

    case 0:
        ops_take(a, json_integer((json_int_t) ops_byte(o) * 3 - 100));
        return;

    case 1:
        ops_name(o);
        ops_take(a, json_stringn(o->name, o->name_len));
        ops_say_number(o, "string", *a != NULL);
        return;

    case 2:
        ops_take(a, json_boolean(ops_byte(o) & 1));
        return;

    case 3:
        ops_take(a, json_null());
        return;

    case 4:
        b = *ops_register(o);
        ops_say_number(o, "equal", json_equal((json_t *) *a, (json_t *) b));
        return;

    case 5:
        ops_take(ops_register(o), json_copy(*a));
        return;

    case 6:
        ops_pack(o, a, ops_byte(o));
        return;

    default:
        ops_name(o);
        ops_take(a, json_sprintf("%s/%d", o->name, (int) ops_byte(o)));
    }
}


/* What was said on the way, and the registers; free(). */

static char *
ops_run(const uint8_t *data, size_t size, char *(*text)(json_t *v))
{
    ops_t  o = { .p = data, .end = data + size, .log = malloc(OPS_LOG) };

    o.log[0] = '\0';

    for (int n = 0; n < 400 && o.p < o.end; n++) {
        const uint8_t   op = ops_byte(&o);
        json_t **const  a = ops_register(&o);

        if (op % 3 == 0) {
            ops_object(&o, op / 3 % 8, a);

        } else if (op % 3 == 1) {
            ops_array(&o, op / 3 % 8, a);

        } else {
            ops_other(&o, op / 3 % 8, a);
        }
    }

    for (size_t i = 0; i < OPS_REGISTERS; i++) {
        char *const  s = o.r[i] == NULL ? NULL : text(o.r[i]);

        ops_say(&o, s == NULL ? "none" : s);
        free(s);
        json_decref(o.r[i]);
    }

    return o.log;
}

#endif
