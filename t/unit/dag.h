/*
 * What tests of dag share: documents of one dag node, and the task events of a
 * turn as a text.
 */

#ifndef T_DAG_H
#define T_DAG_H

#include "drive.h"

/* A document whose node `main` is a dag of these tasks, and more members. */
#define T_DAG(tasks, more)                                                    \
    T_GRAPH("main", "'main':{'type':'dag','next_node':'end','tasks':[" tasks  \
            "]" more "}," T_END, "")

#define T_SET(id, more)                                                       \
    "{'task_id':'" id "','step':{'action':'set_variable','variable':'" id     \
    "','value':'" id "'}" more "}"

#define T_FAIL(id, more)                                                      \
    "{'task_id':'" id "','step':{'action':'fail','message':'no'}" more "}"

#define T_CALL(id, more)                                                      \
    "{'task_id':'" id "','step':{'agent':'W','action':'go','params':{"        \
    "'id':'" id "'}}" more "}"

#define T_VALUE(id, text, more)                                               \
    "{'task_id':'" id "','expression':'" text "'" more "}"


/* The task events of a turn, as "started:a completed:a". */
static inline const char *
tasks(const t_run_t *t)
{
    static char  text[16384];

    text[0] = '\0';

    for (size_t i = 0; i < t->turn.nevents; i++) {
        const ckp_event_t *const  ev = &t->turn.events[i];

        if (strncmp(ev->type, "task_", 5) == 0) {
            const char *const  why = ckp_json_str(ev->payload, "reason");

            snprintf(text + strlen(text), sizeof(text) - strlen(text),
                     "%s%s:%s%s%s", text[0] == '\0' ? "" : " ", ev->type + 5,
                     ckp_json_str(ev->payload, "task_id"),
                     why == NULL ? "" : "/", why == NULL ? "" : why);
        }
    }

    return text;
}


static inline void
runs(const char *doc, const char *status, const char *story)
{
    t_run_t  t;

    t_run(&t, doc);

    if (strcmp(tasks(&t), story) != 0 || strcmp(t_status(&t), status) != 0) {
        fail_msg("%s: %s\n%s", t_status(&t), tasks(&t), t.story);
    }

    t_run_over(&t);
}


/* The ref of the n-th call or admission of the turn (from 0). */
static inline void
take(t_run_t *t, size_t n)
{
    for (size_t i = 0; i < t->turn.neffects; i++) {
        const ckp_effect_t *const  fx = &t->turn.effects[i];

        if ((fx->kind == CKP_FX_ADMIT || fx->kind == CKP_FX_CALL)
            && n-- == 0)
        {
            snprintf(t->ref, sizeof(t->ref), "%s", fx->ref);
            return;
        }
    }

    fail_msg("no such effect");
}


static inline const char *
variable(const char *doc, const char *name)
{
    static char  text[4096];
    t_run_t      t;

    t_run(&t, doc);
    assert_string_equal(t_status(&t), "completed");
    snprintf(text, sizeof(text), "%s", t_var(&t, name));
    t_run_over(&t);

    return text;
}


#endif
