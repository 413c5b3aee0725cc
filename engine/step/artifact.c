/*
 * Artifacts that an answer brings, in one of the shapes of 19.3.
 */

#include "step/artifact.h"

#include <string.h>

#include "base/artifact.h"
#include "base/json.h"
#include "model/redact.h"

#define ARTIFACTS_MAX     100       /* of one answer */
#define ARTIFACT_URI_MAX  8192      /* what is longer is contents, no address */


/*
 * The address of what an answer calls so: a file of the artifact folder has one
 * that opens, the rest stays as it was said.  NULL: no memory.
 */

static json_t *
artifact_uri(const ckp_fiber_t *f, const char *kind, const char *said)
{
    json_t     *uri = NULL;
    ckp_buf_t   path;
    ckp_buf_t   out;

    ckp_buf_init(&path, CKP_ARTIFACT_PATH_MAX);
    ckp_buf_init(&out, 4 * CKP_ARTIFACT_PATH_MAX);

    if (ckp_artifact_path(said, ckp_fiber_program(f)->artifacts, &path)
        && strchr(ckp_buf_str(&path), '/') != NULL)
    {
        ckp_artifact_uri(&out, ckp_buf_str(&path));
        uri = out.failed == CKP_OK ? json_string(ckp_buf_str(&out)) : NULL;

    } else {
        uri = json_sprintf("%s%s", strcmp(kind, "screenshot") == 0
                                   && strstr(said, "://") == NULL
                                   ? "memory://" : "", said);
    }

    ckp_buf_free(&path);
    ckp_buf_free(&out);

    return uri;
}


/* The row and the event; uri is what the answer said, and `o` may tell more. */

static ckp_code_t
artifact_put(ckp_fiber_t *f, const char *kind, const char *uri,
    const json_t *o, const char *named)
{
    const char *const  name = named != NULL ? named : ckp_json_str(o, "name");
    json_t *const      size = json_object_get(o, "size_bytes");
    char               id[CKP_UUID_LEN + 1];
    json_t            *row;
    json_t            *masked;
    json_t            *shown;
    ckp_code_t         rc;

    if (strlen(uri) > ARTIFACT_URI_MAX) {
        return CKP_OK;
    }

    ckp_uuid7(ckp_fiber_rand(f), ckp_fiber_now(f), id);

    row = json_pack("{s:s, s:s, s:o, s:s*, s:s*, s:O*}", "artifact_id", id,
                    "kind", kind, "uri", artifact_uri(f, kind, uri),
                    "name", name,
                    "mime_type", ckp_json_str(o, "mime_type"),
                    "size_bytes", json_is_integer(size) ? size : NULL);
    masked = ckp_program_redact(ckp_fiber_program(f), row);
    shown = json_copy(masked);
    json_decref(masked);

    if (shown == NULL
        || json_object_set_new(shown, "node_id",
                               json_string(ckp_fiber_node(f)->id)) != 0
        || json_object_set_new(shown, "step_id",
                               json_string(ckp_fiber_step(f)->id)) != 0)
    {
        json_decref(row);
        json_decref(shown);
        return CKP_E_NOMEM;
    }

    rc = ckp_fiber_emit(f, "artifact_created", row);

    if (rc != CKP_OK) {
        json_decref(shown);
        return rc;
    }

    return ckp_fiber_write(f, "artifact", shown);
}


static ckp_code_t
artifact_object(ckp_fiber_t *f, const json_t *o)
{
    const char *const  kind = ckp_json_str(o, "kind");
    const char *const  uri = ckp_json_str(o, "uri");

    if (uri == NULL || *uri == '\0') {
        return CKP_OK;
    }

    return artifact_put(f, kind == NULL || *kind == '\0' ? "artifact" : kind,
                        uri, o, NULL);
}


static ckp_code_t
artifact_array(ckp_fiber_t *f, const json_t *list)
{
    ckp_code_t  rc = CKP_OK;

    for (size_t i = 0; i < json_array_size(list) && i < ARTIFACTS_MAX
                       && rc == CKP_OK; i++)
    {
        rc = artifact_object(f, json_array_get(list, i));
    }

    return rc;
}


ckp_code_t
ckp_artifacts_found(ckp_fiber_t *f, const json_t *answer)
{
    const json_t *const  result = json_object_get(answer, "result");
    const char          *uri = ckp_json_str(result, "screenshot");
    ckp_code_t           rc;

    rc = artifact_array(f, json_object_get(answer, "artifacts"));

    if (rc == CKP_OK) {
        rc = artifact_array(f, json_object_get(result, "artifacts"));
    }

    if (rc == CKP_OK) {
        rc = artifact_object(f, json_object_get(result, "artifact"));
    }

    if (rc == CKP_OK && uri != NULL && *uri != '\0') {
        rc = artifact_put(f, "screenshot", uri, NULL, NULL);
    }

    uri = ckp_json_str(result, "artifact_uri");

    if (uri == NULL) {
        uri = ckp_json_str(result, "uri");
    }

    if (rc == CKP_OK && uri != NULL && *uri != '\0') {
        const char *const  kind = ckp_json_str(result, "artifact_kind");

        rc = artifact_put(f, kind == NULL ? "artifact" : kind, uri, NULL,
                          NULL);
    }

    return rc;
}


ckp_code_t
ckp_artifact_shot(ckp_fiber_t *f, const json_t *answer, const char *name)
{
    static const char *const  members[] = { "screenshot", "artifact_uri",
                                            "uri", NULL };
    const json_t *const       result = json_object_get(answer, "result");
    const json_t             *one = json_object_get(result, "artifact");
    const char               *uri = json_string_value(result);

    for (size_t i = 0; uri == NULL && members[i] != NULL; i++) {
        uri = ckp_json_str(result, members[i]);
    }

    if (uri == NULL && one == NULL) {
        one = json_array_get(json_object_get(result, "artifacts"), 0);
    }

    if (uri == NULL && one == NULL) {
        one = json_array_get(json_object_get(answer, "artifacts"), 0);
    }

    uri = uri != NULL ? uri : ckp_json_str(one, "uri");

    return uri == NULL || *uri == '\0' ? CKP_OK
           : artifact_put(f, "screenshot", uri, one, name);
}
