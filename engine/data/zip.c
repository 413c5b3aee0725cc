/*
 * Zip archives: the central directory, then one part at a time.
 */

#include "data/zip.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "lang/value.h"

#define ZIP_END_LEN      22             /* end of central directory */
#define ZIP_COMMENT_MAX  65535
#define ZIP_ENTRY_LEN    46             /* entry of it, without names */
#define ZIP_LOCAL_LEN    30             /* before a part, without names */
#define ZIP_FREE_RATIO   (64 * 1024)

#define ZIP_ENCRYPTED    1
#define ZIP_STORED       0
#define ZIP_DEFLATED     8

typedef struct {
    const char  *name;
    uint32_t     method;
    uint32_t     flags;
    uint32_t     crc;
    uint32_t     packed;
    uint32_t     size;
    uint32_t     at;                    /* of the local header */
} entry_t;

struct ckp_zip_s {
    ckp_arena_t          *arena;
    const unsigned char  *data;
    size_t                len;
    entry_t              *entries;
    size_t                n;
    size_t                spent;        /* bytes inflated so far */
};


static uint32_t
zip_u16(const unsigned char *p)
{
    return (uint32_t) p[0] | (uint32_t) p[1] << 8;
}


static uint32_t
zip_u32(const unsigned char *p)
{
    return zip_u16(p) | zip_u16(p + 2) << 16;
}


/* Whether `n` bytes at `at` are in the archive. */
static bool
zip_has_bytes(const ckp_zip_t *zip, size_t at, size_t n)
{
    return at <= zip->len && n <= zip->len - at;
}


/* The end of the central directory; NULL: there is none. */
static const unsigned char *
zip_end(const unsigned char *data, size_t len)
{
    const size_t  most = ZIP_END_LEN + ZIP_COMMENT_MAX;

    for (size_t back = ZIP_END_LEN; back <= len && back <= most; back++) {
        const unsigned char *const  p = data + len - back;

        if (memcmp(p, "PK\5\6", 4) == 0) {
            return p;
        }
    }

    return NULL;
}


/* The entry at `at`; 0: it is none, else where the next one is. */
static size_t
zip_entry(ckp_zip_t *zip, size_t at, entry_t *e)
{
    if (!zip_has_bytes(zip, at, ZIP_ENTRY_LEN)
        || memcmp(zip->data + at, "PK\1\2", 4) != 0)
    {
        return 0;
    }

    const unsigned char *const  p = zip->data + at;

    const size_t                name = zip_u16(p + 28);
    const size_t                more = zip_u16(p + 30) + zip_u16(p + 32);

    if (!zip_has_bytes(zip, at + ZIP_ENTRY_LEN, name + more)) {
        return 0;
    }

    e->flags = zip_u16(p + 8);
    e->method = zip_u16(p + 10);
    e->crc = zip_u32(p + 16);
    e->packed = zip_u32(p + 20);
    e->size = zip_u32(p + 24);
    e->at = zip_u32(p + 42);
    e->name = ckp_arena_strndup(zip->arena,
                                (const char *) p + ZIP_ENTRY_LEN, name);

    return e->name == NULL ? 0 : at + ZIP_ENTRY_LEN + name + more;
}


static ckp_code_t
zip_directory(ckp_zip_t *zip, ckp_err_t *err)
{
    const unsigned char *const  end = zip_end(zip->data, zip->len);
    size_t                      at;

    if (end == NULL) {
        return ckp_fail(err, CKP_E_INVALID, "", "the data are no zip archive");
    }

    zip->n = zip_u16(end + 10);
    at = zip_u32(end + 16);

    if (zip->n > CKP_ZIP_ENTRIES_MAX) {
        return ckp_fail(err, CKP_E_LIMIT, "", "an archive of %zu parts, at "
                        "most %d", zip->n, CKP_ZIP_ENTRIES_MAX);
    }

    zip->entries = ckp_arena_alloc(zip->arena, (zip->n + 1) * sizeof(entry_t));

    if (zip->entries == NULL) {
        return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    for (size_t i = 0; i < zip->n; i++) {
        at = zip_entry(zip, at, &zip->entries[i]);

        if (at == 0) {
            return ckp_fail(err, CKP_E_INVALID, "",
                            "the archive's list of parts is broken");
        }
    }

    return CKP_OK;
}


ckp_zip_t *
ckp_zip_open(const unsigned char *data, size_t len, ckp_err_t *err)
{
    ckp_arena_t *const  arena = ckp_arena_new();
    ckp_zip_t *const    zip = arena == NULL
                              ? NULL : ckp_arena_alloc(arena, sizeof(*zip));

    if (zip == NULL) {
        ckp_arena_free(arena);
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    zip->arena = arena;
    zip->data = data;
    zip->len = len;

    if (zip_directory(zip, err) != CKP_OK) {
        ckp_zip_free(zip);
        return NULL;
    }

    return zip;
}


void
ckp_zip_free(ckp_zip_t *zip)
{
    if (zip != NULL) {
        ckp_arena_free(zip->arena);     /* the archive itself is in there */
    }
}


static const entry_t *
zip_find(const ckp_zip_t *zip, const char *name)
{
    for (size_t i = 0; i < zip->n; i++) {
        if (ckp_fold_equal(zip->entries[i].name, name)) {
            return &zip->entries[i];
        }
    }

    return NULL;
}


bool
ckp_zip_has(const ckp_zip_t *zip, const char *name)
{
    return zip_find(zip, name) != NULL;
}


/* The packed bytes of an entry; NULL: not in the archive. */
static const unsigned char *
zip_packed(const ckp_zip_t *zip, const entry_t *e)
{
    if (!zip_has_bytes(zip, e->at, ZIP_LOCAL_LEN)
        || memcmp(zip->data + e->at, "PK\3\4", 4) != 0)
    {
        return NULL;
    }

    const unsigned char *const  p = zip->data + e->at;
    const size_t                head = ZIP_LOCAL_LEN + zip_u16(p + 26)
                                       + zip_u16(p + 28);

    return zip_has_bytes(zip, e->at, head)
           && zip_has_bytes(zip, e->at + head, e->packed) ? p + head : NULL;
}


static voidpf
zip_alloc(voidpf opaque, uInt n, uInt size)
{
    (void) opaque;

    return ckp_calloc((size_t) n * size);
}


static void
zip_release(voidpf opaque, voidpf p)
{
    (void) opaque;
    ckp_free(p);
}


/* Exactly e->size bytes into `out`; CKP_E_INVALID: they are other than that. */
static ckp_code_t
zip_inflate(const entry_t *e, const unsigned char *packed, char *out)
{
    z_stream  z = { .zalloc = zip_alloc, .zfree = zip_release };
    int       rc;

    /* a raw stream, without zlib's own header */

    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) {
        return CKP_E_NOMEM;
    }

    z.next_in = (Bytef *) packed;
    z.avail_in = e->packed;
    z.next_out = (Bytef *) out;
    z.avail_out = e->size;
    rc = inflate(&z, Z_FINISH);
    (void) inflateEnd(&z);

    if (rc == Z_MEM_ERROR) {
        return CKP_E_NOMEM;
    }

    return rc == Z_STREAM_END && z.avail_out == 0 ? CKP_OK : CKP_E_INVALID;
}


static ckp_code_t
zip_check(const ckp_zip_t *zip, const entry_t *e, const char *name,
    ckp_err_t *err)
{
    if (e == NULL) {
        return ckp_fail(err, CKP_E_INVALID, "", "the archive has no \"%.80s\"",
                        name);
    }

    if ((e->flags & ZIP_ENCRYPTED) != 0
        || (e->method != ZIP_STORED && e->method != ZIP_DEFLATED)
        || (e->method == ZIP_STORED && e->size != e->packed))
    {
        return ckp_fail(err, CKP_E_INVALID, "", "\"%.80s\" is encrypted, or "
                        "packed in a way that is not known", name);
    }

    if (e->size > CKP_ZIP_PART_MAX || e->size > CKP_ZIP_ALL_MAX - zip->spent
        || (e->size > ZIP_FREE_RATIO
            && e->size / CKP_ZIP_RATIO_MAX > e->packed))
    {
        return ckp_fail(err, CKP_E_LIMIT, "", "\"%.80s\" has %lu bytes, packed "
                        "into %lu: too many", name, (unsigned long) e->size,
                        (unsigned long) e->packed);
    }

    return CKP_OK;
}


char *
ckp_zip_read(ckp_zip_t *zip, const char *name, size_t *len, ckp_err_t *err)
{
    const entry_t *const  e = zip_find(zip, name);
    const unsigned char  *packed;
    char                 *out;
    ckp_code_t            rc = CKP_OK;

    if (zip_check(zip, e, name, err) != CKP_OK) {
        return NULL;
    }

    packed = zip_packed(zip, e);
    out = packed == NULL ? NULL : ckp_alloc((size_t) e->size + 1);

    if (out == NULL) {
        (void) ckp_fail(err, packed == NULL ? CKP_E_INVALID : CKP_E_NOMEM, "",
                        packed == NULL ? "the archive is cut" : "no memory");
        return NULL;
    }

    if (e->method == ZIP_STORED) {
        memcpy(out, packed, e->size);

    } else {
        rc = zip_inflate(e, packed, out);
    }

    out[e->size] = '\0';
    zip->spent += e->size;

    if (rc == CKP_OK && crc32(0, (const Bytef *) out, e->size) != e->crc) {
        rc = CKP_E_INVALID;
    }

    if (rc != CKP_OK) {
        ckp_free(out);
        (void) ckp_fail(err, rc, "", rc == CKP_E_NOMEM ? "no memory"
                        : "\"%.80s\" is broken", name);
        return NULL;
    }

    *len = e->size;

    return out;
}
