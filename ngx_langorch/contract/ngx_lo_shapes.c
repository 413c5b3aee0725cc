/*
 * The shapes of the API: every object that a request or an answer has, in the
 * words of ngx_lo_told.h.  A test holds real answers against them, and a route
 * that reads a member which its shape has not makes an alert.
 *
 * They lie in parts by what routes are about; who walks over them sees one
 * table.
 */

#include "contract/ngx_lo_shapes_int.h"


static const struct {
    const ngx_lo_shape_t  *rows;
    const ngx_uint_t      *n;
} ngx_lo_shapes[] = {
    { ngx_lo_shapes_procedures, &ngx_lo_shapes_procedures_n },
    { ngx_lo_shapes_runs, &ngx_lo_shapes_runs_n },
    { ngx_lo_shapes_site, &ngx_lo_shapes_site_n },
    { ngx_lo_shapes_flows, &ngx_lo_shapes_flows_n }
};


const ngx_lo_shape_t *
ngx_lo_shape_at(ngx_uint_t i)
{
    ngx_uint_t  part;

    for (part = 0; part < sizeof(ngx_lo_shapes) / sizeof(ngx_lo_shapes[0]);
         part++)
    {
        if (i < *ngx_lo_shapes[part].n) {
            return &ngx_lo_shapes[part].rows[i];
        }

        i -= *ngx_lo_shapes[part].n;
    }

    return NULL;
}
