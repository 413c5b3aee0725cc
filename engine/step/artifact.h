/*
 * Artifacts in results.  Source: spec/ckp.md 19.3.
 */

#ifndef CKP_ARTIFACT_H
#define CKP_ARTIFACT_H

#include "node/fiber.h"

/* answer: {result, artifacts?}; each found is a row and artifact_created. */
ckp_code_t ckp_artifacts_found(ckp_fiber_t *f, const json_t *answer);

/* The one picture in an answer, as kind screenshot under that name; none is no
 * error (15.5). */
ckp_code_t ckp_artifact_shot(ckp_fiber_t *f, const json_t *answer,
    const char *name);

#endif
