/*
 * What the script says: to a time, to an event, to a question.
 */

#include "play_int.h"
#include "point.h"

#include <string.h>


const json_t *
play_turn_of(play_t *p, const char *list, const char *path,
    const char *action)
{
    const json_t *const  all = json_object_get(p->script, list);
    const json_t        *found = NULL;
    const char          *name = NULL;
    char                 key[400];
    int64_t              n;

    if (path != NULL && (found = json_object_get(all, path)) != NULL) {
        name = path;

    } else if (action != NULL) {
        found = json_object_get(all, action);
        name = action;
    }

    if (!json_is_array(found)) {
        return found;
    }

    (void) snprintf(key, sizeof(key), "%s %s", list, name);
    n = ckp_json_int(p->asked, key, 0);
    json_object_set_new(p->asked, key, json_integer(n + 1));

    if ((size_t) n >= json_array_size(found)) {
        n = (int64_t) json_array_size(found) - 1;
    }

    return json_array_get(found, (size_t) n);
}


/* --- what happens meanwhile -------------------------------------------------- */

static void
script_happens(play_t *p, const json_t *one, int64_t wait)
{
    static const struct {
        const char        *what;
        ckp_input_kind_t   kind;
    } kinds[] = {
        { "cancel", CKP_IN_CANCEL }, { "pause", CKP_IN_PAUSE },
        { "resume", CKP_IN_RESUME }, { "note", CKP_IN_NOTE },
        { "callback", CKP_IN_CALLBACK }, { "tick", CKP_IN_TICK },
        { "decision", CKP_IN_DECISION }, { "crash", CKP_IN_TICK }
    };
    const char *const  what = json_string_value(json_array_get(one, 1));
    json_t *const      data = json_array_get(one, 2);
    const char        *ref = ckp_json_str(data, "_ref");

    for (size_t i = 0; what != NULL && i < sizeof(kinds) / sizeof(*kinds);
         i++)
    {
        if (strcmp(kinds[i].what, what) == 0) {
            play_in_t *const  in = play_later(p, kinds[i].kind, ref == NULL
                ? strcmp(what, "callback") == 0 ? p->delegation : "" : ref,
                wait, data == NULL ? json_object() : json_deep_copy(data));

            in->crash = strcmp(what, "crash") == 0;
            return;
        }
    }

    play_wrong(p, "nothing happens that is called \"%s\"",
               what == NULL ? "" : what);
}


/* "_point": the last checkpoint of that name, or of that node. */

void
play_point(play_t *p, json_t *data)
{
    const char *const  name = ckp_json_str(data, "_point");
    size_t             i = json_array_size(p->writes);

    while (name != NULL && i-- > 0) {
        const json_t *const  w = json_array_get(p->writes, i);
        json_t *const        row = json_array_get(w, 1);
        const char *const    own = ckp_json_str(row, "name");
        const char *const    node = ckp_json_str(row, "node_id");

        if (strcmp(json_string_value(json_array_get(w, 0)), "checkpoint") == 0
            && ((own != NULL && strcmp(own, name) == 0)
                || (node != NULL && strcmp(node, name) == 0)))
        {
            json_object_set(data, "state", json_object_get(row, "state"));
            json_object_set(data, "checkpoint_id",
                            json_object_get(row, "checkpoint_id"));
            return;
        }
    }
}


void
play_scripted(play_t *p)
{
    const json_t  *one;
    size_t         i;

    json_array_foreach(json_object_get(p->script, "at"), i, one) {
        const json_t *const  when = json_array_get(one, 0);

        if (json_is_integer(when)) {
            script_happens(p, one, json_integer_value(when));
        }
    }
}


/* "type" or "type path" */

static bool
script_is(const char *text, const ckp_event_t *ev)
{
    const size_t  n = strlen(ev->type);

    return strncmp(text, ev->type, n) == 0
           && (text[n] == '\0'
               || (text[n] == ' ' && strcmp(text + n + 1, ev->path) == 0));
}


void
play_told(play_t *p, const ckp_event_t *ev)
{
    const json_t  *one;
    size_t         i;

    json_array_append_new(p->events,
        json_pack("{s:s, s:s, s:s?, s:s?, s:i, s:I, s:O?}", "type", ev->type,
                  "path", ev->path, "node_id", ev->node_id, "step_id",
                  ev->step_id, "attempt", (int) ev->attempt, "at",
                  (json_int_t) (ev->at_ms - PLAY_NOW), "payload",
                  ev->payload));

    json_array_foreach(json_object_get(p->script, "at"), i, one) {
        const char *const  when = json_string_value(json_array_get(one, 0));
        char               key[24];

        (void) snprintf(key, sizeof(key), "%zu", i);

        if (when == NULL || json_object_get(p->happened, key) != NULL
            || !script_is(when, ev))
        {
            continue;
        }

        json_object_set_new(p->happened, key, json_true());

        if (strcmp(json_string_value(json_array_get(one, 1)), "crash") == 0) {
            p->crashed = true;
        } else {
            script_happens(p, one, 0);
        }
    }
}


/* --- questions ---------------------------------------------------------------- */

static void
script_ask(play_t *p, const json_t *row)
{
    const json_t *const  list = json_object_get(p->script, "decisions");
    const char *const    node = ckp_json_str(row, "node_id");
    const json_t        *said;
    const char          *word;
    json_t              *data;
    const json_t        *payload = json_object_get(p->script, "payload");

    if (json_is_array(list)) {
        const int64_t  n = ckp_json_int(p->asked, "decisions", 0);

        json_object_set_new(p->asked, "decisions", json_integer(n + 1));
        said = json_array_get(list, (size_t) n);

    } else {
        said = play_turn_of(p, "decisions", node, NULL);
    }

    word = json_is_object(said) ? ckp_json_str(said, "decision")
                                : json_string_value(said);
    word = word == NULL ? "approved" : word;

    if (strcmp(word, "never") == 0) {
        return;
    }

    data = json_pack("{s:s, s:s, s:s, s:O*}", "decision", word, "decided_by",
                     "ana", "decided_at", "2026-01-05T09:00:00.000Z",
                     "payload", payload);

    if (json_is_object(said)) {
        json_object_update(data, (json_t *) said);
        json_object_del(data, "after_ms");
    }

    play_later(p, CKP_IN_DECISION, ckp_json_str(row, "approval_id"),
               ckp_json_int(said, "after_ms", 0), data)->durable = true;
}


/* What a child run of its own tells when it is over; the script knows when. */

static void
script_child(play_t *p, const ckp_write_t *w)
{
    const json_t *const  said = play_turn_of(p, "answers", w->path, "child");

    if (json_is_object(said)) {
        play_later(p, CKP_IN_CHILD, ckp_json_str(w->row, "run_id"),
                   ckp_json_int(said, "__after_ms__", 0),
                   json_deep_copy(said))->durable = true;
    }
}


/* The state of the checkpoint before; NULL: there is none. */

static const json_t *
script_point(const play_t *p)
{
    for (size_t i = json_array_size(p->writes); i-- > 0; ) {
        const json_t *const  w = json_array_get(p->writes, i);

        if (strcmp(json_string_value(json_array_get(w, 0)), "checkpoint")
            == 0)
        {
            return json_object_get(json_array_get(w, 1), "state");
        }
    }

    return NULL;
}


void
play_wrote(play_t *p, const ckp_write_t *w)
{
    json_t *const  row = json_copy(w->row);

    if (strcmp(w->table, "checkpoint") == 0) {
        json_object_set_new(row, "state",
                            t_point_whole(script_point(p), row, NULL));
        json_object_del(row, "part");
    }

    json_array_append_new(p->writes, json_pack("[s, o]", w->table, row));

    if (strcmp(w->table, "child") == 0) {
        script_child(p, w);
    }

    if (strcmp(w->table, "approval") == 0) {
        script_ask(p, w->row);

    } else if (strcmp(w->table, "delegation") == 0) {
        (void) snprintf(p->delegation, sizeof(p->delegation), "%s",
                        ckp_json_str(w->row, "ref"));
    }
}


const char *
play_refused(play_t *p, const ckp_turn_t *turn)
{
    const json_t *const  list = json_object_get(p->script, "refuses");

    for (size_t i = 0; i < turn->nwrites; i++) {
        const ckp_write_t *const  w = &turn->writes[i];
        const char *const         path = ckp_json_str(w->row, "path");
        char                      key[400];
        int64_t                   n;

        if (strcmp(w->table, "order") != 0 || path == NULL) {
            continue;
        }

        (void) snprintf(key, sizeof(key), "refuses %s", path);
        n = ckp_json_int(p->asked, key, 0);

        if (n < ckp_json_int(list, path, 0)) {
            json_object_set_new(p->asked, key, json_integer(n + 1));
            return path;
        }
    }

    return NULL;
}


/* What the engine counts of itself is not told in scripts. */

void
play_measured(play_t *p, const ckp_metric_t *m)
{
    if (m->own) {
        json_array_append_new(p->metrics, json_pack("[s, f, O?]", m->name,
                              m->value, m->labels));
    }
}
