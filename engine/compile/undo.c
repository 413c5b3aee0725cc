/*
 * What undoes a step or a node that was done: its compensation, read as the
 * body of a node of its own (spec/ckp.md 25).
 */

#include <string.h>

#include "base/json.h"
#include "compile/parse_int.h"
#include "node/body.h"


/* One step, or a list of them, as the node {agent, steps}. */

static const json_t *
undo_made(ckp_parse_t *ps, const ckp_at_t *at)
{
    json_t *const  list = json_is_array(at->value)
        ? json_incref((json_t *) at->value) : json_pack("[O]", at->value);
    json_t *const  made = json_pack("{s:o}", "steps", list);

    if (made != NULL && ps->node->agent != NULL) {
        (void) json_object_set_new(made, "agent",
                                   json_string(ps->node->agent));
    }

    if (ckp_parse_keep(ps, made) == NULL) {
        return NULL;
    }

    ckp_parse_stands(ps, made, at);
    ckp_parse_stands(ps, list, at);

    if (!json_is_array(at->value)) {
        ckp_parse_stands(ps, at->value, at);
    }

    return made;
}


const ckp_compensation_t *
ckp_undo_read(ckp_parse_t *ps, const ckp_at_t *at, const char *id)
{
    const bool   inside = ps->undoing;
    ckp_at_t     out;
    ckp_compensation_t  *undo;
    ckp_body_t   body = { .id = id, .ops = ckp_node_type("sequence"),
                          .as = CKP_AS_NODE };

    if (!ckp_parse_find(ps, at, "compensate", &out)
        || json_is_boolean(out.value))
    {
        return NULL;
    }

    if (inside) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 92,
                                         .field = "compensate" },
                      "what compensates is not compensated itself");
        return NULL;
    }

    if (!json_is_object(out.value) && !json_is_array(out.value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 15,
                                         .field = "compensate" },
                      "'compensate' must be a step or a list of steps");
        return NULL;
    }

    undo = ckp_parse_alloc(ps, sizeof(ckp_compensation_t));
    body.at = (ckp_at_t) { .up = at, .key = "compensate" };
    body.at.value = undo == NULL ? NULL : undo_made(ps, &out);

    if (body.at.value == NULL) {
        return NULL;
    }

    ps->undoing = true;
    undo->body = ckp_parse_body(ps, &body);
    ps->undoing = inside;
    undo->skip_when = ckp_parse_expr(ps, at, "skip_when");

    return undo->body == NULL || undo->body->u.sequence->nsteps == 0 ? NULL
                                                                     : undo;
}


/* global_config.compensation */

void
ckp_undo_config(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const ckp_word_t  words[] = {
        { "failure", 1 }, { "cancel", 2 }, { NULL, 0 }
    };
    static const ckp_word_t  orders[] = { { "reverse", 0 }, { NULL, 0 } };
    ckp_config_t *const      config = &ps->prog->config;
    ckp_at_t                 out;
    ckp_at_t                 list;
    ckp_at_t                 one;

    config->undo_failed = true;
    config->undo_ms = 300000;

    if (!ckp_parse_object(ps, at, "compensation", &out)) {
        return;
    }

    config->undo_ms = ckp_parse_ms(ps, &out, "timeout_ms", 300000, 314);
    config->undo_stops = ckp_parse_bool(ps, &out, "stop_on_error", false);
    (void) ckp_parse_word(ps, &out, "order", orders, 0, 302);
    ckp_parse_known(ps, &out, " on order timeout_ms stop_on_error ", NULL);

    if (!ckp_parse_array(ps, &out, "on", &list)) {
        return;
    }

    config->undo_failed = false;

    for (size_t i = 0; i < json_array_size(list.value); i++) {
        const char  *word;
        bool         known = false;

        ckp_parse_element(&list, i, &one);
        word = json_string_value(one.value);

        for (size_t k = 0; word != NULL && words[k].word != NULL; k++) {
            if (strcmp(words[k].word, word) == 0) {
                config->undo_failed |= words[k].value == 1;
                config->undo_canceled |= words[k].value == 2;
                known = true;
            }
        }

        if (!known) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 302,
                                             .field = "on" },
                          "may be: failure, cancel");
        }
    }
}
