/*
 * Whether all came as the script says.
 */

#include "play_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* What it told, of much the beginning and the end. */

static void
judge_show(const play_t *p)
{
    const size_t   n = json_array_size(p->events);
    const json_t  *ev;
    size_t         i;

    json_array_foreach(p->events, i, ev) {
        char  *text;

        if (i > 60 && i + 20 < n) {
            continue;
        }

        text = ckp_json_text(json_object_get(ev, "payload"));

        printf("  %6lld  %s %s  %s\n",
               (long long) ckp_json_int(ev, "at", 0),
               ckp_json_str(ev, "type"), ckp_json_str(ev, "path"), text);
        ckp_free(text);
    }

    for (i = 0; i < json_array_size(p->calls); i++) {
        char *const  text = ckp_json_text(json_array_get(p->calls, i));

        printf("  call %.2000s\n", text);
        ckp_free(text);
    }
}


/* The value that is not what it must be. */

static void
judge_value(play_t *p, const char *what, const json_t *want, const json_t *got,
    bool whole)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, 64 * 1024);

    if (!play_match(want, got, whole, &b)) {
        char *const  text = got == NULL ? NULL : ckp_json_text(got);

        play_wrong(p, "%s is otherwise at \"%s\": %.3000s", what,
                   ckp_buf_str(&b), text == NULL ? "(nothing)" : text);
        ckp_free(text);
    }

    ckp_buf_free(&b);
}


/* --- events ------------------------------------------------------------------- */

/* "type", "type path", [type, path | null, {payload}] */

static bool
judge_event(const json_t *want, const json_t *got, ckp_buf_t *b)
{
    const char *const  type = ckp_json_str(got, "type");
    const char *const  path = ckp_json_str(got, "path");
    const char        *text = json_string_value(want);
    const json_t      *more = json_array_get(want, 2);
    json_t            *all;
    bool               good;

    if (text != NULL) {
        const size_t  n = strlen(type);

        return strncmp(text, type, n) == 0
               && (text[n] == '\0'
                   || (text[n] == ' ' && strcmp(text + n + 1, path) == 0));
    }

    text = json_string_value(json_array_get(want, 1));

    if (strcmp(json_string_value(json_array_get(want, 0)), type) != 0
        || (text != NULL && strcmp(text, path) != 0))
    {
        return false;
    }

    all = json_is_object(json_object_get(got, "payload"))
              ? json_copy(json_object_get(got, "payload")) : json_object();
    json_object_set(all, "_at", json_object_get(got, "at"));
    json_object_set(all, "_attempt", json_object_get(got, "attempt"));
    json_object_set(all, "_node", json_object_get(got, "node_id"));
    json_object_set(all, "_step", json_object_get(got, "step_id"));
    good = more == NULL || play_match(more, all, false, b);
    json_decref(all);

    return good;
}


static void
judge_missing(play_t *p, const json_t *want, ckp_buf_t *b)
{
    char *const  text = ckp_json_text(want);

    play_wrong(p, "it does not tell %s%s%s", text,
               b->len > 0 ? ", as at " : "", ckp_buf_str(b));
    ckp_free(text);
}


/* Words, in any order. */

static void
judge_words(play_t *p, const char *text)
{
    char *const  list = strdup(text);

    for (char *w = strtok(list, " "); w != NULL; w = strtok(NULL, " ")) {
        const size_t  n = json_array_size(p->events);
        size_t        i = 0;

        while (i < n && strcmp(ckp_json_str(json_array_get(p->events, i),
                                            "type"), w) != 0)
        {
            i++;
        }

        if (i == n) {
            play_wrong(p, "it does not tell %s", w);
        }
    }

    free(list);
}


static void
judge_tells(play_t *p)
{
    const json_t *const  list = json_object_get(p->script, "tells");
    const json_t        *want;
    size_t               i;
    size_t               at = 0;

    if (json_is_string(list)) {
        judge_words(p, json_string_value(list));
        return;
    }

    json_array_foreach((json_t *) list, i, want) {
        ckp_buf_t  b;
        bool       found = false;

        ckp_buf_init(&b, 64 * 1024);

        while (!found && at < json_array_size(p->events)) {
            found = judge_event(want, json_array_get(p->events, at++), &b);
        }

        if (!found) {
            judge_missing(p, want, &b);
            ckp_buf_free(&b);
            return;
        }

        ckp_buf_free(&b);
    }
}


/* All of them behind execution_started. */

static void
judge_events(play_t *p)
{
    const json_t *const  list = json_object_get(p->script, "events");
    const size_t         n = json_array_size(p->events);
    size_t               from = 0;

    if (list == NULL) {
        return;
    }

    while (from < n && strcmp(ckp_json_str(json_array_get(p->events, from),
                                           "type"), "execution_started") != 0)
    {
        from++;
    }

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *const  want = json_array_get(list, i);
        ckp_buf_t            b;

        ckp_buf_init(&b, 64 * 1024);

        if (from + 1 + i >= n
            || !judge_event(want, json_array_get(p->events, from + 1 + i),
                            &b))
        {
            judge_missing(p, want, &b);
            ckp_buf_free(&b);
            return;
        }

        ckp_buf_free(&b);
    }

    if (from + 1 + json_array_size(list) < n) {
        play_wrong(p, "it tells more, first %s", ckp_json_str(json_array_get(
                   p->events, from + 1 + json_array_size(list)), "type"));
    }
}


static void
judge_never(play_t *p)
{
    const json_t *const  list = json_object_get(p->script, "never");
    const json_t        *want;
    const json_t        *ev;
    size_t               i;
    size_t               k;

    json_array_foreach((json_t *) list, i, want) {
        json_array_foreach(p->events, k, ev) {
            ckp_buf_t  b;

            ckp_buf_init(&b, 64 * 1024);

            if (judge_event(want, ev, &b)) {
                play_wrong(p, "it tells %s %s", ckp_json_str(ev, "type"),
                           ckp_json_str(ev, "path"));
            }

            ckp_buf_free(&b);
        }
    }
}


/* --- what others saw ---------------------------------------------------------- */

static void
judge_calls(play_t *p)
{
    const json_t *const  list = json_object_get(p->script, "calls");
    const size_t         n = json_array_size(p->calls);

    if (list == NULL) {
        return;
    }

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *const  want = json_array_get(list, i);
        const json_t *const  got = json_array_get(p->calls, i);
        const json_t *const  name = json_is_array(want)
                                    ? json_array_get(want, 0) : want;
        char                 what[64];

        (void) snprintf(what, sizeof(what), "call %zu", i);
        judge_value(p, what, name, json_object_get(got, "_action"), true);

        if (json_is_array(want) && !p->broken) {
            judge_value(p, what, json_array_get(want, 1), got, false);
        }

        if (p->broken) {
            return;
        }
    }

    if (n > json_array_size(list)) {
        play_wrong(p, "there are %zu calls", n);
    }
}


static void
judge_writes(play_t *p)
{
    const json_t *const  list = json_object_get(p->script, "writes");
    const json_t        *want;
    size_t               i;
    size_t               at = 0;

    json_array_foreach((json_t *) list, i, want) {
        bool  found = false;

        while (!found && at < json_array_size(p->writes)) {
            ckp_buf_t  b;

            ckp_buf_init(&b, 64 * 1024);
            found = play_match(want, json_array_get(p->writes, at++), false,
                               &b);
            ckp_buf_free(&b);
        }

        if (!found) {
            char *const  all = ckp_json_text(p->writes);
            char *const  text = ckp_json_text(want);

            play_wrong(p, "no row is %s in %.2500s", text, all);
            ckp_free(all);
            ckp_free(text);
            return;
        }
    }
}


/* --- the end ------------------------------------------------------------------ */

static json_t *
judge_summary(const ckp_summary_t *sum)
{
    return json_pack("{s:s?, s:s?, s:s?, s:I, s:I, s:I, s:f, s:i, s:s?, s:I}",
                     "last_node_id", sum->last_node_id,
                     "last_step_id", sum->last_step_id,
                     "waiting_for", sum->waiting_for,
                     "active_ms", (json_int_t) sum->active_ms,
                     "prompt_tokens", (json_int_t) sum->prompt_tokens,
                     "completion_tokens", (json_int_t) sum->completion_tokens,
                     "cost_usd", sum->cost_usd,
                     "attempt", (int) sum->attempt,
                     "error_message", sum->error_message,
                     "events", (json_int_t) sum->seq);
}


static void
judge_end(play_t *p)
{
    const char *const    ends = ckp_json_str(p->script, "ends");
    const json_t *const  error = json_object_get(p->script, "error");
    const json_t *const  outputs = json_object_get(p->script, "outputs");
    const json_t *const  vars = json_object_get(p->script, "variables");
    const json_t *const  message = json_object_get(p->script, "message");
    const json_t *const  columns = json_object_get(p->script, "summary");
    ckp_summary_t        sum;
    json_t              *row;

    ckp_run_summary(p->run, &sum);

    if (strcmp(sum.status, ends == NULL ? "completed" : ends) != 0) {
        char *const  text = sum.error == NULL ? NULL
                                              : ckp_json_text(sum.error);

        play_wrong(p, "it ends %s: %s", sum.status, text == NULL ? "" : text);
        ckp_free(text);
        return;
    }

    if (error != NULL) {
        judge_value(p, "the error", error, sum.error, false);
    }

    if (outputs != NULL) {
        judge_value(p, "the outputs", outputs, sum.outputs == NULL
                    ? json_null() : sum.outputs, true);
    }

    row = judge_summary(&sum);

    if (message != NULL) {
        judge_value(p, "the message", message,
                    json_object_get(row, "error_message"), true);
    }

    if (columns != NULL) {
        judge_value(p, "the summary", columns, row, false);
    }

    json_decref(row);

    if (vars != NULL) {
        json_t *const  saved = ckp_run_save(p->run);

        judge_value(p, "the variables", vars, json_object_get(saved, "vars"),
                    false);
        json_decref(saved);
    }
}


/* Of events their types, and of what is in them some words: "type", "member
 * word". */

static void
judge_shown(const play_t *p)
{
    static const char *const  members[] = { "node_type", "action",
                                            "error_type" };
    const json_t             *ev;
    size_t                    i;

    json_array_foreach(p->events, i, ev) {
        const json_t *const  payload = json_object_get(ev, "payload");

        json_object_set_new(p->c->shown, ckp_json_str(ev, "type"),
                            json_true());

        for (size_t k = 0; k < sizeof(members) / sizeof(*members); k++) {
            const char *const  word = ckp_json_str(payload, members[k]);
            char               key[160];

            (void) snprintf(key, sizeof(key), "%s %s", members[k],
                            word == NULL ? "" : word);
            json_object_set_new(p->c->shown, key, json_true());
        }
    }
}


void
play_judge(play_t *p)
{
    const json_t *const  refused = json_object_get(p->script, "refused");

    if (refused != NULL || p->refused != NULL) {
        judge_value(p, "what is refused", refused == NULL ? json_null()
                    : refused, p->refused, true);
        return;
    }

    judge_end(p);
    judge_events(p);
    judge_tells(p);
    judge_never(p);
    judge_calls(p);
    judge_writes(p);

    if (json_object_get(p->script, "statuses") != NULL) {
        judge_value(p, "what it was", json_object_get(p->script, "statuses"),
                    p->statuses, true);
    }

    if (json_object_get(p->script, "asks") != NULL) {
        judge_value(p, "what is asked for", json_object_get(p->script,
                    "asks"), p->asks, false);
    }

    if (json_object_get(p->script, "aborts") != NULL) {
        judge_value(p, "what is aborted",
                    json_object_get(p->script, "aborts"), p->aborts, true);
    }

    if (json_object_get(p->script, "notices") != NULL) {
        judge_value(p, "the notices", json_object_get(p->script, "notices"),
                    p->notices, false);
    }

    if (json_object_get(p->script, "metrics") != NULL) {
        judge_value(p, "the metrics", json_object_get(p->script, "metrics"),
                    p->metrics, true);
    }

    if (p->c->shown != NULL) {
        judge_shown(p);
    }

    if (p->broken || p->c->show) {
        judge_show(p);
    }
}
