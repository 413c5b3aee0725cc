/*
 * HTML as people write it.  Not a browser's tree: elements that were left out
 * (html, body, tbody) stay out, and an end tag without its beginning is
 * skipped.
 */

#include "data/xml_int.h"

#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

#define HTML_NAME_MAX   64
#define HTML_ATTRS_MAX  128     /* of an element; more are skipped */

typedef struct {
    const char      *p;
    const char      *end;
    ckp_xml_tree_t   tree;
    ckp_buf_t        value;         /* decoded */
} html_t;


static bool
html_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}


static char
html_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c | 32) : c;
}


static bool
html_is_letter(char c)
{
    return html_lower(c) >= 'a' && html_lower(c) <= 'z';
}


/* Whether the text goes on with `word`, whatever the case. */
static bool
html_at(const html_t *h, const char *p, const char *word)
{
    for ( /* void */ ; *word != '\0'; word++, p++) {
        if (p >= h->end || html_lower(*p) != *word) {
            return false;
        }
    }

    return true;
}


/* Behind the next `word`, or the end; *from what stood before it. */
static const char *
html_until(html_t *h, const char *p, const char *word, const char **before)
{
    const size_t  len = strlen(word);

    for ( /* void */ ; p < h->end; p++) {
        if (*p == word[0] && html_at(h, p, word)) {
            *before = p;
            return p + len;
        }
    }

    *before = h->end;

    return h->end;
}


static void
html_text(html_t *h, const char *s, size_t len)
{
    ckp_html_decode(&h->tree.text, s, len);
}


/* --- tags ------------------------------------------------------------------------ */


/* The name at the cursor in lower case; longer ones are cut. */
static size_t
html_name(html_t *h, char name[HTML_NAME_MAX])
{
    size_t  n = 0;

    while (h->p < h->end && !html_is_space(*h->p) && *h->p != '>'
           && *h->p != '/' && *h->p != '=' && *h->p != '\0')
    {
        if (n < HTML_NAME_MAX - 1) {
            name[n++] = html_lower(*h->p);
        }

        h->p++;
    }

    /* not in the midst of a character */

    while (n == HTML_NAME_MAX - 1 && n > 0 && (name[n - 1] & 0x80) != 0) {
        n--;
    }

    name[n] = '\0';

    return n;
}


static void
html_space(html_t *h)
{
    while (h->p < h->end && html_is_space(*h->p)) {
        h->p++;
    }
}


static void
html_value(html_t *h)
{
    const char  *from;

    h->p++;
    html_space(h);
    h->value.len = 0;

    if (h->p < h->end && (*h->p == '"' || *h->p == '\'')) {
        const char  quote[2] = { *h->p, '\0' };
        const char  *before;

        from = h->p + 1;
        h->p = html_until(h, from, quote, &before);
        ckp_html_decode(&h->value, from, (size_t) (before - from));
        return;
    }

    from = h->p;

    while (h->p < h->end && !html_is_space(*h->p) && *h->p != '>') {
        h->p++;
    }

    ckp_html_decode(&h->value, from, (size_t) (h->p - from));
}


/* The first of a name counts. */
static bool
html_takes(const ckp_xml_node_t *e, const char *name)
{
    size_t  n = 0;

    for (const ckp_xml_attr_t *a = e->attrs; a != NULL; a = a->next) {
        if (strcmp(a->name, name) == 0 || ++n == HTML_ATTRS_MAX) {
            return false;
        }
    }

    return true;
}


/* One attribute, or whatever stands there instead. */
static void
html_attribute(html_t *h)
{
    char          name[HTML_NAME_MAX];
    const size_t  len = html_name(h, name);

    h->value.len = 0;
    html_space(h);

    if (h->p < h->end && *h->p == '=') {
        html_value(h);

    } else if (len == 0) {
        h->p++;
    }

    if (len > 0 && html_takes(h->tree.at, name)) {
        ckp_xml_tree_attr(&h->tree, name, len, ckp_buf_str(&h->value),
                          h->value.len);
    }
}


/* All up to it are closed, it too. */
static void
html_close(html_t *h, const ckp_xml_node_t *e)
{
    while (!h->tree.failed && h->tree.at != e) {
        ckp_xml_tree_close(&h->tree);
    }

    ckp_xml_tree_close(&h->tree);
}


/* What stands in a script is no markup; the cursor is behind its tag. */
static void
html_raw(html_t *h, const char *name)
{
    const char  *from = h->p;
    const char  *before = h->end;

    while (h->p < h->end) {
        h->p = html_until(h, h->p, "</", &before);

        if (html_at(h, h->p, name)) {
            break;
        }
    }

    /* the end tag is read as any other */

    h->p = before;

    if (ckp_html_in(" textarea title ", name)) {
        html_text(h, from, (size_t) (before - from));

    } else {
        ckp_xml_tree_text(&h->tree, from, (size_t) (before - from));
    }
}


static void
html_begin(html_t *h)
{
    char                   name[HTML_NAME_MAX];
    const size_t           len = html_name(h, name);
    const ckp_xml_node_t  *ended = ckp_html_ends(h->tree.at, name);
    bool                   alone = ckp_html_in(ckp_html_void, name);

    if (ended != NULL) {
        html_close(h, ended);
    }

    ckp_xml_tree_open(&h->tree, name, len);

    for (html_space(h); h->p < h->end && *h->p != '>' && !h->tree.failed;
         html_space(h))
    {
        if (*h->p == '/') {
            h->p++;
            alone = alone || (h->p < h->end && *h->p == '>');

        } else {
            html_attribute(h);
        }
    }

    h->p += h->p < h->end ? 1 : 0;

    if (alone) {
        ckp_xml_tree_close(&h->tree);

    } else if (ckp_html_in(" script style textarea title ", name)) {
        html_raw(h, name);
    }
}


static void
html_end(html_t *h)
{
    char                   name[HTML_NAME_MAX];
    const char            *before;
    const ckp_xml_node_t  *e = h->tree.at;

    (void) html_name(h, name);
    h->p = html_until(h, h->p, ">", &before);

    while (e->up != NULL && strcmp(e->name, name) != 0) {
        e = e->up;
    }

    if (e->up != NULL) {
        html_close(h, e);
    }
}


/* Behind a "<". */
static void
html_markup(html_t *h)
{
    const char *const  from = h->p;
    const char        *before;

    if (html_at(h, from, "!--")) {
        h->p = html_until(h, from + 3, "-->", &before);

    } else if (html_at(h, from, "![cdata[")) {
        h->p = html_until(h, from + 8, "]]>", &before);
        ckp_xml_tree_text(&h->tree, from + 8, (size_t) (before - from - 8));

    } else if (from < h->end && (*from == '!' || *from == '?')) {
        h->p = html_until(h, from, ">", &before);

    } else if (from + 1 < h->end && *from == '/' && html_is_letter(from[1])) {
        h->p++;
        html_end(h);

    } else if (from < h->end && html_is_letter(*from)) {
        html_begin(h);

    } else {
        ckp_xml_tree_text(&h->tree, "<", 1);
    }
}


ckp_xml_t *
ckp_html_parse(const char *text, size_t len, ckp_err_t *err)
{
    html_t  h = { .p = text, .end = text + len };

    if (!ckp_utf8_holds(text, len)) {
        (void) ckp_fail(err, CKP_E_INVALID, "", "the text is no UTF-8");
        return NULL;
    }

    if (!ckp_xml_tree_init(&h.tree, err)) {
        return NULL;
    }

    ckp_buf_init(&h.value, CKP_JSON_STRING_MAX * 8);

    while (h.p < h.end && !h.tree.failed) {
        const char *const  tag = memchr(h.p, '<', (size_t) (h.end - h.p));
        const char *const  until = tag == NULL ? h.end : tag;

        html_text(&h, h.p, (size_t) (until - h.p));
        h.p = until;

        if (tag != NULL) {
            h.p++;
            html_markup(&h);
        }
    }

    ckp_buf_free(&h.value);

    return ckp_xml_tree_end(&h.tree);
}
