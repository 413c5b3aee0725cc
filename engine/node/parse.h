/*
 * What a node type's parse function may ask for: members of the author's
 * document, typed, under any of their spellings, with a diagnostic for what is
 * wrong.  Provided by compile/.
 *
 * No function fails a parse: what is wrong becomes a diagnostic, absent and
 * null are the same, and memory that ran out is remembered until
 * ckp_parse_end.  Texts are lent by the document, which the program keeps.
 */

#ifndef CKP_PARSE_H
#define CKP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/collect.h"
#include "node/node.h"

/* Whose spellings hold for the members of an object: compile/alias.c. */
typedef enum {
    CKP_AS_OTHER,           /* no aliases */
    CKP_AS_ROOT,
    CKP_AS_CONFIG,
    CKP_AS_NODE,            /* a type without aliases of its own */
    CKP_AS_LOGIC,
    CKP_AS_RULE,
    CKP_AS_APPROVAL,
    CKP_AS_TERMINATE,
    CKP_AS_SUBFLOW,
    CKP_AS_VERIFICATION,
    CKP_AS_CHECK,
    CKP_AS_LOOP,
    CKP_AS_PARALLEL,
    CKP_AS_BRANCH,
    CKP_AS_STEP,
    CKP_AS_OPERATION,
    CKP_AS_TRANSFORM,
    CKP_AS_RETRY,
    CKP_AS_TASK
} ckp_as_t;

/* A place in the author's document.  Lives on the stack of who reads there,
 * and points to the place it is in. */
typedef struct ckp_at_s  ckp_at_t;

struct ckp_at_s {
    const ckp_at_t  *up;        /* NULL: the document */
    const char      *key;       /* NULL: an element, `index` is it */
    size_t           index;
    const json_t    *value;
    ckp_as_t         as;
};

typedef struct {
    const ckp_at_t  *at;
    int              number;    /* 130 = CKP130 */
    const char      *code;      /* NULL: the number's own */
    const char      *field;     /* NULL: none */
    const char      *hint;      /* NULL: none */
    bool             soft;      /* a warning here, an error elsewhere */
    bool             hard;      /* the other way round */
    const char      *below;     /* pointer that goes on from `at`; NULL: none */
} ckp_say_t;

/* One word of an enumeration; a list ends with a NULL word. */
typedef struct {
    const char  *word;
    int          value;
} ckp_word_t;

/* How a step list is read. */
typedef enum {
    CKP_STEPS_SEQUENCE,
    CKP_STEPS_OPERATIONS,
    CKP_STEPS_RECOVERY,
    CKP_STEPS_CLEANUP           /* cleanup and error actions: best effort */
} ckp_steps_t;

/* Where templates and expressions may hold secrets (28.2). */
#define CKP_SECRET_WARNS    0
#define CKP_SECRET_FITS     1       /* parameters */
#define CKP_SECRET_WRONG    2       /* prompts */
#define CKP_WITH_RESULT     4       /* `result` is bound */
#define CKP_WITH_VALUE      8       /* `value` is bound */
#define CKP_WITH_ELEMENT    16      /* members of elements nobody knows are */
#define CKP_BARE_FITS       32      /* bare names are members of some output */

/* --- places ---------------------------------------------------------------- */

/* The node that is being parsed: its object, its place. */
const ckp_at_t *ckp_parse_here(const ckp_parse_t *ps);

/* The member `key` of the object at `at`, by its own or another accepted name;
 * aliases are reported.  false: absent, null, or `at` is no object; then
 * out->value is NULL or a JSON null. */
bool ckp_parse_find(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_at_t *out);

/* The element `i` of the array at `at`. */
void ckp_parse_element(const ckp_at_t *at, size_t i, ckp_at_t *out);

/* As ckp_parse_find, and it must be such a value (CKP015). */
bool ckp_parse_object(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_at_t *out);
bool ckp_parse_array(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_at_t *out);

/* --- values ------------------------------------------------------------------ */

const char *ckp_parse_str(ckp_parse_t *ps, const ckp_at_t *at, const char *key);
bool ckp_parse_bool(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    bool otherwise);

/* The member is true; of another type it means something else: false. */
bool ckp_parse_flag(ckp_parse_t *ps, const ckp_at_t *at, const char *key);

/* An integer of at least `min`, or a complaint under `number`. */
int64_t ckp_parse_int(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    int64_t min, int64_t otherwise, int number);

/* Milliseconds; a numeric text counts (CKP095). */
int64_t ckp_parse_ms(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    int64_t otherwise, int number);
uint32_t ckp_parse_ms32(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    uint32_t otherwise, int number);

/* The value of the word; an unknown one is told under `number`. */
int ckp_parse_word(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    const ckp_word_t *words, int otherwise, int number);

/* --- language ------------------------------------------------------------------ */

/* NULL: absent, or wrong. */
ckp_template_t *ckp_parse_template(ckp_parse_t *ps, const ckp_at_t *at,
    const char *key, unsigned flags);
ckp_expr_t *ckp_parse_expr(ckp_parse_t *ps, const ckp_at_t *at,
    const char *key);

/* A schema of 10.11, judged (CKP226, CKP227); NULL: absent, or wrong. */
const json_t *ckp_parse_schema(ckp_parse_t *ps, const ckp_at_t *at,
    const char *key);

/* A template over `value` (stolen), whose places are told from `at`. */
ckp_template_t *ckp_parse_made(ckp_parse_t *ps, const ckp_at_t *at,
    json_t *value, unsigned flags);

/*
 * A transformation by `expression` and `params` of the object at `at`; what is
 * wrong with it and what it speaks of is told.  Lives as long as the program;
 * NULL: it is wrong.
 */
ckp_collect_t *ckp_parse_collect(ckp_parse_t *ps, const ckp_at_t *at,
    ckp_collect_kind_t kind);

/* A node id or pseudo-target; also an edge of the graph. */
ckp_target_t ckp_parse_target(ckp_parse_t *ps, const ckp_at_t *at,
    const char *key);

/* The same, into a body or branch: another frame begins there. */
ckp_target_t ckp_parse_inner(ckp_parse_t *ps, const ckp_at_t *at,
    const char *key);

/* The name of a variable that is written to (CKP413). */
const char *ckp_parse_variable(ckp_parse_t *ps, const ckp_at_t *at,
    const char *key);

/* Whether some part of the document writes the variable `name`, or the schema
 * declares it. */
bool ckp_parse_knows(const ckp_parse_t *ps, const char *name, bool *declared);

/* A member of global_config as written; NULL: absent. */
const json_t *ckp_parse_config(const ckp_parse_t *ps, const char *key);

/* The node calls another procedure: `refer` has what is said of it, the rest is
 * found in the object at `at`.  Texts live as long as the program. */
void ckp_parse_refer(ckp_parse_t *ps, const ckp_at_t *at,
    const ckp_refer_t *refer);

/* Whether the document itself has that procedure_id. */
bool ckp_parse_is_own_id(const ckp_parse_t *ps, const char *procedure_id);

/* The policy there (16.1) overlays *retry, which ckp_parse_inherited (body.h)
 * fills.  true: there is one. */
bool ckp_parse_retry(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_retry_t *retry);

/* --- parts ----------------------------------------------------------------------- */

void ckp_parse_steps(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_steps_t how, ckp_sequence_t *out);

/* A step that the type makes itself (`made` is stolen, step_id is its id), told
 * at `at`; NULL: something is wrong with it. */
const ckp_step_t *ckp_parse_step(ckp_parse_t *ps, const ckp_at_t *at,
    json_t *made);
void ckp_parse_mappings(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_mapping_t **list, size_t *n);

/* --- saying, and memory ------------------------------------------------------------ */

void ckp_parse_say(ckp_parse_t *ps, const ckp_say_t *say, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* `name` is none of the document's own, so the site has to have it: said when
 * the environment is looked at (a profile: 802, a prompt: 804). */
void ckp_parse_needs(ckp_parse_t *ps, const ckp_say_t *say, const char *name);

/* Members of the object at `at` that stand in none of the two lists
 * (" a b c ", NULL: none) and are no notes: CKP090. */
void ckp_parse_known(ckp_parse_t *ps, const ckp_at_t *at, const char *known,
    const char *more);

/* Forms B and C: a rule that is always true is the default, wherever. */
bool ckp_parse_is_flat(const ckp_parse_t *ps);

/* The value (stolen) as long as the program lives; NULL: no memory. */
const json_t *ckp_parse_keep(ckp_parse_t *ps, json_t *value);

/* The same of anything else, by the function that ends it. */
void *ckp_parse_own(ckp_parse_t *ps, void *what, void (*end)(void *what));

/* Zeroed memory of the program; NULL: none, and the parse will fail. */
void *ckp_parse_alloc(ckp_parse_t *ps, size_t size);

/* CKP_OK, or CKP_E_NOMEM once memory ran out. */
ckp_code_t ckp_parse_end(const ckp_parse_t *ps);

#endif
