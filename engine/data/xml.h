/*
 * XML and HTML texts as a bounded tree, and as JSON.  No document type, no
 * entity but the five of XML (HTML: the common ones) is ever looked at.
 * Source: spec/ckp.md 9.1, 13.3; design/reliability.md 6.
 */

#ifndef CKP_XML_H
#define CKP_XML_H

#include <stddef.h>
#include "value/json.h"

#include "base/err.h"

#define CKP_XML_DEPTH_MAX  128
#define CKP_XML_NODES_MAX  100000       /* elements, attributes and texts */

typedef struct ckp_xml_s  ckp_xml_t;

/*
 * The tree of a well-formed text.  CKP_E_INVALID: it is not, or declares a
 * document type; CKP_E_LIMIT: too deep or too many nodes.
 */
ckp_xml_t *ckp_xml_parse(const char *text, size_t len, ckp_err_t *err);

/*
 * The same of what people call HTML: void elements, end tags left out,
 * attributes without quotes, bare "&".  Names become lower case.  Any text has
 * a tree; NULL: CKP_E_LIMIT or CKP_E_NOMEM.
 */
ckp_xml_t *ckp_html_parse(const char *text, size_t len, ckp_err_t *err);

/* XML, or else HTML.  NULL and CKP_E_INVALID: there is no tag in it. */
ckp_xml_t *ckp_xml_read(const char *text, size_t len, ckp_err_t *err);
void ckp_xml_free(ckp_xml_t *doc);

/*
 * {root: ...}: attributes as "@name", children by name, repeated ones as
 * arrays, text beside either as "#text".  An element with text alone is that
 * text, an empty one null.  White space around texts is not kept.
 */
ckp_code_t ckp_xml_json(const ckp_xml_t *doc, json_t **out, ckp_err_t *err);

/* Parse, then the above: what parse_xml gives. */
json_t *ckp_xml_object(const char *text, size_t len, ckp_err_t *err);

#endif
