/*
 * lo_chain(): what an entry of the audit trail hashes to, behind the one before
 * it (docs/decisions/0040).
 *
 * The hash is the SHA-256 of the hash of the entry before, a line feed, and the
 * entry as an export shows it without its hashes: who has an export can follow
 * the chain with nothing but a program for SHA-256.
 */

#include "store/ngx_lo_store_int.h"

#include <openssl/evp.h>


#define NGX_LO_CHAIN_MAX  (4 * 1024 * 1024)


/* The members of an entry, with what stands before their values, as columns of
 * ngx_lo_sql_audit_add: `j` is JSON as it is, `t` a time. */

static const struct {
    const char  *name;
    char         kind;
} ngx_lo_chain_members[] = {
    { "\n{\"event_id\":", 0 },
    { ",\"ts\":", 't' },
    { ",\"category\":", 0 },
    { ",\"action\":", 0 },
    { ",\"actor\":", 0 },
    { ",\"description\":", 0 },
    { ",\"resource_type\":", 0 },
    { ",\"resource_id\":", 0 },
    { ",\"meta\":", 'j' },
    { ",\"source_ip\":", 0 },
    { ",\"auth_method\":", 0 },
    { ",\"request_id\":", 0 },
    { ",\"procedure_id\":", 0 },
    { ",\"storage_location\":", 0 }
};

#define NGX_LO_CHAIN_N  (int) (sizeof(ngx_lo_chain_members)                   \
                               / sizeof(ngx_lo_chain_members[0]))


static void
ngx_lo_chain_put(ckp_buf_t *b, sqlite3_value *value, char kind)
{
    char         time[CKP_TIME_LEN + 1];
    size_t       len;
    const char  *text;

    switch (sqlite3_value_type(value)) {

    case SQLITE_NULL:
        ckp_buf_puts(b, "null");
        return;

    case SQLITE_INTEGER:
        if (kind == 't') {
            ckp_time_text(sqlite3_value_int64(value), time);
            ckp_buf_printf(b, "\"%s\"", time);
            return;
        }

        ckp_buf_printf(b, "%lld", (long long) sqlite3_value_int64(value));
        return;

    default:
        text = (const char *) sqlite3_value_text(value);
        len = (size_t) sqlite3_value_bytes(value);

        if (text == NULL) {
            b->failed = CKP_E_NOMEM;

        } else if (kind == 'j') {
            ckp_buf_put(b, text, len);

        } else {
            ckp_json_put_string(b, text, len);
        }
    }
}


static void
ngx_lo_chain(sqlite3_context *ctx, int n, sqlite3_value **args)
{
    int          i;
    char         hex[2 * CKP_SHA256_LEN + 1];
    uint8_t      hash[CKP_SHA256_LEN];
    ckp_buf_t    b;
    EVP_MD_CTX  *sha;

    (void) n;

    /* OpenSSL's: each run that is created is an entry */

    sha = sqlite3_user_data(ctx);

    ckp_buf_init(&b, NGX_LO_CHAIN_MAX);
    ckp_buf_puts(&b, (const char *) sqlite3_value_text(args[0]));

    for (i = 0; i < NGX_LO_CHAIN_N; i++) {
        ckp_buf_puts(&b, ngx_lo_chain_members[i].name);
        ngx_lo_chain_put(&b, args[i + 1], ngx_lo_chain_members[i].kind);
    }

    ckp_buf_puts(&b, "}");

    if (b.failed == CKP_E_NOMEM) {
        sqlite3_result_error_nomem(ctx);

    } else if (b.failed != CKP_OK) {
        sqlite3_result_error_toobig(ctx);

    } else if (EVP_DigestInit_ex(sha, NULL, NULL) != 1
               || EVP_DigestUpdate(sha, b.data, b.len) != 1
               || EVP_DigestFinal_ex(sha, hash, NULL) != 1)
    {
        sqlite3_result_error(ctx, "no SHA-256", -1);

    } else {
        ckp_hex(hash, sizeof(hash), hex);
        sqlite3_result_text(ctx, hex, 2 * CKP_SHA256_LEN, SQLITE_TRANSIENT);
    }

    ckp_buf_free(&b);
}


static void
ngx_lo_chain_free(void *sha)
{
    EVP_MD_CTX_free(sha);
}


int
ngx_lo_db_chain(ngx_lo_db_t *db)
{
    EVP_MD_CTX  *sha;

    sha = EVP_MD_CTX_new();

    if (sha == NULL || EVP_DigestInit_ex(sha, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(sha);
        return SQLITE_NOMEM;
    }

    return sqlite3_create_function_v2(db->db, "lo_chain", NGX_LO_CHAIN_N + 1,
                                      SQLITE_UTF8|SQLITE_DETERMINISTIC
                                      |SQLITE_DIRECTONLY,
                                      sha, ngx_lo_chain, NULL, NULL,
                                      ngx_lo_chain_free);
}
