/*
 * The members of the document itself (spec/ckp.md 2, 30).
 */

#include <stdlib.h>
#include <string.h>

#include "compile/parse_int.h"

const char  ckp_known_document[] =
    " procedure_id version name description status effective_date trigger"
    " retrieval_metadata global_config variables_schema workflow_graph contract"
    " prompt_templates tools provenance release project_id tags ckp_version ";

/* form A may have its start there, too */
static const char  root_start[] = " start_node_id entry ";

/* flat forms keep the graph at the root */
static const char  root_flat[] = " nodes start_node_id start_node entry id ";


static void
root_identity(ckp_parse_t *ps)
{
    ckp_program_t *const  prog = ps->prog;
    ckp_at_t              at;

    prog->procedure_id = ckp_root_id(ps, &at);

    if (prog->procedure_id == NULL || prog->procedure_id[0] == '\0') {
        const bool  typed = at.key != NULL && !json_is_string(at.value);

        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = typed ? 15 : 10,
                                         .field = "procedure_id" },
                      typed ? "'procedure_id' must be a string"
                            : "there is no procedure_id");
        prog->procedure_id = "";

    } else if (!ckp_id_holds(prog->procedure_id)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 17,
                                         .field = "procedure_id" },
                      "'%.120s' cannot be a procedure_id", prog->procedure_id);
    }

    prog->version = ckp_root_version(ps, &at);

    if (prog->version == NULL || prog->version[0] == '\0') {
        const bool  typed = at.key != NULL && !json_is_string(at.value);

        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = typed ? 15 : 11,
                                         .field = "version" },
                      typed ? "'version' must be a string"
                            : "there is no version");
        prog->version = "";

    } else if (!ckp_version_holds(prog->version)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 17,
                                         .field = "version" },
                      "'%.120s' cannot be a version", prog->version);
    }
}


static void
root_status(ckp_parse_t *ps)
{
    static const char  known[] =
        " draft active approved inactive deprecated archived ";
    const char *const  status = ckp_parse_str(ps, &ps->out.root, "status");
    const char *const  date = ckp_parse_str(ps, &ps->out.root,
                                            "effective_date");
    ckp_near_t         near;
    int64_t            ms;

    if (status != NULL && !ckp_word_in(known, status)) {
        ckp_near_init(ps, &near, status);
        ckp_near_list(&near, known);
        ckp_parse_say(ps, &(ckp_say_t) { .at = &ps->out.root, .number = 13,
                                         .field = "status",
                                         .hint = ckp_near_hint(ps, &near) },
                      "status '%.60s' is none of the known ones", status);
    }

    if (date != NULL && (strlen(date) != 10 || !ckp_time_parse(date, &ms))) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &ps->out.root, .number = 14,
                                         .field = "effective_date" },
                      "effective_date '%.40s' is no date and is ignored", date);
    }
}


static void
root_language(ckp_parse_t *ps)
{
    ckp_at_t     at;
    const char  *text;

    if (!ckp_parse_find(ps, &ps->out.root, "ckp_version", &at)) {
        return;
    }

    text = json_string_value(at.value);

    if (text == NULL && !json_is_number(at.value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 15,
                                         .field = "ckp_version" },
                      "'ckp_version' must be a string");

    } else if ((text != NULL && strtol(text, NULL, 10) > 1)
               || json_number_value(at.value) >= 2.0)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 5,
                                         .field = "ckp_version" },
                      "this engine speaks CKP 1");
    }
}


/* Wrong shapes here are warnings: nothing runs by them. */
/* Metadata are kept as they are, whatever they are: it is only told. */
static void
root_odd(ckp_parse_t *ps, const ckp_at_t *at, const char *field,
    const char *what)
{
    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 16,
                                     .field = field },
                  "'%s' should be %s", field, what);
}


/* Members that should be texts; the list ends with NULL. */
static void
root_texts(ckp_parse_t *ps, const ckp_at_t *at, const char *const *names)
{
    ckp_at_t  out;

    for (; *names != NULL; names++) {
        if (ckp_parse_find(ps, at, *names, &out) && !json_is_string(out.value))
        {
            root_odd(ps, &out, *names, "a text");
        }
    }
}


/* Members that should be lists of texts; `or_text`: or one. */
static void
root_lists(ckp_parse_t *ps, const ckp_at_t *at, const char *const *names,
    bool or_text)
{
    ckp_at_t  out;
    ckp_at_t  one;

    for (; *names != NULL; names++) {
        if (!ckp_parse_find(ps, at, *names, &out)
            || (or_text && json_is_string(out.value)))
        {
            continue;
        }

        if (!json_is_array(out.value)) {
            root_odd(ps, &out, *names, "an array");
        }

        for (size_t i = 0; i < json_array_size(out.value); i++) {
            ckp_parse_element(&out, i, &one);

            if (!json_is_string(one.value)) {
                root_odd(ps, &one, *names, "an array of texts");
            }
        }
    }
}


static void
root_sources(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const char *const  texts[] = { "doc_id", "version", "section_ref",
                                          NULL };
    ckp_at_t                  out;
    ckp_at_t                  one;

    if (!ckp_parse_find(ps, at, "sources", &out)) {
        return;
    }

    if (!json_is_array(out.value)) {
        root_odd(ps, &out, "sources", "an array");
    }

    for (size_t i = 0; i < json_array_size(out.value); i++) {
        ckp_parse_element(&out, i, &one);

        if (json_is_object(one.value)) {
            root_texts(ps, &one, texts);
        } else {
            root_odd(ps, &one, "sources", "an array of objects");
        }
    }
}


/* One of the other names of Annex A. */
static void
root_alias(ckp_parse_t *ps, const ckp_at_t *at, const char *alias,
    const char *name)
{
    ckp_at_t  out;

    if (ckp_parse_find(ps, at, alias, &out)
        && json_object_get(at->value, name) == NULL)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 91,
                                         .field = alias, .hint = name },
                      "'%s' is another name of '%s'", alias, name);
    }
}


static void
root_metadata(ckp_parse_t *ps)
{
    static const char *const  lists[] = {
        "primary_intents", "intents", "negative_intents", "keywords", "tags",
        NULL
    };
    static const char *const  domains[] = { "business_domain", "domain",
                                            NULL };
    static const char *const  where[] = { "application_names",
                                          "account_types", "channel", NULL };
    static const char *const  origin[] = {
        "compiled_on", "compiler_agent_version", "compiler_version",
        "human_reviewer", NULL
    };
    ckp_at_t                  meta;
    ckp_at_t                  out;

    if (ckp_parse_object(ps, &ps->out.root, "retrieval_metadata", &meta)) {
        root_lists(ps, &meta, lists, false);
        root_texts(ps, &meta, domains);
        root_alias(ps, &meta, "intents", "primary_intents");
        root_alias(ps, &meta, "domain", "business_domain");

        if (ckp_parse_find(ps, &meta, "applicability", &out)) {
            if (json_is_object(out.value)) {
                root_lists(ps, &out, where, true);
            } else {
                root_odd(ps, &out, "applicability", "an object");
            }
        }
    }

    if (ckp_parse_object(ps, &ps->out.root, "provenance", &meta)) {
        root_texts(ps, &meta, origin);
        root_alias(ps, &meta, "compiler_version", "compiler_agent_version");
        root_sources(ps, &meta);
    }
}


static void
root_shapes(ckp_parse_t *ps)
{
    static const char *const  objects[] = { "contract", "prompt_templates",
                                            "tools" };
    static const ckp_word_t   channels[] = {
        { "dev", 0 }, { "qa", 0 }, { "prod", 0 }, { NULL, 0 }
    };
    ckp_at_t                  out;

    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        (void) ckp_parse_object(ps, &ps->out.root, objects[i], &out);
    }

    if (ckp_parse_object(ps, &ps->out.root, "contract", &out)) {
        ckp_at_t  schema;

        if (ckp_parse_object(ps, &out, "inputs", &schema)) {
            ckp_contract_at(ps, &schema);
        }

        if (ckp_parse_object(ps, &out, "outputs", &schema)) {
            ckp_contract_at(ps, &schema);
        }
    }

    if (ckp_parse_object(ps, &ps->out.root, "release", &out)) {
        (void) ckp_parse_word(ps, &out, "channel", channels, 0, 302);
    }

    (void) ckp_parse_array(ps, &ps->out.root, "tags", &out);
    (void) ckp_parse_str(ps, &ps->out.root, "description");
}


void
ckp_root_read(ckp_parse_t *ps)
{
    ckp_program_t *const  prog = ps->prog;

    root_identity(ps);
    prog->name = ckp_parse_str(ps, &ps->out.root, "name");

    if (prog->name == NULL || prog->name[0] == '\0') {
        prog->name = prog->procedure_id;
    }

    prog->project_id = ckp_parse_str(ps, &ps->out.root, "project_id");
    root_status(ps);
    root_language(ps);
    root_metadata(ps);
    root_shapes(ps);
    ckp_root_prompts(ps);

    if (ps->out.form != 'D' && ps->out.form != 'E') {
        ckp_parse_known(ps, &ps->out.root, ckp_known_document,
                        ckp_parse_is_flat(ps) ? root_flat
                        : ps->out.start_at.up == &ps->out.root ? root_start
                                                               : NULL);
    }
}
