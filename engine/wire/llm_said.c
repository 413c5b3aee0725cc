/*
 * What providers have in common: answers that come together, addresses, data
 * URIs.
 */

#include "wire/llm_int.h"

#include <string.h>

#include "base/json.h"


void
ckp_llm_said_end(ckp_llm_said_t *s)
{
    ckp_buf_free(&s->text);
    json_decref(s->calls);
    json_decref(s->model);
    json_decref(s->finish);
    json_decref(s->error);
}


json_t *
ckp_llm_said_call(ckp_llm_said_t *s, int64_t at)
{
    if (at < 0 || at >= CKP_LLM_CALLS_MAX) {
        return NULL;
    }

    while ((int64_t) json_array_size(s->calls) <= at) {
        if (json_array_append_new(s->calls, json_pack("{s:s, s:s, s:{s:s, "
                "s:s}}", "id", "", "type", "function", "function", "name", "",
                "arguments", "")) != 0)
        {
            return NULL;
        }
    }

    return json_array_get(s->calls, (size_t) at);
}


void
ckp_llm_said_name(json_t *call, const char *id, const char *name)
{
    if (id != NULL) {
        (void) json_object_set_new(call, "id", json_string(id));
    }

    if (name != NULL && *name != '\0') {
        (void) json_object_set_new(json_object_get(call, "function"), "name",
                                   json_string(name));
    }
}


void
ckp_llm_said_args(json_t *call, const char *more)
{
    json_t *const  function = json_object_get(call, "function");

    if (more != NULL && *more != '\0') {
        (void) json_object_set_new(function, "arguments",
                   json_sprintf("%s%s", ckp_json_str(function, "arguments"),
                                more));
    }
}


void
ckp_llm_put_content(ckp_buf_t *b, const json_t *content)
{
    const json_t  *part;
    size_t         i;

    if (json_is_string(content)) {
        ckp_buf_put(b, json_string_value(content),
                    json_string_length(content));
        return;
    }

    json_array_foreach(content, i, part) {
        const char *const  s = ckp_json_str(part, "text");

        ckp_buf_puts(b, s == NULL ? "" : s);
    }
}


json_t *
ckp_llm_args(const json_t *text)
{
    ckp_err_t  err = CKP_ERR_INIT;
    json_t    *args;

    if (json_is_object(text)) {
        return json_incref((json_t *) text);
    }

    args = json_string_length(text) == 0 ? NULL
           : ckp_json_parse(json_string_value(text), json_string_length(text),
                            &err);

    if (!json_is_object(args)) {
        json_decref(args);
        args = json_object();
    }

    return args;
}


/* --- addresses ----------------------------------------------------------- */

static size_t
said_len(const char *base)
{
    size_t  len = strlen(base);

    while (len > 0 && base[len - 1] == '/') {
        len--;
    }

    return len;
}


bool
ckp_llm_has_path(const char *base)
{
    const char *const  host = strstr(base, "://");
    const size_t       len = said_len(base);
    const char *const  from = host == NULL ? base : host + 3;

    return from < base + len
           && memchr(from, '/', (size_t) (base + len - from)) != NULL;
}


bool
ckp_llm_ends_with(const char *base, const char *end)
{
    const size_t  len = said_len(base);
    const size_t  n = strlen(end);

    return len >= n && memcmp(base + len - n, end, n) == 0;
}


const char *
ckp_llm_data_uri(const char *url, char type[64])
{
    static const char   mark[] = ";base64,";
    const char *const   at = strncmp(url, "data:", 5) == 0
                             ? strstr(url, mark) : NULL;
    const size_t        len = at == NULL ? 0 : (size_t) (at - url) - 5;

    if (len == 0 || len >= 64) {
        return NULL;
    }

    memcpy(type, url + 5, len);
    type[len] = '\0';

    return at + sizeof(mark) - 1;
}
