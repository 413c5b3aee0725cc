/*
 * What became of watched files.
 */

#include "trigger/watch.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"

typedef struct {
    const json_t  *wanted;              /* event_types */
    int64_t        stable_ms;
    int64_t        now_ms;
    json_t        *events;
    json_t        *rows;
    json_t        *gone;
} watch_t;


static void
watch_tell(const watch_t *w, const char *event, const json_t *file,
    int64_t since)
{
    const json_t  *one;
    size_t         i;

    json_array_foreach((json_t *) w->wanted, i, one) {
        if (strcmp(json_string_value(one), event) == 0) {
            (void) json_array_append_new(w->events,
                       json_pack("{s:O, s:s, s:O, s:O, s:I}", "path",
                                 json_object_get(file, "path"), "event",
                                 event, "mtime",
                                 json_object_get(file, "mtime"), "size",
                                 json_object_get(file, "size"), "since",
                                 (json_int_t) since));
            return;
        }
    }
}


static void
watch_keep(const watch_t *w, const json_t *file, int64_t since,
    const char *pending)
{
    (void) json_array_append_new(w->rows,
               json_pack("{s:O, s:O, s:O, s:I, s:s*}", "path",
                         json_object_get(file, "path"), "mtime",
                         json_object_get(file, "mtime"), "size",
                         json_object_get(file, "size"), "since",
                         (json_int_t) since, "pending", pending));
}


/* It is as it is since then: is that long enough? */

static void
watch_settle(const watch_t *w, const json_t *file, int64_t since,
    const char *pending, bool changed)
{
    if (w->now_ms - since >= w->stable_ms) {
        watch_tell(w, pending, file, since);
        watch_keep(w, file, since, NULL);

    } else if (changed) {
        watch_keep(w, file, since, pending);
    }
}


static void
watch_one(const watch_t *w, const json_t *file, const json_t *row)
{
    const char  *pending = ckp_json_str(row, "pending");

    if (row == NULL) {
        watch_settle(w, file, w->now_ms, "created", true);
        return;
    }

    if (ckp_json_int(row, "mtime", 0) != ckp_json_int(file, "mtime", 0)
        || ckp_json_int(row, "size", 0) != ckp_json_int(file, "size", 0))
    {
        watch_settle(w, file, w->now_ms, pending == NULL ? "modified"
                                                         : pending, true);

    } else if (pending != NULL) {
        watch_settle(w, file, ckp_json_int(row, "since", 0), pending, false);
    }
}


static json_t *
watch_index(const json_t *files)
{
    json_t *const  all = json_object();
    json_t        *one;
    size_t         i;

    json_array_foreach((json_t *) files, i, one) {
        (void) json_object_set(all, ckp_json_str(one, "path"), one);
    }

    return all;
}


json_t *
ckp_watch_compare(const json_t *settings, const json_t *known,
    const json_t *seen, int64_t now_ms)
{
    const unsigned long  refusals = ckp_memory_refusals();

    json_t *const  before = watch_index(known);
    json_t *const  now = watch_index(seen);
    const watch_t  w = { .wanted = json_object_get(settings, "event_types"),
                         .stable_ms = ckp_json_int(settings, "stable_seconds",
                                                   0) * 1000,
                         .now_ms = now_ms, .events = json_array(),
                         .rows = json_array(), .gone = json_array() };
    json_t        *one;
    size_t         i;

    json_array_foreach((json_t *) seen, i, one) {
        watch_one(&w, one, json_object_get(before, ckp_json_str(one, "path")));
    }

    json_array_foreach((json_t *) known, i, one) {
        if (json_object_get(now, ckp_json_str(one, "path")) == NULL) {
            const char *const  pending = ckp_json_str(one, "pending");

            /* what was never told is never missed */

            if (pending == NULL || strcmp(pending, "created") != 0) {
                watch_tell(&w, "deleted", one,
                           ckp_json_int(one, "since", 0));
            }

            (void) json_array_append(w.gone, json_object_get(one, "path"));
        }
    }

    json_decref(before);
    json_decref(now);

    /* a change that there was no memory for would never be told */

    return ckp_json_whole(json_pack("{s:o, s:o, s:o}", "events", w.events,
                                    "rows", w.rows, "gone", w.gone), refusals);
}
