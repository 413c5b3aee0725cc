/*
 * llm_action: what its files share.  Source: spec/ckp.md 23, 24.
 *
 * The life of a question to a model.
 *   enter    a test double, or messages and chain      llm.c
 *   ask      the first usable model of the chain       ckp_llm_ask
 *   call     journal, llm_call_started, CKP_FX_CALL    call.c
 *   rest     n.llm.ph "call" until reply or time
 *   failed   the next of the chain; all again; node    retry.c
 *   answered booked, then read: repair, checks,        answer.c, planner.c
 *            outputs, route
 *
 * State: n.llm {ph, try, i, alt, calls, k, amb, li, rep, ref, until, ts, t0,
 * prev, spent, hash, res, bytes, gi, fc}; ph is "mem" (a project's memory is
 * read), "get" (an attachment is fetched), "shared" (other
 * runs are asked for their answer), "ask" (a stored prompt is), "admit"
 * or "held" (limits of all calls), "call", "retry", "room" (other calls of
 * the run may use up its budget), "double", "tools", "failed"
 * (with fc: it was a call that failed, not its answer), "budget" (a person is
 * asked, who may allow more: n.llm.over), "gone".  n.llm.bud: something may be
 * reserved, or the budget that is asked about.  n.chain: array
 * of {m: model, p: profile}; n.profs {name: profile}: the site's; n.asset: a
 * stored prompt (prompt.c).  n.msgs {"0": message ...}: what is sent, made
 * once, grown by repairs and by a planner.  n.pii {token: value}; n.got:
 * attachments that were fetched; n.pl, n.plq, n.plc, n.plan, n.steps: a
 * planner's.
 */

#ifndef CKP_LLM_H
#define CKP_LLM_H

#include "llm/prices.h"
#include "node/fiber.h"

#define CKP_LLM_MS               60000
#define CKP_LLM_MODELS_MAX       16
#define CKP_LLM_MESSAGES_MAX     1000
#define CKP_LLM_SAID_MAX         (8 * 1024 * 1024)   /* bytes of them all */
#define CKP_LLM_ATTACHMENTS_MAX  32
#define CKP_LLM_ATTACHMENT_MAX   (5 * 1024 * 1024)
#define CKP_LLM_ATTACHED_MAX     (20 * 1024 * 1024)
#define CKP_LLM_REPAIRS_MAX      10
#define CKP_LLM_CALLS_MAX        1000    /* of models in a run, and as many of
                                            tools */

typedef struct ckp_planner_s  ckp_planner_t;    /* llm/planner.h */

typedef enum {
    CKP_ATTACH_TEXT,
    CKP_ATTACH_CSV,
    CKP_ATTACH_JSON,
    CKP_ATTACH_IMAGE,
    CKP_ATTACH_FILE,
    CKP_ATTACH_URL,
    CKP_ATTACH_VARIABLE
} ckp_attach_t;

typedef struct {
    ckp_attach_t     type;
    ckp_template_t  *source;
    ckp_template_t  *description;   /* NULL: none */
    bool             required;
} ckp_attachment_t;

typedef enum {
    CKP_POLICY_RAISE,
    CKP_POLICY_WARN,
    CKP_POLICY_GOTO
} ckp_policy_kind_t;

typedef struct {
    const char         *id;
    const char         *text;       /* the condition as written */
    ckp_expr_t         *condition;
    ckp_policy_kind_t   kind;
    ckp_target_t        to;         /* CKP_POLICY_GOTO */
    ckp_template_t     *message;    /* NULL: none */
} ckp_check_t;

typedef struct {
    const char    *id;
    ckp_target_t   to;
} ckp_choice_t;

typedef enum {
    CKP_MEMORY_NONE,
    CKP_MEMORY_RUN,
    CKP_MEMORY_PROJECT
} ckp_memory_scope_t;

typedef enum {
    CKP_FORGET_NONE,
    CKP_FORGET_OLDEST,
    CKP_FORGET_LLM
} ckp_forget_t;

typedef struct ckp_memory_s {
    ckp_memory_scope_t  scope;
    bool                scoped;         /* the document says it */
    const char         *key;
    bool                read;
    bool                write;
    uint32_t            messages;       /* max_messages */
    uint32_t            tokens;         /* max_tokens; 0: no limit */
    ckp_forget_t        forget;         /* summarize */
    uint32_t            days;           /* retention_days; 0: as the rows of
                                           actions are kept */
} ckp_memory_t;

typedef enum {
    CKP_PII_OFF,
    CKP_PII_MASK,
    CKP_PII_HASH,
    CKP_PII_TOKENIZE,
    CKP_PII_BLOCK
} ckp_pii_act_t;

#define CKP_PII_TYPES_MAX   7
#define CKP_PII_CUSTOM_MAX  16

typedef struct ckp_pii_s {
    ckp_pii_act_t  pre;
    ckp_pii_act_t  post;
    unsigned       types;           /* bits, in the order of pii.c's table */
    bool           restore;
    ckp_regex_t   *known[CKP_PII_TYPES_MAX];
    const char    *names[CKP_PII_CUSTOM_MAX];
    const char    *patterns[CKP_PII_CUSTOM_MAX];    /* as written */
    ckp_regex_t   *custom[CKP_PII_CUSTOM_MAX];
    size_t         ncustom;
} ckp_pii_t;

struct ckp_llm_s {
    ckp_template_t     *prompt;         /* NULL: messages or prompt_ref */
    ckp_template_t     *system;         /* NULL: none */
    ckp_template_t     *messages;       /* NULL: none; [{role, content}] */
    const char         *model;          /* NULL: the profile's */
    const char         *profile;
    const char         *task_class;
    const json_t       *params;         /* {temperature, max_tokens ...} as
                                           given; what is wrong left out */
    bool                json_mode;
    const json_t       *stream;         /* true, false; NULL: the profile's */
    const json_t       *schema;         /* NULL: none */
    uint32_t            repairs;        /* further calls for a valid answer */
    const char         *repair_model;   /* model or profile; NULL: the same */
    const json_t       *repair_default; /* NULL: LlmOutputInvalid */
    ckp_attachment_t   *attach;
    size_t              nattach;
    ckp_retry_t         retry;
    bool                retry_own;      /* attempts said by the node itself */
    const json_t       *fallbacks;      /* array of names; NULL: not given */
    const json_t       *fallback;       /* {enabled, on}; NULL: global */
    ckp_mapping_t      *outputs;
    size_t              noutputs;
    ckp_check_t        *checks;
    size_t              nchecks;
    const char         *prompt_ref;     /* NULL: none */
    const json_t       *asset;          /* the template it names; NULL */
    ckp_template_t     *asset_prompt;
    ckp_template_t     *asset_system;
    ckp_template_t     *prompt_vars;    /* NULL: the run's variables */
    const ckp_var_t    *asset_vars;
    size_t              nasset_vars;
    bool                orchestrates;
    ckp_choice_t       *branches;
    size_t              nbranches;
    ckp_target_t        otherwise;      /* default_branch */
    uint32_t            timeout_ms;     /* of one call; 0: the profile's */
    double              max_cost;       /* of this visit; 0: none */
    int64_t             cache_s;        /* 0: off */
    ckp_once_t          cache;          /* whose answers it may have */
    ckp_memory_t        memory;
    ckp_pii_t          *pii;            /* NULL: off */
    ckp_planner_t      *planner;        /* NULL: none */
    const ckp_node_t   *more;           /* asks whether a budget may be
                                           exceeded; NULL: nobody can be */
};

/* --- llm.c ------------------------------------------------------------- */

ckp_code_t ckp_llm_enter(ckp_fiber_t *f);
ckp_code_t ckp_llm_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* Whether a call is under way; it is given up. */
bool ckp_llm_in_flight(const ckp_fiber_t *f);
bool ckp_llm_resumes(const ckp_fiber_t *f);
bool ckp_llm_awaits(const ckp_fiber_t *f, const char *key);
ckp_code_t ckp_llm_abandon(ckp_fiber_t *f);

/* The node's row of the journal; result is borrowed, NULL: none. */
ckp_code_t ckp_llm_record(ckp_fiber_t *f, const char *status,
    const json_t *result);

/* n.llm.<name> */
int64_t ckp_llm_int(const ckp_fiber_t *f, const char *name);
ckp_code_t ckp_llm_put_int(ckp_fiber_t *f, const char *name, int64_t value);

/* --- stand_in.c: test doubles ------------------------------------------ */

/* *doubled: it is done, failed, or waits for the double's time; what it waited
 * for is given. */
ckp_code_t ckp_llm_double(ckp_fiber_t *f, bool *doubled);
ckp_code_t ckp_llm_give(ckp_fiber_t *f, const json_t *value);

/* --- chain.c: which models --------------------------------------------- */

/* n.chain and n.llm.alt: the models in the order they are tried. */
ckp_code_t ckp_llm_choose(ckp_fiber_t *f);

/* One model of its own for a repair call; NULL: the chain as it is. */
ckp_code_t ckp_llm_choose_one(ckp_fiber_t *f, const char *name);

/* The entry n.llm.i of the chain; NULL: past its end. */
const json_t *ckp_llm_entry(const ckp_fiber_t *f);

/* The document's profile of that name; NULL: none. */
const json_t *ckp_llm_profile(const ckp_program_t *prog, const char *name);

/* The same, or the site's as it was when the question chose it. */
const json_t *ckp_llm_profile_of(const ckp_fiber_t *f, const char *name);

/* Moves n.llm.i on to a model whose quality and estimated cost fit, from the
 * one it stands at.  *none: there is none any more. */
ckp_code_t ckp_llm_usable(ckp_fiber_t *f, bool *none);

/* --- request.c: what is sent ------------------------------------------- */

/* n.msgs, from prompts, memory and attachments.  CKP_E_INVALID: raised. */
ckp_code_t ckp_llm_messages(ckp_fiber_t *f);

/* One more at the end; stolen. */
ckp_code_t ckp_llm_say(ckp_fiber_t *f, json_t *message);

/* New array of all messages. */
json_t *ckp_llm_said(const ckp_fiber_t *f);

/* New object: the body of chat completions for an entry of the chain. */
json_t *ckp_llm_request(ckp_fiber_t *f, const json_t *entry);

/* Whether the answer has to be JSON. */
bool ckp_llm_wants_json(const ckp_fiber_t *f);

/* Whether the answer is asked for in pieces, by the node or else its profile;
 * whether they may be shown before all of it is there: not of what is read as
 * JSON, whose members may have to be masked, nor of what is masked itself. */
bool ckp_llm_streams(const ckp_fiber_t *f, const json_t *profile);
bool ckp_llm_shows(const ckp_fiber_t *f, const json_t *profile);

/* --- prompt.c ---------------------------------------------------------- */

/* The prompt is none of the document's: the site is asked for it (`again`: the
 * same, after a crash), and what it said is taken; *again: it is asked anew. */
bool ckp_llm_stored(const ckp_llm_t *llm);
ckp_code_t ckp_llm_prompt_ask(ckp_fiber_t *f, bool again);
ckp_code_t ckp_llm_prompt_got(ckp_fiber_t *f, const ckp_input_t *in,
    bool *again);

/* {profile?, model? ...} of the prompt; how it is called, "name@3"; NULL: there
 * is none. */
const json_t *ckp_llm_asset(const ckp_fiber_t *f);
const char *ckp_llm_ref(const ckp_fiber_t *f);

/* The template of its prompt, or of its system message; NULL: none. */
ckp_template_t *ckp_llm_template(const ckp_fiber_t *f, bool system);

/* What the answer has to fit: of the node, of its prompt or of the profile that
 * was chosen; NULL: nothing. */
const json_t *ckp_llm_schema(const ckp_fiber_t *f);

/* The variables of a prompt template, checked: new object; NULL: it sees the
 * run's own, or there is none. */
ckp_code_t ckp_llm_prompt_vars(ckp_fiber_t *f, json_t **vars);

/* --- attach.c, attach_get.c -------------------------------------------- */

/* Looks at the next that lies elsewhere (`again`: the same, after a crash);
 * *asked: it is on its way.  Takes what came. */
ckp_code_t ckp_attach_fetch(ckp_fiber_t *f, bool again, bool *asked);
ckp_code_t ckp_attach_fetched(ckp_fiber_t *f, const ckp_input_t *in);
const json_t *ckp_attach_got(const ckp_fiber_t *f, size_t i);

/* Whether the request needs bytes of the host, and how it masks them: a new
 * object, NULL with CKP_OK in *rc: not at all. */
bool ckp_attach_any(const ckp_fiber_t *f);
json_t *ckp_attach_mask(const ckp_fiber_t *f, ckp_code_t *rc);

/* The question is answered: copies that were made for it may go. */
ckp_code_t ckp_attach_drop(ckp_fiber_t *f);

bool ckp_attach_is_url(const char *text);
bool ckp_attach_is_picture(const char *url);

/* Appends the parts of all attachments to `parts`. */
ckp_code_t ckp_llm_attach(ckp_fiber_t *f, json_t *parts);

/* --- call.c ------------------------------------------------------------ */

/* Asks from the first model of the chain on. */
ckp_code_t ckp_llm_ask(ckp_fiber_t *f);

/* The same round goes on with the model at n.llm.i. */
ckp_code_t ckp_llm_go_on(ckp_fiber_t *f);

/* Asks for the right to call, under n.llm.ref; and what was said to it. */
ckp_code_t ckp_llm_admit(ckp_fiber_t *f);
ckp_code_t ckp_llm_admitted(ckp_fiber_t *f, const json_t *data);

/* One more of `what`, of which a run may make `most`; beyond it LimitExceeded
 * is raised (spec/ckp.md 35, reliability.md 4). */
ckp_code_t ckp_llm_within(ckp_fiber_t *f, const char *counter,
    const char *what, int most);

/* The same call once more, after a crash. */
ckp_code_t ckp_llm_repeat(ckp_fiber_t *f);

ckp_code_t ckp_llm_abort(ckp_fiber_t *f, bool late);

/* The idempotency key of the present call; `out` has CKP_KEY_MAX + 1 bytes. */
const char *ckp_llm_key(ckp_fiber_t *f, char *out);

/* --- retry.c ----------------------------------------------------------- */

/* A call failed: data as in CKP_IN_REPLY, borrowed; ambiguous: it may have
 * been answered. */
ckp_code_t ckp_llm_failed(ckp_fiber_t *f, const json_t *data, bool ambiguous);

/* Nothing more is tried: the recorded error fails the node. */
ckp_code_t ckp_llm_over(ckp_fiber_t *f);

/* --- cost.c ------------------------------------------------------------ */

/* What tokens cost, how good the model is, what a call would cost at most;
 * false: unknown. */
bool ckp_llm_rates(const ckp_fiber_t *f, const json_t *entry,
    ckp_price_t *price);
bool ckp_llm_quality(const ckp_fiber_t *f, const char *model,
    int64_t *quality);
double ckp_llm_estimate(ckp_fiber_t *f, const json_t *entry, bool *known);

/* A call is counted among the site's figures. */
ckp_code_t ckp_llm_count(ckp_fiber_t *f, const char *outcome);

/* Books usage and cost of an answer: llm_call_completed, llm_usage, totals.
 * CKP_E_INVALID: BudgetExceeded was raised. */
ckp_code_t ckp_llm_book(ckp_fiber_t *f, const json_t *data);

/* Before a call: CKP_E_INVALID when its estimate would break a budget of the
 * run; *waits: it may, with what other calls of the run come to. */
ckp_code_t ckp_llm_affords(ckp_fiber_t *f, const json_t *entry, bool *waits);

/* --- budget.c: what calls under way may cost ---------------------------- */

/* n.hold, and the sums of the run's fibers; of a profile, NULL: of all. */
ckp_code_t ckp_llm_hold(ckp_fiber_t *f);
double ckp_llm_held(const ckp_fiber_t *f, const char *profile);

/* Whether the site has any. */
bool ckp_llm_budgeted(const ckp_fiber_t *f);

/* New object: `budget` of CKP_FX_ADMIT, for the present entry of the chain. */
json_t *ckp_llm_budget_wish(ckp_fiber_t *f);

/* `budget` of CKP_IN_ADMITTED; *stands: the call may go, as far as that is
 * concerned.  Otherwise a person is asked, or CKP_E_INVALID: BudgetExceeded was
 * raised. */
ckp_code_t ckp_llm_budget_heard(ckp_fiber_t *f, const json_t *said,
    bool *stands);
ckp_code_t ckp_llm_budget_decided(ckp_fiber_t *f, bool yes);

/* What was reserved for the present call is over: it came to `usd`. */
ckp_code_t ckp_llm_settle(ckp_fiber_t *f, double usd);

/* --- answer.c ---------------------------------------------------------- */

/* An answer {text, tool_calls?, finish_reason, model, usage} to use. */
ckp_code_t ckp_llm_answered(ckp_fiber_t *f, const json_t *data);

/* The last answer of a node: its schema is looked at, and repaired for. */
ckp_code_t ckp_llm_final(ckp_fiber_t *f, const char *text, const json_t *meta);

/* What a text gives, without asking again; dry: a double, nothing is judged.
 * meta: {usage, model_used, tool_calls}; borrowed. */
ckp_code_t ckp_llm_take(ckp_fiber_t *f, const char *text, const json_t *meta,
    bool dry);

/* --- cache.c, memory.c, pii.c ------------------------------------------ */

/* A recorded answer of the same request: lent, NULL: none. */
const json_t *ckp_llm_cached(ckp_fiber_t *f);

/* Other runs may have one: they are asked (`again`: the same, after a crash),
 * and what was said is used, or the model is asked.  The right to be the one
 * who asks it is given back by _gone, unless the answer was kept. */
bool ckp_llm_cache_asks(const ckp_fiber_t *f);
ckp_code_t ckp_llm_cache_ask(ckp_fiber_t *f, bool again);
ckp_code_t ckp_llm_cache_said(ckp_fiber_t *f, const json_t *data);
ckp_code_t ckp_llm_cache_gone(ckp_fiber_t *f);
ckp_code_t ckp_llm_keep(ckp_fiber_t *f, const char *text,
    const json_t *meta);

/* Whether rows of a project have to be read first; asks for them, or once more
 * after a crash; takes the answer. */
bool ckp_llm_fetches(const ckp_fiber_t *f);
ckp_code_t ckp_llm_fetch(ckp_fiber_t *f, bool again);
ckp_code_t ckp_llm_fetched(ckp_fiber_t *f, const json_t *data);

/* What comes of this question is no answer for others, nor for later. */
ckp_code_t ckp_llm_unkept(ckp_fiber_t *f);

/* Appends what is remembered to n.msgs; adds the exchange afterwards. */
ckp_code_t ckp_llm_recall(ckp_fiber_t *f);
ckp_code_t ckp_llm_remember(ckp_fiber_t *f, const char *answer);

/* How a text is masked, and what came of it. */
typedef struct {
    const ckp_pii_t  *pii;
    ckp_pii_act_t     act;
    const json_t     *known;        /* {token: value}; NULL: none */
    json_t           *fresh;        /* the same of tokens that are new; added */
    json_t           *counts;       /* {type: n}; added to */
    size_t            found;
} ckp_masking_t;

/* A text as it is searched (mask_fold.c); text NULL: as it stands. */
typedef struct {
    char      *text;
    size_t     len;
    uint32_t  *at;                  /* where each of its bytes came from, and
                                       the end */
} ckp_fold_t;

/* CKP_OK, CKP_E_NOMEM; ended by ckp_fold_free. */
ckp_code_t ckp_fold_new(ckp_fold_t *fold, const char *text, size_t len);
void ckp_fold_free(ckp_fold_t *fold);

/* Appends the text masked (mask.c); what cannot be searched within the limits
 * of a regular expression is "[...]". */
ckp_code_t ckp_pii_mask(ckp_masking_t *how, const char *text, size_t len,
    ckp_buf_t *out);

/* What a text had goes to n.pii and n.piin; both are borrowed. */
ckp_code_t ckp_pii_found(ckp_fiber_t *f, const json_t *fresh,
    const json_t *counts);

/* The word of a type and its pattern, by number; NULL: no such number. */
const char *ckp_pii_type(size_t i, const char **pattern);

/* New text for `text` on its way out; on its way back.  CKP_E_INVALID: raised
 * (block). */
ckp_code_t ckp_pii_out(ckp_fiber_t *f, const char *text, json_t **out);
ckp_code_t ckp_pii_back(ckp_fiber_t *f, const char *text, json_t **out);
ckp_code_t ckp_pii_told(ckp_fiber_t *f, const char *stage);

/* The same of each text in arguments of tools, which are changed in place
 * (*value is another one then); of a text that was remembered: tokens of
 * another question stand for nothing in this one. */
ckp_code_t ckp_pii_back_all(ckp_fiber_t *f, json_t **value);
ckp_code_t ckp_pii_recalled(ckp_fiber_t *f, const char *text, json_t **out);

/* What the answer is read and masked with, for who compares questions; new;
 * NULL: it is not masked, or no memory. */
json_t *ckp_pii_how_back(const ckp_fiber_t *f);

#endif
