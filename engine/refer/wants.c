/*
 * Which stored procedures a document leads to: asked for one by one, found or
 * not by the host.  Source: spec/ckp.md 10.10.
 */

#include "refer/refer.h"

#include <string.h>

#include "model/limits.h"


size_t
ckp_refers_place(const ckp_refers_t *c, const ckp_refer_t *refer)
{
    size_t  i;

    for (i = 0; i < c->n; i++) {
        if (strcmp(c->list[i].procedure, refer->procedure_id) == 0
            && strcmp(c->list[i].version, refer->version) == 0)
        {
            break;
        }
    }

    return i;
}


/* What a program calls is wanted, but for the document's own procedure.  *mask:
 * a bit for each; *back: the document's own is among them. */

static ckp_code_t
wants_add(ckp_refers_t *c, const ckp_program_t *prog, unsigned depth,
    uint64_t *mask, bool *back)
{
    for (size_t i = 0; i < prog->nrefers; i++) {
        const ckp_refer_t *const  refer = &prog->refers[i];
        const size_t              at = ckp_refers_place(c, refer);

        if (strcmp(refer->procedure_id, c->own) == 0) {
            *back = true;
            continue;
        }

        if (at == REFER_WANTED_MAX
            || (at == c->n && depth > CKP_SUBFLOWS_MAX))
        {
            continue;           /* as far as one looks */
        }

        if (c->list == NULL) {
            c->list = ckp_calloc(REFER_WANTED_MAX * sizeof(ckp_wanted_t));

            if (c->list == NULL) {
                return CKP_E_NOMEM;
            }
        }

        if (at == c->n) {
            c->list[c->n++] = (ckp_wanted_t) {
                .procedure = refer->procedure_id, .version = refer->version,
                .depth = depth
            };
        }

        *mask |= (uint64_t) 1 << at;
    }

    return CKP_OK;
}


ckp_code_t
ckp_refers_want(ckp_refers_t *c, const ckp_program_t *prog)
{
    bool  back = false;

    if (c->begun) {
        return CKP_OK;
    }

    c->begun = true;
    c->own = prog->procedure_id == NULL ? "" : prog->procedure_id;

    return wants_add(c, prog, 1, &c->first, &back);
}


const ckp_want_t *
ckp_refers_next(ckp_refers_t *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (!c->list[i].answered) {
            c->want = (ckp_want_t) { .procedure = c->list[i].procedure,
                                     .version = c->list[i].version };
            return &c->want;
        }
    }

    return NULL;
}


static char *
wants_copy(const char *text)
{
    const size_t  n = text == NULL ? 0 : strlen(text) + 1;
    char *const   copy = n == 0 ? NULL : ckp_alloc(n);

    return copy == NULL ? NULL : memcpy(copy, text, n);
}


ckp_code_t
ckp_refers_found(ckp_refers_t *c, const ckp_found_t *found)
{
    ckp_wanted_t  *w = NULL;

    for (size_t i = 0; i < c->n && w == NULL; i++) {
        w = c->list[i].answered ? NULL : &c->list[i];
    }

    if (w == NULL) {
        return CKP_E_STATE;
    }

    w->answered = true;
    w->known = found->known;
    w->refuses = found->refuses;
    w->broken = found->broken;
    w->found = wants_copy(found->version);
    w->hash = wants_copy(found->hash);
    w->prog = found->prog == NULL ? NULL : ckp_program_ref(found->prog);

    if ((found->version != NULL && w->found == NULL)
        || (found->hash != NULL && w->hash == NULL))
    {
        return CKP_E_NOMEM;
    }

    return w->prog == NULL ? CKP_OK
           : wants_add(c, w->prog, w->depth + 1, &w->calls, &w->back);
}


json_t *
ckp_refers_pins(const ckp_refers_t *c, const ckp_program_t *prog)
{
    json_t  *pins = NULL;
    int      bad = 0;

    for (size_t i = 0; i < prog->nrefers; i++) {
        const ckp_refer_t *const  refer = &prog->refers[i];
        const size_t              at = ckp_refers_place(c, refer);
        json_t                   *name;

        if (!refer->imported) {
            continue;
        }

        pins = pins == NULL ? json_object() : pins;

        if (at == c->n || c->list[at].found == NULL
            || c->list[at].hash == NULL)
        {
            bad |= pins == NULL;
            continue;
        }

        name = json_sprintf("%s@%s", refer->procedure_id, refer->version);
        bad |= name == NULL
               || json_object_set_new(pins, json_string_value(name),
                      json_pack("{s:s, s:s}", "version", c->list[at].found,
                                "hash", c->list[at].hash)) != 0;
        json_decref(name);
    }

    if (bad != 0) {
        json_decref(pins);
        return NULL;
    }

    return pins == NULL ? json_null() : pins;
}


void
ckp_refers_free(ckp_refers_t *c)
{
    for (size_t i = 0; i < c->n; i++) {
        ckp_free(c->list[i].found);
        ckp_free(c->list[i].hash);
        ckp_program_unref(c->list[i].prog);
    }

    ckp_free(c->list);
}
