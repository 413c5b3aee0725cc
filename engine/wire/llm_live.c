/*
 * A reply in pieces, while it comes.  Each line is read when its end is there;
 * a line that is too long to be one is no line of a stream.
 */

#include "base/err.h"
#include "wire/llm_int.h"

#include <string.h>

#define LIVE_LINE_MAX  (256 * 1024)


struct ckp_llm_live_s {
    const ckp_provider_t  *provider;
    ckp_llm_said_t         said;
    ckp_buf_t              line;        /* the beginning of one */
};


ckp_llm_live_t *
ckp_llm_live_new(const char *provider)
{
    ckp_llm_live_t *const  live = ckp_calloc(sizeof(ckp_llm_live_t));

    if (live == NULL) {
        return NULL;
    }

    live->provider = ckp_llm_provider(provider);
    live->said.calls = json_array();
    ckp_buf_init(&live->said.text, CKP_LLM_TEXT_MAX);
    ckp_buf_init(&live->line, LIVE_LINE_MAX);

    return live;
}


void
ckp_llm_live_free(ckp_llm_live_t *live)
{
    if (live != NULL) {
        ckp_llm_said_end(&live->said);
        ckp_buf_free(&live->line);
        ckp_free(live);
    }
}


void
ckp_llm_live_feed(ckp_llm_live_t *live, const char *bytes, size_t len)
{
    while (len > 0 && live->line.failed == CKP_OK) {
        const char *const  end = memchr(bytes, '\n', len);
        const size_t       n = end == NULL ? len : (size_t) (end - bytes);

        ckp_buf_put(&live->line, bytes, n);
        bytes += n + (end != NULL);
        len -= n + (end != NULL);

        if (end != NULL && live->line.failed == CKP_OK) {
            ckp_llm_line(live->provider, &live->said, live->line.data,
                         live->line.len);
            live->line.len = 0;
        }
    }
}


const char *
ckp_llm_live_text(const ckp_llm_live_t *live, size_t *len)
{
    *len = live->said.text.len;

    return *len == 0 ? "" : live->said.text.data;
}
