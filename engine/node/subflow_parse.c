/*
 * subflow: its fields (spec/ckp.md 10.10).
 */

#include <string.h>

#include "base/json.h"
#include "node/body.h"
#include "node/parse.h"
#include "node/subflow_int.h"

#define SUBFLOW_NAMES_MAX  1000


/* flags: names in output_mapping are the child's, which nobody knows here. */

static void
subflow_map(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    unsigned flags, ckp_sub_map_t **list, size_t *n)
{
    ckp_at_t     out;
    const char  *name;
    json_t      *value;

    if (!ckp_parse_object(ps, at, key, &out)) {
        return;
    }

    if (json_object_size(out.value) > SUBFLOW_NAMES_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 6,
                                         .field = key },
                      "%zu names, at most %d", json_object_size(out.value),
                      SUBFLOW_NAMES_MAX);
        return;
    }

    *list = ckp_parse_alloc(ps, (json_object_size(out.value) + 1)
                                * sizeof(ckp_sub_map_t));

    json_object_foreach((json_t *) out.value, name, value) {
        const char *const  text = json_string_value(value);

        if (*list == NULL || name[0] == '_' || name[0] == '$') {
            continue;
        }

        (*list)[(*n)++] = (ckp_sub_map_t) {
            .to = name,
            .name = text != NULL && strstr(text, "{{") == NULL ? text : NULL,
            .value = ckp_parse_template(ps, &out, name, flags)
        };
    }
}


/* A version that may be another one tomorrow is told, or is wrong. */

static void
subflow_version(ckp_parse_t *ps, const ckp_at_t *at, const ckp_subflow_t *sub)
{
    const ckp_version_kind_t  kind = ckp_version_kind(sub->version);
    const json_t *const       policy = ckp_parse_config(ps, "subflow_policy");

    if (kind == CKP_VERSION_WRONG) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 709,
                                         .field = "version" },
                      "'%.60s' is no version, range of versions or channel",
                      sub->version);

    } else if (kind != CKP_VERSION_EXACT && sub->pin != CKP_SUB_PIN_IMPORT) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 707,
                          .field = "version", .hard =
                          ckp_json_bool(policy, "require_pinned", false) },
                      "version '%.60s' is not pinned", sub->version);
    }
}


/* What the procedure says of its children as a whole: subflow_policy. */

static void
subflow_allowed(ckp_parse_t *ps, const ckp_at_t *at, const ckp_subflow_t *sub)
{
    const json_t *const  policy = ckp_parse_config(ps, "subflow_policy");
    const json_t *const  allow = json_object_get(policy, "allow");
    bool                 allowed = !json_is_array(allow);

    for (size_t i = 0; i < json_array_size(allow) && !allowed; i++) {
        const char *const  id = json_string_value(json_array_get(allow, i));

        allowed = id != NULL && strcmp(id, sub->procedure_id) == 0;
    }

    if (!allowed) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 708,
                                         .field = "procedure_id" },
                      "'%.120s' is not among the procedures that "
                      "subflow_policy allows", sub->procedure_id);
    }
}


static void
subflow_who(ckp_parse_t *ps, const ckp_at_t *at, ckp_subflow_t *sub)
{
    const char *const  version = ckp_parse_str(ps, at, "version");

    sub->procedure_id = ckp_parse_str(ps, at, "procedure_id");
    sub->version = version == NULL || version[0] == '\0' ? "latest" : version;

    if (sub->procedure_id == NULL || sub->procedure_id[0] == '\0') {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 701,
                                         .field = "procedure_id" },
                      "a subflow without 'procedure_id'");
        return;
    }

    if (ckp_parse_is_own_id(ps, sub->procedure_id)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 702,
                                         .field = "procedure_id" },
                      "a procedure does not call itself");
    }

    subflow_version(ps, at, sub);
    subflow_allowed(ps, at, sub);
    ckp_parse_refer(ps, at, &(ckp_refer_t) {
        .procedure_id = sub->procedure_id, .version = sub->version,
        .imported = sub->pin == CKP_SUB_PIN_IMPORT, .inherits = sub->inherit
    });
}


static void
subflow_place(ckp_parse_t *ps, const ckp_at_t *at, ckp_subflow_t *sub)
{
    static const ckp_word_t  places[] = {
        { "inline", 0 }, { "child_run", 1 }, { NULL, 0 }
    };
    const bool               waits = ckp_parse_bool(ps, at, "wait", true);

    sub->apart = ckp_parse_word(ps, at, "isolation", places, 0, 302) == 1;
    sub->awaited = waits || !sub->apart;

    if (!waits && !sub->apart) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 92,
                                         .field = "wait" },
                      "'wait' is about isolation child_run alone");
    }
}


ckp_code_t
ckp_subflow_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    static const ckp_word_t  policies[] = {
        { "pin_on_start", CKP_SUB_PIN_START },
        { "pin_on_import", CKP_SUB_PIN_IMPORT },
        { "floating", CKP_SUB_FLOATING }, { NULL, 0 }
    };
    static const ckp_word_t  failures[] = {
        { "fail_parent", CKP_SUB_FAIL }, { "continue", CKP_SUB_CONTINUE },
        { "ignore", CKP_SUB_CONTINUE }, { "retry", CKP_SUB_RETRY },
        { NULL, 0 }
    };
    const ckp_at_t *const    at = ckp_parse_here(ps);
    ckp_subflow_t *const     sub = ckp_parse_alloc(ps, sizeof(*sub));
    ckp_at_t                 out;

    (void) doc;

    node->u.subflow = sub;

    if (sub == NULL) {
        return CKP_E_NOMEM;
    }

    sub->pin = (ckp_sub_pin_t) ckp_parse_word(ps, at, "version_policy",
                                   policies, CKP_SUB_PIN_START, 302);
    sub->inherit = ckp_parse_bool(ps, at, "inherit_context", false);
    subflow_who(ps, at, sub);
    sub->failure = (ckp_sub_failure_t) ckp_parse_word(ps, at, "on_failure",
                       failures, CKP_SUB_FAIL, 302);
    subflow_place(ps, at, sub);
    ckp_parse_inherited(ps, &sub->retry);       /* the node's own included */

    subflow_map(ps, at, "input_mapping", CKP_SECRET_WARNS, &sub->in,
                &sub->nin);
    sub->maps_out = ckp_parse_find(ps, at, "output_mapping", &out);
    subflow_map(ps, at, "output_mapping",
                CKP_SECRET_WARNS | CKP_WITH_ELEMENT, &sub->out, &sub->nout);

    return ckp_parse_end(ps);
}
