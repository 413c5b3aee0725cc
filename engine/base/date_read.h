/*
 * A date by its format: the other way round of format_date.
 */

#ifndef CKP_DATE_READ_H
#define CKP_DATE_READ_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads `text`, all of it, by a strptime format: %Y %y %m %d %e %b %B %j %H %I
 * %p %M %S %f %z %F %T %R %s %%; white space fits any of it.  Without %z it is
 * UTC.  *ms: milliseconds since 1970.
 *
 * false: it does not fit, or there is no such date.
 */
bool ckp_date_read(const char *text, const char *format, int64_t *ms);

#endif
