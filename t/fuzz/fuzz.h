/*
 * What the fuzz targets share.  Each target is a file with one
 * LLVMFuzzerTestOneInput: any bytes must be taken or refused, in little time,
 * and leave nothing behind.
 */

#ifndef F_FUZZ_H
#define F_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckp.h"
#include "lang/eval.h"

#define F_NOW  1771320600125

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must be true; the fuzzer keeps the input when it is not. */
#define F_HOLDS(cond)                                                         \
    do {                                                                      \
        if (!(cond)) {                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond);\
            abort();                                                          \
        }                                                                     \
    } while (0)


/* The bytes with a NUL behind them, in memory of their size; free() ends it. */
static inline char *
f_text(const uint8_t *data, size_t size)
{
    char *const  text = malloc(size + 1);

    F_HOLDS(text != NULL);

    if (size > 0) {
        memcpy(text, data, size);
    }

    text[size] = '\0';

    return text;
}


/* The part before the first line feed; *rest is what follows it. */
static inline char *
f_line(const uint8_t *data, size_t size, const uint8_t **rest, size_t *left)
{
    const uint8_t *const  end = size == 0 ? NULL : memchr(data, '\n', size);
    const size_t          len = end == NULL ? size : (size_t) (end - data);

    *rest = data + len + (end == NULL ? 0 : 1);
    *left = size - len - (end == NULL ? 0 : 1);

    return f_text(data, len);
}


/* A JSON text of ours, in which ' stands for "; new. */
static inline json_t *
f_json(const char *text)
{
    char *const  copy = f_text((const uint8_t *) text, strlen(text));
    ckp_err_t    err = CKP_ERR_INIT;
    json_t      *v;

    for (char *p = copy; *p != '\0'; p++) {
        *p = *p == '\'' ? '"' : *p;
    }

    v = ckp_json_parse(copy, strlen(copy), &err);
    free(copy);
    F_HOLDS(v != NULL);

    return v;
}


/* Variables of the kinds that there are. */
static inline void
f_eval(ckp_eval_t *ev, ckp_scope_t *scope)
{
    static json_t  *vars;

    if (vars == NULL) {
        vars = f_json("{'n':5,'s':'7','u':{'name':'Ana','tags':['x','y']},"
                      "'z':null,'b':true,'rows':[{'v':2},{'v':3.5}],"
                      "'d':'2026-02-17T09:30:00Z','t':'A \u00c4 text, long'}");
    }

    *scope = (ckp_scope_t) { .get = ckp_scope_object_get, .object = vars };
    *ev = (ckp_eval_t) { .scope = scope, .now_ms = F_NOW,
                         .budget = CKP_EVAL_STEPS_MAX };
}


/* What was made can be written, and read again. */
static inline void
f_made(json_t *v)
{
    char *const  text = v == NULL ? NULL : ckp_json_text(v);

    F_HOLDS(v == NULL || text != NULL || ckp_json_deeper(v,
            CKP_JSON_DEPTH_HARD));
    ckp_free(text);
    json_decref(v);
}

#endif
