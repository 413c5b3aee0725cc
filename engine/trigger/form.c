/*
 * Bodies of posts that are forms.
 */

#include "trigger/form.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"


static int
form_digit(char c)
{
    return isdigit((unsigned char) c) ? c - '0'
                                      : tolower((unsigned char) c) - 'a' + 10;
}


/* "a+b%20c"; a "%" that begins nothing stays. */

static json_t *
form_text(const char *s, size_t len)
{
    ckp_buf_t  b;
    json_t    *v;

    ckp_buf_init(&b, len + 1);

    for (size_t i = 0; i < len; i++) {
        char  c = s[i] == '+' ? ' ' : s[i];

        if (c == '%' && len - i > 2 && isxdigit((unsigned char) s[i + 1])
            && isxdigit((unsigned char) s[i + 2]))
        {
            c = (char) (form_digit(s[i + 1]) * 16 + form_digit(s[i + 2]));
            i += 2;
        }

        ckp_buf_put(&b, &c, 1);
    }

    v = b.failed == CKP_OK ? json_stringn(ckp_buf_str(&b), b.len) : NULL;
    ckp_buf_free(&b);

    return v;
}


static size_t
form_span(const char *s, size_t len, char end)
{
    const char *const  p = memchr(s, end, len);

    return p == NULL ? len : (size_t) (p - s);
}


static void
form_field(json_t *all, const char *s, size_t len)
{
    const size_t   n = form_span(s, len, '=');
    json_t *const  name = form_text(s, n);
    json_t *const  value = n < len ? form_text(s + n + 1, len - n - 1)
                                   : json_string("");

    /* a name that ends in the middle would be another one */

    if (name != NULL && value != NULL && json_string_length(name) > 0
        && strlen(json_string_value(name)) == json_string_length(name))
    {
        (void) json_object_set(all, json_string_value(name), value);
    }

    json_decref(name);
    json_decref(value);
}


json_t *
ckp_form_read(const char *text, size_t len)
{
    const unsigned long  refusals = ckp_memory_refusals();
    json_t *const        all = json_object();
    size_t               fields = 0;

    while (all != NULL && len > 0) {
        const size_t  n = form_span(text, len, '&');

        if (++fields > CKP_FORM_FIELDS_MAX) {
            json_decref(all);
            return NULL;
        }

        if (n > 0) {
            form_field(all, text, n);
        }

        text += n < len ? n + 1 : n;
        len -= n < len ? n + 1 : n;
    }

    return ckp_json_whole(all, refusals);
}
