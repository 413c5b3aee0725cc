/*
 * The cursor: members of a document by name and type.
 */

#include <limits.h>
#include <math.h>
#include <string.h>

#include "compile/parse_int.h"

#define PARSE_SENTENCE_MAX  480


const ckp_at_t *
ckp_parse_here(const ckp_parse_t *ps)
{
    return &ps->entry->at;
}


/* --- members ------------------------------------------------------------- */


static void
parse_step_in(const ckp_at_t *at, const char *key, const json_t *value,
    ckp_at_t *out)
{
    out->up = at;
    out->key = key;
    out->index = 0;
    out->value = value;
    out->as = CKP_AS_OTHER;
}


/* Of two spellings the canonical one wins, and both are told. */
bool
ckp_parse_find(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_at_t *out)
{
    const json_t *const  value = json_object_get(at->value, key);
    const char          *alias = NULL;
    ckp_at_t             other;

    if (at->as != CKP_AS_OTHER) {
        alias = ckp_alias_find(at->value, at->as, key);
    }

    if (alias != NULL) {
        const char *const  hint = (ps->diags == NULL)
                                  ? NULL
                                  : ckp_arena_printf(ps->arena, "use '%s'",
                                                     key);

        parse_step_in(at, alias, json_object_get(at->value, alias), &other);

        if (value != NULL) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &other, .number = 93,
                                             .field = alias, .hint = hint },
                          "'%s' is ignored because '%s' is there too", alias,
                          key);

        } else {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &other, .number = 91,
                                             .field = alias, .hint = hint },
                          "'%s' is another name of '%s'", alias, key);
        }
    }

    if (value != NULL) {
        parse_step_in(at, key, value, out);

    } else if (alias != NULL) {
        *out = other;

    } else {
        parse_step_in(at, key, NULL, out);
        return false;
    }

    return !json_is_null(out->value);
}


void
ckp_parse_element(const ckp_at_t *at, size_t i, ckp_at_t *out)
{
    out->up = at;
    out->key = NULL;
    out->index = i;
    out->value = json_array_get(at->value, i);
    out->as = CKP_AS_OTHER;
}


static const char *
parse_type(const json_t *v)
{
    switch (json_typeof(v)) {

    case JSON_OBJECT:
        return "an object";

    case JSON_ARRAY:
        return "an array";

    case JSON_STRING:
        return "a string";

    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";

    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";

    case JSON_NULL:
        return "null";
    }

    return "something else";
}


static void
parse_wrong(ckp_parse_t *ps, const ckp_at_t *at, const char *wanted)
{
    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15,
                                     .field = at->key },
                  "%s%s%smust be %s, not %s", at->key == NULL ? "" : "'",
                  at->key == NULL ? "this " : at->key,
                  at->key == NULL ? "" : "' ", wanted, parse_type(at->value));
}


bool
ckp_parse_object(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_at_t *out)
{
    if (!ckp_parse_find(ps, at, key, out)) {
        return false;
    }

    if (!json_is_object(out->value)) {
        parse_wrong(ps, out, "an object");
        return false;
    }

    return true;
}


bool
ckp_parse_array(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_at_t *out)
{
    if (!ckp_parse_find(ps, at, key, out)) {
        return false;
    }

    if (!json_is_array(out->value)) {
        parse_wrong(ps, out, "an array");
        return false;
    }

    return true;
}


const char *
ckp_parse_str(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    ckp_at_t  out;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return NULL;
    }

    if (!json_is_string(out.value)) {
        parse_wrong(ps, &out, "a string");
        return NULL;
    }

    return json_string_value(out.value);
}


bool
ckp_parse_bool(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    bool otherwise)
{
    ckp_at_t  out;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return otherwise;
    }

    if (!json_is_boolean(out.value)) {
        parse_wrong(ps, &out, "a boolean");
        return otherwise;
    }

    return json_is_true(out.value);
}


/* A whole number, also one written with a fraction of zero. */
static bool
parse_whole(const json_t *v, int64_t *out)
{
    if (json_is_integer(v)) {
        *out = json_integer_value(v);
        return true;
    }

    if (json_is_real(v)) {
        const double  d = json_real_value(v);

        if (d == floor(d) && fabs(d) < 9e15) {
            *out = (int64_t) d;
            return true;
        }
    }

    return false;
}


int64_t
ckp_parse_int(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    int64_t min, int64_t otherwise, int number)
{
    ckp_at_t  out;
    int64_t   value;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return otherwise;
    }

    if (!parse_whole(out.value, &value)) {
        parse_wrong(ps, &out, "an integer");
        return otherwise;
    }

    if (value < min) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = number,
                                         .field = key },
                      "'%s' must be at least %lld, not %lld", key,
                      (long long) min, (long long) value);
        return otherwise;
    }

    return value;
}


/* "1500": digits alone, few enough to fit. */
static bool
parse_digits(const char *text, int64_t *out)
{
    size_t   n = 0;
    int64_t  value = 0;

    for ( ; text[n] != '\0'; n++) {
        if (text[n] < '0' || text[n] > '9' || n >= 15) {
            return false;
        }

        value = value * 10 + (text[n] - '0');
    }

    *out = value;

    return n > 0;
}


int64_t
ckp_parse_ms(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    int64_t otherwise, int number)
{
    ckp_at_t  out;
    int64_t   value;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return otherwise;
    }

    if (json_is_string(out.value)
        && parse_digits(json_string_value(out.value), &value))
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 95,
                                         .field = key },
                      "'%s' is a number written as a string", key);
        return value;
    }

    if (!parse_whole(out.value, &value)) {
        parse_wrong(ps, &out, "an integer");
        return otherwise;
    }

    if (value < 0 || value > INT64_MAX / 60000) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = number,
                                         .field = key },
                      "'%s' must be milliseconds, 0 or more, not %lld", key,
                      (long long) value);
        return otherwise;
    }

    return value;
}


uint32_t
ckp_parse_ms32(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    uint32_t otherwise, int number)
{
    const int64_t  ms = ckp_parse_ms(ps, at, key, otherwise, number);

    return (ms > UINT32_MAX) ? UINT32_MAX : (uint32_t) ms;
}


/* "a, b, c" */
static void
parse_words_list(const ckp_word_t *words, ckp_buf_t *b)
{
    for (size_t i = 0; words[i].word != NULL; i++) {
        ckp_buf_printf(b, "%s%s", i == 0 ? "" : ", ", words[i].word);
    }
}


int
ckp_parse_word(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    const ckp_word_t *words, int otherwise, int number)
{
    const char *const  text = ckp_parse_str(ps, at, key);
    ckp_at_t           out;
    ckp_buf_t          b;

    if (text == NULL) {
        return otherwise;
    }

    for (size_t i = 0; words[i].word != NULL; i++) {
        if (strcmp(words[i].word, text) == 0) {
            return words[i].value;
        }
    }

    parse_step_in(at, key, json_object_get(at->value, key), &out);

    if (out.value == NULL) {
        out.key = ckp_alias_find(at->value, at->as, key);
    }

    ckp_buf_init(&b, PARSE_SENTENCE_MAX);
    parse_words_list(words, &b);
    ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = number,
                                     .field = key },
                  "'%s' is '%.60s', but may be: %s", key, text,
                  ckp_buf_str(&b));
    ckp_buf_free(&b);

    return otherwise;
}


/* --- names and memory ----------------------------------------------------- */


bool
ckp_parse_is_full(const ckp_parse_t *ps)
{
    return ps->diags == NULL || ps->full;
}


bool
ckp_is_note(const char *key)
{
    return key[0] == '_' || key[0] == '$';
}


bool
ckp_word_in(const char *list, const char *word)
{
    const size_t  len = strlen(word);

    if (list == NULL || len == 0 || strchr(word, ' ') != NULL) {
        return false;
    }

    for (const char *p = strstr(list, word); p != NULL;
         p = strstr(p + 1, word))
    {
        if (p > list && p[-1] == ' ' && p[len] == ' ') {
            return true;
        }
    }

    return false;
}


void
ckp_parse_known(ckp_parse_t *ps, const ckp_at_t *at, const char *known,
    const char *more)
{
    const char    *key;
    const json_t  *value;
    ckp_at_t       out;

    json_object_foreach((json_t *) at->value, key, value) {
        ckp_near_t  near;

        if (ckp_parse_is_full(ps)) {
            return;
        }

        if (ckp_is_note(key) || ckp_word_in(known, key)
            || ckp_word_in(more, key) || ckp_alias_is(at->as, key))
        {
            continue;
        }

        ckp_near_init(ps, &near, key);
        ckp_near_list(&near, known);
        ckp_near_list(&near, more);
        parse_step_in(at, key, value, &out);
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 90,
                                         .field = key,
                                         .hint = ckp_near_hint(ps, &near) },
                      "'%.120s' is not a known field here", key);
    }
}


bool
ckp_parse_is_flat(const ckp_parse_t *ps)
{
    return ps->out.form == 'B' || ps->out.form == 'C';
}


char
ckp_parse_form(const ckp_parse_t *ps)
{
    return ps->out.form;
}


const json_t *
ckp_parse_keep(ckp_parse_t *ps, json_t *value)
{
    const json_t *const  kept = ckp_program_own_json(ps->prog, value);

    ps->nomem = ps->nomem || kept == NULL;

    return kept;
}


void *
ckp_parse_own(ckp_parse_t *ps, void *what, void (*end)(void *what))
{
    void *const  kept = ckp_program_own(ps->prog, what, end);

    ps->nomem = ps->nomem || kept == NULL;

    return kept;
}


void *
ckp_parse_alloc(ckp_parse_t *ps, size_t size)
{
    void *const  p = ckp_arena_alloc(ps->arena, size == 0 ? 1 : size);

    if (p == NULL) {
        ps->nomem = true;
    }

    return p;
}


ckp_code_t
ckp_parse_end(const ckp_parse_t *ps)
{
    return ps->nomem ? CKP_E_NOMEM : CKP_OK;
}


const json_t *
ckp_parse_config(const ckp_parse_t *ps, const char *key)
{
    return json_object_get(json_object_get(ps->out.root.value,
                                           "global_config"), key);
}


bool
ckp_parse_is_own_id(const ckp_parse_t *ps, const char *procedure_id)
{
    return ps->prog->procedure_id != NULL
           && strcmp(ps->prog->procedure_id, procedure_id) == 0;
}


bool
ckp_parse_flag(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    ckp_at_t  out;

    return ckp_parse_find(ps, at, key, &out) && json_is_true(out.value);
}
