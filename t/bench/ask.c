/*
 * Requests to a site, over and over: the load of `./langorch bench api`.
 *
 *   ask PORT ask CONNECTIONS SECONDS METHOD PATH [BODY]
 *       each connection asks again as soon as it was answered
 *   ask PORT follow READERS PATH METHOD DECISION BODY
 *       opens READERS streams of PATH; prints {"open": n} when all have had
 *       their head; a line on standard input later it sends DECISION, and waits
 *       until each reader has had "event: end"
 *
 * Prints one JSON object a line.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUF_SIZE  65536
#define TAIL      16            /* bytes that may hold a part of a mark */
#define END_MARK  "event: end"

typedef struct {
    int       fd;
    bool      whole;            /* the head was read */
    bool      chunked;
    bool      done;
    size_t    body;             /* bytes of the body that are missing */
    size_t    len;
    int64_t   asked_us;
    char     *buf;
} conn_t;

static struct {
    int        epoll;
    int        port;
    char      *text;            /* the request */
    size_t     text_len;
    conn_t    *conns;
    int        n;
    uint64_t   answers;
    uint64_t   refusals;        /* none of 2xx */
    double    *ms;
    size_t     ms_size;
} ask;


static int64_t
now_us(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (int64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


static void
fail(const char *what)
{
    fprintf(stderr, "ask: %s: %s\n", what, strerror(errno));
    exit(1);
}


static char *
request(const char *method, const char *path, const char *body)
{
    int    n;
    char  *text;

    n = asprintf(&text, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n"
                 "%s", method, path, strlen(body), body);
    if (n < 0) {
        fail("memory");
    }

    ask.text_len = (size_t) n;

    return text;
}


static void
begin(conn_t *c, int i)
{
    int                 one = 1;
    struct epoll_event  ev = { .events = EPOLLIN, .data.u32 = (uint32_t) i };
    struct sockaddr_in  addr = { .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t) ask.port),
                                 .sin_addr = { htonl(INADDR_LOOPBACK) } };

    c->fd = socket(AF_INET, SOCK_STREAM, 0);

    if (c->fd < 0
        || connect(c->fd, (struct sockaddr *) &addr, sizeof(addr)) != 0
        || setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0
        || epoll_ctl(ask.epoll, EPOLL_CTL_ADD, c->fd, &ev) != 0)
    {
        fail("connect");
    }
}


static void
say(conn_t *c, const char *text, size_t len)
{
    c->asked_us = now_us();
    c->whole = false;
    c->len = 0;

    if (write(c->fd, text, len) != (ssize_t) len) {
        fail("write");
    }
}


/* The head is in the buffer: how long the body is. */

static void
read_head(conn_t *c, char *end)
{
    char    *p;
    size_t   have;

    *end = '\0';
    ask.refusals += (c->buf[9] != '2');
    p = strcasestr(c->buf, "\r\ncontent-length:");
    c->chunked = (strcasestr(c->buf, "\r\ntransfer-encoding:") != NULL);
    c->body = (p != NULL) ? strtoul(p + 17, NULL, 10) : 0;
    c->whole = true;

    end += 4;
    have = c->len - (size_t) (end - c->buf);
    memmove(c->buf, end, have);
    c->len = have;
}


/* Whether all of the answer has come. */

static bool
is_answered(conn_t *c)
{
    char  *end;

    if (!c->whole) {
        c->buf[c->len] = '\0';
        end = strstr(c->buf, "\r\n\r\n");

        if (end == NULL) {
            return false;
        }

        read_head(c, end);
    }

    if (c->chunked) {
        if (c->len >= 5 && memcmp(c->buf + c->len - 5, "0\r\n\r\n", 5) == 0) {
            return true;
        }

        if (c->len > TAIL) {
            memmove(c->buf, c->buf + c->len - TAIL, TAIL);
            c->len = TAIL;
        }

        return false;
    }

    c->body -= (c->len < c->body) ? c->len : c->body;
    c->len = 0;

    return c->body == 0;
}


static void
take(conn_t *c)
{
    ssize_t  n;

    n = read(c->fd, c->buf + c->len, BUF_SIZE - 1 - c->len);

    if (n <= 0) {
        fail("read");
    }

    c->len += (size_t) n;
}


static void
count(int64_t asked_us)
{
    if (ask.answers == ask.ms_size) {
        ask.ms_size = ask.ms_size * 2 + 65536;
        ask.ms = realloc(ask.ms, ask.ms_size * sizeof(double));

        if (ask.ms == NULL) {
            fail("memory");
        }
    }

    ask.ms[ask.answers++] = (double) (now_us() - asked_us) / 1000;
}


static int
by_size(const void *a, const void *b)
{
    const double  x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}


static double
part(double of)
{
    return ask.answers == 0 ? 0 : ask.ms[(size_t) (of * (double)
                                                  (ask.answers - 1))];
}


static double
cpu_us(void)
{
    struct rusage  u;

    getrusage(RUSAGE_SELF, &u);

    return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6
           + (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}


static void
again_and_again(double seconds)
{
    int                 n;
    int64_t             begun, stop;
    struct epoll_event  events[256];

    begun = now_us();
    stop = begun + (int64_t) (seconds * 1e6);

    for (int i = 0; i < ask.n; i++) {
        say(&ask.conns[i], ask.text, ask.text_len);
    }

    while (now_us() < stop) {
        n = epoll_wait(ask.epoll, events, 256, 100);

        for (int i = 0; i < n; i++) {
            conn_t *const  c = &ask.conns[events[i].data.u32];

            take(c);

            if (is_answered(c)) {
                count(c->asked_us);
                say(c, ask.text, ask.text_len);
            }
        }
    }

    qsort(ask.ms, ask.answers, sizeof(double), by_size);

    printf("{\"answers\": %llu, \"refusals\": %llu, \"seconds\": %.3f,"
           " \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"cpu_us\": %.0f}\n",
           (unsigned long long) ask.answers, (unsigned long long) ask.refusals,
           (double) (now_us() - begun) / 1e6, part(0.5), part(0.99), cpu_us());
}


/* --- streams ----------------------------------------------------------------- */


/* Reads of all streams until `n` have had the mark. */

static void
await(const char *mark, int n, int64_t since_us)
{
    int                 had, ready;
    struct epoll_event  events[256];

    for (had = 0; had < n; /* void */ ) {
        ready = epoll_wait(ask.epoll, events, 256, 30000);

        if (ready <= 0) {
            fail("streams");
        }

        for (int i = 0; i < ready; i++) {
            conn_t *const  c = &ask.conns[events[i].data.u32];

            /* what comes behind the mark is of no interest, nor is the end */

            if (c->done) {
                if (read(c->fd, c->buf, BUF_SIZE - 1) <= 0) {
                    (void) epoll_ctl(ask.epoll, EPOLL_CTL_DEL, c->fd, NULL);
                }

                continue;
            }

            take(c);
            c->buf[c->len] = '\0';

            if (strstr(c->buf, mark) != NULL) {
                c->done = true;
                had++;
                count(since_us);
            }

            if (c->len > TAIL) {
                memmove(c->buf, c->buf + c->len - TAIL, TAIL);
                c->len = TAIL;
            }
        }
    }
}


static void
follow(const char *method, const char *path, const char *body)
{
    char     line[16];
    conn_t   asker = { .buf = malloc(BUF_SIZE) };
    int64_t  since;

    since = now_us();

    for (int i = 0; i < ask.n; i++) {
        say(&ask.conns[i], ask.text, ask.text_len);
    }

    await("retry: ", ask.n, since);

    for (int i = 0; i < ask.n; i++) {
        ask.conns[i].done = false;
        ask.conns[i].len = 0;
    }

    printf("{\"open\": %d}\n", ask.n);
    fflush(stdout);

    if (fgets(line, sizeof(line), stdin) == NULL) {
        return;
    }

    ask.answers = 0;
    ask.text = request(method, path, body);
    begin(&asker, 0);
    (void) epoll_ctl(ask.epoll, EPOLL_CTL_DEL, asker.fd, NULL);

    since = now_us();
    say(&asker, ask.text, ask.text_len);
    await(END_MARK, ask.n, since);

    qsort(ask.ms, ask.answers, sizeof(double), by_size);
    printf("{\"first_ms\": %.1f, \"half_ms\": %.1f, \"last_ms\": %.1f}\n",
           part(0), part(0.5), part(1));
}


int
main(int argc, char **argv)
{
    if (argc < 7) {
        fprintf(stderr, "ask: see the head of its source\n");
        return 2;
    }

    ask.port = atoi(argv[1]);
    ask.n = atoi(argv[3]);
    ask.epoll = epoll_create1(0);
    ask.conns = calloc((size_t) ask.n, sizeof(conn_t));

    if (ask.epoll < 0 || ask.conns == NULL) {
        fail("begin");
    }

    for (int i = 0; i < ask.n; i++) {
        ask.conns[i].buf = malloc(BUF_SIZE);

        if (ask.conns[i].buf == NULL) {
            fail("memory");
        }

        begin(&ask.conns[i], i);
    }

    if (strcmp(argv[2], "ask") == 0) {
        ask.text = request(argv[5], argv[6], argc > 7 ? argv[7] : "");
        again_and_again(atof(argv[4]));

    } else if (argc > 7) {
        ask.text = request("GET", argv[4], "");
        follow(argv[5], argv[6], argv[7]);
    }

    return 0;
}
