/*
 * Procedures of every node type, in which ' stands for ", for tests that run
 * whatever there is: with failing allocations, with arbitrary inputs.
 */

#ifndef T_PROCS_H
#define T_PROCS_H

#include <stddef.h>

#define T_PROC(start, nodes, more)                                            \
    "{'procedure_id':'p','version':'1','variables_schema':{"                  \
    "'n':{'type':'number','default':2},'rows':{'type':'array','default':"     \
    "[{'id':'a','v':3},{'id':'b','v':1}]},'got':{'type':'any'},"              \
    "'text':{'type':'string','default':'a letter'}},"                         \
    "'workflow_graph':{'start_node':'" start "','nodes':{" nodes              \
    ",'end':{'type':'terminate','status':'success','outputs':{"               \
    "'got':'{{got | none}}','n':'n'}}}}" more "}"

typedef struct {
    const char  *name;
    const char  *text;
} t_proc_t;

/* The child that `subflow` calls. */
static const char  t_kid[] =
    "{'procedure_id':'kid','version':'1','variables_schema':{"
    "'a':{'type':'number','default':1}},'workflow_graph':{'start_node':'k',"
    "'nodes':{'k':{'type':'sequence','agent':'W','next_node':'l','steps':["
    "{'step_id':'s','action':'work','output_variable':'r'}]},"
    "'l':{'type':'terminate','outputs':{'r':'{{r}}'}}}}}";

static const t_proc_t  t_procs[] = {

    { "sequence", T_PROC("a",
        "'a':{'type':'sequence','agent':'W','next_node':'end','steps':["
        "{'step_id':'s1','action':'work','params':{'p':'{{text}} {{n}}'},"
        "'idempotency_key':'k-{{n}}','output_variable':'got',"
        "'outputs':{'id':'json: rows[0].id','t':'text'}},"
        "{'step_id':'s2','action':'moody','retry_config':{'max_attempts':3,"
        "'base_delay_ms':10},'timeout_ms':500},"
        "{'step_id':'s3','action':'log','condition':'n > 1',"
        "'params':{'message':'{{got}}'}},"
        "{'step_id':'s4','action':'wait','params':{'duration_ms':70}},"
        "{'step_id':'s5','action':'broken','error_handlers':["
        "{'error_type':'Moody*','recovery_steps':[{'step_id':'fix','action':"
        "'work'}],'recovery_strategy':'continue'}]}]}",
        ",'global_config':{'on_failure':'end','sla':{'duration_ms':50}}") },

    { "keyed", T_PROC("a",
        "'a':{'type':'parallel','next_node':'b','branches':[{'branch_id':"
        "'l','start_node':'l'},{'branch_id':'r','start_node':'r'}]},"
        "'l':{'type':'sequence','agent':'W','idempotency_key':'k-{{n}}',"
        "'inputs':{'i':'{{n}}'},'steps':[{'step_id':'s1','action':'work',"
        "'output_variable':'got.deep'}]},"
        "'r':{'type':'loop','iterator':'rows','body_node':'in',"
        "'idempotency_key':'q-{{n}}','idempotency_policy':{'scope':"
        "'global'}},'in':{'type':'processing','operations':[{'action':"
        "'set_variable','variable':'text','value':'{{n}}'}]},"
        "'b':{'type':'logic','idempotency_key':'q-{{n}}','rules':[{"
        "'condition':'n > 5','next_node':'end'}],'default_next_node':'end'}",
        "") },

    { "undo", T_PROC("a",
        "'a':{'type':'sequence','agent':'W','next_node':'end','steps':["
        "{'step_id':'s1','action':'work','compensation':{'action':'work',"
        "'params':{'r':'{{n}}'}}},"
        "{'step_id':'s2','action':'broken'}]}",
        ",'global_config':{'compensation':{'on':['failure','cancel']}}") },

    { "hosted", T_PROC("a",
        "'a':{'type':'sequence','agent':'W','next_node':'end','steps':["
        "{'step_id':'s1','action':'http_request','params':{'url':"
        "'http://a.example/{{n}}','method':'POST','body':{'a':'{{n}}'},"
        "'query':{'q':[1,'{{text}}']}},'output_variable':'got'},"
        "{'step_id':'s2','action':'hash','params':{'data':'{{text}}'},"
        "'output_variable':'h'},"
        "{'step_id':'s3','action':'memory_set','params':{'key':'k',"
        "'value':'{{got}}'}},"
        "{'step_id':'s4','action':'parse_json','params':{'source':'[1]'},"
        "'output_variable':'j'}]}", "") },

    { "processing", T_PROC("a",
        "'a':{'type':'processing','next_node':'l','operations':["
        "{'action':'calculate','expression':'n + 1','output_variable':'n'},"
        "{'action':'append_to_array','array':'list','value':'{{n}}'},"
        "{'action':'set_variable','variable':'x.y','value':'{{= n * 2 }}'},"
        "{'action':'parse_csv','params':{'source':'a,b\\n1,2'},"
        "'output_variable':'got'}]},"
        "'l':{'type':'logic','rules':[{'condition':'{{n}} < 5',"
        "'next_node':'a'}],'default_next_node':'end'}",
        "") },

    { "approval", T_PROC("a",
        "'a':{'type':'human_approval','prompt':'go {{n}}?','next_node':'b',"
        "'on_approve':'b','on_reject':'end','timeout_ms':9000,"
        "'reminder_ms':5000,'context_data':{'t':'{{text}}'},"
        "'output_variable':'got'},"
        "'b':{'type':'human_approval','prompt':'which?','decision_type':"
        "'select_option','options':['x','y'],'on_approve':'end',"
        "'on_reject':'end'}", "") },

    { "dag", T_PROC("a",
        "'a':{'type':'dag','next_node':'end','max_parallel':2,"
        "'output_variable':'got','on_error':'continue','tasks':["
        "{'task_id':'t1','step':{'agent':'W','action':'work'}},"
        "{'task_id':'t2','depends_on':['t1'],'expression':"
        "'len(tasks.t1.output.rows)','output_variable':'n'},"
        "{'task_id':'t3','depends_on':['t1'],'retry':{'max_attempts':2,"
        "'base_delay_ms':5},'step':{'agent':'W','action':'moody'},"
        "'fallback_task':'t5'},"
        "{'task_id':'t4','depends_on':[{'task':'t2','condition':'{{n}} < 8'}],"
        "'approval':{'prompt':'?','on_reject':'continue'}},"
        "{'task_id':'t5','noop':true}]}", "") },

    { "loop", T_PROC("a",
        "'a':{'type':'loop','iterator':'rows','item_variable':'row',"
        "'concurrency':2,'continue_on_error':true,'collect_variable':'got',"
        "'body_node':'b','next_node':'end'},"
        "'b':{'type':'sequence','agent':'W','steps':["
        "{'step_id':'s','action':'work','params':{'i':'{{row.id}}'}},"
        "{'step_id':'m','action':'moody'}]}", "") },

    { "parallel", T_PROC("a",
        "'a':{'type':'parallel','next_node':'end','wait_strategy':'all',"
        "'branch_failure':'continue','branches':["
        "{'branch_id':'l','start_node':'b'},"
        "{'branch_id':'r','start_node':'c'}]},"
        "'b':{'type':'sequence','agent':'W','steps':[{'step_id':'s',"
        "'action':'work','output_variable':'l_got'}]},"
        "'c':{'type':'sequence','agent':'W','steps':[{'step_id':'s',"
        "'action':'broken'}]}", "") },

    { "subflow", T_PROC("a",
        "'a':{'type':'subflow','procedure_id':'kid','version':'1',"
        "'input_mapping':{'a':'n'},'output_mapping':{'got':'r'},"
        "'on_failure':'continue','next_node':'end'}", "") },

    { "child_run", T_PROC("a",
        "'a':{'type':'subflow','procedure_id':'kid','version':'1',"
        "'isolation':'child_run','inherit_context':true,"
        "'input_mapping':{'a':'n'},'output_mapping':{'got':'r'},"
        "'on_failure':'continue','next_node':'b'},"
        "'b':{'type':'subflow','procedure_id':'kid','version':'1',"
        "'isolation':'child_run','wait':false,'next_node':'c'},"
        "'c':{'type':'subflow','procedure_id':'kid','version':'1',"
        "'inherit_context':true,'timeout_ms':5000,'next_node':'end'}",
        ",'global_config':{'missing_variables':'keep','secrets_config':{"
        "'secret_references':{'s':'S'}},'llm':{'profiles':{'m':{'base_url':"
        "'http://m.example/v1','model':'m'}}}}") },

    { "verification", T_PROC("a",
        "'a':{'type':'verification','next_node':'b','checks':["
        "{'id':'c','condition':'n > 9','on_fail':'warn','message':'{{n}}'},"
        "{'id':'s','schema':{'type':'array','items':{'type':'object',"
        "'required':['id']}},'source':'rows'}]},"
        "'b':{'type':'sequence','agent':'W','next_node':'end','steps':["
        "{'step_id':'s','action':'work','validation':{'condition':"
        "'result.rows'},'output_variable':'got'}]}", "") },

    { "transform", T_PROC("a",
        "'a':{'type':'transform','next_node':'end','transformations':["
        "{'type':'filter','source_variable':'rows','expression':'v > 0',"
        "'output_variable':'f'},"
        "{'type':'aggregate','source_variable':'f','expression':"
        "'count, sum(v) as total','params':{'group_by':'id'},"
        "'output_variable':'g'},"
        "{'type':'sort','source_variable':'g','params':{'keys':['total']},"
        "'output_variable':'got'},"
        "{'type':'map','source_variable':'got','expression':"
        "'{{id}}: {{total}}','output_variable':'lines'}]}", "") },

    { "model", T_PROC("a",
        "'a':{'type':'llm_action','prompt':'Sort {{text}}','model':'m',"
        "'temperature':0.5,'max_tokens':20,'output_schema':{'type':'object',"
        "'required':['kind']},'outputs':{'got':'json: kind'},"
        "'memory':{'key':'{{n}}','window':3},'cache':{'ttl_seconds':60},"
        "'policy_checks':[{'id':'c','condition':'json.kind == 1',"
        "'on_fail':'warn'}],'retry':{'max_retries':1},'next_node':'end'}",
        ",'global_config':{'max_cost_usd':2,'pii':{'pre':'tokenize',"
        "'types':['email']},'llm':{'default_profile':'d','profiles':{'d':{"
        "'base_url':'http://m.example/v1','model':'m','fallbacks':['e']},"
        "'e':{'base_url':'http://e.example/v1','model':'e'}},"
        "'model_costs':{'m':{'prompt':0.001,'completion':0.002}}}}") },

    { "planner", T_PROC("a",
        "'a':{'type':'llm_action','prompt':'do it','model':'m','outputs':{"
        "'got':'text'},'planner':{'goal':'sum up','tools':['add','work']},"
        "'next_node':'end'}",
        ",'tools':{'add':{'description':'adds','action':'calculate','params':"
        "{'expression':'{{args.a}} + 1'},'parameters':{'type':'object',"
        "'required':['a'],'properties':{'a':{'type':'number'}}}},"
        "'work':{'action':'work','agent':'W'}}") },

    { "subflow_task", T_PROC("a",
        "'a':{'type':'dag','next_node':'end','output_variable':'got',"
        "'on_error':'continue','tasks':["
        "{'task_id':'t1','inputs':{'i':'{{n}}'},'retry':{'max_attempts':2,"
        "'base_delay_ms':5},'subflow':{'procedure_id':'kid','version':'^1',"
        "'input_mapping':{'a':'{{inputs.i}}'}}},"
        "{'task_id':'t2','depends_on':['t1'],'subflow':{'procedure_id':"
        "'kid','version':'1','isolation':'child_run'}}]}", "") },

    { "subflow_tool", T_PROC("a",
        "'a':{'type':'llm_action','prompt':'do it','model':'m','outputs':{"
        "'got':'text'},'planner':{'goal':'sum up','tools':['add','work'],"
        "'max_parallel_tools':2},'next_node':'end'}",
        ",'tools':{'add':{'subflow':{'procedure_id':'kid','version':'1',"
        "'isolation':'child_run'},'parameters':{'type':'object','properties':"
        "{'a':{'type':'number'}}}},'work':{'subflow':'kid','timeout_ms':900,"
        "'retry':{'max_attempts':2}}}") },
};

#define T_PROCS  (sizeof(t_procs) / sizeof(t_procs[0]))

#endif
