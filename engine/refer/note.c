/*
 * The procedures that a document calls, noted where its nodes are read.
 */

#include <string.h>

#include "compile/parse_int.h"


/* Room for one more; NULL: no memory. */

static ckp_refer_t *
note_room(ckp_parse_t *ps)
{
    ckp_program_t *const  prog = ps->prog;
    const size_t          size = ps->refers_size == 0 ? 8 : 2 * ps->refers_size;
    ckp_refer_t           *list;

    if (prog->nrefers == ps->refers_size) {
        list = ckp_parse_alloc(ps, size * sizeof(ckp_refer_t));

        if (list == NULL) {
            return NULL;
        }

        if (prog->nrefers > 0) {
            memcpy(list, prog->refers, prog->nrefers * sizeof(ckp_refer_t));
        }

        prog->refers = list;
        ps->refers_size = size;
    }

    return &prog->refers[prog->nrefers];
}


/* Under any of its spellings, without a word about them; out->value NULL: it is
 * not there, and out is the object that misses it. */

static void
note_member(const ckp_at_t *at, const char *key, ckp_at_t *out)
{
    const char *const  name = json_object_get(at->value, key) != NULL ? key
                              : ckp_alias_find(at->value, at->as, key);

    *out = *at;
    out->value = NULL;

    if (name != NULL) {
        *out = (ckp_at_t) { .up = at, .key = name,
                            .value = json_object_get(at->value, name) };
    }
}


/* The pointer of that member, or of the object that misses it. */

static const char *
note_pointer(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    const json_t **value)
{
    ckp_at_t  out;

    note_member(at, key, &out);
    *value = out.value;

    return ckp_at_text(ps, out.value == NULL ? at : &out);
}


void
ckp_parse_refer(ckp_parse_t *ps, const ckp_at_t *at, const ckp_refer_t *refer)
{
    ckp_refer_t *const  room = note_room(ps);
    const json_t      *id;

    if (room == NULL) {
        return;
    }

    *room = *refer;
    room->node_id = ps->entry == NULL ? NULL : ps->entry->told;
    room->at_id = note_pointer(ps, at, "procedure_id", &id);
    room->at_in = note_pointer(ps, at, "input_mapping", &room->in);
    room->at_out = note_pointer(ps, at, "output_mapping", &room->out);
    ps->prog->nrefers++;
}
