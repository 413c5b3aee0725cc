/*
 * HTML's own words: which elements have no end, which ends may be left out,
 * what entities stand for.
 */

#include "data/xml_int.h"

#include <string.h>

#include "lang/value.h"

#define HTML_ENTITY_MAX  32

const char  ckp_html_void[] = " area base br col embed hr img input link meta "
                              "param source track wbr ";

/* An element that begins ends those it cannot stand in, up to `within`. */
static const struct {
    const char  *begins;
    const char  *ends;
    const char  *within;
} html_ends[] = {
    { " li ", " li ", " ul ol menu " },
    { " dt dd ", " dt dd ", " dl " },
    { " td th ", " td th ", " tr table " },
    { " tr ", " tr td th caption colgroup ", " table " },
    { " thead tbody tfoot ",
      " thead tbody tfoot tr td th caption colgroup ", " table " },
    { " option ", " option ", " select optgroup datalist " },
    { " optgroup ", " option optgroup ", " select " },
    { " p div ul ol dl table h1 h2 h3 h4 h5 h6 section article aside main nav "
      "header footer form blockquote pre hr address figure fieldset details ",
      " p ", " div section article aside main nav header footer td th li dd dt "
      "body table button form blockquote figure fieldset details object " }
};

/* U+00A0 to U+00FF. */
static const char *const  html_latin[] = {
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml",
    "copy", "ordf", "laquo", "not", "shy", "reg", "macr", "deg", "plusmn",
    "sup2", "sup3", "acute", "micro", "para", "middot", "cedil", "sup1",
    "ordm", "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave",
    "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave",
    "Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH",
    "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash",
    "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave",
    "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil", "egrave",
    "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth",
    "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide",
    "oslash", "ugrave", "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml"
};

static const struct {
    const char  *name;
    uint32_t     code;
} html_others[] = {
    { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' },
    { "apos", '\'' }, { "ndash", 0x2013 }, { "mdash", 0x2014 },
    { "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "sbquo", 0x201a },
    { "ldquo", 0x201c }, { "rdquo", 0x201d }, { "bdquo", 0x201e },
    { "bull", 0x2022 }, { "hellip", 0x2026 }, { "permil", 0x2030 },
    { "lsaquo", 0x2039 }, { "rsaquo", 0x203a }, { "euro", 0x20ac },
    { "trade", 0x2122 }, { "larr", 0x2190 }, { "uarr", 0x2191 },
    { "rarr", 0x2192 }, { "darr", 0x2193 }, { "minus", 0x2212 },
    { "asymp", 0x2248 }, { "ne", 0x2260 }, { "le", 0x2264 }, { "ge", 0x2265 },
    { "OElig", 0x152 }, { "oelig", 0x153 }, { "Scaron", 0x160 },
    { "scaron", 0x161 }, { "ensp", 0x2002 }, { "emsp", 0x2003 },
    { "thinsp", 0x2009 }, { "zwnj", 0x200c }, { "zwj", 0x200d }
};

_Static_assert(sizeof(html_latin) / sizeof(html_latin[0]) == 96,
               "one name for each character from U+00A0 to U+00FF");


bool
ckp_html_in(const char *list, const char *name)
{
    const size_t  len = strlen(name);

    for (const char *p = strchr(list, ' '); len > 0 && p != NULL;
         p = strchr(p + 1, ' '))
    {
        if (strncmp(p + 1, name, len) == 0 && p[1 + len] == ' ') {
            return true;
        }
    }

    return false;
}


const ckp_xml_node_t *
ckp_html_ends(const ckp_xml_node_t *at, const char *name)
{
    const ckp_xml_node_t  *found = NULL;
    size_t                 i = 0;
    const size_t           n = sizeof(html_ends) / sizeof(html_ends[0]);

    while (i < n && !ckp_html_in(html_ends[i].begins, name)) {
        i++;
    }

    for ( /* void */ ; i < n && at->up != NULL
         && !ckp_html_in(html_ends[i].within, at->name); at = at->up)
    {
        if (ckp_html_in(html_ends[i].ends, at->name)) {
            found = at;
        }
    }

    return found;
}


/* The text may hold anything, a NUL as well. */
static bool
html_is(const char *word, const char *name, size_t len)
{
    return strlen(word) == len && memcmp(word, name, len) == 0;
}


/* 0: no such entity. */
static uint32_t
html_named(const char *name, size_t len)
{
    for (uint32_t i = 0; i < 96; i++) {
        if (html_is(html_latin[i], name, len)) {
            return 0xa0 + i;
        }
    }

    for (size_t i = 0; i < sizeof(html_others) / sizeof(html_others[0]); i++) {
        if (html_is(html_others[i].name, name, len)) {
            return html_others[i].code;
        }
    }

    return 0;
}


/* "#65" or "#x41"; 0: no number. */
static uint32_t
html_numbered(const char *s, size_t len)
{
    const bool      hex = len > 1 && (s[1] == 'x' || s[1] == 'X');
    const uint32_t  base = hex ? 16 : 10;
    uint32_t        code = 0;

    if (len < (hex ? 3u : 2u)) {
        return 0;
    }

    for (size_t i = hex ? 2 : 1; i < len; i++) {
        static const char  digits[] = "0123456789abcdef";
        const char         c = s[i] >= 'A' && s[i] <= 'F' ? (char) (s[i] | 32)
                                                          : s[i];
        const char *const  at = memchr(digits, c, base);

        if (at == NULL) {
            return 0;
        }

        code = code > 0x10ffff ? code : code * base
                                        + (uint32_t) (at - digits);
    }

    return code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)
           ? 0xfffd : code;
}


/* The entity at `s`, which is a "&": its length, 0 when it is none. */
static size_t
html_entity(const char *s, size_t len, uint32_t *code)
{
    const size_t       most = len < HTML_ENTITY_MAX ? len : HTML_ENTITY_MAX;
    const char *const  end = memchr(s, ';', most);
    const size_t       n = end == NULL ? 0 : (size_t) (end - s);

    if (n < 3) {
        return 0;
    }

    *code = s[1] == '#' ? html_numbered(s + 1, n - 1)
                        : html_named(s + 1, n - 1);

    return *code == 0 ? 0 : n + 1;
}


void
ckp_html_decode(ckp_buf_t *b, const char *s, size_t len)
{
    const char *const  end = s + len;

    while (s < end) {
        const char *const  at = memchr(s, '&', (size_t) (end - s));
        const char *const  until = at == NULL ? end : at;
        uint32_t           code;

        ckp_buf_put(b, s, (size_t) (until - s));
        s = until;

        if (at == NULL) {
            return;
        }

        const size_t  n = html_entity(s, (size_t) (end - s), &code);

        if (n == 0) {
            ckp_buf_put(b, s++, 1);

        } else {
            ckp_text_put(b, code);
            s += n;
        }
    }
}
