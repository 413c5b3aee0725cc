/*
 * The program as an object: its references, what it owns, its nodes by id.
 */

#include <string.h>

#include "lang/regex.h"
#include "model/program.h"

struct ckp_owned_s {
    struct ckp_owned_s  *next;
    void                *what;
    void               (*end)(void *what);
};


ckp_program_t *
ckp_program_new(void)
{
    ckp_arena_t *const  arena = ckp_arena_new();
    ckp_program_t      *prog;

    if (arena == NULL) {
        return NULL;
    }

    prog = ckp_arena_alloc(arena, sizeof(ckp_program_t));

    if (prog == NULL) {
        ckp_arena_free(arena);
        return NULL;
    }

    prog->refs = 1;
    prog->arena = arena;

    return prog;
}


ckp_program_t *
ckp_program_ref(ckp_program_t *prog)
{
    prog->refs++;

    return prog;
}


static void
owned_template(void *what)
{
    ckp_template_free(what);
}


static void
owned_expr(void *what)
{
    ckp_expr_free(what);
}


static void
owned_regex(void *what)
{
    ckp_regex_free(what);
}


static void
owned_json(void *what)
{
    json_decref(what);
}


void
ckp_program_unref(ckp_program_t *prog)
{
    if (prog == NULL || --prog->refs > 0) {
        return;
    }

    for (struct ckp_owned_s *o = prog->owned; o != NULL; o = o->next) {
        o->end(o->what);
    }

    json_decref(prog->doc);
    json_decref(prog->ids);
    json_decref(prog->names);
    ckp_arena_free(prog->arena);        /* the program itself is in there */
}


void *
ckp_program_own(ckp_program_t *p, void *what, void (*end)(void *what))
{
    struct ckp_owned_s  *owned;

    if (what == NULL) {
        return NULL;
    }

    owned = ckp_arena_alloc(p->arena, sizeof(*owned));

    if (owned == NULL) {
        end(what);
        return NULL;
    }

    owned->next = p->owned;
    owned->what = what;
    owned->end = end;
    p->owned = owned;

    return what;
}


ckp_template_t *
ckp_program_own_template(ckp_program_t *p, ckp_template_t *t)
{
    return ckp_program_own(p, t, owned_template);
}


ckp_expr_t *
ckp_program_own_expr(ckp_program_t *p, ckp_expr_t *e)
{
    return ckp_program_own(p, e, owned_expr);
}


ckp_regex_t *
ckp_program_own_regex(ckp_program_t *p, ckp_regex_t *re)
{
    return ckp_program_own(p, re, owned_regex);
}


json_t *
ckp_program_own_json(ckp_program_t *p, json_t *v)
{
    return ckp_program_own(p, v, owned_json);
}


const ckp_node_t *
ckp_program_node(const ckp_program_t *prog, const char *id)
{
    const json_t *const  at = json_object_get(prog->ids, id);

    return (at == NULL) ? NULL : &prog->nodes[json_integer_value(at)];
}


bool
ckp_program_audited(const ckp_program_t *prog)
{
    return !prog->config.unaudited;
}


void
ckp_program_audit(const ckp_program_t *prog, int64_t *days,
    const char **storage)
{
    *days = prog->config.audit_days;
    *storage = prog->config.audit_storage;
}


const char *
ckp_program_id(const ckp_program_t *prog)
{
    return prog->procedure_id;
}


const char *
ckp_program_version(const ckp_program_t *prog)
{
    return prog->version;
}


void
ckp_program_days(const ckp_program_t *prog, int64_t *runs,
    int64_t *checkpoints)
{
    *runs = prog->config.keep_days;
    *checkpoints = prog->config.save_days;
}


void
ckp_program_zones(ckp_program_t *prog, ckp_zone_pt zone, void *data)
{
    prog->zone = zone;
    prog->zone_data = data;
}


void
ckp_program_artifacts(ckp_program_t *prog, const char *root)
{
    prog->artifacts = root;
}


const char *
ckp_handle_name(ckp_handle_t action)
{
    switch (action) {
    case CKP_HANDLE_RETRY:
        return "retry";
    case CKP_HANDLE_IGNORE:
        return "ignore";
    case CKP_HANDLE_FAIL:
        return "fail";
    case CKP_HANDLE_SCREENSHOT_FAIL:
        return "screenshot_and_fail";
    case CKP_HANDLE_ESCALATE:
        return "escalate";
    case CKP_HANDLE_LOG:
        return "log";
    case CKP_HANDLE_GOTO:
        return "goto";
    case CKP_HANDLE_COMPENSATE:
        return "compensate";
    }

    return "fail";
}


bool
ckp_program_is_sensitive(const ckp_program_t *prog)
{
    for (size_t i = 0; i < prog->nvars; i++) {
        if (prog->vars[i].sensitive) {
            return true;
        }
    }

    return prog->config.nmasks > 0 || prog->config.opens;
}
