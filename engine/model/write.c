/*
 * The table of write kinds with the members each row must have.
 */

#include "model/write.h"

#include <string.h>

typedef struct {
    const char  *table;
    const char  *must[8];       /* ends with NULL */
} write_kind_t;

static const write_kind_t  write_kinds[] = {
    { "journal",
      { "path", "node_id", "step_id", "key", "status", "attempts", NULL } },
    { "lease",
      { "path", "node_id", "step_id", "agent_id", "resource_key", "limit",
        "ttl_ms", NULL } },
    { "lease_release", { "path", "resource_key", NULL } },
    { "approval",
      { "approval_id", "path", "node_id", "prompt", "decision_type",
        "approval_level", "expires_at", NULL } },
    { "approval_end", { "approval_id", "status", NULL } },
    { "checkpoint",
      { "checkpoint_id", "seq", "node_id", "path", "reason", "state", NULL } },
    { "artifact",
      { "artifact_id", "node_id", "step_id", "kind", "uri", NULL } },
    { "delegation",
      { "ref", "path", "node_id", "step_id", "tokens", NULL } },
    { "delegation_end", { "ref", "status", NULL } },
    { "once", { "path", "scope", "key", "status", "ttl_s", NULL } },
    { "order", { "order_id", "from", "to", "path", NULL } },
    { "budget", { "key", "nusd", NULL } },
    { "memory", { "op", "project", "procedure", "key", "value", NULL } },
    { "child",
      { "run_id", "procedure_id", "version", "hash", "meta", "shown",
        "events", NULL } },
    { "child_cancel", { "run_id", "reason", NULL } },
    { "parent", { "run_id", "data", NULL } }
};


static const write_kind_t *
write_find(const char *table)
{
    for (size_t i = 0; i < sizeof(write_kinds) / sizeof(write_kinds[0]); i++) {
        if (strcmp(write_kinds[i].table, table) == 0) {
            return &write_kinds[i];
        }
    }

    return NULL;
}


const char *
ckp_write_kind(const char *table)
{
    const write_kind_t *const  kind = write_find(table);

    return kind == NULL ? NULL : kind->table;
}


bool
ckp_write_fits(const char *table, const json_t *row)
{
    const write_kind_t *const  kind = write_find(table);

    if (kind == NULL) {
        return false;
    }

    for (const char *const *name = kind->must; *name != NULL; name++) {
        if (json_object_get(row, *name) == NULL) {
            return false;
        }
    }

    return true;
}
