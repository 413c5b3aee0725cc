/*
 * Procedures that between them use what a crash could get wrong: results that
 * later steps need, retries, handlers, time-outs, questions, ways through a
 * graph, keys that are shared.
 */

#include "world.h"

#include <stdlib.h>
#include <string.h>

#define DOC(nodes, more)                                                      \
    "{'procedure_id':'sim','version':'1','name':'sim'" more                   \
    ",'variables_schema':{'n':{'type':'number','default':1}}"                 \
    ",'workflow_graph':{'start_node':'a','nodes':{" nodes "}}}"

#define END  "'z':{'type':'terminate','status':'success'}"

/* Agents of the simulation do what an action's name says: see agent.c. */

static const char *const  docs[] = {

    /* five steps in a row, each with the result of the one before */

    DOC("'a':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'ok','output_variable':'r1'},"
        "{'step_id':'s2','action':'ok','params':{'p':'{{r1}}'},"
        "'output_variable':'r2'},"
        "{'step_id':'s3','action':'log','params':{'message':'{{r2}}'}},"
        "{'step_id':'s4','action':'ok','output_variable':'r4'},"
        "{'step_id':'s5','action':'ok','output_variable':'r5'}]}," END, ""),

    /* attempts that fail sometimes, with jitter */

    DOC("'a':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'moody','output_variable':'r1',"
        "'retry_config':{'max_attempts':4,'base_delay_ms':50,"
        "'jitter':'full'}},"
        "{'step_id':'s2','action':'moody','retry_on_failure':true,"
        "'error_handlers':[{'action':'ignore','default_output':'none'}],"
        "'output_variable':'r2'}]}," END,
        ",'global_config':{'max_retries':2,'retry_delay_ms':20}"),

    /* a question between two calls, both ways */

    DOC("'a':{'type':'sequence','agent':'W','next_node':'ask','steps':["
        "{'step_id':'s1','action':'ok','output_variable':'r1'}]},"
        "'ask':{'type':'human_approval','prompt':'go {{r1}}?',"
        "'on_approve':'b','on_reject':'c','output_variable':'d'},"
        "'b':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'ok'}]},"
        "'c':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'moody','error_handlers':["
        "{'action':'goto','fallback_node':'z'}]}]}," END, ""),

    /* a question that runs out of time, and is escalated before */

    DOC("'a':{'type':'human_approval','prompt':'now?','timeout_ms':5000,"
        "'timeout_action':'escalate','reminder_ms':2000,"
        "'escalation':{'timeout_ms':4000,'level':'manager',"
        "'max_escalations':2},"
        "'on_timeout':'b','on_reject':'b','on_approve':'b'},"
        "'b':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'ok'}]}," END, ""),

    /* time-outs: one that is an error, one that is none */

    DOC("'a':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'slow','timeout_ms':200,"
        "'retry_config':{'max_attempts':3,'base_delay_ms':10}},"
        "{'step_id':'s2','action':'slow','timeout_ms':100,"
        "'timeout_policy':{'mode':'fail_open','default_output':'late'},"
        "'output_variable':'r2'},"
        "{'step_id':'s3','action':'wait','params':{'duration_ms':700}},"
        "{'step_id':'s4','action':'ok','wait_ms':30,'wait_after_ms':40}],"
        "'error_handlers':[{'error_type':'Timeout*','action':'log'}]}," END,
        ""),

    /* recovery steps, a node that starts again, then another way */

    DOC("'a':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'ok'},"
        "{'step_id':'s2','action':'moody'}],"
        "'error_handlers':[{'error_type':'Moody','recovery_steps':["
        "{'step_id':'fix','action':'ok'},"
        "{'step_id':'fix2','action':'moody'}],"
        "'recovery_strategy':'retry_node','max_retries':2},"
        "{'action':'escalate','notify_on_error':true,"
        "'fallback_node':'b'}]},"
        "'b':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'ok','params':{'e':'{{error.message}}'}}]},"
        END, ""),

    /* on_failure, with calls of its own */

    DOC("'a':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'moody'},"
        "{'step_id':'s2','action':'broken'}]},"
        "'f':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'moody','retry_on_failure':true}]}," END,
        ",'global_config':{'on_failure':'f','max_retries':1,"
        "'retry_delay_ms':10}"),

    /* a loop of nodes by logic, with internal work */

    DOC("'a':{'type':'processing','agent':'W','next_node':'c','operations':["
        "{'action':'calculate','expression':'n + 1','output_variable':'n'},"
        "{'action':'append_to_array','array':'list','value':'{{n}}'}]},"
        "'c':{'type':'sequence','agent':'W','next_node':'l','steps':["
        "{'step_id':'s','action':'ok','params':{'n':'{{n}}'}}]},"
        "'l':{'type':'logic','rules':[{'condition':'n < 5',"
        "'next_node':'a'}],'default_next_node':'z'}," END, ""),

    /* two steps of one key: the second has its result from the first */

    DOC("'a':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'ok','idempotency_key':'k-{{n}}',"
        "'output_variable':'r1'},"
        "{'step_id':'s2','action':'ok','idempotency_key':'k-{{n}}',"
        "'output_variable':'r2'},"
        "{'step_id':'s3','action':'moody','idempotency_key':'m',"
        "'retry_on_failure':true,'error_handlers':[{'action':'retry',"
        "'max_retries':3,'delay_ms':5},{'action':'ignore'}]}]}," END, ""),

    /* a terminate with work of its own, and a run that fails by it */

    DOC("'a':{'type':'logic','rules':[{'condition':'true',"
        "'next_node':'b'}]},"
        "'b':{'type':'sequence','agent':'W','next_node':'e','steps':["
        "{'step_id':'s1','action':'ok','output_variable':'r'}]},"
        "'e':{'type':'terminate','status':'failed','message':'as {{r}}',"
        "'cleanup_actions':[{'action':'moody','agent':'W'}],"
        "'error_actions':[{'action':'log','message':'bye'}],"
        "'outputs':{'r':'{{r}}'}}", ""),

    /* little time for the whole */

    DOC("'a':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'slow'},"
        "{'step_id':'s2','action':'slow'}]},"
        "'f':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'ok'}]}," END,
        ",'global_config':{'timeout_ms':900,'on_failure':'f'}"),

    /* a node that may take so long, with a way out */

    DOC("'a':{'type':'sequence','agent':'W','next_node':'z',"
        "'timeout_ms':600,'on_error':{'TimeoutError':'b','*':'z'},'steps':["
        "{'step_id':'s1','action':'slow','retry_on_failure':true},"
        "{'step_id':'s2','action':'moody','retry_on_failure':true}]},"
        "'b':{'type':'sequence','agent':'W','next_node':'z','steps':["
        "{'step_id':'s1','action':'ok'}]}," END, "")
};


size_t
sim_docs(void)
{
    return sizeof(docs) / sizeof(docs[0]);
}


json_t *
sim_doc(size_t i)
{
    char *const  text = strdup(docs[i]);
    ckp_err_t    err = CKP_ERR_INIT;
    json_t      *doc;

    for (char *p = text; *p != '\0'; p++) {
        if (*p == '\'') {
            *p = '"';
        }
    }

    /* literals of expressions keep their own quotes elsewhere */

    doc = ckp_json_parse(text, strlen(text), &err);

    if (doc == NULL) {
        fprintf(stderr, "sim: document %zu: %s\n", i, err.msg);
        exit(2);
    }

    free(text);

    return doc;
}
