/*
 * Values by a format: what objects of known members are made with.
 */

#include "value/json.h"

typedef struct {
    const char  *at;
    va_list      args;
    bool         failed;
} pack_t;

static json_t *pack_value(pack_t *p);


/* The next character of the format that means something; not taken. */

static char
pack_next(pack_t *p)
{
    while (*p->at == ' ' || *p->at == ',' || *p->at == ':') {
        p->at++;
    }

    return *p->at;
}


/* How long a text is: as the next argument says, or to its NUL. */

static size_t
pack_length(pack_t *p, const char *s)
{
    if (*p->at == '%') {
        p->at++;
        return va_arg(p->args, size_t);
    }

    return s == NULL ? 0 : strlen(s);
}


/* What stands behind an s, o or O: ?, * or nothing. */

static char
pack_if(pack_t *p)
{
    return *p->at == '?' || *p->at == '*' ? *p->at++ : '\0';
}


/* A value that may be none. */

static json_t *
pack_optional(json_t *v, bool none, char how)
{
    return !none ? v : how == '?' ? json_null() : NULL;
}


static json_t *
pack_text(pack_t *p)
{
    const char *const  s = va_arg(p->args, const char *);
    const size_t       len = pack_length(p, s);
    const char         how = pack_if(p);
    json_t            *v = NULL;

    if (s != NULL && !p->failed) {
        v = json_stringn(s, len);
    }

    v = pack_optional(v, s == NULL, how);
    p->failed |= v == NULL && !(s == NULL && how == '*');

    return v;
}


static json_t *
pack_given(pack_t *p, bool stolen)
{
    json_t *const  given = va_arg(p->args, json_t *);
    const char     how = pack_if(p);
    json_t *const  v = pack_optional(stolen ? given : json_incref(given),
                                     given == NULL, how);

    p->failed |= v == NULL && how != '*';

    return v;
}


/* The rest is gone through all the same: it may have what is stolen. */

static json_t *
pack_object(pack_t *p)
{
    json_t *const  o = p->failed ? NULL : json_object();

    p->failed |= o == NULL;

    while (pack_next(p) == 's') {
        const char *const  name = va_arg(p->args, const char *);
        size_t             len;
        json_t            *v;

        p->at++;
        len = pack_length(p, name);
        v = pack_value(p);

        if (o == NULL || p->failed) {
            json_decref(v);
            p->failed = true;

        } else if (v != NULL && json_object_add_new(o, name, len, v) != 0) {
            p->failed = true;
        }
    }

    p->failed |= *p->at != '}';
    p->at += *p->at == '}';

    return o;
}


static json_t *
pack_array(pack_t *p)
{
    json_t *const  a = p->failed ? NULL : json_array();

    p->failed |= a == NULL;

    while (pack_next(p) != ']' && *p->at != '\0' && *p->at != '}') {
        json_t *const  v = pack_value(p);

        if (a == NULL || p->failed) {
            json_decref(v);
            p->failed = true;

        } else if (v != NULL && json_array_append_new(a, v) != 0) {
            p->failed = true;
        }
    }

    p->failed |= *p->at != ']';
    p->at += *p->at == ']';

    return a;
}


static json_t *
pack_made(pack_t *p, json_t *v)
{
    p->failed |= v == NULL;

    return v;
}


/* NULL: it is left out, or p->failed. */

static json_t *
pack_value(pack_t *p)
{
    const char  c = pack_next(p);

    p->at += c != '\0';

    switch (c) {

    case '{':
        return pack_object(p);

    case '[':
        return pack_array(p);

    case 's':
        return pack_text(p);

    case 'o':
        return pack_given(p, true);

    case 'O':
        return pack_given(p, false);

    case 'i':
        return pack_made(p, json_integer(va_arg(p->args, int)));

    case 'I':
        return pack_made(p, json_integer(va_arg(p->args, json_int_t)));

    case 'f':
        return pack_made(p, json_real(va_arg(p->args, double)));

    case 'b':
        return json_boolean(va_arg(p->args, int));

    case 'n':
        return json_null();

    default:
        p->failed = true;
        return NULL;
    }
}


json_t *
json_pack(const char *fmt, ...)
{
    pack_t   p = { .at = fmt };
    json_t  *v;

    va_start(p.args, fmt);
    v = pack_value(&p);
    va_end(p.args);

    if (p.failed || pack_next(&p) != '\0') {
        json_decref(v);
        return NULL;
    }

    return v;
}
