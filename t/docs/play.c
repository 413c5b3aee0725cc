/*
 * One example's run: scripted agents, models, people and a clock that jumps to
 * the next alarm.
 */

#include "docs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAY_INPUTS_MAX  5000
#define PLAY_TOLD_MAX    65536

typedef struct {
    docs_page_t           *page;
    const docs_example_t  *one;
    ckp_run_t             *run;
    json_t                *waiting;     /* [{kind, ref, outcome, data}] */
    json_t                *asked;       /* {action: how often} */
    json_t                *approvals;   /* [row]: nobody decided yet */
    size_t                 decided;
    int64_t                now_ms;
    int64_t                wake_ms;
    uint8_t                seed[32];
    bool                   final;
    char                   delegation[64];      /* the last one */
    char                   told[PLAY_TOLD_MAX];
} play_t;


/* --- answers --------------------------------------------------------------- */

/* What is said to the n-th call of the action; lent. */

static const json_t *
play_script(play_t *p, const char *action)
{
    const json_t *const  all = json_object_get(p->one->told, "answers");
    const json_t *const  list = json_object_get(all, action);
    const int64_t        n = ckp_json_int(p->asked, action, 0);
    const size_t         last = json_array_size(list);

    json_object_set_new(p->asked, action, json_integer(n + 1));

    if (!json_is_array(list)) {
        return list;
    }

    return json_array_get(list, (size_t) n < last ? (size_t) n : last - 1);
}


static void
play_wait(play_t *p, ckp_input_kind_t kind, ckp_outcome_t outcome,
    const char *ref, json_t *data)
{
    json_array_append_new(p->waiting,
        json_pack("{s:i, s:s, s:i, s:o}", "kind", (int) kind, "ref", ref,
                  "outcome", (int) outcome, "data", data));
}


/* A result in the shape of its target; `said` is lent, `usual` stolen. */

static json_t *
play_shape(const char *target, const json_t *said, json_t *usual)
{
    json_t *const  v = said != NULL ? json_deep_copy(said) : json_incref(usual);

    json_decref(usual);

    if (strcmp(target, "llm") == 0) {
        char *const    text = json_is_string(v) ? NULL : ckp_json_text(v);
        json_t *const  out = json_pack(
            "{s:s, s:s, s:s, s:{s:i, s:i, s:i}}", "text",
            text == NULL ? json_string_value(v) : text, "finish_reason",
            "stop", "model", "scripted", "usage", "prompt_tokens", 10,
            "completion_tokens", 5, "total_tokens", 15);

        ckp_free(text);
        json_decref(v);

        return out;
    }

    if (strcmp(target, "http") == 0) {
        return json_pack("{s:i, s:{}, s:o, s:i, s:s}", "status", 200,
                         "headers", "body", v, "duration_ms", 1, "url",
                         "http://example.com/");
    }

    if (strcmp(target, "notify") == 0) {
        json_decref(v);
        return json_pack("{s:b, s:s}", "delivered", 1, "via", "agent");
    }

    return json_pack("{s:o}", "result", v);
}


static void
play_child(play_t *p, const char *ref, const char *id)
{
    for (size_t i = 0; i < p->page->n; i++) {
        const docs_example_t *const  kid = &p->page->list[i];
        const char *const            name = ckp_json_str(kid->doc,
                                                         "procedure_id");
        ckp_program_t               *prog;

        if (name == NULL || strcmp(name, id) != 0) {
            continue;
        }

        prog = docs_compile(p->page, kid->line, kid->doc);

        if (prog != NULL) {
            (void) ckp_run_link(p->run, id, prog);
            play_wait(p, CKP_IN_REPLY, CKP_OUTCOME_OK, ref,
                      json_pack("{s:s, s:s}", "hash", id, "version",
                                ckp_program_version(prog)));
            ckp_program_unref(prog);
        }

        return;
    }

    docs_wrong(p->page, p->one->line, "no example is the child \"%s\"", id);
}


static void
play_call(play_t *p, const ckp_effect_t *fx)
{
    const json_t *const  rq = json_object_get(fx->body, "request");
    const char          *action = ckp_json_str(rq, "action");
    const char *const    op = ckp_json_str(fx->body, "op");
    const json_t        *said;
    const json_t        *error;

    if (op != NULL && strcmp(op, "procedure") == 0) {
        play_child(p, fx->ref, ckp_json_str(fx->body, "procedure_id"));
        return;
    }

    action = strcmp(fx->target, "llm") == 0 ? "llm"
             : strcmp(fx->target, "http") == 0 ? "http_request"
             : op != NULL ? op : action;
    said = play_script(p, action == NULL ? fx->target : action);
    error = json_object_get(said, "__error__");

    if (json_is_true(json_object_get(said, "__never__"))) {
        return;
    }

    if (error != NULL) {
        play_wait(p, CKP_IN_REPLY, CKP_OUTCOME_FAILED, fx->ref,
                  json_deep_copy(error));
        return;
    }

    play_wait(p, CKP_IN_REPLY, CKP_OUTCOME_OK, fx->ref,
              play_shape(fx->target, said,
                         strcmp(fx->target, "llm") == 0
                             ? json_string("It is done.")
                             : strcmp(fx->target, "host") == 0
                             ? json_null() : json_pack("{s:b}", "ok", 1)));
}


/* What the agent reports later, when the action is a workflow; lent. */

static const json_t *
play_reports(const play_t *p, const ckp_effect_t *fx)
{
    const json_t *const  rq = json_object_get(fx->body, "request");
    const char *const    action = ckp_json_str(rq == NULL ? fx->body : rq,
                                               "action");
    const json_t *const  all = json_object_get(p->one->told, "answers");

    return action == NULL ? NULL
           : json_object_get(json_object_get(all, action), "__reports__");
}


/* It takes the work, and tells of it by and by. */

static void
play_delegate(play_t *p, const ckp_effect_t *fx, const json_t *reports)
{
    const json_t  *report;
    size_t         i;

    play_wait(p, CKP_IN_REPLY, CKP_OUTCOME_OK, fx->ref,
              json_pack("{s:b}", "accepted", 1));

    json_array_foreach((json_t *) reports, i, report) {
        play_wait(p, CKP_IN_CALLBACK, CKP_OUTCOME_OK, p->delegation,
                  json_deep_copy(report));
    }
}


static void
play_admit(play_t *p, const ckp_effect_t *fx)
{
    const char *const  channel = ckp_json_str(fx->body, "channel");
    const bool         known = ckp_json_bool(fx->body, "native", false)
                               || ckp_json_bool(fx->body, "internal", false);

    if (known && channel == NULL) {
        play_wait(p, CKP_IN_ADMITTED, CKP_OUTCOME_OK, fx->ref,
                  json_pack("{s:b}", "native", 1));
        return;
    }

    play_wait(p, CKP_IN_ADMITTED, CKP_OUTCOME_OK, fx->ref,
              json_pack("{s:{s:s, s:s, s:s, s:s*, s:s, s:i, s:b}}", "agent",
                        "agent_id", "scripted", "name", "scripted",
                        "base_url", "http://127.0.0.1:1", "channel", channel,
                        "resource_key", "scripted", "concurrency_limit", 9,
                        "workflow", play_reports(p, fx) != NULL));
}


static void
play_abort(play_t *p, const char *ref)
{
    for (size_t i = json_array_size(p->waiting); i-- > 0; ) {
        const json_t *const  one = json_array_get(p->waiting, i);

        if (strcmp(ckp_json_str(one, "ref"), ref) == 0) {
            json_array_remove(p->waiting, i);
        }
    }
}


/* --- turns ----------------------------------------------------------------- */

static void
play_told(play_t *p, const ckp_turn_t *turn)
{
    for (size_t i = 0; i < turn->nevents; i++) {
        const size_t  len = strlen(p->told);

        (void) snprintf(p->told + len, sizeof(p->told) - len, " %s ",
                        turn->events[i].type);
    }

    for (size_t i = 0; i < turn->nwrites; i++) {
        const ckp_write_t *const  w = &turn->writes[i];

        if (strcmp(w->table, "approval") == 0) {
            json_array_append_new(p->approvals, json_deep_copy(w->row));

        } else if (strcmp(w->table, "delegation") == 0) {
            (void) snprintf(p->delegation, sizeof(p->delegation), "%s",
                            ckp_json_str(w->row, "ref"));
        }
    }

    for (size_t i = 0; i < turn->neffects; i++) {
        const ckp_effect_t *const  fx = &turn->effects[i];

        if (fx->kind == CKP_FX_ADMIT) {
            play_admit(p, fx);

        } else if (fx->kind == CKP_FX_CALL) {
            const json_t *const  reports = play_reports(p, fx);

            if (reports != NULL) {
                play_delegate(p, fx, reports);
            } else {
                play_call(p, fx);
            }

        } else if (fx->kind == CKP_FX_ABORT) {
            play_abort(p, fx->ref);
        }
    }

    p->wake_ms = turn->wake_at_ms;
    p->final = turn->final;
}


static bool
play_feed(play_t *p, ckp_input_kind_t kind, ckp_outcome_t outcome,
    const char *ref, const json_t *data)
{
    char               own[128];
    ckp_turn_t         turn;
    ckp_err_t          err = CKP_ERR_INIT;
    const ckp_input_t  in = { .kind = kind, .outcome = outcome,
                              .now_ms = p->now_ms, .seed = p->seed,
                              .ref = own, .data = data };
    ckp_code_t         rc;

    (void) snprintf(own, sizeof(own), "%s", ref);
    p->seed[0]++;
    p->seed[1] = (uint8_t) (p->seed[0] == 0 ? p->seed[1] + 1 : p->seed[1]);
    rc = ckp_run_feed(p->run, &in, &turn, &err);

    if (rc == CKP_E_STATE) {
        return true;
    }

    if (rc != CKP_OK) {
        docs_wrong(p->page, p->one->line, "input %d: %s", (int) kind, err.msg);
        return false;
    }

    play_told(p, &turn);

    return true;
}


/* The oldest question is decided; false: there is none, or nobody answers. */

static bool
play_decide(play_t *p, bool *good)
{
    const json_t *const  list = json_object_get(p->one->told, "decisions");
    const char          *word;
    json_t              *row;
    json_t              *data;

    if (json_array_size(p->approvals) == 0) {
        return false;
    }

    row = json_incref(json_array_get(p->approvals, 0));
    json_array_remove(p->approvals, 0);
    word = json_string_value(json_array_get(list, p->decided++));
    word = word == NULL ? "approved" : word;

    if (strcmp(word, "never") == 0) {
        json_decref(row);
        return play_decide(p, good);
    }

    data = json_pack("{s:s, s:s, s:s, s:O*}", "decision", word, "decided_by",
                     "ana", "decided_at", "2026-01-05T09:00:00.000Z",
                     "payload", json_object_get(p->one->told, "payload"));
    *good = play_feed(p, CKP_IN_DECISION, CKP_OUTCOME_OK,
                      ckp_json_str(row, "approval_id"), data);
    json_decref(data);
    json_decref(row);

    return true;
}


static bool
play_step(play_t *p)
{
    json_t  *one;
    bool     good = true;

    if (json_array_size(p->waiting) > 0) {
        one = json_incref(json_array_get(p->waiting, 0));
        json_array_remove(p->waiting, 0);
        good = play_feed(p, (ckp_input_kind_t) ckp_json_int(one, "kind", 0),
                         (ckp_outcome_t) ckp_json_int(one, "outcome", 0),
                         ckp_json_str(one, "ref"),
                         json_object_get(one, "data"));
        json_decref(one);

        return good;
    }

    if (p->wake_ms != 0 && p->wake_ms <= p->now_ms) {
        return play_feed(p, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL);
    }

    if (play_decide(p, &good)) {
        return good;
    }

    if (p->wake_ms == 0) {
        docs_wrong(p->page, p->one->line, "the run waits for ever");
        return false;
    }

    p->now_ms = p->wake_ms;

    return play_feed(p, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL);
}


/* --- judging --------------------------------------------------------------- */

static void
play_tells(play_t *p)
{
    const json_t *const  text = json_object_get(p->one->told, "tells");
    char *const          list = strdup(text == NULL ? ""
                                       : json_string_value(text));

    for (char *w = strtok(list, " "); w != NULL; w = strtok(NULL, " ")) {
        char  spaced[128];

        (void) snprintf(spaced, sizeof(spaced), " %s ", w);

        if (strstr(p->told, spaced) == NULL) {
            docs_wrong(p->page, p->one->line, "no %s in:%s", w, p->told);
        }
    }

    free(list);
}


static void
play_judge(play_t *p)
{
    const char *const    ends = ckp_json_str(p->one->told, "ends");
    const json_t *const  want = json_object_get(p->one->told, "outputs");
    ckp_summary_t        sum;

    ckp_run_summary(p->run, &sum);

    if (strcmp(sum.status, ends == NULL ? "completed" : ends) != 0) {
        docs_wrong(p->page, p->one->line, "ends %s: %s\n   %s", sum.status,
                   sum.error_message == NULL ? "" : sum.error_message,
                   p->told);
    }

    if (want != NULL && !ckp_json_equal(want, sum.outputs)) {
        char *const  text = ckp_json_text(sum.outputs);

        docs_wrong(p->page, p->one->line, "gives %s", text);
        ckp_free(text);
    }

    play_tells(p);
}


/* The run is born and begins. */

static bool
play_start(play_t *p, ckp_program_t *prog)
{
    json_t        *inputs = json_object_get(p->one->told, "inputs");
    json_t        *vars = NULL;
    json_t        *errors = NULL;
    json_t        *data;
    ckp_err_t      err = CKP_ERR_INIT;
    bool           good;

    inputs = inputs == NULL ? json_object() : json_incref(inputs);

    if (ckp_program_inputs(prog, inputs, NULL, p->now_ms, &vars, &errors,
                           &err) != CKP_OK)
    {
        char *const  text = ckp_json_text(errors);

        docs_wrong(p->page, p->one->line, "its inputs: %s", text);
        ckp_free(text);
        json_decref(errors);
        json_decref(inputs);
        return false;
    }

    data = json_pack("{s:{s:s}, s:o, s:o}", "meta", "trigger_type", "manual",
                     "inputs", inputs, "vars", vars);
    good = play_feed(p, CKP_IN_START, CKP_OUTCOME_OK, "", data)
           && play_feed(p, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    json_decref(data);

    return good;
}


void
docs_play(docs_page_t *page, const docs_example_t *one)
{
    const size_t          before = page->failed;
    ckp_program_t *const  prog = docs_compile(page, one->line, one->doc);
    play_t               *p;

    if (prog == NULL) {
        return;
    }

    p = calloc(1, sizeof(*p));
    p->page = page;
    p->one = one;
    p->now_ms = 1767603600000;          /* 2026-01-05T09:00:00Z, a Monday */
    p->waiting = json_array();
    p->approvals = json_array();
    p->asked = json_object();
    p->run = ckp_run_new(prog, "run");

    if (play_start(p, prog)) {
        size_t  n = 0;

        while (!p->final && n < PLAY_INPUTS_MAX && play_step(p)) {
            n++;
        }

        play_judge(p);
    }

    page->passed += page->failed == before ? 1 : 0;
    ckp_run_free(p->run);
    json_decref(p->waiting);
    json_decref(p->approvals);
    json_decref(p->asked);
    free(p);
    ckp_program_unref(prog);
}
