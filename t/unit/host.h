/*
 * A host that does at once what a run wants: agents, models and people answer
 * well, unless an action's name says otherwise (`moody` fails at its first
 * attempt, `broken` always).  It needs no test library: fuzzers and benchmarks
 * use it, too.
 *
 * The life of a host.
 *   open   the procedure is compiled                       t_host_open
 *   next   what is fed to the run now                      t_host_next
 *   took   what the turn wants from others is noted        t_host_took
 *   over   all is freed                                    t_host_over
 */

#ifndef T_HOST_H
#define T_HOST_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckp.h"

#ifndef T_HOST_WANTS
#define T_HOST_WANTS  256
#endif

#define T_HOST_NOW    1771320600125

typedef struct {
    ckp_input_kind_t  kind;
    ckp_outcome_t     outcome;
    char              ref[80];
    json_t           *data;
} t_want_t;

typedef struct {
    ckp_program_t  *prog;
    ckp_program_t  *kid;        /* the child; NULL: none */
    ckp_run_t      *run;
    t_want_t        wants[T_HOST_WANTS];
    size_t          nwants;
    bool            begun;
    bool            final;
    int64_t         now;
    int64_t         wake;       /* 0: none */
    uint8_t         seed[CKP_SEED_LEN];
    t_want_t        in;         /* what t_host_next gave */
} t_host_t;


/* A document from a text in which ' stands for ", unless \ is before it. */
static inline json_t *
t_host_json(const char *text)
{
    char *const   copy = malloc(strlen(text) + 1);
    char         *to = copy;
    ckp_err_t     err = CKP_ERR_INIT;
    json_t       *v;

    for (const char *p = text; *p != '\0'; p++) {
        if (p[0] == '\\' && p[1] == '\'') {
            p++;
            *to++ = '\'';
        } else {
            *to++ = *p == '\'' ? '"' : *p;
        }
    }

    *to = '\0';
    v = ckp_json_parse(copy, strlen(copy), &err);

    if (v == NULL) {
        fprintf(stderr, "%s\n%s\n", copy, err.msg);
        abort();
    }

    free(copy);

    return v;
}


/* NULL: no memory, or wrong (*list, when asked for, says what). */
static inline ckp_program_t *
t_host_compile(const json_t *doc, json_t **list)
{
    ckp_diags_t *const  diags = ckp_diags_new();
    ckp_compiler_t     *c = diags == NULL ? NULL : ckp_compiler_new(diags);
    ckp_program_t      *prog = NULL;

    if (c != NULL && ckp_compiler_add(c, doc) == CKP_OK) {
        prog = ckp_compiler_finish(c);
    }

    if (list != NULL) {
        *list = c == NULL ? NULL : ckp_diags_json(diags, 'e');
    }

    ckp_compiler_free(c);

    if (diags != NULL) {
        ckp_diags_free(diags);
    }

    return prog;
}


static inline void
t_host_open(t_host_t *h, const char *text, const char *kid)
{
    json_t  *doc = t_host_json(text);
    json_t  *list;

    memset(h, 0, sizeof(*h));
    h->now = T_HOST_NOW;
    h->prog = t_host_compile(doc, &list);
    json_decref(doc);

    if (h->prog == NULL) {
        fprintf(stderr, "%s\n", ckp_json_text(list));
        abort();
    }

    json_decref(list);

    if (kid != NULL) {
        doc = t_host_json(kid);
        h->kid = t_host_compile(doc, NULL);
        json_decref(doc);
    }

    h->run = ckp_run_new(h->prog, "run");
}


static inline void
t_host_over(t_host_t *h)
{
    for (size_t i = 0; i < h->nwants; i++) {
        json_decref(h->wants[i].data);
    }

    json_decref(h->in.data);
    ckp_run_free(h->run);
    ckp_program_unref(h->kid);
    ckp_program_unref(h->prog);
}


/* data is stolen. */
static inline void
t_host_want(t_host_t *h, ckp_input_kind_t kind, ckp_outcome_t outcome,
    const char *ref, json_t *data)
{
    t_want_t *const  w = &h->wants[h->nwants];

    if (h->nwants == T_HOST_WANTS) {
        json_decref(data);
        return;
    }

    *w = (t_want_t) { .kind = kind, .outcome = outcome, .data = data };
    snprintf(w->ref, sizeof(w->ref), "%s", ref == NULL ? "" : ref);
    h->nwants++;
}


static inline void
t_host_model(t_host_t *h, const ckp_effect_t *fx)
{
    const json_t *const  rq = json_object_get(fx->body, "request");
    const json_t *const  all = json_object_get(rq, "messages");
    const char *const    last = ckp_json_str(json_array_get(all,
                                    json_array_size(all) - 1), "role");
    json_t              *data;

    data = json_pack("{s:s, s:s, s:s, s:{s:i, s:i, s:i}}", "text",
                     "{\"kind\":1}", "finish_reason", "stop", "model", "m",
                     "usage", "prompt_tokens", 10, "completion_tokens", 20,
                     "total_tokens", 30);

    if (json_object_get(rq, "tools") != NULL && last != NULL
        && strcmp(last, "tool") != 0)
    {
        json_object_set_new(data, "tool_calls", json_pack(
            "[{s:s, s:{s:s, s:s}}, {s:s, s:{s:s, s:s}}]", "id", "c1",
            "function", "name", "add", "arguments", "{\"a\":2}", "id", "c2",
            "function", "name", "work", "arguments", "{}"));
    }

    t_host_want(h, CKP_IN_REPLY, CKP_OUTCOME_OK, fx->ref, data);
}


static inline void
t_host_agent(t_host_t *h, const ckp_effect_t *fx)
{
    const json_t *const  rq = json_object_get(fx->body, "request");
    const char *const    action = ckp_json_str(rq, "action");
    const int64_t        attempt = ckp_json_int(rq, "attempt", 1);

    if (action != NULL && (strcmp(action, "broken") == 0
                           || (strcmp(action, "moody") == 0 && attempt < 2)))
    {
        t_host_want(h, CKP_IN_REPLY, CKP_OUTCOME_FAILED, fx->ref,
                    json_pack("{s:s, s:s, s:s}", "type", "AgentActionError",
                              "message", "Moody: not now", "agent_error_type",
                              "Moody"));
        return;
    }

    t_host_want(h, CKP_IN_REPLY, CKP_OUTCOME_OK, fx->ref,
                json_pack("{s:{s:[{s:s}, {s:s}], s:b}, s:[{s:s, s:s}]}",
                          "result", "rows", "id", "a", "id", "b", "ok", 1,
                          "artifacts", "uri", "file:a", "kind", "file"));
}


static inline void
t_host_call(t_host_t *h, const ckp_effect_t *fx)
{
    json_t  *data;

    if (strcmp(fx->target, "agent") == 0) {
        t_host_agent(h, fx);
        return;
    }

    if (strcmp(fx->target, "llm") == 0) {
        t_host_model(h, fx);
        return;
    }

    if (strcmp(fx->target, "http") == 0) {
        data = json_pack("{s:i, s:{s:s}, s:{s:i}, s:i, s:s}", "status", 200,
                         "headers", "content-type", "application/json", "body",
                         "a", 1, "duration_ms", 3, "url", "http://a.example");

    } else if (json_object_get(fx->body, "procedure_id") != NULL) {
        data = json_pack("{s:s, s:s}", "hash", "kid", "version", "1");

    } else if (strcmp(fx->target, "notify") == 0) {
        data = json_pack("{s:b, s:s}", "delivered", 1, "via", "w");

    } else {
        data = json_pack("{s:s}", "result", "done");
    }

    t_host_want(h, CKP_IN_REPLY, CKP_OUTCOME_OK, fx->ref, data);
}


static inline void
t_host_rows(t_host_t *h, const ckp_turn_t *turn)
{
    for (size_t i = 0; i < turn->nwrites; i++) {
        const json_t *const  row = turn->writes[i].row;
        const json_t *const  options = json_object_get(row, "options");

        if (strcmp(turn->writes[i].table, "child") == 0) {
            t_host_want(h, CKP_IN_CHILD, CKP_OUTCOME_OK,
                        ckp_json_str(row, "run_id"),
                        json_pack("{s:s, s:{s:s}, s:{s:s}}", "status",
                                  "completed", "outputs", "r", "got", "vars",
                                  "r", "got"));
        }

        if (strcmp(turn->writes[i].table, "approval") == 0) {
            const char *const  type = ckp_json_str(row, "decision_type");

            t_host_want(h, CKP_IN_DECISION, CKP_OUTCOME_OK,
                        ckp_json_str(row, "approval_id"),
                        json_pack("{s:s, s:s}", "decision",
                                  type != NULL && strcmp(type, "select_option")
                                  == 0 && json_array_size(options) > 0
                                  ? "x" : "approved", "decided_by", "ann"));
        }
    }
}


/* After CKP_OK of a feed with what t_host_next gave. */
static inline void
t_host_took(t_host_t *h, const ckp_turn_t *turn)
{
    for (size_t i = 0; i < turn->neffects; i++) {
        const ckp_effect_t *const  fx = &turn->effects[i];

        if (fx->kind == CKP_FX_ADMIT) {
            t_host_want(h, CKP_IN_ADMITTED, CKP_OUTCOME_OK, fx->ref,
                        ckp_json_bool(fx->body, "native", false)
                        || ckp_json_bool(fx->body, "internal", false)
                        ? json_pack("{s:b}", "native", 1)
                        : json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:i}}",
                                    "agent", "agent_id", "w1", "name", "w",
                                    "base_url", "http://w", "channel", "W",
                                    "resource_key", "w", "concurrency_limit",
                                    2));

        } else if (fx->kind == CKP_FX_CALL) {
            t_host_call(h, fx);
        }
    }

    t_host_rows(h, turn);
    h->wake = turn->wake_at_ms;
    h->final = turn->final;
    h->seed[0]++;
}


/* The next input (kept until the next call): false, there is none.  */
static inline bool
t_host_next(t_host_t *h, ckp_input_t *in)
{
    json_decref(h->in.data);
    h->in = (t_want_t) { .kind = CKP_IN_TICK };

    if (h->final) {
        return false;
    }

    if (!h->begun) {
        json_t     *vars = NULL;
        json_t     *errors = NULL;
        ckp_err_t   err = CKP_ERR_INIT;

        (void) ckp_program_inputs(h->prog, NULL, NULL, h->now, &vars, &errors,
                                  &err);
        h->in = (t_want_t) { .kind = CKP_IN_START, .data = json_pack(
            "{s:{s:s}, s:{}, s:o}", "meta", "trigger_type", "manual",
            "inputs", "vars", vars == NULL ? json_object() : vars) };
        json_decref(errors);
        h->begun = true;
        t_host_want(h, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);

    } else if (h->nwants > 0) {
        h->in = h->wants[0];
        memmove(h->wants, h->wants + 1, --h->nwants * sizeof(h->wants[0]));

    } else if (h->wake > 0) {
        h->now = h->wake > h->now ? h->wake : h->now;

    } else {
        return false;
    }

    *in = (ckp_input_t) { .kind = h->in.kind, .outcome = h->in.outcome,
                          .now_ms = h->now, .seed = h->seed,
                          .ref = h->in.ref, .data = h->in.data };

    if (h->kid != NULL && ckp_json_str(h->in.data, "hash") != NULL) {
        (void) ckp_run_link(h->run, "kid", h->kid);
    }

    return true;
}

#endif
