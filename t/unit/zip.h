/*
 * What tests of spreadsheets share: an archive made of parts, and a small
 * workbook in one.
 */

#ifndef T_ZIP_H
#define T_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

typedef struct {
    uint8_t  data[256 * 1024];
    size_t   len;
    uint8_t  list[64 * 1024];       /* the central directory */
    size_t   list_len;
    unsigned n;
} t_zip_t;


static inline uint8_t *
t_zip_u(uint8_t *p, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        *p++ = (uint8_t) (v >> 8 * i);
    }

    return p;
}


/* Version, flags, method, time, date, CRC, sizes, lengths: what both headers
 * of a part have. */
static inline uint8_t *
t_zip_head(uint8_t *p, const char *mark, const char *name, uint32_t method,
    uint32_t crc, uint32_t packed, uint32_t size)
{
    memcpy(p, mark, 4);
    p = t_zip_u(p + 4, 20, mark[2] == 1 ? 2 : 0);
    p = t_zip_u(p, 20, 2);
    p = t_zip_u(p, 0, 2);
    p = t_zip_u(p, method, 2);
    p = t_zip_u(p, 0, 4);
    p = t_zip_u(p, crc, 4);
    p = t_zip_u(p, packed, 4);
    p = t_zip_u(p, size, 4);
    p = t_zip_u(p, (uint32_t) strlen(name), 2);

    return t_zip_u(p, 0, 2);
}


static inline void
t_zip_add(t_zip_t *z, const char *name, const void *data, size_t len,
    bool deflated)
{
    const uint32_t  at = (uint32_t) z->len;
    const uint32_t  crc = (uint32_t) crc32(0, data, (uInt) len);
    uint8_t        *packed = malloc(len + 1024);
    size_t          n = len;
    uint8_t        *p;

    memcpy(packed, data, len);

    if (deflated) {
        z_stream  s = { 0 };

        deflateInit2(&s, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
        s.next_in = (Bytef *) data;
        s.avail_in = (uInt) len;
        s.next_out = packed;
        s.avail_out = (uInt) len + 1024;
        deflate(&s, Z_FINISH);
        n = s.total_out;
        deflateEnd(&s);
    }

    p = t_zip_head(z->data + z->len, "PK\3\4", name, deflated ? 8 : 0, crc,
                   (uint32_t) n, (uint32_t) len);
    memcpy(p, name, strlen(name));
    p += strlen(name);
    memcpy(p, packed, n);
    z->len = (size_t) (p + n - z->data);
    free(packed);

    p = t_zip_head(z->list + z->list_len, "PK\1\2", name, deflated ? 8 : 0,
                   crc, (uint32_t) n, (uint32_t) len);
    p = t_zip_u(p, 0, 4);
    p = t_zip_u(p, 0, 2);
    p = t_zip_u(p, 0, 4);
    p = t_zip_u(p, at, 4);
    memcpy(p, name, strlen(name));
    z->list_len = (size_t) (p + strlen(name) - z->list);
    z->n++;
}


static inline void
t_zip_end(t_zip_t *z)
{
    const uint32_t  at = (uint32_t) z->len;
    uint8_t        *p = z->data + z->len;

    memcpy(p, z->list, z->list_len);
    p += z->list_len;
    memcpy(p, "PK\5\6", 4);
    p = t_zip_u(p + 4, 0, 4);
    p = t_zip_u(p, z->n, 2);
    p = t_zip_u(p, z->n, 2);
    p = t_zip_u(p, (uint32_t) z->list_len, 4);
    p = t_zip_u(p, at, 4);
    p = t_zip_u(p, 0, 2);
    z->len = (size_t) (p - z->data);
}


static inline void
t_zip_text(t_zip_t *z, const char *name, const char *text)
{
    t_zip_add(z, name, text, strlen(text), true);
}


#define T_BOOK                                                                \
    "<?xml version='1.0' standalone='yes'?><workbook xmlns:r='r'><workbookPr" \
    "/><sheets><sheet name='First' sheetId='1' r:id='rId1'/><sheet "          \
    "name='Second' sheetId='2' r:id='rId2'/></sheets></workbook>"

#define T_BOOK_LINKS                                                          \
    "<Relationships><Relationship Id='rId1' Type='http://x/worksheet' "       \
    "Target='worksheets/sheet1.xml'/><Relationship Id='rId2' "                \
    "Type='http://x/worksheet' Target='/xl/worksheets/sheet2.xml'/>"          \
    "<Relationship Id='rId3' Type='http://x/sharedStrings' "                  \
    "Target='sharedStrings.xml'/><Relationship Id='rId4' "                    \
    "Type='http://x/styles' Target='styles.xml'/></Relationships>"

#define T_BOOK_TEXTS                                                          \
    "<sst><si><t>name</t></si><si><t>n</t></si><si><r><t>A</t></r><r><t>na"   \
    "</t></r><rPh><t>spoken</t></rPh></si></sst>"

#define T_BOOK_STYLES                                                         \
    "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='\"d\"0.0'/>"     \
    "<numFmt numFmtId='165' formatCode='yyyy\\-mm'/></numFmts><cellStyleXfs>" \
    "<xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/>"           \
    "<xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/></cellXfs>"   \
    "</styleSheet>"

#define T_BOOK_FIRST                                                          \
    "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c>"           \
    "<c r='B1' t='s'><v>1</v></c><c r='C1' t='inlineStr'><is><t>day</t></is>" \
    "</c></row><row r='2'><c r='A2' t='s'><v>2</v></c><c r='B2' s='2'>"       \
    "<f>1+0.5</f><v>1.5</v></c><c r='C2' s='1'><v>46070</v></c></row>"        \
    "<row r='4'><c r='A4' t='str'><v>Bob</v></c><c r='C4' s='3'>"             \
    "<v>46070.5</v></c><c r='XFD4' s='1'/></row></sheetData></worksheet>"

#define T_BOOK_SECOND                                                         \
    "<worksheet><sheetData><row><c t='inlineStr'><is><t>x</t></is></c></row>" \
    "<row><c t='b'><v>1</v></c></row></sheetData></worksheet>"


static inline void
t_zip_book(t_zip_t *z)
{
    memset(z, 0, sizeof(*z));
    t_zip_text(z, "xl/workbook.xml", T_BOOK);
    t_zip_text(z, "xl/_rels/workbook.xml.rels", T_BOOK_LINKS);
    t_zip_text(z, "xl/sharedStrings.xml", T_BOOK_TEXTS);
    t_zip_text(z, "xl/styles.xml", T_BOOK_STYLES);
    t_zip_text(z, "xl/worksheets/sheet1.xml", T_BOOK_FIRST);
    t_zip_add(z, "xl/worksheets/sheet2.xml", T_BOOK_SECOND,
              strlen(T_BOOK_SECOND), false);
    t_zip_end(z);
}

#endif
