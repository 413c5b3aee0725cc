/*
 * verification: checks in order; what a failing one does is its own word
 * (spec/ckp.md 10.6).  Never waits.
 */

#include <string.h>

#include "base/json.h"
#include "node/parse.h"
#include "node/step.h"
#include "node/types.h"
#include "node/verdict.h"
#include "node/verification.h"

#define CHECK_GOTO  "goto:"

typedef enum {
    CHECK_FAIL,
    CHECK_RAISE,
    CHECK_WARN,
    CHECK_CONTINUE,
    CHECK_LEAVE                     /* goto:<node> */
} check_do_t;

typedef struct {
    const char      *id;
    const char      *written;       /* condition as written; NULL: none */
    ckp_expr_t      *condition;     /* NULL: none */
    const json_t    *schema;        /* NULL: none */
    ckp_template_t  *source;        /* what the schema is about */
    ckp_template_t  *message;       /* NULL: none */
    check_do_t       on_fail;
    const char      *word;          /* on_fail as it is told */
    ckp_target_t     to;            /* of CHECK_LEAVE */
} check_t;

struct ckp_verification_s {
    check_t       *checks;
    size_t         n;
    ckp_target_t   on_pass;
    ckp_target_t   on_fail;
};

static const ckp_word_t  check_words[] = {
    { "fail_workflow", CHECK_FAIL },
    { "raise", CHECK_RAISE },
    { "warn", CHECK_WARN },
    { "continue", CHECK_CONTINUE },
    { NULL, 0 }
};

static const ckp_word_t  check_severities[] = {
    { "error", CHECK_FAIL },
    { "warning", CHECK_WARN },
    { "info", CHECK_CONTINUE },
    { NULL, 0 }
};


/* --- parsing ---------------------------------------------------------------- */

static void
check_goto(ckp_parse_t *ps, const ckp_at_t *at, const ckp_at_t *word,
    check_t *check)
{
    const char *const  id = json_string_value(word->value)
                            + strlen(CHECK_GOTO);
    json_t *const      made = json_pack("{s:s}", word->key,
                                        id + strspn(id, " "));
    ckp_at_t           place = *at;

    /* the node as a member of its own, at the place where the word stands */

    place.value = ckp_parse_keep(ps, made);
    place.as = CKP_AS_OTHER;
    check->on_fail = CHECK_LEAVE;
    check->word = json_string_value(word->value);

    if (place.value == NULL) {
        return;
    }

    check->to = ckp_parse_target(ps, &place, word->key);

    if (id[strspn(id, " ")] == '\0') {
        ckp_parse_say(ps, &(ckp_say_t) { .at = word, .number = 130,
                                         .field = word->key },
                      "'goto:' names no node");
    }
}


static const char *
check_word(int value)
{
    for (size_t i = 0; check_words[i].word != NULL; i++) {
        if (check_words[i].value == value) {
            return check_words[i].word;
        }
    }

    return "fail_workflow";
}


static void
check_on_fail(ckp_parse_t *ps, const ckp_at_t *at, check_t *check)
{
    ckp_at_t  word;
    int       value;

    if (!ckp_parse_find(ps, at, "on_fail", &word)) {
        value = ckp_parse_word(ps, at, "severity", check_severities,
                               CHECK_FAIL, 405);

    } else if (json_is_string(word.value)
               && strncmp(json_string_value(word.value), CHECK_GOTO,
                          strlen(CHECK_GOTO)) == 0)
    {
        check_goto(ps, at, &word, check);
        return;

    } else {
        ckp_at_t  place = *at;

        /* an alias was told already */

        place.as = CKP_AS_OTHER;
        value = ckp_parse_word(ps, &place, word.key, check_words, CHECK_FAIL,
                               405);
    }

    check->on_fail = (check_do_t) value;
    check->word = check_word(value);
}


/* `id`, or its place; the checks before it have other ones. */
static bool
check_named(ckp_parse_t *ps, const ckp_at_t *at, const ckp_verification_t *v,
    check_t *check)
{
    check->id = ckp_parse_str(ps, at, "id");

    if (check->id == NULL || *check->id == '\0') {
        check->id = json_string_value(ckp_parse_keep(ps,
                        json_sprintf("check_%zu", at->index + 1)));
    }

    if (check->id == NULL) {
        return false;
    }

    for (size_t i = 0; i < v->n; i++) {
        if (strcmp(v->checks[i].id, check->id) == 0) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 102,
                                             .field = "id" },
                          "there is a check '%.120s' already", check->id);
            return false;
        }
    }

    return true;
}


static void
check_read(ckp_parse_t *ps, const ckp_at_t *at, ckp_verification_t *v)
{
    check_t *const  check = &v->checks[v->n];
    ckp_at_t        condition;

    if (!json_is_object(at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15,
                                         .field = "checks" },
                      "a check must be an object");
        return;
    }

    if (!check_named(ps, at, v, check)) {
        return;
    }

    if (ckp_parse_find(ps, at, "condition", &condition)) {
        ckp_at_t  place = *at;

        place.as = CKP_AS_OTHER;
        check->written = json_is_boolean(condition.value)
                         ? (json_is_true(condition.value) ? "true" : "false")
                         : json_string_value(condition.value);
        check->condition = ckp_parse_expr(ps, &place, condition.key);
    }

    check->schema = ckp_parse_schema(ps, at, "schema");
    check->source = ckp_parse_template(ps, at, "source", CKP_SECRET_WARNS);
    check->message = ckp_parse_template(ps, at, "message", CKP_SECRET_WARNS);
    check_on_fail(ps, at, check);

    if (json_object_get(at->value, "schema") != NULL && check->source == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                         .field = "source" },
                      "a schema without the 'source' that it is about");

    } else if (condition.value == NULL
               && json_object_get(at->value, "schema") == NULL)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                         .field = "condition" },
                      "a check without 'condition' and 'schema'");
    }

    ckp_parse_known(ps, at, " id condition on_fail message severity schema"
                    " source name description ", NULL);
    v->n++;
}


static void
verification_checks(ckp_parse_t *ps, const ckp_at_t *at, ckp_verification_t *v)
{
    ckp_at_t      list = { .value = NULL };
    ckp_at_t      check;
    const bool    there = ckp_parse_array(ps, at, "checks", &list);
    const size_t  n = there ? json_array_size(list.value) : 0;

    if (n > CKP_CHECKS_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 6,
                                         .field = "checks" },
                      "%zu checks, at most %d", n, CKP_CHECKS_MAX);
        return;
    }

    if (n == 0 && (there || list.value == NULL)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 111,
                                         .field = "checks" },
                      "the node has no checks");
    }

    v->checks = ckp_parse_alloc(ps, n * sizeof(check_t));

    for (size_t i = 0; v->checks != NULL && i < n; i++) {
        ckp_parse_element(&list, i, &check);
        check.as = CKP_AS_CHECK;
        check_read(ps, &check, v);
    }
}


static ckp_code_t
verification_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    const ckp_at_t *const      at = ckp_parse_here(ps);
    ckp_verification_t *const  v = ckp_parse_alloc(ps, sizeof(*v));

    (void) doc;

    node->u.verification = v;

    if (v == NULL) {
        return CKP_E_NOMEM;
    }

    verification_checks(ps, at, v);
    v->on_pass = ckp_parse_target(ps, at, "on_pass");
    v->on_fail = ckp_parse_target(ps, at, "on_fail");

    return ckp_parse_end(ps);
}


bool
ckp_verification_goes_on(const ckp_node_t *node)
{
    return node->u.verification->on_pass.kind != CKP_TO_NOTHING
           || node->next.kind != CKP_TO_NOTHING;
}


bool
ckp_verification_ends(const ckp_node_t *node)
{
    const ckp_verification_t *const  v = node->u.verification;
    const ckp_to_t                   pass = v->on_pass.kind != CKP_TO_NOTHING
                                            ? v->on_pass.kind
                                            : node->next.kind;
    const ckp_to_t                   fail = v->on_fail.kind != CKP_TO_NOTHING
                                            ? v->on_fail.kind
                                            : node->next.kind;

    for (size_t i = 0; i < v->n; i++) {
        const check_t *const  check = &v->checks[i];

        if (check->on_fail == CHECK_FAIL || check->on_fail == CHECK_RAISE
            || (check->on_fail == CHECK_LEAVE
                && check->to.kind != CKP_TO_NODE))
        {
            return true;
        }
    }

    return pass != CKP_TO_NODE || (v->n > 0 && fail != CKP_TO_NODE);
}


/* --- running ------------------------------------------------------------------ */

/* *why: new string when the schema tells something; may stay NULL. */
static ckp_code_t
check_test(ckp_fiber_t *f, const check_t *check, bool *holds, json_t **why)
{
    json_t      *value = NULL;
    ckp_code_t   rc = CKP_OK;

    *holds = true;
    *why = NULL;

    if (check->condition != NULL) {
        rc = ckp_fiber_test(f, check->condition, holds);
    }

    if (rc != CKP_OK || !*holds || check->schema == NULL) {
        return rc;
    }

    rc = ckp_verdict_source(f, check->source, &value);

    if (rc == CKP_OK) {
        rc = ckp_verdict_schema(f, check->schema, value, why);
        *holds = *why == NULL;
    }

    json_decref(value);

    return rc;
}


/* What the node gives, for its outputs: {passed, checks, failed: [...]}. */
static json_t *
verification_result(const ckp_verification_t *v, const json_t *failed)
{
    return json_pack("{s:b, s:I, s:O}", "passed",
                     json_array_size(failed) == 0, "checks",
                     (json_int_t) v->n, "failed", failed);
}


static ckp_code_t
verification_to(ckp_fiber_t *f, ckp_target_t to, const json_t *failed)
{
    json_t *const  result = verification_result(
                                ckp_fiber_node(f)->u.verification, failed);
    ckp_code_t     rc;

    if (result == NULL) {
        return CKP_E_NOMEM;
    }

    rc = ckp_fiber_done(f, to, result);
    json_decref(result);

    return rc;
}


/* message is borrowed. */
static ckp_code_t
check_stop(ckp_fiber_t *f, const check_t *check, const json_t *message)
{
    json_t *const  error = ckp_verdict_error(f, "VerificationFailed", message,
                               json_pack("{s:s, s:s?}", "check_id", check->id,
                                         "condition", check->written));

    if (error == NULL) {
        return CKP_E_NOMEM;
    }

    return check->on_fail == CHECK_FAIL ? ckp_fiber_fail_run(f, error)
                                        : ckp_node_failed(f, error);
}


/* Tells of it, and does what its word says.  *over: the node is left. */
static ckp_code_t
check_failed(ckp_fiber_t *f, const check_t *check, const json_t *why,
    json_t *failed, bool *over)
{
    const bool   dry = ckp_verdict_is_dry(f);
    json_t      *message = NULL;
    ckp_code_t   rc = ckp_verdict_message(f, check->message, "check",
                                          check->id, why, &message);

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "verification_failed",
                 json_pack("{s:s, s:s?, s:O, s:s, s:o*}",
                     "check_id", check->id, "condition", check->written,
                     "message", message, "on_fail", check->word,
                     "dry_run", dry ? json_true() : NULL));
    }

    if (rc == CKP_OK && json_array_append_new(failed,
                            json_pack("{s:s, s:O, s:s}", "id", check->id,
                                      "message", message, "on_fail",
                                      check->word)) != 0)
    {
        rc = CKP_E_NOMEM;
    }

    *over = rc == CKP_OK
            && (check->on_fail == CHECK_LEAVE
                || (!dry && (check->on_fail == CHECK_FAIL
                             || check->on_fail == CHECK_RAISE)));

    if (*over) {
        rc = check->on_fail == CHECK_LEAVE
             ? verification_to(f, check->to, failed)
             : check_stop(f, check, message);
    }

    json_decref(message);

    return rc;
}


static ckp_code_t
verification_end(ckp_fiber_t *f, const json_t *failed)
{
    const ckp_verification_t *const  v = ckp_fiber_node(f)->u.verification;
    ckp_code_t                       rc = CKP_OK;

    if (json_array_size(failed) > 0) {
        return verification_to(f, v->on_fail, failed);
    }

    rc = ckp_fiber_emit(f, "verification_passed",
                        json_pack("{s:I}", "checks", (json_int_t) v->n));

    return rc == CKP_OK ? verification_to(f, v->on_pass, failed) : rc;
}


static ckp_code_t
verification_run(ckp_fiber_t *f, json_t *failed)
{
    const ckp_verification_t *const  v = ckp_fiber_node(f)->u.verification;

    for (size_t i = 0; i < v->n; i++) {
        json_t      *why;
        bool         holds;
        bool         over = false;
        ckp_code_t   rc = check_test(f, &v->checks[i], &holds, &why);

        if (rc == CKP_OK && !holds) {
            rc = check_failed(f, &v->checks[i], why, failed, &over);
        }

        json_decref(why);

        if (rc != CKP_OK || over) {
            return rc;
        }
    }

    return verification_end(f, failed);
}


static ckp_code_t
verification_enter(ckp_fiber_t *f)
{
    json_t *const  failed = json_array();
    ckp_code_t     rc = failed == NULL ? CKP_E_NOMEM
                                       : verification_run(f, failed);
    json_t        *error;

    json_decref(failed);

    /* what cannot be evaluated is an error that the node's handlers see */

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        error = ckp_fiber_error_take(f);
        rc = error == NULL ? CKP_E_NOMEM : ckp_node_failed(f, error);
    }

    return rc;
}


/* Awake it is only for the recovery steps of a handler. */
static ckp_code_t
verification_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    if (ckp_fiber_get_str(f, "list", NULL) != NULL) {
        return ckp_steps_wake(f, in);
    }

    return in == NULL ? verification_enter(f) : CKP_E_STATE;
}


const ckp_node_ops_t  ckp_node_verification = {
    .type = "verification",
    .parse = verification_parse,
    .enter = verification_enter,
    .wake = verification_wake,
};
