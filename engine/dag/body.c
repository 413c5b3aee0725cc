/*
 * dag: the body of a task, which is a node of another type (spec/ckp.md 11.2).
 * What the task says of all kinds of bodies is put into that node's object.
 */

#include <string.h>

#include "dag/dag.h"

/* Members of a task that its body has, too, as a node. */
static const char *const  body_shared[] = {
    "error_handlers", "is_checkpoint", "compensate", "sla", "telemetry",
    "idempotency_key", "idempotency_policy", NULL
};

static const char *const  body_kinds[] = {
    "step", "steps", "llm", "approval", "subflow", "expression", "noop", NULL
};

typedef struct {
    ckp_dag_read_t  *r;
    ckp_dag_task_t  *task;
    const ckp_at_t  *at;            /* the task */
    ckp_at_t         body;          /* the member that it is */
} body_t;


/* The one member that is its body; NULL: none, or more (CKP502). */
static const char *
body_find(body_t *b)
{
    ckp_parse_t *const  ps = b->r->ps;
    const char         *found = NULL;
    size_t              n = 0;
    ckp_at_t            out;

    for (size_t i = 0; body_kinds[i] != NULL; i++) {
        if (ckp_parse_find(ps, b->at, body_kinds[i], &out)
            && !json_is_false(out.value))
        {
            found = n++ == 0 ? body_kinds[i] : found;
            b->body = n == 1 ? out : b->body;
        }
    }

    if (n != 1) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = b->at, .number = 502 },
                      n == 0 ? "the task has no body: step, steps, llm, "
                               "approval, subflow, expression or noop"
                             : "the task has %zu bodies, and needs one", n);
        return NULL;
    }

    return found;
}


static const char *
body_name(const body_t *b)
{
    const char *const  keys[] = { "description", "name" };

    for (size_t i = 0; i < 2; i++) {
        const char *const  text = ckp_parse_str(b->r->ps, b->at, keys[i]);

        if (text != NULL && text[0] != '\0') {
            return text;
        }
    }

    return b->task->id;
}


/* --- the node's object ---------------------------------------------------------------- */


/* Copies of the author's object and of what the task says of its body; each
 * value keeps its place. */
static json_t *
body_object(body_t *b, const json_t *own)
{
    json_t *const  made = own == NULL ? json_object()
                                      : json_copy((json_t *) own);

    for (size_t i = 0; made != NULL && body_shared[i] != NULL; i++) {
        json_t *const   value = json_object_get(b->at->value, body_shared[i]);
        const ckp_at_t  at = { .up = b->at, .key = body_shared[i],
                               .value = value };

        if (value == NULL || json_object_get(made, body_shared[i]) != NULL) {
            continue;
        }

        if (json_object_set(made, body_shared[i], value) != 0) {
            json_decref(made);
            return NULL;
        }

        ckp_parse_stands(b->r->ps, value, &at);
    }

    return made;
}


/* made is stolen.  NULL: no memory, or told. */
static ckp_node_t *
body_parse(body_t *b, json_t *made, ckp_body_t *body)
{
    ckp_parse_t *const   ps = b->r->ps;
    const json_t *const  kept = ckp_parse_keep(ps, made);

    if (kept == NULL) {
        return NULL;
    }

    ckp_parse_stands(ps, kept, json_is_object(b->body.value) ? &b->body
                                                             : b->at);
    body->id = b->task->id;
    body->name = body_name(b);
    body->at = *b->at;
    body->at.value = kept;

    return ckp_parse_body(ps, body);
}


static uint32_t
body_ms(const body_t *b)
{
    return ckp_parse_ms32(b->r->ps, b->at, "timeout_ms", 0, 314);
}


static bool
body_is_object(body_t *b)
{
    if (json_is_object(b->body.value)) {
        return true;
    }

    ckp_parse_say(b->r->ps, &(ckp_say_t) { .at = &b->body, .number = 15,
                                           .field = b->body.key },
                  "'%s' must be an object", b->body.key);

    return false;
}


/* --- the kinds -------------------------------------------------------------------------- */


/* The list of a single step is made, so its element must know its place. */
static json_t *
body_list(body_t *b, const char *kind)
{
    json_t *const  made = body_object(b, NULL);
    json_t        *list = (json_t *) b->body.value;

    if (strcmp(kind, "step") == 0) {
        list = json_pack("[O]", b->body.value);
        ckp_parse_stands(b->r->ps, b->body.value, &b->body);

    } else {
        ckp_parse_stands(b->r->ps, list, &b->body);
        json_incref(list);
    }

    if (made == NULL) {
        json_decref(list);
        return NULL;
    }

    if (json_object_set_new(made, "steps", list) != 0) {
        json_decref(made);
        return NULL;
    }

    return made;
}


/* Steps are tried again by themselves, so that a call whose answer was lost
 * keeps its key. */
static void
body_steps(body_t *b, const char *kind)
{
    const bool             one = strcmp(kind, "step") == 0;
    const uint32_t         ms = body_ms(b);
    ckp_dag_task_t *const  task = b->task;
    ckp_body_t             body = { .ops = ckp_node_type("sequence"),
                                    .as = CKP_AS_NODE,
                                    .retry = &task->retry,
                                    .retries = task->restarts,
                                    .step_ms = one ? ms : 0 };

    task->kind = CKP_DAG_BODY_STEPS;

    if (one && !body_is_object(b)) {
        return;
    }

    task->body = body_parse(b, body_list(b, kind), &body);

    if (task->body != NULL) {
        task->body->u.sequence->keeps = true;   /* its last result is ours */
        task->body->timeout_ms = one ? 0 : ms;
    }

    task->restarts = false;
}


/* `fail` and `continue` are no nodes: what they mean is the end of the frame,
 * or the lack of any target. */
static void
body_outcome(body_t *b, json_t *made, const char *key)
{
    static const ckp_word_t  words[] = { { "fail", 0 }, { "continue", 1 },
                                         { NULL, 0 } };
    const bool               goes_on = ckp_parse_word(b->r->ps, &b->body, key,
                                                      words, 0, 302) == 1;

    (void) json_object_del(made, key);

    if (goes_on && json_object_set_new(made, key, json_string("@end")) != 0) {
        b->r->nomem = true;
    }
}


static void
body_approval(body_t *b)
{
    ckp_body_t       body = { .ops = ckp_node_type("human_approval"),
                              .as = CKP_AS_APPROVAL,
                              .type = "human_approval" };
    const uint32_t   ms = body_ms(b);
    json_t          *made;

    b->task->kind = CKP_DAG_BODY_APPROVAL;

    if (!body_is_object(b) || body.ops == NULL) {
        return;
    }

    made = body_object(b, b->body.value);

    if (made != NULL) {
        body_outcome(b, made, "on_reject");
        body_outcome(b, made, "on_timeout");

        if (ms > 0 && json_object_get(made, "timeout_ms") == NULL
            && json_object_set_new(made, "timeout_ms", json_integer(ms)) != 0)
        {
            b->r->nomem = true;
        }
    }

    b->task->body = body_parse(b, made, &body);
}


/* How often the task says, whatever the profile of the model says. */
static void
body_llm_retry(body_t *b, json_t *made)
{
    json_t  *retry;

    if (made == NULL || !b->task->restarts
        || json_object_get(made, "retry") != NULL
        || json_object_get(made, "retry_policy") != NULL)
    {
        return;
    }

    retry = json_pack("{s:I}", "max_attempts",
                      (json_int_t) b->task->retry.max_attempts);

    if (json_object_set_new(made, "retry", retry) != 0) {
        b->r->nomem = true;
    }
}


/* llm: its own machine tries again.  subflow: the dag does. */
static void
body_other(body_t *b, const char *type, ckp_dag_body_t kind)
{
    ckp_body_t      body = { .ops = ckp_node_type(type),
                             .as = kind == CKP_DAG_BODY_SUBFLOW
                                   ? CKP_AS_SUBFLOW : CKP_AS_NODE,
                             .type = type };
    const uint32_t  ms = body_ms(b);
    json_t         *made;

    b->task->kind = kind;

    if (!body_is_object(b) || body.ops == NULL) {
        return;
    }

    made = body_object(b, b->body.value);

    if (kind == CKP_DAG_BODY_LLM) {
        body_llm_retry(b, made);
        body.retry = &b->task->retry;
        b->task->restarts = false;
    }

    b->task->body = body_parse(b, made, &body);

    if (b->task->body != NULL && b->task->body->timeout_ms == 0) {
        b->task->body->timeout_ms = ms;
    }
}


static void
body_value(body_t *b, const char *kind)
{
    const bool         noop = strcmp(kind, "noop") == 0;
    ckp_body_t         body = { .ops = &ckp_node_value, .as = CKP_AS_OTHER };
    ckp_value_t *const value = ckp_parse_alloc(b->r->ps, sizeof(ckp_value_t));

    b->task->kind = CKP_DAG_BODY_VALUE;

    if (value == NULL) {
        return;
    }

    if (noop && !json_is_true(b->body.value)) {
        ckp_parse_say(b->r->ps, &(ckp_say_t) { .at = &b->body, .number = 15,
                                               .field = "noop" },
                      "'noop' must be true");
        return;
    }

    if (!noop) {
        value->expr = ckp_parse_expr(b->r->ps, b->at, "expression");
    }

    b->task->body = body_parse(b, body_object(b, NULL), &body);

    if (b->task->body != NULL) {
        b->task->body->u.value = value;
        b->task->body->timeout_ms = body_ms(b);
    }
}


void
ckp_dag_read_body(ckp_dag_read_t *r, size_t i)
{
    body_t             b = { .r = r, .task = &r->dag->tasks[i],
                             .at = &r->places[i] };
    const char *const  kind = body_find(&b);

    if (kind == NULL) {
        return;
    }

    if (strncmp(kind, "step", 4) == 0) {
        body_steps(&b, kind);

    } else if (strcmp(kind, "approval") == 0) {
        body_approval(&b);

    } else if (strcmp(kind, "llm") == 0) {
        body_other(&b, "llm_action", CKP_DAG_BODY_LLM);

    } else if (strcmp(kind, "subflow") == 0) {
        body_other(&b, "subflow", CKP_DAG_BODY_SUBFLOW);

    } else {
        body_value(&b, kind);
    }
}
