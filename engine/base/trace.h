/*
 * Trace context of W3C: 32 hex digits of a trace, 16 of a span.  Ids are made
 * from what they stand for, so that whoever asks gets the same ones.
 * Source: spec/api.md 1.16.
 */

#ifndef CKP_TRACE_H
#define CKP_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#define CKP_TRACE_LEN   32
#define CKP_SPAN_LEN    16
#define CKP_PARENT_LEN  55      /* 00-<trace>-<span>-<flags> */

typedef struct {
    char  trace[CKP_TRACE_LEN + 1];     /* lower case */
    char  span[CKP_SPAN_LEN + 1];
    char  flags[3];
} ckp_trace_t;

/* So many hex digits that are not all zero, in lower case.  false: it is
 * something else; NULL is. */
bool ckp_trace_id_read(const char *text, unsigned len, char *out);

/* A `traceparent`; later versions may have more behind it.  false: not one. */
bool ckp_trace_read(const char *text, ckp_trace_t *out);

/* The trace of a run that has no parent; the span of an attempt at a place of
 * it (path "": the run itself; attempt 0: no step). */
void ckp_trace_make(const char *run_id, char out[CKP_TRACE_LEN + 1]);
void ckp_trace_make_span(const char *run_id, const char *path,
    uint32_t attempt, char out[CKP_SPAN_LEN + 1]);

/* The text of a `traceparent`. */
void ckp_trace_text(const ckp_trace_t *t, char out[CKP_PARENT_LEN + 1]);

#endif
