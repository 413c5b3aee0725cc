/*
 * A question as a page, and what its form sends.
 */

#include "approval/ngx_lo_approver.h"
#include "approval/ngx_lo_html.h"


#define NGX_LO_ASK_FIELD   "f:"         /* before the name of an input */
#define NGX_LO_ASK_FIELDS  64


static void ngx_lo_ask_about(ckp_buf_t *b, const json_t *row);
static void ngx_lo_ask_row(ckp_buf_t *b, const char *name, const json_t *v);
static const json_t *ngx_lo_ask_names(const json_t *schema);
static void ngx_lo_ask_input(ckp_buf_t *b, const char *name,
    const json_t *def);
static void ngx_lo_ask_choice(ckp_buf_t *b, const json_t *values);
static void ngx_lo_ask_buttons(ckp_buf_t *b, const json_t *row);
static void ngx_lo_ask_button(ckp_buf_t *b, const char *value,
    const char *label);
static json_t *ngx_lo_ask_value(const json_t *def, const char *text);


ngx_int_t
ngx_lo_ask_page(ngx_lo_api_t *api, const json_t *row, const char *token,
    const char *hash)
{
    json_t         *def;
    ckp_buf_t       b;
    const char     *name;
    ngx_uint_t      n;

    ngx_lo_html_begin(&b, ckp_json_str(row, "node_name"));
    ngx_lo_ask_about(&b, row);

    ckp_buf_puts(&b, "<form method=\"post\" action=\"answer\">"
                     "<input type=\"hidden\" name=\"token\" value=\"");
    ngx_lo_html_text(&b, token);
    ckp_buf_puts(&b, "\"><input type=\"hidden\" name=\"shown\" value=\"");
    ngx_lo_html_text(&b, hash);
    ckp_buf_puts(&b, "\">\n");

    n = 0;

    json_object_foreach((json_t *)
                        ngx_lo_ask_names(json_object_get(row, "input_schema")),
                        name, def)
    {
        if (++n > NGX_LO_ASK_FIELDS) {
            break;
        }

        ngx_lo_ask_input(&b, name, def);
    }

    ckp_buf_puts(&b, "<label>Comment"
                     "<textarea name=\"comment\" rows=\"3\"></textarea>"
                     "</label>\n<p>");
    ngx_lo_ask_buttons(&b, row);
    ckp_buf_puts(&b, "</p></form>\n<p>You answer as ");
    ngx_lo_html_text(&b, api->actor);
    ckp_buf_puts(&b, ". This page can be answered once.</p>\n");
    ngx_lo_html_end(&b);

    return ngx_lo_html_send(api, NGX_HTTP_OK, &b);
}


/* What is asked, and about what. */

static void
ngx_lo_ask_about(ckp_buf_t *b, const json_t *row)
{
    json_t      *v;
    ngx_uint_t   i;
    const char  *name;

    static const struct {
        const char  *member;
        const char  *name;
    } rows[] = {
        { "procedure_id", "Procedure" },
        { "run_id", "Run" },
        { "created_at", "Asked" },
        { "expires_at", "Until" }
    };

    ckp_buf_puts(b, "<pre>");
    ngx_lo_html_text(b, ckp_json_str(row, "prompt"));
    ckp_buf_puts(b, "</pre>\n<dl>\n");

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ngx_lo_ask_row(b, rows[i].name,
                       json_object_get(row, rows[i].member));
    }

    json_object_foreach(json_object_get(row, "context_data"), name, v) {
        ngx_lo_ask_row(b, name, v);
    }

    ckp_buf_puts(b, "</dl>\n");
}


static void
ngx_lo_ask_row(ckp_buf_t *b, const char *name, const json_t *v)
{
    if (v == NULL || json_is_null(v)) {
        return;
    }

    ckp_buf_puts(b, "<dt>");
    ngx_lo_html_text(b, name);
    ckp_buf_puts(b, (json_is_object(v) || json_is_array(v))
                    ? "</dt><dd><pre>" : "</dt><dd>");
    ngx_lo_html_value(b, v);
    ckp_buf_puts(b, (json_is_object(v) || json_is_array(v))
                    ? "</pre></dd>\n" : "</dd>\n");
}


/* --- inputs --------------------------------------------------------------------- */


/* Names and what they stand for: of a JSON Schema its properties. */

static const json_t *
ngx_lo_ask_names(const json_t *schema)
{
    const json_t  *properties;

    properties = json_object_get(schema, "properties");

    if (json_is_object(properties)
        && json_object_get(properties, "type") == NULL)
    {
        return properties;
    }

    return (json_is_string(json_object_get(schema, "type"))
            || json_object_get(schema, "$schema") != NULL) ? NULL : schema;
}


static const char *
ngx_lo_ask_type(const json_t *def)
{
    const char  *type;

    type = json_is_string(def) ? json_string_value(def)
                               : ckp_json_str(def, "type");

    return (type != NULL) ? type : "string";
}


/* The values that it may have; NULL: any. */

static const json_t *
ngx_lo_ask_values(const json_t *def)
{
    ngx_uint_t     i;
    const json_t  *v, *within;

    static const char *const  names[] = { "enum", "allowed_values" };

    within = json_object_get(def, "validation");

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        v = json_object_get(def, names[i]);
        v = json_is_array(v) ? v : json_object_get(within, names[i]);

        if (json_is_array(v)) {
            return v;
        }
    }

    return NULL;
}


static void
ngx_lo_ask_input(ckp_buf_t *b, const char *name, const json_t *def)
{
    const char    *type, *kind;
    const json_t  *values;

    type = ngx_lo_ask_type(def);
    values = ngx_lo_ask_values(def);

    ckp_buf_puts(b, "<label>");
    ngx_lo_html_text(b, name);

    if (json_is_string(json_object_get(def, "description"))) {
        ckp_buf_puts(b, ": ");
        ngx_lo_html_text(b, ckp_json_str(def, "description"));
    }

    if (values != NULL || strcmp(type, "boolean") == 0) {
        ckp_buf_puts(b, "<select name=\"" NGX_LO_ASK_FIELD);
        ngx_lo_html_text(b, name);
        ckp_buf_puts(b, "\"><option></option>");
        ngx_lo_ask_choice(b, values);
        ckp_buf_puts(b, "</select></label>\n");
        return;
    }

    if (strcmp(type, "object") == 0 || strcmp(type, "array") == 0) {
        ckp_buf_puts(b, "<textarea rows=\"4\" name=\"" NGX_LO_ASK_FIELD);
        ngx_lo_html_text(b, name);
        ckp_buf_puts(b, "\"></textarea></label>\n");
        return;
    }

    kind = (strcmp(type, "password") == 0) ? "password" : "text";

    if (strcmp(type, "number") == 0 || strcmp(type, "integer") == 0) {
        kind = "number\" step=\"any";
    }

    ckp_buf_printf(b, "<input type=\"%s\" name=\"" NGX_LO_ASK_FIELD, kind);
    ngx_lo_html_text(b, name);
    ckp_buf_puts(b, "\"></label>\n");
}


static void
ngx_lo_ask_choice(ckp_buf_t *b, const json_t *values)
{
    size_t   i;
    json_t  *v;

    if (values == NULL) {
        ckp_buf_puts(b, "<option>true</option><option>false</option>");
        return;
    }

    json_array_foreach(values, i, v) {
        ckp_buf_puts(b, "<option>");
        ngx_lo_html_value(b, v);
        ckp_buf_puts(b, "</option>");
    }
}


/* --- answers -------------------------------------------------------------------- */


static void
ngx_lo_ask_buttons(ckp_buf_t *b, const json_t *row)
{
    size_t         i;
    json_t        *v;
    const char    *type, *value, *label;
    const json_t  *options;

    type = ckp_json_str(row, "decision_type");
    type = (type != NULL) ? type : "approve_reject";
    options = json_object_get(row, "options");

    if (strcmp(type, "provide_input") == 0) {
        ngx_lo_ask_button(b, "submitted", "Submit");
        ngx_lo_ask_button(b, "reject", "Reject");
        return;
    }

    if (strcmp(type, "acknowledge") == 0) {
        ngx_lo_ask_button(b, "acknowledge", "Acknowledge");
        return;
    }

    if (json_array_size(options) == 0) {
        ngx_lo_ask_button(b, "approve", "Approve");
        ngx_lo_ask_button(b, "reject", "Reject");
        return;
    }

    json_array_foreach(options, i, v) {
        value = json_is_object(v) ? ckp_json_str(v, "value")
                                  : json_string_value(v);
        label = ckp_json_str(v, "label");

        if (value != NULL) {
            ngx_lo_ask_button(b, value, (label != NULL) ? label : value);
        }
    }
}


static void
ngx_lo_ask_button(ckp_buf_t *b, const char *value, const char *label)
{
    ckp_buf_puts(b, "<button name=\"decision\" value=\"");
    ngx_lo_html_text(b, value);
    ckp_buf_puts(b, "\">");
    ngx_lo_html_text(b, label);
    ckp_buf_puts(b, "</button>\n");
}


json_t *
ngx_lo_ask_fields(const json_t *schema, const json_t *form)
{
    char         field[CKP_JSON_KEY_MAX + sizeof(NGX_LO_ASK_FIELD)];
    json_t      *out, *def, *v;
    const char  *name, *text;

    out = json_object();

    json_object_foreach((json_t *) ngx_lo_ask_names(schema), name, def) {

        (void) snprintf(field, sizeof(field), NGX_LO_ASK_FIELD "%s", name);
        text = ckp_json_str(form, field);

        if (text == NULL || *text == '\0') {
            continue;
        }

        v = ngx_lo_ask_value(def, text);

        if (json_object_set_new(out, name, v) != 0) {
            json_decref(out);
            return NULL;
        }
    }

    return out;
}


/* Texts are texts; what is to be anything else is read as JSON. */

static json_t *
ngx_lo_ask_value(const json_t *def, const char *text)
{
    json_t      *v;
    ckp_err_t    err = CKP_ERR_INIT;
    const char  *type;

    type = ngx_lo_ask_type(def);

    if (strcmp(type, "string") == 0 || strcmp(type, "password") == 0) {
        return json_string(text);
    }

    v = ckp_json_parse(text, strlen(text), &err);

    return (v != NULL) ? v : json_string(text);
}
