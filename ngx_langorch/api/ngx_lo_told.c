/*
 * The words in which routes and shapes are told.
 */

#include "api/ngx_lo_told.h"


ngx_uint_t
ngx_lo_told_next(const char **p, ngx_lo_told_t *t)
{
    size_t       len, name;
    const char  *s, *eq, *colon;

    ngx_memzero(t, sizeof(ngx_lo_told_t));

    s = *p + strspn(*p, " ");
    len = strcspn(s, " ");
    *p = s + len;

    if (len == 0) {
        return 0;
    }

    if (*s == '+') {
        t->mark = '+';
        t->type.data = (u_char *) s + 1;
        t->type.len = len - 1;
        return 1;
    }

    eq = memchr(s, '=', len);

    if (eq != NULL) {
        t->otherwise.data = (u_char *) eq + 1;
        t->otherwise.len = len - (size_t) (eq + 1 - s);
        len = (size_t) (eq - s);
    }

    if (s[len - 1] == '!' || s[len - 1] == '~') {
        t->mark = (u_char) s[len - 1];
        len--;
    }

    colon = memchr(s, ':', len);
    name = (colon != NULL) ? (size_t) (colon - s) : len;

    t->name.data = (u_char *) s;
    t->name.len = name;

    if (colon != NULL) {
        t->type.data = (u_char *) colon + 1;
        t->type.len = len - name - 1;
    }

    return 1;
}


ngx_uint_t
ngx_lo_told_has(const char *words, const char *name)
{
    size_t         len;
    ngx_lo_told_t  t;

    len = strlen(name);

    while (ngx_lo_told_next(&words, &t)) {
        if (t.name.len == len && ngx_memcmp(t.name.data, name, len) == 0) {
            return 1;
        }
    }

    return 0;
}


const ngx_lo_shape_t *
ngx_lo_shape(const char *name, size_t len)
{
    ngx_uint_t             i;
    const ngx_lo_shape_t  *shape;

    for (i = 0; (shape = ngx_lo_shape_at(i)) != NULL; i++) {
        if (strlen(shape->name) == len
            && ngx_memcmp(shape->name, name, len) == 0)
        {
            return shape;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_lo_shape_has(const char *shape, const char *member)
{
    const char            *words;
    ngx_lo_told_t          t;
    const ngx_lo_shape_t  *s, *more;

    s = ngx_lo_shape(shape, strlen(shape));

    if (s == NULL) {
        return 0;
    }

    if (ngx_lo_told_has(s->words, member)) {
        return 1;
    }

    for (words = s->words; ngx_lo_told_next(&words, &t); /* void */) {

        if (t.mark == '+') {
            more = ngx_lo_shape((const char *) t.type.data, t.type.len);

            if (more != NULL && ngx_lo_told_has(more->words, member)) {
                return 1;
            }
        }
    }

    return 0;
}
