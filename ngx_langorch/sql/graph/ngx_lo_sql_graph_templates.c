/*
 * Templates of graphs (spec/api.md 18.7).
 */

#include "store/ngx_lo_sql_graph.h"

#define NGX_LO_TEMPLATE                                                       \
    "SELECT template_id AS id, name, description, category, icon,"            \
    " example_input AS \"example_input:j\","                                  \
    " example_output AS \"example_output:j\","                                \
    " required_capabilities AS \"required_capabilities:j\", estimated_cost,"  \
    " estimated_duration_seconds, usage_count, rating,"                       \
    " is_official AS \"is_official:b\", created_by,"                          \
    " created_at AS \"created_at:t\""


const ngx_lo_stmt_t  ngx_lo_sql_graph_template_add = {
    "graph_template_add",
    "INSERT INTO graph_templates (template_id, name, description, category,"
    " icon, example_input, example_output, required_capabilities,"
    " estimated_cost, estimated_duration_seconds, is_official, created_by,"
    " created_at, template_data)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
    " json_extract($9, '$[0]'), json_extract($9, '$[1]'), $10, $11, $12,"
    " $13)",
    "sssssjjjjisij", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_template = {
    "graph_template",
    NGX_LO_TEMPLATE ", template_data AS \"template_data:j\""
    " FROM graph_templates WHERE template_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_templates = {
    "graph_templates",
    NGX_LO_TEMPLATE " FROM graph_templates"
    " WHERE ($1 IS NULL OR category = $1)"
    " AND ($2 IS NULL OR is_official = $2)"
    " ORDER BY is_official DESC, usage_count DESC, name, template_id"
    " LIMIT $3 OFFSET $4",
    "snii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_template_used = {
    "graph_template_used",
    "UPDATE graph_templates SET usage_count = usage_count + 1"
    " WHERE template_id = $1",
    "s", -1
};
