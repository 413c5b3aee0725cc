/*
 * The list of runs, each way by an index that leads to the next page, whatever
 * the table holds.  What leads is also among the filters, where it costs
 * little.
 *
 * $1 procedure_id, $2 version, $3 project_id, $4 case_id, $5 states: ",a,b,",
 * $6 the one state, $7 trigger_type, $8 parent_run_id, $9 from, $10 to, $11
 * prefix of run_id and $12 part of procedure_id for LIKE (both or none), $13
 * the prefix itself when few ids have it, $14 1: many ids have it, $15 the
 * projects that the reader is limited to.  Then the place in the order from
 * which on rows are wanted, which keeps the range of time as well ($16
 * created_at, $17 id), $18 limit, $19 offset.
 */

#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_api_int.h"

#define NGX_LO_RUNS_TYPES  "ssssssssiisssij"

#define NGX_LO_RUNS_REST                                                      \
    " AND family IS NOT 'd' AND ($1 IS NULL OR procedure_id = $1)"            \
    " AND ($2 IS NULL OR procedure_version = $2)"                             \
    " AND ($3 IS NULL OR project_id = $3)"                                    \
    " AND ($4 IS NULL OR case_id = $4)"                                       \
    " AND ($5 IS NULL OR $5 LIKE '%,' || status || ',%')"                     \
    " AND ($7 IS NULL OR trigger_type = $7)"                                  \
    " AND ($8 IS NULL OR parent_run_id = $8)"                                 \
    " AND " NGX_LO_SQL_WITHIN("project_id", "$15")                            \
    " AND ($11 IS NULL OR run_id LIKE $11 ESCAPE '\\'"                        \
    " OR lower(procedure_id) LIKE $12 ESCAPE '\\')"

#define NGX_LO_RUNS_NEWER  " AND (created_at, id) > ($16, $17)"               \
    " AND created_at <= $10" NGX_LO_RUNS_REST
#define NGX_LO_RUNS_OLDER  " AND (created_at, id) < ($16, $17)"               \
    " AND created_at >= $9" NGX_LO_RUNS_REST
#define NGX_LO_RUNS_WITHIN  " AND created_at >= $9 AND created_at <= $10"     \
    NGX_LO_RUNS_REST

#define NGX_LO_RUNS_UP    " ORDER BY created_at, id LIMIT "
#define NGX_LO_RUNS_DOWN  " ORDER BY created_at DESC, id DESC LIMIT "
#define NGX_LO_RUNS_PAGE  "$18 OFFSET $19"

/* At most the rows that the page can show, of one key among many. */
#define NGX_LO_RUNS_MOST  "$18 + $19"

#define NGX_LO_RUNS_SHOW  "SELECT id AS _id, " NGX_LO_RUN_COLUMNS " FROM runs"


/* One index, one key. */

#define NGX_LO_RUNS_BY(name, index, key)                                      \
    {                                                                         \
        {                                                                     \
            "api_runs_" name "_desc",                                         \
            NGX_LO_RUNS_SHOW " INDEXED BY " index " WHERE " key               \
            NGX_LO_RUNS_OLDER NGX_LO_RUNS_DOWN NGX_LO_RUNS_PAGE,              \
            NGX_LO_RUNS_TYPES "iiii", -1                                      \
        },                                                                    \
        {                                                                     \
            "api_runs_" name "_asc",                                          \
            NGX_LO_RUNS_SHOW " INDEXED BY " index " WHERE " key               \
            NGX_LO_RUNS_NEWER NGX_LO_RUNS_UP NGX_LO_RUNS_PAGE,                \
            NGX_LO_RUNS_TYPES "iiii", -1                                      \
        },                                                                    \
        {                                                                     \
            "api_runs_" name "_count",                                        \
            "SELECT COUNT(*) AS n FROM runs INDEXED BY " index " WHERE " key  \
            NGX_LO_RUNS_WITHIN, NGX_LO_RUNS_TYPES, -1                         \
        }                                                                     \
    }


/* States: the page's rows of each, and of them the first. */

#define NGX_LO_RUNS_STATES                                                    \
    "WITH states (v) AS (SELECT column1 FROM (VALUES ('created'),"            \
    " ('running'), ('waiting_approval'), ('paused'), ('completed'),"          \
    " ('failed'), ('canceled')) WHERE $5 LIKE '%,' || column1 || ',%') "

#define NGX_LO_RUNS_IN(within)                                                \
    NGX_LO_RUNS_STATES "SELECT id AS _id, " NGX_LO_RUN_COLUMNS                \
    " FROM states CROSS JOIN runs WHERE id IN (SELECT id FROM runs"           \
    " INDEXED BY runs_status WHERE status = states.v" within                  \
    NGX_LO_RUNS_MOST ")"


/* The projects of somebody who is limited to them, as with states. */

#define NGX_LO_RUNS_MINE                                                      \
    "WITH mine (v) AS (SELECT value FROM json_each($15)) "

#define NGX_LO_RUNS_OF(within)                                                \
    NGX_LO_RUNS_MINE "SELECT id AS _id, " NGX_LO_RUN_COLUMNS                  \
    " FROM mine CROSS JOIN runs WHERE id IN (SELECT id FROM runs"             \
    " INDEXED BY runs_project WHERE project_id = mine.v" within               \
    NGX_LO_RUNS_MOST ")"


/*
 * A text: procedures whose id has it, one after the other through the index,
 * and ids of runs that begin with it.  Ids begin with their time, so many begin
 * with the same few digits, and those are found on the way.
 */

#define NGX_LO_RUNS_NAMES                                                     \
    "WITH RECURSIVE names (v) AS (SELECT min(procedure_id) FROM runs"         \
    " UNION ALL SELECT (SELECT min(procedure_id) FROM runs"                   \
    " WHERE procedure_id > names.v) FROM names WHERE names.v IS NOT NULL),"   \
    " fits (v) AS (SELECT v FROM names"                                       \
    " WHERE lower(v) LIKE $12 ESCAPE '\\') "

#define NGX_LO_RUNS_FEW                                                       \
    "SELECT id FROM runs INDEXED BY sqlite_autoindex_runs_1"                  \
    " WHERE run_id >= $13 AND run_id < $13 || '~'"
#define NGX_LO_RUNS_MANY                                                      \
    "SELECT id FROM runs INDEXED BY runs_created WHERE $14 = 1"               \
    " AND run_id LIKE $11 ESCAPE '\\'"

#define NGX_LO_RUNS_Q(within)                                                 \
    NGX_LO_RUNS_NAMES NGX_LO_RUNS_SHOW " WHERE id IN ("                       \
    "SELECT id FROM (" NGX_LO_RUNS_FEW within NGX_LO_RUNS_MOST ")"            \
    " UNION SELECT id FROM (" NGX_LO_RUNS_MANY within NGX_LO_RUNS_MOST ")"    \
    " UNION SELECT r.id FROM fits CROSS JOIN runs r WHERE r.id IN"            \
    " (SELECT id FROM runs INDEXED BY runs_procedure"                         \
    " WHERE procedure_id = fits.v" within NGX_LO_RUNS_MOST "))"


const ngx_lo_stmt_t  ngx_lo_sql_api_runs[NGX_LO_RUNS_N][3] = {

    NGX_LO_RUNS_BY("any", "runs_created", "1"),
    NGX_LO_RUNS_BY("parent", "runs_parent", "parent_run_id = $8"),
    NGX_LO_RUNS_BY("case", "runs_case", "case_id = $4"),
    NGX_LO_RUNS_BY("project", "runs_project", "project_id = $3"),
    NGX_LO_RUNS_BY("of", "runs_procedure", "procedure_id = $1"),
    NGX_LO_RUNS_BY("in", "runs_status", "status = $6"),
    NGX_LO_RUNS_BY("trigger", "runs_trigger", "trigger_type = $7"),

    {
        {
            "api_runs_among_desc",
            NGX_LO_RUNS_IN(NGX_LO_RUNS_OLDER NGX_LO_RUNS_DOWN)
            NGX_LO_RUNS_DOWN NGX_LO_RUNS_PAGE, NGX_LO_RUNS_TYPES "iiii", -1
        },
        {
            "api_runs_among_asc",
            NGX_LO_RUNS_IN(NGX_LO_RUNS_NEWER NGX_LO_RUNS_UP)
            NGX_LO_RUNS_UP NGX_LO_RUNS_PAGE, NGX_LO_RUNS_TYPES "iiii", -1
        },
        {
            "api_runs_among_count",
            NGX_LO_RUNS_STATES "SELECT COUNT(*) AS n FROM runs"
            " INDEXED BY runs_status WHERE status IN (SELECT v FROM states)"
            NGX_LO_RUNS_WITHIN, NGX_LO_RUNS_TYPES, -1
        }
    },

    {
        {
            "api_runs_mine_desc",
            NGX_LO_RUNS_OF(NGX_LO_RUNS_OLDER NGX_LO_RUNS_DOWN)
            NGX_LO_RUNS_DOWN NGX_LO_RUNS_PAGE, NGX_LO_RUNS_TYPES "iiii", -1
        },
        {
            "api_runs_mine_asc",
            NGX_LO_RUNS_OF(NGX_LO_RUNS_NEWER NGX_LO_RUNS_UP)
            NGX_LO_RUNS_UP NGX_LO_RUNS_PAGE, NGX_LO_RUNS_TYPES "iiii", -1
        },
        {
            "api_runs_mine_count",
            NGX_LO_RUNS_MINE "SELECT COUNT(*) AS n FROM runs"
            " INDEXED BY runs_project WHERE project_id IN (SELECT v FROM mine)"
            NGX_LO_RUNS_WITHIN, NGX_LO_RUNS_TYPES, -1
        }
    },

    {
        {
            "api_runs_q_desc",
            NGX_LO_RUNS_Q(NGX_LO_RUNS_OLDER NGX_LO_RUNS_DOWN)
            NGX_LO_RUNS_DOWN NGX_LO_RUNS_PAGE, NGX_LO_RUNS_TYPES "iiii", -1
        },
        {
            "api_runs_q_asc",
            NGX_LO_RUNS_Q(NGX_LO_RUNS_NEWER NGX_LO_RUNS_UP)
            NGX_LO_RUNS_UP NGX_LO_RUNS_PAGE, NGX_LO_RUNS_TYPES "iiii", -1
        },
        {
            "api_runs_q_count",
            NGX_LO_RUNS_NAMES "SELECT COUNT(*) AS n FROM ("
            NGX_LO_RUNS_FEW NGX_LO_RUNS_WITHIN
            " UNION " NGX_LO_RUNS_MANY NGX_LO_RUNS_WITHIN
            " UNION SELECT id FROM runs INDEXED BY runs_procedure"
            " WHERE procedure_id IN (SELECT v FROM fits)" NGX_LO_RUNS_WITHIN
            ")", NGX_LO_RUNS_TYPES, -1
        }
    }
};


/*
 * How many there are without any filter: the one count that looks at all of
 * them.  Their rows are not read: that takes seconds where memory holds few.
 */

const ngx_lo_stmt_t  ngx_lo_sql_api_runs_all_count = {
    "api_runs_all_count",
    "SELECT (SELECT COUNT(*) FROM runs INDEXED BY runs_created"
    " WHERE created_at >= $1 AND created_at <= $2)"
    " - (SELECT COUNT(*) FROM runs INDEXED BY runs_family"
    " WHERE family = 'd' AND created_at >= $1 AND created_at <= $2) AS n",
    "ii", -1
};
