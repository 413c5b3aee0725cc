/*
 * The named formats of spec/ckp.md 3.3.
 */

#include <string.h>

#include "base/clock.h"
#include "lang/schema.h"

typedef bool (*format_pt)(const char *text);


static bool
format_is_digit(char c)
{
    return c >= '0' && c <= '9';
}


static bool
format_is_hex(char c)
{
    return format_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}


static bool
format_is_alnum(char c)
{
    return format_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}


/* Labels of letters, digits and inner hyphens, at least `least` of them. */
static bool
format_host(const char *p, size_t least)
{
    size_t  labels = 0;

    for ( ;; ) {
        size_t  n = 0;

        while (format_is_alnum(p[n]) || p[n] == '-' || (p[n] & 0x80) != 0) {
            n++;
        }

        if (n == 0 || n > 63 || p[0] == '-' || p[n - 1] == '-') {
            return false;
        }

        labels++;
        p += n;

        if (*p == '\0') {
            return labels >= least;
        }

        if (*p++ != '.') {
            return false;
        }
    }
}


static bool
format_email(const char *text)
{
    const char *const  at = strrchr(text, '@');
    const size_t       len = (at == NULL) ? 0 : (size_t) (at - text);

    if (len == 0 || len > 64 || strlen(at + 1) > 253 || text[0] == '.'
        || text[len - 1] == '.')
    {
        return false;
    }

    for (size_t i = 0; i < len; i++) {
        if (!format_is_alnum(text[i]) && (text[i] & 0x80) == 0
            && strchr(".!#$%&'*+/=?^_`{|}~-", text[i]) == NULL)
        {
            return false;
        }

        if (text[i] == '.' && text[i + 1] == '.') {
            return false;
        }
    }

    return format_host(at + 1, 2);
}


/* A scheme, a colon, and no character that must be escaped. */
static bool
format_uri(const char *text)
{
    size_t  n = 0;

    while (format_is_alnum(text[n])
           || (n > 0 && strchr("+-.", text[n]) != NULL && text[n] != '\0'))
    {
        n++;
    }

    if (n == 0 || format_is_digit(text[0]) || text[n] != ':'
        || text[n + 1] == '\0')
    {
        return false;
    }

    for (const char *p = text + n + 1; *p != '\0'; p++) {
        if ((unsigned char) *p <= 0x20 || *p == 0x7f
            || strchr("\"<>\\^`{|}", *p) != NULL)
        {
            return false;
        }

        if (*p == '%' && !(format_is_hex(p[1]) && format_is_hex(p[2]))) {
            return false;
        }
    }

    return true;
}


static bool
format_date(const char *text)
{
    int64_t  ms;

    return strlen(text) == 10 && ckp_time_parse(text, &ms);
}


/* RFC 3339 asks for seconds and for an offset. */
static bool
format_date_time(const char *text)
{
    const size_t  len = strlen(text);
    int64_t       ms;
    const char   *zone;

    if (len < 20 || !ckp_time_parse(text, &ms) || text[16] != ':') {
        return false;
    }

    zone = strpbrk(text + 19, "Zz+-");

    return zone != NULL && (zone[0] == 'Z' || zone[0] == 'z'
                            || strlen(zone) == 6)
           && strchr(text, ',') == NULL;
}


static bool
format_uuid(const char *text)
{
    if (strlen(text) != CKP_UUID_LEN) {
        return false;
    }

    for (size_t i = 0; i < CKP_UUID_LEN; i++) {
        const bool  dash = (i == 8 || i == 13 || i == 18 || i == 23);

        if (dash ? text[i] != '-' : !format_is_hex(text[i])) {
            return false;
        }
    }

    return true;
}


static bool
format_ipv4(const char *text)
{
    const char  *p = text;

    for (int part = 0; part < 4; part++) {
        int  n = 0;
        int  value = 0;

        while (n < 4 && format_is_digit(p[n])) {
            value = value * 10 + (p[n] - '0');
            n++;
        }

        if (n == 0 || n > 3 || value > 255 || (n > 1 && p[0] == '0')) {
            return false;
        }

        p += n;

        if (part < 3 && *p++ != '.') {
            return false;
        }
    }

    return *p == '\0';
}


/* Groups of hexadecimal digits, one "::" at most, an IPv4 tail. */
static bool
format_ipv6(const char *text)
{
    const char  *p = text;
    int          groups = 0;
    bool         gap = false;

    if (p[0] == ':') {
        if (p[1] != ':') {
            return false;
        }

        p += 2;
        gap = true;
    }

    while (*p != '\0') {
        size_t  n = 0;

        while (n < 5 && format_is_hex(p[n])) {
            n++;
        }

        if (p[n] == '.' && groups <= 6) {
            groups += 2;
            return format_ipv4(p) && (gap ? groups < 8 : groups == 8);
        }

        if (n == 0 || n > 4) {
            return false;
        }

        groups++;
        p += n;

        if (p[0] == ':' && p[1] == ':') {
            if (gap) {
                return false;
            }

            gap = true;
            p += 2;

        } else if (p[0] == ':' && p[1] != '\0') {
            p++;

        } else if (*p != '\0') {
            return false;
        }
    }

    return gap ? groups < 8 : groups == 8;
}


static const struct {
    const char  *name;
    format_pt    holds;
} format_table[] = {
    { "email", format_email },
    { "uri", format_uri },
    { "date", format_date },
    { "date-time", format_date_time },
    { "uuid", format_uuid },
    { "ipv4", format_ipv4 },
    { "ipv6", format_ipv6 },
};


static format_pt
format_find(const char *format)
{
    for (size_t i = 0; i < sizeof(format_table) / sizeof(format_table[0]); i++)
    {
        if (strcmp(format_table[i].name, format) == 0) {
            return format_table[i].holds;
        }
    }

    return NULL;
}


bool
ckp_format_known(const char *format)
{
    return format_find(format) != NULL;
}


bool
ckp_format_holds(const char *format, const char *text)
{
    const format_pt  holds = format_find(format);

    return holds == NULL || holds(text);
}
