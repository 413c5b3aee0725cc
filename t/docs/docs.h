/*
 * Examples of the documentation, compiled and run.
 *
 * A page is Markdown.  Each block ```json is JSON; one with workflow_graph,
 * nodes or steps (or with ckp_json around it) is a procedure, and is run with
 * scripted agents.  Comments in the lines right above the block are the script
 * (play/play.h has all of what they may say):
 *
 *   <!-- inputs: {...} -->       what the run is started with
 *   <!-- answers: {...} -->      by action ("llm" for models): a result, or
 *                                a list of them, the last one stays.
 *                                {"__error__": {...}} is a failure,
 *                                {"__never__": true} no answer at all,
 *                                {"__reports__": [...]} a workflow
 *   <!-- decisions: [...] -->    by approval, in turn: "approved" when there
 *                                are no more; "never" lets it expire
 *   <!-- payload: {...} -->      what is submitted with them
 *   <!-- ends: failed -->        how the run ends; else `completed`
 *   <!-- outputs: {...} -->      what it gives; else anything
 *   <!-- tells: a b c -->        events that are in its timeline
 *   <!-- variables -->           the block is what tables of expressions see
 *
 * A table with the head | Expression | Value | or | Template | Value | is
 * evaluated, too.
 */

#ifndef T_DOCS_H
#define T_DOCS_H

#include <stdio.h>
#include <stdlib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "value/json.h"

#include "ckp.h"

typedef struct {
    size_t    line;         /* of its fence */
    json_t   *doc;
    json_t   *told;         /* {name: JSON, or text} of the comments */
} docs_example_t;

#define DOCS_EXAMPLES_MAX  200

typedef struct {
    const char      *path;
    docs_example_t   list[DOCS_EXAMPLES_MAX];
    size_t           n;
    json_t          *variables;
    size_t           passed;
    size_t           failed;
} docs_page_t;

/* Says what is wrong at that line of the page, and counts it. */
void docs_wrong(docs_page_t *page, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The program, or NULL after docs_wrong.  New reference. */
ckp_program_t *docs_compile(docs_page_t *page, size_t line,
    const json_t *doc);

/* Compiles it, runs it to its end and compares; children are looked for among
 * the examples of the page. */
void docs_play(docs_page_t *page, const docs_example_t *one);

/* A row of a table: text is an expression, or a template. */
void docs_row(docs_page_t *page, size_t line, bool is_expr,
    const char *text, const char *want);

#endif
