/*
 * Output mappings: what a result gives to a variable.  Source: spec/ckp.md 9.1.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "lang/path.h"
#include "lang/regex.h"
#include "model/limits.h"
#include "node/op_int.h"


/* The result read as JSON text; NULL: it is none. */

static json_t *
map_parse(const json_t *result)
{
    ckp_err_t  err = CKP_ERR_INIT;
    size_t     len;

    if (!json_is_string(result)) {
        return json_incref((json_t *) result);
    }

    len = json_string_length(result);

    const char *const  text = ckp_op_unfence(json_string_value(result), &len);

    return ckp_json_parse(text, len, &err);
}


static json_t *
map_below(const json_t *value, const char *path)
{
    ckp_err_t  err = CKP_ERR_INIT;
    size_t     used;

    while (*path == ' ') {
        path++;
    }

    if (*path == '\0') {
        return json_incref((json_t *) value);
    }

    ckp_path_t *const  p = ckp_path_parse(path, strlen(path), &used, &err);
    json_t *const      at = p == NULL || path[used] != '\0' ? NULL
                            : ckp_path_below(p, value);

    ckp_path_free(p);

    return at;
}


static json_t *
map_regex(const json_t *result, const char *pattern)
{
    ckp_err_t       err = CKP_ERR_INIT;
    ckp_span_t      spans[2];
    json_t         *found = NULL;
    json_t *const   text = ckp_op_text(result);

    while (*pattern == ' ') {
        pattern++;
    }

    ckp_regex_t *const  re = ckp_regex_new(pattern, false, NULL, &err);

    if (re != NULL && text != NULL) {
        const char *const  s = json_string_value(text);
        const size_t       n = ckp_regex_match(re, s, json_string_length(text),
                                               0, spans, 2);
        const size_t       g = n > 1 && spans[1].start != SIZE_MAX ? 1 : 0;

        if (n > 0) {
            found = json_stringn(s + spans[g].start,
                                 spans[g].end - spans[g].start);
        }
    }

    ckp_regex_free(re);
    json_decref(text);

    return found;
}


/* $ .name ['name'] [n] [-n]: the definite paths; NULL: nothing there. */

static json_t *
map_jsonpath(const json_t *result, const char *path)
{
    json_t *const  value = map_parse(result);
    json_t        *at = NULL;

    if (value == NULL) {
        return NULL;
    }

    if (path[1] == '\0') {
        return value;
    }

    if (path[1] == '.' && path[2] != '.') {
        at = map_below(value, path + 2);

    } else if (path[1] == '[') {
        ckp_buf_t  b;
        json_t    *holder = json_pack("{s:O}", "v", value);

        ckp_buf_init(&b, CKP_TEMPLATE_TEXT_MAX);
        ckp_buf_printf(&b, "v%s", path + 1);
        at = map_below(holder, ckp_buf_str(&b));
        ckp_buf_free(&b);
        json_decref(holder);
    }

    json_decref(value);

    return at;
}


static bool
map_is_whole(const char *m)
{
    static const char *const  words[] = {
        "llm_response", "text", "raw", "content", "response"
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(m, words[i]) == 0) {
            return true;
        }
    }

    return false;
}


/* New reference; NULL: the mapping finds nothing. */

static json_t *
map_find(const char *m, const json_t *result)
{
    json_t  *value;
    json_t  *at;

    /* a member of that name is meant before a word of the language is */

    if (json_object_get(result, m) != NULL) {
        return json_incref(json_object_get(result, m));
    }

    if (map_is_whole(m)) {
        return json_incref((json_t *) result);
    }

    if (m[0] == '$') {
        return map_jsonpath(result, m);
    }

    if (strncmp(m, "regex:", 6) == 0) {
        return map_regex(result, m + 6);
    }

    if (strncmp(m, "json", 4) == 0
        && (m[4] == '\0' || m[4] == ':'
            || strncmp(m, "json_extract:", 13) == 0))
    {
        value = map_parse(result);
        at = value == NULL ? NULL
             : map_below(value, m[4] == '\0' ? "" : strchr(m, ':') + 1);
        json_decref(value);

        return at;
    }

    if (strncmp(m, "xpath:", 6) == 0) {
        return NULL;
    }

    return json_incref((json_t *) result);
}


static ckp_code_t
map_value(ckp_fiber_t *f, const ckp_mapping_t *m, const json_t *result,
    json_t **out)
{
    ckp_eval_t   ev;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_code_t   rc;

    if (m->mapping != NULL) {
        *out = map_find(m->mapping, result);
        return CKP_OK;
    }

    json_t *const      holder = json_pack("{s:O}", "result", result);
    const ckp_scope_t  own = { .get = ckp_scope_object_get, .object = holder,
                               .outer = ckp_fiber_scope(f) };

    ckp_fiber_eval(f, &ev);
    ev.scope = &own;
    rc = ckp_template_render(m->value, &ev, out, &err);
    json_decref(holder);

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        return ckp_fiber_raise(f, "TemplateError", "%s", err.msg);
    }

    return rc;
}


ckp_code_t
ckp_fiber_map(ckp_fiber_t *f, const ckp_mapping_t *maps, size_t n,
    const json_t *result)
{
    const json_t *const  whole = result == NULL ? json_null() : result;

    for (size_t i = 0; i < n; i++) {
        const ckp_mapping_t *const  m = &maps[i];
        json_t                     *value = NULL;
        ckp_code_t                  rc = map_value(f, m, whole, &value);

        if (rc != CKP_OK) {
            return rc;
        }

        if (value == NULL) {
            rc = ckp_fiber_emit(f, "output_mapping_failed",
                     json_pack("{s:s, s:s, s:s}", "variable", m->variable,
                               "mapping", m->mapping, "message",
                               "nothing was found"));

            if (rc != CKP_OK) {
                return rc;
            }

            if (m->unmet == CKP_UNMET_FAIL) {
                return ckp_fiber_raise(f, "TransformError",
                                       "output \"%.60s\": nothing was found",
                                       m->variable);
            }

            if (m->unmet == CKP_UNMET_KEEP) {
                continue;
            }

            value = m->otherwise == NULL ? json_null()
                                         : json_incref(m->otherwise);
        }

        rc = ckp_fiber_var_set(f, m->variable, value);

        if (rc != CKP_OK) {
            return rc;
        }
    }

    return CKP_OK;
}
