/*
 * What a provider of logins publishes about itself (OpenID Connect Discovery
 * 1.0, 3): where it is asked, within bounds.
 */

#ifndef CKP_WIRE_ISSUER_H
#define CKP_WIRE_ISSUER_H

#include <stdbool.h>
#include <stddef.h>
#include "value/json.h"

#define CKP_ISSUER_URL_MAX  2048        /* bytes of an address */

typedef struct {
    const char  *authorize;             /* addresses; NULL: it has none that */
    const char  *token;                 /* may be taken */
    const char  *keys;
    bool         basic;                 /* the client proves itself in a header,
                                           not in the form */
} ckp_issuer_t;

/* Whether what proves who somebody is may come from there. */
typedef bool (*ckp_issuer_safe_pt)(const char *url);

/*
 * Reads the document of an issuer, which *at points into.
 *
 * NULL: it is read; else why not, static text: it is no object, or speaks for
 * another one (4.3).  An address that is longer than the limit, is not safe, or
 * has a user in it, or a byte that no address has, is none.
 */
const char *ckp_issuer_read(ckp_issuer_t *at, const json_t *doc,
    const char *issuer, ckp_issuer_safe_pt safe);

#endif
