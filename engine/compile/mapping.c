/*
 * Output mappings: variable <- mapping (spec/ckp.md 9.1).
 */

#include <string.h>

#include "compile/parse_int.h"
#include "lang/regex.h"

static const char  mapping_words[] =
    " llm_response text raw content response json usage model_used tool_calls ";


static void
mapping_regex(ckp_parse_t *ps, const ckp_at_t *at, const char *pattern)
{
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_regex_t *const  re = ckp_regex_new(pattern + strspn(pattern, " "),
                                           false, NULL, &err);

    if (re == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 221,
                                         .field = at->key },
                      "no regular expression: %s", err.msg);
    }

    ckp_regex_free(re);
}


static bool
mapping_begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}


static void
mapping_text(ckp_parse_t *ps, const ckp_at_t *at, ckp_mapping_t *map)
{
    const char *const  text = json_string_value(at->value);

    if (strstr(text, "{{") != NULL) {
        map->value = ckp_template_at(ps, at, at->value,
                                     CKP_WITH_RESULT);
        return;
    }

    map->mapping = text;

    if (mapping_begins(text, "regex:")) {
        mapping_regex(ps, at, text + 6);

    } else if (!ckp_word_in(mapping_words, text) && text[0] != '$'
               && !mapping_begins(text, "json:")
               && !mapping_begins(text, "json_extract:")
               && !mapping_begins(text, "xpath:"))
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 225,
                                         .field = at->key },
                      "'%.80s' is a member of the result, or else the whole of "
                      "it", text);
    }
}


/* {from, on_missing, default}; any other object is a literal. */
static bool
mapping_long(ckp_parse_t *ps, const ckp_at_t *at, ckp_mapping_t *map)
{
    static const ckp_word_t  unmet[] = {
        { "null", CKP_UNMET_NULL }, { "keep", CKP_UNMET_KEEP },
        { "fail", CKP_UNMET_FAIL }, { NULL, 0 }
    };
    ckp_at_t                 from;
    ckp_at_t                 value;

    if (!json_is_object(at->value)
        || !json_is_string(json_object_get(at->value, "from")))
    {
        return false;
    }

    (void) ckp_parse_find(ps, at, "from", &from);
    map->unmet = (ckp_unmet_t) ckp_parse_word(ps, at, "on_missing", unmet,
                                              CKP_UNMET_NULL, 405);

    if (ckp_parse_find(ps, at, "default", &value)) {
        map->otherwise = (json_t *) value.value;
    }

    mapping_text(ps, &from, map);

    return true;
}


void
ckp_parse_mappings(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_mapping_t **list, size_t *n)
{
    ckp_at_t       out;
    const char    *name;
    const json_t  *value;

    if (!ckp_parse_object(ps, at, key, &out)) {
        return;
    }

    *list = ckp_parse_alloc(ps, json_object_size(out.value)
                                * sizeof(ckp_mapping_t));

    if (*list == NULL) {
        return;
    }

    json_object_foreach((json_t *) out.value, name, value) {
        const ckp_at_t        where = { .up = &out, .key = name,
                                        .value = value };
        ckp_mapping_t *const  map = &(*list)[*n];

        if (ckp_is_note(name) && !ckp_name_is_reserved(name)) {
            continue;
        }

        if (ckp_name_is_reserved(name)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &where, .number = 413,
                                             .field = key },
                          "'%.120s' is a reserved name", name);
            continue;
        }

        map->variable = name;
        *n += 1;

        if (mapping_long(ps, &where, map)) {
            continue;
        }

        if (json_is_string(value)) {
            mapping_text(ps, &where, map);

        } else {
            map->value = ckp_template_at(ps, &where, value, CKP_WITH_RESULT);
        }
    }
}
