/*
 * A well-formed text as events.
 *
 * Entities and their dangers live in document types, so a text that declares
 * one is refused at its first word: expat then has no entity to expand and
 * nothing outside to fetch.
 */

#include "data/xml_int.h"

#include <expat.h>
#include <limits.h>

typedef struct {
    const ckp_xml_events_t  *on;
    void                    *data;
    XML_Parser               parser;
    size_t                   depth;
    bool                     stopped;   /* err is recorded */
    ckp_err_t               *err;
} walk_t;


static void
walk_stop(walk_t *w)
{
    w->stopped = true;
    (void) XML_StopParser(w->parser, XML_FALSE);
}


static void XMLCALL
walk_open(void *data, const XML_Char *name, const XML_Char **attrs)
{
    walk_t *const  w = data;

    /* expat may still call after it was told to stop */

    if (w->stopped) {
        return;
    }

    if (++w->depth > CKP_XML_DEPTH_MAX) {
        (void) ckp_fail(w->err, CKP_E_LIMIT, "", "elements %d deep, at most %d",
                        CKP_XML_DEPTH_MAX + 1, CKP_XML_DEPTH_MAX);
        walk_stop(w);

    } else if (!w->on->open(w->data, name, attrs)) {
        walk_stop(w);
    }
}


static void XMLCALL
walk_close(void *data, const XML_Char *name)
{
    walk_t *const  w = data;

    if (!w->stopped) {
        w->depth--;

        if (!w->on->close(w->data, name)) {
            walk_stop(w);
        }
    }
}


static void XMLCALL
walk_text(void *data, const XML_Char *s, int len)
{
    walk_t *const  w = data;

    if (!w->stopped && !w->on->text(w->data, s, (size_t) len)) {
        walk_stop(w);
    }
}


static void XMLCALL
walk_doctype(void *data, const XML_Char *name, const XML_Char *system,
    const XML_Char *public, int internal)
{
    walk_t *const  w = data;

    (void) name;
    (void) system;
    (void) public;
    (void) internal;

    if (!w->stopped) {
        (void) ckp_fail(w->err, CKP_E_INVALID, "",
                        "a document type is not accepted");
        walk_stop(w);
    }
}


ckp_code_t
ckp_xml_walk(const char *text, size_t len, const ckp_xml_events_t *on,
    void *data, ckp_err_t *err)
{
    ckp_err_t   own = CKP_ERR_INIT;
    walk_t      w = { .on = on, .data = data,
                      .err = err == NULL ? &own : err };
    ckp_code_t  rc = CKP_OK;

    /* it is UTF-8 by now, whatever its first line says */

    w.parser = len > INT_MAX ? NULL : XML_ParserCreate("UTF-8");

    if (w.parser == NULL) {
        return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    XML_SetUserData(w.parser, &w);
    XML_SetElementHandler(w.parser, walk_open, walk_close);
    XML_SetCharacterDataHandler(w.parser, walk_text);
    XML_SetStartDoctypeDeclHandler(w.parser, walk_doctype);

    if (XML_Parse(w.parser, text, (int) len, 1) != XML_STATUS_OK) {
        const enum XML_Error  code = XML_GetErrorCode(w.parser);

        rc = w.stopped ? w.err->code
             : code == XML_ERROR_NO_MEMORY
             ? ckp_fail(err, CKP_E_NOMEM, "", "no memory")
             : ckp_fail(err, CKP_E_INVALID, "", "%s at line %lu, column %lu",
                        XML_ErrorString(code),
                        (unsigned long) XML_GetCurrentLineNumber(w.parser),
                        (unsigned long) XML_GetCurrentColumnNumber(w.parser)
                        + 1);
    }

    XML_ParserFree(w.parser);

    return rc;
}
