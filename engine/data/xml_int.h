/*
 * XML for the files of this room.
 *   xml         a well-formed text as events, its dangers kept out
 *   xml_tree    events -> tree
 *   xml_json    tree -> JSON
 *   html        what people call HTML -> tree
 *   html_text   its entities, its lists of elements
 */

#ifndef CKP_XML_INT_H
#define CKP_XML_INT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "data/xml.h"

/* --- events ----------------------------------------------------------------- */

/* Each returns false to stop the walk, its own error recorded.  `attrs` is
 * name, value, name, value ... NULL. */
typedef struct {
    bool  (*open)(void *data, const char *name, const char **attrs);
    bool  (*text)(void *data, const char *s, size_t len);
    bool  (*close)(void *data, const char *name);
} ckp_xml_events_t;

/* CKP_E_INVALID: not well-formed, or a document type; CKP_E_LIMIT: deeper than
 * CKP_XML_DEPTH_MAX; or what a function recorded. */
ckp_code_t ckp_xml_walk(const char *text, size_t len,
    const ckp_xml_events_t *on, void *data, ckp_err_t *err);

/* --- trees -------------------------------------------------------------------- */

typedef struct ckp_xml_attr_s  ckp_xml_attr_t;
typedef struct ckp_xml_node_s  ckp_xml_node_t;

struct ckp_xml_attr_s {
    const char      *name;
    const char      *value;
    ckp_xml_attr_t  *next;
    uint32_t         order;     /* in the document */
};

struct ckp_xml_node_s {
    const char      *name;      /* element; NULL: a text; "": the document */
    const char      *text;      /* of a text */
    size_t           len;
    ckp_xml_attr_t  *attrs;
    ckp_xml_node_t  *up;
    ckp_xml_node_t  *first;
    ckp_xml_node_t  *last;
    ckp_xml_node_t  *next;
    uint32_t         order;
};

struct ckp_xml_s {
    ckp_arena_t     *arena;
    ckp_xml_node_t   top;       /* the document */
};

/* A tree in the making.  The first error stays inside. */
typedef struct {
    ckp_xml_t       *doc;
    ckp_xml_node_t  *at;        /* the innermost open element */
    ckp_xml_attr_t  *attr;      /* its last attribute */
    ckp_buf_t        text;      /* not yet a node */
    size_t           depth;
    uint32_t         nodes;
    ckp_err_t       *err;
    bool             failed;
} ckp_xml_tree_t;

bool ckp_xml_tree_init(ckp_xml_tree_t *t, ckp_err_t *err);
void ckp_xml_tree_open(ckp_xml_tree_t *t, const char *name, size_t len);
void ckp_xml_tree_attr(ckp_xml_tree_t *t, const char *name, size_t name_len,
    const char *value, size_t value_len);
void ckp_xml_tree_text(ckp_xml_tree_t *t, const char *s, size_t len);
void ckp_xml_tree_close(ckp_xml_tree_t *t);

/* The tree, or NULL when something failed; whatever is open is closed. */
ckp_xml_t *ckp_xml_tree_end(ckp_xml_tree_t *t);

/* The text without white space around it. */
const char *ckp_xml_trim(const char *s, size_t *len);

/* --- HTML ------------------------------------------------------------------------ */

/* Whether the lower-case name stands in " a b c ". */
bool ckp_html_in(const char *list, const char *name);

extern const char  ckp_html_void[];     /* elements without an end */

/*
 * The outermost open element that an element `name` ends by beginning: its
 * end tag was left out.  NULL: none.
 */
const ckp_xml_node_t *ckp_html_ends(const ckp_xml_node_t *at,
    const char *name);

/* Appends the text, its entities replaced. */
void ckp_html_decode(ckp_buf_t *b, const char *s, size_t len);

#endif
