/*
 * Artifacts by name: what an agent or an author calls a file of the artifact
 * folder, and the address that people open it at.  Source: spec/ckp.md 19.3,
 * spec/api.md 6.
 *
 * The path of an artifact is "<run id>/<name>", relative to the folder; a name
 * has one segment or more.
 */

#ifndef CKP_ARTIFACT_NAME_H
#define CKP_ARTIFACT_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

#define CKP_ARTIFACT_URI           "/api/artifacts/"
#define CKP_ARTIFACT_PATH_MAX      1024     /* bytes of a path */
#define CKP_ARTIFACT_SEGMENT_MAX   255
#define CKP_ARTIFACT_SEGMENTS_MAX  16

/*
 * Whether a file may be called so: UTF-8 in 1 to 16 segments of 1 to 255 bytes,
 * none of them "." or "..", no control character, no backslash, and no dot at
 * its beginning (folders that begin so are the server's own).
 */
bool ckp_artifact_is_path(const char *path, size_t len);

/*
 * Appends the path that a text means, and tells whether it means one:
 * /api/artifacts/<path> and artifact://<path>, percent-encoded;
 * artifacts/<path>; <root>/<path> and file://<root>/<path>.  root is the folder
 * as the site names it; NULL: it is not known.
 */
bool ckp_artifact_path(const char *text, const char *root, ckp_buf_t *path);

/* Appends /api/artifacts/<path>, each segment percent-encoded. */
void ckp_artifact_uri(ckp_buf_t *uri, const char *path);

/* Appends what a percent-encoded text means, "/" between segments only.  false:
 * a broken escape, or one that stands for "/" or NUL. */
bool ckp_artifact_decode(const char *text, size_t len, ckp_buf_t *out);

#endif
