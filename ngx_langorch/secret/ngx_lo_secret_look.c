/*
 * A look for secrets: what the site keeps under their names and under those of
 * what proves to keepers who asks; then what the keeper says that has one.
 */

#include "secret/ngx_lo_keeper.h"


typedef struct {
    ngx_queue_t            queue;
    ngx_lo_secret_look_t  *look;
    ngx_lo_keeper_wait_t  *wait;
} ngx_lo_secret_ask_t;

struct ngx_lo_secret_look_s {
    ngx_lo_kept_look_t      *kept;      /* NULL: that is over */
    ngx_queue_t              asks;      /* ngx_lo_secret_ask_t, under way */
    json_t                  *wants;
    ngx_lo_secret_known_pt   done;
    void                    *data;
};


static void ngx_lo_look_kept(void *data, ngx_uint_t failed);
static void ngx_lo_look_keepers(ngx_lo_secret_look_t *look);
static void ngx_lo_look_answered(void *data);
static void ngx_lo_look_over(ngx_lo_secret_look_t *look, ngx_uint_t failed);


/* New array of all names that the store is asked for. */

static json_t *
ngx_lo_look_names(const json_t *wants)
{
    size_t                 i;
    json_t                *names, *want;
    ngx_lo_secret_want_t   w;

    names = json_array();
    ngx_lo_keeper_names(NULL, names);

    json_array_foreach(wants, i, want) {
        ngx_lo_secret_want(want, &w);

        if (w.key != NULL) {
            (void) json_array_append_new(names, json_string(w.key));
        }

        if (w.settings != NULL) {
            ngx_lo_keeper_names(w.settings, names);
        }
    }

    return names;
}


ngx_lo_secret_look_t *
ngx_lo_secrets_look(const json_t *wants, ngx_lo_secret_known_pt done,
    void *data)
{
    json_t                *names;
    ngx_lo_secret_look_t  *look;

    look = ngx_calloc(sizeof(ngx_lo_secret_look_t), ngx_cycle->log);

    if (look == NULL) {
        return NULL;
    }

    look->wants = json_incref((json_t *) wants);
    look->done = done;
    look->data = data;
    ngx_queue_init(&look->asks);

    names = ngx_lo_look_names(wants);
    look->kept = ngx_lo_kept_look(names, ngx_lo_look_kept, look);
    json_decref(names);

    if (look->kept != NULL) {
        return look;
    }

    ngx_lo_look_keepers(look);

    if (ngx_queue_empty(&look->asks)) {
        ngx_lo_secrets_look_end(look);
        return NULL;
    }

    return look;
}


static void
ngx_lo_look_kept(void *data, ngx_uint_t failed)
{
    ngx_lo_secret_look_t  *look = data;

    look->kept = NULL;

    if (!failed) {
        ngx_lo_look_keepers(look);
    }

    if (failed || ngx_queue_empty(&look->asks)) {
        ngx_lo_look_over(look, failed);
    }
}


static void
ngx_lo_look_keepers(ngx_lo_secret_look_t *look)
{
    size_t                 i;
    json_t                *entry;
    const char            *kind;
    ngx_lo_secret_ask_t   *ask;
    ngx_lo_secret_want_t   want;

    json_array_foreach(look->wants, i, entry) {
        ngx_lo_secret_want(entry, &want);
        kind = want.key ? ngx_lo_secret_keeper(&want) : NULL;
        ask = kind ? ngx_calloc(sizeof(ngx_lo_secret_ask_t), ngx_cycle->log)
                   : NULL;

        if (ask == NULL) {
            continue;
        }

        ask->look = look;
        ask->wait = ngx_lo_keeper_seek(kind, &want, ngx_lo_look_answered, ask);

        if (ask->wait == NULL) {
            ngx_free(ask);
            continue;
        }

        ngx_queue_insert_tail(&look->asks, &ask->queue);
    }
}


static void
ngx_lo_look_answered(void *data)
{
    ngx_lo_secret_ask_t   *ask = data;
    ngx_lo_secret_look_t  *look;

    look = ask->look;
    ngx_queue_remove(&ask->queue);
    ngx_free(ask);

    if (ngx_queue_empty(&look->asks)) {
        ngx_lo_look_over(look, 0);
    }
}


static void
ngx_lo_look_over(ngx_lo_secret_look_t *look, ngx_uint_t failed)
{
    void                    *data;
    ngx_lo_secret_known_pt   done;

    done = look->done;
    data = look->data;
    ngx_lo_secrets_look_end(look);

    done(data, failed);
}


void
ngx_lo_secrets_look_end(ngx_lo_secret_look_t *look)
{
    ngx_queue_t          *q;
    ngx_lo_secret_ask_t  *ask;

    if (look == NULL) {
        return;
    }

    ngx_lo_kept_look_end(look->kept);

    while (!ngx_queue_empty(&look->asks)) {
        q = ngx_queue_head(&look->asks);
        ask = ngx_queue_data(q, ngx_lo_secret_ask_t, queue);

        ngx_queue_remove(q);
        ngx_lo_keeper_leave(ask->wait);
        ngx_free(ask);
    }

    json_decref(look->wants);
    ngx_free(look);
}


void
ngx_lo_secrets_stop(void)
{
    ngx_lo_keepers_stop();
    ngx_lo_kept_stop();
}
