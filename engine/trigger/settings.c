/*
 * What a trigger says, in one spelling.  A field may stand in the trigger or in
 * one of its type's blocks, under one of its names.
 */

#include "trigger/settings.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/zone.h"
#include "trigger/cron.h"

#define SETTINGS_TEXT_MAX  1024
#define SETTINGS_LIST_MAX  100
#define SETTINGS_MOST      (366 * 86400)

typedef enum {
    SET_TEXT,
    SET_TEXTS,                  /* a list of texts, or one */
    SET_BOOL,
    SET_COUNT,
    SET_WORD,                   /* one of `words` */
    SET_OBJECT
} set_kind_t;

typedef struct {
    const char  *name;          /* the flat spelling */
    set_kind_t   kind;
    const char  *others;        /* other names, each between blanks */
    const char  *otherwise;     /* JSON text of the default; NULL: none */
    int64_t      least;         /* of a count */
    const char  *words;
} set_field_t;

typedef struct {
    const json_t  *trigger;
    const char    *type;
    json_t        *out;
    json_t        *errors;
} set_t;

static const set_field_t  set_common[] = {
    { "enabled", SET_BOOL, "", "true", 0, NULL },
    { "dedupe_window_seconds", SET_COUNT, "", "0", 0, NULL },
    { "max_concurrent_runs", SET_COUNT, "", NULL, 1, NULL },
    { "input_vars", SET_OBJECT, "", NULL, 0, NULL },
    { "input_mapping", SET_OBJECT, "", NULL, 0, NULL },
    { "project_id", SET_TEXT, "", NULL, 0, NULL },
    { NULL, SET_TEXT, "", NULL, 0, NULL }
};

static const set_field_t  set_schedule[] = {
    { "schedule", SET_TEXT, " cron ", NULL, 0, NULL },
    { "timezone", SET_TEXT, "", "\"UTC\"", 0, NULL },
    { "misfire_grace_seconds", SET_COUNT, "", "120", 0, NULL },
    { "catchup", SET_WORD, "", "\"none\"", 0, " none one all " },
    { "catchup_window_seconds", SET_COUNT, "", "86400", 0, NULL },
    { NULL, SET_TEXT, "", NULL, 0, NULL }
};

static const set_field_t  set_webhook[] = {
    { "webhook_secret", SET_TEXT, " secret ", NULL, 0, NULL },
    { "previous_secret", SET_TEXT, "", NULL, 0, NULL },
    { "signature_scheme", SET_WORD, "", "\"langorch\"", 0,
      " langorch standard_webhooks " },
    { "replay_window_seconds", SET_COUNT, "", "300", 0, NULL },
    { "require_timestamp", SET_BOOL, "", "false", 0, NULL },
    { "authentication", SET_OBJECT, "", NULL, 0, NULL },
    { "allowed_sources", SET_TEXTS, "", NULL, 0, NULL },
    { "idempotency_header", SET_TEXT, "", NULL, 0, NULL },
    { NULL, SET_TEXT, "", NULL, 0, NULL }
};

static const set_field_t  set_event[] = {
    { "event_source", SET_TEXT, " source ", NULL, 0, NULL },
    { "event_type", SET_TEXTS, "", NULL, 0, NULL },
    { "event_filter", SET_OBJECT, "", NULL, 0, NULL },
    { "condition", SET_TEXT, "", NULL, 0, NULL },
    { NULL, SET_TEXT, "", NULL, 0, NULL }
};

static const set_field_t  set_file[] = {
    { "event_source", SET_TEXT, " file_watch_path path ", NULL, 0, NULL },
    { "pattern", SET_TEXT, "", NULL, 0, NULL },
    { "event_types", SET_TEXTS, "", "[\"created\", \"modified\"]", 0, NULL },
    { "poll_interval_seconds", SET_COUNT, "", "60", 5, NULL },
    { "stable_seconds", SET_COUNT, "", "0", 0, NULL },
    { "recursive", SET_BOOL, "", "false", 0, NULL },
    { NULL, SET_TEXT, "", NULL, 0, NULL }
};

static const set_field_t  set_nothing[] = {
    { NULL, SET_TEXT, "", NULL, 0, NULL }
};

static const struct {
    const char         *type;
    const set_field_t  *fields;
    const char         *blocks[4];
} set_types[] = {
    { "manual", set_nothing, { NULL } },
    { "scheduled", set_schedule, { "schedule_config", "scheduled", NULL } },
    { "webhook", set_webhook, { "webhook_config", "webhook", NULL } },
    { "event", set_event, { "event_config", "event", NULL } },
    { "file_watch", set_file, { "file_watch", "file", "file_watch_config",
                                NULL } },
};

#define SET_TYPES  (sizeof(set_types) / sizeof(set_types[0]))


/* --- where a value stands --------------------------------------------------- */

static const json_t *
set_there(const json_t *object, const char *name)
{
    const json_t *const  v = json_object_get(object, name);

    return v == NULL || json_is_null(v) ? NULL : v;
}


static const json_t *
set_named(const json_t *object, const set_field_t *f)
{
    const json_t  *v = set_there(object, f->name);
    char           name[32];

    for (const char *p = f->others; v == NULL && *p == ' ' && p[1] != '\0'; ) {
        const size_t  len = strcspn(p + 1, " ");

        memcpy(name, p + 1, len);
        name[len] = '\0';
        v = set_there(object, name);
        p += len + 1;
    }

    return v;
}


static const json_t *
set_find(const set_t *s, const set_field_t *f, size_t type)
{
    const json_t  *v = set_named(s->trigger, f);

    for (size_t i = 0; v == NULL && set_types[type].blocks[i] != NULL; i++) {
        v = set_named(json_object_get(s->trigger, set_types[type].blocks[i]),
                      f);
    }

    return v;
}


/* --- what it must be ---------------------------------------------------------- */

static bool
set_texts(set_t *s, const set_field_t *f, const json_t *v)
{
    json_t *const  list = json_is_string(v) ? json_array() : NULL;
    const json_t  *one;
    size_t         i;

    if (list != NULL) {
        (void) json_array_append(list, (json_t *) v);
        return json_object_set_new(s->out, f->name, list) == 0;
    }

    if (!json_is_array(v) || json_array_size(v) > SETTINGS_LIST_MAX) {
        return false;
    }

    json_array_foreach((json_t *) v, i, one) {
        if (!json_is_string(one)
            || json_string_length(one) > SETTINGS_TEXT_MAX)
        {
            return false;
        }
    }

    return json_object_set(s->out, f->name, (json_t *) v) == 0;
}


static const char *
set_wrong(const set_field_t *f, const json_t *v)
{
    const json_int_t  n = json_integer_value(v);

    switch (f->kind) {

    case SET_TEXT:
        return json_is_string(v)
               && json_string_length(v) <= SETTINGS_TEXT_MAX
               ? NULL : "Must be a string of at most 1024 bytes";

    case SET_TEXTS:
        return NULL;

    case SET_BOOL:
        return json_is_boolean(v) ? NULL : "Must be a boolean (true/false)";

    case SET_COUNT:
        return json_is_integer(v) && n >= f->least && n <= SETTINGS_MOST
               ? NULL : f->least == 0 ? "Must be an integer, 0 or more"
                      : f->least == 1 ? "Must be an integer, 1 or more"
                                      : "Must be an integer, 5 or more";

    case SET_WORD:
        return json_is_string(v)
               && json_string_length(v) > 0
               && strchr(json_string_value(v), ' ') == NULL
               && strstr(f->words, json_string_value(v)) != NULL
               ? NULL : "Must be one of the words of this field";

    case SET_OBJECT:
        return json_is_object(v) ? NULL : "Must be a valid object";
    }

    return NULL;
}


static void
set_field(set_t *s, const set_field_t *f, size_t type)
{
    const json_t *const  v = set_find(s, f, type);
    const char          *why;

    if (v == NULL) {
        if (f->otherwise != NULL) {
            (void) json_object_set_new(s->out, f->name,
                                       ckp_json_parse(f->otherwise,
                                                      strlen(f->otherwise),
                                                      NULL));
        }

        return;
    }

    why = set_wrong(f, v);

    if (why == NULL && f->kind == SET_TEXTS) {
        why = set_texts(s, f, v) ? NULL : "Must be a list of strings";

    } else if (why == NULL) {
        (void) json_object_set(s->out, f->name, (json_t *) v);
    }

    if (why != NULL) {
        (void) json_array_append_new(s->errors, json_pack("[s, s]", f->name,
                                                          why));
    }
}


/* --- what a type cannot do without ---------------------------------------------- */

/* provider + topic, of one block or of the trigger itself. */

static void
set_provider(set_t *s, const json_t *at)
{
    static const char *const  names[] = { "topic", "queue", "queue_name" };
    const char *const         provider = ckp_json_str(at, "provider");

    for (size_t i = 0; i < 3 && provider != NULL; i++) {
        const char *const  target = ckp_json_str(at, names[i]);

        if (target != NULL && json_object_get(s->out, "event_source") == NULL)
        {
            (void) json_object_set_new(s->out, "event_source",
                                       json_sprintf("%s://%s", provider,
                                                    target));
        }
    }
}


/* "kafka" is meant where no scheme is told. */

static void
set_scheme(set_t *s)
{
    const char *const  text = ckp_json_str(s->out, "event_source");

    if (text != NULL && strstr(text, "://") == NULL) {
        (void) json_object_set_new(s->out, "event_source",
                                   json_sprintf("kafka://%s", text));
    }
}


static const char *
set_scheduled(const set_t *s)
{
    const char *const  text = ckp_json_str(s->out, "schedule");
    const char *const  zone = ckp_json_str(s->out, "timezone");
    ckp_cron_t         cron;
    const char        *why;
    int                number;

    if (text == NULL || *text == '\0') {
        return "scheduled triggers require a cron schedule";
    }

    if (!ckp_cron_read(&cron, text, &number, &why)) {
        return why;
    }

    return zone == NULL || ckp_zone_is_name(zone) ? NULL
                                                  : "Unknown time zone";
}


static const char *
set_secret(set_t *s)
{
    const json_t *const  auth = json_object_get(s->out, "authentication");
    const char *const    type = ckp_json_str(auth, "type");
    const char *const    inner = ckp_json_str(auth, "secret");
    const char          *name = ckp_json_str(s->out, "webhook_secret");

    if (type != NULL && strstr(" hmac bearer basic none ", type) == NULL) {
        return "authentication.type must be hmac, bearer, basic or none";
    }

    if ((name == NULL || *name == '\0') && inner != NULL) {
        name = inner;
        (void) json_object_set_new(s->out, "webhook_secret",
                                   json_string(inner));
    }

    if ((name == NULL || *name == '\0')
        && (type == NULL || strcmp(type, "none") != 0))
    {
        return "webhook triggers require webhook_secret";
    }

    return NULL;
}


static const char *
set_source(set_t *s, size_t type)
{
    const char  *text;

    if (strcmp(s->type, "event") == 0) {
        set_provider(s, s->trigger);

        for (size_t i = 0; set_types[type].blocks[i] != NULL; i++) {
            set_provider(s, json_object_get(s->trigger,
                                            set_types[type].blocks[i]));
        }

        set_scheme(s);
    }

    text = ckp_json_str(s->out, "event_source");

    if (text != NULL && *text != '\0') {
        return NULL;
    }

    return strcmp(s->type, "event") == 0
           ? "event triggers require event_source"
           : "file_watch triggers require event_source";
}


static const char *
set_needs(set_t *s, size_t type)
{
    if (strcmp(s->type, "scheduled") == 0) {
        return set_scheduled(s);
    }

    if (strcmp(s->type, "webhook") == 0) {
        return set_secret(s);
    }

    return strcmp(s->type, "manual") == 0 ? NULL : set_source(s, type);
}


json_t *
ckp_trigger_settings(const json_t *trigger, json_t **errors, const char **why)
{
    const unsigned long  refusals = ckp_memory_refusals();

    set_t   s = { .trigger = trigger, .out = json_object(),
                  .errors = json_array() };
    size_t  type = 0;

    s.type = ckp_json_str(trigger, "type");
    s.type = s.type == NULL ? "manual" : s.type;

    *errors = s.errors;
    *why = NULL;

    if (s.out == NULL || s.errors == NULL) {
        json_decref(s.out);
        return NULL;
    }

    while (type < SET_TYPES && strcmp(set_types[type].type, s.type) != 0) {
        type++;
    }

    if (type == SET_TYPES) {
        *why = "unknown trigger type";
        return s.out;
    }

    (void) json_object_set_new(s.out, "type", json_string(s.type));

    for (const set_field_t *f = set_common; f->name != NULL; f++) {
        set_field(&s, f, 0);
    }

    for (const set_field_t *f = set_types[type].fields; f->name != NULL; f++)
    {
        set_field(&s, f, type);
    }

    *why = set_needs(&s, type);

    if (ckp_memory_refusals() != refusals) {
        *why = NULL;
    }

    return ckp_json_whole(s.out, refusals);
}
