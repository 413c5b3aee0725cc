/*
 * XPath over XML and HTML, compiled once: / // names * @attr [n] [last()]
 * [@a='v'] [child='v'] [contains(@a,'v')] text().
 * Source: spec/ckp.md 9.1.
 */

#ifndef CKP_XPATH_H
#define CKP_XPATH_H

#include <stddef.h>
#include "value/json.h"

#include "data/xml.h"

#define CKP_XPATH_TEXT_MAX   1024
#define CKP_XPATH_STEPS_MAX  32
#define CKP_XPATH_TESTS_MAX  32
#define CKP_XPATH_LOOKS_MAX  1000000    /* nodes looked at in one search */

typedef struct ckp_xpath_s  ckp_xpath_t;

/* CKP_E_INVALID: no such path; the sentence ends with "at column N". */
ckp_xpath_t *ckp_xpath_parse(const char *text, ckp_err_t *err);
void ckp_xpath_free(ckp_xpath_t *path);

/*
 * New reference in *out: the text of the one hit, an array of the texts of
 * several, NULL when there is none.  The text of an element is all text in it,
 * without white space around it.  A path without a leading "/" begins at the
 * root, as "/" does.
 * CKP_E_LIMIT: too many looks, or texts of more than CKP_EVAL_RESULT_MAX bytes.
 */
ckp_code_t ckp_xpath_find(const ckp_xpath_t *path, const ckp_xml_t *doc,
    json_t **out, ckp_err_t *err);

/*
 * The same over a text: read as XML, and as HTML when it is none.  A text
 * without any tag has nothing to be found.
 */
ckp_code_t ckp_xpath_text(const ckp_xpath_t *path, const char *text,
    size_t len, json_t **out, ckp_err_t *err);

#endif
