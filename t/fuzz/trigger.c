/*
 * Any trigger and anything that comes to it: what it says in one spelling,
 * which events it wants, when it fires, what became of the files that it
 * watches, what its runs are given.
 */

#include "fuzz.h"

#include "base/json.h"
#include "trigger/event.h"
#include "trigger/filter.h"
#include "trigger/inputs.h"
#include "trigger/settings.h"
#include "trigger/slot.h"
#include "trigger/watch.h"


/* The settings of a trigger; NULL: it cannot be. */

static json_t *
f_settings(const json_t *trigger)
{
    json_t      *errors = NULL;
    const char  *why = NULL;
    json_t      *s = ckp_trigger_settings(trigger, &errors, &why);

    F_HOLDS(json_is_object(s) && json_is_array(errors));

    if (why != NULL || json_array_size(errors) > 0) {
        json_decref(s);
        s = NULL;
    }

    json_decref(errors);

    /* what is in one spelling says the same of itself */

    if (s != NULL) {
        json_t *const  again = ckp_trigger_settings(s, &errors, &why);

        F_HOLDS(why == NULL && json_array_size(errors) == 0);
        F_HOLDS(ckp_json_equal(again, s));
        json_decref(again);
        json_decref(errors);
    }

    return s;
}


/* A schedule that was taken can be read, in a zone of any bytes. */

static void
f_slots(const json_t *settings, const char *tzif, size_t len)
{
    const char *const    text = ckp_json_str(settings, "schedule");
    const char          *why = NULL;
    ckp_schedule_t       s = { .tzif = len == 0 ? NULL : tzif, .len = len };
    const ckp_misfire_t  m = {
        .grace_ms = ckp_json_int(settings, "misfire_grace_seconds", 0) * 1000,
        .catchup = (ckp_catchup_t) (len % 3), .window_ms = 86400000
    };
    ckp_due_t            due;
    int64_t              at;
    int                  number = 0;

    if (text == NULL) {
        return;
    }

    F_HOLDS(ckp_cron_read(&s.cron, text, &number, &why));

    if (ckp_slot_next(&s, F_NOW, &at)) {
        F_HOLDS(at > F_NOW);
        ckp_slot_due(&s, &m, at, at + 7200000, &due);
        F_HOLDS(due.missed <= CKP_SLOT_COUNT_MAX);
        F_HOLDS(due.next_ms == -1 || due.next_ms > at);
    }
}


/* What a look finds: the files that it knows, and those that it sees. */

static bool
f_is_files(const json_t *files)
{
    const json_t  *one;
    size_t         i;

    json_array_foreach((json_t *) files, i, one) {
        if (!json_is_string(json_object_get(one, "path"))
            || !json_is_integer(json_object_get(one, "mtime"))
            || !json_is_integer(json_object_get(one, "size"))
            || llabs(json_integer_value(json_object_get(one, "since")))
               > F_NOW)
        {
            return false;
        }
    }

    return json_is_array(files);
}


static void
f_watch(const json_t *settings, const json_t *known, const json_t *seen)
{
    json_t  *found;

    if (ckp_json_str(settings, "pattern") == NULL
        && json_object_get(settings, "event_types") == NULL)
    {
        return;
    }

    if (f_is_files(known) && f_is_files(seen)) {
        found = ckp_watch_compare(settings, known, seen, F_NOW);
        F_HOLDS(found != NULL);
        F_HOLDS(json_array_size(json_object_get(found, "rows"))
                <= json_array_size(seen));
        F_HOLDS(json_array_size(json_object_get(found, "gone"))
                <= json_array_size(known));
        f_made(found);
    }
}


static void
f_came(const json_t *settings, const json_t *came)
{
    ckp_err_t         err = CKP_ERR_INIT;
    json_t           *inputs = NULL;
    const ckp_code_t  rc = ckp_trigger_inputs(settings, came, NULL, F_NOW,
                                              &inputs, &err);

    F_HOLDS(rc == CKP_OK ? json_is_object(inputs) : inputs == NULL);
    f_made(inputs);

    (void) ckp_trigger_wants(settings, came, F_NOW);
}


/* The body of a post, with the headers that the document has. */

static json_t *
f_event(const json_t *heads, const char *body, size_t len)
{
    const char    *why = NULL;
    json_t *const  event = ckp_event_read(heads, body, len, &why);

    F_HOLDS(event == NULL ? why != NULL
            : json_is_object(json_object_get(event, "attributes")));

    return event;
}


/* The first line is a document {trigger, came, known, seen, heads}, all of them
 * as somebody else gave them; the rest is a body, and the bytes of a zone. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ckp_err_t       err = CKP_ERR_INIT;
    const uint8_t  *rest;
    size_t          left;
    char *const     line = f_line(data, size, &rest, &left);
    char *const     body = f_text(rest, left);
    json_t *const   all = ckp_json_parse(line, strlen(line), &err);
    json_t *const   event = f_event(json_object_get(all, "heads"), body, left);
    json_t *const   settings = all == NULL ? NULL
                               : f_settings(json_object_get(all, "trigger"));

    if (settings != NULL) {
        f_slots(settings, body, left);
        f_watch(settings, json_object_get(all, "known"),
                json_object_get(all, "seen"));
        f_came(settings, json_object_get(all, "came"));

        if (event != NULL) {
            f_came(settings, event);
        }
    }

    json_decref(settings);
    json_decref(event);
    json_decref(all);
    free(line);
    free(body);

    return 0;
}
