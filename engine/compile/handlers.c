/*
 * Error handlers (spec/ckp.md 15.3, 15.4).
 */

#include <stdio.h>
#include <string.h>

#include "compile/parse_int.h"

static const ckp_word_t  handler_actions[] = {
    { "fail", CKP_HANDLE_FAIL },
    { "retry", CKP_HANDLE_RETRY },
    { "ignore", CKP_HANDLE_IGNORE },
    { "screenshot_and_fail", CKP_HANDLE_SCREENSHOT_FAIL },
    { "escalate", CKP_HANDLE_ESCALATE },
    { "log", CKP_HANDLE_LOG },
    { "goto", CKP_HANDLE_GOTO },
    { "compensate", CKP_HANDLE_COMPENSATE },
    { "rollback", CKP_HANDLE_COMPENSATE },
    { NULL, 0 }
};

static const ckp_word_t  handler_after[] = {
    { "retry_node", CKP_AFTER_RETRY_NODE },
    { "continue", CKP_AFTER_CONTINUE },
    { "stop", CKP_AFTER_STOP },
    { "fallback_node", CKP_AFTER_FALLBACK },
    { NULL, 0 }
};

const char  ckp_known_handler[] =
    " error_type error_types trigger condition action max_retries delay_ms"
    " retry_policy recovery_strategy recovery_steps recovery_required"
    " fallback_node notify_on_error default_output error_metadata description"
    " id name ";


/* A text or an array of texts, numbers as text. */
static void
handler_texts(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    const char ***list, size_t *n)
{
    ckp_at_t       out;
    ckp_at_t       item;
    const char   **texts;
    size_t         size;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return;
    }

    size = json_is_array(out.value) ? json_array_size(out.value) : 1;
    texts = ckp_parse_alloc(ps, (*n + size) * sizeof(char *));

    if (texts == NULL) {
        return;
    }

    if (*n > 0) {
        memcpy(texts, *list, *n * sizeof(char *));
    }

    *list = texts;

    for (size_t i = 0; i < size; i++) {
        item = out;

        if (json_is_array(out.value)) {
            ckp_parse_element(&out, i, &item);
        }

        if (json_is_string(item.value)) {
            texts[(*n)++] = json_string_value(item.value);

        } else if (json_is_integer(item.value)) {
            texts[*n] = ckp_arena_printf(ps->arena, "%lld",
                               (long long) json_integer_value(item.value));
            ps->nomem = ps->nomem || texts[*n] == NULL;
            *n += (texts[*n] != NULL);

        } else {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &item, .number = 15,
                                             .field = key },
                          "'%s' must be text", key);
        }
    }
}


/* "A|B" is two names; "*" and "" are no condition at all. */
static void
handler_types(ckp_parse_t *ps, const ckp_at_t *at, ckp_handler_t *h)
{
    const char  **given = NULL;
    size_t        ngiven = 0;
    size_t        n = 0;

    handler_texts(ps, at, "error_type", &given, &ngiven);
    handler_texts(ps, at, "error_types", &given, &ngiven);

    for (size_t i = 0; i < ngiven; i++) {
        for (const char *p = given[i]; *p != '\0'; p++) {
            n += (*p == '|');
        }

        n++;
    }

    h->types = ckp_parse_alloc(ps, n * sizeof(char *));

    for (size_t i = 0; h->types != NULL && i < ngiven; i++) {
        const char  *p = given[i];

        for ( ;; ) {
            const size_t  space = strspn(p, " ");
            size_t        len = strcspn(p + space, "|");
            const char   *next = p + space + len;

            p += space;

            while (len > 0 && p[len - 1] == ' ') {
                len--;
            }

            if (len == 1 && *p == '*') {
                h->ntypes = 0;
                return;
            }

            if (len > 0) {
                h->types[h->ntypes] = ckp_arena_strndup(ps->arena, p, len);
                ps->nomem = ps->nomem || h->types[h->ntypes] == NULL;
                h->ntypes++;
            }

            if (*next == '\0') {
                break;
            }

            p = next + 1;
        }
    }
}


static void
handler_trigger(ckp_parse_t *ps, const ckp_at_t *at, ckp_handler_t *h)
{
    ckp_at_t  out;

    if (!ckp_parse_object(ps, at, "trigger", &out)) {
        return;
    }

    handler_texts(ps, &out, "error_text_contains", &h->texts, &h->ntexts);
    handler_texts(ps, &out, "error_code", &h->codes, &h->ncodes);
    handler_texts(ps, &out, "http_status_codes", &h->codes, &h->ncodes);
    ckp_parse_known(ps, &out,
                    " error_text_contains error_code http_status_codes ",
                    NULL);
}


static void
handler_retry(ckp_parse_t *ps, const ckp_at_t *at, ckp_handler_t *h)
{
    ckp_at_t       out;
    const bool     policy = ckp_parse_object(ps, at, "retry_policy", &out);
    const int64_t  n = ckp_parse_int(ps, at, "max_retries", 0, -1, 310);

    h->retry = ps->policy.retry;

    if (policy) {
        ckp_retry_overlay(ps, &out, &h->retry, false);
    }

    h->max_retries = (n < 0) ? h->retry.max_attempts - 1
                     : (n > 1000000) ? 1000000 : (uint32_t) n;
    h->delay_ms = ckp_parse_ms32(ps, at, "delay_ms", 0, 310);
    h->fixed_delay = !policy && json_object_get(at->value, "delay_ms") != NULL;
}


static void
handler_recovery(ckp_parse_t *ps, const ckp_at_t *at, ckp_handler_t *h)
{
    ckp_sequence_t  steps = { .steps = NULL };

    ckp_parse_steps(ps, at, "recovery_steps", CKP_STEPS_RECOVERY, &steps);
    h->recovery = steps.steps;
    h->nrecovery = steps.nsteps;
    h->recovery_required = ckp_parse_bool(ps, at, "recovery_required", false);
    h->after = (ckp_after_t) ckp_parse_word(ps, at, "recovery_strategy",
                                            handler_after, CKP_AFTER_ACTION,
                                            421);
}


static void
handler_read(ckp_parse_t *ps, const ckp_at_t *at, ckp_handler_t *h)
{
    ckp_at_t  out;

    handler_types(ps, at, h);
    handler_trigger(ps, at, h);
    h->condition = ckp_parse_expr(ps, at, "condition");
    h->action = (ckp_handle_t) ckp_parse_word(ps, at, "action",
                                              handler_actions,
                                              CKP_HANDLE_FAIL, 421);
    handler_retry(ps, at, h);
    handler_recovery(ps, at, h);
    h->fallback = ckp_parse_target(ps, at, "fallback_node");
    h->notify = ckp_parse_bool(ps, at, "notify_on_error", false);

    if (ckp_parse_find(ps, at, "default_output", &out)) {
        h->default_output = (json_t *) out.value;
    }

    if (ckp_parse_object(ps, at, "error_metadata", &out)) {
        h->metadata = (json_t *) out.value;
    }

    if ((h->action == CKP_HANDLE_GOTO || h->after == CKP_AFTER_FALLBACK)
        && json_object_get(at->value, "fallback_node") == NULL)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 422,
                                         .field = "fallback_node" },
                      "the handler goes to a fallback_node and names none");
    }

    ckp_parse_known(ps, at, ckp_known_handler, NULL);
}


/* It takes every error, so those behind it are never asked. */
static bool
handler_takes_all(const ckp_at_t *at, const ckp_handler_t *h)
{
    return h->ntypes == 0 && h->ntexts == 0 && h->ncodes == 0
           && json_object_get(at->value, "condition") == NULL;
}


static void
handler_list(ckp_parse_t *ps, const ckp_at_t *list, ckp_handler_t *handlers,
    size_t *n)
{
    const size_t  size = json_array_size(list->value);
    bool          covered = false;

    for (size_t i = 0; i < size; i++) {
        ckp_at_t  at;

        ckp_parse_element(list, i, &at);

        if (!json_is_object(at.value)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 15,
                                             .field = "error_handlers" },
                          "a handler must be an object");
            continue;
        }

        handler_read(ps, &at, &handlers[*n]);

        if (covered) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 423 },
                          "an earlier handler takes every error");
        }

        covered = covered || handler_takes_all(&at, &handlers[*n]);
        *n += 1;
    }
}


void
ckp_handlers_read(ckp_parse_t *ps, const ckp_at_t *at, ckp_handler_t **list,
    size_t *n)
{
    ckp_at_t  out;
    size_t    size;

    if (!ckp_parse_array(ps, at, "error_handlers", &out)) {
        return;
    }

    size = json_array_size(out.value);

    if (size > CKP_HANDLERS_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 6,
                                         .field = "error_handlers" },
                      "%zu handlers, at most %d", size, CKP_HANDLERS_MAX);
        return;
    }

    *list = ckp_parse_alloc(ps, size * sizeof(ckp_handler_t));

    if (*list != NULL) {
        handler_list(ps, &out, *list, n);
    }
}
