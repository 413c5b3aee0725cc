/*
 * What a route tells of its parameters and bodies, in one line of words:
 *
 *   "run_id status:created|running limit:1-1000=100 from:time!"
 *
 * A word is name[:type][!|~][=default].  `!` must be there, `~` may be absent;
 * without a mark a parameter and a member of a request may be absent, a member
 * of an answer is there.
 *
 *   (none) text    bool  int  num  time  obj  any   1-1000, 0-  integer range
 *   a|b|c  one of these (|a  only that)    [T]  list    {T}  object of T
 *   T?  T or null
 *   Name   a shape          +Name (alone)  all members of that shape, too
 *
 * An answer is "status shape", several with "; " between them; a shape with a
 * slash is a media type: "200 [Run]", "204", "200 text/event-stream".
 */

#ifndef NGX_LO_TOLD_H
#define NGX_LO_TOLD_H

#include <ngx_config.h>
#include <ngx_core.h>

typedef struct {
    ngx_str_t  name;
    ngx_str_t  type;            /* empty: text; of "+Name" the name is empty */
    ngx_str_t  otherwise;       /* data NULL: no default */
    u_char     mark;            /* '!', '~', '+' or 0 */
} ngx_lo_told_t;

/* The word at *p, which is moved behind it.  0: there is none. */
ngx_uint_t ngx_lo_told_next(const char **p, ngx_lo_told_t *t);

/* 1: one of the words has that name. */
ngx_uint_t ngx_lo_told_has(const char *words, const char *name);

/* An object of the API: its words. */
typedef struct {
    const char  *name;
    const char  *summary;       /* what it is, for people */
    const char  *words;
    ngx_uint_t   request;       /* 1: what clients send */
} ngx_lo_shape_t;

/* The table, provided by contract/: its rows from 0 on; NULL: there are no
 * more. */
const ngx_lo_shape_t *ngx_lo_shape_at(ngx_uint_t i);

/* NULL: there is none of that name. */
const ngx_lo_shape_t *ngx_lo_shape(const char *name, size_t len);

/* 1: the shape of that name, or one that it includes, has the member. */
ngx_uint_t ngx_lo_shape_has(const char *shape, const char *member);

#endif
