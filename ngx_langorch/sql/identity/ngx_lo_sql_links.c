/*
 * Statements on links by which somebody answers a question, and on deputies.
 */

#include "store/ngx_lo_sql_identity.h"


const ngx_lo_stmt_t  ngx_lo_sql_link_add = {
    "link_add",
    "INSERT INTO approval_links (link_id, hash, approval_id, identity, role,"
    " groups, shown_hash, created_by, created_at, expires_at)"
    " SELECT $1, $2, a.approval_id, $4, $5, $6, $7, $8, $9, $10"
    " FROM approvals a WHERE a.approval_id = $3 AND a.status = 'pending'"
    " AND (SELECT count(*) FROM approval_links l"
    " WHERE l.approval_id = $3 AND l.used_at IS NULL AND l.expires_at > $9)"
    " < " NGX_LO_LINKS_MAX,
    "ssssssssii", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_links_old = {
    "links_old",
    "DELETE FROM approval_links WHERE link_id IN"
    " (SELECT link_id FROM approval_links WHERE expires_at < $1 LIMIT 100)",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_link_get = {
    "link_get",
    "SELECT l.link_id, l.hash, l.approval_id, l.identity, l.role, l.groups,"
    " l.shown_hash, l.expires_at, l.used_at, u.role AS user_role,"
    " CASE WHEN u.projects IS NULL OR EXISTS (SELECT 1 FROM approvals a"
    " JOIN runs r ON r.id = a.run, json_each(u.projects) p"
    " WHERE a.approval_id = l.approval_id AND p.value = r.project_id)"
    " THEN u.is_active ELSE 0 END AS user_active"
    " FROM approval_links l LEFT JOIN users u ON u.username = l.identity"
    " WHERE l.hash = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_link_use = {
    "link_use",
    "UPDATE approval_links SET used_at = $2"
    " WHERE hash = $1 AND used_at IS NULL AND expires_at > $2",
    "si", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_links_end = {
    "links_end",
    "UPDATE approval_links SET used_at = $3 WHERE approval_id = $1"
    " AND ($2 IS NULL OR identity = $2) AND used_at IS NULL",
    "ssi", -1
};


/* --- deputies ----------------------------------------------------------------- */


#define NGX_LO_DEPUTY_COLUMNS                                                 \
    "deputy_id, who AS identity, deputy, from_at AS \"from:t\","              \
    " until AS \"until:t\", reason, created_by,"                              \
    " created_at AS \"created_at:t\""


const ngx_lo_stmt_t  ngx_lo_sql_deputy_of = {
    "deputy_of",
    "SELECT who, groups FROM deputies WHERE deputy = $1 AND until > $2"
    " AND from_at <= $2 ORDER BY created_at, deputy_id LIMIT 100",
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_deputies = {
    "deputies",
    "SELECT " NGX_LO_DEPUTY_COLUMNS " FROM deputies"
    " WHERE ($1 IS NULL OR who = $1 OR deputy = $1) AND until > $2"
    " ORDER BY from_at, deputy_id LIMIT 1000",
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_deputy_get = {
    "deputy_get",
    "SELECT " NGX_LO_DEPUTY_COLUMNS " FROM deputies WHERE deputy_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_deputy_add = {
    "deputy_add",
    "INSERT INTO deputies (deputy_id, who, deputy, groups, from_at, until,"
    " reason, created_by, created_at)"
    " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9"
    " WHERE (SELECT count(*) FROM deputies WHERE who = $2 AND until > $9)"
    " < " NGX_LO_DEPUTIES_MAX
    " AND (SELECT count(*) FROM deputies WHERE deputy = $3 AND until > $9)"
    " < 100",
    "ssssiissi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_deputy_del = {
    "deputy_del",
    "DELETE FROM deputies WHERE deputy_id = $1"
    " AND ($2 IS NULL OR who = $2 OR deputy = $2)",
    "ss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_deputies_old = {
    "deputies_old",
    "DELETE FROM deputies WHERE deputy_id IN"
    " (SELECT deputy_id FROM deputies WHERE until < $1 LIMIT 100)",
    "i", -1
};
