/*
 * What the families of internal actions share.  Source: spec/ckp.md 13.
 */

#ifndef CKP_OP_INT_H
#define CKP_OP_INT_H

#include "node/fiber.h"

/* Tables that end with a row whose action is NULL. */
extern const ckp_op_t  ckp_ops_flow[];
extern const ckp_op_t  ckp_ops_value[];
extern const ckp_op_t  ckp_ops_text[];
extern const ckp_op_t  ckp_ops_parse[];
extern const ckp_op_t  ckp_ops_sheet[];
extern const ckp_op_t  ckp_ops_comm[];
extern const ckp_op_t  ckp_ops_collection[];
extern const ckp_op_t  ckp_ops_http[];
extern const ckp_op_t  ckp_ops_crypto[];
extern const ckp_op_t  ckp_ops_order[];
extern const ckp_op_t  ckp_ops_memory[];
extern const ckp_op_t  ckp_ops_checkpoint[];

/* What the table of op.c names: ask and after of ckp_hosted_t. */
typedef ckp_code_t ckp_op_ask_t(ckp_fiber_t *f, const json_t *params,
    bool again, json_t **body);
typedef ckp_code_t ckp_op_after_t(ckp_fiber_t *f, const json_t *params,
    const json_t *data, json_t **result);

ckp_op_ask_t    ckp_op_http_ask;
ckp_op_ask_t    ckp_op_sheet_ask;
ckp_op_ask_t    ckp_op_hash_ask;
ckp_op_ask_t    ckp_op_encrypt_ask;
ckp_op_ask_t    ckp_op_decrypt_ask;
ckp_op_after_t  ckp_op_http_after;
ckp_op_ask_t    ckp_op_memory_ask;
ckp_op_ask_t    ckp_op_restore_ask;
ckp_op_ask_t    ckp_op_event_ask;
ckp_op_ask_t    ckp_op_notify_ask;
ckp_op_after_t  ckp_op_notify_after;
ckp_op_after_t  ckp_op_task_after;
ckp_op_after_t  ckp_op_memory_got;
ckp_op_after_t  ckp_op_memory_appended;
ckp_op_after_t  ckp_op_restore_after;

/* The first of the names (ends with NULL) that params has; lent or NULL. */
const json_t *ckp_op_param(const json_t *params, const char *const *names);

/*
 * A `source`: params.source, .value or .data; a text without template that
 * names a variable is that variable.  Lent; NULL: there is none.
 */
const json_t *ckp_op_source(const ckp_fiber_t *f, const json_t *params);

/*
 * What is wrong with the value by the rule {type, required, validation}: new
 * object {path: `field`, message}, or NULL.  value NULL: there is none.
 */
json_t *ckp_op_rule_broken(const json_t *rule, const json_t *value,
    const char *field);

/* New string of the value's text form; NULL: no memory. */
json_t *ckp_op_text(const json_t *v);

#endif
