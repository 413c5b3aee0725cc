/*
 * JSON values: what documents, messages and the state of a run are made of.
 *
 * Names and contracts are those of jansson, whose documentation holds: who
 * knows it knows these.  Why they are our own: decision 39.  What is different:
 *
 *   - texts and numbers never change, so json_copy shares them;
 *   - there is no reader and no writer here (base/json.h has them);
 *   - a member that is removed leaves its place empty until the object grows,
 *     so members may be removed while one walks over them.
 *
 * Memory comes from base/mem.h, which counts what is refused.  A value may be
 * handed from one thread to another and be shared by several that only read it;
 * who changes an array or an object is alone with it.
 */

#ifndef CKP_VALUE_JSON_H
#define CKP_VALUE_JSON_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What the linker sees has our prefix: another module may have jansson. */

#define json_delete                 ckp_v_delete
#define json_object                 ckp_v_object
#define json_object_put_new         ckp_v_object_put_new
#define json_object_add_new         ckp_v_object_add_new
#define json_object_drop            ckp_v_object_drop
#define json_object_like            ckp_v_object_like
#define json_object_add_like        ckp_v_object_add_like
#define json_object_find            ckp_v_object_find
#define json_object_where           ckp_v_object_where
#define json_object_clear           ckp_v_object_clear
#define json_object_update          ckp_v_object_update
#define json_object_update_missing  ckp_v_object_update_missing
#define json_object_seed            ckp_v_object_seed
#define json_array                  ckp_v_array
#define json_array_set_new          ckp_v_array_set_new
#define json_array_append_new       ckp_v_array_append_new
#define json_array_insert_new       ckp_v_array_insert_new
#define json_array_remove           ckp_v_array_remove
#define json_array_clear            ckp_v_array_clear
#define json_array_extend           ckp_v_array_extend
#define json_stringn                ckp_v_stringn
#define json_stringn_nocheck        ckp_v_stringn_nocheck
#define json_sprintf                ckp_v_sprintf
#define json_integer                ckp_v_integer
#define json_real                   ckp_v_real
#define json_pack                   ckp_v_pack
#define json_equal                  ckp_v_equal
#define json_copy                   ckp_v_copy
#define json_deep_copy              ckp_v_deep_copy

typedef enum {
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_INTEGER,
    JSON_REAL,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
} json_type;

typedef long long  json_int_t;

/* How many hold it; those that nobody made are never counted. */

#define JSON_FOREVER  UINT32_MAX

typedef struct {
    json_type  type;
    uint32_t   refs;
} json_t;


/* --- how they are laid out: for the functions of this header and its room --- */

/*
 * `head` has the first eight bytes of the name, so most names are told apart
 * without a look at more.  A short name lies in its place whole, another
 * somewhere else: ask json_member_name.  value NULL: an empty place.
 */

#define JSON_NAME_NEAR  15      /* bytes of the longest short name */

typedef struct {
    union {
        char        near[JSON_NAME_NEAR + 1];   /* NULs behind it */
        uint64_t    head;
        uint64_t    words[2];   /* of a short one: all of it */
        struct {
            uint64_t   same;    /* as head */
            char      *far;
        };
    };
    json_t    *value;
    uint32_t   len;
    bool       plain;           /* the name needs no escapes in a text */
} json_member_t;

#define JSON_OBJECT_FIRST  4    /* places that an object is born with */

typedef struct {
    json_t          base;
    uint32_t        n;          /* members */
    uint32_t        used;       /* places, empty ones too */
    uint32_t        room;
    uint32_t        mask;       /* of the index */
    json_member_t  *members;    /* in the order in which they came */
    uint32_t       *index;      /* by hash: place + 1; NULL: few members */
    uint64_t        names;      /* json_name_bit of each that ever was here */
    json_member_t   first[JSON_OBJECT_FIRST];
} json_object_t;

typedef struct {
    json_t     base;
    uint32_t   n;
    uint32_t   room;
    json_t   **items;
} json_array_t;

typedef struct {
    json_t   base;
    size_t   len;
    char     text[];            /* with a NUL behind it */
} json_string_t;

typedef struct {
    json_t      base;
    json_int_t  n;
} json_integer_t;

typedef struct {
    json_t  base;
    double  n;
} json_real_t;

extern json_t  ckp_v_true;
extern json_t  ckp_v_false;
extern json_t  ckp_v_null;

void json_delete(json_t *v);

/* `head` as by json_head; NULL: none.  where: the place of the value, good
 * until a member is added.  put: v is stolen, -1: it is NULL, or no memory.
 * drop: -1: there was none. */
json_t *json_object_find(const json_t *o, const char *name, size_t len,
    uint64_t head);
json_t **json_object_where(const json_t *o, const char *name, size_t len,
    uint64_t head);
int json_object_put_new(json_t *o, const char *name, size_t len, json_t *v);
int json_object_drop(json_t *o, const char *name, size_t len);

/* As put, where there is no member of that name yet. */
int json_object_add_new(json_t *o, const char *name, size_t len, json_t *v);

/* An empty object with room for as many members as `o` has, and one member
 * more, with the name of another object's: there is none of that name yet. */
json_t *json_object_like(const json_t *o);
int json_object_add_like(json_t *o, const json_member_t *like, json_t *v);


/* --- types and references ------------------------------------------------------ */

#define json_typeof(v)      ((v)->type)
#define json_is_object(v)   ((v) != NULL && json_typeof(v) == JSON_OBJECT)
#define json_is_array(v)    ((v) != NULL && json_typeof(v) == JSON_ARRAY)
#define json_is_string(v)   ((v) != NULL && json_typeof(v) == JSON_STRING)
#define json_is_integer(v)  ((v) != NULL && json_typeof(v) == JSON_INTEGER)
#define json_is_real(v)     ((v) != NULL && json_typeof(v) == JSON_REAL)
#define json_is_true(v)     ((v) != NULL && json_typeof(v) == JSON_TRUE)
#define json_is_false(v)    ((v) != NULL && json_typeof(v) == JSON_FALSE)
#define json_is_null(v)     ((v) != NULL && json_typeof(v) == JSON_NULL)
#define json_is_boolean(v)  (json_is_true(v) || json_is_false(v))
#define json_is_number(v)   (json_is_integer(v) || json_is_real(v))


static inline json_t *
json_incref(json_t *v)
{
    if (v != NULL && v->refs != JSON_FOREVER) {
        (void) __atomic_add_fetch(&v->refs, 1, __ATOMIC_RELAXED);
    }

    return v;
}


/* Who holds the last reference is alone with the value: it needs no lock. */

static inline void
json_decref(json_t *v)
{
    if (v != NULL && v->refs != JSON_FOREVER
        && (__atomic_load_n(&v->refs, __ATOMIC_ACQUIRE) == 1
            || __atomic_sub_fetch(&v->refs, 1, __ATOMIC_ACQ_REL) == 0))
    {
        json_delete(v);
    }
}


/* --- scalars --------------------------------------------------------------------- */

#define json_true()      (&ckp_v_true)
#define json_false()     (&ckp_v_false)
#define json_null()      (&ckp_v_null)
#define json_boolean(b)  ((b) ? json_true() : json_false())

/* NULL: not UTF-8, no memory; of a real also: no finite number. */
json_t *json_stringn(const char *s, size_t len);
json_t *json_stringn_nocheck(const char *s, size_t len);
json_t *json_sprintf(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
json_t *json_integer(json_int_t n);
json_t *json_real(double n);


static inline json_t *
json_string(const char *s)
{
    return s == NULL ? NULL : json_stringn(s, strlen(s));
}


static inline json_t *
json_string_nocheck(const char *s)
{
    return s == NULL ? NULL : json_stringn_nocheck(s, strlen(s));
}


static inline const char *
json_string_value(const json_t *v)
{
    return json_is_string(v) ? ((const json_string_t *) v)->text : NULL;
}


static inline size_t
json_string_length(const json_t *v)
{
    return json_is_string(v) ? ((const json_string_t *) v)->len : 0;
}


static inline json_int_t
json_integer_value(const json_t *v)
{
    return json_is_integer(v) ? ((const json_integer_t *) v)->n : 0;
}


static inline double
json_real_value(const json_t *v)
{
    return json_is_real(v) ? ((const json_real_t *) v)->n : 0;
}


static inline double
json_number_value(const json_t *v)
{
    return json_is_integer(v) ? (double) json_integer_value(v)
                              : json_real_value(v);
}


/* --- objects --------------------------------------------------------------------- */

json_t *json_object(void);
int json_object_clear(json_t *o);
int json_object_update(json_t *o, const json_t *other);
int json_object_update_missing(json_t *o, const json_t *other);

/* What names of large objects are hashed with: once, before there are any. */
void json_object_seed(uint64_t seed);


/* The first eight bytes of a name as they lie in memory, with NULs behind. */

static inline uint64_t
json_head(const char *name, size_t len)
{
    uint64_t  head = 0;

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__

    memcpy(&head, name, len < 8 ? len : 8);

#else
    uint32_t  first, last;

    if (len >= 8) {
        memcpy(&head, name, 8);

    } else if (len >= 4) {
        memcpy(&first, name, 4);
        memcpy(&last, name + len - 4, 4);
        head = first | (uint64_t) last << 8 * (len - 4);

    } else if (len > 0) {
        head = (uint64_t) (unsigned char) name[0]
               | (uint64_t) (unsigned char) name[len / 2] << 8 * (len / 2)
               | (uint64_t) (unsigned char) name[len - 1] << 8 * (len - 1);
    }
#endif

    return head;
}


/* One of 64 bits.  Who asks for a member asks mostly for one that is not there:
 * an object whose `names` lack the bit of a name never had it. */

static inline uint64_t
json_name_bit(uint64_t head, size_t len)
{
    return (uint64_t) 1 << (((head ^ len) * 0x9e3779b97f4a7c15u) >> 58);
}


static inline json_t *
json_object_getn(const json_t *o, const char *name, size_t len)
{
    const uint64_t  head = json_head(name, len);

    return json_is_object(o)
           && (((const json_object_t *) o)->names
               & json_name_bit(head, len)) != 0
           ? json_object_find(o, name, len, head) : NULL;
}


static inline json_t *
json_object_get(const json_t *o, const char *name)
{
    return name == NULL ? NULL : json_object_getn(o, name, strlen(name));
}


static inline int
json_object_setn_new(json_t *o, const char *name, size_t len, json_t *v)
{
    return json_object_put_new(o, name, len, v);
}


static inline int
json_object_set_new(json_t *o, const char *name, json_t *v)
{
    return json_object_put_new(o, name, name == NULL ? 0 : strlen(name), v);
}


static inline int
json_object_set(json_t *o, const char *name, json_t *v)
{
    return json_object_set_new(o, name, json_incref(v));
}


static inline int
json_object_del(json_t *o, const char *name)
{
    return name == NULL ? -1 : json_object_drop(o, name, strlen(name));
}


static inline size_t
json_object_size(const json_t *o)
{
    return json_is_object(o) ? ((const json_object_t *) o)->n : 0;
}


/* Good until a member is added to the object, or this one is removed. */

static inline const char *
json_member_name(const json_member_t *m)
{
    return m->len <= JSON_NAME_NEAR ? m->near : m->far;
}


/* The place behind that of the first member at `at` or later; 0: none. */

static inline uint32_t
json_object_walk(const json_t *v, uint32_t at)
{
    const json_object_t *const  o = (const json_object_t *) v;

    if (!json_is_object(v)) {
        return 0;
    }

    while (at < o->used && o->members[at].value == NULL) {
        at++;
    }

    return at < o->used ? at + 1 : 0;
}


/* Of a place as by json_object_walk. */

static inline const json_member_t *
json_object_member(const json_t *v, uint32_t place)
{
    return &((const json_object_t *) v)->members[place - 1];
}


/* One by one; NULL: no more.  What it gives is good until a member is added. */

static inline void *
json_object_iter_at(const json_t *v, uint32_t at)
{
    at = json_object_walk(v, at);

    return at == 0 ? NULL : (void *) json_object_member(v, at);
}


static inline void *
json_object_iter(const json_t *v)
{
    return json_object_iter_at(v, 0);
}


static inline void *
json_object_iter_next(const json_t *v, const void *it)
{
    const json_member_t *const  all = ((const json_object_t *) v)->members;

    return json_object_iter_at(v, (uint32_t) ((const json_member_t *) it - all)
                                  + 1);
}


static inline const char *
json_object_iter_key(const void *it)
{
    return it == NULL ? NULL : json_member_name(it);
}


static inline json_t *
json_object_iter_value(const void *it)
{
    return it == NULL ? NULL : ((const json_member_t *) it)->value;
}


#define JSON_PASTE_(a, b)  a ## b
#define JSON_PASTE(a, b)   JSON_PASTE_(a, b)

#define JSON_WALK(o, k, v, at)                                                \
    for (uint32_t at = json_object_walk(o, 0);                                \
         at != 0                                                              \
         && ((k) = json_member_name(json_object_member(o, at))) != NULL       \
         && ((v) = json_object_member(o, at)->value) != NULL;                 \
         at = json_object_walk(o, at))

#define json_object_foreach(o, k, v)                                          \
    JSON_WALK(o, k, v, JSON_PASTE(json_at_, __COUNTER__))


/* --- arrays ---------------------------------------------------------------------- */

json_t *json_array(void);
int json_array_set_new(json_t *a, size_t at, json_t *v);
int json_array_append_new(json_t *a, json_t *v);
int json_array_insert_new(json_t *a, size_t at, json_t *v);
int json_array_remove(json_t *a, size_t at);
int json_array_clear(json_t *a);
int json_array_extend(json_t *a, const json_t *other);


static inline size_t
json_array_size(const json_t *a)
{
    return json_is_array(a) ? ((const json_array_t *) a)->n : 0;
}


static inline json_t *
json_array_get(const json_t *a, size_t at)
{
    return at < json_array_size(a) ? ((const json_array_t *) a)->items[at]
                                   : NULL;
}


static inline int
json_array_set(json_t *a, size_t at, json_t *v)
{
    return json_array_set_new(a, at, json_incref(v));
}


static inline int
json_array_append(json_t *a, json_t *v)
{
    return json_array_append_new(a, json_incref(v));
}


#define json_array_foreach(a, i, v)                                           \
    for ((i) = 0;                                                             \
         (i) < json_array_size(a) && ((v) = json_array_get(a, i)) != NULL;    \
         (i)++)


/* --- all of them ----------------------------------------------------------------- */

/*
 * A value by a format: s text, i int, I json_int_t, f double, b bool, n null,
 * o a value (stolen), O one (not stolen), {} and [] with what is in them; s%
 * takes a length, too.  Behind s, o, O: ? is null when it is NULL, * leaves it
 * out.  NULL: something was NULL, no UTF-8 or without memory; what was to be
 * stolen is gone all the same.
 */
json_t *json_pack(const char *fmt, ...);

int json_equal(const json_t *a, const json_t *b);
json_t *json_copy(const json_t *v);
json_t *json_deep_copy(const json_t *v);        /* numbers are shared */

#endif
