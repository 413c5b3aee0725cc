/*
 * Events on their way to triggers: who wants one, and what its run is given
 * (spec/ckp.md 5.4).
 */

#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_listen.h"

#include "trigger/filter.h"

#define NGX_LO_LISTEN_KEEP  86400000LL      /* ms that a delivery is known */


static ngx_int_t ngx_lo_listen_read(ngx_lo_fire_t *f, const json_t *row);
static ngx_int_t ngx_lo_listen_names(ngx_lo_fire_t *f, const json_t *row);
static json_t *ngx_lo_listen_file(const json_t *row);
static json_t *ngx_lo_listen_given(const ngx_lo_fire_t *f,
    const json_t *row);


ngx_int_t
ngx_lo_listen_done(ngx_lo_job_t *job, int64_t queued, int64_t now)
{
    if (ngx_lo_job_add(job, &ngx_lo_sql_trigger_queue_done, queued) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_queue_old,
                          now - NGX_LO_LISTEN_KEEP);
}


ngx_lo_fire_t *
ngx_lo_listen_fire(const json_t *row, int64_t now, ngx_uint_t *unwanted)
{
    json_t         *event;
    ngx_uint_t      wants;
    unsigned long   refusals;
    ngx_lo_fire_t  *f;

    refusals = ckp_memory_refusals();

    event = json_pack("{s:O?, s:O?, s:O?}", "type",
                      json_object_get(row, "event_type"), "payload",
                      json_object_get(row, "payload"), "attributes",
                      json_object_get(row, "attributes"));

    wants = event != NULL && ckp_json_bool(row, "enabled", false)
            && ckp_trigger_wants(json_object_get(row, "settings"), event, now);
    json_decref(event);

    *unwanted = (!wants && ckp_memory_refusals() == refusals);

    f = wants ? ngx_lo_fire_new() : NULL;

    if (f != NULL && ngx_lo_listen_read(f, row) != NGX_OK) {
        ngx_lo_fire_free(f);
        return NULL;
    }

    return f;
}


static ngx_int_t
ngx_lo_listen_read(ngx_lo_fire_t *f, const json_t *row)
{
    ngx_uint_t  files;

    f->procedure_id = ngx_lo_fire_text(f, ckp_json_str(row, "procedure_id"));
    f->version = ngx_lo_fire_text(f, ckp_json_str(row, "version"));
    f->row = json_incref((json_t *) row);
    f->type = ckp_json_str(row, "type");
    f->source = ckp_json_str(json_object_get(row, "settings"),
                             "event_source");
    f->by = f->source;
    f->actor = f->source;
    f->queued = ckp_json_int(row, "queued", 0);
    files = (f->type != NULL && strcmp(f->type, "file_watch") == 0);

    /* a file that finds no free run does not wait */

    f->told_at = files ? 0 : ckp_json_int(row, "created_at", 0);
    f->later = (ckp_json_int(row, "due_at", 0)
                != ckp_json_int(row, "created_at", 0));

    f->came = json_pack("{s:O?, s:O?, s:O?}", "payload",
                        json_object_get(row, "payload"), "attributes",
                        json_object_get(row, "attributes"), "event_type",
                        json_object_get(row, "event_type"));
    f->given = files ? ngx_lo_listen_file(row)
                     : ngx_lo_listen_given(f, row);

    if (f->procedure_id == NULL || f->version == NULL || f->type == NULL
        || f->source == NULL || f->came == NULL || f->given == NULL)
    {
        return NGX_ERROR;
    }

    return ngx_lo_listen_names(f, row);
}


/* It is the same when it is called the same, or else says the same. */

static ngx_int_t
ngx_lo_listen_names(ngx_lo_fire_t *f, const json_t *row)
{
    char        *text, hash[2 * CKP_SHA256_LEN + 1];
    u_char       sha[CKP_SHA256_LEN];
    const char  *id;

    text = ckp_json_canonical(json_object_get(row, "payload"));

    if (text == NULL) {
        return NGX_ERROR;
    }

    ckp_sha256(text, strlen(text), sha);
    ckp_hex(sha, sizeof(sha), hash);
    ckp_free(text);

    id = ckp_json_str(row, "message_id");
    f->payload_hash = ngx_lo_fire_text(f, hash);
    f->identity = (id != NULL) ? ngx_lo_fire_text(f, id) : f->payload_hash;

    return (f->identity != NULL) ? NGX_OK : NGX_ERROR;
}


static json_t *
ngx_lo_listen_file(const json_t *row)
{
    const char    *path, *name;
    const json_t  *payload;

    payload = json_object_get(row, "payload");
    path = ckp_json_str(payload, "path");
    name = (path != NULL) ? strrchr(path, '/') : NULL;

    return json_pack("{s:s?, s:O?, s:O?, s:s?, s:O?}", "file_watch_path", path,
                     "file_mtime", json_object_get(payload, "mtime"),
                     "file_event", json_object_get(payload, "event"),
                     "file_name", name ? name + 1 : path,
                     "file_size", json_object_get(payload, "size"));
}


static json_t *
ngx_lo_listen_given(const ngx_lo_fire_t *f, const json_t *row)
{
    json_t  *payload, *attributes;

    payload = json_object_get(row, "payload");
    attributes = json_object_get(row, "attributes");

    return json_pack("{s:s?, s:O?, s:o, s:o}", "event_source", f->source,
                     "event_message_id", json_object_get(row, "message_id"),
                     "event_payload",
                     json_is_object(payload)
                     ? json_incref(payload)
                     : json_pack("{s:O?}", "payload", payload),
                     "event_attributes",
                     json_is_object(attributes) ? json_incref(attributes)
                                                : json_object());
}
