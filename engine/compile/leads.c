/*
 * Where a node leads by its document alone: what drawing and explaining show,
 * also of documents that do not compile.
 */

#include <string.h>

#include "compile/parse_int.h"

typedef struct {
    ckp_parse_t  *ps;
    ckp_lead_pt   visit;
    void         *data;
} leads_t;


static void
leads_to(const leads_t *l, const ckp_at_t *at, const char *key,
    const char *label, bool inner)
{
    ckp_at_t  out;

    if (ckp_parse_find(l->ps, at, key, &out) && json_is_string(out.value)
        && json_string_length(out.value) > 0)
    {
        l->visit(l->ps, l->data, &out, label, inner);
    }
}


static const char *
leads_label(const char *text)
{
    return (text == NULL) ? "" : text;
}


static void
leads_logic(const leads_t *l, const ckp_at_t *at)
{
    const char  *one = NULL;
    ckp_at_t     rules;
    ckp_at_t     rule;
    ckp_at_t     condition;

    if (ckp_parse_find(l->ps, at, "rules", &rules)) {
        for (size_t i = 0; i < json_array_size(rules.value); i++) {
            const char  *text = NULL;

            ckp_parse_element(&rules, i, &rule);
            rule.as = CKP_AS_RULE;

            if (ckp_parse_find(l->ps, &rule, "condition", &condition)) {
                text = json_string_value(condition.value);
            }

            leads_to(l, &rule, "next_node", leads_label(text), false);
        }
    }

    if (ckp_parse_find(l->ps, at, "condition", &condition)) {
        one = json_string_value(condition.value);
    }

    leads_to(l, at, "on_true", leads_label(one), false);
    leads_to(l, at, "on_false", "default", false);
    leads_to(l, at, "default_next_node", "default", false);
}


static void
leads_approval(const leads_t *l, const ckp_at_t *at)
{
    ckp_at_t       out;
    ckp_at_t       option;
    const char    *key;
    const json_t  *value;

    leads_to(l, at, "on_approve", "approve", false);
    leads_to(l, at, "on_reject", "reject", false);
    leads_to(l, at, "on_timeout", "timeout", false);

    if (ckp_parse_find(l->ps, at, "options", &out)) {
        for (size_t i = 0; i < json_array_size(out.value); i++) {
            ckp_parse_element(&out, i, &option);
            leads_to(l, &option, "next_node",
                     leads_label(ckp_json_str(option.value, "value")),
                     false);
        }
    }

    if (ckp_parse_find(l->ps, at, "option_routes", &out)) {
        json_object_foreach((json_t *) out.value, key, value) {
            leads_to(l, &out, key, leads_label(key), false);
        }
    }
}


static void
leads_branches(const leads_t *l, const ckp_at_t *at)
{
    ckp_at_t     list;
    ckp_at_t     branch;
    ckp_at_t     id;
    const char  *name;

    if (!ckp_parse_find(l->ps, at, "branches", &list)) {
        return;
    }

    for (size_t i = 0; i < json_array_size(list.value); i++) {
        ckp_parse_element(&list, i, &branch);
        branch.as = CKP_AS_BRANCH;

        if (json_is_string(branch.value)) {
            name = ckp_arena_printf(l->ps->arena, "branch:%.80s",
                                    json_string_value(branch.value));
            l->visit(l->ps, l->data, &branch, name == NULL ? "" : name, true);
            continue;
        }

        name = NULL;

        if (ckp_parse_find(l->ps, &branch, "branch_id", &id)) {
            name = json_string_value(id.value);
        }

        name = (name != NULL)
               ? ckp_arena_printf(l->ps->arena, "branch:%.80s", name)
               : ckp_arena_printf(l->ps->arena, "branch:branch_%zu", i + 1);
        leads_to(l, &branch, "start_node", name == NULL ? "" : name, true);
    }
}


/* "goto:<node>" of a check. */
static void
leads_checks(const leads_t *l, const ckp_at_t *at)
{
    ckp_at_t  list;
    ckp_at_t  check;
    ckp_at_t  word;

    leads_to(l, at, "on_pass", "pass", false);
    leads_to(l, at, "on_fail", "fail", false);

    if (!ckp_parse_find(l->ps, at, "checks", &list)) {
        return;
    }

    for (size_t i = 0; i < json_array_size(list.value); i++) {
        const char  *text = NULL;

        ckp_parse_element(&list, i, &check);
        check.as = CKP_AS_CHECK;

        if (ckp_parse_find(l->ps, &check, "on_fail", &word)) {
            text = json_string_value(word.value);
        }

        if (text != NULL && strncmp(text, "goto:", 5) == 0) {
            json_t *const   id = json_string(text + 5 + strspn(text + 5, " "));
            const ckp_at_t  at_id = { .up = &check, .key = word.key,
                                      .value = ckp_program_own_json(
                                                   l->ps->prog, id) };

            if (at_id.value != NULL) {
                l->visit(l->ps, l->data, &at_id, "fail", false);
            }
        }
    }
}


void
ckp_leads(ckp_parse_t *ps, const ckp_entry_t *entry, ckp_lead_pt visit,
    void *data)
{
    const leads_t     l = { .ps = ps, .visit = visit, .data = data };
    const char *const type = (entry->type == NULL) ? "" : entry->type;
    const ckp_at_t    *at = &entry->at;

    if (strcmp(type, "logic") == 0) {
        leads_logic(&l, at);

    } else if (strcmp(type, "human_approval") == 0) {
        leads_approval(&l, at);

    } else if (strcmp(type, "loop") == 0) {
        leads_to(&l, at, "body_node", "loop body", true);

    } else if (strcmp(type, "parallel") == 0) {
        leads_branches(&l, at);

    } else if (strcmp(type, "llm_action") == 0) {
        leads_branches(&l, at);
        leads_to(&l, at, "default_branch", "default", false);

    } else if (strcmp(type, "verification") == 0) {
        leads_checks(&l, at);
    }

    if (entry->next != NULL) {
        json_t *const   id = ckp_program_own_json(ps->prog,
                                                  json_string(entry->next));
        const ckp_at_t  next = { .up = at, .key = "next_node", .value = id };

        if (id != NULL) {
            visit(ps, data, &next, "", false);
        }

    } else {
        leads_to(&l, at, "next_node", "", false);
    }
}
