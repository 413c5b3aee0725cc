/*
 * The parts of an llm_action: attachments, checks, branches, repair, memory,
 * fallback.  Source: spec/ckp.md 23.2, 23.5, 23.8, 23.9, 24.2.
 */

#include <string.h>

#include "llm/read.h"

#define PART_CHECKS_MAX    64
#define PART_BRANCHES_MAX  64


/* The array `key`, of at most `most`; false: none, or too many. */

static bool
part_list(ckp_parse_t *ps, const ckp_at_t *at, const char *key, size_t most,
    ckp_at_t *list)
{
    if (!ckp_parse_array(ps, at, key, list)) {
        return false;
    }

    if (json_array_size(list->value) > most) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = list, .number = 6,
                                         .field = key },
                      "%zu entries in '%s', at most %zu",
                      json_array_size(list->value), key, most);
        return false;
    }

    return true;
}


static bool
part_is_object(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    if (json_is_object(at->value)) {
        return true;
    }

    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15, .field = key },
                  "an entry of '%s' must be an object", key);

    return false;
}


/* --- attachments ------------------------------------------------------- */

static void
part_attachment(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    static const ckp_word_t  types[] = {
        { "text", CKP_ATTACH_TEXT }, { "csv", CKP_ATTACH_CSV },
        { "json", CKP_ATTACH_JSON }, { "image", CKP_ATTACH_IMAGE },
        { "file", CKP_ATTACH_FILE }, { "url", CKP_ATTACH_URL },
        { "variable", CKP_ATTACH_VARIABLE }, { NULL, 0 }
    };
    ckp_attachment_t *const  one = &llm->attach[llm->nattach];

    if (!part_is_object(ps, at, "attachments")) {
        return;
    }

    one->type = (ckp_attach_t) ckp_parse_word(ps, at, "type", types,
                                              CKP_ATTACH_TEXT, 302);
    one->source = ckp_parse_template(ps, at, "source", CKP_SECRET_WRONG);
    one->description = ckp_parse_template(ps, at, "description",
                                          CKP_SECRET_WRONG);
    one->required = ckp_parse_bool(ps, at, "required", false);
    ckp_parse_known(ps, at, " type source description required ", NULL);

    if (one->source == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                         .field = "source" },
                      "an attachment without 'source'");
        return;
    }

    llm->nattach++;
}


void
ckp_llm_read_attachments(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    ckp_at_t  list;
    ckp_at_t  one;

    if (!part_list(ps, at, "attachments", CKP_LLM_ATTACHMENTS_MAX, &list)) {
        return;
    }

    llm->attach = ckp_parse_alloc(ps, (json_array_size(list.value) + 1)
                                      * sizeof(ckp_attachment_t));

    for (size_t i = 0; llm->attach != NULL && i < json_array_size(list.value);
         i++)
    {
        ckp_parse_element(&list, i, &one);
        part_attachment(ps, &one, llm);
    }
}


/* --- policy_checks ----------------------------------------------------- */

static void
part_on_fail(ckp_parse_t *ps, const ckp_at_t *at, ckp_check_t *check)
{
    const char *const  word = ckp_parse_str(ps, at, "on_fail");
    ckp_at_t           out;

    if (word == NULL || strcmp(word, "raise") == 0) {
        return;
    }

    if (strcmp(word, "warn") == 0) {
        check->kind = CKP_POLICY_WARN;

    } else if (strncmp(word, "goto:", 5) == 0
               && ckp_parse_find(ps, at, "on_fail", &out))
    {
        check->kind = CKP_POLICY_GOTO;
        check->to = ckp_parse_target_id(ps, &out, word + 5);

    } else {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 405,
                                         .field = "on_fail" },
                      "on_fail '%.60s' is none of raise, warn, goto:<id>; "
                      "'raise' is used", word);
    }
}


static void
part_check(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    ckp_check_t *const  check = &llm->checks[llm->nchecks];

    if (!part_is_object(ps, at, "policy_checks")) {
        return;
    }

    check->id = ckp_parse_str(ps, at, "id");
    check->text = ckp_parse_str(ps, at, "condition");
    check->condition = ckp_parse_expr_as(ps, at, "condition",
                                         CKP_BARE_FITS);
    check->message = ckp_parse_template(ps, at, "message", CKP_SECRET_WARNS);
    part_on_fail(ps, at, check);
    ckp_parse_known(ps, at, " id condition on_fail message ", NULL);

    if (json_object_get(at->value, "condition") == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                         .field = "condition" },
                      "a policy check without 'condition'");
    }

    if (check->id == NULL) {
        check->id = "policy_check";
    }

    if (check->text == NULL) {
        check->text = "";
    }

    llm->nchecks += check->condition != NULL;
}


void
ckp_llm_read_checks(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    ckp_at_t  list;
    ckp_at_t  one;

    if (!part_list(ps, at, "policy_checks", PART_CHECKS_MAX, &list)) {
        return;
    }

    llm->checks = ckp_parse_alloc(ps, (json_array_size(list.value) + 1)
                                      * sizeof(ckp_check_t));

    for (size_t i = 0; llm->checks != NULL && i < json_array_size(list.value);
         i++)
    {
        ckp_parse_element(&list, i, &one);
        part_check(ps, &one, llm);
    }
}


/* --- branches ---------------------------------------------------------- */

void
ckp_llm_read_branches(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    const bool  wanted = ckp_parse_bool(ps, at, "orchestration_mode", false);
    ckp_at_t    list = { .value = NULL };
    ckp_at_t    one;
    size_t      n = 0;

    if (part_list(ps, at, "branches", PART_BRANCHES_MAX, &list)) {
        n = json_array_size(list.value);
    }

    llm->branches = ckp_parse_alloc(ps, (n + 1) * sizeof(ckp_choice_t));

    for (size_t i = 0; llm->branches != NULL && i < n; i++) {
        ckp_choice_t *const  choice = &llm->branches[llm->nbranches];

        ckp_parse_element(&list, i, &one);
        choice->id = json_string_value(one.value);

        if (choice->id == NULL) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 15,
                                             .field = "branches" },
                          "a branch is the id of a node");
            continue;
        }

        choice->to = ckp_parse_target_id(ps, &one, choice->id);
        llm->nbranches += choice->to.kind != CKP_TO_NOTHING;
    }

    llm->otherwise = ckp_parse_target(ps, at, "default_branch");
    llm->orchestrates = wanted && llm->nbranches > 0;

    if (wanted && n == 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 807,
                                         .field = "branches" },
                      "there is nothing to choose from: no branches");
    }
}


/* --- repair ------------------------------------------------------------ */

void
ckp_llm_read_repair(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    static const ckp_word_t  words[] = { { "raise", 0 }, { "fail", 0 },
                                         { "default", 1 }, { NULL, 0 } };
    ckp_at_t                 out;
    ckp_at_t                 value;
    int64_t                  n;

    /* a schema may come with the prompt or the profile */

    llm->repairs = 2;

    if (!ckp_parse_object(ps, at, "repair", &out)) {
        return;
    }

    n = ckp_parse_int(ps, &out, "max_attempts", 0, llm->repairs, 806);
    llm->repairs = n > CKP_LLM_REPAIRS_MAX ? CKP_LLM_REPAIRS_MAX
                                           : (uint32_t) n;
    llm->repair_model = ckp_parse_str(ps, &out, "profile");

    if (llm->repair_model == NULL) {
        llm->repair_model = ckp_parse_str(ps, &out, "model");

    } else if (ckp_llm_profile(ckp_parse_program(ps), llm->repair_model)
               == NULL)
    {
        ckp_parse_needs(ps, &(ckp_say_t) { .at = &out, .number = 802,
                                           .field = "profile" },
                        llm->repair_model);
    }

    if (ckp_parse_word(ps, &out, "on_exhausted", words, 0, 302) == 1) {
        llm->repair_default = ckp_parse_find(ps, &out, "default", &value)
                              ? value.value : json_null();
    }

    ckp_parse_known(ps, &out, " max_attempts model profile on_exhausted"
                    " default ", NULL);
}


/* --- memory ------------------------------------------------------------ */

void
ckp_llm_read_memory(ckp_parse_t *ps, const ckp_at_t *at, ckp_memory_t *memory)
{
    static const ckp_word_t  scopes[] = {
        { "none", CKP_MEMORY_NONE }, { "run", CKP_MEMORY_RUN },
        { "project", CKP_MEMORY_PROJECT }, { NULL, 0 }
    };
    static const ckp_word_t  ways[] = {
        { "drop_oldest", CKP_FORGET_OLDEST }, { "none", CKP_FORGET_NONE },
        { "llm", CKP_FORGET_LLM }, { NULL, 0 }
    };
    ckp_at_t                 out;

    if (!ckp_parse_object(ps, at, "memory", &out)) {
        return;
    }

    if (memory->key == NULL) {
        *memory = (ckp_memory_t) { .scope = CKP_MEMORY_RUN, .key = "default",
                                   .read = true, .write = true,
                                   .messages = 20,
                                   .forget = CKP_FORGET_OLDEST };
    }

    const char *const  key = ckp_parse_str(ps, &out, "key");

    memory->scope = (ckp_memory_scope_t) ckp_parse_word(ps, &out, "scope",
                        scopes, (int) memory->scope, 302);
    memory->scoped |= json_is_string(json_object_get(out.value, "scope"));
    memory->key = key == NULL || *key == '\0' ? memory->key : key;
    memory->read = ckp_parse_bool(ps, &out, "read", memory->read);
    memory->write = ckp_parse_bool(ps, &out, "write", memory->write);
    memory->messages = (uint32_t) ckp_llm_read_number(ps, &out,
                           "max_messages", 1, 1000, memory->messages);
    memory->tokens = (uint32_t) ckp_llm_read_number(ps, &out, "max_tokens", 1,
                         1e7, memory->tokens);
    memory->forget = (ckp_forget_t) ckp_parse_word(ps, &out, "summarize",
                         ways, (int) memory->forget, 302);
    memory->days = (uint32_t) ckp_llm_read_number(ps, &out, "retention_days",
                                                  0, 36500, memory->days);
    ckp_parse_known(ps, &out, " scope key read write max_messages max_tokens"
                    " retention_days summarize ", NULL);

    if (memory->forget == CKP_FORGET_LLM) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 96,
                                         .field = "summarize" },
                      "what is too much is dropped, the oldest first");
    }
}


/* --- fallback ---------------------------------------------------------- */

/* A status may be a number, too. */

static bool
part_is_reason(const json_t *v)
{
    static const char *const  words[] = { "circuit_open", "429", "503",
                                          "timeout", "network", NULL };
    const json_int_t          status = json_integer_value(v);
    const char *const         word = json_string_value(v);
    size_t                    i = 0;

    while (word != NULL && words[i] != NULL && strcmp(words[i], word) != 0) {
        i++;
    }

    return word != NULL ? words[i] != NULL : status == 429 || status == 503;
}


void
ckp_llm_read_fallback(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t  list;
    ckp_at_t  one;

    (void) ckp_parse_bool(ps, at, "enabled", true);
    ckp_parse_known(ps, at, " enabled on ", NULL);

    if (!ckp_parse_array(ps, at, "on", &list)) {
        return;
    }

    for (size_t i = 0; i < json_array_size(list.value); i++) {
        ckp_parse_element(&list, i, &one);

        if (!part_is_reason(one.value)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 302,
                                             .field = "on" },
                          "'on' may have: circuit_open, 429, 503, timeout, "
                          "network");
        }
    }
}
