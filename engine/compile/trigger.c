/*
 * The trigger's shape (spec/ckp.md 5): what it must say to be registered.
 */

#include <ctype.h>
#include <string.h>

#include "compile/parse_int.h"

typedef enum {
    TRIGGER_MANUAL,
    TRIGGER_SCHEDULED,
    TRIGGER_WEBHOOK,
    TRIGGER_EVENT,
    TRIGGER_FILE
} trigger_type_t;

static const ckp_word_t  trigger_types[] = {
    { "manual", TRIGGER_MANUAL },
    { "scheduled", TRIGGER_SCHEDULED },
    { "webhook", TRIGGER_WEBHOOK },
    { "event", TRIGGER_EVENT },
    { "file_watch", TRIGGER_FILE },
    { NULL, 0 }
};


/* The first of the spellings ("/a/b") that holds a text. */
static const char *
trigger_text(const json_t *trigger, const char *const *paths)
{
    for (size_t i = 0; paths[i] != NULL; i++) {
        const char *const  text = json_string_value(
                                      ckp_pointer_get(trigger, paths[i]));

        if (text != NULL && text[0] != '\0') {
            return text;
        }
    }

    return NULL;
}


static void
trigger_missing(ckp_parse_t *ps, const ckp_at_t *at, int number,
    const char *field, const char *what)
{
    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = number,
                                     .field = field }, "%s", what);
}


static void
trigger_schedule(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const char *const  crons[] = {
        "/schedule", "/schedule_config/cron", "/scheduled/cron", NULL
    };
    static const char *const  zones[] = {
        "/timezone", "/schedule_config/timezone", NULL
    };
    const char *const         cron = trigger_text(at->value, crons);
    const char *const         zone = trigger_text(at->value, zones);
    const char               *why;
    int                       number;

    if (cron == NULL) {
        trigger_missing(ps, at, 602, "schedule",
                        "a scheduled trigger needs a schedule");

    } else if (!ckp_cron_check(cron, &number, &why)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = number,
                                         .field = "schedule" },
                      "schedule '%.80s': %s", cron, why);
    }

    /* which zones there are is known where they are used; here their shape */

    for (const char *p = zone; p != NULL && *p != '\0'; p++) {
        if (!isalnum((unsigned char) *p) && strchr("_+-/", *p) == NULL) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 605,
                                             .field = "timezone" },
                          "'%.60s' is no time zone", zone);
            break;
        }
    }
}


static void
trigger_webhook(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const char *const  secrets[] = {
        "/webhook_secret", "/webhook_config/secret",
        "/webhook_config/authentication/secret", "/webhook/secret", NULL
    };
    const char *const         type = json_string_value(ckp_pointer_get(
                                  at->value,
                                  "/webhook_config/authentication/type"));

    if (type != NULL && strcmp(type, "none") == 0) {
        trigger_missing(ps, at, 607, "webhook_config",
                        "anybody may post to this webhook");

    } else if (trigger_text(at->value, secrets) == NULL) {
        trigger_missing(ps, at, 606, "webhook_secret",
                        "a webhook needs the name of a secret");
    }
}


static void
trigger_event(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const char *const  sources[] = {
        "/event_source", "/event/source", "/event_config/event_source",
        "/event/provider", NULL
    };
    const char *const         source = trigger_text(at->value, sources);

    if (source == NULL) {
        trigger_missing(ps, at, 608, "event_source",
                        "an event trigger needs a source");

    } else if (strncmp(source, "internal://", 11) != 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 609,
                                         .field = "event_source" },
                      "source '%.80s' is not served by itself: a bridge must "
                      "post its messages", source);
    }
}


static void
trigger_file(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const char *const  paths[] = {
        "/file_watch_path", "/file_watch/path", "/file/path",
        "/file_watch_config/path", NULL
    };
    const char *const         path = trigger_text(at->value, paths);

    if (path == NULL) {
        trigger_missing(ps, at, 610, "file_watch_path",
                        "a file_watch trigger needs a path");

    } else if (strstr(path, "://") != NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 609,
                                         .field = "file_watch_path" },
                      "'%.80s' is no local path", path);
    }
}


static void
trigger_foreign(ckp_parse_t *ps, const ckp_at_t *at, trigger_type_t type)
{
    static const struct {
        trigger_type_t  type;
        const char     *blocks;
    } blocks[] = {
        { TRIGGER_SCHEDULED, " schedule_config scheduled " },
        { TRIGGER_WEBHOOK, " webhook_config webhook " },
        { TRIGGER_EVENT, " event_config event " },
        { TRIGGER_FILE, " file_watch file file_watch_config " },
    };
    const char    *key;
    const json_t  *value;

    json_object_foreach((json_t *) at->value, key, value) {
        const ckp_at_t  out = { .up = at, .key = key, .value = value };

        for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
            if (blocks[i].type != type && ckp_word_in(blocks[i].blocks, key)) {
                ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 97,
                                                 .field = key },
                              "'%s' is for another trigger type and is ignored",
                              key);
            }
        }
    }
}


/* A required variable must be able to come from somewhere. */
static void
trigger_inputs(ckp_parse_t *ps, const ckp_at_t *at)
{
    const json_t *const  inputs = json_object_get(at->value, "input_vars");
    const json_t *const  mapping = json_object_get(at->value,
                                                   "input_mapping");

    for (size_t i = 0; i < ps->prog->nvars; i++) {
        const ckp_var_t *const  var = &ps->prog->vars[i];

        if (var->required && var->fallback == NULL
            && json_object_get(inputs, var->name) == NULL
            && json_object_get(mapping, var->name) == NULL)
        {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 612,
                                             .field = "input_vars" },
                          "required variable '%.120s' has no default, and a "
                          "schedule cannot give it", var->name);
        }
    }
}


void
ckp_trigger_read(ckp_parse_t *ps)
{
    ckp_at_t        at;
    ckp_at_t        out;
    trigger_type_t  type;

    if (!ckp_parse_object(ps, &ps->out.root, "trigger", &at)) {
        return;
    }

    type = (trigger_type_t) ckp_parse_word(ps, &at, "type", trigger_types,
                                           TRIGGER_MANUAL, 601);
    (void) ckp_parse_bool(ps, &at, "enabled", true);
    (void) ckp_parse_int(ps, &at, "dedupe_window_seconds", 0, 0, 611);
    (void) ckp_parse_int(ps, &at, "max_concurrent_runs", 1, 1, 611);
    (void) ckp_parse_object(ps, &at, "input_vars", &out);
    (void) ckp_parse_object(ps, &at, "input_mapping", &out);

    switch (type) {

    case TRIGGER_MANUAL:
        break;

    case TRIGGER_SCHEDULED:
        trigger_schedule(ps, &at);
        trigger_inputs(ps, &at);
        break;

    case TRIGGER_WEBHOOK:
        trigger_webhook(ps, &at);
        break;

    case TRIGGER_EVENT:
        trigger_event(ps, &at);
        break;

    case TRIGGER_FILE:
        trigger_file(ps, &at);
        break;
    }

    trigger_foreign(ps, &at, type);
}
