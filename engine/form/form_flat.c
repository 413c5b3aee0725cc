/*
 * Forms B and C: nodes in an array.  What the canonical form says otherwise -
 * transitions, the order of the array - becomes successors here, so that the
 * rest of the compiler sees nodes alone (spec/ckp.md 1.3, 1.4).
 */

#include <string.h>

#include "compile/parse_int.h"


static bool
flat_is_type(const ckp_entry_t *entry, const char *wanted)
{
    const json_t  *type = json_object_get(entry->at.value, "type");
    const char    *canonical;

    if (!json_is_string(type)) {
        type = json_object_get(entry->at.value, "node_type");
    }

    if (!json_is_string(type)) {
        return strcmp(wanted, "sequence") == 0;
    }

    canonical = ckp_alias_type(json_string_value(type));

    return canonical != NULL && strcmp(canonical, wanted) == 0;
}


/* A transition that is always taken. */
static bool
flat_is_always(const json_t *transition)
{
    const json_t *const  c = json_object_get(transition, "condition");
    const char *const    text = json_string_value(c);

    return c == NULL || json_is_null(c) || json_is_true(c)
           || (text != NULL && (strcmp(text, "always") == 0
                                || strcmp(text, "true") == 0));
}


/*
 * The node behind a node that has conditional transitions: it holds them as
 * rules and stands, for diagnostics, where the author wrote them.
 */
static void
flat_route(ckp_parse_t *ps, size_t of)
{
    const ckp_entry_t   entry = ps->out.entries[of];
    const char *const   id = ckp_arena_printf(ps->arena, "%.200s__route",
                                              entry.id);
    ckp_entry_t        *route;
    json_t             *doc;
    ckp_at_t            at = entry.at;

    doc = json_pack("{s:s, s:O}", "type", "logic", "transitions",
                    json_object_get(entry.at.value, "transitions"));

    if (id == NULL || ckp_program_own_json(ps->prog, doc) == NULL) {
        ps->nomem = true;
        return;
    }

    at.value = doc;
    route = ckp_outline_add(ps, id, &at);

    if (route != NULL) {
        route->told = entry.id;
        route->owner = of;
        ps->out.entries[of].next = id;
    }
}


static void
flat_transitions(ckp_parse_t *ps, size_t i)
{
    ckp_entry_t *const   entry = &ps->out.entries[i];
    const json_t *const  list = json_object_get(entry->at.value, "transitions");
    const json_t        *first = json_array_get(list, 0);
    const char          *target;

    if (!json_is_array(list) || json_array_size(list) == 0
        || flat_is_type(entry, "logic"))
    {
        return;
    }

    target = json_string_value(json_object_get(first, "target_node_id"));

    if (flat_is_always(first) && target != NULL) {
        entry->next = target;
        return;
    }

    flat_route(ps, i);
}


/* --- form C: the next element follows -------------------------------------- */


static void
flat_mark(void *data, const char *id)
{
    json_object_set_new(data, id, json_true());
}


/* Every string of the node's members that name nodes. */
static void
flat_targets(json_t *named, const json_t *value)
{
    static const char  keys[] =
        " next_node next next_node_id target_node_id default_next_node"
        " default_next default_next_node_id on_true on_false on_pass on_fail"
        " on_approve on_approved on_reject on_rejected on_timeout on_timed_out"
        " on_error fallback_node escalation_handler escalate_to body_node"
        " loop_body body_node_id start_node start_node_id entry_node target ";
    const char    *key;
    const json_t  *member;
    size_t         i;

    if (json_is_array(value)) {
        json_array_foreach(value, i, member) {
            flat_targets(named, member);
        }

        return;
    }

    json_object_foreach((json_t *) value, key, member) {
        if (json_is_string(member) && ckp_word_in(keys, key)) {
            flat_mark(named, json_string_value(member));

        } else if (strcmp(key, "params") != 0) {
            flat_targets(named, member);
        }
    }
}


static bool
flat_has_successor(const ckp_entry_t *entry)
{
    static const char *const  keys[] = {
        "next_node", "next", "next_node_id", "transitions", "on_approve",
        "on_approved", "on_true", "on_pass"
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (json_object_get(entry->at.value, keys[i]) != NULL) {
            return true;
        }
    }

    return false;
}


static void
flat_fall_through(ckp_parse_t *ps)
{
    json_t *const  named = json_object();

    if (named == NULL) {
        ps->nomem = true;
        return;
    }

    flat_targets(named, ps->out.places[1].value);

    for (size_t i = 0; i + 1 < ps->out.n; i++) {
        ckp_entry_t *const  entry = &ps->out.entries[i];
        const char *const   after = ps->out.entries[i + 1].id;

        if (!flat_is_type(entry, "terminate") && !flat_is_type(entry, "logic")
            && !flat_has_successor(entry)
            && json_object_get(named, after) == NULL)
        {
            entry->next = after;
        }
    }

    json_decref(named);
}


/* --- the list ---------------------------------------------------------------- */


static void
flat_add(ckp_parse_t *ps, size_t i)
{
    static const char *const  keys[] = { "node_id", "id" };
    const bool                c = ps->out.form == 'C';
    ckp_at_t                  at;
    ckp_at_t                  id;

    ckp_parse_element(&ps->out.places[1], i, &at);

    if (!json_is_object(at.value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 15 },
                      "a node must be an object");
        return;
    }

    if (!ckp_parse_find(ps, &at, keys[c], &id)
        && !ckp_parse_find(ps, &at, keys[!c], &id))
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 18,
                                         .field = keys[c] },
                      "a node without '%s'", keys[c]);
        return;
    }

    if (!json_is_string(id.value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &id, .number = 15,
                                         .field = id.key },
                      "'%s' must be a string", id.key);
        return;
    }

    (void) ckp_outline_add(ps, json_string_value(id.value), &at);
}


static void
flat_start(ckp_parse_t *ps)
{
    static const char *const  keys[] = { "start_node_id", "entry",
                                         "start_node" };
    ckp_at_t                  at;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (ckp_parse_find(ps, &ps->out.root, keys[i], &at)) {
            ps->out.start_at = at;
            ps->out.start = json_string_value(at.value);
            return;
        }
    }

    if (ps->out.form == 'C' && ps->out.n > 0) {
        ps->out.start = ps->out.entries[0].id;
        ps->out.start_at = ps->out.entries[0].at;
    }
}


void
ckp_form_flat(ckp_parse_t *ps)
{
    ckp_at_t *const  nodes = &ps->out.places[1];
    size_t           n;

    if (ckp_parse_array(ps, &ps->out.root, "nodes", nodes)) {
        n = json_array_size(nodes->value);

        if (n > CKP_NODES_MAX) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = nodes, .number = 6 },
                          "%zu nodes, at most %d", n, CKP_NODES_MAX);
            n = CKP_NODES_MAX;
        }

        for (size_t i = 0; i < n; i++) {
            flat_add(ps, i);
        }
    }

    flat_start(ps);
    n = ps->out.n;

    if (ps->out.form == 'C') {
        flat_fall_through(ps);
    }

    for (size_t i = 0; i < n; i++) {
        flat_transitions(ps, i);
    }
}
