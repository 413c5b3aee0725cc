/*
 * A validation as it was read; shared by validate.c and validate_parse.c.
 */

#ifndef CKP_VALIDATE_INT_H
#define CKP_VALIDATE_INT_H

#include "node/validate.h"

typedef enum {
    CKP_VALID_CUSTOM,
    CKP_VALID_TEXT,             /* screen_text_contains */
    CKP_VALID_ELEMENT,          /* element_exists */
    CKP_VALID_RANGE,
    CKP_VALID_EQUALS,
    CKP_VALID_IN,
    CKP_VALID_SCHEMA
} ckp_valid_kind_t;

typedef enum {
    CKP_VALID_THROW,
    CKP_VALID_RETRY_NODE,
    CKP_VALID_FAIL,
    CKP_VALID_SKIP,             /* of a step: it is skipped */
    CKP_VALID_GO_ON
} ckp_valid_do_t;

typedef struct {
    const char        *id;
    ckp_valid_kind_t   kind;
    const char        *check;       /* as it is told */
    ckp_expr_t        *condition;   /* CUSTOM; NULL: wrong, said so */
    ckp_template_t    *source;      /* NULL: the last result */
    ckp_template_t    *expected;    /* NULL: none */
    const json_t      *schema;      /* SCHEMA */
    ckp_template_t    *message;     /* NULL: none */
    const ckp_step_t  *ask;         /* NULL: nobody is asked */
    ckp_valid_do_t     on_failure;
    const char        *word;        /* on_failure as it is told */
    int64_t            max_retries; /* -1: as the procedure has it */
} ckp_valid_t;

struct ckp_validations_s {
    ckp_valid_t  *list;
    size_t        n;
};

#endif
