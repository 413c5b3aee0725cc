/*
 * The IR: what a document means, resolved and immutable.  Every form compiles
 * into this; executors read nothing else.  Source: spec/ckp.md 1.5.
 *
 * All of it lives in the program's arena; templates, expressions and JSON
 * values are owned by the program and ended with it.
 */

#ifndef CKP_PROGRAM_H
#define CKP_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "value/json.h"

#include "base/mem.h"
#include "base/metric.h"
#include "lang/expr.h"
#include "lang/template.h"

typedef struct ckp_node_s      ckp_node_t;
typedef struct ckp_step_s      ckp_step_t;
typedef struct ckp_node_ops_s  ckp_node_ops_t;     /* node/node.h */
typedef struct ckp_op_s        ckp_op_t;           /* node/op.h */
typedef struct ckp_program_s   ckp_program_t;

/* Bodies of node types whose file alone knows what is in them. */
typedef struct ckp_loop_s          ckp_loop_t;          /* node/loop.c */
typedef struct ckp_parallel_s      ckp_parallel_t;      /* node/parallel.c */
typedef struct ckp_dag_s           ckp_dag_t;           /* dag/dag.h */
typedef struct ckp_subflow_s       ckp_subflow_t;       /* node/subflow_int.h */
typedef struct ckp_verification_s  ckp_verification_t;  /* verification.c */
typedef struct ckp_transform_s     ckp_transform_t;     /* node/transform.c */
typedef struct ckp_llm_s           ckp_llm_t;           /* llm/llm.h */
typedef struct ckp_value_s         ckp_value_t;         /* dag/dag.h */

/* What must hold before a step or after a node's last one. */
typedef struct ckp_validations_s  ckp_validations_t;    /* node/validate.c */

/* Where control goes: a node, or one of the pseudo-targets of 8.3. */

typedef enum {
    CKP_TO_NOTHING,             /* absent */
    CKP_TO_NODE,
    CKP_TO_END,                 /* "@end" */
    CKP_TO_CONTINUE,            /* "@continue" */
    CKP_TO_BREAK                /* "@break" */
} ckp_to_t;

typedef struct {
    ckp_to_t           kind;
    const ckp_node_t  *node;
} ckp_target_t;

/* --- policies, resolved by precedence at compile time -------------------- */

typedef enum {
    CKP_BACKOFF_FIXED,
    CKP_BACKOFF_LINEAR,
    CKP_BACKOFF_EXPONENTIAL,
    CKP_BACKOFF_FIBONACCI,
    CKP_BACKOFF_NONE
} ckp_backoff_kind_t;

typedef enum {
    CKP_JITTER_NONE,
    CKP_JITTER_EQUAL,
    CKP_JITTER_FULL,
    CKP_JITTER_DECORRELATED
} ckp_jitter_t;

typedef struct {
    uint32_t             max_attempts;      /* >= 1 */
    ckp_backoff_kind_t   strategy;
    uint32_t             base_ms;
    double               multiplier;        /* >= 1.0 */
    uint32_t             max_delay_ms;
    ckp_jitter_t         jitter;
    int64_t              max_elapsed_ms;    /* 0: none */
    bool                 respect_retry_after;
    const char         **retryable;         /* names or codes as text */
    size_t               nretryable;
    const char         **non_retryable;
    size_t               nnon_retryable;
} ckp_retry_t;

typedef struct {
    uint32_t      step_ms;          /* 0: the default of 17.1 */
    uint32_t      node_ms;
    bool          fail_open;
    json_t       *default_output;   /* NULL: null */
    ckp_target_t  escalate_to;
} ckp_timeout_t;

typedef enum {
    CKP_HANDLE_RETRY,
    CKP_HANDLE_IGNORE,
    CKP_HANDLE_FAIL,
    CKP_HANDLE_SCREENSHOT_FAIL,
    CKP_HANDLE_ESCALATE,
    CKP_HANDLE_LOG,
    CKP_HANDLE_GOTO,
    CKP_HANDLE_COMPENSATE
} ckp_handle_t;

/* As documents and events call it (spec/ckp.md 16.2); static. */
const char *ckp_handle_name(ckp_handle_t action);

typedef enum {
    CKP_AFTER_ACTION,           /* no recovery_strategy: as the action says */
    CKP_AFTER_RETRY_NODE,
    CKP_AFTER_CONTINUE,
    CKP_AFTER_STOP,
    CKP_AFTER_FALLBACK
} ckp_after_t;

typedef struct {
    const char   **types;               /* as written; ntypes 0: any */
    size_t         ntypes;
    const char   **texts;               /* trigger.error_text_contains */
    size_t         ntexts;
    const char   **codes;               /* error_code, http_status_codes */
    size_t         ncodes;
    ckp_expr_t    *condition;           /* NULL: none */
    ckp_handle_t   action;
    ckp_after_t    after;
    uint32_t       max_retries;
    bool           fixed_delay;         /* delay_ms was given, no policy */
    uint32_t       delay_ms;
    ckp_retry_t    retry;
    ckp_step_t    *recovery;
    size_t         nrecovery;
    bool           recovery_required;
    ckp_target_t   fallback;
    bool           notify;
    json_t        *default_output;      /* NULL: null */
    json_t        *metadata;            /* NULL: none */
} ckp_handler_t;

/* What an output mapping gives that finds nothing. */
typedef enum {
    CKP_UNMET_NULL,             /* `otherwise`, which is null unless given */
    CKP_UNMET_KEEP,             /* the variable stays as it is */
    CKP_UNMET_FAIL
} ckp_unmet_t;

/* Where an output mapping looks. */
typedef enum {
    CKP_MAP_VALUE,              /* nowhere: `value` says it */
    CKP_MAP_WHOLE,
    CKP_MAP_JSON,               /* as JSON, whole or at `path` */
    CKP_MAP_JSONPATH,
    CKP_MAP_REGEX,
    CKP_MAP_XPATH,
    CKP_MAP_META,               /* usage, model_used, tool_calls */
    CKP_MAP_MEMBER              /* of that name, else whole */
} ckp_map_t;

/* An output mapping of 9.1: variable <- mapping. */
typedef struct {
    const char                   *variable;
    const char                   *mapping;  /* as written; NULL: `value` is
                                               it */
    ckp_template_t               *value;    /* a template (`result` bound) or
                                               literal */
    ckp_unmet_t                   unmet;        /* on_missing */
    json_t                       *otherwise;    /* with CKP_UNMET_NULL; NULL:
                                                   null */
    ckp_map_t                     kind;

    /* compiled; NULL: another kind, or did not compile */

    const struct ckp_path_s      *path;     /* CKP_MAP_JSON; NULL: whole */
    const struct ckp_jsonpath_s  *jsonpath;
    const struct ckp_regex_s     *regex;
    const struct ckp_xpath_s     *xpath;
} ckp_mapping_t;

/* --- steps ---------------------------------------------------------------- */

/* idempotency_policy of 20.2. */

typedef enum {
    CKP_ONCE_RUN,
    CKP_ONCE_PROCEDURE,
    CKP_ONCE_PROJECT,
    CKP_ONCE_GLOBAL
} ckp_once_scope_t;

typedef enum {
    CKP_BUSY_WAIT,
    CKP_BUSY_FAIL,
    CKP_BUSY_PROCEED
} ckp_busy_t;

typedef struct {
    ckp_once_scope_t  scope;
    ckp_busy_t        busy;             /* on_in_progress */
    int64_t           ttl_s;            /* of scopes wider than a run */
    bool              failures;         /* cache_failures */
} ckp_once_t;

/* What a step inherits of its work with others. */
typedef struct {
    bool              sync;             /* workflow_dispatch_mode */
    uint32_t          callback_ms;      /* > 0 */
    ckp_once_t        once;
} ckp_external_t;

typedef enum {
    CKP_BY_ANY,
    CKP_BY_AGENT,
    CKP_BY_MCP
} ckp_executor_t;

typedef enum {
    CKP_BIND_INTERNAL,          /* op is set; the engine itself */
    CKP_BIND_EXTERNAL           /* at run time; op may be the native one */
} ckp_bind_t;

/* on_error: {type: target}; most specific first, "*" last. */
typedef struct {
    const char    *type;
    ckp_target_t   to;
} ckp_on_error_t;

/* What undoes it (25). */
typedef struct {
    const ckp_node_t  *body;            /* a sequence of its own */
    ckp_expr_t        *skip_when;       /* NULL: never */
} ckp_compensation_t;

struct ckp_step_s {
    const char       *id;
    const ckp_compensation_t  *undo;    /* NULL: nothing */
    ckp_on_error_t   *on_error;
    size_t            non_error;
    const char       *action;
    const char       *agent;            /* the step's, else the node's; NULL */
    ckp_bind_t        bind;
    const ckp_op_t   *op;               /* NULL: no implementation of ours */
    ckp_template_t   *params;           /* one object; never NULL */
    ckp_expr_t       *condition;        /* NULL: always */
    uint32_t          timeout_ms;       /* declared; 0: default of 17.1 */
    ckp_timeout_t     timeout;          /* effective policy */
    uint32_t          wait_ms;
    uint32_t          wait_after_ms;
    bool              retries;          /* 16.1: may be tried again */
    ckp_retry_t       retry;
    const char       *output_variable;  /* NULL: none */
    bool              auto_output;      /* form C: 1.4 implicit binding */
    ckp_mapping_t    *outputs;
    size_t            noutputs;
    ckp_template_t   *idempotency_key;  /* NULL: the path is the key */
    ckp_executor_t    executor;
    ckp_external_t    external;
    bool              merge_output;     /* of a workflow that was delegated */
    bool              shot_after;       /* screenshot_on_complete */
    ckp_handler_t    *handlers;
    size_t            nhandlers;
    const ckp_validations_t  *validations;  /* NULL: none */
    const char       *pointer;          /* in the author's document */
};

/* --- node bodies ---------------------------------------------------------- */

typedef struct {
    ckp_step_t  *steps;
    size_t       nsteps;
    const ckp_validations_t  *validations;  /* after the last; NULL: none */
    bool         keeps;                 /* a validation may ask for a result */
} ckp_sequence_t;                       /* also `processing`: operations; their
                                           ids are op_1, op_2 ... */

typedef struct {
    ckp_expr_t    *when;
    ckp_target_t   next;
    const char    *label;               /* NULL: none */
} ckp_rule_t;

typedef struct {
    ckp_rule_t    *rules;
    size_t         nrules;
    ckp_target_t   otherwise;           /* default_next_node, else next_node */
    bool           end_on_no_match;
} ckp_logic_t;

typedef enum {
    CKP_ASK_APPROVE_REJECT,
    CKP_ASK_SELECT_OPTION,
    CKP_ASK_PROVIDE_INPUT,
    CKP_ASK_ACKNOWLEDGE
} ckp_ask_t;

typedef enum {
    CKP_EXPIRE_NONE,
    CKP_EXPIRE_APPROVE,
    CKP_EXPIRE_REJECT,
    CKP_EXPIRE_ESCALATE,
    CKP_EXPIRE_FAIL
} ckp_expire_t;

typedef struct {
    const char    *value;
    ckp_target_t   next;                /* option's own, or option_routes' */
} ckp_option_t;

typedef struct {
    ckp_template_t  *prompt;
    ckp_ask_t        ask;
    const char      *decision_type;     /* as the API shows it */
    ckp_template_t  *options;           /* NULL: none; the array as written */
    ckp_option_t    *option;
    size_t           noptions;
    ckp_template_t  *context_data;      /* NULL */
    json_t          *input_schema;      /* NULL */
    const char      *level;
    json_t          *approvers;         /* NULL */
    uint32_t         required;          /* >= 1 */
    bool             forbid_self;
    int64_t          timeout_ms;        /* 0: none */
    ckp_expire_t     expire;
    ckp_template_t  *escalation_contact;    /* NULL */
    bool             escalate_route;    /* escalation.mode: route */
    int64_t          escalation_ms;     /* 0: timeout_ms */
    const char      *escalation_level;  /* NULL: unchanged */
    uint32_t         max_escalations;
    ckp_target_t     on_approve;
    ckp_target_t     on_reject;
    ckp_target_t     on_timeout;
    const char      *output_variable;   /* NULL */
    int64_t          reminder_ms;       /* 0: none */
} ckp_approval_t;

typedef enum {
    CKP_END_COMPLETED,
    CKP_END_FAILED,
    CKP_END_CANCELED
} ckp_end_t;

typedef struct {
    ckp_end_t        status;
    ckp_template_t  *outputs;           /* NULL: all run variables */
    ckp_step_t      *cleanup;
    size_t           ncleanup;
    ckp_step_t      *error_actions;
    size_t           nerror_actions;
    ckp_template_t  *audit;             /* final_audit_log; NULL */
    ckp_template_t  *message;           /* NULL */
    bool             undo;              /* compensate: before the end */
} ckp_terminate_t;

typedef enum {
    CKP_BREACH_WARN,
    CKP_BREACH_FAIL,
    CKP_BREACH_ESCALATE
} ckp_breach_t;

typedef struct {
    int64_t        max_ms;
    ckp_breach_t   breach;
    ckp_target_t   handler;             /* of escalate */
    bool           notify;
    bool           waits;               /* include_waits */
    bool           at_once;             /* escalate_immediately */
} ckp_sla_t;

/* A custom metric of 19.1. */
typedef struct {
    const char         *name;
    ckp_metric_kind_t   kind;
    ckp_template_t     *value;          /* NULL: 1 */
    ckp_template_t     *labels;         /* one object; NULL: none */
    ckp_expr_t         *when;           /* NULL: always */
} ckp_measure_t;

typedef struct {
    bool             duration;          /* of its steps is told, too */
    bool             retries;
    ckp_template_t  *trace_id;          /* NULL: generated */
    ckp_template_t  *span_id;
    ckp_measure_t   *measures;
    size_t           nmeasures;
} ckp_telemetry_t;

struct ckp_node_s {
    const char             *id;
    const char             *name;       /* label: description, name, id */
    const ckp_node_ops_t   *ops;
    const char             *agent;      /* NULL */
    ckp_target_t            next;
    ckp_expr_t             *condition;  /* NULL */
    ckp_template_t         *inputs;     /* NULL */
    ckp_mapping_t          *outputs;
    size_t                  noutputs;
    bool                    is_checkpoint;
    uint32_t                timeout_ms;     /* 0: none */
    ckp_timeout_t           timeout;
    ckp_template_t         *idempotency_key;    /* of all of it; NULL */
    ckp_once_t              once;
    const ckp_telemetry_t  *telemetry;      /* NULL: none, or switched off */
    const ckp_sla_t        *sla;            /* NULL: none */
    const ckp_compensation_t  *undo;        /* NULL: nothing */
    ckp_handler_t          *handlers;
    size_t                  nhandlers;
    ckp_on_error_t         *on_error;
    size_t                  non_error;
    const char             *pointer;
    union {
        ckp_sequence_t     *sequence;       /* sequence and processing */
        ckp_logic_t        *logic;
        ckp_approval_t     *approval;
        ckp_terminate_t    *terminate;
        ckp_loop_t         *loop;
        ckp_parallel_t     *parallel;
        ckp_dag_t          *dag;
        ckp_subflow_t      *subflow;
        ckp_verification_t *verification;
        ckp_transform_t    *transform;
        ckp_llm_t          *llm;
        ckp_value_t        *value;          /* of a task */
    } u;
};

/* --- the whole -------------------------------------------------------------- */

typedef enum {
    CKP_SAVE_EVERY_NODE,
    CKP_SAVE_CRITICAL,
    CKP_SAVE_DISABLED
} ckp_save_t;

typedef enum {
    CKP_TYPE_ANY,
    CKP_TYPE_STRING,
    CKP_TYPE_PASSWORD,
    CKP_TYPE_NUMBER,
    CKP_TYPE_INTEGER,
    CKP_TYPE_BOOLEAN,
    CKP_TYPE_ARRAY,
    CKP_TYPE_OBJECT
} ckp_type_t;

typedef struct ckp_regex_s  ckp_regex_t;

typedef struct {
    const char      *name;
    ckp_type_t       type;
    bool             required;
    bool             sensitive;
    bool             coerce;
    ckp_template_t  *fallback;      /* the default; NULL: none */
    json_t          *allowed;       /* array; NULL: any */
    const char      *pattern;       /* validation.regex as written; NULL */
    ckp_regex_t     *regex;         /* compiled, whole value */
    json_t          *min;           /* number; NULL: none */
    json_t          *max;
    const char      *format;        /* NULL */
    json_t          *schema;        /* NULL */
} ckp_var_t;

/* An entry of redacted_fields (api.md 1.15 b). */
typedef struct {
    const char   *text;         /* lower case; what the key may contain */
    ckp_regex_t  *regex;        /* not NULL: matched from the key's start */
} ckp_mask_t;

typedef enum {
    CKP_RATE_PROCEDURE,
    CKP_RATE_VERSION,
    CKP_RATE_PROJECT
} ckp_rate_scope_t;

/* rate_limiting of 26.3. */
typedef struct {
    ckp_rate_scope_t   scope;
    int64_t            per_minute;      /* 0: no limit */
    int64_t            concurrent;      /* in flight of one run; 0: no limit */
    uint32_t           wait_ms;
} ckp_rate_t;

typedef enum {
    CKP_FULL_QUEUE,
    CKP_FULL_REJECT,
    CKP_FULL_SKIP,
    CKP_FULL_CANCEL_OLDEST
} ckp_full_t;

/* concurrency of 26.1. */
typedef struct {
    int64_t            max;             /* active runs; 0: no limit */
    bool               by_version;
    ckp_template_t    *key;             /* NULL: all together */
    ckp_full_t         full;
} ckp_places_t;

/* dedupe of 26.2. */
typedef struct {
    int64_t            window_ms;       /* 0: no start is a duplicate */
    bool               rejects;
    ckp_template_t    *key;             /* NULL: the inputs */
    const char        *statuses;        /* ",created,running,"; NULL: any */
} ckp_dedupe_t;

typedef struct {
    ckp_retry_t        retry;           /* effective global policy */
    bool               retry_external;  /* apply_to: external */
    bool               retry_all;       /* apply_to: all */
    ckp_timeout_t      timeout;
    int64_t            timeout_ms;      /* active; default 24 h */
    int64_t            deadline_ms;     /* 0: none */
    const ckp_sla_t   *sla;             /* of the run; NULL: none */
    bool               undo_failed;     /* compensation: on failure */
    bool               undo_canceled;
    bool               undo_stops;      /* at the first that fails */
    int64_t            undo_ms;
    ckp_target_t       on_failure;
    ckp_save_t         save;
    int64_t            keep_days;       /* retention_days; -1: as the site */
    int64_t            save_days;       /* checkpoint_retention_days; -1 */
    bool               resume_on_failure;
    const char        *execution_mode;  /* "production" ... */
    bool               mock;
    json_t            *overrides;       /* test_data_overrides; NULL: none */
    ckp_missing_t      missing;
    bool               says_missing;    /* the document does, so nothing is
                                           inherited; likewise the level */
    bool               says_level;
    bool               strict_inputs;
    bool               strict;          /* compile.strict */
    int                log_level;       /* 0 DEBUG 1 INFO 2 WARNING 3 ERROR */
    uint32_t           max_node_visits;
    bool               screenshot_on_fail;
    bool               detailed;        /* audit_level: detailed */
    bool               unaudited;       /* audit_config.enabled: false */
    bool               opens;           /* it has the action decrypt */
    int64_t            audit_days;      /* retention_days; -1: as the site */
    const char        *audit_storage;   /* its storage_location; NULL */
    json_t            *redacted_fields; /* NULL: none */
    ckp_mask_t        *masks;           /* the same, ready for use */
    size_t             nmasks;
    bool               dry_reject;      /* dry_run.approvals: reject */
    bool               telemetry;       /* telemetry_enabled */
    ckp_rate_t         rate;
    ckp_places_t       places;
    ckp_dedupe_t       dedupe;
    const json_t      *secrets;         /* secrets_config; NULL: none */
    const json_t      *notifications;   /* the same; NULL: none */
    const json_t      *egress;          /* egress_allowlist; NULL: none */
    const json_t      *llm;             /* profiles, routing ...; NULL: none */
    const json_t      *guardrails;      /* the same */
    double             max_cost_usd;    /* of a run; 0: no limit */
    double             max_call_usd;    /* of one call, estimated */
    int64_t            min_llm_quality; /* 0 to 100 */
    const struct ckp_pii_s     *pii;    /* llm/llm.h; NULL: off */
    const struct ckp_memory_s  *memory; /* NULL: what a node says alone */
    const char        *memory_scope;    /* as written; NULL: not */
} ckp_config_t;

/* Another procedure that a node calls, and where its author wrote so. */
typedef struct {
    const char    *procedure_id;
    const char    *version;     /* as written; "latest" */
    bool           imported;    /* version_policy: pin_on_import */
    bool           inherits;    /* inherit_context */
    const char    *node_id;
    const char    *at_id;       /* pointers of procedure_id and the mappings */
    const char    *at_in;
    const char    *at_out;
    const json_t  *in;          /* input_mapping as written; NULL: none */
    const json_t  *out;
} ckp_refer_t;

struct ckp_program_s {
    unsigned        refs;
    ckp_arena_t    *arena;
    json_t         *doc;                /* the author's document, referenced */
    const char     *procedure_id;
    const char     *version;
    const char     *name;
    const char     *project_id;         /* NULL */
    char            form;               /* 'A' ... 'E' */
    ckp_config_t    config;
    ckp_var_t      *vars;
    size_t          nvars;
    ckp_node_t     *nodes;              /* in document order */
    size_t          nnodes;
    const ckp_node_t  *start;
    json_t            *ids;             /* id -> position in nodes */
    json_t            *names;           /* variables that it declares or
                                           writes; referenced */
    ckp_refer_t       *refers;
    size_t             nrefers;
    const json_t      *legacy;          /* what it took over (model/heir.h);
                                           NULL: nothing */

    ckp_zone_pt        zone;            /* ckp_program_zones; NULL: none */
    void              *zone_data;
    const char        *artifacts;       /* ckp_program_artifacts; NULL: none */

    /* what must be ended one by one when the program ends: */
    struct ckp_owned_s  *owned;
};

/* NULL: no such node. */
const ckp_node_t *ckp_program_node(const ckp_program_t *prog, const char *id);

ckp_program_t *ckp_program_new(void);           /* one reference; NULL: nomem */

/* As the face shows them (ckp.h), declared where they are made. */
void ckp_program_zones(ckp_program_t *prog, ckp_zone_pt zone, void *data);
void ckp_program_artifacts(ckp_program_t *prog, const char *root);
const char *ckp_program_id(const ckp_program_t *prog);
bool ckp_program_audited(const ckp_program_t *prog);
const char *ckp_program_version(const ckp_program_t *prog);
ckp_program_t *ckp_program_ref(ckp_program_t *prog);
void ckp_program_unref(ckp_program_t *prog);

/* Hands a template, expression, regex or JSON reference to the program, which
 * ends it with itself; on failure it is ended at once and NULL is returned. */
ckp_template_t *ckp_program_own_template(ckp_program_t *p, ckp_template_t *t);
ckp_expr_t *ckp_program_own_expr(ckp_program_t *p, ckp_expr_t *e);
ckp_regex_t *ckp_program_own_regex(ckp_program_t *p, ckp_regex_t *re);
json_t *ckp_program_own_json(ckp_program_t *p, json_t *v);

/* The same of anything else, by the function that ends it. */
void *ckp_program_own(ckp_program_t *p, void *what, void (*end)(void *what));

#endif
