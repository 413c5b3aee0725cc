/*
 * parallel: its fields (spec/ckp.md 10.4).
 */

#include <string.h>

#include "node/body.h"
#include "node/parallel_int.h"
#include "node/parse.h"

#define PARALLEL_BRANCHES_MAX  64


static const ckp_word_t  parallel_waits[] = {
    { "all", CKP_WAIT_ALL }, { "any", CKP_WAIT_ANY },
    { "first", CKP_WAIT_FIRST }, { "none", CKP_WAIT_NONE }, { NULL, 0 }
};


const char *
ckp_parallel_word(ckp_wait_t wait)
{
    return parallel_waits[wait].word;
}


/* wait_all as a boolean is another spelling of it. */

static ckp_wait_t
parallel_wait(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t  out;

    if (ckp_parse_find(ps, at, "wait_strategy", &out)
        && json_is_boolean(out.value))
    {
        return json_is_true(out.value) ? CKP_WAIT_ALL : CKP_WAIT_ANY;
    }

    return (ckp_wait_t) ckp_parse_word(ps, at, "wait_strategy",
                                       parallel_waits, CKP_WAIT_ALL, 405);
}


/* A branch given as a text alone is its id and its first node. */

static void
parallel_text(ckp_parse_t *ps, const ckp_at_t *list, size_t i,
    ckp_branch_t *branch)
{
    const json_t *const  text = json_array_get(list->value, i);
    json_t *const        made = json_pack("{s:O}", "start_node", text);
    const ckp_at_t       at = {
        .up = list, .index = i, .as = CKP_AS_BRANCH,
        .value = ckp_parse_keep(ps, made)
    };

    branch->id = json_string_value(text);

    if (at.value != NULL) {
        branch->start = ckp_parse_inner(ps, &at, "start_node").node;
    }
}


static void
parallel_object(ckp_parse_t *ps, const ckp_at_t *at, size_t i,
    ckp_branch_t *branch)
{
    const ckp_target_t  to = ckp_parse_inner(ps, at, "start_node");
    ckp_at_t            out;

    branch->id = ckp_parse_str(ps, at, "branch_id");
    branch->start = to.node;
    branch->condition = ckp_parse_expr(ps, at, "condition");

    if (branch->id == NULL || branch->id[0] == '\0') {
        json_t *const  made = json_sprintf("branch_%zu", i + 1);

        branch->id = json_string_value(ckp_parse_keep(ps, made));

        if (!ckp_parse_is_flat(ps)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                             .field = "branch_id" },
                          "a branch without 'branch_id'");
        }
    }

    if (to.kind == CKP_TO_NOTHING
        && !ckp_parse_find(ps, at, "start_node", &out))
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                         .field = "start_node" },
                      "a branch without 'start_node'");
    }

    ckp_parse_known(ps, at, " branch_id start_node condition description "
                    "name id label metadata position ", NULL);
}


static void
parallel_twice(ckp_parse_t *ps, const ckp_at_t *at, const ckp_parallel_t *par,
    size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (par->branches[k].id != NULL && par->branches[i].id != NULL
            && strcmp(par->branches[k].id, par->branches[i].id) == 0)
        {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 102,
                              .code = "duplicate_branch",
                              .field = "branch_id" },
                          "branch '%.120s' is there twice",
                          par->branches[i].id);
            return;
        }
    }
}


static void
parallel_branches(ckp_parse_t *ps, const ckp_at_t *at, ckp_parallel_t *par)
{
    ckp_at_t  list;
    ckp_at_t  one;
    size_t    n;

    if (!ckp_parse_array(ps, at, "branches", &list)) {
        if (json_object_get(at->value, "branches") == NULL) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                             .field = "branches" },
                          "a parallel node without 'branches'");
        }

        return;
    }

    n = json_array_size(list.value);

    if (n > PARALLEL_BRANCHES_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 6,
                                         .field = "branches" },
                      "%zu branches, at most %d", n, PARALLEL_BRANCHES_MAX);
        return;
    }

    par->branches = ckp_parse_alloc(ps, (n + 1) * sizeof(ckp_branch_t));

    for (size_t i = 0; par->branches != NULL && i < n; i++) {
        ckp_parse_element(&list, i, &one);
        one.as = CKP_AS_BRANCH;

        if (json_is_string(one.value)) {
            parallel_text(ps, &list, i, &par->branches[i]);

        } else if (json_is_object(one.value)) {
            parallel_object(ps, &one, i, &par->branches[i]);

        } else {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 15,
                                             .field = "branches" },
                          "a branch must be an object or a node id");
        }

        parallel_twice(ps, &one, par, i);
        par->nbranches++;
    }
}


ckp_code_t
ckp_parallel_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    static const ckp_word_t  failures[] = {
        { "continue", CKP_BRANCH_CONTINUE }, { "stop", CKP_BRANCH_STOP },
        { "fail", CKP_BRANCH_STOP }, { "fail_immediately", CKP_BRANCH_STOP },
        { "retry", CKP_BRANCH_RETRY }, { NULL, 0 }
    };
    static const ckp_word_t  merges[] = {
        { "delta", 0 }, { "namespaced", 1 }, { NULL, 0 }
    };
    const ckp_at_t *const    at = ckp_parse_here(ps);
    ckp_parallel_t *const    par = ckp_parse_alloc(ps, sizeof(*par));

    (void) doc;

    node->u.parallel = par;

    if (par == NULL) {
        return CKP_E_NOMEM;
    }

    parallel_branches(ps, at, par);
    par->wait = parallel_wait(ps, at);
    par->failure = (ckp_branch_failure_t) ckp_parse_word(ps, at,
                       "branch_failure", failures, CKP_BRANCH_CONTINUE, 405);
    ckp_parse_inherited(ps, &par->retry);
    (void) ckp_parse_retry(ps, at, "branch_retry", &par->retry);
    par->side = ckp_parse_int(ps, at, "max_concurrency", 1,
                              PARALLEL_BRANCHES_MAX, 312);
    par->apart = ckp_parse_word(ps, at, "merge", merges, 0, 405) == 1;

    return ckp_parse_end(ps);
}
