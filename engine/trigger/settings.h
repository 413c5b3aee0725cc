/*
 * What a trigger says, in one spelling: of a document's `trigger`, or of what
 * the API was given.  Source: spec/ckp.md 5.
 */

#ifndef CKP_TRIGGER_SETTINGS_H
#define CKP_TRIGGER_SETTINGS_H

#include "value/json.h"

/*
 * New object with the flat spelling of each field that is there, and the
 * defaults of those that have one:
 *   type, enabled, dedupe_window_seconds, max_concurrent_runs?, input_vars?,
 *   input_mapping?, project_id?, and of its type
 *   scheduled    schedule, timezone, misfire_grace_seconds, catchup,
 *                catchup_window_seconds
 *   webhook      webhook_secret?, previous_secret?, signature_scheme,
 *                replay_window_seconds, require_timestamp, authentication?,
 *                allowed_sources?, idempotency_header?
 *   event        event_source, event_type?, event_filter?, condition?
 *   file_watch   event_source (the path), pattern?, event_types,
 *                poll_interval_seconds, stable_seconds, recursive
 *
 * *errors: new array of [field, sentence] of what has the wrong shape; *why: a
 * static sentence, what is missing or cannot be, or NULL.  The values are then
 * of no use.  NULL: no memory; *errors may be there all the same.
 */
json_t *ckp_trigger_settings(const json_t *trigger, json_t **errors,
    const char **why);

#endif
