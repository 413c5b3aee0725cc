/*
 * What the statements of graphs share.
 */

#ifndef NGX_LO_SQL_GRAPH_INT_H
#define NGX_LO_SQL_GRAPH_INT_H

/* The highest right that `g` was shared with: `who`, or one of its `groups` (a
 * list); unless it has run out `now`. */

#define NGX_LO_GRANTED(who, groups, now)                                      \
    "(SELECT permission FROM graph_grants p WHERE p.graph_id = g.graph_id"    \
    " AND (p.user_id = " who " OR p.organization_id IN (SELECT value FROM"    \
    " json_each(" groups "))) AND (p.expires_at IS NULL OR p.expires_at > "   \
    now ") ORDER BY CASE permission WHEN 'delete' THEN 4 WHEN 'edit' THEN 3"  \
    " WHEN 'run' THEN 2 ELSE 1 END DESC LIMIT 1)"

#endif
