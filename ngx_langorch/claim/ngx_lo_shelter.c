/*
 * A shelter: where the calls of a run stay while its state is read again.
 *
 * What is under way belongs to committed steps, so the state that is loaded
 * waits for the very same answers.  The shelter looks like a run that is busy:
 * replies that come meanwhile wait in its queue.
 */

#include "run/ngx_lo_run_int.h"


ngx_lo_run_t *
ngx_lo_shelter_new(ngx_lo_run_t *run)
{
    ngx_queue_t      *q, *next;
    ngx_lo_run_t     *s;
    ngx_lo_effect_t  *e;

    s = ngx_calloc(sizeof(ngx_lo_run_t), ngx_cycle->log);

    if (s == NULL) {
        return NULL;
    }

    s->id = run->id;
    s->busy = 1;
    ngx_memcpy(s->run_id, run->run_id, sizeof(s->run_id));

    ngx_queue_init(&s->inputs);
    ngx_queue_init(&s->fed);
    ngx_queue_init(&s->effects);
    ngx_queue_init(&s->calls);

    ngx_lo_inputs_keep_replies(&run->fed, &s->inputs);
    ngx_lo_inputs_keep_replies(&run->inputs, &s->inputs);

    for (q = ngx_queue_head(&run->calls);
         q != ngx_queue_sentinel(&run->calls);
         q = next)
    {
        next = ngx_queue_next(q);
        e = ngx_queue_data(q, ngx_lo_effect_t, queue);

        if (e->kind == CKP_FX_CALL) {
            ngx_queue_remove(q);
            ngx_queue_insert_tail(&s->calls, q);
            e->run = s;
        }
    }

    return s;
}


json_t *
ngx_lo_shelter_alive(const ngx_lo_run_t *s)
{
    json_t                 *alive;
    const ngx_queue_t      *q;
    const ngx_lo_input_t   *in;
    const ngx_lo_effect_t  *e;

    alive = json_object();

    for (q = ngx_queue_head(&s->calls); q != &s->calls; q = ngx_queue_next(q))
    {
        e = ngx_queue_data(q, ngx_lo_effect_t, queue);
        (void) json_object_set_new(alive, e->ref, json_true());
    }

    for (q = ngx_queue_head(&s->inputs); q != &s->inputs;
         q = ngx_queue_next(q))
    {
        in = ngx_queue_data(q, ngx_lo_input_t, queue);
        (void) json_object_set_new(alive, in->ref, json_true());
    }

    return alive;
}


void
ngx_lo_shelter_leave(ngx_lo_run_t *s, ngx_lo_run_t *run)
{
    ngx_queue_t      *q;
    ngx_lo_effect_t  *e;

    while (!ngx_queue_empty(&s->calls)) {
        q = ngx_queue_head(&s->calls);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&run->calls, q);

        e = ngx_queue_data(q, ngx_lo_effect_t, queue);
        e->run = run;
    }

    ngx_lo_inputs_keep_replies(&s->inputs, &run->inputs);
    ngx_lo_shelter_free(s);
}


void
ngx_lo_shelter_free(ngx_lo_run_t *s)
{
    if (s == NULL) {
        return;
    }

    ngx_lo_effects_abort(s);
    ngx_lo_inputs_free(&s->inputs);
    ngx_free(s);
}
