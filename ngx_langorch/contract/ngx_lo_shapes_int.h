/*
 * The parts of the table of shapes, and the words that its rows are written in.
 */

#ifndef NGX_LO_SHAPES_INT_H
#define NGX_LO_SHAPES_INT_H

#include "api/ngx_lo_told.h"

#define NGX_LO_GIVEN  0         /* the server answers it */
#define NGX_LO_TAKEN  1         /* a client sends it */

#define STATUSES  "draft|active|approved|inactive|deprecated|archived"
#define CHANNELS  "dev|qa|prod"
#define KINDS     "internal|agent_http|mcp_tool|llm|human|subflow|unbound"
#define RUN_STATES                                                            \
    "created|running|waiting_approval|paused|completed|failed|canceled"
#define PROVIDERS                                                             \
    "openai_compatible|openai|anthropic|azure_openai|azure|ollama"
#define ROLES     "viewer|approver|operator|manager|admin"
#define HINTS     "db|env|vault|aws|azure"
#define MODES     "production|dry_run|validation_only"
#define ASKED     "production|normal|dry_run|validation_only"

extern const ngx_lo_shape_t  ngx_lo_shapes_procedures[];
extern const ngx_uint_t      ngx_lo_shapes_procedures_n;
extern const ngx_lo_shape_t  ngx_lo_shapes_runs[];
extern const ngx_uint_t      ngx_lo_shapes_runs_n;
extern const ngx_lo_shape_t  ngx_lo_shapes_site[];
extern const ngx_uint_t      ngx_lo_shapes_site_n;
extern const ngx_lo_shape_t  ngx_lo_shapes_flows[];
extern const ngx_uint_t      ngx_lo_shapes_flows_n;

#endif
