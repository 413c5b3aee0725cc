/*
 * Diagnostics of a document: the catalogue of spec/ckp.md 33 and the list that
 * is filled from it.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/mem.h"

#define DIAG_MESSAGE_MAX  500
#define DIAG_NUMBERS      1000
#define DIAG_TRUNCATED    99

typedef enum {
    DIAG_INFO,
    DIAG_WARNING,
    DIAG_ERROR
} diag_severity_t;

typedef struct {
    int              number;
    const char      *code;
    diag_severity_t  severity;
} diag_row_t;

typedef struct {
    int              number;
    diag_severity_t  severity;
    size_t           order;         /* keeps equal places as they were added */
    const char      *code;
    const char      *path;
    const char      *message;
    const char      *node_id;
    const char      *step_id;
    const char      *field;
    const char      *hint;
} diag_t;

struct ckp_diags_s {
    ckp_arena_t  *arena;            /* of all texts */
    diag_t       *list;
    size_t        n;
    size_t        size;
    size_t        errors;
    bool          full;
    bool          hard;
    unsigned long refusals;         /* of memory, when it was new: with more
                                       of them the list is not whole */
    bool          soft[DIAG_NUMBERS];
    bool          grave[DIAG_NUMBERS];
};

/* Sorted by number; of several codes the first is the default one. */
static const diag_row_t  diag_rows[] = {
    {   1, "malformed_json", DIAG_ERROR },
    {   2, "not_an_object", DIAG_ERROR },
    {   3, "duplicate_member", DIAG_ERROR },
    {   4, "unknown_form", DIAG_ERROR },
    {   5, "unsupported_version", DIAG_ERROR },
    {   6, "limit_exceeded", DIAG_ERROR },
    {  10, "missing_procedure_id", DIAG_ERROR },
    {  11, "missing_version", DIAG_ERROR },
    {  12, "missing_graph", DIAG_ERROR },
    {  13, "unknown_status", DIAG_WARNING },
    {  14, "effective_date_invalid", DIAG_WARNING },
    {  15, "wrong_type", DIAG_ERROR },
    {  16, "malformed_metadata", DIAG_WARNING },
    {  17, "invalid_identifier", DIAG_ERROR },
    {  18, "missing_field", DIAG_ERROR },
    {  90, "unknown_field", DIAG_WARNING },
    {  91, "alias_used", DIAG_INFO },
    {  92, "field_not_applicable", DIAG_WARNING },
    {  93, "alias_conflict", DIAG_WARNING },
    {  94, "ambiguous_loop_names", DIAG_WARNING },
    {  95, "number_as_string", DIAG_WARNING },
    {  96, "no_effect", DIAG_INFO },
    {  97, "foreign_trigger_block", DIAG_INFO },
    {  99, "diagnostics_truncated", DIAG_WARNING },
    { 101, "missing_start_node", DIAG_ERROR },
    { 101, "unknown_start_node", DIAG_ERROR },
    { 102, "duplicate_id", DIAG_ERROR },
    { 102, "duplicate_step_id", DIAG_ERROR },
    { 102, "duplicate_branch", DIAG_ERROR },
    { 110, "unknown_node_type", DIAG_ERROR },
    { 111, "empty_list", DIAG_WARNING },
    { 120, "unreachable_node", DIAG_ERROR },
    { 121, "dead_end", DIAG_WARNING },
    { 122, "endless_cycle", DIAG_WARNING },
    { 123, "shared_body_node", DIAG_WARNING },
    { 130, "unknown_target", DIAG_ERROR },
    { 131, "ignored_successor", DIAG_WARNING },
    { 132, "logic_without_default", DIAG_WARNING },
    { 133, "break_outside_loop", DIAG_ERROR },
    { 140, "action_without_agent", DIAG_ERROR },
    { 141, "channel_mismatch", DIAG_WARNING },
    { 142, "action_not_offered", DIAG_INFO },
    { 142, "agent_not_registered", DIAG_INFO },
    { 210, "undeclared_variable", DIAG_ERROR },
    { 211, "invalid_template", DIAG_WARNING },
    { 212, "template_not_allowed", DIAG_WARNING },
    { 213, "foreign_placeholder", DIAG_WARNING },
    { 220, "invalid_expression", DIAG_ERROR },
    { 221, "invalid_regex", DIAG_ERROR },
    { 222, "assignment_as_comparison", DIAG_WARNING },
    { 223, "bare_word", DIAG_WARNING },
    { 224, "unknown_function", DIAG_ERROR },
    { 225, "mapping_whole_text", DIAG_INFO },
    { 226, "unknown_schema_keyword", DIAG_WARNING },
    { 227, "invalid_schema", DIAG_ERROR },
    { 228, "constant_condition", DIAG_WARNING },
    { 229, "invalid_query_path", DIAG_ERROR },
    { 301, "invalid_dispatch_mode", DIAG_ERROR },
    { 302, "invalid_enum_value", DIAG_ERROR },
    { 303, "unknown_on_failure", DIAG_ERROR },
    { 310, "invalid_retry_policy", DIAG_ERROR },
    { 311, "retry_count_conflict", DIAG_WARNING },
    { 312, "invalid_rate_limit", DIAG_ERROR },
    { 313, "timeout_inversion", DIAG_WARNING },
    { 314, "invalid_timeout", DIAG_ERROR },
    { 321, "unknown_secrets_provider", DIAG_WARNING },
    { 322, "secret_not_listed", DIAG_WARNING },
    { 323, "secret_not_allowed_here", DIAG_ERROR },
    { 324, "literal_credential", DIAG_WARNING },
    { 325, "secret_not_found", DIAG_WARNING },
    { 331, "invalid_redaction_pattern", DIAG_WARNING },
    { 401, "transform_incomplete", DIAG_ERROR },
    { 402, "unknown_transform", DIAG_ERROR },
    { 403, "unknown_terminate_status", DIAG_ERROR },
    { 404, "loop_incomplete", DIAG_ERROR },
    { 405, "unknown_option_value", DIAG_WARNING },
    { 411, "missing_action", DIAG_ERROR },
    { 412, "unknown_parameter", DIAG_INFO },
    { 413, "reserved_name", DIAG_ERROR },
    { 414, "missing_parameter", DIAG_ERROR },
    { 421, "unknown_handler_action", DIAG_ERROR },
    { 422, "missing_fallback_node", DIAG_ERROR },
    { 423, "unreachable_handler", DIAG_WARNING },
    { 431, "missing_escalation_handler", DIAG_WARNING },
    { 432, "unknown_on_breach", DIAG_ERROR },
    { 433, "invalid_trace_id", DIAG_WARNING },
    { 434, "weak_idempotency_key", DIAG_WARNING },
    { 441, "missing_options", DIAG_ERROR },
    { 442, "unusual_approval_value", DIAG_WARNING },
    { 443, "approval_without_timeout_target", DIAG_WARNING },
    { 501, "empty_dag", DIAG_ERROR },
    { 502, "task_body", DIAG_ERROR },
    { 503, "unknown_task", DIAG_ERROR },
    { 504, "unknown_binding", DIAG_ERROR },
    { 505, "binding_not_upstream", DIAG_WARNING },
    { 506, "write_conflict", DIAG_WARNING },
    { 507, "task_never_runs", DIAG_WARNING },
    { 510, "dependency_cycle", DIAG_ERROR },
    { 511, "step_without_action", DIAG_ERROR },
    { 512, "value_out_of_range", DIAG_ERROR },
    { 513, "malformed_embedded_json", DIAG_ERROR },
    { 514, "duplicate_edge", DIAG_ERROR },
    { 515, "isolated_node", DIAG_ERROR },
    { 516, "unknown_dag_node_type", DIAG_ERROR },
    { 517, "agent_call_incomplete", DIAG_ERROR },
    { 518, "tool_call_incomplete", DIAG_ERROR },
    { 519, "condition_incomplete", DIAG_ERROR },
    { 601, "invalid_trigger", DIAG_ERROR },
    { 602, "missing_schedule", DIAG_ERROR },
    { 603, "invalid_cron", DIAG_ERROR },
    { 604, "cron_never_fires", DIAG_ERROR },
    { 605, "unknown_time_zone", DIAG_ERROR },
    { 606, "webhook_without_secret", DIAG_ERROR },
    { 607, "webhook_unauthenticated", DIAG_WARNING },
    { 608, "event_without_source", DIAG_ERROR },
    { 609, "source_not_servable", DIAG_WARNING },
    { 610, "missing_watch_path", DIAG_ERROR },
    { 611, "invalid_trigger_limit", DIAG_ERROR },
    { 612, "input_not_suppliable", DIAG_WARNING },
    { 701, "missing_subflow_id", DIAG_ERROR },
    { 702, "subflow_self_reference", DIAG_ERROR },
    { 703, "subflow_cycle", DIAG_ERROR },
    { 704, "subflow_not_found", DIAG_WARNING },
    { 705, "missing_subflow_input", DIAG_ERROR },
    { 706, "unknown_subflow_name", DIAG_WARNING },
    { 707, "subflow_version_unpinned", DIAG_WARNING },
    { 708, "subflow_not_allowed", DIAG_ERROR },
    { 709, "invalid_contract", DIAG_ERROR },
    { 801, "missing_prompt", DIAG_ERROR },
    { 802, "llm_profile_not_found", DIAG_WARNING },
    { 803, "unknown_task_class", DIAG_WARNING },
    { 804, "prompt_not_found", DIAG_WARNING },
    { 805, "missing_prompt_variable", DIAG_ERROR },
    { 806, "llm_value_out_of_range", DIAG_ERROR },
    { 807, "orchestration_without_branches", DIAG_WARNING },
    { 811, "empty_tool_allowlist", DIAG_ERROR },
    { 812, "unknown_tool", DIAG_ERROR },
    { 813, "guardrail_above_bound", DIAG_WARNING },
};

#define DIAG_ROWS  (sizeof(diag_rows) / sizeof(diag_rows[0]))


static const char *
diag_severity_text(diag_severity_t severity)
{
    switch (severity) {

    case DIAG_INFO:
        return "info";

    case DIAG_WARNING:
        return "warning";

    case DIAG_ERROR:
        return "error";
    }

    return "error";
}


static const diag_row_t *
diag_find(int number)
{
    size_t  low = 0;
    size_t  high = DIAG_ROWS;

    while (low < high) {
        const size_t  mid = low + (high - low) / 2;

        if (diag_rows[mid].number < number) {
            low = mid + 1;

        } else {
            high = mid;
        }
    }

    if (low == DIAG_ROWS || diag_rows[low].number != number) {
        return NULL;
    }

    return &diag_rows[low];
}


bool
ckp_diag_known(int number, const char **code, const char **severity)
{
    const diag_row_t *const  row = diag_find(number);

    if (row == NULL) {
        return false;
    }

    if (code != NULL) {
        *code = row->code;
    }

    if (severity != NULL) {
        *severity = diag_severity_text(row->severity);
    }

    return true;
}


bool
ckp_diag_row(size_t i, int *number, const char **code)
{
    if (i >= DIAG_ROWS) {
        return false;
    }

    *number = diag_rows[i].number;
    *code = diag_rows[i].code;

    return true;
}


ckp_diags_t *
ckp_diags_new(void)
{
    ckp_diags_t *const  diags = ckp_calloc(sizeof(ckp_diags_t));

    if (diags == NULL) {
        return NULL;
    }

    diags->refusals = ckp_memory_refusals();
    diags->arena = ckp_arena_new();

    if (diags->arena == NULL) {
        ckp_free(diags);
        return NULL;
    }

    return diags;
}


void
ckp_diags_moved(ckp_diags_t *diags)
{
    diags->refusals = ckp_memory_refusals();
}


void
ckp_diags_free(ckp_diags_t *diags)
{
    if (diags != NULL) {
        ckp_arena_free(diags->arena);
        ckp_free(diags->list);
        ckp_free(diags);
    }
}


void
ckp_diags_soften(ckp_diags_t *diags, int number)
{
    if (number > 0 && number < DIAG_NUMBERS) {
        diags->soft[number] = true;
    }
}


void
ckp_diags_aggravate(ckp_diags_t *diags, int number)
{
    if (number > 0 && number < DIAG_NUMBERS) {
        diags->grave[number] = true;
    }
}


void
ckp_diags_harden(ckp_diags_t *diags)
{
    diags->hard = true;
}


/* A list that is not whole must not look like a document without errors. */
static bool
diag_is_whole(const ckp_diags_t *diags)
{
    return ckp_memory_refusals() == diags->refusals;
}


size_t
ckp_diags_errors(const ckp_diags_t *diags)
{
    return diags->errors + (diag_is_whole(diags) ? 0 : 1);
}


size_t
ckp_diags_count(const ckp_diags_t *diags)
{
    return diags->n;
}


static diag_severity_t
diag_severity(const ckp_diags_t *diags, int number, diag_severity_t severity)
{
    if (severity == DIAG_ERROR && number > 0 && number < DIAG_NUMBERS
        && diags->soft[number])
    {
        severity = DIAG_WARNING;
    }

    if (severity == DIAG_WARNING && number >= 100 && number < 900
        && (diags->hard || diags->grave[number]))
    {
        severity = DIAG_ERROR;
    }

    return severity;
}


static diag_t *
diag_room(ckp_diags_t *diags)
{
    const size_t   size = (diags->size == 0) ? 16 : 2 * diags->size;
    diag_t        *list;

    if (diags->n < diags->size) {
        return &diags->list[diags->n];
    }

    list = ckp_alloc(size * sizeof(diag_t));

    if (list == NULL) {
        return NULL;
    }

    if (diags->n != 0) {
        memcpy(list, diags->list, diags->n * sizeof(diag_t));
    }

    ckp_free(diags->list);
    diags->list = list;
    diags->size = size;

    return &list[diags->n];
}


static const char *
diag_keep(ckp_diags_t *diags, const char *text, const char *otherwise)
{
    const char *const  from = (text == NULL) ? otherwise : text;

    if (from == NULL) {
        return NULL;
    }

    return ckp_arena_strdup(diags->arena, from);
}


static void
diag_add(ckp_diags_t *diags, const diag_t *given, const char *message)
{
    diag_t *const  d = diag_room(diags);

    if (d == NULL) {
        return;
    }

    *d = *given;
    d->severity = diag_severity(diags, d->number, d->severity);
    d->order = diags->n;
    d->code = diag_keep(diags, given->code, "unknown");
    d->path = diag_keep(diags, given->path, "");
    d->message = diag_keep(diags, message, "");
    d->node_id = diag_keep(diags, given->node_id, NULL);
    d->step_id = diag_keep(diags, given->step_id, NULL);
    d->field = diag_keep(diags, given->field, NULL);
    d->hint = diag_keep(diags, given->hint, NULL);

    diags->n++;

    if (d->severity == DIAG_ERROR) {
        diags->errors++;
    }
}


/* Readers may look at one member for two ends: it is told once. */
static bool
diag_is_told(const ckp_diags_t *diags, const diag_t *given,
    const char *message)
{
    const char *const  path = given->path == NULL ? "" : given->path;

    for (size_t i = 0; i < diags->n; i++) {
        const diag_t *const  d = &diags->list[i];

        if (d->number == given->number && d->path != NULL
            && d->message != NULL && strcmp(d->path, path) == 0
            && strcmp(d->message, message) == 0)
        {
            return true;
        }
    }

    return false;
}


/* An error beyond the end of the list counts, although it is not shown. */
static void
diag_overflow(ckp_diags_t *diags, const diag_t *dropped)
{
    if (diag_severity(diags, dropped->number, dropped->severity)
        == DIAG_ERROR)
    {
        diags->errors++;
    }

    if (!diags->full) {
        const diag_t  d = { .number = DIAG_TRUNCATED,
                            .severity = DIAG_WARNING,
                            .code = "diagnostics_truncated" };

        diags->full = true;
        diag_add(diags, &d, "there are more diagnostics than are listed");
    }
}


void
ckp_diag(ckp_diags_t *diags, int number, const char *code, const char *path,
    const ckp_diag_more_t *more, const char *fmt, ...)
{
    const diag_row_t *const  row = diag_find(number);
    char                     message[DIAG_MESSAGE_MAX];
    va_list                  args;
    diag_t                   d;
    int                      n;

    memset(&d, 0, sizeof(d));
    d.number = number;
    d.severity = (row == NULL) ? DIAG_ERROR : row->severity;
    d.code = (code != NULL) ? code : (row != NULL) ? row->code : NULL;
    d.path = path;

    if (more != NULL) {
        d.node_id = more->node_id;
        d.step_id = more->step_id;
        d.field = more->field;
        d.hint = more->hint;

        if (more->soft && d.severity == DIAG_ERROR) {
            d.severity = DIAG_WARNING;
        }

        if (more->hard && d.severity == DIAG_WARNING) {
            d.severity = DIAG_ERROR;
        }
    }

    if (diags->n >= CKP_DIAGS_MAX) {
        diag_overflow(diags, &d);
        return;
    }

    va_start(args, fmt);
    n = vsnprintf(message, sizeof(message), fmt, args);
    va_end(args);

    /* a text that was cut may end inside a character */

    if (n >= (int) sizeof(message)) {
        size_t  len = sizeof(message) - 1;

        while (len > 0 && ((unsigned char) message[len - 1] & 0x80) != 0) {
            len--;
        }

        message[len] = '\0';
    }

    if (!diag_is_told(diags, &d, message)) {
        diag_add(diags, &d, message);
    }
}


static int
diag_compare(const void *one, const void *two)
{
    const diag_t *const  a = *(const diag_t *const *) one;
    const diag_t *const  b = *(const diag_t *const *) two;
    const int            order = strcmp(a->path, b->path);

    if (order != 0) {
        return order;
    }

    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }

    return a->order < b->order ? -1 : a->order > b->order ? 1 : 0;
}


static bool
diag_wanted(const diag_t *d, char what)
{
    return what == 'a' || (what == 'e') == (d->severity == DIAG_ERROR);
}


static json_t *
diag_json(const diag_t *d)
{
    char  id[16];

    (void) snprintf(id, sizeof(id), "CKP%03d", d->number);

    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?}",
                     "id", id, "code", d->code,
                     "severity", diag_severity_text(d->severity),
                     "message", d->message, "path", d->path,
                     "node_id", d->node_id, "step_id", d->step_id,
                     "field", d->field, "hint", d->hint);
}


json_t *
ckp_diags_json(const ckp_diags_t *diags, char what)
{
    const diag_t  **sorted;
    json_t         *array;

    array = json_array();
    sorted = ckp_alloc(diags->n * sizeof(*sorted));

    for (size_t i = 0; sorted != NULL && i < diags->n; i++) {
        sorted[i] = &diags->list[i];
    }

    if (sorted != NULL && diags->n != 0) {
        qsort(sorted, diags->n, sizeof(*sorted), diag_compare);
    }

    for (size_t i = 0; sorted != NULL && array != NULL && i < diags->n; i++) {
        if (diag_wanted(sorted[i], what)
            && json_array_append_new(array, diag_json(sorted[i])) != 0)
        {
            json_decref(array);
            array = NULL;
        }
    }

    if (sorted == NULL) {
        json_decref(array);
        array = NULL;
    }

    ckp_free(sorted);

    return ckp_json_whole(array, diags->refusals);
}
