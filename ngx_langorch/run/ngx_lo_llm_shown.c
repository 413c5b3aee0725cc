/*
 * An answer of a model is shown while it comes (spec/ckp.md 23.1; decision 44).
 *
 * What is shown is bound to be what readers of the run may see.  A run with
 * sensitive variables shows nothing.  The end of what is known is held back as
 * long as it may be the beginning of a secret that the call carries: one that
 * comes in two pieces is found when it is whole, and masked.
 */

#include "run/ngx_lo_run_int.h"
#include "wire/llm.h"


struct ngx_lo_llm_shown_s {
    ckp_llm_live_t  *live;
    json_t          *secrets;           /* {handle: text} of the call */
    uint64_t         number;            /* of ngx_lo_live_open */
    size_t           given;             /* bytes of the text */
};


ngx_lo_llm_shown_t *
ngx_lo_llm_shown(const ngx_lo_effect_t *e, const char *provider)
{
    const char          *node, *path;
    ngx_lo_llm_shown_t  *shown;

    node = ckp_json_str(e->body, "node_id");
    path = ckp_json_str(e->body, "path");

    if (!ckp_json_bool(e->body, "shows", false) || e->run->ckp == NULL
        || ckp_run_is_sensitive(e->run->ckp) || node == NULL || path == NULL)
    {
        return NULL;
    }

    shown = ngx_calloc(sizeof(ngx_lo_llm_shown_t), ngx_cycle->log);

    if (shown == NULL) {
        return NULL;
    }

    shown->live = ckp_llm_live_new(provider);
    shown->secrets = json_incref(e->secrets);
    shown->number = ngx_lo_live_open(e->run->run_id, node, path);

    if (shown->live == NULL || shown->number == 0) {
        ngx_lo_llm_shown_end(shown);
        return NULL;
    }

    return shown;
}


/*
 * How long the secret is that begins there, the longest of them; 0: none does.
 * *open: what is known may be the beginning of one, or of a longer one.  What
 * is masked is what ngx_lo_secrets_scrub masks in the whole reply.
 */
static size_t
ngx_lo_llm_shown_secret(const ngx_lo_llm_shown_t *shown, const char *text,
    size_t len, ngx_uint_t *open)
{
    size_t       n, most;
    json_t      *secret;
    const char  *handle;

    most = 0;
    *open = 0;

    json_object_foreach(shown->secrets, handle, secret) {
        n = json_string_length(secret);

        if (n < NGX_LO_SECRET_LEAST
            || ngx_memcmp(json_string_value(secret), text, ngx_min(n, len))
               != 0)
        {
            continue;
        }

        if (n > len) {
            *open = 1;

        } else if (n > most) {
            most = n;
        }
    }

    return most;
}


static size_t
ngx_lo_llm_shown_char(const char *text, size_t len)
{
    size_t  n;

    for (n = 1; n < len && ((u_char) text[n] & 0xc0) == 0x80; n++) {
        /* void */
    }

    return n;
}


/* What cannot be the beginning of a secret any more is given out. */

static void
ngx_lo_llm_shown_go(ngx_lo_llm_shown_t *shown, ngx_uint_t whole)
{
    size_t       n, len, from;
    ngx_uint_t   open;
    const char  *text;

    text = ckp_llm_live_text(shown->live, &len);
    from = shown->given;

    while (shown->given < len) {
        n = ngx_lo_llm_shown_secret(shown, text + shown->given,
                                    len - shown->given, &open);

        if (open && !whole) {
            break;
        }

        if (n == 0) {
            shown->given += ngx_lo_llm_shown_char(text + shown->given,
                                                  len - shown->given);
            continue;
        }

        ngx_lo_live_add(shown->number, text + from, shown->given - from);
        ngx_lo_live_add(shown->number, NGX_LO_SECRET_MASK,
                        sizeof(NGX_LO_SECRET_MASK) - 1);
        shown->given += n;
        from = shown->given;
    }

    ngx_lo_live_add(shown->number, text + from, shown->given - from);
}


void
ngx_lo_llm_shown_add(ngx_lo_llm_shown_t *shown, const char *bytes, size_t len)
{
    ckp_llm_live_feed(shown->live, bytes, len);
    ngx_lo_llm_shown_go(shown, 0);
}


void
ngx_lo_llm_shown_end(ngx_lo_llm_shown_t *shown)
{
    if (shown == NULL) {
        return;
    }

    if (shown->live != NULL) {
        ngx_lo_llm_shown_go(shown, 1);
    }

    ngx_lo_live_end(shown->number);
    ckp_llm_live_free(shown->live);
    json_decref(shown->secrets);
    ngx_free(shown);
}
