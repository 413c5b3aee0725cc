/*
 * What a document says of the starts of its runs: how many may be active, and
 * which start repeats another (spec/ckp.md 26.1, 26.2).
 */

#include <string.h>

#include "compile/parse_int.h"

#define GATE_MAX       1000000000LL
#define GATE_WINDOW_S  (10LL * 366 * 24 * 3600)


static int64_t
gate_count(ckp_parse_t *ps, const ckp_at_t *at, const char *key, int64_t most)
{
    const json_t *const  v = json_object_get(at->value, key);
    int64_t              n;

    if (v == NULL || json_is_null(v)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 312,
                                         .field = key },
                      "without '%s' it limits nothing", key);
        return 0;
    }

    n = ckp_parse_int(ps, at, key, 1, 0, 312);

    return n > most ? most : n;
}


static void
gate_places(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const ckp_word_t  scopes[] = {
        { "procedure", 0 }, { "version", 1 }, { NULL, 0 }
    };
    static const ckp_word_t  full[] = {
        { "queue", CKP_FULL_QUEUE }, { "reject", CKP_FULL_REJECT },
        { "skip", CKP_FULL_SKIP },
        { "cancel_oldest", CKP_FULL_CANCEL_OLDEST }, { NULL, 0 }
    };
    ckp_places_t *const      places = &ps->prog->config.places;
    ckp_at_t                 out;

    if (!ckp_parse_object(ps, at, "concurrency", &out)) {
        return;
    }

    places->max = gate_count(ps, &out, "max_concurrent_runs", GATE_MAX);
    places->by_version = ckp_parse_word(ps, &out, "scope", scopes, 0,
                                        302) == 1;
    places->full = (ckp_full_t) ckp_parse_word(ps, &out, "on_limit", full,
                                               CKP_FULL_QUEUE, 302);
    places->key = ckp_parse_template(ps, &out, "key", CKP_SECRET_WRONG);
    ckp_parse_known(ps, &out, " max_concurrent_runs scope key on_limit ",
                    NULL);
}


/* The statuses under their own names, as ",created,running,". */

static const char *
gate_statuses(ckp_parse_t *ps, const ckp_at_t *list)
{
    static const struct {
        const char  *word;
        const char  *status;
    } words[] = {
        { "created", "created" }, { "queued", "created" },
        { "pending", "created" }, { "running", "running" },
        { "waiting_approval", "waiting_approval" }, { "paused", "paused" },
        { "completed", "completed" }, { "succeeded", "completed" },
        { "failed", "failed" }, { "canceled", "canceled" },
        { "cancelled", "canceled" }
    };
    json_t  *text = json_string(",");

    for (size_t i = 0; i < json_array_size(list->value); i++) {
        const char *const  word = json_string_value(
                                      json_array_get(list->value, i));
        const char        *status = NULL;
        ckp_at_t           item;
        const char        *so_far;
        json_t            *more;

        for (size_t k = 0; word != NULL && k < sizeof(words) / sizeof(words[0]);
             k++)
        {
            if (strcmp(words[k].word, word) == 0) {
                status = words[k].status;
            }
        }

        if (status == NULL) {
            ckp_parse_element(list, i, &item);
            ckp_parse_say(ps, &(ckp_say_t) { .at = &item, .number = 302,
                                             .field = "statuses" },
                          "not a status of a run; allowed: created, running, "
                          "waiting_approval, paused, completed, failed, "
                          "canceled");
            continue;
        }

        so_far = json_string_value(text);
        more = json_sprintf("%s%s,", so_far == NULL ? "" : so_far, status);
        json_decref(text);
        text = more;
    }

    return json_string_value(ckp_parse_keep(ps, text));
}


static void
gate_dedupe(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const ckp_word_t  again[] = {
        { "return_existing", 0 }, { "reject", 1 }, { NULL, 0 }
    };
    ckp_dedupe_t *const      dedupe = &ps->prog->config.dedupe;
    ckp_at_t                 out;
    ckp_at_t                 list;

    if (!ckp_parse_object(ps, at, "dedupe", &out)) {
        return;
    }

    dedupe->window_ms = 1000 * gate_count(ps, &out, "window_seconds",
                                          GATE_WINDOW_S);
    dedupe->rejects = ckp_parse_word(ps, &out, "on_duplicate", again, 0,
                                     302) == 1;
    dedupe->key = ckp_parse_template(ps, &out, "key", CKP_SECRET_WRONG);

    if (ckp_parse_array(ps, &out, "statuses", &list)
        && json_array_size(list.value) > 0)
    {
        dedupe->statuses = gate_statuses(ps, &list);
    }

    ckp_parse_known(ps, &out, " window_seconds key on_duplicate statuses ",
                    NULL);
}


void
ckp_gate_config(ckp_parse_t *ps, const ckp_at_t *at)
{
    gate_places(ps, at);
    gate_dedupe(ps, at);
}
