/*
 * Reading what belongs to models: parts of a node and of global_config.
 */

#ifndef CKP_LLM_READ_H
#define CKP_LLM_READ_H

#include "llm/llm.h"
#include "node/body.h"

/* --- parts of a node (part.c, pii_read.c, planner_read.c) -------------- */

void ckp_llm_read_attachments(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_llm_t *llm);
void ckp_llm_read_checks(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm);
void ckp_llm_read_branches(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_llm_t *llm);
void ckp_llm_read_repair(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm);

/* The member `memory` of the object at `at` over what *memory has. */
void ckp_llm_read_memory(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_memory_t *memory);

/* The member `pii` of the object at `at` over `global` (NULL: none).  NULL: it
 * is off. */
ckp_pii_t *ckp_llm_read_pii(ckp_parse_t *ps, const ckp_at_t *at,
    const ckp_pii_t *global);

void ckp_llm_read_planner(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_llm_t *llm);

/* llm->more: of every node, for any may meet a budget. */
void ckp_llm_read_more(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm);

/* temperature, max_tokens, top_p, stop and seed of a node or profile: those
 * that hold; what does not is told (CKP806). */
const json_t *ckp_llm_read_params(ckp_parse_t *ps, const ckp_at_t *at);

/* A number from `least` on; `otherwise` and a complaint when it is none. */
double ckp_llm_read_number(ckp_parse_t *ps, const ckp_at_t *at,
    const char *key, double least, double most, double otherwise);

/* `fallback` as an object: whether, and after what (spec/ckp.md 23.2). */
void ckp_llm_read_fallback(ckp_parse_t *ps, const ckp_at_t *at);

/* --- provided by compile/ ---------------------------------------------- */

/* A target at a place that is none of an object's members by that name. */
ckp_target_t ckp_parse_target_id(ckp_parse_t *ps, const ckp_at_t *at,
    const char *id);

/* A template that sees names of its own only; NULL: none, or wrong. */
ckp_template_t *ckp_parse_prompt(ckp_parse_t *ps, const ckp_at_t *at,
    const char *key);

/* variables_schema, in the member `key`: compile/vars.c */
void ckp_parse_vars(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_var_t **list, size_t *n);

/* A name that templates may use from now on, or may not; returns whether they
 * might before. */
bool ckp_parse_bind(ckp_parse_t *ps, const char *name, bool known);

/* The document itself. */
const ckp_at_t *ckp_parse_root(const ckp_parse_t *ps);

/* The program that is made: its config is read before its nodes are. */
const ckp_program_t *ckp_parse_program(const ckp_parse_t *ps);

#endif
