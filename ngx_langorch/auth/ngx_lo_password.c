/*
 * scrypt (RFC 7914) of passwords.
 */

#include "auth/ngx_lo_password.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#define NGX_LO_SCRYPT_N     32768
#define NGX_LO_SCRYPT_R     8
#define NGX_LO_SCRYPT_P     1
#define NGX_LO_SCRYPT_MEM   (64 * 1024 * 1024)
#define NGX_LO_SCRYPT_MARK  "scrypt:32768:8:1:"
#define NGX_LO_SCRYPT_SALT  16
#define NGX_LO_SCRYPT_KEY   32

#define NGX_LO_PASSWORDS    4           /* at a time, of a worker */


static ngx_uint_t  ngx_lo_passwords;    /* that are with a thread */


static ngx_lo_password_t *ngx_lo_password_new(const char *password);
static void ngx_lo_password_work(ngx_lo_disk_t *d);
static void ngx_lo_password_clean(ngx_lo_disk_t *d);
static ngx_int_t ngx_lo_password_hash(const char *password, u_char *salt,
    char *out);


ngx_uint_t
ngx_lo_password_busy(void)
{
    return ngx_lo_passwords >= NGX_LO_PASSWORDS;
}


ngx_lo_password_t *
ngx_lo_password_check(const char *password, const char *stored)
{
    ngx_lo_password_t  *p;

    /* of nobody: salt and key are zeros, and no password is that one */

    static const char  nobody[] =
        NGX_LO_SCRYPT_MARK "00000000000000000000000000000000:"
        "0000000000000000000000000000000000000000000000000000000000000000";

    p = ngx_lo_password_new(password);

    if (p != NULL) {
        (void) ngx_cpystrn((u_char *) p->stored,
                           (u_char *) (stored ? stored : nobody),
                           NGX_LO_PASSWORD_STORED);
    }

    return p;
}


ngx_lo_password_t *
ngx_lo_password_make(const char *password)
{
    return ngx_lo_password_new(password);
}


static ngx_lo_password_t *
ngx_lo_password_new(const char *password)
{
    ngx_lo_password_t  *p;

    p = ngx_lo_disk_new(sizeof(ngx_lo_password_t));

    if (p != NULL) {
        p->disk.work = ngx_lo_password_work;
        p->disk.clean = ngx_lo_password_clean;
        (void) ngx_cpystrn((u_char *) p->password, (u_char *) password,
                           sizeof(p->password));
        ngx_lo_passwords++;
    }

    return p;
}


static void
ngx_lo_password_clean(ngx_lo_disk_t *d)
{
    ngx_lo_password_t  *p = (ngx_lo_password_t *) d;

    ngx_lo_passwords--;

    ngx_explicit_memzero(p->password, sizeof(p->password));
    ngx_explicit_memzero(p->stored, sizeof(p->stored));
}


static void
ngx_lo_password_work(ngx_lo_disk_t *d)
{
    char                again[NGX_LO_PASSWORD_STORED];
    u_char              salt[NGX_LO_SCRYPT_SALT];
    size_t              i;
    ngx_int_t           n;
    ngx_lo_password_t  *p = (ngx_lo_password_t *) d;

    if (p->stored[0] == '\0') {
        p->failed = (ngx_lo_password_store(p->password, p->stored) != NGX_OK);
        return;
    }

    for (i = 0; i < sizeof(salt); i++) {
        n = ngx_hextoi((u_char *) p->stored + sizeof(NGX_LO_SCRYPT_MARK) - 1
                       + 2 * i, 2);
        salt[i] = (u_char) ngx_max(n, 0);
    }

    p->failed = (ngx_lo_password_hash(p->password, salt, again) != NGX_OK);
    p->same = !p->failed && ngx_strlen(again) == ngx_strlen(p->stored)
              && ckp_same(again, p->stored, ngx_strlen(again));

    ngx_explicit_memzero(again, sizeof(again));
}


ngx_int_t
ngx_lo_password_store(const char *password, char out[NGX_LO_PASSWORD_STORED])
{
    u_char  salt[NGX_LO_SCRYPT_SALT];

    if (RAND_bytes(salt, sizeof(salt)) != 1) {
        return NGX_ERROR;
    }

    return ngx_lo_password_hash(password, salt, out);
}


static ngx_int_t
ngx_lo_password_hash(const char *password, u_char *salt, char *out)
{
    u_char  key[NGX_LO_SCRYPT_KEY], *p;

    if (EVP_PBE_scrypt(password, ngx_strlen(password), salt,
                       NGX_LO_SCRYPT_SALT, NGX_LO_SCRYPT_N, NGX_LO_SCRYPT_R,
                       NGX_LO_SCRYPT_P, NGX_LO_SCRYPT_MEM, key, sizeof(key))
        != 1)
    {
        return NGX_ERROR;
    }

    p = ngx_cpymem(out, NGX_LO_SCRYPT_MARK, sizeof(NGX_LO_SCRYPT_MARK) - 1);
    p = ngx_hex_dump(p, salt, NGX_LO_SCRYPT_SALT);
    *p++ = ':';
    *ngx_hex_dump(p, key, sizeof(key)) = '\0';

    ngx_explicit_memzero(key, sizeof(key));

    return NGX_OK;
}
