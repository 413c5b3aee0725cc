/*
 * The names a template may begin with: what the schema declares, what the
 * engine binds, and what anything in the document writes (spec/ckp.md 6.5).
 */

#include <string.h>

#include "compile/parse_int.h"

static const char  names_builtin[] =
    " vars variables input run_id procedure_id procedure_version project_id"
    " case_id node_id step_id attempt trigger_type triggered_by trigger now"
    " today timestamp secrets error loop_index loop_item loop_results"
    " parallel_results llm_output subflow_output approval tasks context memory"
    " telemetry ";

/* members whose text is a name that is written */
static const char  names_written[] =
    " output_variable output iterator_variable item_variable iterator_var"
    " index_variable collect_variable ";

/* members whose members' names are written, or bound */
static const char  names_keys[] =
    " outputs inputs output_mapping ";

/* members that hold what is looked through */
static const char  names_inside[] =
    " steps operations cleanup_actions error_actions error_handlers"
    " recovery_steps transformations tasks step compensate branches llm"
    " approval subflow ";


bool
ckp_name_is_builtin(const char *name)
{
    return ckp_word_in(names_builtin, name);
}


bool
ckp_name_is_reserved(const char *name)
{
    return strncmp(name, "__", 2) == 0
           || (strncmp(name, "secrets", 7) == 0
               && (name[7] == '\0' || name[7] == '.' || name[7] == '['));
}


/* The first segment alone is a name: `order.total` writes `order`. */
static void
names_add(ckp_parse_t *ps, const char *name, bool declared)
{
    const size_t  len = (name == NULL) ? 0 : strcspn(name, ".[");
    const char   *first = name;

    if (len == 0 || len > 256) {
        return;
    }

    if (name[len] != '\0') {
        first = ckp_arena_strndup(ps->arena, name, len);
    }

    if (first == NULL || (!declared && json_object_get(ps->names, first))) {
        ps->nomem = ps->nomem || first == NULL;
        return;
    }

    if (json_object_set_new(ps->names, first, json_boolean(declared)) != 0) {
        ps->nomem = true;
    }
}


static void
names_of_keys(ckp_parse_t *ps, const json_t *object)
{
    const char    *key;
    const json_t  *value;

    json_object_foreach((json_t *) object, key, value) {
        names_add(ps, key, false);
    }
}


/* What set_variable and append_to_array write. */
static void
names_of_action(ckp_parse_t *ps, const char *action, const json_t *step)
{
    const json_t *const  places[] = { step, json_object_get(step, "params") };

    for (size_t i = 0; i < 2; i++) {
        if (strcmp(action, "set_variable") == 0) {
            names_add(ps, ckp_json_str(places[i], "variable"), false);
            names_add(ps, ckp_json_str(places[i], "name"), false);
            names_of_keys(ps, json_object_get(places[i], "variables"));

        } else if (strcmp(action, "append_to_array") == 0) {
            names_add(ps, ckp_json_str(places[i], "array"), false);
        }
    }

    /* of collection actions; of others no harm is done */

    names_add(ps, ckp_json_str(places[1], "output_variable"), false);
    names_add(ps, ckp_json_str(places[1], "output"), false);

    /* form C: ticket.fetch stores `ticket` */

    if (ps->out.form == 'C' && strchr(action, '.') != NULL
        && json_object_get(step, "output_variable") == NULL)
    {
        names_add(ps, action, false);
    }
}


static void names_walk(ckp_parse_t *ps, const json_t *value, unsigned depth);


/* Tasks may be members of an object, under any name. */
static void
names_of_tasks(ckp_parse_t *ps, const json_t *tasks, unsigned depth)
{
    const char    *id;
    const json_t  *task;

    names_add(ps, "inputs", false);

    json_object_foreach((json_t *) tasks, id, task) {
        names_walk(ps, task, depth);
    }
}


/* The lists of a node nest a few levels only; a document may nest more. */
static void
names_walk(ckp_parse_t *ps, const json_t *value, unsigned depth)
{
    const char    *key;
    const json_t  *member;
    size_t         i;

    if (depth > 8) {
        return;
    }

    if (json_is_array(value)) {
        json_array_foreach(value, i, member) {
            names_walk(ps, member, depth + 1);
        }

        return;
    }

    json_object_foreach((json_t *) value, key, member) {
        if (json_is_string(member)) {
            if (ckp_word_in(names_written, key)) {
                names_add(ps, json_string_value(member), false);

            } else if (strcmp(key, "action") == 0
                       || strcmp(key, "executor_id") == 0)
            {
                names_of_action(ps, json_string_value(member), value);
            }

        } else if (ckp_word_in(names_keys, key)) {
            names_of_keys(ps, member);

        } else if (ckp_word_in(names_inside, key)) {
            names_walk(ps, member, depth + 1);

            if (strcmp(key, "tasks") == 0) {
                names_of_tasks(ps, member, depth + 2);
            }
        }
    }
}


/* provide_input merges the members its schema names. */
static void
names_of_input(ckp_parse_t *ps, const json_t *node)
{
    const json_t *const  schema = json_object_get(node, "input_schema");
    const json_t *const  inner = json_object_get(schema, "properties");

    names_of_keys(ps, json_is_object(inner) ? inner : schema);
}


static void
names_of_trigger(ckp_parse_t *ps)
{
    static const struct {
        const char  *type;
        const char  *names[6];
    } given[] = {
        { "webhook", { "payload", NULL } },
        { "event", { "event_source", "event_message_id", "event_payload",
                     "event_attributes", NULL } },
        { "file_watch", { "file_watch_path", "file_mtime", "file_event",
                          "file_name", "file_size", NULL } },
    };
    const json_t *const  trigger = json_object_get(ps->out.root.value,
                                                   "trigger");
    const char *const    type = ckp_json_str(trigger, "type");

    names_of_keys(ps, json_object_get(trigger, "input_vars"));
    names_of_keys(ps, json_object_get(trigger, "input_mapping"));

    for (size_t i = 0; type != NULL && i < sizeof(given) / sizeof(given[0]);
         i++)
    {
        if (strcmp(given[i].type, type) == 0) {
            for (size_t k = 0; given[i].names[k] != NULL; k++) {
                names_add(ps, given[i].names[k], false);
            }
        }
    }
}


/* The two spellings of 3.1 are told apart in vars.c; here both may be read. */
static void
names_of_schema(ckp_parse_t *ps)
{
    const json_t *const  schema = json_object_get(ps->out.root.value,
                                                  "variables_schema");
    const char *const    halves[] = { "required", "optional" };
    const char          *key;
    const json_t        *value;

    for (size_t i = 0; i < 2; i++) {
        json_object_foreach(json_object_get(schema, halves[i]), key, value) {
            names_add(ps, key, true);
        }
    }

    json_object_foreach((json_t *) schema, key, value) {
        names_add(ps, key, true);
    }
}


void
ckp_names_gather(ckp_parse_t *ps)
{
    ps->names = json_object();

    if (ps->names == NULL) {
        ps->nomem = true;
        return;
    }

    names_of_schema(ps);
    names_of_trigger(ps);

    for (size_t i = 0; i < ps->out.n; i++) {
        const json_t *const  node = ps->out.entries[i].at.value;

        names_walk(ps, node, 0);

        if (ps->out.entries[i].type != NULL
            && strcmp(ps->out.entries[i].type, "loop") == 0) {
            names_add(ps, "item", false);       /* unless it names another */
        }

        if (json_object_get(node, "input_schema") != NULL) {
            names_of_input(ps, node);
        }
    }
}


bool
ckp_names_has(const ckp_parse_t *ps, const char *name)
{
    return json_object_get(ps->names, name) != NULL
           || ckp_name_is_builtin(name);
}


bool
ckp_parse_knows(const ckp_parse_t *ps, const char *name, bool *declared)
{
    const json_t *const  known = json_object_get(ps->names, name);

    *declared = json_is_true(known);

    return known != NULL;
}


void
ckp_names_written(ckp_parse_t *ps, const json_t *value, json_t *into)
{
    json_t *const  names = ps->names;

    ps->names = into;
    names_walk(ps, value, 0);
    ps->names = names;
}
