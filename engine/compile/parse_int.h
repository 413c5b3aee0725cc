/*
 * The inside of the compiler, shared by the files of this room.
 *
 * The life of a document.
 *   add      its form is found, its nodes are listed        form_*.c
 *            the names it may use are gathered              names.c
 *            root, config, variables, trigger are read      root.c, vars.c ...
 *            each node by its type's parse function         node.c, step.c
 *            targets make edges; they are judged            check.c
 *   finish   no error: a program
 */

#ifndef CKP_PARSE_INT_H
#define CKP_PARSE_INT_H

#include "ckp.h"
#include "model/program.h"
#include "node/body.h"
#include "node/parse.h"

#define CKP_NODES_MAX       2000
#define CKP_NODE_STEPS_MAX  500
#define CKP_ALL_STEPS_MAX   10000
#define CKP_RULES_MAX       256
#define CKP_BRANCHES_MAX    64
#define CKP_HANDLERS_MAX    64
#define CKP_EDGES_MAX       10000
#define CKP_ID_MAX          256
#define CKP_COMPARED_MAX    20000   /* names compared for hints, in all */

/* One node as its form lists it. */
typedef struct {
    const char                   *id;
    ckp_at_t                      at;
    const char                   *written;  /* type as written; NULL: none */
    const char                   *type;     /* canonical; NULL: unknown */
    const char                   *next;     /* what the form says; or NULL */
    const struct ckp_node_ops_s  *ops;      /* NULL: no such type */
    const char                   *told;     /* id in diagnostics */
    size_t                        owner;    /* SIZE_MAX: the author's own; else
                                               made by the form for that one */
} ckp_entry_t;

typedef struct {
    char          form;         /* 'A' ... 'E'; 0: not recognised */
    ckp_at_t      root;
    ckp_at_t      places[2];    /* workflow_graph and nodes */
    ckp_entry_t  *entries;
    size_t        n;
    size_t        size;
    json_t       *index;        /* id -> position in entries; owned */
    const char   *start;        /* NULL: none */
    ckp_at_t      start_at;     /* value NULL: not written */
} ckp_outline_t;

typedef struct {
    size_t  from;               /* SIZE_MAX: a root */
    size_t  to;
    bool    inner;              /* into a body or branch: another frame */
} ckp_edge_t;

/* Successors of each node (or predecessors): those of node i are
 * to[first[i]] .. to[first[i + 1] - 1]. */
typedef struct {
    size_t  *first;
    size_t  *to;
    bool    *inner;
} ckp_links_t;

/* What steps inherit. */
typedef struct {
    ckp_retry_t    retry;
    ckp_timeout_t  timeout;
    ckp_external_t external;
} ckp_policy_t;

struct ckp_parse_s {
    ckp_program_t  *prog;
    ckp_diags_t    *diags;      /* NULL: says nothing */
    ckp_arena_t    *arena;
    ckp_outline_t   out;
    json_t         *names;      /* variables anybody writes: true = declared */
    const json_t   *secrets;    /* secret_references; NULL: none */
    json_t         *needs;      /* of the site: [{number, at, node_id, field,
                                   name}]; NULL: nothing */
    ckp_edge_t     *edges;
    size_t          nedges;
    size_t          edges_size;
    size_t          nsteps;
    size_t          refers_size;    /* room in prog->refers */
    unsigned        compared;   /* names, for hints */
    bool            nomem;
    bool            full;       /* no more diagnostics are shown */
    bool            loops;      /* some node is a loop */
    bool            inner;      /* edges lead into a body or branch */
    bool            undoing;    /* a compensation is read: it has none itself */

    const ckp_entry_t  *entry;  /* the node that is being read; NULL: none */
    ckp_node_t         *node;
    const char         *step_id;
    ckp_policy_t        policy; /* of the node */
    const ckp_node_t   *owner;  /* `node` is a body of it; NULL: of nobody */
    bool                retries;    /* its steps have a policy by it */
    ckp_zone_pt         zone;   /* which time zones there are; NULL: any */
    void               *zone_data;
    ckp_judge_pt        judge;      /* of tasks that are referred to */
    void               *judge_data;
    struct ckp_stand_s *stands;     /* made values: stand.c */
    size_t              nstands;
    size_t              stands_size;
};

/* --- cursor: parse.c, say.c, alias.c ------------------------------------------------ */

void ckp_at_root(ckp_at_t *at, const json_t *doc, ckp_as_t as);
void ckp_at_pointer(const ckp_parse_t *ps, const ckp_at_t *at, ckp_buf_t *b);
char *ckp_at_text(ckp_parse_t *ps, const ckp_at_t *at);     /* in the arena */
bool ckp_is_note(const char *key);

/* The alias of `key` that the object has, or NULL. */
const char *ckp_alias_find(const json_t *object, ckp_as_t as, const char *key);

/* Whether `name` is another spelling of something there. */
bool ckp_alias_is(ckp_as_t as, const char *name);

/* Canonical name of a node type, of the catalogue or an alias; NULL: none. */
const char *ckp_alias_type(const char *written);

/* The list of diagnostics is full: looking for more is of no use. */
bool ckp_parse_is_full(const ckp_parse_t *ps);

/* Whether `word` stands in " a b c ". */
bool ckp_word_in(const char *list, const char *word);

/* The pointer that the made value stands for, or NULL: stand.c. */
const char *ckp_stand_for(const ckp_parse_t *ps, const json_t *value);

/* --- hints: hint.c -------------------------------------------------------------- */

typedef struct {
    const char  *wanted;
    const char  *best;          /* not always ended by NUL */
    size_t       best_len;
    size_t       distance;      /* of best */
    unsigned    *compared;      /* of the parse: hints may not cost much */
} ckp_near_t;

void ckp_near_init(ckp_parse_t *ps, ckp_near_t *near, const char *wanted);

/* Whether comparing with `n` names is worth the time now. */
bool ckp_near_is_cheap(const ckp_parse_t *ps, size_t n);
void ckp_near_try(ckp_near_t *near, const char *candidate);
void ckp_near_list(ckp_near_t *near, const char *list);     /* " a b c " */

/* "did you mean 'x'?" in the arena, or NULL. */
const char *ckp_near_hint(ckp_parse_t *ps, const ckp_near_t *near);

/* --- forms: form.c, form_ckp.c, form_flat.c -------------------------------------- */

/* Which form it is; 0: none. */
char ckp_form_of(const json_t *doc);

/* Whose spellings a node of that type has. */
ckp_as_t ckp_node_as(const char *type);

/* Lists the nodes; what is wrong with the list is said. */
void ckp_form_outline(ckp_parse_t *ps, const json_t *doc);
void ckp_form_ckp(ckp_parse_t *ps);
void ckp_form_flat(ckp_parse_t *ps);

/* Forms D and E: makes the document of form A that they mean, which takes the
 * place of out.root; complaints about it are told where the author wrote what
 * it was made of. */
void ckp_form_steps(ckp_parse_t *ps);
void ckp_form_graph(ckp_parse_t *ps);

/* A look at a document without a word about it.  false: no memory.  Either way
 * ended by ckp_form_close. */
bool ckp_form_look(ckp_parse_t *ps, const json_t *doc);
void ckp_form_close(ckp_parse_t *ps);

/* NULL: a limit, a repeated or impossible id (said), or no memory. */
ckp_entry_t *ckp_outline_add(ckp_parse_t *ps, const char *id,
    const ckp_at_t *at);
size_t ckp_outline_find(const ckp_outline_t *out, const char *id); /* or n */
void ckp_outline_free(ckp_outline_t *out);

/* procedure_id or version under the spellings of the form; in the arena. */
const char *ckp_root_id(ckp_parse_t *ps, ckp_at_t *where);
const char *ckp_root_version(ckp_parse_t *ps, ckp_at_t *where);
bool ckp_id_holds(const char *id);
bool ckp_version_holds(const char *version);

/* --- names --------------------------------------------------------------------- */

/* The members that objects have, " a b c ", old spellings left out but for
 * steps: each where they are read. */
extern const char  ckp_known_document[];                        /* root.c */
extern const char  ckp_known_config[];                          /* config.c */
extern const char  ckp_known_variable[];                        /* vars.c */
extern const char  ckp_known_validation[];
extern const char  ckp_known_step[];                            /* step.c */
extern const char  ckp_known_handler[];                         /* handlers.c */
extern const char  ckp_known_retry[];                           /* policy.c */

/* The same by name: a node type (its own ones), "node" (those of all types),
 * "document", "config", "variable", "validation", "step", "handler", "retry",
 * "task"; NULL: no such object. */
const char *ckp_fields_of(const char *object);                  /* fields.c */

/* The i-th other spelling of a member, or of a node type; NULL: no more. */
const char *ckp_alias_nth(ckp_as_t as, const char *key, size_t i);
const char *ckp_alias_type_nth(const char *type, size_t i);

/* --- the parts -------------------------------------------------------------------- */

void ckp_names_gather(ckp_parse_t *ps);                         /* names.c */
/* The names that a part of the document writes, into an object. */
void ckp_names_written(ckp_parse_t *ps, const json_t *value, json_t *into);
bool ckp_names_has(const ckp_parse_t *ps, const char *name);
bool ckp_name_is_builtin(const char *name);
bool ckp_name_is_reserved(const char *name);

void ckp_root_read(ckp_parse_t *ps);                            /* root.c */
void ckp_config_read(ckp_parse_t *ps);                          /* config.c */
void ckp_config_llm(ckp_parse_t *ps, const ckp_at_t *at);       /* llm.c */
void ckp_root_prompts(ckp_parse_t *ps);                         /* llm.c */
typedef enum {
    CKP_TRIGGER_MANUAL,
    CKP_TRIGGER_SCHEDULED,
    CKP_TRIGGER_WEBHOOK,
    CKP_TRIGGER_EVENT,
    CKP_TRIGGER_FILE
} ckp_trigger_type_t;

void ckp_trigger_read(ckp_parse_t *ps);                         /* trigger.c */
void ckp_trigger_fields(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_trigger_type_t type);                            /* trigger_fields.c */
void ckp_vars_read(ckp_parse_t *ps);                            /* vars.c */

/* New reference; NULL: it is none of that type, as the sentence says. */
json_t *ckp_var_coerce(const ckp_var_t *var, const json_t *value,
    const char **sentence);                                     /* coerce.c */

void ckp_nodes_read(ckp_parse_t *ps);                           /* entry.c */
void ckp_fields_check(ckp_parse_t *ps, const ckp_entry_t *entry);
                                                                /* fields.c */

/* What the node measures; NULL: nothing, or the procedure has it switched
 * off. */
const ckp_telemetry_t *ckp_telemetry_read(ckp_parse_t *ps,
    const ckp_at_t *at);                                    /* telemetry.c */
void ckp_graph_check(ckp_parse_t *ps);                          /* check.c */
void ckp_environment_check(const ckp_parse_t *ps,
    const ckp_environment_t *env);                              /* environ.c */

/* Every step of a node: its own, of its handlers, of an end, of its tasks and
 * tools. */
typedef struct {
    const ckp_node_t  *node;    /* of the graph */
    const char        *task;    /* of a dag; NULL: none */
    const char        *tool;    /* of a planner; NULL: none */
    bool               writes;  /* of the tool: side_effects */
    const ckp_step_t  *step;
} ckp_each_t;

typedef void (*ckp_each_step_pt)(void *data, const ckp_each_t *at);
void ckp_each_step(const ckp_node_t *node, ckp_each_step_pt visit,
    void *data);                                                /* each.c */
void ckp_bodies_check(ckp_parse_t *ps, const ckp_links_t *forth,
    const bool *top);                                           /* bodies.c */

ckp_target_t ckp_target_at(ckp_parse_t *ps, const ckp_at_t *at,
    const char *id);                                            /* target.c */

/* The places a node leads to by its document alone, compiled or not. */
typedef void (*ckp_lead_pt)(ckp_parse_t *ps, void *data, const ckp_at_t *at,
    const char *label, bool inner);
void ckp_leads(ckp_parse_t *ps, const ckp_entry_t *entry, ckp_lead_pt visit,
    void *data);                                                /* leads.c */

/* Policies: members given overlay what is there. */
void ckp_retry_default(ckp_retry_t *retry);                     /* policy.c */
void ckp_retry_overlay(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_retry_t *retry, bool global);
bool ckp_retry_member(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_retry_t *retry);
void ckp_timeout_member(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_timeout_t *timeout);

/* Work with others: the global settings, then a node's and a step's over what
 * is inherited in ps->policy. */
void ckp_external_config(ckp_parse_t *ps, const ckp_at_t *at);  /* external.c */
void ckp_external_node(ckp_parse_t *ps, const ckp_at_t *at);
void ckp_external_step(ckp_parse_t *ps, const ckp_at_t *at, ckp_step_t *step);

/* The agreement there; NULL: none, or one without a time. */
const ckp_sla_t *ckp_sla_read(ckp_parse_t *ps, const ckp_at_t *at); /* sla.c */
void ckp_gate_config(ckp_parse_t *ps, const ckp_at_t *at);      /* gate.c */

/* Where errors of the object at `at` lead, the most specific first. */
void ckp_on_error_read(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_on_error_t **list, size_t *n);                          /* routed.c */

/* Compensation of the object at `at`; NULL: none. */
const ckp_compensation_t *ckp_undo_read(ckp_parse_t *ps, const ckp_at_t *at,
    const char *id);                                            /* undo.c */
void ckp_undo_config(ckp_parse_t *ps, const ckp_at_t *at);

/* Handlers of the object at `at`. */
void ckp_handlers_read(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_handler_t **list, size_t *n);                           /* handlers.c */

/* Binds: op, bind, and what is wrong with action and agent. */
void ckp_step_bind(ckp_parse_t *ps, const ckp_at_t *at, ckp_steps_t how,
    ckp_step_t *step);                                          /* bind.c */
void ckp_step_params_check(ckp_parse_t *ps, const ckp_at_t *at,
    const ckp_step_t *step, const json_t *params);

ckp_template_t *ckp_template_at(ckp_parse_t *ps, const ckp_at_t *at,
    const json_t *value, unsigned flags);                       /* language.c */

/* The template without a word; err tells whether there is one to say, which
 * ckp_template_tell then does for a place. */
ckp_template_t *ckp_template_quiet(ckp_parse_t *ps, const json_t *value,
    unsigned flags, ckp_err_t *err);
void ckp_template_tell(ckp_parse_t *ps, const ckp_at_t *at, unsigned flags);
ckp_expr_t *ckp_expr_at(ckp_parse_t *ps, const ckp_at_t *at, unsigned flags);
bool ckp_schema_at(ckp_parse_t *ps, const ckp_at_t *at);

/* The same of a contract: what is wrong is CKP709. */
void ckp_contract_at(ckp_parse_t *ps, const ckp_at_t *at);

/* What a part of a transformation refers to, judged. */
void ckp_part_tell(ckp_parse_t *ps, const ckp_at_t *at, unsigned flags,
    const ckp_collect_part_t *part);

/* Parameters of a collection action, `merged` as the step has them: what is
 * wrong with them is told. */
void ckp_collect_check(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_collect_kind_t kind, const json_t *merged);         /* collection.c */

#endif
