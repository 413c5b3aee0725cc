/*
 * One case of the language: a document, and what must come of it.
 */

#include "golden.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "play.h"

typedef struct {
    golden_t       *g;
    const char     *path;       /* of the file */
    const json_t   *file;
    json_t         *kids;       /* {procedure_id: document}; NULL: none */
    json_t         *later;      /* the same, when it has been compiled */
    char            what[64];   /* "run 2"; "" = the document */
    size_t          faults;
} case_t;


static void __attribute__((format(printf, 2, 3)))
case_wrong(case_t *c, const char *fmt, ...)
{
    va_list  args;

    printf("%s%s%s: ", c->path, c->what[0] == '\0' ? "" : ", ", c->what);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    printf("\n");
    c->faults++;
}


static void
case_told(void *data, const char *text)
{
    case_wrong(data, "%s", text);
}


/* --- the document ------------------------------------------------------------- */

static json_t *
case_document(const json_t *file)
{
    json_t *const  nodes = json_object_get(file, "nodes");
    json_t *const  schema = json_object_get(file, "variables");
    json_t *const  config = json_object_get(file, "config");
    json_t        *doc;

    if (nodes == NULL) {
        return golden_grow(json_object_get(file, "document"));
    }

    doc = json_pack("{s:s, s:s, s:O*, s:O*, s:{s:s?, s:O}}", "procedure_id",
                    "golden", "version", "1", "variables_schema", schema,
                    "global_config", config, "workflow_graph", "start_node",
                    json_object_iter_key(json_object_iter(nodes)), "nodes",
                    nodes);
    json_object_update(doc, json_object_get(file, "more"));

    json_t *const  grown = golden_grow(doc);

    json_decref(doc);

    return grown;
}


/* Documents as texts, whatever cannot be written as JSON in JSON: [text, what
 * the parser says], or null when it is fine. */

static void
case_texts(case_t *c)
{
    json_t *const  rows = golden_grow(json_object_get(c->file, "texts"));
    const json_t  *row;
    size_t         i;

    json_array_foreach(rows, i, row) {
        json_t *const      text = json_array_get(row, 0);
        const char *const  want = json_string_value(json_array_get(row, 1));
        ckp_err_t          err = CKP_ERR_INIT;
        json_t *const      doc = ckp_json_parse(json_string_value(text),
                                                json_string_length(text),
                                                &err);

        (void) snprintf(c->what, sizeof(c->what), "text %zu", i);

        if (doc == NULL
                ? want == NULL || strcmp(err.msg, want) != 0 : want != NULL)
        {
            case_wrong(c, "the parser says otherwise: %s", err.msg);
        }

        json_decref(doc);
    }

    c->what[0] = '\0';
    json_decref(rows);
}


/* --- diagnostics -------------------------------------------------------------- */

static bool
case_is_diag(const json_t *want, const json_t *got)
{
    static const char *const  names[] = { "id", "code", "severity", "path" };

    for (size_t i = 0; i < 4; i++) {
        if (!ckp_json_equal(json_array_get(want, i),
                            json_object_get(got, names[i])))
        {
            return false;
        }
    }

    return true;
}


/* As they would stand in the file. */

static void
case_show_diagnostics(const json_t *list)
{
    const json_t  *d;
    size_t         i;

    json_array_foreach((json_t *) list, i, d) {
        printf("    [ \"%s\", \"%s\", \"%s\", \"%s\" ],   %s\n",
               ckp_json_str(d, "id"), ckp_json_str(d, "code"),
               ckp_json_str(d, "severity"), ckp_json_str(d, "path"),
               ckp_json_str(d, "message"));
    }
}


static void
case_diagnostics(case_t *c, const json_t *list)
{
    json_t *const  want = golden_grow(json_object_get(c->file,
                                                      "diagnostics"));
    const size_t   n = json_array_size(list);
    bool           good = n == json_array_size(want);

    for (size_t i = 0; good && i < n; i++) {
        const json_t *const  one = json_array_get(want, i);
        const json_t *const  got = json_array_get(list, i);
        const json_t *const  more = json_array_get(one, 4);
        ckp_buf_t            b;
        json_t              *key;

        ckp_buf_init(&b, 65536);
        good = case_is_diag(one, got)
               && (more == NULL || play_match(more, got, false, &b));
        ckp_buf_free(&b);
        key = json_sprintf("%s %s", ckp_json_str(got, "id"),
                           ckp_json_str(got, "code"));
        json_object_set_new(c->g->diagnostics, json_string_value(key),
                            json_true());
        json_decref(key);
    }

    if (!good) {
        case_wrong(c, "the diagnostics are");
        case_show_diagnostics(list);
    }

    json_decref(want);
}


/* --- tables of values --------------------------------------------------------- */

typedef enum {
    CASE_TEMPLATES,
    CASE_EXPRESSIONS,
    CASE_CONDITIONS,
    CASE_ERRORS,
    CASE_ACTIONS,
    CASE_FAILURES
} case_table_t;

/* What gives the result of one operation. */

static json_t *
case_operation(const json_t *operation)
{
    json_t *const  op = json_copy((json_t *) operation);

    json_object_set_new(op, "output_variable", json_string("result"));

    return json_pack("{s:{s:s, s:[o], s:s}, s:{s:s, s:{s:s}}}", "first",
                     "type", "processing", "operations", op, "next_node",
                     "end", "end", "type", "terminate", "outputs", "value",
                     "{{result}}");
}


/* A procedure that gives the value of one text, or operation. */

static json_t *
case_probe(const json_t *vars, const json_t *one, case_table_t kind)
{
    json_t *const      schema = json_object();
    const char *const  text = json_string_value(one);
    json_t *const      source = json_sprintf(kind == CASE_EXPRESSIONS
                                             || kind == CASE_ERRORS
                                             ? "{{= %s }}" : "%s",
                                             text == NULL ? "" : text);
    const char        *name;
    json_t            *value;
    json_t            *nodes;

    json_object_foreach((json_t *) vars, name, value) {
        json_object_set_new(schema, name, json_pack("{s:s}", "type", "any"));
    }

    if (kind == CASE_CONDITIONS) {
        nodes = json_pack("{s:{s:s, s:[{s:o, s:s}], s:s}, s:{s:s, s:{s:b}},"
                          " s:{s:s, s:{s:b}}}", "end", "type", "logic",
                          "rules", "condition", source, "next_node", "yes",
                          "default_next_node", "no", "yes", "type",
                          "terminate", "outputs", "value", 1, "no", "type",
                          "terminate", "outputs", "value", 0);

    } else if (kind == CASE_ACTIONS || kind == CASE_FAILURES) {
        json_decref(source);
        nodes = case_operation(one);

    } else {
        nodes = json_pack("{s:{s:s, s:{s:o}}}", "end", "type", "terminate",
                          "outputs", "value", source);
    }

    return json_pack("{s:s, s:s, s:o, s:{s:s, s:s}, s:{s:s, s:o}}",
                     "procedure_id", "table", "version", "1",
                     "variables_schema", schema, "trigger", "type", "event",
                     "event_source", "internal://any", "workflow_graph",
                     "start_node", json_object_iter_key(
                     json_object_iter(nodes)), "nodes", nodes);
}


/* A row of a table: [text, value], [text, type of the error, sentence?]. */

static void
case_row(case_t *c, const json_t *vars, const json_t *row, case_table_t kind)
{
    const json_t *const   one = json_array_get(row, 0);
    json_t *const         want = json_array_get(row, 1);
    const bool            fails = kind == CASE_ERRORS
                                  || kind == CASE_FAILURES;
    char *const           text = ckp_json_text(one);
    json_t *const         doc = case_probe(vars, one, kind);
    json_t               *list;
    ckp_program_t *const  prog = play_compile(doc, NULL, &list);
    json_t               *script;

    json_decref(doc);
    (void) snprintf(c->what, sizeof(c->what), "%.60s", text);
    ckp_free(text);

    if (prog == NULL) {
        char *const  all = ckp_json_text(list);

        if (!fails
            || strstr(all, json_string_value(want)) == NULL)
        {
            case_wrong(c, "it does not compile: %s", all);
        }

        ckp_free(all);
        json_decref(list);
        return;
    }

    script = fails
                 ? json_pack("{s:O*, s:s, s:{s:O, s:O*}}", "inputs", vars,
                             "ends", "failed", "error", "type", want,
                             "message", json_array_get(row, 2))
                 : json_pack("{s:O*, s:{s:O}}", "inputs", vars, "outputs",
                             "value", want);

    play_case(&(play_case_t) { .prog = prog, .script = script,
                               .wrong = case_told, .data = c,
                               .shown = c->g->events });
    json_decref(script);
    json_decref(list);
    ckp_program_unref(prog);
}


static void
case_tables(case_t *c)
{
    static const char *const  names[] = { "templates", "expressions",
                                          "conditions", "errors", "actions",
                                          "failures" };
    json_t *const             tables = golden_grow(json_object_get(c->file,
                                                                   "tables"));
    const json_t *const       vars = json_object_get(tables, "variables");

    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
        const json_t  *row;
        size_t         i;

        json_array_foreach(json_object_get(tables, names[k]), i, row) {
            case_row(c, vars, row, (case_table_t) k);
        }
    }

    c->what[0] = '\0';
    json_decref(tables);
}


/* --- inputs ------------------------------------------------------------------- */

static void
case_inputs(case_t *c, const ckp_program_t *prog, const char *name)
{
    const bool     fits = strcmp(name, "accepts") == 0;
    json_t *const  rows = golden_grow(json_object_get(c->file, name));
    const json_t  *row;
    size_t         i;

    json_array_foreach(rows, i, row) {
        json_t            *vars = NULL;
        json_t            *errors = NULL;
        ckp_err_t          err = CKP_ERR_INIT;
        ckp_buf_t          b;
        const ckp_code_t   rc = ckp_program_inputs(prog, json_array_get(row,
                                0), NULL, 1767603600000, &vars, &errors,
                                &err);
        const json_t      *got = rc == CKP_OK ? vars : errors;

        (void) snprintf(c->what, sizeof(c->what), "%s %zu", name, i);
        ckp_buf_init(&b, 65536);

        if ((rc == CKP_OK) != fits
            || !play_match(json_array_get(row, 1), got, !fits, &b))
        {
            char *const  text = got == NULL ? NULL : ckp_json_text(got);

            case_wrong(c, "it %s, as at \"%s\": %.1500s", rc == CKP_OK
                       ? "fits" : "does not fit", ckp_buf_str(&b),
                       text == NULL ? err.msg : text);
            ckp_free(text);
        }

        ckp_buf_free(&b);
        json_decref(vars);
        json_decref(errors);
    }

    c->what[0] = '\0';
    json_decref(rows);
}


/* --- the case ----------------------------------------------------------------- */

static void
case_run(case_t *c, ckp_program_t *prog, const json_t *script, size_t i)
{
    json_t *const  grown = golden_grow(script);

    if (prog == NULL) {
        case_wrong(c, "it does not run");

    } else {
        (void) snprintf(c->what, sizeof(c->what), "run %zu", i);
        play_case(&(play_case_t) {
            .prog = prog, .script = grown, .kids = c->later,
            .wrong = case_told, .data = c, .shown = c->g->events,
            .show = c->g->show
        });
        c->what[0] = '\0';
    }

    json_decref(grown);
}


static void
case_runs(case_t *c, ckp_program_t *prog)
{
    const json_t *const  one = json_object_get(c->file, "run");
    const json_t        *script;
    size_t               i;

    if (one != NULL) {
        case_run(c, prog, one, 1);
    }

    json_array_foreach(json_object_get(c->file, "runs"), i, script) {
        case_run(c, prog, script, i + 1);
    }
}


/* `got` is stolen. */

static void
case_object(case_t *c, const char *what, const json_t *want, json_t *got)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, 65536);

    if (!play_match(want, got, false, &b)) {
        char *const  text = got == NULL ? NULL : ckp_json_text(got);

        case_wrong(c, "its %s is otherwise at \"%s\": %.6000s", what,
                   ckp_buf_str(&b), text == NULL ? "" : text);
        ckp_free(text);
    }

    ckp_buf_free(&b);
    json_decref(got);
}


static void
case_study(case_t *c, const json_t *doc, const ckp_program_t *prog)
{
    const json_t *const  head = json_object_get(c->file, "head");
    const json_t *const  graph = json_object_get(c->file, "graph");
    const json_t *const  explain = json_object_get(c->file, "explain");
    ckp_err_t            err = CKP_ERR_INIT;

    if (head != NULL) {
        case_object(c, "head", head, ckp_document_head(doc, &err));
    }

    if (graph != NULL) {
        case_object(c, "graph", graph, ckp_document_graph(doc));
    }

    if (explain != NULL && prog != NULL) {
        case_object(c, "explanation", json_object_get(explain, "is"),
                    ckp_program_explain(prog, json_object_get(explain,
                                        "inputs"), 1767603600000));
    }
}


/* Starts: [[inputs, what stands before the run]]. */

static void
case_gates(case_t *c, const ckp_program_t *prog)
{
    json_t *const  rows = golden_grow(json_object_get(c->file, "gates"));
    const json_t  *row;
    size_t         i;

    json_array_foreach(rows, i, row) {
        json_t *const     start = json_pack("{s:{}, s:O, s:O}", "meta",
                                            "inputs", json_array_get(row, 0),
                                            "vars", json_array_get(row, 0));
        json_t           *gate = NULL;
        ckp_err_t         err = CKP_ERR_INIT;
        const ckp_code_t  rc = ckp_program_gate(prog, start, 1767603600000,
                                                &gate, &err);

        (void) snprintf(c->what, sizeof(c->what), "gate %zu", i);
        case_object(c, "gate", json_array_get(row, 1), rc == CKP_OK ? gate
                    : json_pack("{s:s}", "error", err.msg));
        json_decref(start);
    }

    c->what[0] = '\0';
    json_decref(rows);
}


static void
case_compiled(case_t *c, const json_t *doc)
{
    json_t               *list;
    ckp_program_t *const  prog = play_compile_in(doc, c->kids,
                                 json_object_get(c->file, "environment"),
                                 &list);

    case_diagnostics(c, list);
    case_study(c, doc, prog);

    if (prog != NULL) {
        case_inputs(c, prog, "accepts");
        case_inputs(c, prog, "refuses");
        case_gates(c, prog);
    }

    case_runs(c, prog);
    json_decref(list);
    ckp_program_unref(prog);
}


/* Those that were there, and these; NULL: none. */

static json_t *
case_stored(const json_t *before, const json_t *list)
{
    json_t        *all = json_copy((json_t *) before);
    const json_t  *kid;
    size_t         i;

    if (all == NULL && list != NULL) {
        all = json_object();
    }

    json_array_foreach(list, i, kid) {
        json_object_set(all, ckp_json_str(kid, "procedure_id"),
                        (json_t *) kid);
    }

    return all;
}


void
golden_case(golden_t *g, const char *path, const json_t *file)
{
    case_t         c = { .g = g, .path = path, .file = file };
    json_t        *doc;

    c.kids = case_stored(NULL, json_object_get(file, "children"));
    c.later = case_stored(c.kids, json_object_get(file, "later"));

    if (ckp_json_str(file, "_about") == NULL) {
        case_wrong(&c, "what it is about is not said");
    }

    golden_limits(g, path, file);
    golden_kind(g, path, file);
    case_tables(&c);
    case_texts(&c);
    golden_fires(json_object_get(file, "fires"), case_told, &c);
    doc = case_document(file);

    if (doc != NULL) {
        case_compiled(&c, doc);
    }

    json_decref(doc);
    json_decref(c.kids);
    json_decref(c.later);
    g->passed += c.faults == 0;
    g->failed += c.faults > 0;
}
