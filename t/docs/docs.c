/*
 * Pages of the documentation: their blocks and tables.
 *
 *   docs PAGE ...
 */

#include "docs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOCS_PAGE_MAX  (4 * 1024 * 1024)
#define DOCS_CELL_MAX  1024


void
docs_wrong(docs_page_t *page, size_t line, const char *fmt, ...)
{
    va_list  args;

    printf("%s:%zu: ", page->path, line);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    printf("\n");
    page->failed++;
}


ckp_program_t *
docs_compile(docs_page_t *page, size_t line, const json_t *doc)
{
    ckp_diags_t *const     diags = ckp_diags_new();
    ckp_compiler_t *const  c = ckp_compiler_new(diags);
    ckp_program_t         *prog;
    json_t                *list;
    const json_t          *one;
    size_t                 i;

    (void) ckp_compiler_add(c, doc);
    prog = ckp_compiler_finish(c);
    list = ckp_diags_json(diags, 'a');

    /* an example is right: not even a warning */

    json_array_foreach(list, i, one) {
        if (strcmp(ckp_json_str(one, "severity"), "info") != 0) {
            docs_wrong(page, line, "%s at %s: %s", ckp_json_str(one, "id"),
                       ckp_json_str(one, "path"),
                       ckp_json_str(one, "message"));
        }
    }

    json_decref(list);
    ckp_compiler_free(c);
    ckp_diags_free(diags);

    return prog;
}


/* --- tables ------------------------------------------------------------- */

static json_t *
docs_probe(const docs_page_t *page, bool is_expr, const char *text)
{
    json_t *const  schema = json_object();
    json_t        *doc;
    const char    *name;
    json_t        *value;
    char           source[DOCS_CELL_MAX + 16];

    (void) snprintf(source, sizeof(source), is_expr ? "{{= %s }}" : "%s",
                    text);

    json_object_foreach(page->variables, name, value) {
        json_object_set_new(schema, name, json_pack("{s:s, s:O}", "type",
                                                    "any", "default", value));
    }

    doc = json_pack("{s:s, s:s, s:o, s:{s:s, s:{s:{s:s, s:{s:s}}}}}",
                    "procedure_id", "table", "version", "1",
                    "variables_schema", schema, "workflow_graph",
                    "start_node", "end", "nodes", "end", "type", "terminate",
                    "outputs", "value", source);

    return doc;
}


void
docs_row(docs_page_t *page, size_t line, bool is_expr, const char *text,
    const char *want)
{
    ckp_err_t       err = CKP_ERR_INIT;
    json_t *const   value = ckp_json_parse(want, strlen(want), &err);
    docs_example_t  one = { .line = line };

    if (value == NULL) {
        docs_wrong(page, line, "\"%s\" is no JSON: %s", want, err.msg);
        return;
    }

    one.doc = docs_probe(page, is_expr, text);
    one.told = json_pack("{s:{s:o}}", "outputs", "value", value);
    docs_play(page, &one);
    json_decref(one.doc);
    json_decref(one.told);
}


/* A cell without its fence `...` and with \| as |; the place behind it. */

static const char *
docs_cell(const char *s, char out[DOCS_CELL_MAX])
{
    size_t  n = 0;

    s += strspn(s, "| ");

    for ( /* void */ ; *s != '\0' && *s != '|'; s++) {
        s += s[0] == '\\' && s[1] == '|' ? 1 : 0;
        out[n] = *s;
        n += n < DOCS_CELL_MAX - 1 ? 1 : 0;
    }

    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }

    out[n] = '\0';

    if (n > 1 && out[0] == '`' && out[n - 1] == '`') {
        out[n - 1] = '\0';
        memmove(out, out + 1, n - 1);
    }

    return s;
}


static void
docs_table(docs_page_t *page, char **lines, size_t n)
{
    int  kind = 0;          /* 1: expressions, 2: templates */

    for (size_t i = 0; i < n; i++) {
        char         text[DOCS_CELL_MAX];
        char         want[DOCS_CELL_MAX];
        const char  *rest;

        if (lines[i][0] != '|') {
            kind = 0;
            continue;
        }

        if (strncmp(lines[i], "| Expression | Value |", 22) == 0
            || strncmp(lines[i], "| Template | Value |", 20) == 0)
        {
            kind = lines[i][2] == 'E' ? 1 : 2;
            continue;
        }

        if (kind == 0 || strncmp(lines[i], "|---", 4) == 0) {
            continue;
        }

        rest = docs_cell(lines[i], text);
        (void) docs_cell(rest, want);
        docs_row(page, i + 1, kind == 1, text, want);
    }
}


/* --- blocks ------------------------------------------------------------- */

/* <!-- name: value -->, or <!-- name --> */

static void
docs_comment(const char *line, json_t *told)
{
    char         name[64];
    char        *value;
    const char  *end = strstr(line, "-->");
    size_t       n = strcspn(line + 5, ": ");
    ckp_err_t    err = CKP_ERR_INIT;
    json_t      *v;

    if (end == NULL || n >= sizeof(name)) {
        return;
    }

    memcpy(name, line + 5, n);
    name[n] = '\0';
    line += 5 + n;
    line += strspn(line, ": ");
    value = strndup(line, end > line ? (size_t) (end - line) : 0);

    while (value[0] != '\0' && value[strlen(value) - 1] == ' ') {
        value[strlen(value) - 1] = '\0';
    }

    v = value[0] == '{' || value[0] == '['
            ? ckp_json_parse(value, strlen(value), &err) : json_string(value);

    json_object_set_new(told, name, v == NULL ? json_null() : v);
    free(value);
}


/* The line without the indent of its block. */

static const char *
docs_line(const char *line, size_t indent)
{
    const size_t  n = strspn(line, " ");

    return line + (n < indent ? n : indent);
}


/* What is posted to import it has the procedure inside. */

static json_t *
docs_inner(json_t *doc)
{
    json_t *const  inner = json_object_get(doc, "ckp_json");

    return inner == NULL ? doc : inner;
}


static void
docs_example(docs_page_t *page, size_t line, json_t *doc, json_t *told)
{
    if (json_object_get(doc, "workflow_graph") == NULL
        && !json_is_array(json_object_get(doc, "nodes"))
        && !json_is_array(json_object_get(doc, "steps")))
    {
        return;
    }

    if (page->n == DOCS_EXAMPLES_MAX) {
        docs_wrong(page, line, "more than %d examples", DOCS_EXAMPLES_MAX);
        return;
    }

    page->list[page->n++] = (docs_example_t) {
        .line = line, .doc = json_incref(doc), .told = json_incref(told)
    };
}


static void
docs_block(docs_page_t *page, char **lines, size_t at, size_t end)
{
    const size_t   indent = strspn(lines[at], " ");
    json_t *const  told = json_object();
    json_t        *doc;
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_buf_t      b;

    ckp_buf_init(&b, DOCS_PAGE_MAX);

    for (size_t i = at + 1; i < end; i++) {
        ckp_buf_printf(&b, "%s\n", docs_line(lines[i], indent));
    }

    for (size_t i = at; i > 0; i--) {
        const char *const  line = docs_line(lines[i - 1], indent);

        if (strncmp(line, "<!-- ", 5) != 0) {
            break;
        }

        docs_comment(line, told);
    }

    doc = ckp_json_parse(ckp_buf_str(&b), strlen(ckp_buf_str(&b)), &err);
    ckp_buf_free(&b);

    if (doc == NULL) {
        docs_wrong(page, at + 1, "the block is no JSON: %s", err.msg);

    } else if (json_object_get(told, "variables") != NULL) {
        json_decref(page->variables);
        page->variables = json_incref(doc);

    } else {
        docs_example(page, at + 1, docs_inner(doc), told);
    }

    json_decref(doc);
    json_decref(told);
}


static void
docs_blocks(docs_page_t *page, char **lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const size_t       indent = strspn(lines[i], " ");
        const char *const  fence = lines[i] + indent;
        size_t             end = i + 1;

        if (strncmp(fence, "```", 3) != 0) {
            continue;
        }

        while (end < n && strcmp(docs_line(lines[end], indent), "```") != 0) {
            end++;
        }

        if (end == n) {
            docs_wrong(page, i + 1, "the block has no end");

        } else if (strcmp(fence, "```json") == 0) {
            docs_block(page, lines, i, end);
        }

        i = end;
    }
}


static char *
docs_slurp(const char *path)
{
    FILE *const  f = fopen(path, "rb");
    char *const  text = calloc(1, DOCS_PAGE_MAX + 1);

    if (f == NULL || fread(text, 1, DOCS_PAGE_MAX, f) == 0) {
        fprintf(stderr, "docs: cannot read %s\n", path);
        exit(2);
    }

    fclose(f);

    return text;
}


static size_t
docs_lines(char *text, char ***list)
{
    size_t  n = 1;

    for (const char *p = text; *p != '\0'; p++) {
        n += *p == '\n' ? 1 : 0;
    }

    *list = calloc(n, sizeof(char *));
    n = 0;

    for (char *p = text; p != NULL && *p != '\0'; n++) {
        char *const  end = strchr(p, '\n');

        (*list)[n] = p;
        p = end == NULL ? NULL : end + 1;

        if (end != NULL) {
            *end = '\0';
        }
    }

    return n;
}


static void
docs_page(docs_page_t *page)
{
    char *const   text = docs_slurp(page->path);
    char        **lines;
    const size_t  n = docs_lines(text, &lines);

    docs_blocks(page, lines, n);

    for (size_t i = 0; i < page->n; i++) {
        docs_play(page, &page->list[i]);
    }

    docs_table(page, lines, n);

    for (size_t i = 0; i < page->n; i++) {
        json_decref(page->list[i].doc);
        json_decref(page->list[i].told);
    }

    json_decref(page->variables);
    free(lines);
    free(text);
}


int
main(int argc, char **argv)
{
    size_t  failed = 0;
    size_t  passed = 0;

    for (int i = 1; i < argc; i++) {
        static docs_page_t  page;

        memset(&page, 0, sizeof(page));
        page.path = argv[i];
        docs_page(&page);
        passed += page.passed;
        failed += page.failed;
    }

    printf("docs: %zu passed, %zu failed\n", passed, failed);

    return failed > 0 || passed == 0;
}
