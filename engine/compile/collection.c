/*
 * Transformations where a document has them: compiled, and what is wrong with
 * them or what they speak of told at its place (spec/ckp.md 10.9, 13.4).
 */

#include <stdlib.h>
#include <string.h>

#include "compile/parse_int.h"

#define COLLECTION_DEEP_MAX  4      /* "/0/key" is two */

/* Where the parts of one transformation stand. */
typedef struct {
    ckp_parse_t         *ps;
    ckp_collect_kind_t   kind;
    const ckp_at_t      *at;            /* the object that has them */
    const char          *expression;    /* the member that is it */
    bool                 inline_params; /* of a step: beside `params`, too */
} collection_t;

/* A place, and those between it and the object. */
typedef struct {
    ckp_at_t  params;
    ckp_at_t  member;
    ckp_at_t  deeper[COLLECTION_DEEP_MAX];
} collection_place_t;


static const char *
collection_token(ckp_parse_t *ps, const char *from, size_t len)
{
    char *const  token = ckp_arena_strndup(ps->arena, from, len);
    char        *to = token;

    if (token == NULL) {
        ps->nomem = true;
        return "";
    }

    for (const char *p = token; *p != '\0'; p++) {
        if (p[0] == '~' && (p[1] == '0' || p[1] == '1')) {
            *to++ = *++p == '0' ? '~' : '/';

        } else {
            *to++ = *p;
        }
    }

    *to = '\0';

    return token;
}


static const ckp_at_t *
collection_below(ckp_parse_t *ps, const ckp_at_t *at, const char *below,
    ckp_at_t *deeper)
{
    for (size_t i = 0; *below == '/' && i < COLLECTION_DEEP_MAX; i++) {
        const size_t       len = strcspn(++below, "/");
        const char *const  token = collection_token(ps, below, len);

        deeper[i] = (ckp_at_t) { .up = at, .key = token,
                                 .value = json_object_get(at->value, token) };

        if (json_is_array(at->value)) {
            ckp_parse_element(at, strtoul(token, NULL, 10), &deeper[i]);
        }

        at = &deeper[i];
        below += len;
    }

    return at;
}


/* `param` NULL: the expression.  A member that is missing is told of the object
 * that misses it. */
static const ckp_at_t *
collection_place(const collection_t *c, const char *param, const char *below,
    collection_place_t *place)
{
    const char *const    key = param != NULL ? param : c->expression;
    const json_t *const  params = json_object_get(c->at->value, "params");
    const ckp_at_t      *up = c->at;

    if ((param != NULL && !c->inline_params)
        || (c->inline_params && json_object_get(c->at->value, key) == NULL
            && json_object_get(params, key) != NULL))
    {
        place->params = (ckp_at_t) { .up = c->at, .key = "params",
                                     .value = params };
        up = &place->params;
    }

    if (json_object_get(up->value, key) == NULL) {
        return json_is_object(up->value) ? up : c->at;
    }

    place->member = (ckp_at_t) { .up = up, .key = key,
                                 .value = json_object_get(up->value, key) };

    return collection_below(c->ps, &place->member, below, place->deeper);
}


static void
collection_say(void *data, const ckp_collect_say_t *say)
{
    const collection_t *const  c = data;
    collection_place_t         place;
    const ckp_at_t *const      at = collection_place(c, say->param,
                                                     say->below, &place);

    const bool                 there = at != c->at && at != &place.params;

    /* what a transformation misses is a parameter of an action */

    ckp_parse_say(c->ps, &(ckp_say_t) { .at = at,
                                        .number = c->inline_params
                                                  && say->number == 401
                                                  ? 414 : say->number,
                                        .field = there ? at->key
                                                       : say->param },
                  "%s", say->message);
}


static void
collection_part(void *data, const ckp_collect_part_t *part)
{
    const collection_t *const  c = data;
    const unsigned             flags = part->element ? CKP_WITH_ELEMENT
                                                     : CKP_WITH_VALUE;
    collection_place_t         place;

    ckp_part_tell(c->ps, collection_place(c, part->param, part->below, &place),
                  flags, part);
}


static ckp_collect_t *
collection_new(collection_t *c, const ckp_collect_want_t *want)
{
    ckp_err_t             err = CKP_ERR_INIT;
    ckp_collect_t *const  t = ckp_collect_new(want, collection_say, c, &err);

    if (t == NULL) {
        c->ps->nomem = c->ps->nomem || err.code == CKP_E_NOMEM;
        return NULL;
    }

    ckp_collect_parts(t, collection_part, c);

    return t;
}


static void
collection_end(void *t)
{
    ckp_collect_free(t);
}


ckp_collect_t *
ckp_parse_collect(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_collect_kind_t kind)
{
    collection_t              c = { .ps = ps, .kind = kind, .at = at,
                                    .expression = "expression" };
    const ckp_collect_want_t  want = {
        .kind = kind, .expression = json_object_get(at->value, "expression"),
        .params = json_object_get(at->value, "params")
    };
    ckp_collect_t            *t = collection_new(&c, &want);

    if (t != NULL) {
        t = ckp_program_own(ps->prog, t, collection_end);
        ps->nomem = ps->nomem || t == NULL;
    }

    return t;
}


void
ckp_collect_check(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_collect_kind_t kind, const json_t *merged)
{
    collection_t        c = { .ps = ps, .kind = kind, .at = at,
                              .inline_params = true };
    ckp_collect_want_t  want = ckp_collect_of_action(kind, merged,
                                                     &c.expression);

    ckp_collect_free(collection_new(&c, &want));
}
