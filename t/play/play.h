/*
 * A run that is played from a script: what it is given, what others answer,
 * what happens meanwhile, and what must come of it.  All of a script is one
 * JSON object that a person can read.
 *
 * What it is given
 *   inputs     {...}            checked by the procedure, as a request's are
 *   meta       {...}            trigger_type, actor, execution_mode ...
 *   vars       {...}            put into its variables, unchecked
 *   answers    by the path of a step, else by its action; `llm` is a model,
 *              the name of an operation the host (`procedure` is known):
 *              a result, or a list of them, of which the last one stays.
 *              {__error__: {type, message ...}, __unknown__?: true}  a failure
 *              {__never__: true}                             no answer at all
 *              {__after_ms__: n, value: answer}              a late one
 *              {__http__: {status, body}}                    as on the wire
 *              {__raw__: {...}}                              data of the reply
 *              {__reports__: [{...}]}                        a workflow's
 *              `child` is a run of its own: {__after_ms__?, status, outputs?,
 *              vars?, error?} when it is over; without it it never is
 *   admits     in the same way: what the host says of who may do it, now,
 *              late or never
 *   refuses    {path of a step: n}: so often the change of an order that it
 *              makes is refused, with all of its turn
 *   decisions  by node, or in turn: "approved" when there are no more,
 *              "never" for no answer, {decision, after_ms?, ...}
 *   at         [[when, what, data?]]: when is milliseconds since the start,
 *              or an event "type" or "type path" (then before its effects);
 *              what is cancel, pause, resume, note, tick, crash ({crashes: n},
 *              when it is not the first there) or callback; a resume of kind
 *              checkpoint has {_point: the name or the node of it}
 *
 * What must come of it
 *   refused    {variable: sentence}: there is no run
 *   ends       its status; else "completed"
 *   statuses   all that it had, in order
 *   outputs, message, error     as they are; of `error` what is named
 *   events     all of them after execution_started, in order;
 *   tells      some of them, in order; never: what does not occur.  One is
 *              "type", "type path" or [type, path | null, {of its payload}],
 *              with `_at` (the time since the start), `_attempt`, `_node` and
 *              `_step`.  As a text: types, in any order
 *   calls      all of them, in order: "action" or [action, {of the request}],
 *              with key, timeout_ms, `_at` and `_target`
 *   asks       for whom they are admitted: all of them, as calls are
 *   aborts     of which calls, by their paths
 *   notices    what people are told outside of the run
 *   metrics    what its nodes measure: [[name, value, {labels}]], in order
 *   writes     some of the rows, in order: [table, {of the row}]
 *   variables  some of them, as they are in the end
 *   summary    some of the columns of its row
 *
 * In what is compared, "<any>" stands for any value that is there, and
 * "<none>" for a member that is not.
 *
 * A script is played twice, the second time by a host that forgets the run
 * after every turn and loads it again: it must tell the same.
 */

#ifndef T_PLAY_H
#define T_PLAY_H

#include <stdio.h>
#include <stdlib.h>
#include <stdbool.h>
#include "value/json.h"

#include "ckp.h"

typedef struct {
    ckp_program_t  *prog;       /* lent */
    const json_t   *script;
    const json_t   *kids;       /* {procedure_id: document}; NULL: none */
    void          (*wrong)(void *data, const char *text);
    void           *data;
    json_t         *shown;      /* {type: true, "action work": true} of what it
                                   told, with node_type and error_type; NULL */
    bool            show;       /* print what it told */
} play_case_t;

void play_case(const play_case_t *c);

/* A document's program; NULL when it has errors.  *list: all diagnostics, a
 * new reference, when it is asked for.  kids: the procedures that are stored
 * (as of play_case_t); NULL: it is not looked which are. */
ckp_program_t *play_compile(const json_t *doc, const json_t *kids,
    json_t **list);

/* The same, looking at what is there: {agents: [...], secrets: [keys]}, either
 * may be missing; NULL: at nothing. */
ckp_program_t *play_compile_in(const json_t *doc, const json_t *kids,
    const json_t *there, json_t **list);

/* Lends the only zone of this world besides UTC, Europe/Rome. */
const char *play_zone(void *data, const char *name, size_t *len);

/*
 * Whether `got` is as `want` says: objects have the members that are named (all
 * of them, when `whole`), everything else is equal.  Otherwise where they
 * differ, a JSON pointer, is in `b`.
 */
bool play_match(const json_t *want, const json_t *got, bool whole,
    ckp_buf_t *b);

#endif
