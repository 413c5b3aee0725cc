/*
 * The catalogue of internal actions: every family's table, searched by name.
 */

#include "op/op_int.h"

#include <string.h>

static const ckp_op_t *const  op_families[] = {
    ckp_ops_flow, ckp_ops_value, ckp_ops_text, ckp_ops_parse, ckp_ops_sheet,
    ckp_ops_comm, ckp_ops_collection,
    ckp_ops_http, ckp_ops_crypto, ckp_ops_order,
    ckp_ops_memory, ckp_ops_checkpoint
};


/* Who asks the host, and who has something to do when the time has come. */

static const ckp_hosted_t  op_hosted[] = {
    { "http_request", "http", true, ckp_op_http_ask, ckp_op_http_after },
    { "parse_excel_data", "host", false, ckp_op_sheet_ask, NULL },
    { "hash", "host", true, ckp_op_hash_ask, NULL },
    { "encrypt", "host", true, ckp_op_encrypt_ask, NULL },
    { "decrypt", "host", true, ckp_op_decrypt_ask, NULL },
    { "memory_get", "host", false, ckp_op_memory_ask, ckp_op_memory_got },
    { "memory_append", "host", false, ckp_op_memory_ask,
      ckp_op_memory_appended },
    { "emit_event", "host", false, ckp_op_event_ask, NULL },
    { "restore_checkpoint", "host", false, ckp_op_restore_ask,
      ckp_op_restore_after },
    { "notify", "notify", false, ckp_op_notify_ask, ckp_op_notify_after },
    { "send_notification", "notify", false, ckp_op_notify_ask,
      ckp_op_notify_after },
    { "simulate_task", NULL, false, NULL, ckp_op_task_after },
    { .action = NULL }
};


const ckp_hosted_t *
ckp_op_hosted(const ckp_op_t *op)
{
    for (const ckp_hosted_t *h = op_hosted; op != NULL && h->action != NULL;
         h++)
    {
        if (strcmp(h->action, op->action) == 0) {
            return h;
        }
    }

    return NULL;
}


const ckp_op_t *
ckp_op_find(const char *action)
{
    for (size_t i = 0; i < sizeof(op_families) / sizeof(op_families[0]); i++) {
        for (const ckp_op_t *op = op_families[i]; op->action != NULL; op++) {
            if (strcmp(op->action, action) == 0) {
                return op;
            }
        }
    }

    return NULL;
}
