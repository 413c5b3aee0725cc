/*
 * Output mappings: variable <- mapping (spec/ckp.md 9.1).  Paths and patterns
 * are compiled here, once.
 */

#include <string.h>

#include "compile/parse_int.h"
#include "data/jsonpath.h"
#include "data/xpath.h"
#include "lang/path.h"
#include "lang/regex.h"

/* Words, and beginnings of texts ("json:"); the longer before the shorter. */
static const struct {
    const char  *text;
    ckp_map_t    kind;
} mapping_kinds[] = {
    { "llm_response", CKP_MAP_WHOLE },
    { "text", CKP_MAP_WHOLE },
    { "raw", CKP_MAP_WHOLE },
    { "content", CKP_MAP_WHOLE },
    { "response", CKP_MAP_WHOLE },
    { "json", CKP_MAP_JSON },
    { "usage", CKP_MAP_META },
    { "model_used", CKP_MAP_META },
    { "tool_calls", CKP_MAP_META },
    { "json_extract:", CKP_MAP_JSON },
    { "json:", CKP_MAP_JSON },
    { "regex:", CKP_MAP_REGEX },
    { "xpath:", CKP_MAP_XPATH }
};

#define MAPPING_KINDS  (sizeof(mapping_kinds) / sizeof(mapping_kinds[0]))


/* --- what ends with the program --------------------------------------------- */


static void
mapping_path_end(void *path)
{
    ckp_path_free(path);
}


static void
mapping_jsonpath_end(void *path)
{
    ckp_jsonpath_free(path);
}


static void
mapping_xpath_end(void *path)
{
    ckp_xpath_free(path);
}


/* The program owns it from now on; NULL stays NULL. */
static void *
mapping_own(ckp_parse_t *ps, void *what, void (*end)(void *what))
{
    void *const  own = what == NULL ? NULL
                                    : ckp_program_own(ps->prog, what, end);

    ps->nomem = ps->nomem || (what != NULL && own == NULL);

    return own;
}


static void
mapping_wrong(ckp_parse_t *ps, const ckp_at_t *at, int number,
    const char *what, const ckp_err_t *err)
{
    if (err->code == CKP_E_NOMEM) {
        ps->nomem = true;
        return;
    }

    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = number,
                                     .field = at->key },
                  "%s: %s", what, err->msg);
}


/* --- paths and patterns -------------------------------------------------------- */


static void
mapping_jsonpath(ckp_parse_t *ps, const ckp_at_t *at, const char *text,
    ckp_mapping_t *map)
{
    ckp_err_t  err = CKP_ERR_INIT;

    map->kind = CKP_MAP_JSONPATH;
    map->jsonpath = mapping_own(ps, ckp_jsonpath_parse(text, &err),
                                mapping_jsonpath_end);

    if (map->jsonpath == NULL) {
        mapping_wrong(ps, at, 229, "no JSONPath", &err);
    }
}


/* "[0].a": a JSONPath that lacks its first character. */
static void
mapping_rooted(ckp_parse_t *ps, const ckp_at_t *at, const char *text,
    ckp_mapping_t *map)
{
    char *const  whole = ckp_arena_printf(ps->arena, "$%s", text);

    if (whole == NULL) {
        ps->nomem = true;

    } else {
        mapping_jsonpath(ps, at, whole, map);
    }
}


/* What stands behind "json:": nothing, a dotted path, or a JSONPath. */
static void
mapping_json(ckp_parse_t *ps, const ckp_at_t *at, const char *text,
    ckp_mapping_t *map)
{
    size_t        len = strlen(text);
    size_t        used = 0;
    ckp_err_t     err = CKP_ERR_INIT;
    ckp_path_t   *path;

    if (text[0] == '$') {
        mapping_jsonpath(ps, at, text, map);
        return;
    }

    if (text[0] == '[') {
        mapping_rooted(ps, at, text, map);
        return;
    }

    while (len > 0 && text[len - 1] == ' ') {
        len--;
    }

    if (len == 0) {
        return;
    }

    path = ckp_path_parse(text, len, &used, &err);

    if (path != NULL && used < len) {
        (void) ckp_fail(&err, CKP_E_INVALID, "",
                        "what does not belong to it at column %zu", used + 1);
        ckp_path_free(path);
        path = NULL;
    }

    map->path = mapping_own(ps, path, mapping_path_end);

    if (map->path == NULL) {
        mapping_wrong(ps, at, 229, "no path", &err);
    }
}


static void
mapping_regex(ckp_parse_t *ps, const ckp_at_t *at, const char *text,
    ckp_mapping_t *map)
{
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_regex_t *const  re = ckp_regex_new(text, false, NULL, &err);

    if (re == NULL) {
        mapping_wrong(ps, at, 221, "no pattern", &err);
        return;
    }

    map->regex = ckp_program_own_regex(ps->prog, re);
    ps->nomem = ps->nomem || map->regex == NULL;
}


static void
mapping_xpath(ckp_parse_t *ps, const ckp_at_t *at, const char *text,
    ckp_mapping_t *map)
{
    ckp_err_t  err = CKP_ERR_INIT;

    map->xpath = mapping_own(ps, ckp_xpath_parse(text, &err),
                             mapping_xpath_end);

    if (map->xpath == NULL) {
        mapping_wrong(ps, at, 229, "no XPath", &err);
    }
}


/* --- texts ------------------------------------------------------------------------ */


static ckp_map_t
mapping_kind(const char *text, const char **rest)
{
    for (size_t i = 0; i < MAPPING_KINDS; i++) {
        const char *const  word = mapping_kinds[i].text;
        const size_t       len = strlen(word);

        if (strncmp(text, word, len) == 0
            && (word[len - 1] == ':' || text[len] == '\0'))
        {
            *rest = text + len + strspn(text + len, " ");
            return mapping_kinds[i].kind;
        }
    }

    *rest = text;

    return text[0] == '$' ? CKP_MAP_JSONPATH : CKP_MAP_MEMBER;
}


static void
mapping_text(ckp_parse_t *ps, const ckp_at_t *at, ckp_mapping_t *map)
{
    const char *const  text = json_string_value(at->value);
    const char        *rest;

    if (strstr(text, "{{") != NULL) {
        map->value = ckp_template_at(ps, at, at->value, CKP_WITH_RESULT);
        return;
    }

    map->mapping = text;
    map->kind = mapping_kind(text, &rest);

    switch (map->kind) {

    case CKP_MAP_VALUE:
    case CKP_MAP_WHOLE:
    case CKP_MAP_META:
        break;

    case CKP_MAP_JSON:
        mapping_json(ps, at, rest, map);
        break;

    case CKP_MAP_JSONPATH:
        mapping_jsonpath(ps, at, rest, map);
        break;

    case CKP_MAP_REGEX:
        mapping_regex(ps, at, rest, map);
        break;

    case CKP_MAP_XPATH:
        mapping_xpath(ps, at, rest, map);
        break;

    case CKP_MAP_MEMBER:
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 225,
                                         .field = at->key },
                      "'%.80s' is a member of the result, or else the whole of "
                      "it", text);
        break;
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

    ckp_parse_known(ps, at, " from on_missing default ", NULL);
    (void) ckp_parse_find(ps, at, "from", &from);
    map->unmet = (ckp_unmet_t) ckp_parse_word(ps, at, "on_missing", unmet,
                                              CKP_UNMET_NULL, 405);

    if (ckp_parse_find(ps, at, "default", &value)) {
        map->otherwise = (json_t *) value.value;
    }

    mapping_text(ps, &from, map);

    return true;
}


static void
mapping_read(ckp_parse_t *ps, const ckp_at_t *at, ckp_mapping_t *map)
{
    map->variable = at->key;

    if (mapping_long(ps, at, map)) {
        return;
    }

    if (json_is_string(at->value)) {
        mapping_text(ps, at, map);

    } else {
        map->value = ckp_template_at(ps, at, at->value, CKP_WITH_RESULT);
    }
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
        const ckp_at_t  where = { .up = &out, .key = name, .value = value };

        if (ckp_name_is_reserved(name)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &where, .number = 413,
                                             .field = key },
                          "'%.120s' is a reserved name", name);

        } else if (!ckp_is_note(name)) {
            mapping_read(ps, &where, &(*list)[(*n)++]);
        }
    }
}
