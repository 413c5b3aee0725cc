/*
 * Documents in, a program or diagnostics out: the order of the work.
 */

#include <string.h>

#include "compile/parse_int.h"
#include "dag/dag.h"
#include "node/node.h"
#include "refer/refer.h"

struct ckp_compiler_s {
    ckp_diags_t    *diags;
    ckp_parse_t     ps;
    ckp_program_t  *prog;       /* NULL until a document was added */
    ckp_refers_t    refers;     /* other procedures that it calls */
    unsigned long   refusals;   /* of memory, before the present step */
    bool            lost;       /* one came in a step of ours */
    bool            judged;     /* refers are */
};


ckp_compiler_t *
ckp_compiler_new(ckp_diags_t *diags)
{
    ckp_compiler_t *const  c = ckp_calloc(sizeof(ckp_compiler_t));

    if (c != NULL) {
        c->diags = diags;
        c->refusals = ckp_memory_refusals();
    }

    return c;
}


/* A reader that had no memory may have read nothing, and not know it.  Between
 * two steps others may be refused what they want. */
static bool
compiler_is_whole(ckp_compiler_t *c)
{
    c->lost |= ckp_memory_refusals() != c->refusals;

    return !c->ps.nomem && !c->lost;
}


void
ckp_compiler_free(ckp_compiler_t *c)
{
    if (c == NULL) {
        return;
    }

    ckp_outline_free(&c->ps.out);
    json_decref(c->ps.names);
    ckp_refers_free(&c->refers);
    json_decref(c->ps.needs);
    ckp_program_unref(c->prog);
    ckp_free(c);
}


void
ckp_compiler_moved(ckp_compiler_t *c)
{
    c->refusals = ckp_memory_refusals();
    ckp_diags_moved(c->diags);
}


void
ckp_compiler_zones(ckp_compiler_t *c, ckp_zone_pt zone, void *data)
{
    c->ps.zone = zone;
    c->ps.zone_data = data;
}


/* What must be known before anything is said. */
static void
compiler_weights(ckp_parse_t *ps)
{
    const json_t *const  doc = ps->out.root.value;
    const json_t *const  config = json_object_get(doc, "global_config");
    const char *const    trigger = ckp_json_str(json_object_get(doc,
                                                                "trigger"),
                                                "type");

    if (ckp_json_bool(json_object_get(config, "compile"), "strict", false)) {
        ps->prog->config.strict = true;
        ckp_diags_harden(ps->diags);
    }

    if (ps->out.form == 'B' || ps->out.form == 'C') {
        ckp_diags_soften(ps->diags, 120);
        ckp_diags_soften(ps->diags, 140);
        ckp_diags_soften(ps->diags, 210);
    }

    if (ps->out.form == 'E') {
        ckp_diags_aggravate(ps->diags, 505);
    }

    if ((trigger != NULL && (strcmp(trigger, "webhook") == 0
                             || strcmp(trigger, "event") == 0))
        || json_object_get(config, "workflow_dispatch_mode") != NULL)
    {
        ckp_diags_soften(ps->diags, 210);
    }
}


/* Steps and nodes with a dispatch mode of their own count as well (6.5). */
static void
compiler_dispatch(ckp_parse_t *ps)
{
    static const char *const  keys[] = { "workflow_dispatch_mode",
                                         "dispatch_mode" };

    for (size_t i = 0; i < ps->out.n; i++) {
        const json_t *const  node = ps->out.entries[i].at.value;
        const json_t *const  steps = json_object_get(node, "steps");
        const json_t        *step;
        size_t               k;

        for (size_t m = 0; m < 2; m++) {
            if (json_object_get(node, keys[m]) != NULL) {
                ckp_diags_soften(ps->diags, 210);
                return;
            }

            json_array_foreach(steps, k, step) {
                if (json_object_get(step, keys[m]) != NULL) {
                    ckp_diags_soften(ps->diags, 210);
                    return;
                }
            }
        }
    }
}


static void
compiler_form(ckp_parse_t *ps)
{
    const char             form = ps->out.form;
    const ckp_at_t *const  root = &ps->out.root;

    if (form == 0 && json_object_get(root->value, "workflow_graph") == NULL
        && json_object_get(root->value, "nodes") == NULL)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = root, .number = 4 },
                      "this is no form of a procedure: there is no "
                      "workflow_graph, nodes or steps");
        return;
    }

    if (ps->out.n == 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = root, .number = 12,
                                         .field = form == 'A' || form == 0
                                                  ? "workflow_graph"
                                                  : "nodes" },
                      "there are no nodes");
    }
}


static void
compiler_read(ckp_parse_t *ps)
{
    ckp_program_t *const  prog = ps->prog;

    prog->form = ps->out.form;
    prog->nnodes = ps->out.n;
    prog->ids = json_incref(ps->out.index);
    prog->nodes = ckp_parse_alloc(ps, ps->out.n * sizeof(ckp_node_t));

    if (ps->nomem) {
        return;
    }

    for (size_t i = 0; i < ps->out.n; i++) {
        prog->nodes[i].id = ps->out.entries[i].id;
        prog->nodes[i].ops = ps->out.entries[i].ops;
    }

    ckp_names_gather(ps);
    prog->names = json_incref(ps->names);

    if (ps->nomem) {
        return;
    }

    ckp_root_read(ps);
    compiler_form(ps);
    ckp_config_read(ps);
    ckp_vars_read(ps);
    ckp_trigger_read(ps);
    ckp_nodes_read(ps);

    if (!ps->nomem) {
        ckp_graph_check(ps);
    }
}


ckp_code_t
ckp_compiler_add(ckp_compiler_t *c, const json_t *doc)
{
    ckp_parse_t *const  ps = &c->ps;

    if (c->prog != NULL) {
        return CKP_E_STATE;     /* one document; nothing else is ever wanted */
    }

    c->prog = ckp_program_new();

    if (c->prog == NULL) {
        return CKP_E_NOMEM;
    }

    ps->prog = c->prog;
    ps->diags = c->diags;
    ps->arena = c->prog->arena;
    c->prog->doc = json_incref((json_t *) doc);

    if (!json_is_object(doc)) {
        ckp_diag(c->diags, 2, NULL, "", NULL, "a procedure is a JSON object");
        return CKP_OK;
    }

    /* the form decides how much some things weigh; listing says little */

    ps->out.form = ckp_form_of(doc);
    ps->out.root.value = doc;
    compiler_weights(ps);
    ckp_form_outline(ps, doc);

    if (!ps->nomem) {
        compiler_dispatch(ps);
        compiler_read(ps);
    }

    return compiler_is_whole(c) ? CKP_OK : CKP_E_NOMEM;
}


const ckp_want_t *
ckp_compiler_want(ckp_compiler_t *c)
{
    if (c->prog == NULL || c->ps.nomem) {
        return NULL;
    }

    if (ckp_refers_want(&c->refers, c->prog) != CKP_OK) {
        c->ps.nomem = true;
    }

    return c->ps.nomem ? NULL : ckp_refers_next(&c->refers);
}


void
ckp_compiler_found(ckp_compiler_t *c, const ckp_found_t *found)
{
    if (ckp_refers_found(&c->refers, found) == CKP_E_NOMEM) {
        c->ps.nomem = true;
    }
}


json_t *
ckp_compiler_pins(const ckp_compiler_t *c)
{
    return c->prog == NULL ? json_null()
                           : ckp_refers_pins(&c->refers, c->prog);
}


void
ckp_compiler_environment(ckp_compiler_t *c, const ckp_environment_t *env)
{
    c->refusals = ckp_memory_refusals();

    if (c->prog != NULL && !c->ps.nomem) {
        ckp_environment_check(&c->ps, env);
    }

    (void) compiler_is_whole(c);
}


ckp_program_t *
ckp_compiler_finish(ckp_compiler_t *c)
{
    c->refusals = ckp_memory_refusals();

    if (c->prog != NULL && !c->ps.nomem && !c->judged) {
        c->judged = true;
        ckp_refers_check(&c->ps, &c->refers);
    }

    if (c->prog == NULL || !compiler_is_whole(c)
        || ckp_diags_errors(c->diags) > 0)
    {
        return NULL;
    }

    return ckp_program_ref(c->prog);
}


/* --- what it is made of ------------------------------------------------------ */


static int
outline_bind(json_t *list, const ckp_node_t *node, const char *step_id,
    const char *action, const char *kind)
{
    return json_array_append_new(list, json_pack("{s:s, s:s?, s:s?, s:s}",
                                                 "node_id", node->id,
                                                 "step_id", step_id,
                                                 "action", action,
                                                 "kind", kind));
}


static const char *
outline_kind(const ckp_step_t *step)
{
    if (step->bind == CKP_BIND_INTERNAL) {
        return "internal";
    }

    return (step->agent == NULL) ? "unbound" : "agent_http";
}


static int
outline_steps(json_t *list, const ckp_node_t *node, const char *id,
    size_t *steps)
{
    const ckp_node_t  as = { .id = id };
    int               bad = 0;

    *steps += node->u.sequence->nsteps;

    for (size_t k = 0; k < node->u.sequence->nsteps; k++) {
        const ckp_step_t *const  step = &node->u.sequence->steps[k];

        bad |= outline_bind(list, &as, step->id, step->action,
                            outline_kind(step));
    }

    return bad;
}


/* Tasks stand there as `<dag>.<task>`, as in the graph. */
static int
outline_dag(json_t *list, const ckp_node_t *node, size_t *steps)
{
    const ckp_dag_t *const  dag = node->u.dag;
    int                     bad = 0;

    for (size_t i = 0; i < dag->ntasks; i++) {
        const ckp_dag_task_t *const  task = &dag->tasks[i];
        json_t *const                id = json_sprintf("%s.%s", node->id,
                                                       task->id);
        const ckp_node_t             as = { .id = json_string_value(id) };
        const char                  *kind = NULL;

        bad |= id == NULL;

        switch (task->kind) {

        case CKP_DAG_BODY_STEPS:
            if (id != NULL && task->body != NULL) {
                bad |= outline_steps(list, task->body, as.id, steps);
            }

            break;

        case CKP_DAG_BODY_LLM:
            kind = "llm";
            break;

        case CKP_DAG_BODY_APPROVAL:
            kind = "human";
            break;

        case CKP_DAG_BODY_SUBFLOW:
            kind = "subflow";
            break;

        case CKP_DAG_BODY_VALUE:
            break;
        }

        if (kind != NULL && id != NULL) {
            bad |= outline_bind(list, &as, NULL, NULL, kind);
        }

        json_decref(id);
    }

    return bad;
}


static int
outline_node(const ckp_parse_t *ps, size_t i, json_t *list, size_t *steps)
{
    const ckp_node_t *const  node = &ps->prog->nodes[i];
    const char *const        type = ps->out.entries[i].type;
    int                      bad = 0;

    if (type == NULL) {
        return 0;
    }

    if (node->ops != NULL && node->u.sequence != NULL
        && (strcmp(type, "sequence") == 0 || strcmp(type, "processing") == 0))
    {
        bad = outline_steps(list, node, node->id, steps);

    } else if (strcmp(type, "dag") == 0 && node->u.dag != NULL) {
        bad = outline_dag(list, node, steps);

    } else if (strcmp(type, "human_approval") == 0) {
        bad = outline_bind(list, node, NULL, NULL, "human");

    } else if (strcmp(type, "llm_action") == 0) {
        bad = outline_bind(list, node, NULL, NULL, "llm");

    } else if (strcmp(type, "subflow") == 0) {
        bad = outline_bind(list, node, NULL, NULL, "subflow");
    }

    return bad;
}


static const char *
outline_text(const char *text)
{
    return (text == NULL || text[0] == '\0') ? NULL : text;
}


json_t *
ckp_compiler_outline(const ckp_compiler_t *c)
{
    const ckp_parse_t *const  ps = &c->ps;
    json_t *const             list = json_array();
    json_t                   *out;
    size_t                    nodes = 0;
    size_t                    steps = 0;
    int                       bad = 0;

    for (size_t i = 0; c->prog != NULL && c->prog->nodes != NULL
                       && i < c->prog->nnodes; i++)
    {
        nodes += (ps->out.entries[i].owner == SIZE_MAX);
        bad |= outline_node(ps, i, list, &steps);
    }

    if (bad != 0) {
        json_decref(list);
        return NULL;
    }

    out = json_pack("{s:s?, s:s?, s:s?, s:I, s:I, s:o}",
                    "procedure_id",
                    c->prog ? outline_text(c->prog->procedure_id) : NULL,
                    "version",
                    c->prog ? outline_text(c->prog->version) : NULL,
                    "start_node", outline_text(ps->out.start),
                    "node_count", (json_int_t) nodes,
                    "step_count", (json_int_t) steps, "bindings", list);

    return ckp_json_whole(out, c->refusals);
}
