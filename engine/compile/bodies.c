/*
 * What runs inside loops and branches: where a body runs on into nodes of the
 * frame around it, and keys that are the same for every item
 * (spec/ckp.md 10.3, 10.4, 20.3, 33).
 */

#include <string.h>

#include "compile/parse_int.h"

/* More bodies than this are not looked into. */
#define BODIES_MAX  256

typedef struct {
    size_t   owner;             /* the loop or parallel */
    size_t   start;
    bool    *in;                /* nodes that run inside */
} bodies_one_t;

typedef struct {
    ckp_parse_t        *ps;
    const ckp_links_t  *forth;
    size_t              n;
    const bool         *top;    /* nodes that run in no body */
    bodies_one_t       *list;
    size_t              count;
    size_t             *stack;
} bodies_t;


/* --- finding them ------------------------------------------------------------- */

/* The frame ends before its own loop, and before what follows its node. */
static bool
bodies_stop(const bodies_t *b, const bodies_one_t *one, size_t to)
{
    const ckp_node_t *const  owner = &b->ps->prog->nodes[one->owner];

    return to == one->owner
           || (owner->next.kind == CKP_TO_NODE
               && owner->next.node == &b->ps->prog->nodes[to]);
}


static void
bodies_fill(bodies_t *b, bodies_one_t *one)
{
    size_t  depth = 0;

    one->in[one->start] = true;
    b->stack[depth++] = one->start;

    while (depth > 0) {
        const size_t  at = b->stack[--depth];

        for (size_t i = b->forth->first[at]; i < b->forth->first[at + 1]; i++) {
            const size_t  to = b->forth->to[i];

            if (!b->forth->inner[i] && !one->in[to]
                && !bodies_stop(b, one, to))
            {
                one->in[to] = true;
                b->stack[depth++] = to;
            }
        }
    }
}


static void
bodies_find(bodies_t *b)
{
    for (size_t from = 0; from < b->n; from++) {
        for (size_t i = b->forth->first[from];
             i < b->forth->first[from + 1] && b->count < BODIES_MAX; i++)
        {
            bodies_one_t *const  one = &b->list[b->count];

            if (!b->forth->inner[i]) {
                continue;
            }

            one->owner = from;
            one->start = b->forth->to[i];
            one->in = ckp_calloc(b->n * sizeof(bool));

            if (one->in == NULL) {
                b->ps->nomem = true;
                return;
            }

            bodies_fill(b, one);
            b->count++;
        }
    }
}


/* --- shared nodes ---------------------------------------------------------------- */

static void
bodies_tell(bodies_t *b, const bodies_one_t *one, size_t node)
{
    const ckp_entry_t *const  entry = &b->ps->out.entries[node];
    const ckp_entry_t *const  owner = &b->ps->out.entries[one->owner];

    b->ps->entry = entry;
    ckp_parse_say(b->ps, &(ckp_say_t) { .at = &entry->at, .number = 123 },
                  "what runs inside '%.120s' runs on into this node, which is "
                  "used outside of it, too: it runs inside, then",
                  owner->told == NULL ? owner->id : owner->told);
    b->ps->entry = NULL;
}


/* One word for each body: the first node that is shared. */
static void
bodies_shared(bodies_t *b, const bodies_one_t *one)
{
    for (size_t i = 0; i < b->n; i++) {
        bool  outside = b->top[i] && b->top[one->owner];

        for (size_t k = 0; !outside && one->in[i] && k < b->count; k++) {
            const bodies_one_t *const  around = &b->list[k];

            outside = around != one && around->owner != one->owner
                      && around->in[one->owner] && around->in[i];
        }

        if (one->in[i] && outside) {
            bodies_tell(b, one, i);
            return;
        }
    }
}


/* --- keys -------------------------------------------------------------------------- */

typedef struct {
    const json_t  *varying;
    bool           varies;
} bodies_key_t;


static void
bodies_ref(void *data, ckp_ref_t kind, const char *name, const char *second,
    bool in_expr)
{
    static const char    changing[] =
        " loop_index loop_item item vars variables now today timestamp attempt"
        " error tasks approval ";
    bodies_key_t *const  key = data;

    (void) second;
    (void) in_expr;

    if (kind == CKP_REF_UNKNOWN_FUNC || name == NULL) {
        return;
    }

    key->varies = key->varies || ckp_word_in(changing, name)
                  || json_object_get(key->varying, name) != NULL;
}


/* step NULL: the node's own. */

static void
bodies_key(bodies_t *b, const bodies_one_t *one, const ckp_node_t *node,
    const ckp_step_t *step, const json_t *varying)
{
    const ckp_entry_t *const     entry = &b->ps->out.entries[one->owner];
    const ckp_template_t *const  own = step == NULL ? node->idempotency_key
                                                    : step->idempotency_key;
    bodies_key_t                 key = { .varying = varying };

    if (own == NULL || ckp_template_is_constant(own)) {
        return;                 /* none, or told already */
    }

    ckp_template_refs(own, bodies_ref, &key);

    if (!key.varies) {
        const ckp_diag_more_t  more = { .node_id = b->ps->entry->id,
                                        .step_id = step == NULL ? NULL
                                                                : step->id,
                                        .field = "idempotency_key" };
        char *const            path = ckp_arena_printf(b->ps->arena,
                                          "%s/idempotency_key",
                                          step == NULL ? node->pointer
                                                       : step->pointer);

        ckp_diag(b->ps->diags, 434, NULL, path == NULL ? "" : path, &more,
                 "the key is the same for every item of '%.120s': the %s "
                 "runs once", entry->id, step == NULL ? "node" : "step");
    }
}


static void
bodies_node(bodies_t *b, const bodies_one_t *one, const ckp_node_t *node,
    const json_t *varying)
{
    bodies_key(b, one, node, NULL, varying);

    if (strcmp(node->ops->type, "sequence") != 0
        && strcmp(node->ops->type, "processing") != 0)
    {
        return;
    }

    for (size_t i = 0; i < node->u.sequence->nsteps; i++) {
        bodies_key(b, one, node, &node->u.sequence->steps[i], varying);
    }
}


static void
bodies_keys(bodies_t *b, const bodies_one_t *one)
{
    const ckp_node_t *const  owner = &b->ps->prog->nodes[one->owner];
    json_t                  *varying;

    if (owner->ops == NULL || strcmp(owner->ops->type, "loop") != 0) {
        return;
    }

    varying = json_object();
    ckp_names_written(b->ps, b->ps->out.entries[one->owner].at.value, varying);

    for (size_t i = 0; i < b->n; i++) {
        if (one->in[i]) {
            ckp_names_written(b->ps, b->ps->out.entries[i].at.value, varying);
        }
    }

    for (size_t i = 0; i < b->n; i++) {
        const ckp_node_t *const  node = &b->ps->prog->nodes[i];

        if (one->in[i] && node->ops != NULL) {
            b->ps->entry = &b->ps->out.entries[i];
            bodies_node(b, one, node, varying);
            b->ps->entry = NULL;
        }
    }

    json_decref(varying);
}


void
ckp_bodies_check(ckp_parse_t *ps, const ckp_links_t *forth, const bool *top)
{
    bodies_t  b = { .ps = ps, .forth = forth, .n = ps->out.n, .top = top };

    b.list = ckp_calloc(BODIES_MAX * sizeof(bodies_one_t));
    b.stack = ckp_calloc((b.n + 1) * sizeof(size_t));

    if (b.list == NULL || b.stack == NULL) {
        ps->nomem = true;
    }

    if (!ps->nomem) {
        bodies_find(&b);
    }

    for (size_t i = 0; !ps->nomem && !ckp_parse_is_full(ps) && i < b.count;
         i++)
    {
        bodies_shared(&b, &b.list[i]);
        bodies_keys(&b, &b.list[i]);
    }

    for (size_t i = 0; b.list != NULL && i < b.count; i++) {
        ckp_free(b.list[i].in);
    }

    ckp_free(b.list);
    ckp_free(b.stack);
}
