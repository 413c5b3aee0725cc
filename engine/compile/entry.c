/*
 * A node: what all types share, then its type's own (spec/ckp.md 9).
 */

#include <string.h>

#include "compile/parse_int.h"
#include "node/node.h"

static bool
entry_is(const ckp_entry_t *entry, const char *type)
{
    return entry->type != NULL && strcmp(entry->type, type) == 0;
}


/* --- what all types share ------------------------------------------------------------ */


static const char *
entry_label(ckp_parse_t *ps, const ckp_entry_t *entry)
{
    const char *const  description = ckp_parse_str(ps, &entry->at,
                                                   "description");
    const char *const  name = ckp_parse_str(ps, &entry->at, "name");

    if (description != NULL && description[0] != '\0') {
        return description;
    }

    return (name != NULL && name[0] != '\0') ? name : entry->id;
}


static void
entry_times(ckp_parse_t *ps, const ckp_entry_t *entry)
{
    ckp_node_t *const  node = ps->node;

    node->timeout = ps->policy.timeout;
    ckp_timeout_member(ps, &entry->at, &node->timeout);
    ps->policy.timeout = node->timeout;

    if (!entry_is(entry, "human_approval")) {
        node->timeout_ms = ckp_parse_ms32(ps, &entry->at, "timeout_ms", 0,
                                          314);
    }

    if (node->timeout_ms > ps->prog->config.timeout_ms) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &entry->at, .number = 313,
                                         .field = "timeout_ms" },
                      "the node may take longer than its run");
    }
}


static void
entry_next(ckp_parse_t *ps, const ckp_entry_t *entry)
{
    ckp_node_t *const  node = ps->node;

    if (entry->next != NULL) {
        ckp_at_t  at = entry->at;

        if (json_object_get(at.value, "transitions") != NULL) {
            at = (ckp_at_t) { .up = &entry->at, .key = "transitions",
                              .value = at.value };
        }

        node->next = ckp_target_at(ps, &at, entry->next);
        return;
    }

    node->next = ckp_parse_target(ps, &entry->at, "next_node");

    if (node->next.kind != CKP_TO_NOTHING && entry_is(entry, "terminate")) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &entry->at, .number = 131,
                                         .field = "next_node" },
                      "the run ends here: 'next_node' is never taken");
    }
}


static void
entry_common(ckp_parse_t *ps, const ckp_entry_t *entry)
{
    ckp_node_t *const      node = ps->node;
    const ckp_at_t *const  at = &entry->at;
    ckp_at_t               out;

    node->name = entry_label(ps, entry);
    node->agent = ckp_parse_str(ps, at, "agent");

    if (node->agent != NULL && node->agent[0] == '\0') {
        node->agent = NULL;
    }

    (void) ckp_retry_member(ps, at, "retry_policy", &ps->policy.retry);
    ckp_external_node(ps, at);
    entry_times(ps, entry);

    if (!entry_is(entry, "logic")) {
        node->condition = ckp_parse_expr(ps, at, "condition");
    }

    if (ckp_parse_object(ps, at, "inputs", &out)) {
        node->inputs = ckp_template_at(ps, &out, out.value, CKP_SECRET_WARNS);
    }

    if (!entry_is(entry, "terminate") && !entry_is(entry, "llm_action")) {
        ckp_parse_mappings(ps, at, "outputs", &node->outputs,
                           &node->noutputs);
    }

    node->is_checkpoint = ckp_parse_bool(ps, at, "is_checkpoint", false);
    ckp_handlers_read(ps, at, &node->handlers, &node->nhandlers);

    if (!entry_is(entry, "dag")) {
        ckp_on_error_read(ps, at, &node->on_error, &node->non_error);
    }

    node->sla = ckp_sla_read(ps, at);
    node->undo = ckp_undo_read(ps, at, node->id);
    node->telemetry = ckp_telemetry_read(ps, at);
}


/* --- types that nobody knows --------------------------------------------------------- */


static void
entry_unknown(ckp_parse_t *ps, const ckp_entry_t *entry)
{
    ckp_at_t    at = { .up = &entry->at, .key = "type",
                       .value = json_object_get(entry->at.value, "type") };
    ckp_near_t  near;

    if (at.value == NULL) {
        at.key = "node_type";
    }

    if (entry->written == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 15,
                                         .field = at.key },
                      "'%s' must be a string", at.key);

    } else {
        ckp_near_init(ps, &near, entry->written);
        ckp_near_list(&near, " sequence logic loop parallel processing"
                      " verification llm_action human_approval transform"
                      " subflow terminate dag ");
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 110,
                                         .field = at.key,
                                         .hint = ckp_near_hint(ps, &near) },
                      "'%.120s' is no node type", entry->written);
    }

    entry_next(ps, entry);
}


static void
entry_alias(ckp_parse_t *ps, const ckp_entry_t *entry)
{
    const ckp_at_t     at = { .up = &entry->at, .key = "type",
                              .value = json_object_get(entry->at.value,
                                                       "type") };
    const char        *hint;

    if (entry->written == NULL || entry->type == NULL || at.value == NULL
        || strcmp(entry->written, entry->type) == 0)
    {
        return;
    }

    hint = ckp_arena_printf(ps->arena, "use '%s'", entry->type);
    ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 91,
                                     .field = "type", .hint = hint },
                  "'%s' is another name of '%s'", entry->written,
                  entry->type);
}


/* --- bodies ------------------------------------------------------------------------------- */


static ckp_node_t *
entry_body(ckp_parse_t *ps, const ckp_body_t *body, const ckp_entry_t *entry)
{
    ckp_node_t *const  node = ckp_parse_alloc(ps, sizeof(ckp_node_t));

    if (node == NULL) {
        return NULL;
    }

    ps->owner = (ps->owner == NULL) ? ps->node : ps->owner;
    ps->entry = entry;
    ps->node = node;
    ps->step_id = NULL;
    ps->retries = body->retries;

    if (body->retry != NULL) {
        ps->policy.retry = *body->retry;
    }

    if (body->step_ms > 0) {
        ps->policy.timeout.step_ms = body->step_ms;
    }

    node->id = body->id;
    node->ops = body->ops;
    node->pointer = ckp_at_text(ps, &entry->at);
    entry_common(ps, entry);

    if (body->name != NULL) {
        node->name = body->name;
    }

    if (body->ops->parse(ps, entry->at.value, node) != CKP_OK) {
        ps->nomem = true;
    }

    ckp_fields_check(ps, entry);

    return ps->nomem ? NULL : node;
}


ckp_node_t *
ckp_parse_body(ckp_parse_t *ps, const ckp_body_t *body)
{
    const ckp_parse_t  held = *ps;
    ckp_entry_t        entry = { .id = body->id, .at = body->at,
                                 .type = body->type, .ops = body->ops,
                                 .told = body->id, .owner = SIZE_MAX };
    ckp_node_t        *node;

    entry.at.as = body->as;

    if (ps->entry != NULL) {
        entry.told = ps->entry->told;
    }

    node = entry_body(ps, body, &entry);
    ps->owner = held.owner;
    ps->entry = held.entry;
    ps->node = held.node;
    ps->step_id = held.step_id;
    ps->retries = held.retries;
    ps->policy = held.policy;

    return node;
}


bool
ckp_parse_is_body(const ckp_parse_t *ps)
{
    return ps->owner != NULL;
}


/* --- all of them ------------------------------------------------------------------------ */


static void
entry_read(ckp_parse_t *ps, size_t i)
{
    const ckp_entry_t *const  entry = &ps->out.entries[i];
    const ckp_policy_t        policy = ps->policy;
    ckp_node_t *const         node = &ps->prog->nodes[i];

    ps->entry = entry;
    ps->node = node;
    node->pointer = ckp_at_text(ps, &entry->at);

    if (entry->ops == NULL) {
        entry_unknown(ps, entry);

    } else {
        entry_alias(ps, entry);

        if (entry->owner == SIZE_MAX) {
            entry_common(ps, entry);
        } else {
            node->name = entry->id;
        }

        entry_next(ps, entry);

        if (entry->ops->parse(ps, entry->at.value, node) != CKP_OK) {
            ps->nomem = true;
        }
    }

    ckp_fields_check(ps, entry);
    ps->entry = NULL;
    ps->node = NULL;
    ps->policy = policy;
}


void
ckp_nodes_read(ckp_parse_t *ps)
{
    for (size_t i = 0; i < ps->out.n && !ps->nomem; i++) {
        entry_read(ps, i);
    }
}
