/*
 * Complaints and their places: a place knows its pointer, a sentence ends with
 * a whole character.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compile/parse_int.h"

#define SAY_POINTER_MAX   8192
#define SAY_SENTENCE_MAX  480
#define SAY_NEEDS_MAX     1000
#define SAY_UP_MAX        (CKP_JSON_DEPTH_MAX + 2)


void
ckp_at_root(ckp_at_t *at, const json_t *doc, ckp_as_t as)
{
    at->up = NULL;
    at->key = NULL;
    at->index = 0;
    at->value = doc;
    at->as = as;
}


/* A value that was made stands where the author wrote what it was made of. */
void
ckp_at_pointer(const ckp_parse_t *ps, const ckp_at_t *at, ckp_buf_t *b)
{
    const ckp_at_t  *way[SAY_UP_MAX];
    const char      *stands;
    size_t           n = 0;

    for ( ; at->up != NULL && n < SAY_UP_MAX; at = at->up) {
        stands = ckp_stand_for(ps, at->value);

        if (stands != NULL) {
            ckp_buf_puts(b, stands);
            break;
        }

        way[n++] = at;
    }

    while (n > 0) {
        const ckp_at_t *const  step = way[--n];

        if (step->key != NULL) {
            ckp_pointer_push(b, step->key);

        } else {
            ckp_buf_printf(b, "/%zu", step->index);
        }
    }
}


char *
ckp_at_text(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_buf_t  b;
    char      *text;

    ckp_buf_init(&b, SAY_POINTER_MAX);
    ckp_at_pointer(ps, at, &b);
    text = ckp_arena_strdup(ps->arena, ckp_buf_str(&b));
    ckp_buf_free(&b);

    if (text == NULL) {
        ps->nomem = true;
    }

    return text;
}


/* The place is the member that the complaint names, when it is there. */
static void
say_place(const ckp_parse_t *ps, const ckp_say_t *say, ckp_buf_t *b)
{
    const ckp_at_t *const  at = say->at;
    const char            *member = say->field;

    ckp_at_pointer(ps, at, b);

    if (say->below != NULL) {
        ckp_buf_puts(b, say->below);
        return;
    }

    if (member == NULL || (at->key != NULL && strcmp(at->key, member) == 0)) {
        return;
    }

    if (json_object_get(at->value, member) == NULL) {
        member = ckp_alias_find(at->value, at->as, member);
    }

    if (member == NULL) {
        return;
    }

    const char *const  stands = ckp_stand_for(ps, json_object_get(at->value,
                                                                  member));

    if (stands != NULL) {
        b->len = 0;
        ckp_buf_puts(b, stands);
        return;
    }

    ckp_pointer_push(b, member);
}


/* A text that was cut may end inside a character: such bytes become '?'. */
static void
say_mend(char *text)
{
    unsigned char *const  p = (unsigned char *) text;

    for (size_t i = 0; p[i] != '\0'; ) {
        const size_t  want = (p[i] < 0x80) ? 1
                             : (p[i] >= 0xf0) ? 4
                             : (p[i] >= 0xe0) ? 3
                             : (p[i] >= 0xc0) ? 2 : 0;
        size_t        have = 1;

        while (have < want && (p[i + have] & 0xc0) == 0x80) {
            have++;
        }

        if (have != want) {
            p[i] = '?';

            for (size_t k = 1; k < have; k++) {
                p[i + k] = '?';
            }
        }

        i += have;
    }
}


void
ckp_parse_say(ckp_parse_t *ps, const ckp_say_t *say, const char *fmt, ...)
{
    char             sentence[SAY_SENTENCE_MAX];
    ckp_buf_t        b;
    va_list          args;
    ckp_diag_more_t  more = { .field = say->field, .hint = say->hint,
                              .soft = say->soft, .hard = say->hard };

    if (ps->diags == NULL) {
        return;
    }

    if (ps->full) {
        ckp_diag(ps->diags, say->number, say->code, "", &more, "%s", "");
        return;         /* it counts, but it is not shown */
    }

    ps->full = ckp_diags_count(ps->diags) >= CKP_DIAGS_MAX;
    va_start(args, fmt);
    (void) vsnprintf(sentence, sizeof(sentence), fmt, args);
    va_end(args);
    say_mend(sentence);

    if (ps->entry != NULL) {
        more.node_id = ps->entry->told;
    }

    more.step_id = ps->step_id;

    ckp_buf_init(&b, SAY_POINTER_MAX);
    say_place(ps, say, &b);
    ckp_diag(ps->diags, say->number, say->code, ckp_buf_str(&b), &more, "%s",
             sentence);
    ckp_buf_free(&b);
}


void
ckp_parse_needs(ckp_parse_t *ps, const ckp_say_t *say, const char *name)
{
    ckp_buf_t  b;

    if (json_array_size(ps->needs) >= SAY_NEEDS_MAX) {
        return;
    }

    ckp_buf_init(&b, SAY_POINTER_MAX);
    say_place(ps, say, &b);

    if (ps->needs == NULL) {
        ps->needs = json_array();
    }

    if (b.failed == CKP_E_NOMEM
        || json_array_append_new(ps->needs,
               json_pack("{s:i, s:s, s:s*, s:s*, s:s}", "number", say->number,
                         "at", ckp_buf_str(&b), "node_id",
                         ps->entry == NULL ? NULL : ps->entry->told, "field",
                         say->field, "name", name)) != 0)
    {
        ps->nomem = true;
    }

    ckp_buf_free(&b);
}
