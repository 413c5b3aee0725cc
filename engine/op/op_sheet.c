/*
 * parse_excel_data: rows of texts and values by the engine, of files by the
 * host, which has their bytes and gives the rows.  Source: spec/ckp.md 13.3.
 */

#include "op/op_int.h"

#include <string.h>

#include "base/artifact.h"
#include "base/json.h"
#include "data/sheet.h"


/* --- files of the artifacts' folder --------------------------------------------- */

/* Appends the path of the artifact that a text names. */
static bool
sheet_path(const char *text, const char *root, ckp_buf_t *path)
{
    const size_t  len = strlen(text);

    if (!ckp_sheet_is_name(text, len)) {
        return false;
    }

    if (ckp_artifact_path(text, root, path)) {
        return true;
    }

    if (strstr(text, "://") != NULL || !ckp_artifact_is_path(text, len)) {
        return false;
    }

    path->len = 0;
    ckp_buf_put(path, text, len);

    return path->failed == CKP_OK;
}


/* Whether one of the sources is such a file. */
static bool
sheet_has_file(const json_t *source, const char *root, unsigned depth)
{
    const char  *key;
    json_t      *value;
    size_t       i;
    bool         has = false;

    if (json_is_string(source)) {
        ckp_buf_t  path;

        ckp_buf_init(&path, CKP_ARTIFACT_PATH_MAX);
        has = sheet_path(json_string_value(source), root, &path);
        ckp_buf_free(&path);

        return has;
    }

    if (depth > CKP_SHEET_NEST_MAX) {
        return false;
    }

    json_array_foreach((json_t *) source, i, value) {
        has = has || sheet_has_file(value, root, depth + 1);
    }

    json_object_foreach((json_t *) source, key, value) {
        has = has || sheet_has_file(value, root, depth + 1);
    }

    return has;
}


/* Rows that stay as they are have no sources in them. */
static bool
sheet_is_rows(const json_t *source)
{
    const json_t *const  first = json_array_get(source, 0);

    return json_is_object(first);
}


ckp_code_t
ckp_op_sheet_ask(ckp_fiber_t *f, const json_t *params, bool again,
    json_t **body)
{
    static const char *const  names[] = { "sheet", "sheet_name", NULL };
    const char *const         root = ckp_fiber_program(f)->artifacts;
    const json_t *const       source = ckp_op_source(f, params);

    (void) again;

    if (source == NULL || sheet_is_rows(source)
        || !sheet_has_file(source, root, 0))
    {
        return CKP_OK;
    }

    *body = json_pack("{s:s, s:O, s:O*, s:O*, s:O*, s:s*}", "op", "sheet",
                      "source", source,
                      "sheet", ckp_op_param(params, names),
                      "header", json_object_get(params, "header"),
                      "range", json_object_get(params, "range"),
                      "root", root);

    return *body == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* --- rows ------------------------------------------------------------------------ */

/* What is asked for, by the members of a step's parameters or of the host's
 * question.  *name is a new value that `how` lends from. */
static ckp_code_t
sheet_read(const json_t *source, const json_t *params, ckp_sheet_how_t *how,
    json_t **rows, ckp_err_t *err)
{
    static const char *const  names[] = { "sheet", "sheet_name", NULL };
    const json_t *const       sheet = ckp_op_param(params, names);
    json_t *const             name = sheet == NULL ? NULL : ckp_op_text(sheet);
    const char *const         range = ckp_json_str(params, "range");
    bool                      foreign = false;
    ckp_code_t                rc;

    how->header = ckp_json_bool(params, "header", true);
    how->range = range != NULL && *range == '\0' ? NULL : range;
    how->sheet = json_string_length(name) > 0 ? json_string_value(name) : NULL;

    rc = ckp_sheet_read(source, how, rows, &foreign, err);
    json_decref(name);

    return rc != CKP_OK && foreign && err->code != CKP_E_NOMEM ? CKP_E_STATE
                                                               : rc;
}


static ckp_code_t
op_parse_excel(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    ckp_sheet_how_t   how = { .file = NULL };
    ckp_err_t         err = CKP_ERR_INIT;
    const ckp_code_t  rc = sheet_read(ckp_op_source(f, params), params, &how,
                                      result, &err);

    if (rc == CKP_OK || err.code == CKP_E_NOMEM) {
        return rc;
    }

    return ckp_fiber_raise(f, rc == CKP_E_STATE ? "UnsupportedFormat"
                                                : "ParseError", "%s", err.msg);
}


/* --- by the host -------------------------------------------------------------------- */

typedef struct {
    const ckp_attachments_t  *from;
    const char               *root;
} sheet_from_t;


static bool
sheet_of_host(void *data, const char *name, char **bytes, size_t *len,
    const char **why)
{
    const sheet_from_t *const  s = data;
    ckp_buf_t                  path;
    bool                       is;

    ckp_buf_init(&path, CKP_ARTIFACT_PATH_MAX);
    is = sheet_path(name, s->root, &path);

    if (is) {
        *why = s->from->read(s->from->data, ckp_buf_str(&path), bytes, len);
    }

    ckp_buf_free(&path);

    return is;
}


json_t *
ckp_sheet_answer(const json_t *body, const ckp_attachments_t *from,
    ckp_outcome_t *outcome)
{
    sheet_from_t      own = { .from = from,
                              .root = ckp_json_str(body, "root") };
    ckp_sheet_how_t   how = { .file = sheet_of_host, .data = &own };
    ckp_err_t         err = CKP_ERR_INIT;
    json_t           *rows = NULL;
    const ckp_code_t  rc = sheet_read(json_object_get(body, "source"), body,
                                      &how, &rows, &err);

    *outcome = rc == CKP_OK ? CKP_OUTCOME_OK : CKP_OUTCOME_FAILED;

    if (rc == CKP_OK) {
        return json_pack("{s:o}", "result", rows);
    }

    return err.code == CKP_E_NOMEM ? NULL
           : json_pack("{s:s, s:s, s:b}", "type", rc == CKP_E_STATE
                       ? "UnsupportedFormat" : "ParseError", "message",
                       err.msg, "retryable", 0);
}


const ckp_op_t  ckp_ops_sheet[] = {
    { "parse_excel_data", " source value data sheet sheet_name header range ",
      " source|value|data ", false, true, op_parse_excel },
    { .action = NULL }
};
