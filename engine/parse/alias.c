/*
 * Old spellings: Annex A of spec/ckp.md as tables, one for each kind of object.
 * The first alias that an object has counts.
 */

#include <string.h>

#include "compile/parse_int.h"

typedef struct {
    const char  *alias;
    const char  *canonical;
} alias_t;

static const alias_t  alias_root[] = {
    { "procedure_version", "version" },
    { NULL, NULL }
};

static const alias_t  alias_config[] = {
    { "delay_ms", "retry_delay_ms" },
    { NULL, NULL }
};

/* Behind those of the type itself, for every node. */
static const alias_t  alias_node[] = {
    { "next", "next_node" },
    { "next_node_id", "next_node" },
    { "dispatch_mode", "workflow_dispatch_mode" },
    { "rollback", "compensate" },
    { "node_type", "type" },
    { NULL, NULL }
};

static const alias_t  alias_logic[] = {
    { "branches", "rules" },
    { "transitions", "rules" },
    { "default_next", "default_next_node" },
    { "default_next_node_id", "default_next_node" },
    { "expression", "condition" },
    { "condition_expr", "condition" },
    { "condition_expression", "condition" },
    { NULL, NULL }
};

static const alias_t  alias_rule[] = {
    { "next", "next_node" },
    { "target_node_id", "next_node" },
    { "next_node_id", "next_node" },
    { "expression", "condition" },
    { "condition_expr", "condition" },
    { "condition_expression", "condition" },
    { NULL, NULL }
};

static const alias_t  alias_approval[] = {
    { "approval_message", "prompt" },
    { "message", "prompt" },
    { "title", "prompt" },
    { "on_approved", "on_approve" },
    { "on_rejected", "on_reject" },
    { "on_timed_out", "on_timeout" },
    { "timeout_minutes", "timeout_ms" },
    { "timeout_seconds", "timeout_ms" },
    { NULL, NULL }
};

static const alias_t  alias_terminate[] = {
    { "terminal_status", "status" },
    { NULL, NULL }
};

static const alias_t  alias_subflow[] = {
    { "subflow_id", "procedure_id" },
    { NULL, NULL }
};

static const alias_t  alias_verification[] = {
    { "rules", "checks" },
    { "on_failure", "on_fail" },
    { NULL, NULL }
};

static const alias_t  alias_check[] = {
    { "on_failure", "on_fail" },
    { "expression", "condition" },
    { "check", "condition" },
    { NULL, NULL }
};

static const alias_t  alias_loop[] = {
    { "loop_body", "body_node" },
    { "body_node_id", "body_node" },
    { "items", "iterator" },
    { "item_variable", "iterator_variable" },
    { "continue_condition", "while" },
    { NULL, NULL }
};

static const alias_t  alias_parallel[] = {
    { "wait_all", "wait_strategy" },
    { NULL, NULL }
};

static const alias_t  alias_branch[] = {
    { "start_node_id", "start_node" },
    { "entry_node", "start_node" },
    { "target", "start_node" },
    { "next_node", "start_node" },
    { "name", "branch_id" },
    { NULL, NULL }
};

static const alias_t  alias_step[] = {
    { "id", "step_id" },
    { "retry_config", "retry_policy" },
    { "dispatch_mode", "workflow_dispatch_mode" },
    { "rollback", "compensate" },
    { NULL, NULL }
};

static const alias_t  alias_operation[] = {
    { "output", "output_variable" },
    { "retry_config", "retry_policy" },
    { NULL, NULL }
};

static const alias_t  alias_transform[] = {
    { "source", "source_variable" },
    { "input", "source_variable" },
    { "output", "output_variable" },
    { NULL, NULL }
};

static const alias_t  alias_retry[] = {
    { "maxAttempts", "max_attempts" },
    { "delay_ms", "base_delay_ms" },
    { "retry_delay_ms", "base_delay_ms" },
    { "backoff_ms", "base_delay_ms" },
    { "initial_delay_ms", "base_delay_ms" },
    { "base_ms", "base_delay_ms" },
    { "backoff_multiplier", "multiplier" },
    { "factor", "multiplier" },
    { "cap_ms", "max_delay_ms" },
    { "backoff", "strategy" },
    { NULL, NULL }
};

static const alias_t  alias_task[] = {
    { "id", "task_id" },
    { "retry_policy", "retry" },
    { "retry_config", "retry" },
    { "rollback", "compensate" },
    { NULL, NULL }
};

/* node types: written, canonical */
static const alias_t  alias_types[] = {
    { "sequence", "sequence" },
    { "logic", "logic" },
    { "loop", "loop" },
    { "parallel", "parallel" },
    { "processing", "processing" },
    { "verification", "verification" },
    { "llm_action", "llm_action" },
    { "human_approval", "human_approval" },
    { "transform", "transform" },
    { "subflow", "subflow" },
    { "terminate", "terminate" },
    { "dag", "dag" },
    { "human_in_the_loop", "human_approval" },
    { "human_gate", "human_approval" },
    { "approval", "human_approval" },
    { "step", "sequence" },
    { "task", "sequence" },
    { "action", "sequence" },
    { "end", "terminate" },
    { "stop", "terminate" },
    { "condition", "logic" },
    { "branch", "logic" },
    { "switch", "logic" },
    { "foreach", "loop" },
    { "for_each", "loop" },
    { "llm", "llm_action" },
    { "llm_call", "llm_action" },
    { "assert", "verification" },
    { "call_procedure", "subflow" },
    { "workflow_dag", "dag" },
    { NULL, NULL }
};

static const alias_t  alias_none[] = {
    { NULL, NULL }
};


static const alias_t *
alias_table(ckp_as_t as)
{
    switch (as) {

    case CKP_AS_ROOT:
        return alias_root;

    case CKP_AS_CONFIG:
        return alias_config;

    case CKP_AS_LOGIC:
        return alias_logic;

    case CKP_AS_RULE:
        return alias_rule;

    case CKP_AS_APPROVAL:
        return alias_approval;

    case CKP_AS_TERMINATE:
        return alias_terminate;

    case CKP_AS_SUBFLOW:
        return alias_subflow;

    case CKP_AS_VERIFICATION:
        return alias_verification;

    case CKP_AS_CHECK:
        return alias_check;

    case CKP_AS_LOOP:
        return alias_loop;

    case CKP_AS_PARALLEL:
        return alias_parallel;

    case CKP_AS_BRANCH:
        return alias_branch;

    case CKP_AS_STEP:
        return alias_step;

    case CKP_AS_OPERATION:
        return alias_operation;

    case CKP_AS_TRANSFORM:
        return alias_transform;

    case CKP_AS_RETRY:
        return alias_retry;

    case CKP_AS_TASK:
        return alias_task;

    case CKP_AS_NODE:
    case CKP_AS_OTHER:
        return alias_none;
    }

    return alias_none;
}


/* Node types share the aliases of all nodes. */
static const alias_t *
alias_second(ckp_as_t as)
{
    switch (as) {

    case CKP_AS_NODE:
    case CKP_AS_LOGIC:
    case CKP_AS_APPROVAL:
    case CKP_AS_TERMINATE:
    case CKP_AS_SUBFLOW:
    case CKP_AS_VERIFICATION:
    case CKP_AS_LOOP:
    case CKP_AS_PARALLEL:
        return alias_node;

    case CKP_AS_OTHER:
    case CKP_AS_ROOT:
    case CKP_AS_CONFIG:
    case CKP_AS_RULE:
    case CKP_AS_CHECK:
    case CKP_AS_BRANCH:
    case CKP_AS_STEP:
    case CKP_AS_OPERATION:
    case CKP_AS_TRANSFORM:
    case CKP_AS_RETRY:
    case CKP_AS_TASK:
        return alias_none;
    }

    return alias_none;
}


static const char *
alias_search(const alias_t *table, const json_t *object, const char *key)
{
    for (size_t i = 0; table[i].alias != NULL; i++) {
        if (strcmp(table[i].canonical, key) == 0
            && json_object_get(object, table[i].alias) != NULL)
        {
            return table[i].alias;
        }
    }

    return NULL;
}


const char *
ckp_alias_find(const json_t *object, ckp_as_t as, const char *key)
{
    const char *const  alias = alias_search(alias_table(as), object, key);

    return (alias != NULL) ? alias
                           : alias_search(alias_second(as), object, key);
}


bool
ckp_alias_is(ckp_as_t as, const char *name)
{
    const alias_t *const  tables[] = { alias_table(as), alias_second(as) };

    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; tables[t][i].alias != NULL; i++) {
            if (strcmp(tables[t][i].alias, name) == 0) {
                return true;
            }
        }
    }

    return false;
}


const char *
ckp_alias_type(const char *written)
{
    for (size_t i = 0; alias_types[i].alias != NULL; i++) {
        if (strcmp(alias_types[i].alias, written) == 0) {
            return alias_types[i].canonical;
        }
    }

    return NULL;
}


const char *
ckp_alias_nth(ckp_as_t as, const char *key, size_t i)
{
    const alias_t *const  tables[] = { alias_table(as), alias_second(as) };

    for (size_t t = 0; t < 2; t++) {
        for (const alias_t *a = tables[t]; a->alias != NULL; a++) {
            if (strcmp(a->canonical, key) == 0 && i-- == 0) {
                return a->alias;
            }
        }
    }

    return NULL;
}


const char *
ckp_alias_type_nth(const char *type, size_t i)
{
    for (const alias_t *a = alias_types; a->alias != NULL; a++) {
        if (strcmp(a->canonical, type) == 0 && strcmp(a->alias, type) != 0
            && i-- == 0)
        {
            return a->alias;
        }
    }

    return NULL;
}
