/*
 * Objects: members in the order in which they came, looked through while they
 * are few, and found by an index when they are many.
 */

#include "value/json.h"

#include <assert.h>

#include "base/mem.h"
#include "base/utf8.h"

#define OBJECT_FEW    16        /* places that are looked through */
#define OBJECT_MAX    (1u << 28)

/* Odd, without a pattern: what the bits are spread with. */

#define OBJECT_MIX_1  0x9e3779b97f4a7c15u
#define OBJECT_MIX_2  0xd6e8feb86659fd93u

static uint64_t  object_seed = OBJECT_MIX_2;


void
json_object_seed(uint64_t seed)
{
    object_seed = seed | 1;
}


json_t *
json_object(void)
{
    json_object_t *const  o = ckp_alloc(sizeof(json_object_t));

    if (o == NULL) {
        return NULL;
    }

    o->base = (json_t) { JSON_OBJECT, 1 };
    o->n = 0;
    o->used = 0;
    o->room = JSON_OBJECT_FIRST;
    o->mask = 0;
    o->members = o->first;
    o->index = NULL;
    o->names = 0;

    return &o->base;
}


/* --- the index -------------------------------------------------------------- */

/* Both halves of the product: no bit of either is lost. */

static uint64_t
object_mix(uint64_t a, uint64_t b)
{
    const unsigned __int128  x = (unsigned __int128) a * b;

    return (uint64_t) x ^ (uint64_t) (x >> 64);
}


/* Who does not know the seed cannot tell which names meet. */

static uint64_t
object_hash(const char *name, size_t len, uint64_t head)
{
    uint64_t  h = object_mix(head ^ object_seed, OBJECT_MIX_1 ^ len);

    for (size_t i = 8; i < len; i += 8) {
        h = object_mix(h ^ json_head(name + i, len - i > 8 ? 8 : len - i),
                       object_seed ^ OBJECT_MIX_2);
    }

    return h;
}


static void
object_point(json_object_t *o, uint32_t place)
{
    const json_member_t *const  m = &o->members[place];
    uint64_t                    i = object_hash(json_member_name(m), m->len,
                                                m->head);

    while (o->index[i & o->mask] != 0) {
        i++;
    }

    o->index[i & o->mask] = place + 1;
}


static inline bool
object_is(const json_member_t *m, const char *name, size_t len, uint64_t head)
{
    return m->head == head && m->len == len && m->value != NULL
           && (len <= 8
               || memcmp(json_member_name(m) + 8, name + 8, len - 8) == 0);
}


/* Its place; o->used: there is none.  Of a long name, or among many. */

static __attribute__((noinline)) uint32_t
object_far(const json_object_t *o, const char *name, size_t len,
    uint64_t head)
{
    const json_member_t *const  all = o->members;
    const uint32_t              n = o->used;

    if (o->index == NULL) {
        for (uint32_t at = 0; at < n; at++) {
            if (object_is(&all[at], name, len, head)) {
                return at;
            }
        }

        return n;
    }

    for (uint64_t i = object_hash(name, len, head);
         o->index[i & o->mask] != 0; i++)
    {
        const uint32_t  at = o->index[i & o->mask] - 1;

        if (at < n && object_is(&all[at], name, len, head)) {
            return at;
        }
    }

    return n;
}


/* The same of any: nearly all are short and among few, and cost no call. */

static inline uint32_t
object_place(const json_object_t *o, const char *name, size_t len,
    uint64_t head)
{
    const json_member_t *const  all = o->members;
    const json_member_t *const  end = all + o->used;

    if ((o->names & json_name_bit(head, len)) == 0) {
        return o->used;
    }

    if (o->index != NULL || len > JSON_NAME_NEAR) {
        return object_far(o, name, len, head);
    }

    const uint64_t  tail = len > 8 ? json_head(name + 8, len - 8) : 0;

    for (const json_member_t *m = all; m < end; m++) {
        if (m->words[0] == head && m->words[1] == tail && m->len == len
            && m->value != NULL)
        {
            return (uint32_t) (m - all);
        }
    }

    return (uint32_t) (end - all);
}


json_t *
json_object_find(const json_t *v, const char *name, size_t len, uint64_t head)
{
    const json_object_t *const  o = (const json_object_t *) v;
    const uint32_t              at = object_place(o, name, len, head);

    return at < o->used ? o->members[at].value : NULL;
}


json_t **
json_object_where(const json_t *v, const char *name, size_t len,
    uint64_t head)
{
    json_object_t *const  o = (json_object_t *) v;
    const uint32_t        at = json_is_object(v)
                               ? object_place(o, name, len, head) : 0;

    return json_is_object(v) && at < o->used ? &o->members[at].value : NULL;
}


/* --- room ------------------------------------------------------------------------ */

/* Empty places go; the others keep their order. */

static void
object_pack(json_object_t *o, json_member_t *to)
{
    uint32_t  n = 0;

    for (uint32_t i = 0; i < o->used; i++) {
        if (o->members[i].value != NULL) {
            to[n++] = o->members[i];
        }
    }

    o->used = n;
}


static void
object_free(json_object_t *o)
{
    if (o->members != o->first) {
        ckp_free(o->index);
        ckp_free(o->members);
    }
}


static uint32_t *
object_index(uint32_t room, uint32_t *mask)
{
    *mask = room * 2 - 1;

    return ckp_calloc(room * 2 * sizeof(uint32_t));
}


static bool
object_widen(json_object_t *o, uint32_t room)
{
    json_member_t  *members;
    uint32_t       *index = NULL;
    uint32_t        mask = 0;

    if (room > OBJECT_MAX) {
        return false;
    }

    if (room > OBJECT_FEW) {
        index = object_index(room, &mask);

        if (index == NULL) {
            return false;
        }
    }

    members = ckp_alloc(room * sizeof(json_member_t));

    if (members == NULL) {
        ckp_free(index);
        return false;
    }

    object_pack(o, members);
    object_free(o);
    o->members = members;
    o->room = room;
    o->index = index;
    o->mask = mask;

    for (uint32_t i = 0; index != NULL && i < o->used; i++) {
        object_point(o, i);
    }

    return true;
}


/* There is no place left: makes some. */

static bool
object_grow(json_object_t *o)
{
    const uint32_t  room = o->n > o->room / 2 ? o->room * 2 : o->room;

    if (room == JSON_OBJECT_FIRST) {
        object_pack(o, o->first);
        return true;
    }

    return object_widen(o, room);
}


/* --- members ---------------------------------------------------------------------- */

static inline void
object_unname(const json_member_t *m)
{
    if (m->len > JSON_NAME_NEAR) {
        ckp_free(m->far);
    }
}


/* Whether a name is ASCII without anything that a text escapes, eight bytes at
 * a time; behind its end `head` has spaces. */

static bool
object_is_plain(const char *name, size_t len, uint64_t head)
{
    const uint64_t  ones = 0x0101010101010101;
    const uint64_t  tops = 0x8080808080808080;
    uint64_t        x = head;

    for (size_t i = 8; ; i += 8) {
        if (len < i) {
            x |= 0x2020202020202020u << 8 * (len - (i - 8));
        }

        const uint64_t  quote = x ^ (ones * '"');
        const uint64_t  slash = x ^ (ones * '\\');

        if ((x | (x - ones * 0x20) | (quote - ones) | (slash - ones)) & tops) {
            return false;
        }

        if (len <= i) {
            return true;
        }

        x = json_head(name + i, len - i > 8 ? 8 : len - i);
    }
}


/* m, with its name, is stolen. */

static bool
object_append(json_object_t *o, const json_member_t *m)
{
    if (o->used == o->room && !object_grow(o)) {
        object_unname(m);
        return false;
    }

    o->members[o->used] = *m;
    o->names |= json_name_bit(m->head, m->len);

    if (o->index != NULL) {
        object_point(o, o->used);
    }

    o->used++;
    o->n++;

    return true;
}


/* The name before the room: it may be that of a member, and move. */

static bool
object_add(json_object_t *o, const char *name, size_t len, uint64_t head,
    json_t *v)
{
    const bool     plain = len > 0 && object_is_plain(name, len, head);
    json_member_t  m;

    if ((!plain && !ckp_utf8_holds(name, len)) || len >= UINT32_MAX) {
        return false;
    }

    m.words[0] = head;
    m.words[1] = len > 8 ? json_head(name + 8, len - 8) : 0;
    m.value = v;
    m.len = (uint32_t) len;
    m.plain = plain;

    if (len > JSON_NAME_NEAR) {
        m.far = ckp_alloc(len + 1);

        if (m.far == NULL) {
            return false;
        }

        memcpy(m.far, name, len);
        m.far[len] = '\0';
    }

    return object_append(o, &m);
}


int
json_object_put_new(json_t *v, const char *name, size_t len, json_t *value)
{
    json_object_t *const  o = (json_object_t *) v;
    uint64_t              head;
    uint32_t              at;

    if (!json_is_object(v) || name == NULL || value == NULL || value == v) {
        json_decref(value);
        return -1;
    }

    head = json_head(name, len);
    at = object_place(o, name, len, head);

    if (at < o->used) {
        json_t *const  old = o->members[at].value;

        o->members[at].value = value;
        json_decref(old);
        return 0;
    }

    if (!object_add(o, name, len, head, value)) {
        json_decref(value);
        return -1;
    }

    return 0;
}


int
json_object_add_new(json_t *v, const char *name, size_t len, json_t *value)
{
#ifdef __SANITIZE_ADDRESS__
    assert(json_object_getn(v, name, len) == NULL);
#endif

    if (!object_add((json_object_t *) v, name, len, json_head(name, len),
                    value))
    {
        json_decref(value);
        return -1;
    }

    return 0;
}


json_t *
json_object_like(const json_t *v)
{
    const uint32_t  n = ((const json_object_t *) v)->n;
    uint32_t        room = JSON_OBJECT_FIRST;
    json_t         *own = json_object();

    while (room < n) {
        room *= 2;
    }

    if (own != NULL && room > JSON_OBJECT_FIRST
        && !object_widen((json_object_t *) own, room))
    {
        json_decref(own);
        own = NULL;
    }

    return own;
}


int
json_object_add_like(json_t *v, const json_member_t *like, json_t *value)
{
    json_member_t  m = *like;

    m.value = value;

    if (v == NULL || value == NULL) {
        json_decref(value);
        return -1;
    }

    if (m.len > JSON_NAME_NEAR) {
        m.far = ckp_alloc(m.len + 1);

        if (m.far != NULL) {
            memcpy(m.far, like->far, m.len + 1);
        }
    }

    if ((m.len > JSON_NAME_NEAR && m.far == NULL)
        || !object_append((json_object_t *) v, &m))
    {
        json_decref(value);
        return -1;
    }

    return 0;
}


/* Its place in the index stays, and leads to nothing. */

int
json_object_drop(json_t *v, const char *name, size_t len)
{
    json_object_t *const  o = (json_object_t *) v;
    json_member_t         gone;
    uint32_t              at;

    if (!json_is_object(v)) {
        return -1;
    }

    at = object_place(o, name, len, json_head(name, len));

    if (at == o->used) {
        return -1;
    }

    gone = o->members[at];
    o->members[at].value = NULL;
    o->n--;

    while (o->index == NULL && o->used > 0
           && o->members[o->used - 1].value == NULL)
    {
        o->used--;
    }

    object_unname(&gone);
    json_decref(gone.value);

    return 0;
}


int
json_object_clear(json_t *v)
{
    json_object_t *const  o = (json_object_t *) v;

    if (!json_is_object(v)) {
        return -1;
    }

    for (uint32_t i = 0; i < o->used; i++) {
        if (o->members[i].value != NULL) {
            object_unname(&o->members[i]);
            json_decref(o->members[i].value);
        }
    }

    object_free(o);
    o->members = o->first;
    o->room = JSON_OBJECT_FIRST;
    o->index = NULL;
    o->names = 0;
    o->used = 0;
    o->n = 0;

    return 0;
}


/* missing: only what it has not. */

static int
object_take(json_t *v, const json_t *other, bool missing)
{
    if (!json_is_object(v) || !json_is_object(other)) {
        return -1;
    }

    for (uint32_t at = json_object_walk(other, 0); at != 0;
         at = json_object_walk(other, at))
    {
        const json_member_t *const  m = json_object_member(other, at);
        const char *const           name = json_member_name(m);

        if (missing && json_object_find(v, name, m->len, m->head) != NULL) {
            continue;
        }

        if (json_object_put_new(v, name, m->len, json_incref(m->value))
            != 0)
        {
            return -1;
        }
    }

    return 0;
}


int
json_object_update(json_t *v, const json_t *other)
{
    return object_take(v, other, false);
}


int
json_object_update_missing(json_t *v, const json_t *other)
{
    return object_take(v, other, true);
}
