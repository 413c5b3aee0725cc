/*
 * What the files of the providers share.
 */

#ifndef CKP_WIRE_LLM_INT_H
#define CKP_WIRE_LLM_INT_H

#include <stdint.h>

#include "wire/llm.h"

#define CKP_LLM_TEXT_MAX    (4 * 1024 * 1024)
#define CKP_LLM_BODY_MAX    (64 * 1024 * 1024)     /* more than any question */
#define CKP_LLM_CALLS_MAX   128         /* of tools, in one answer */

/* An answer as it comes together, from one piece or from many. */
typedef struct {
    ckp_buf_t   text;
    json_t     *calls;          /* of tools, as chat completions has them, by
                                   their index */
    json_t     *model;          /* NULL: not told */
    json_t     *finish;         /* NULL: not told */
    json_t     *error;          /* NULL: none; a text or {message, code?} */
    int64_t     prompt;         /* tokens */
    int64_t     cached;         /* of the prompt, from the provider's cache */
    int64_t     completion;
    int64_t     total;          /* 0: the sum of both */
    bool        any;            /* something of an answer was there */
    bool        ended;          /* and its end */
} ckp_llm_said_t;

typedef struct {
    const char         *names;          /* " word word " of profiles */
    const char         *key;            /* the line of the head with the key;
                                           NULL: Authorization, as it is */
    const char *const  *lines;          /* name, value, ... NULL; or NULL */
    const char         *missing;        /* the sentence for no answer */
    bool                ends;           /* an answer says that it ends */
    void              (*path)(const ckp_llm_where_t *where, ckp_buf_t *url);
    json_t           *(*request)(const json_t *rq);  /* NULL: as it is */
    void              (*piece)(ckp_llm_said_t *s, const json_t *piece);
} ckp_provider_t;

/* How a provider is called, and one line of an answer in pieces (llm.c). */
const ckp_provider_t *ckp_llm_provider(const char *name);
void ckp_llm_line(const ckp_provider_t *p, ckp_llm_said_t *s, const char *line,
    size_t len);

/* Frees what is inside. */
void ckp_llm_said_end(ckp_llm_said_t *s);

extern const ckp_provider_t  ckp_provider_openai;
extern const ckp_provider_t  ckp_provider_azure;
extern const ckp_provider_t  ckp_provider_anthropic;
extern const ckp_provider_t  ckp_provider_ollama;

/* Chat completions, whole or a piece: openai and azure_openai. */
json_t *ckp_llm_openai_request(const json_t *rq);
void ckp_llm_openai_piece(ckp_llm_said_t *s, const json_t *piece);

/* The place of a call of a tool, made when it is not there: borrowed; NULL: no
 * such place, or no memory. */
json_t *ckp_llm_said_call(ckp_llm_said_t *s, int64_t at);

/* What is new of that call; NULL: nothing.  `more` is appended. */
void ckp_llm_said_name(json_t *call, const char *id, const char *name);
void ckp_llm_said_args(json_t *call, const char *more);

/* Appends the texts of a content: a text, or parts of which some are. */
void ckp_llm_put_content(ckp_buf_t *b, const json_t *content);

/* Whether a base has a path, more than "/". */
bool ckp_llm_has_path(const char *base);

/* Whether a base ends with that, "/" at its end aside. */
bool ckp_llm_ends_with(const char *base, const char *end);

/* "data:image/png;base64,AAAA" -> its type ("image/png", in `type`) and lends
 * what is behind the comma; NULL: it is none of base64. */
const char *ckp_llm_data_uri(const char *url, char type[64]);

/* New value of a JSON text, {} for what is none. */
json_t *ckp_llm_args(const json_t *text);

#endif
