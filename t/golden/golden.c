/*
 * Golden tests: documents become diagnostics, outlines and graphs, which stand
 * beside them as text that a person can read.
 *
 *   golden [--write] FOLDER
 *
 * FOLDER/documents/<name>.json gives <name>.txt.  --write makes the texts anew.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckp.h"

#define NAMES_MAX  500

static int  passed;
static int  failed;


static char *
slurp(const char *path, size_t *len)
{
    FILE *const  f = fopen(path, "rb");
    char        *text;

    *len = 0;

    if (f == NULL) {
        return NULL;
    }

    fseek(f, 0, SEEK_END);
    *len = (size_t) ftell(f);
    rewind(f);
    text = calloc(1, *len + 1);
    *len = fread(text, 1, *len, f);
    fclose(f);

    return text;
}


static void
put_diagnostic(ckp_buf_t *b, const json_t *d)
{
    static const char *const  more[] = { "node_id", "step_id", "field",
                                         "hint" };

    ckp_buf_printf(b, "%s %s %s\n  at %s\n  %s\n", ckp_json_str(d, "id"),
                   ckp_json_str(d, "severity"), ckp_json_str(d, "code"),
                   ckp_json_str(d, "path"), ckp_json_str(d, "message"));

    for (size_t i = 0; i < 4; i++) {
        const char *const  text = ckp_json_str(d, more[i]);

        if (text != NULL) {
            ckp_buf_printf(b, "  %s: %s\n", more[i], text);
        }
    }
}


static void
put_outline(ckp_buf_t *b, json_t *outline)
{
    const json_t  *one;
    size_t         i;

    ckp_buf_printf(b, "%s %s from %s: %lld nodes, %lld steps\n",
                   ckp_json_str(outline, "procedure_id"),
                   ckp_json_str(outline, "version"),
                   ckp_json_str(outline, "start_node"),
                   (long long) ckp_json_int(outline, "node_count", -1),
                   (long long) ckp_json_int(outline, "step_count", -1));

    json_array_foreach(json_object_get(outline, "bindings"), i, one) {
        ckp_buf_printf(b, "  %s/%s %s: %s\n", ckp_json_str(one, "node_id"),
                       ckp_json_str(one, "step_id"),
                       ckp_json_str(one, "action"), ckp_json_str(one, "kind"));
    }
}


static void
put_graph(ckp_buf_t *b, json_t *graph)
{
    const json_t  *one;
    size_t         i;

    json_array_foreach(json_object_get(graph, "nodes"), i, one) {
        const json_t *const  data = json_object_get(one, "data");

        ckp_buf_printf(b, "  (%lld, %lld) %s \"%s\"%s%s\n",
                       (long long) ckp_json_int(json_object_get(one,
                                                "position"), "x", -1),
                       (long long) ckp_json_int(json_object_get(one,
                                                "position"), "y", -1),
                       ckp_json_str(one, "id"), ckp_json_str(data, "label"),
                       json_is_true(json_object_get(data, "isStart"))
                           ? " start" : "",
                       json_is_true(json_object_get(data, "isEnd"))
                           ? " end" : "");
    }

    json_array_foreach(json_object_get(graph, "edges"), i, one) {
        ckp_buf_printf(b, "  %s %s -> %s [%s]\n", ckp_json_str(one, "id"),
                       ckp_json_str(one, "source"),
                       ckp_json_str(one, "target"),
                       ckp_json_str(one, "label"));
    }
}


static void
put_document(ckp_buf_t *b, const json_t *doc)
{
    ckp_diags_t *const     diags = ckp_diags_new();
    ckp_compiler_t *const  c = ckp_compiler_new(diags);
    ckp_program_t         *prog;
    json_t                *list;
    json_t                *graph = ckp_document_graph(doc);
    const json_t          *one;
    size_t                 i;

    (void) ckp_compiler_add(c, doc);
    prog = ckp_compiler_finish(c);
    ckp_buf_puts(b, prog != NULL ? "runs\n\n" : "does not run\n\n");

    list = ckp_compiler_outline(c);
    put_outline(b, list);
    json_decref(list);

    ckp_buf_puts(b, "\ngraph\n");
    put_graph(b, graph);
    json_decref(graph);

    ckp_buf_puts(b, "\ndiagnostics\n");
    list = ckp_diags_json(diags, 'a');

    json_array_foreach(list, i, one) {
        put_diagnostic(b, one);
    }

    json_decref(list);
    ckp_program_unref(prog);
    ckp_compiler_free(c);
    ckp_diags_free(diags);
}


static void
judge(const char *name, const char *path, const char *got, bool write)
{
    size_t       len;
    char *const  want = slurp(path, &len);
    FILE        *f;

    if (write) {
        f = fopen(path, "wb");
        fputs(got, f);
        fclose(f);
        passed++;

    } else if (want != NULL && strcmp(want, got) == 0) {
        passed++;

    } else {
        failed++;
        printf("golden: %s: not what %s says:\n%s", name, path, got);
    }

    free(want);
}


static void
document(const char *folder, const char *name, bool write)
{
    char       path[1024];
    size_t     len;
    char      *text;
    json_t    *doc;
    ckp_err_t  err = CKP_ERR_INIT;
    ckp_buf_t  b;

    snprintf(path, sizeof(path), "%s/documents/%s.json", folder, name);
    text = slurp(path, &len);
    doc = ckp_json_parse(text, len, &err);
    free(text);

    if (doc == NULL) {
        printf("golden: %s: %s\n", name, err.msg);
        failed++;
        return;
    }

    ckp_buf_init(&b, 1024 * 1024);
    put_document(&b, doc);
    json_decref(doc);

    snprintf(path, sizeof(path), "%s/documents/%s.txt", folder, name);
    judge(name, path, ckp_buf_str(&b), write);
    ckp_buf_free(&b);
}


static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}


static size_t
names(const char *folder, char **list)
{
    char           path[1024];
    DIR           *dir;
    struct dirent *entry;
    size_t         n = 0;

    snprintf(path, sizeof(path), "%s/documents", folder);
    dir = opendir(path);

    while (dir != NULL && (entry = readdir(dir)) != NULL && n < NAMES_MAX) {
        const size_t  len = strlen(entry->d_name);

        if (len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0) {
            list[n] = strndup(entry->d_name, len - 5);
            n++;
        }
    }

    if (dir != NULL) {
        closedir(dir);
    }

    qsort(list, n, sizeof(char *), by_name);

    return n;
}


int
main(int argc, char **argv)
{
    const bool         write = argc > 1 && strcmp(argv[1], "--write") == 0;
    const char *const  folder = argv[argc - 1];
    static char       *list[NAMES_MAX];
    size_t             n;

    if (argc < 2) {
        fprintf(stderr, "golden [--write] FOLDER\n");
        return 2;
    }

    n = names(folder, list);

    for (size_t i = 0; i < n; i++) {
        document(folder, list[i], write);
        free(list[i]);
    }

    printf("golden: %d passed, %d failed\n", passed, failed);

    return failed > 0 || passed == 0;
}
