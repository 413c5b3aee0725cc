/*
 * Signature Version 4 of Amazon's services: what a request is signed with, over
 * its method, its address, lines of its head and its body.
 */

#ifndef CKP_WIRE_SIGV4_H
#define CKP_WIRE_SIGV4_H

#include <stddef.h>
#include "value/json.h"

#include "base/mem.h"

typedef struct {
    const char    *method;
    const char    *path;        /* escaped as it is sent; "": "/" */
    const char    *query;       /* the same, without "?"; "": none */
    const json_t  *headers;     /* {name: text}: all of them are signed, Host
                                   and X-Amz-Date have to be among them */
    const char    *body;
    size_t         len;
    const char    *stamp;       /* 20150830T123600Z, as in X-Amz-Date */
    const char    *region;
    const char    *service;
    const char    *id;          /* of the access key */
    const char    *secret;
} ckp_sigv4_t;

/* Appends the text of Authorization; `out` fails when it cannot. */
void ckp_sigv4(const ckp_sigv4_t *s, ckp_buf_t *out);

#endif
