/*
 * The trigger's shape: what it must say to be registered, in either spelling.
 * Source: spec/ckp.md 5.
 */

#include <string.h>

#include "base/zone.h"
#include "compile/parse_int.h"
#include "trigger/cron.h"

static const ckp_word_t  trigger_types[] = {
    { "manual", CKP_TRIGGER_MANUAL },
    { "scheduled", CKP_TRIGGER_SCHEDULED },
    { "webhook", CKP_TRIGGER_WEBHOOK },
    { "event", CKP_TRIGGER_EVENT },
    { "file_watch", CKP_TRIGGER_FILE },
    { NULL, 0 }
};


/* A spelling: a member of the trigger, of a block, of an object in a block. */
typedef struct {
    const char  *key;
    const char  *block;
    const char  *inner;
} trigger_place_t;


/* The first of the spellings that holds a text; where it stands is at[2], the
 * others are above it. */

static const char *
trigger_text(const ckp_at_t *trigger, const trigger_place_t *places,
    ckp_at_t at[3])
{
    for ( /* void */ ; places->key != NULL; places++) {
        const char *const  way[] = { places->block, places->inner,
                                     places->key };
        const ckp_at_t    *up = trigger;

        for (size_t i = 0; i < 3; i++) {
            if (way[i] != NULL) {
                at[i] = (ckp_at_t) { .up = up, .key = way[i], .value =
                                     json_object_get(up->value, way[i]) };
                up = &at[i];
            }
        }

        if (json_string_length(at[2].value) > 0) {
            return json_string_value(at[2].value);
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


/* Which zones there are the host knows; without one, their shape. */

static bool
trigger_is_zone(const ckp_parse_t *ps, const char *name)
{
    size_t  len;

    if (!ckp_zone_is_name(name)) {
        return false;
    }

    return ps->zone == NULL || strcmp(name, "UTC") == 0
           || ps->zone(ps->zone_data, name, &len) != NULL;
}


static void
trigger_schedule(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const trigger_place_t  crons[] = {
        { "schedule", NULL, NULL }, { "cron", "schedule_config", NULL },
        { "cron", "scheduled", NULL }, { NULL, NULL, NULL }
    };
    static const trigger_place_t  zones[] = {
        { "timezone", NULL, NULL }, { "timezone", "schedule_config", NULL },
        { "timezone", "scheduled", NULL }, { NULL, NULL, NULL }
    };
    ckp_at_t                      where[3];
    ckp_cron_t                    cron;
    const char                   *text = trigger_text(at, crons, where);
    const char                   *why;
    int                           number;

    if (text == NULL) {
        trigger_missing(ps, at, 602, "schedule",
                        "a scheduled trigger needs a schedule");

    } else if (!ckp_cron_read(&cron, text, &number, &why)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &where[2], .number = number,
                                         .field = where[2].key },
                      "%s: '%.80s'", why, text);
    }

    text = trigger_text(at, zones, where);

    if (text != NULL && !trigger_is_zone(ps, text)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &where[2], .number = 605,
                                         .field = "timezone" },
                      "'%.60s' is no time zone", text);
    }
}


static void
trigger_webhook(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const trigger_place_t  secrets[] = {
        { "webhook_secret", NULL, NULL }, { "secret", "webhook_config", NULL },
        { "secret", "webhook_config", "authentication" },
        { "secret", "webhook", NULL }, { NULL, NULL, NULL }
    };
    static const trigger_place_t  types[] = {
        { "type", "webhook_config", "authentication" },
        { "type", "webhook", "authentication" }, { NULL, NULL, NULL }
    };
    ckp_at_t                      where[3];
    const char *const             type = trigger_text(at, types, where);

    if (type != NULL && strcmp(type, "none") == 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &where[2], .number = 607,
                                         .field = "type" },
                      "anybody may post to this webhook");

    } else if (trigger_text(at, secrets, where) == NULL) {
        trigger_missing(ps, at, 606, "webhook_secret",
                        "a webhook needs the name of a secret");
    }
}


static void
trigger_event(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const trigger_place_t  sources[] = {
        { "event_source", NULL, NULL }, { "source", "event", NULL },
        { "event_source", "event_config", NULL }, { NULL, NULL, NULL }
    };
    static const trigger_place_t  targets[] = {
        { "topic", "event", NULL }, { "queue", "event", NULL },
        { "queue_name", "event", NULL }, { NULL, NULL, NULL }
    };
    static const trigger_place_t  providers[] = {
        { "provider", "event", NULL }, { NULL, NULL, NULL }
    };
    ckp_at_t                      where[3];
    const char                   *source = trigger_text(at, sources, where);

    if (source == NULL && trigger_text(at, targets, where) != NULL) {
        source = trigger_text(at, providers, where);
    }

    if (source == NULL) {
        trigger_missing(ps, at, 608, "event_source",
                        "an event trigger needs a source");

    } else if (strncmp(source, "internal://", 11) != 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &where[2], .number = 609,
                                         .field = where[2].key },
                      "source '%.80s' is not served by itself: a bridge must "
                      "post its messages", source);
    }
}


static void
trigger_file(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const trigger_place_t  paths[] = {
        { "file_watch_path", NULL, NULL }, { "path", "file_watch", NULL },
        { "path", "file", NULL }, { "path", "file_watch_config", NULL },
        { NULL, NULL, NULL }
    };
    ckp_at_t                      where[3];
    const char *const             path = trigger_text(at, paths, where);

    if (path == NULL) {
        trigger_missing(ps, at, 610, "file_watch_path",
                        "a file_watch trigger needs a path");

    } else if (strstr(path, "://") != NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &where[2], .number = 609,
                                         .field = where[2].key },
                      "'%.80s' is no local path", path);
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
    ckp_trigger_type_t  type;

    if (!ckp_parse_object(ps, &ps->out.root, "trigger", &at)) {
        return;
    }

    type = (ckp_trigger_type_t) ckp_parse_word(ps, &at, "type", trigger_types,
                                           CKP_TRIGGER_MANUAL, 601);
    ckp_trigger_fields(ps, &at, type);

    switch (type) {

    case CKP_TRIGGER_MANUAL:
        break;

    case CKP_TRIGGER_SCHEDULED:
        trigger_schedule(ps, &at);
        trigger_inputs(ps, &at);
        break;

    case CKP_TRIGGER_WEBHOOK:
        trigger_webhook(ps, &at);
        break;

    case CKP_TRIGGER_EVENT:
        trigger_event(ps, &at);
        break;

    case CKP_TRIGGER_FILE:
        trigger_file(ps, &at);
        break;
    }
}
