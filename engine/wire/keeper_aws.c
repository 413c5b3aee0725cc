/*
 * AWS Secrets Manager: GetSecretValue, signed by the site's access key.  There
 * is no login; all that is wrong is 400, and `__type` says what.
 */

#include "wire/keeper_int.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "wire/sigv4.h"

#define AWS_STAMP_LEN  16               /* 20150830T123600Z */
#define AWS_ID_MIN     32               /* characters of a version's id */


/* 2015-08-30T12:36:00.000Z without what is between. */

static void
aws_stamp(int64_t now_ms, char out[AWS_STAMP_LEN + 1])
{
    char    text[CKP_TIME_LEN + 1];
    size_t  n = 0;

    ckp_time_text(now_ms, text);

    for (size_t i = 0; text[i] != '\0' && text[i] != '.'; i++) {
        if (text[i] != '-' && text[i] != ':' && n < AWS_STAMP_LEN - 1) {
            out[n++] = text[i];
        }
    }

    out[n++] = 'Z';
    out[n] = '\0';
}


/* It becomes a part of a host's name. */

static bool
aws_is_region(const char *region)
{
    return region != NULL && *region != '\0' && strlen(region) <= 32
           && region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")]
              == '\0';
}


static void
aws_url(const ckp_keeper_t *k, ckp_buf_t *url)
{
    if (k->url != NULL) {
        ckp_keeper_base(url, k->url);

    } else {
        ckp_buf_printf(url, "https://secretsmanager.%s.amazonaws.com%s",
                       k->region,
                       strncmp(k->region, "cn-", 3) == 0 ? ".cn" : "");
    }

    ckp_buf_puts(url, "/");
}


/* Host as it is signed and sent: without a port that goes without saying. */

static ckp_code_t
aws_host(ckp_keeper_rq_t *rq, const char **path)
{
    const char *const  url = ckp_buf_str(&rq->url);
    const char *const  host = strstr(url, "://");
    const bool         tls = strncmp(url, "https:", 6) == 0;
    json_t            *text;
    size_t             n;

    if (host == NULL) {
        return CKP_E_INVALID;
    }

    n = strcspn(host + 3, "/?#");
    *path = host + 3 + n;

    if (n > 4 && tls && strncmp(host + 3 + n - 4, ":443", 4) == 0) {
        n -= 4;

    } else if (n > 3 && !tls && strncmp(host + 3 + n - 3, ":80", 3) == 0) {
        n -= 3;
    }

    text = json_stringn(host + 3, n);

    return json_object_set_new(rq->headers, "Host", text) == 0
           ? CKP_OK : CKP_E_NOMEM;
}


static ckp_code_t
aws_sign(const ckp_keeper_t *k, const ckp_keeper_who_t *who, const char *stamp,
    ckp_keeper_rq_t *rq)
{
    const char  *path;
    ckp_buf_t    line;
    ckp_code_t   rc = aws_host(rq, &path);

    if (rc != CKP_OK) {
        return rc;
    }

    const ckp_sigv4_t  s = {
        .method = rq->method, .path = path, .query = "",
        .headers = rq->headers, .body = ckp_buf_str(&rq->body),
        .len = rq->body.len, .stamp = stamp, .region = k->region,
        .service = "secretsmanager", .id = who->id, .secret = who->secret
    };

    ckp_buf_init(&line, CKP_KEEPER_URL_MAX);
    ckp_sigv4(&s, &line);
    rc = line.failed == CKP_OK ? ckp_keeper_head(rq, "Authorization",
                                                 ckp_buf_str(&line))
                               : CKP_E_NOMEM;
    ckp_buf_free(&line);

    return rc;
}


static ckp_code_t
aws_ask_as(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
    const ckp_keeper_ask_t *ask, ckp_keeper_rq_t *rq, ckp_err_t *err)
{
    const char *const  version = ask->version;
    const bool         by_id = version != NULL
                               && strlen(version) >= AWS_ID_MIN;
    char               stamp[AWS_STAMP_LEN + 1];
    ckp_code_t         rc;

    if (!aws_is_region(k->region) || who->id == NULL || who->secret == NULL) {
        return ckp_fail(err, CKP_E_INVALID, "", "it needs a region and a key");
    }

    rq->method = "POST";
    aws_url(k, &rq->url);
    aws_stamp(ask->now_ms, stamp);

    rc = ckp_keeper_json(rq, json_pack("{s:s, s:s*}", "SecretId", ask->key,
                                       by_id ? "VersionId" : "VersionStage",
                                       version));

    if (rc != CKP_OK
        || ckp_keeper_head(rq, "Content-Type", "application/x-amz-json-1.1")
           != CKP_OK
        || ckp_keeper_head(rq, "X-Amz-Target",
                           "secretsmanager.GetSecretValue") != CKP_OK
        || ckp_keeper_head(rq, "X-Amz-Date", stamp) != CKP_OK
        || (who->session != NULL
            && ckp_keeper_head(rq, "X-Amz-Security-Token", who->session)
               != CKP_OK))
    {
        return CKP_E_NOMEM;
    }

    /* what is not whole is not signed; whoever asked looks at it, too */

    if (rq->url.failed != CKP_OK || rq->body.failed != CKP_OK) {
        return CKP_OK;
    }

    rc = aws_sign(k, who, stamp, rq);

    return rc == CKP_E_INVALID ? ckp_fail(err, rc, "", "its address is none")
                               : rc;
}


/* What a source gave is a text with all of it. */

static ckp_code_t
aws_ask(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
    const ckp_keeper_ask_t *ask, ckp_keeper_rq_t *rq, ckp_err_t *err)
{
    ckp_keeper_who_t  given = { 0 };
    ckp_code_t        rc;
    json_t           *all;

    if (who->token == NULL) {
        return aws_ask_as(k, who, ask, rq, err);
    }

    all = ckp_json_parse(who->token, strlen(who->token), NULL);

    given.id = ckp_json_str(all, "id");
    given.secret = ckp_json_str(all, "secret");
    given.session = ckp_json_str(all, "session");

    rc = all == NULL ? CKP_E_NOMEM : aws_ask_as(k, &given, ask, rq, err);
    ckp_keeper_wipe(all);

    return rc;
}


/* A binary one is its base64. */

static json_t *
aws_value(const ckp_keeper_t *k, const json_t *said)
{
    const char  *text = ckp_json_str(said, "SecretString");

    (void) k;

    text = text != NULL ? text : ckp_json_str(said, "SecretBinary");

    return text == NULL ? NULL : json_string(text);
}


/* "com.amazonaws...#AccessDeniedException", or its end alone. */

static ckp_kept_t
aws_refused(int status, const json_t *said)
{
    static const struct {
        const char  *type;
        ckp_kept_t   kept;
    } all[] = {
        { "ResourceNotFoundException",           CKP_KEPT_NONE },
        { "InvalidRequestException",             CKP_KEPT_NONE },
        { "AccessDeniedException",               CKP_KEPT_FORBIDDEN },
        { "DecryptionFailure",                   CKP_KEPT_FORBIDDEN },
        { "UnrecognizedClientException",         CKP_KEPT_STRANGER },
        { "InvalidSignatureException",           CKP_KEPT_STRANGER },
        { "IncompleteSignatureException",        CKP_KEPT_STRANGER },
        { "MissingAuthenticationTokenException", CKP_KEPT_STRANGER },
        { "ExpiredTokenException",               CKP_KEPT_STRANGER },
        { "InvalidClientTokenId",                CKP_KEPT_STRANGER },
        { "ThrottlingException",                 CKP_KEPT_BUSY },
        { "Throttling",                          CKP_KEPT_BUSY },
        { "RequestLimitExceeded",                CKP_KEPT_BUSY },
        { "TooManyRequestsException",            CKP_KEPT_BUSY },
        { "InternalServiceError",                CKP_KEPT_BUSY },
    };
    const char *const  type = ckp_json_str(said, "__type");
    const char *const  end = type == NULL ? NULL : strrchr(type, '#');

    for (size_t i = 0; type != NULL && i < sizeof(all) / sizeof(all[0]); i++) {
        if (strcmp(end == NULL ? type : end + 1, all[i].type) == 0) {
            return all[i].kept;
        }
    }

    return status == 401 || status == 403 ? CKP_KEPT_STRANGER
           : CKP_KEPT_WRONG;
}


const ckp_keeper_ops_t  ckp_keeper_aws = {
    .name = "aws", .ask = aws_ask, .refused = aws_refused, .value = aws_value,
};
