/*
 * What tests of child runs share: a parent and the child run that it made, with
 * the rows between them carried by hand.
 */

#ifndef T_CHILD_H
#define T_CHILD_H

#include "drive.h"

#define CALL_AS(more, kid, config)                                            \
    "{'procedure_id':'p','version':'1','variables_schema':{"                  \
    "'v':{'type':'any','default':7},'got':{'type':'any'}},'workflow_graph':{" \
    "'start_node':'call','nodes':{'call':{'type':'subflow','procedure_id':'"  \
    kid "','version':'1.0','next_node':'end'" more "},'end':{'type':"         \
    "'terminate','outputs':{'got':'{{got}}','all':'{{subflow_output}}'}}}}"   \
    config "}"

#define CALL(more)  CALL_AS(",'isolation':'child_run'" more, "kid", "")

#define KID_AS(nodes, more)                                                   \
    "{'procedure_id':'kid','version':'1.0','variables_schema':{'a':{'type':"  \
    "'number','default':1}}" more ",'workflow_graph':{'start_node':'k',"      \
    "'nodes':{" nodes "}}}"

#define KID(nodes)  KID_AS(nodes, "")

#define ASKS                                                                  \
    "'k':{'type':'sequence','agent':'W','steps':[{'step_id':'s','action':"    \
    "'do','output_variable':'r'}]}"


/* The parent, and the child run that it made, with rows between them. */
typedef struct {
    t_run_t   up;
    t_run_t   kid;
    json_t   *row;              /* the write `child` */
    char      id[40];
} t_pair_t;


/* The host finds the child's document and links it. */
static inline void
t_found(t_run_t *t, t_doc_t *kid)
{
    char  ref[64];

    snprintf(ref, sizeof(ref), "%s", t->ref);
    assert_int_equal(ckp_run_link(t->run, "h1", kid->prog), CKP_OK);
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, ref,
           json_pack("{s:s, s:s}", "hash", "h1", "version", "1.0"));
    assert_int_equal(t->rc, CKP_OK);
}


/* The run that the row tells of, made of its events alone, as a host does. */
static inline void
t_born(t_pair_t *p)
{
    const json_t  *row = t_row(&p->up, "child");
    json_t        *ev;
    size_t         i;
    ckp_err_t      err = CKP_ERR_INIT;

    assert_non_null(row);
    json_decref(p->row);
    ckp_run_free(p->kid.run);
    p->row = json_deep_copy(row);
    snprintf(p->id, sizeof(p->id), "%s", ckp_json_str(row, "run_id"));
    p->kid.run = ckp_run_new(p->kid.d.prog, p->id);
    p->kid.now = p->up.now;

    json_array_foreach(json_object_get(p->row, "events"), i, ev) {
        const char *const  text = ckp_json_str(ev, "delta");
        json_t *const      delta = text == NULL ? NULL
                                   : ckp_json_parse(text, strlen(text), &err);

        assert_int_equal(ckp_run_apply(p->kid.run,
                             (uint32_t) ckp_json_int(ev, "seq", 0), delta,
                             &err), CKP_OK);
        json_decref(delta);
    }
}


static inline void
t_pair(t_pair_t *p, const char *call, const char *kid)
{
    memset(p, 0, sizeof(*p));
    t_compiles(&p->kid.d, kid);
    t_run(&p->up, call);
    t_found(&p->up, &p->kid.d);
}


static inline void
t_begins(t_pair_t *p)
{
    t_born(p);
    t_feed(&p->kid, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(p->kid.rc, CKP_OK);
}


/* What the child's last turn tells reaches the parent. */
static inline void
t_told(t_pair_t *p)
{
    const json_t *const  row = t_row(&p->kid, "parent");

    assert_non_null(row);
    assert_string_equal(ckp_json_str(row, "run_id"), "run");
    p->up.now = p->kid.now;
    t_feed(&p->up, CKP_IN_CHILD, CKP_OUTCOME_OK, p->id,
           json_deep_copy(json_object_get(row, "data")));
}


static inline void
t_apart(t_pair_t *p)
{
    json_decref(p->row);
    ckp_run_free(p->kid.run);
    t_doc_free(&p->kid.d);
    t_run_over(&p->up);
}


static inline const char *
t_waits_for(const t_run_t *t)
{
    ckp_summary_t  sum;

    ckp_run_summary(t->run, &sum);

    return sum.waiting_for == NULL ? "" : sum.waiting_for;
}


static inline const json_t *
t_error(const t_run_t *t)
{
    ckp_summary_t  sum;

    ckp_run_summary(t->run, &sum);

    return sum.error;
}


static inline const char *
t_cause(const t_run_t *t)
{
    return ckp_json_str(json_object_get(t_error(t), "cause"), "type");
}

#endif
