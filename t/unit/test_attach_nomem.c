/*
 * Memory may run out anywhere in the work on a file: nothing is left behind,
 * and who was refused none has all of it (LINK_attach_nomem in t/Makefile).
 */

#include "lang.h"

#include <stdlib.h>

#include "ckp.h"
#include "zip.h"
#include "starve.h"

static const char  text[] = "mail of x@y.org and z@y.org, id77";
static t_zip_t     book;


/* Its bytes are there, or memory for them is not. */

static const char *
t_read(void *data, const char *at, char **bytes, size_t *len)
{
    const bool         xlsx = strcmp(at, "r/b.xlsx") == 0;
    const void *const  from = xlsx ? (const void *) book.data : text;

    (void) data;
    *len = xlsx ? book.len : sizeof(text) - 1;
    *bytes = ckp_alloc(*len + 1);

    if (*bytes == NULL) {
        return "no memory";
    }

    memcpy(*bytes, from, *len);
    (*bytes)[*len] = '\0';

    return NULL;
}


static const ckp_attachments_t  from = { t_read, NULL };

typedef json_t *(*work_pt)(const json_t *ask);


static json_t *
work_look(const json_t *ask)
{
    return ckp_attachment_look(ask, "text/plain", text, sizeof(text) - 1);
}


static json_t *
work_fill(const json_t *ask)
{
    json_t *const  rq = json_deep_copy(json_object_get(ask, "request"));
    ckp_err_t      err = CKP_ERR_INIT;

    if (rq != NULL
        && ckp_attachment_fill(rq, json_object_get(ask, "mask"), &from, &err)
           != CKP_OK)
    {
        json_decref(rq);
        return NULL;
    }

    return rq;
}


static json_t *
work_sheet(const json_t *ask)
{
    ckp_outcome_t  outcome;

    return ckp_sheet_answer(ask, &from, &outcome);
}


/* Each allocation is the last that succeeds. */

static void
t_starve(const char *asked, work_pt work, const char *want)
{
    json_t *const  ask = t_json(asked);
    long           n = 0;

    for ( ;; n++) {
        const long           before = alive;
        const unsigned long  refusals = ckp_memory_refusals();
        json_t              *v;

        refused = 0;
        good = n;
        v = work(ask);
        good = -1;

        if (refused == 0) {
            t_is(v, want, asked);
            json_decref(v);
            break;
        }

        assert_true(ckp_memory_refusals() != refusals);
        json_decref(v);
        assert_int_equal(alive, before);
    }

    assert_true(n > 10);
    json_decref(ask);
}


static void
test_a_look_may_run_out_of_memory(void **state)
{
    t_starve("{\"kind\":\"any\",\"mask\":{\"act\":\"tokenize\",\"types\":["
             "\"email\"],\"custom\":[{\"name\":\"ID\",\"regex\":\"id[0-9]+\"}]"
             "}}", work_look,
             "{\"kind\":\"text\",\"type\":\"text/plain\",\"bytes\":33,"
             "\"sha256\":\"881477c59e10b5a7f4a45da56b129fcd31479f385c37131ee700"
             "691756821746\",\"tokens\":{\"<EMAIL_1>\":\"x@y.org\",\"<EMAIL_2>"
             "\":\"z@y.org\",\"<ID_1>\":\"id77\"},\"counts\":{\"email\":2,"
             "\"ID\":1}}");
}


static void
test_bytes_for_a_request_may_run_out_of_memory(void **state)
{
    json_t *const  ask = t_json("{\"kind\":\"any\"}");
    json_t *const  look = work_look(ask);
    const char    *sha = json_string_value(json_object_get(look, "sha256"));
    char           asked[1024];

    sha = sha == NULL ? "none" : sha;

    snprintf(asked, sizeof(asked), "{\"mask\":{\"act\":\"tokenize\",\"types\":"
             "[\"email\"],\"custom\":[],\"tokens\":{\"<EMAIL_1>\":\"x@y.org\","
             "\"<EMAIL_2>\":\"z@y.org\"}},\"request\":{\"messages\":[{"
             "\"content\":[{\"type\":\"attachment\",\"kind\":\"text\",\"at\":"
             "\"r/t\",\"media\":\"text/plain\",\"sha256\":\"%s\",\"label\":"
             "\"it\"}]}]}}",
             sha);
    json_decref(look);
    json_decref(ask);

    t_starve(asked, work_fill, "{\"messages\":[{\"content\":[{\"type\":"
             "\"text\",\"text\":\"[it]\\nmail of <EMAIL_1> and <EMAIL_2>, "
             "id77\"}]}]}");
}


static void
test_rows_may_run_out_of_memory(void **state)
{
    t_starve("{\"source\":[\"artifacts/r/b.xlsx\",\"/f/r/t.csv\"],\"root\":"
             "\"/f\",\"sheet\":\"second\"}", work_sheet,
             "{\"result\":[{\"x\":true}]}");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_look_may_run_out_of_memory),
        cmocka_unit_test(test_bytes_for_a_request_may_run_out_of_memory),
        cmocka_unit_test(test_rows_may_run_out_of_memory),
    };

    t_zip_book(&book);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
