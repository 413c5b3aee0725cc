/*
 * Statements on budgets of models.  All of a reservation are in one job, so in
 * one transaction: who reserves sees what all others have reserved.
 *
 * Their parameters: $1 the key of the call, $2 runs.id, $3 profile, $4 what it
 * may cost, $5 somebody allowed more, $6 now, $7 this day, $8 this month.
 */

#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_BUDGET_TYPES  "sisiiiss"

/* Budgets that the call falls under, and whom each counts it for. */

#define NGX_LO_BUDGET_MINE                                                    \
    "WITH near AS ("                                                          \
    "SELECT b.name AS budget, b.scope, b.target, b.limit_n, b.stop_n,"        \
    " b.warn, b.ask, CASE b.scope WHEN 'project' THEN r.project_id"           \
    " WHEN 'procedure' THEN r.procedure_id WHEN 'profile' THEN $3"            \
    " WHEN 'run' THEN r.run_id ELSE '' END AS subject,"                       \
    " CASE b.period WHEN 'day' THEN $7 WHEN 'month' THEN $8 ELSE '' END"      \
    " AS period FROM llm_budgets b JOIN runs r ON r.id = $2"                  \
    " WHERE b.enabled = 1),"                                                  \
    " mine AS ("                                                              \
    "SELECT budget, scope, limit_n, stop_n, warn, ask, subject, period"       \
    " FROM near WHERE subject IS NOT NULL"                                    \
    " AND (target IS NULL OR target = subject)),"                             \
    " seen AS ("                                                              \
    "SELECT m.budget, m.scope, m.limit_n, m.stop_n, m.warn, m.ask,"           \
    " m.subject, m.period, coalesce(s.nusd, 0) AS used,"                      \
    " CASE WHEN $5 = 1 AND m.ask = 1"                                         \
    " THEN coalesce(m.stop_n, 9000000000000000000) ELSE m.limit_n END AS cap" \
    " FROM mine m LEFT JOIN llm_spent s ON s.budget = m.budget"               \
    " AND s.subject = m.subject AND s.period = m.period)"

#define NGX_LO_BUDGET_OVER  "(used >= cap OR used + $4 > cap)"

/* Which row of llm_spent a reservation counts in. */

#define NGX_LO_BUDGET_OF                                                      \
    " llm_spent.budget = h.budget AND llm_spent.subject = h.subject"          \
    " AND llm_spent.period = h.period"


/* --- a reservation ------------------------------------------------------------ */

/* What nobody settled: its run was lost with its worker, or was removed. */

const ngx_lo_stmt_t  ngx_lo_sql_budget_reserve[NGX_LO_SQL_RESERVE] = {
    { "budget_lost",
      "UPDATE llm_spent SET nusd = max(0, llm_spent.nusd - h.nusd)"
      " FROM (SELECT budget, subject, period, sum(nusd) AS nusd"
      " FROM llm_held WHERE at < $6 - 7200000"
      " GROUP BY budget, subject, period) h WHERE" NGX_LO_BUDGET_OF,
      NGX_LO_BUDGET_TYPES, -1 },

    { "budget_lost_gone",
      "DELETE FROM llm_held WHERE at < $6 - 7200000",
      NGX_LO_BUDGET_TYPES, -1 },

    { "budget_spent_old",
      "DELETE FROM llm_spent WHERE until < $6",
      NGX_LO_BUDGET_TYPES, -1 },

    { "budget_held_add",
      NGX_LO_BUDGET_MINE
      " INSERT INTO llm_held (key, budget, subject, period, nusd, at, fresh)"
      " SELECT $1, budget, subject, period, $4, $6, 1 FROM seen"
      " WHERE scope <> 'call'"
      " AND NOT EXISTS (SELECT 1 FROM seen WHERE " NGX_LO_BUDGET_OVER ")"
      " AND NOT EXISTS (SELECT 1 FROM llm_held WHERE key = $1)",
      NGX_LO_BUDGET_TYPES, -1 },

    /* 40 days after the last call of a run or a day, 400 of a month */

    { "budget_spent_add",
      "INSERT INTO llm_spent (budget, subject, period, nusd, until)"
      " SELECT h.budget, h.subject, h.period, h.nusd,"
      " CASE WHEN b.scope = 'run' OR b.period = 'day' THEN $6 + 3456000000"
      " WHEN b.period = 'month' THEN $6 + 34560000000 END"
      " FROM llm_held h JOIN llm_budgets b ON b.name = h.budget"
      " WHERE h.key = $1 AND h.fresh = 1"
      " ON CONFLICT (budget, subject, period) DO UPDATE"
      " SET nusd = nusd + excluded.nusd, until = excluded.until",
      NGX_LO_BUDGET_TYPES, -1 },

    { "budget_told",
      NGX_LO_BUDGET_MINE ","
      " told AS (SELECT seen.budget, scope, seen.subject, used, limit_n, cap,"
      " ask, stop_n, warn, h.nusd AS held, coalesce(h.fresh, 0) AS fresh"
      " FROM seen LEFT JOIN llm_held h ON h.key = $1"
      " AND h.budget = seen.budget)"
      " SELECT budget, scope, subject, used / 1e9 AS spent_usd,"
      " limit_n / 1e9 AS limit_usd,"
      " NOT EXISTS (SELECT 1 FROM llm_held WHERE key = $1)"
      " AND " NGX_LO_BUDGET_OVER " AS \"over:b\","
      " (ask = 1 AND $5 = 0 AND (stop_n IS NULL OR used + $4 <= stop_n))"
      " AS \"ask:b\","
      " (fresh = 1 AND used - held < warn * limit_n AND used >= warn * limit_n)"
      " AS \"warn:b\" FROM told ORDER BY 6 DESC, 7, 1",
      NGX_LO_BUDGET_TYPES, -1 },

    { "budget_held_known",
      "UPDATE llm_held SET fresh = 0 WHERE key = $1 AND fresh = 1",
      NGX_LO_BUDGET_TYPES, -1 }
};


/* --- its end ------------------------------------------------------------------- */

const ngx_lo_stmt_t  ngx_lo_sql_budget_settle[2] = {
    { "budget_settle",
      "UPDATE llm_spent SET nusd = max(0, llm_spent.nusd + $2 - h.nusd)"
      " FROM llm_held h WHERE h.key = $1 AND" NGX_LO_BUDGET_OF,
      "si", -1 },

    { "budget_settled",
      "DELETE FROM llm_held WHERE key = $1",
      "si", -1 }
};


/* --- budgets -------------------------------------------------------------------- */

#define NGX_LO_BUDGET_COLUMNS                                                 \
    "b.name, b.scope, b.target, b.period, b.limit_n / 1e9 AS limit_usd,"      \
    " b.warn AS warn_at, CASE b.ask WHEN 1 THEN 'approve'"                    \
    " ELSE 'stop' END AS on_limit, b.stop_n / 1e9 AS stop_usd,"               \
    " b.description, b.enabled AS \"enabled:b\","                             \
    " (SELECT json_group_array(json_object('subject', nullif(u.subject, ''),"  \
    " 'spent_usd', u.nusd / 1e9, 'reserved_usd', (SELECT"                     \
    " coalesce(sum(h.nusd), 0) / 1e9 FROM llm_held h"                         \
    " WHERE h.budget = b.name AND h.subject = u.subject"                      \
    " AND h.period = u.period))) FROM (SELECT subject, period, nusd"          \
    " FROM llm_spent s WHERE s.budget = b.name AND s.period ="                \
    " CASE b.period WHEN 'day' THEN $2 WHEN 'month' THEN $3 ELSE '' END"      \
    " ORDER BY nusd DESC LIMIT 100) u) AS \"use:j\","                          \
    " b.created_at AS \"created_at:t\", b.updated_at AS \"updated_at:t\""


const ngx_lo_stmt_t  ngx_lo_sql_budgets = {
    "budgets",
    "SELECT " NGX_LO_BUDGET_COLUMNS " FROM llm_budgets b"
    " WHERE $4 IS NULL OR (b.scope = 'project'"
    " AND " NGX_LO_SQL_WITHIN("b.target", "$4") ")"
    " OR (b.scope = 'procedure'"
    " AND " NGX_LO_SQL_PROCEDURE_WITHIN("b.target", "$4") ")"
    " ORDER BY b.name",
    "sssj", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_budget_get = {
    "budget_get",
    "SELECT " NGX_LO_BUDGET_COLUMNS " FROM llm_budgets b WHERE b.name = $1",
    "sss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_budgets_any = {
    "budgets_any",
    "SELECT name FROM llm_budgets WHERE enabled = 1 LIMIT 1",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_budget_put = {
    "budget_put",
    "INSERT INTO llm_budgets (name, scope, target, period, limit_n, stop_n,"
    " warn, ask, enabled, description, created_at, updated_at)"
    " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11"
    " WHERE EXISTS (SELECT 1 FROM llm_budgets WHERE name = $1)"
    " OR (SELECT count(*) FROM llm_budgets) < 200"
    " ON CONFLICT (name) DO UPDATE SET scope = excluded.scope,"
    " target = excluded.target, period = excluded.period,"
    " limit_n = excluded.limit_n, stop_n = excluded.stop_n,"
    " warn = excluded.warn, ask = excluded.ask, enabled = excluded.enabled,"
    " description = excluded.description, updated_at = excluded.updated_at",
    "ssssindiisi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_budget_del[NGX_LO_SQL_BUDGET_DEL] = {
    { "budget_del", "DELETE FROM llm_budgets WHERE name = $1", "s", 1 },
    { "budget_del_spent", "DELETE FROM llm_spent WHERE budget = $1", "s", -1 },
    { "budget_del_held", "DELETE FROM llm_held WHERE budget = $1", "s", -1 }
};
