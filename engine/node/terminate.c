/*
 * terminate: the run ends here (spec/ckp.md 10.12).
 */

#include <string.h>

#include "node/body.h"
#include "node/node.h"
#include "node/parse.h"
#include "node/terminate.h"
#include "node/types.h"


/*
 * A text that is the name of a variable means its value.  One that is only
 * written on some way may be unbound when the run ends; then the text stands
 * for itself.
 */
static json_t *
terminate_output(ckp_parse_t *ps, const json_t *value)
{
    const char *const  text = json_string_value(value);
    bool               declared = false;

    if (text == NULL
        || strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789_") != strlen(text)
        || !ckp_parse_knows(ps, text, &declared))
    {
        return json_incref((json_t *) value);
    }

    return declared ? json_sprintf("{{%s}}", text)
                    : json_sprintf("{{%s | '%s'}}", text, text);
}


static void
terminate_outputs(ckp_parse_t *ps, const ckp_at_t *at, ckp_terminate_t *end)
{
    ckp_at_t       out;
    json_t        *made;
    const char    *name;
    const json_t  *value;

    /* form E: all of one value, which is an object */

    value = json_object_get(at->value, "$outputs");

    if (value != NULL && ckp_parse_form(ps) == 'E') {
        end->outputs = ckp_parse_made(ps, at, json_incref((json_t *) value),
                                      CKP_SECRET_WARNS);
        return;
    }

    if (!ckp_parse_object(ps, at, "outputs", &out)) {
        return;
    }

    made = json_object();

    json_object_foreach((json_t *) out.value, name, value) {
        const bool  reserved = strncmp(name, "__", 2) == 0
                               || strcmp(name, "secrets") == 0;

        if (reserved) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 413,
                                             .field = name },
                          "'%.120s' is a reserved name", name);

        } else if (name[0] != '_' && name[0] != '$') {
            json_object_set_new(made, name, terminate_output(ps, value));
        }
    }

    end->outputs = ckp_parse_made(ps, &out, made, CKP_SECRET_WARNS);
}


static ckp_code_t
terminate_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    static const ckp_word_t  words[] = {
        { "success", CKP_END_COMPLETED }, { "succeeded", CKP_END_COMPLETED },
        { "completed", CKP_END_COMPLETED }, { "failed", CKP_END_FAILED },
        { "failure", CKP_END_FAILED }, { "error", CKP_END_FAILED },
        { "rejected", CKP_END_FAILED }, { "canceled", CKP_END_CANCELED },
        { "cancelled", CKP_END_CANCELED }, { NULL, 0 }
    };
    const ckp_at_t *const    at = ckp_parse_here(ps);
    ckp_terminate_t         *end;
    ckp_sequence_t           steps = { .steps = NULL };

    (void) doc;

    end = ckp_parse_alloc(ps, sizeof(ckp_terminate_t));
    node->u.terminate = end;

    if (end == NULL) {
        return CKP_E_NOMEM;
    }

    end->status = (ckp_end_t) ckp_parse_word(ps, at, "status", words,
                                             CKP_END_COMPLETED, 403);
    terminate_outputs(ps, at, end);
    end->undo = ckp_parse_flag(ps, at, "compensate");
    end->message = ckp_parse_template(ps, at, "message", CKP_SECRET_WARNS);
    end->audit = ckp_parse_template(ps, at, "final_audit_log",
                                    CKP_SECRET_WARNS);

    ckp_parse_steps(ps, at, "cleanup_actions", CKP_STEPS_CLEANUP, &steps);
    end->cleanup = steps.steps;
    end->ncleanup = steps.nsteps;

    steps = (ckp_sequence_t) { .steps = NULL };
    ckp_parse_steps(ps, at, "error_actions", CKP_STEPS_CLEANUP, &steps);
    end->error_actions = steps.steps;
    end->nerror_actions = steps.nsteps;

    return ckp_parse_end(ps);
}


const ckp_node_ops_t  ckp_node_terminate = {
    .type = "terminate",
    .parse = terminate_parse,
    .enter = ckp_terminate_enter,
    .wake = ckp_terminate_wake,
};
