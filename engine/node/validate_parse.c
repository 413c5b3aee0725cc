/*
 * Validations as a document has them (spec/ckp.md 15.7).
 */

#include <string.h>

#include "base/json.h"
#include "node/validate_int.h"
#include "node/verdict.h"

#define VALID_WAIT_MS  1000     /* how long an element may take to appear */

static const ckp_word_t  valid_checks[] = {
    { "custom", CKP_VALID_CUSTOM },
    { "screen_text_contains", CKP_VALID_TEXT },
    { "element_exists", CKP_VALID_ELEMENT },
    { "value_in_range", CKP_VALID_RANGE },
    { "value_equals", CKP_VALID_EQUALS },
    { "value_in", CKP_VALID_IN },
    { "matches_schema", CKP_VALID_SCHEMA },
    { NULL, 0 }
};

static const ckp_word_t  valid_words[] = {
    { "throw_exception", CKP_VALID_THROW },
    { "retry_node", CKP_VALID_RETRY_NODE },
    { "fail_workflow", CKP_VALID_FAIL },
    { "skip", CKP_VALID_SKIP },
    { "log_and_continue", CKP_VALID_GO_ON },
    { "warn", CKP_VALID_GO_ON },
    { "continue", CKP_VALID_GO_ON },
    { NULL, 0 }
};


/* `id`, or its place; those before it have other ones.  false: no memory. */
static bool
valid_named(ckp_parse_t *ps, const ckp_at_t *at, size_t i,
    const ckp_validations_t *vs, ckp_valid_t *v)
{
    v->id = ckp_parse_str(ps, at, "id");

    if (v->id == NULL || *v->id == '\0') {
        v->id = json_string_value(ckp_parse_keep(ps,
                    json_sprintf("validation_%zu", i + 1)));
    }

    if (v->id == NULL) {
        return false;
    }

    for (size_t k = 0; k < vs->n; k++) {
        if (strcmp(vs->list[k].id, v->id) == 0) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 102,
                                             .field = "id" },
                          "there is a validation '%.120s' already", v->id);
            break;
        }
    }

    return true;
}


/* One word that names no variable: meant as a check, not as an expression. */
static bool
valid_is_word(ckp_parse_t *ps, const char *text)
{
    bool  declared;

    for (const char *p = text; *p != '\0'; p++) {
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
              || *p == '_' || *p == '-'))
        {
            return false;
        }
    }

    return strcmp(text, "true") != 0 && strcmp(text, "false") != 0
           && !ckp_parse_knows(ps, text, &declared);
}


static void
valid_check(ckp_parse_t *ps, const ckp_at_t *at, ckp_valid_t *v)
{
    const char *const  text = ckp_parse_str(ps, at, "check");

    v->kind = CKP_VALID_CUSTOM;
    v->check = text == NULL || *text == '\0' ? "custom" : text;

    for (size_t i = 0; valid_checks[i].word != NULL; i++) {
        if (strcmp(valid_checks[i].word, v->check) == 0) {
            v->kind = (ckp_valid_kind_t) valid_checks[i].value;
            break;
        }

        if (valid_checks[i + 1].word == NULL) {
            if (!valid_is_word(ps, v->check)) {
                v->condition = ckp_parse_expr(ps, at, "check");
                return;
            }

            v->check = "custom";
            (void) ckp_parse_word(ps, at, "check", valid_checks, 0, 405);
        }
    }

    if (v->kind != CKP_VALID_CUSTOM) {
        return;
    }

    v->condition = ckp_parse_expr(ps, at, "condition");

    if (json_object_get(at->value, "condition") == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                         .field = "condition" },
                      "a validation without 'condition'");
    }
}


/* What it compares with, where its check needs that. */
static void
valid_expected(ckp_parse_t *ps, const ckp_at_t *at, ckp_valid_t *v)
{
    const json_t *const  given = json_object_get(at->value,
                                                 "expected_values");
    const bool           list = json_is_array(given)
                                && json_array_size(given) > 0;
    ckp_at_t             out;

    if (v->kind == CKP_VALID_SCHEMA) {
        v->schema = ckp_parse_schema(ps, at, "schema");

        if (json_object_get(at->value, "schema") == NULL) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                             .field = "schema" },
                          "'matches_schema' without 'schema'");
        }

        return;
    }

    if (v->kind == CKP_VALID_CUSTOM || v->kind == CKP_VALID_ELEMENT) {
        return;
    }

    v->expected = ckp_parse_template(ps, at, "expected_values",
                                     CKP_SECRET_WARNS);

    if (v->expected == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                         .field = "expected_values" },
                      "'%s' without 'expected_values'", v->check);

    } else if (!list && !json_is_string(given)
               && v->kind != CKP_VALID_EQUALS)
    {
        if (ckp_parse_array(ps, at, "expected_values", &out)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 111,
                                             .field = "expected_values" },
                          "there are no expected values");
        }
    }
}


/* The call of the agent that looks: extract_text or wait_for_element. */
static void
valid_ask(ckp_parse_t *ps, const ckp_at_t *at, const char *owner,
    const char *agent, ckp_valid_t *v)
{
    const bool           text = v->kind == CKP_VALID_TEXT;
    json_t *const        target = json_object_get(at->value, "target");
    const char *const    action = text ? "extract_text" : "wait_for_element";
    json_t              *made;

    if (!text && v->kind != CKP_VALID_ELEMENT) {
        return;
    }

    if (v->source != NULL || (text && target == NULL)) {
        return;
    }

    if (target == NULL || json_is_null(target)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                         .field = "target" },
                      "'%s' needs 'target' or 'source'", v->check);
        return;
    }

    made = json_pack("{s:o, s:s, s:s*, s:O, s:{}}",
                     "step_id", owner == NULL
                         ? json_sprintf("validation:%s", v->id)
                         : json_sprintf("%s:%s", owner, v->id),
                     "action", action, "agent", agent, "target", target,
                     "params");

    if (!text && made != NULL
        && json_object_set_new(json_object_get(made, "params"), "timeout_ms",
                               json_integer(VALID_WAIT_MS)) != 0)
    {
        json_decref(made);
        made = NULL;
    }

    v->ask = ckp_parse_step(ps, at, made);
}


static void
valid_on_failure(ckp_parse_t *ps, const ckp_at_t *at, bool node,
    ckp_valid_t *v)
{
    const char *const  text = json_string_value(json_object_get(at->value,
                                                                "on_failure"));

    v->on_failure = (ckp_valid_do_t) ckp_parse_word(ps, at, "on_failure",
                        valid_words, CKP_VALID_THROW, 405);
    v->word = "throw_exception";

    for (size_t i = 0; text != NULL && valid_words[i].word != NULL; i++) {
        if (strcmp(valid_words[i].word, text) == 0) {
            v->word = valid_words[i].word;
        }
    }

    if (node && v->on_failure == CKP_VALID_SKIP) {
        v->on_failure = CKP_VALID_GO_ON;
    }

    v->max_retries = ckp_parse_int(ps, at, "max_retries", 0, -1, 15);
}


/* The i-th of the list (0: also when it is the only one and no list). */
static void
valid_read(ckp_parse_t *ps, const ckp_at_t *at, size_t i, const char *owner,
    const char *agent, ckp_validations_t *vs)
{
    ckp_valid_t *const  v = &vs->list[vs->n];

    if (!json_is_object(at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15 },
                      "a validation must be an object");
        return;
    }

    if (!valid_named(ps, at, i, vs, v)) {
        return;
    }

    valid_check(ps, at, v);
    v->source = ckp_parse_template(ps, at, "source", CKP_SECRET_WARNS);
    v->message = ckp_parse_template(ps, at, "message", CKP_SECRET_WARNS);
    valid_expected(ps, at, v);
    valid_ask(ps, at, owner, agent, v);
    valid_on_failure(ps, at, owner == NULL, v);
    ckp_parse_known(ps, at, " id check condition expected_values source target"
                    " on_failure message max_retries schema name description ",
                    NULL);
    vs->n++;
}


const ckp_validations_t *
ckp_validations_parse(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    const char *owner, const char *agent)
{
    ckp_validations_t  *vs;
    ckp_at_t            all;
    ckp_at_t            one;
    size_t              n;

    if (!ckp_parse_find(ps, at, key, &all)) {
        return NULL;
    }

    if (!json_is_array(all.value) && !json_is_object(all.value)) {
        (void) ckp_parse_array(ps, at, key, &one);      /* complains */
        return NULL;
    }

    n = json_is_array(all.value) ? json_array_size(all.value) : 1;

    if (n > CKP_CHECKS_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &all, .number = 6,
                                         .field = key },
                      "%zu validations, at most %d", n, CKP_CHECKS_MAX);
        return NULL;
    }

    vs = ckp_parse_alloc(ps, sizeof(ckp_validations_t));

    if (n == 0 || vs == NULL) {
        return NULL;
    }

    vs->list = ckp_parse_alloc(ps, n * sizeof(ckp_valid_t));

    for (size_t i = 0; vs->list != NULL && i < n; i++) {
        one = all;

        if (json_is_array(all.value)) {
            ckp_parse_element(&all, i, &one);
        }

        valid_read(ps, &one, i, owner, agent, vs);
    }

    return vs;
}
