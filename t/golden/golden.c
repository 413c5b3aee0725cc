/*
 * Golden tests: documents become diagnostics, outlines and graphs, scripts
 * become runs, and what must come of each stands in files that a person can
 * read (golden.h).
 *
 *   golden [--write] [--show] [--missing] FOLDER [CASE.json...]
 *
 * --write makes the texts of FOLDER/documents anew.  With cases named, they
 * alone are tried; --show prints what their runs tell.  With --missing what the
 * catalogues have and no case shows counts as a failure.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckp.h"
#include "golden.h"

#define NAMES_MAX  500

static golden_t  all;


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
        all.passed++;

    } else if (want != NULL && strcmp(want, got) == 0) {
        all.passed++;

    } else {
        all.failed++;
        printf("golden: %s: not what %s says:\n%s", name, path, got);
    }

    free(want);
}


/* NULL, after it is told: it is no JSON. */

static json_t *
read_file(const char *path)
{
    size_t       len;
    char *const  text = slurp(path, &len);
    ckp_err_t    err = CKP_ERR_INIT;
    json_t      *v = NULL;

    if (text == NULL) {
        printf("golden: %s is not there\n", path);
        all.failed++;

    } else {
        v = ckp_json_parse(text, len, &err);
    }

    if (text != NULL && v == NULL) {
        printf("golden: %s: %s\n", path, err.msg);
        all.failed++;
    }

    free(text);

    return v;
}


static void
document(const char *folder, const char *name, bool write)
{
    char       path[1024];
    json_t    *doc;
    ckp_buf_t  b;

    snprintf(path, sizeof(path), "%s/documents/%s.json", folder, name);
    doc = read_file(path);

    if (doc == NULL) {
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


/* What of a folder ends so, without that end; sorted. */

static size_t
names(const char *path, const char *end, char **list)
{
    DIR *const     dir = opendir(path);
    const size_t   cut = strlen(end);
    struct dirent *entry;
    size_t         n = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL && n < NAMES_MAX) {
        const size_t  len = strlen(entry->d_name);

        if (entry->d_name[0] != '.' && len > cut
            && strcmp(entry->d_name + len - cut, end) == 0)
        {
            list[n] = strndup(entry->d_name, len - cut);
            n++;
        }
    }

    if (dir != NULL) {
        closedir(dir);
    }

    qsort(list, n, sizeof(char *), by_name);

    return n;
}


static void
one_case(const char *path)
{
    json_t *const  file = read_file(path);

    if (file != NULL) {
        golden_case(&all, path, file);
    }

    json_decref(file);
}


static void
section(const char *folder, const char *name)
{
    char         path[1024];
    char        *list[NAMES_MAX];
    size_t       n;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    n = names(path, ".json", list);

    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "%s/%s/%s.json", folder, name, list[i]);
        one_case(path);
        free(list[i]);
    }
}


static void
whole(const char *folder, bool write, bool missing)
{
    char    path[1024];
    char   *list[NAMES_MAX];
    size_t  n;

    snprintf(path, sizeof(path), "%s/documents", folder);
    n = names(path, ".json", list);

    for (size_t i = 0; i < n; i++) {
        document(folder, list[i], write);
        free(list[i]);
    }

    n = names(folder, "", list);

    for (size_t i = 0; i < n; i++) {
        if (list[i][0] >= '0' && list[i][0] <= '9') {
            section(folder, list[i]);
        }

        free(list[i]);
    }

    if (missing) {
        json_t  *needed;

        snprintf(path, sizeof(path), "%s/complete.json", folder);
        needed = read_file(path);
        golden_complete(&all, needed);
        json_decref(needed);
    }
}


int
main(int argc, char **argv)
{
    bool         write = false;
    bool         missing = false;
    const char  *folder = NULL;
    int          named = 0;

    all.events = json_object();
    all.diagnostics = json_object();
    all.limits = json_object();
    all.sections = json_object();

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--write") == 0) {
            write = true;

        } else if (strcmp(argv[i], "--missing") == 0) {
            missing = true;

        } else if (strcmp(argv[i], "--show") == 0) {
            all.show = true;

        } else if (folder == NULL) {
            folder = argv[i];

        } else {
            one_case(argv[i]);
            named++;
        }
    }

    if (folder == NULL) {
        fprintf(stderr, "golden [--write] [--show] [--missing] FOLDER "
                "[CASE.json...]\n");
        return 2;
    }

    if (named == 0) {
        whole(folder, write, missing);
    }

    json_decref(all.events);
    json_decref(all.diagnostics);
    json_decref(all.limits);
    json_decref(all.sections);
    printf("golden: %zu passed, %zu failed\n", all.passed, all.failed);

    return all.failed > 0 || all.passed == 0;
}
