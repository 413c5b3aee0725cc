/*
 * The members of a trigger: of all types, of its own, of other types, of none;
 * in the trigger itself or in a block (spec/ckp.md 5.1).
 */

#include <string.h>

#include "compile/parse_int.h"

typedef enum {
    FIELD_TEXT,
    FIELD_TEXTS,                /* a list of texts, or one */
    FIELD_BOOL,
    FIELD_COUNT,                /* `least` or more */
    FIELD_WORD,
    FIELD_OBJECT,
    FIELD_CONDITION,
    FIELD_NOTE                  /* kept, without effect */
} trigger_kind_t;

typedef struct {
    const char        *name;
    trigger_kind_t     kind;
    int64_t            least;
    const ckp_word_t  *words;
} trigger_field_t;

static const ckp_word_t  trigger_catchup[] = {
    { "none", 0 }, { "one", 1 }, { "all", 2 }, { NULL, 0 }
};

static const ckp_word_t  trigger_schemes[] = {
    { "langorch", 0 }, { "standard_webhooks", 1 }, { NULL, 0 }
};

static const ckp_word_t  trigger_auth[] = {
    { "hmac", 0 }, { "bearer", 1 }, { "basic", 2 }, { "none", 3 }, { NULL, 0 }
};

static const trigger_field_t  fields_common[] = {
    { "type", FIELD_TEXT, 0, NULL },
    { "enabled", FIELD_BOOL, 0, NULL },
    { "dedupe_window_seconds", FIELD_COUNT, 0, NULL },
    { "max_concurrent_runs", FIELD_COUNT, 1, NULL },
    { "input_vars", FIELD_OBJECT, 0, NULL },
    { "input_mapping", FIELD_OBJECT, 0, NULL },
    { "project_id", FIELD_TEXT, 0, NULL },
    { NULL, FIELD_NOTE, 0, NULL }
};

static const trigger_field_t  fields_schedule[] = {
    { "schedule", FIELD_TEXT, 0, NULL },
    { "cron", FIELD_TEXT, 0, NULL },
    { "timezone", FIELD_TEXT, 0, NULL },
    { "misfire_grace_seconds", FIELD_COUNT, 0, NULL },
    { "catchup", FIELD_WORD, 0, trigger_catchup },
    { "catchup_window_seconds", FIELD_COUNT, 0, NULL },
    { NULL, FIELD_NOTE, 0, NULL }
};

static const trigger_field_t  fields_webhook[] = {
    { "webhook_secret", FIELD_TEXT, 0, NULL },
    { "secret", FIELD_TEXT, 0, NULL },
    { "previous_secret", FIELD_TEXT, 0, NULL },
    { "signature_scheme", FIELD_WORD, 0, trigger_schemes },
    { "replay_window_seconds", FIELD_COUNT, 0, NULL },
    { "require_timestamp", FIELD_BOOL, 0, NULL },
    { "endpoint", FIELD_NOTE, 0, NULL },
    { "authentication", FIELD_OBJECT, 0, NULL },
    { "allowed_sources", FIELD_TEXTS, 0, NULL },
    { "idempotency_header", FIELD_TEXT, 0, NULL },
    { NULL, FIELD_NOTE, 0, NULL }
};

static const trigger_field_t  fields_auth[] = {
    { "type", FIELD_WORD, 0, trigger_auth },
    { "secret", FIELD_TEXT, 0, NULL },
    { "header", FIELD_TEXT, 0, NULL },
    { NULL, FIELD_NOTE, 0, NULL }
};

static const trigger_field_t  fields_event[] = {
    { "event_source", FIELD_TEXT, 0, NULL },
    { "source", FIELD_TEXT, 0, NULL },
    { "provider", FIELD_TEXT, 0, NULL },
    { "topic", FIELD_TEXT, 0, NULL },
    { "queue", FIELD_TEXT, 0, NULL },
    { "queue_name", FIELD_TEXT, 0, NULL },
    { "event_type", FIELD_TEXTS, 0, NULL },
    { "event_filter", FIELD_OBJECT, 0, NULL },
    { "condition", FIELD_CONDITION, 0, NULL },
    { NULL, FIELD_NOTE, 0, NULL }
};

static const trigger_field_t  fields_file[] = {
    { "file_watch_path", FIELD_TEXT, 0, NULL },
    { "path", FIELD_TEXT, 0, NULL },
    { "pattern", FIELD_TEXT, 0, NULL },
    { "event_types", FIELD_TEXTS, 0, NULL },
    { "poll_interval_seconds", FIELD_COUNT, 5, NULL },
    { "stable_seconds", FIELD_COUNT, 0, NULL },
    { "recursive", FIELD_BOOL, 0, NULL },
    { NULL, FIELD_NOTE, 0, NULL }
};

/* By type: the fields of its own, and the blocks in which they may stand. */
static const struct {
    const trigger_field_t  *fields;
    const char             *blocks[4];
} trigger_parts[] = {
    [CKP_TRIGGER_MANUAL] = { NULL, { NULL } },
    [CKP_TRIGGER_SCHEDULED] = { fields_schedule,
                            { "schedule_config", "scheduled", NULL } },
    [CKP_TRIGGER_WEBHOOK] = { fields_webhook,
                          { "webhook_config", "webhook", NULL } },
    [CKP_TRIGGER_EVENT] = { fields_event, { "event_config", "event", NULL } },
    [CKP_TRIGGER_FILE] = { fields_file,
                       { "file_watch", "file", "file_watch_config", NULL } },
};

#define TRIGGER_TYPES  (sizeof(trigger_parts) / sizeof(trigger_parts[0]))


static const trigger_field_t *
trigger_field(const trigger_field_t *fields, const char *name)
{
    while (fields != NULL && fields->name != NULL) {
        if (strcmp(fields->name, name) == 0) {
            return fields;
        }

        fields++;
    }

    return NULL;
}


static void
trigger_texts(ckp_parse_t *ps, const ckp_at_t *at)
{
    const json_t  *one;
    size_t         i;

    if (json_is_string(at->value)) {
        return;
    }

    if (!json_is_array(at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15,
                                         .field = at->key },
                      "'%s' must be a list of strings", at->key);
        return;
    }

    json_array_foreach((json_t *) at->value, i, one) {
        const ckp_at_t  out = { .up = at, .index = i, .value = one };

        if (!json_is_string(one)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 15 },
                          "'%s' must be a list of strings", at->key);
        }
    }
}


static void
trigger_one(ckp_parse_t *ps, const ckp_at_t *at, const trigger_field_t *f)
{
    const ckp_at_t  out = { .up = at, .key = f->name,
                            .value = json_object_get(at->value, f->name) };
    ckp_at_t        inner;

    switch (f->kind) {

    case FIELD_TEXT:
        (void) ckp_parse_str(ps, at, f->name);
        return;

    case FIELD_TEXTS:
        trigger_texts(ps, &out);
        return;

    case FIELD_BOOL:
        (void) ckp_parse_bool(ps, at, f->name, false);
        return;

    case FIELD_COUNT:
        (void) ckp_parse_int(ps, at, f->name, f->least, f->least, 611);
        return;

    case FIELD_WORD:
        (void) ckp_parse_word(ps, at, f->name, f->words, 0, 302);
        return;

    case FIELD_OBJECT:
        (void) ckp_parse_object(ps, at, f->name, &inner);
        return;

    case FIELD_CONDITION:
        (void) ckp_expr_at(ps, &out, 0);
        return;

    case FIELD_NOTE:
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 96,
                                         .field = f->name },
                      "'%s' has no effect: it is kept", f->name);
        return;
    }
}


/* The members of an object that are of the type's fields. */

static void
trigger_read(ckp_parse_t *ps, const ckp_at_t *at,
    const trigger_field_t *fields)
{
    for (const trigger_field_t *f = fields; f->name != NULL; f++) {
        const json_t *const  v = json_object_get(at->value, f->name);

        if (v != NULL && !json_is_null(v)) {
            trigger_one(ps, at, f);
        }
    }
}


/* A block: its members are those, and no others. */

static void
trigger_block(ckp_parse_t *ps, const ckp_at_t *at,
    const trigger_field_t *fields)
{
    ckp_buf_t  known;

    ckp_buf_init(&known, 1024);
    ckp_buf_puts(&known, " ");

    for (const trigger_field_t *f = fields; f->name != NULL; f++) {
        ckp_buf_printf(&known, "%s ", f->name);
    }

    trigger_read(ps, at, fields);
    ckp_parse_known(ps, at, ckp_buf_str(&known), NULL);
    ckp_buf_free(&known);
}



/* event_types are some of three. */

static void
trigger_file_events(ckp_parse_t *ps, const ckp_at_t *at)
{
    const ckp_at_t  list = { .up = at, .key = "event_types",
                             .value = json_object_get(at->value,
                                                      "event_types") };
    const json_t   *one;
    size_t          i;

    json_array_foreach((json_t *) list.value, i, one) {
        const ckp_at_t     out = { .up = &list, .index = i, .value = one };
        const char *const  word = json_string_value(one);

        if (word != NULL && !ckp_word_in(" created modified deleted ", word)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 302,
                                             .field = "event_types" },
                          "'event_types' has '%.60s', but may have: created, "
                          "modified, deleted", word);
        }
    }
}


/* --- members ----------------------------------------------------------------- */

static bool
trigger_is_block(size_t type, const char *key)
{
    const char *const *const  blocks = trigger_parts[type].blocks;

    for (size_t i = 0; blocks[i] != NULL; i++) {
        if (strcmp(blocks[i], key) == 0) {
            return true;
        }
    }

    return false;
}


static void
trigger_own_block(ckp_parse_t *ps, const ckp_at_t *at, size_t type,
    const char *key)
{
    ckp_at_t  block;
    ckp_at_t  auth;

    if (!ckp_parse_object(ps, at, key, &block)) {
        return;
    }

    trigger_block(ps, &block, trigger_parts[type].fields);

    if (type == CKP_TRIGGER_FILE) {
        trigger_file_events(ps, &block);
    }

    if (type == CKP_TRIGGER_WEBHOOK
        && ckp_parse_object(ps, &block, "authentication", &auth))
    {
        trigger_block(ps, &auth, fields_auth);
    }
}


/* A member of another type's: it is legal, and ignored. */

static bool
trigger_is_foreign(size_t type, const char *key)
{
    for (size_t i = 0; i < TRIGGER_TYPES; i++) {
        if (i != type && (trigger_is_block(i, key)
                          || trigger_field(trigger_parts[i].fields, key)))
        {
            return true;
        }
    }

    return false;
}


static void
trigger_members(ckp_parse_t *ps, const ckp_at_t *at, size_t type)
{
    const char    *key;
    const json_t  *value;

    json_object_foreach((json_t *) at->value, key, value) {
        const ckp_at_t  out = { .up = at, .key = key, .value = value };
        ckp_near_t      near;

        if (ckp_is_note(key) || trigger_field(fields_common, key) != NULL
            || trigger_field(trigger_parts[type].fields, key) != NULL)
        {
            continue;
        }

        if (trigger_is_block(type, key)) {
            trigger_own_block(ps, at, type, key);
            continue;
        }

        if (trigger_is_foreign(type, key)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 97,
                                             .field = key },
                          "'%s' is for another trigger type and is ignored",
                          key);
            continue;
        }

        ckp_near_init(ps, &near, key);

        for (const trigger_field_t *f = fields_common; f->name != NULL; f++) {
            ckp_near_try(&near, f->name);
        }

        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 90,
                                         .field = key,
                                         .hint = ckp_near_hint(ps, &near) },
                      "'%.120s' is not a known field here", key);
    }
}


/* What runs are given: templates, or pointers into what came. */

static void
trigger_given(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t       out;
    const char    *name;
    const json_t  *value;

    (void) ckp_parse_template(ps, at, "input_vars", CKP_SECRET_WRONG);

    if (!ckp_parse_object(ps, at, "input_mapping", &out)) {
        return;
    }

    json_object_foreach((json_t *) out.value, name, value) {
        const char *const  text = json_string_value(value);

        if (text == NULL || text[0] != '/') {
            (void) ckp_parse_template(ps, &out, name, CKP_SECRET_WRONG);
        }
    }
}


void
ckp_trigger_fields(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_trigger_type_t type)
{
    trigger_read(ps, at, fields_common);
    trigger_given(ps, at);

    if (trigger_parts[type].fields != NULL) {
        trigger_read(ps, at, trigger_parts[type].fields);
    }

    if (type == CKP_TRIGGER_FILE) {
        trigger_file_events(ps, at);
    }

    trigger_members(ps, at, type);
}
