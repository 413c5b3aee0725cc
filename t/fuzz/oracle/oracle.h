/*
 * What jansson makes of the same: texts, because its values are none of ours.
 */

#ifndef F_ORACLE_H
#define F_ORACLE_H

#include <stddef.h>
#include <stdint.h>

/* free(); NULL: it does not read that. */
char *oracle_read(const char *text, size_t len);
char *oracle_ops(const uint8_t *data, size_t size);

#endif
