/*
 * Tables of what starts runs: schedules, events, files, posts.
 */

#include "golden.h"

#include <stdio.h>
#include <string.h>

#include "play.h"
#include "trigger/cron.h"
#include "trigger/event.h"
#include "trigger/filter.h"
#include "trigger/form.h"
#include "trigger/glob.h"
#include "trigger/inputs.h"
#include "trigger/settings.h"
#include "trigger/signature.h"
#include "trigger/slot.h"
#include "trigger/watch.h"

#define FIRES_SECRETS_MAX  8

typedef struct {
    void        (*wrong)(void *data, const char *text);
    void         *data;
    const char   *table;
    size_t        row;
} fires_t;


static void
fires_wrong(const fires_t *t, const char *why, const json_t *got)
{
    char *const  text = got == NULL ? NULL : ckp_json_text(got);
    char         all[4000];

    (void) snprintf(all, sizeof(all), "%s %zu: %s: %.3000s", t->table, t->row,
                    why, text == NULL ? "" : text);
    t->wrong(t->data, all);
    ckp_free(text);
}


/* `got` is stolen. */

static void
fires_match(const fires_t *t, const json_t *want, json_t *got, bool whole)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, 65536);

    if (!play_match(want, got, whole, &b)) {
        fires_wrong(t, ckp_buf_str(&b), got);
    }

    ckp_buf_free(&b);
    json_decref(got);
}


static int64_t
fires_time(const json_t *v)
{
    int64_t  ms = -1;

    (void) ckp_time_parse(json_string_value(v), &ms);

    return ms;
}


static json_t *
fires_text(int64_t ms)
{
    char  text[CKP_TIME_LEN + 1];

    if (ms < 0) {
        return json_null();
    }

    ckp_time_text(ms, text);

    return json_string(text);
}


/* New reference; NULL, after it is told: it cannot be. */

static json_t *
fires_settings(const fires_t *t, const json_t *trigger)
{
    json_t      *errors = NULL;
    const char  *why = NULL;
    json_t      *out = ckp_trigger_settings(trigger, &errors, &why);

    if (why != NULL || json_array_size(errors) > 0) {
        fires_wrong(t, why == NULL ? "it has errors" : why, errors);
        json_decref(out);
        out = NULL;
    }

    json_decref(errors);

    return out;
}


/* --- schedules ---------------------------------------------------------------- */

static bool
fires_read(const char *text, const char *zone, ckp_schedule_t *s, int *number)
{
    const char  *why;

    *s = (ckp_schedule_t) { .tzif = NULL };

    if (zone != NULL && strcmp(zone, "UTC") != 0) {
        s->tzif = play_zone(NULL, zone, &s->len);
    }

    return ckp_cron_read(&s->cron, text, number, &why);
}


static void
fires_schedule(const fires_t *t, const json_t *row)
{
    const json_t *const  want = json_array_get(row, 3);
    int64_t              at = fires_time(json_array_get(row, 2));
    int                  number = 0;
    ckp_schedule_t       s;
    json_t              *got;

    if (!fires_read(json_string_value(json_array_get(row, 0)),
                    json_string_value(json_array_get(row, 1)), &s, &number))
    {
        fires_match(t, json_array_get(row, 2),
                    json_sprintf("CKP%03d", number), true);
        return;
    }

    got = json_array();

    for (size_t i = 0; i < json_array_size(want); i++) {
        const bool  fires = ckp_slot_next(&s, at, &at);

        json_array_append_new(got, fires_text(fires ? at : -1));
    }

    if (want == NULL) {
        fires_wrong(t, "it is a schedule", NULL);
    }

    fires_match(t, want, got, true);
}


static void
fires_due(const fires_t *t, const json_t *row)
{
    json_t *const      set = fires_settings(t, json_array_get(row, 0));
    const char *const  word = ckp_json_str(set, "catchup");
    ckp_misfire_t      m = { .catchup = CKP_CATCHUP_NONE };
    ckp_schedule_t     s;
    ckp_due_t          due;
    int                number;

    m.grace_ms = 1000 * ckp_json_int(set, "misfire_grace_seconds", 0);
    m.window_ms = 1000 * ckp_json_int(set, "catchup_window_seconds", 0);

    if (word != NULL && strcmp(word, "none") != 0) {
        m.catchup = word[0] == 'o' ? CKP_CATCHUP_ONE : CKP_CATCHUP_ALL;
    }

    if (set != NULL && fires_read(ckp_json_str(set, "schedule"),
                                  ckp_json_str(set, "timezone"), &s, &number))
    {
        ckp_slot_due(&s, &m, fires_time(json_array_get(row, 1)),
                     fires_time(json_array_get(row, 2)), &due);
        fires_match(t, json_array_get(row, 3),
                    json_pack("{s:b, s:o, s:i, s:o}", "fires", due.fires,
                              "at", fires_text(due.fires ? due.at_ms : -1),
                              "missed", (int) due.missed,
                              "next", fires_text(due.next_ms)), false);
    }

    json_decref(set);
}


/* --- events, files, inputs ---------------------------------------------------- */

static void
fires_set(const fires_t *t, const json_t *row)
{
    json_t      *errors = NULL;
    const char  *why = NULL;
    json_t      *out = ckp_trigger_settings(json_array_get(row, 0), &errors,
                                            &why);

    if (why != NULL || json_array_size(errors) > 0) {
        json_decref(out);
        out = why != NULL ? json_string(why) : json_incref(errors);
    }

    fires_match(t, json_array_get(row, 1), out, false);
    json_decref(errors);
}


static void
fires_want(const fires_t *t, const json_t *row)
{
    json_t *const  set = fires_settings(t, json_array_get(row, 0));

    fires_match(t, json_array_get(row, 2), json_boolean(ckp_trigger_wants(set,
                json_array_get(row, 1), 1767603600000)), true);
    json_decref(set);
}


static void
fires_give(const fires_t *t, const json_t *row)
{
    json_t *const     set = fires_settings(t, json_array_get(row, 0));
    json_t           *out = NULL;
    ckp_err_t         err = CKP_ERR_INIT;
    const ckp_code_t  rc = ckp_trigger_inputs(set, json_array_get(row, 1),
                               json_array_get(row, 2), 1767603600000, &out,
                               &err);

    fires_match(t, json_array_get(row, 3), rc == CKP_OK ? out
                : json_string(err.msg), true);
    json_decref(set);
}


static void
fires_look(const fires_t *t, const json_t *row)
{
    json_t *const  set = fires_settings(t, json_array_get(row, 0));

    fires_match(t, json_array_get(row, 4), ckp_watch_compare(set,
                json_array_get(row, 1), json_array_get(row, 2),
                json_integer_value(json_array_get(row, 3))), false);
    json_decref(set);
}


/* --- posts -------------------------------------------------------------------- */

static void
fires_signers(const json_t *how, ckp_signers_t *s, const char **secrets)
{
    const json_t *const  list = json_object_get(how, "secrets");

    *s = (ckp_signers_t) { .secrets = secrets };
    s->standard = ckp_json_bool(how, "standard", false);
    s->needs_time = ckp_json_bool(how, "needs_time", false);
    s->window_s = ckp_json_int(how, "window_s", 300);

    while (s->n < json_array_size(list) && s->n < FIRES_SECRETS_MAX) {
        secrets[s->n] = json_string_value(json_array_get(list, s->n));
        s->n++;
    }
}


static void
fires_sign(const fires_t *t, const json_t *row)
{
    const json_t *const  heads = json_array_get(row, 1);
    const char *const    body = json_string_value(json_array_get(row, 2));
    const char          *secrets[FIRES_SECRETS_MAX];
    ckp_signers_t        s;
    ckp_signed_t         said = { .signature = NULL };

    fires_signers(json_array_get(row, 0), &s, secrets);
    said.signature = ckp_json_str(heads, "X-LangOrch-Signature");
    said.timestamp = ckp_json_str(heads, "X-LangOrch-Timestamp");
    said.hub = ckp_json_str(heads, "X-Hub-Signature-256");
    said.id = ckp_json_str(heads, "webhook-id");
    said.at = ckp_json_str(heads, "webhook-timestamp");
    said.list = ckp_json_str(heads, "webhook-signature");

    fires_match(t, json_array_get(row, 4), json_boolean(ckp_signature_holds(&s,
                &said, body, strlen(body), fires_time(json_array_get(row,
                                                                     3)))),
                true);
}


static void
fires_know(const fires_t *t, const json_t *row)
{
    const json_t *const  how = json_array_get(row, 0);
    const char          *secrets[FIRES_SECRETS_MAX];
    ckp_signers_t        s;

    fires_signers(how, &s, secrets);
    fires_match(t, json_array_get(row, 2), json_boolean(ckp_credential_holds(
                &s, json_string_value(json_array_get(row, 1)),
                ckp_json_bool(how, "basic", false))), true);
}


/* --- what comes --------------------------------------------------------------- */

static void
fires_event(const fires_t *t, const json_t *row)
{
    const char *const  body = json_string_value(json_array_get(row, 1));
    const char        *why = NULL;
    json_t *const      got = ckp_event_read(json_array_get(row, 0), body,
                                            strlen(body), &why);

    fires_match(t, json_array_get(row, 2), got == NULL
                ? json_string(why == NULL ? "" : why) : got, true);
}


static void
fires_form(const fires_t *t, const json_t *row)
{
    const char *const  body = json_string_value(json_array_get(row, 0));
    json_t *const      got = ckp_form_read(body, strlen(body));

    fires_match(t, json_array_get(row, 1), got == NULL ? json_null() : got,
                true);
}


static void
fires_glob(const fires_t *t, const json_t *row)
{
    fires_match(t, json_array_get(row, 2), json_boolean(ckp_glob_fits(
                json_string_value(json_array_get(row, 0)),
                json_string_value(json_array_get(row, 1)))), true);
}


/* --- all ---------------------------------------------------------------------- */

void
golden_fires(const json_t *tables, void (*wrong)(void *data, const char *text),
    void *data)
{
    static const struct {
        const char  *name;
        void       (*row)(const fires_t *t, const json_t *row);
    } all[] = {
        { "schedules", fires_schedule }, { "due", fires_due },
        { "settings", fires_set }, { "wants", fires_want },
        { "gives", fires_give }, { "looks", fires_look },
        { "signed", fires_sign }, { "known", fires_know },
        { "events", fires_event }, { "forms", fires_form },
        { "globs", fires_glob }
    };
    json_t *const  grown = golden_grow(tables);

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const json_t  *row;
        fires_t        t = { .wrong = wrong, .data = data,
                             .table = all[i].name };

        json_array_foreach(json_object_get(grown, all[i].name), t.row, row) {
            all[i].row(&t, row);
        }
    }

    json_decref(grown);
}
