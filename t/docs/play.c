/*
 * One example's run, by the comments above it (t/play has the world).
 */

#include "docs.h"

#include <string.h>

#include "play.h"

typedef struct {
    docs_page_t  *page;
    size_t        line;
} play_place_t;


static void
play_says(void *data, const char *text)
{
    const play_place_t *const  at = data;

    docs_wrong(at->page, at->line, "%s", text);
}


/* Whatever of the page may be somebody's child. */

static json_t *
play_kids(const docs_page_t *page)
{
    json_t *const  kids = json_object();

    for (size_t i = 0; i < page->n; i++) {
        const char *const  name = ckp_json_str(page->list[i].doc,
                                               "procedure_id");

        if (name != NULL) {
            json_object_set(kids, name, page->list[i].doc);
        }
    }

    return kids;
}


void
docs_play(docs_page_t *page, const docs_example_t *one)
{
    const size_t          before = page->failed;
    ckp_program_t *const  prog = docs_compile(page, one->line, one->doc);
    json_t *const         kids = play_kids(page);
    play_place_t          at = { page, one->line };

    if (prog != NULL) {
        play_case(&(play_case_t) { .prog = prog, .script = one->told,
                                   .kids = kids, .wrong = play_says,
                                   .data = &at });
    }

    page->passed += page->failed == before && prog != NULL ? 1 : 0;
    json_decref(kids);
    ckp_program_unref(prog);
}
