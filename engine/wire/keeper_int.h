/*
 * What the files of the keepers share.
 */

#ifndef CKP_WIRE_KEEPER_INT_H
#define CKP_WIRE_KEEPER_INT_H

#include "wire/keeper.h"

#define CKP_KEEPER_URL_MAX   8192
#define CKP_KEEPER_BODY_MAX  (256 * 1024)

typedef struct {
    const char  *name;
    bool         tokens;        /* a login gives one */

    /* NULL: there is none.  They fill a request that is empty. */
    ckp_code_t  (*login)(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
                         ckp_keeper_rq_t *rq, ckp_err_t *err);
    ckp_code_t  (*renew)(const ckp_keeper_t *k, const char *token,
                         ckp_keeper_rq_t *rq);
    ckp_code_t  (*self)(const ckp_keeper_t *k, const char *token,
                        ckp_keeper_rq_t *rq);
    ckp_code_t  (*ask)(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
                       const ckp_keeper_ask_t *ask, ckp_keeper_rq_t *rq,
                       ckp_err_t *err);

    /* `said` is the body as JSON, NULL: it is none. */
    ckp_kept_t  (*refused)(int status, const json_t *said);
    ckp_kept_t  (*session)(const json_t *said, ckp_keeper_session_t *out);
    json_t     *(*value)(const ckp_keeper_t *k, const json_t *said);
                                                    /* new; NULL: none */
} ckp_keeper_ops_t;

extern const ckp_keeper_ops_t  ckp_keeper_vault;
extern const ckp_keeper_ops_t  ckp_keeper_aws;
extern const ckp_keeper_ops_t  ckp_keeper_azure;

/* keeper_aws_role.c: fills the request of a step. */
ckp_code_t ckp_keeper_aws_role(const ckp_keeper_t *k, const json_t *state,
    ckp_keeper_rq_t *rq, ckp_err_t *err);

/* Appends the address without "/" at its end. */
void ckp_keeper_base(ckp_buf_t *url, const char *base);

/* Appends "/" and the parts of a path, escaped; NULL, "": nothing.  false: a
 * part is empty, "." or "..". */
bool ckp_keeper_path(ckp_buf_t *url, const char *path);
void ckp_keeper_escape(ckp_buf_t *b, const char *text);

/* CKP_OK, CKP_E_NOMEM. */
ckp_code_t ckp_keeper_head(ckp_keeper_rq_t *rq, const char *name,
    const char *value);

/* The body of a request: the value's JSON text (stolen, overwritten). */
ckp_code_t ckp_keeper_json(ckp_keeper_rq_t *rq, json_t *value);

#endif
