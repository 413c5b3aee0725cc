#include "llm/planner.h"
#include "llm/read.h"
#include "node/frame.h"
ckp_code_t ckp_planner_begin(ckp_fiber_t *f) { return ckp_llm_ask(f); }
ckp_code_t ckp_planner_answered(ckp_fiber_t *f, const json_t *meta)
{ return ckp_llm_take(f, ckp_json_str(meta, "text"), meta, false); }
ckp_code_t ckp_planner_wake(ckp_fiber_t *f, const ckp_input_t *in)
{ (void) f; (void) in; return CKP_E_STATE; }
ckp_code_t ckp_llm_child(ckp_fiber_t *f, const ckp_child_t *child)
{ (void) f; (void) child; return CKP_E_BUG; }
const ckp_node_t *ckp_llm_inner(const ckp_node_t *node, const char *key)
{ (void) node; (void) key; return NULL; }
ckp_code_t ckp_planner_dress(ckp_fiber_t *f, json_t *body)
{ (void) f; (void) body; return CKP_OK; }
void ckp_planner_instruct(const ckp_planner_t *planner, ckp_buf_t *b)
{ (void) planner; (void) b; }
bool ckp_planner_is_json(const ckp_planner_t *planner)
{ (void) planner; return false; }
void ckp_llm_read_planner(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{ (void) llm; ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 96, .field = "planner" }, "planners are not run by this engine yet"); }
