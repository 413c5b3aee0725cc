/*
 * Golden files.
 *
 *   documents/<name>.json gives <name>.txt: outline, graph, diagnostics.
 *
 *   <NN-section>/<name>.json is a case of that section of the language, with
 *   what must come of it in the same file:
 *
 *     _about       the rule, in a sentence
 *     limits       {name: "both" | "at" | "beyond"}: which limits of
 *                  complete.json it shows, and which side: what is just
 *                  within, and what is one beyond
 *     document     the procedure; or in short
 *     nodes        {id: node}, the first is where a run begins, with
 *     variables    its variables_schema, config its global_config and more
 *                  {other members of the root}
 *     texts        [[document as text, what the parser says | null]]
 *     children     [procedures that are stored]; without it nobody looks
 *     later        [procedures that are stored when it has been compiled]
 *     diagnostics  all of them: [[id, code, severity, path, {more}?]]; none,
 *                  when it is not there
 *     run, runs    scripts (play/play.h)
 *     environment  {agents, secrets: [keys], profiles, prompts}: what there
 *                  is, and is looked at
 *     head, graph  of what ckp_document_head and _graph tell, what is named
 *     explain      {inputs?, is}: the same of ckp_program_explain
 *     tables       {variables, templates: [[text, value]], expressions,
 *                  conditions: the same, errors: [[expression, type of the
 *                  error or id of the diagnostic, message?]], actions:
 *                  [[operation, result]], failures: [[operation, type of the
 *                  error or id, message?]]}
 *     accepts      [[inputs, variables]]: inputs that fit, what becomes of them
 *     gates        [[inputs, {place, dedupe}]]: what stands before a run
 *     refuses      [[inputs, {variable: sentence}]]
 *     fires        tables of what starts runs (fires.c), times as texts:
 *                  schedules  [[cron, zone | null, after, [instants]]], or
 *                             [[cron, zone | null, id of the diagnostic]]
 *                  due        [[trigger, due, now, {fires, at, missed, next}]]
 *                  settings   [[trigger, {of its one spelling} | why not]]
 *                  wants      [[trigger, event, true | false]]
 *                  gives      [[trigger, what came, inputs of its type, the
 *                             inputs of the run | what is said]]
 *                  looks      [[trigger, known, seen, now, {events, gone}]]
 *                  signed     [[{secrets, standard, needs_time, window_s},
 *                             {headers}, body, now, true | false]]
 *                  known      [[{secrets, basic}, header, true | false]]
 *                  events     [[{headers}, body, {event} | why not]]
 *                  forms      [[body, {fields} | null]]
 *                  globs      [[pattern, path, true | false]]
 *
 *   What is large is made by a rule (grow.c):
 *
 *     {_repeat: n, value: v}         in an array: n elements; _from: the first
 *                                    index, else 0
 *     {_repeat: n, text: "x"}        a text of n times x
 *     {_repeat: n, key: k, value: v} a member of an object whose name begins
 *                                    with _each: n members
 *     {_nest: n, value: v}           v in n arrays
 *     {_join: [texts]}               one text of them
 *
 *   "<i>" in a text of it is the index, "<i+1>" the next one's.
 */

#ifndef T_GOLDEN_H
#define T_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <stdbool.h>
#include <stddef.h>
#include "value/json.h"

typedef struct {
    size_t   passed;
    size_t   failed;
    bool     show;
    json_t  *events;        /* {type: true} of those that were told */
    json_t  *diagnostics;   /* {"CKPnnn code": true} that were expected */
    json_t  *limits;        /* {name: {side: true}} that cases show */
    json_t  *sections;      /* {"05": {fine: true, wrong: true}} */
} golden_t;

/* Everything of one case; counts it. */
void golden_case(golden_t *g, const char *path, const json_t *file);

/* Tables of what starts runs; what is wrong is told. */
void golden_fires(const json_t *tables,
    void (*wrong)(void *data, const char *text), void *data);

/* Rules carried out; new reference. */
json_t *golden_grow(const json_t *v);

/* Which limits the case shows, and whether it shows what is fine, or wrong. */
void golden_kind(golden_t *g, const char *path, const json_t *file);
void golden_limits(golden_t *g, const char *path, const json_t *file);

/*
 * Each section has a case of what is fine and one of what is wrong, every
 * diagnostic and every event of the catalogues is in some case, and all that
 * `list` (complete.json) names: each limit at both sides, each word (a
 * type of node, an action, a type of error) in what some run tells, each limit
 * of the host in a test of the API, which is looked for under `t/api`.
 */
void golden_complete(golden_t *g, const json_t *list);

#endif
