/*
 * Time without a clock: milliseconds since 1970 UTC to RFC 3339 text and back,
 * and ids and random numbers made from a seed that came with an input.
 */

#ifndef CKP_CLOCK_H
#define CKP_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CKP_TIME_LEN  24            /* "2026-02-17T09:30:00.125Z" */
#define CKP_UUID_LEN  36
#define CKP_SEED_LEN  32

/* out has CKP_TIME_LEN + 1 bytes. */
void ckp_time_text(int64_t ms, char *out);

/*
 * Accepts RFC 3339 with offset, without offset (UTC), or a bare date (00:00Z);
 * any fraction (cut to ms).  false: malformed or no such date.
 */
bool ckp_time_parse(const char *text, int64_t *ms);

/*
 * Lends the bytes of a zone's TZif file, length in *len; NULL: there is no such
 * zone.  The name has letters, digits, _ - + and / between parts.
 */
typedef const char *(*ckp_zone_pt)(void *data, const char *name, size_t *len);

/* Days since 1970-01-01 to civil date and back (proleptic Gregorian). */
void ckp_date_civil(int64_t days, int *year, int *month, int *day);
int64_t ckp_date_days(int year, int month, int day);

/* A deterministic stream of random numbers from a seed (ChaCha-like quality is
 * not needed: SHA-256 in counter mode). */

typedef struct {
    uint8_t   seed[CKP_SEED_LEN];
    uint8_t   block[32];
    uint64_t  counter;
    unsigned  used;             /* bytes of block that are spent */
} ckp_rand_t;

void ckp_rand_init(ckp_rand_t *r, const uint8_t seed[CKP_SEED_LEN]);
uint64_t ckp_rand_u64(ckp_rand_t *r);
double ckp_rand_unit(ckp_rand_t *r);                    /* [0, 1) */

/* Version 4 by random; version 7 by time and random; version 8 by a name: the
 * same name gives the same id.  out: 37 bytes. */
void ckp_uuid4(ckp_rand_t *r, char *out);
void ckp_uuid7(ckp_rand_t *r, int64_t now_ms, char *out);

/* The same with the first CKP_UUID7_RANDOM of these bytes. */

#define CKP_UUID7_RANDOM  10

void ckp_uuid7_of(const uint8_t *random, int64_t now_ms, char *out);
void ckp_uuid8(const char *name, char *out);

#endif
