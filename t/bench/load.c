/*
 * The load of `./langorch bench`: a client that keeps a number of runs going
 * and the agent they call, in one process with one loop, so that what remains
 * of two cores is NGINX's.
 *
 * The life of a slot, of which there are as many as runs outstanding:
 *   create   POST /api/runs on the slot's own keep-alive connection
 *   work     until the agent has answered the last step of that run
 *   look     GET /api/runs/{id} until it is final, first after most of the
 *            time that the runs before it needed, then each eighth of it: a
 *            look is a request like others, and who looks early and often
 *            measures himself
 * and again, until the time is up.  Prints one JSON object.  With a port of 0
 * for the agent there is none: the runs are of a procedure that calls nobody.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

#define SLOTS_MAX    4096
#define BUF_SIZE     16384
#define TABLE_SIZE   65536
#define RUN_ID_LEN   36
#define LAST_STEP    "s5"
#define LOOK_MIN_US  50
#define SLACK_US     100        /* that a look is late, when nothing is to do */

typedef enum {
    CONN_LISTENER,
    CONN_AGENT,
    CONN_CLIENT
} conn_kind_t;

typedef enum {
    SLOT_IDLE,
    SLOT_CREATE,
    SLOT_WORK,
    SLOT_LOOK,
    SLOT_LOOKING
} slot_state_t;

typedef struct slot_s  slot_t;

typedef struct {
    conn_kind_t  kind;
    int          fd;
    slot_t      *slot;          /* of a client's connection */
    size_t       len;
    char         buf[BUF_SIZE];
} conn_t;

struct slot_s {
    slot_state_t  state;
    conn_t        conn;
    char          run_id[RUN_ID_LEN + 1];
    int64_t       begun_us;
    int64_t       worked_us;    /* when its last step was answered */
    int64_t       look_us;      /* when to look next, or was looked last */
};

/* A run that exists: it may reach its last step before its POST is answered. */

typedef struct entry_s  entry_t;

struct entry_s {
    entry_t  *next;
    slot_t   *slot;
    bool      done;
    char      run_id[RUN_ID_LEN + 1];
};

typedef struct {
    int       epoll;
    int       site_port;
    int       agent_port;
    int       nslots;
    int64_t   stop_us;
    int64_t   rest_us;          /* from there until the look that sees a run
                                   final: a mean that follows slowly */
    bool      stopping;
    int       busy;
    uint64_t  runs;
    uint64_t  steps;
    uint64_t  looks;
    uint64_t  failures;
    double   *latency_ms;
    size_t    latency_size;
    slot_t   *slots;
    entry_t  *table[TABLE_SIZE];
} load_t;

static load_t  load;


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
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}


static entry_t **
table_find(const char *run_id)
{
    uint32_t   hash = 2166136261u;
    entry_t  **e;

    for (int i = 0; i < RUN_ID_LEN; i++) {
        hash = (hash ^ (uint8_t) run_id[i]) * 16777619u;
    }

    e = &load.table[hash % TABLE_SIZE];

    while (*e != NULL && memcmp((*e)->run_id, run_id, RUN_ID_LEN) != 0) {
        e = &(*e)->next;
    }

    return e;
}


static entry_t *
table_get(const char *run_id)
{
    entry_t **const  e = table_find(run_id);

    if (*e == NULL) {
        *e = calloc(1, sizeof(entry_t));
        if (*e == NULL) {
            fail("memory");
        }

        memcpy((*e)->run_id, run_id, RUN_ID_LEN);
    }

    return *e;
}


static void
table_drop(const char *run_id)
{
    entry_t **const  e = table_find(run_id);
    entry_t *const   gone = *e;

    if (gone != NULL) {
        *e = gone->next;
        free(gone);
    }
}


static void
conn_watch(conn_t *c, int fd, conn_kind_t kind)
{
    const int           one = 1;
    struct epoll_event  ev = { .events = EPOLLIN, .data.ptr = c };

    c->fd = fd;
    c->kind = kind;
    c->len = 0;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    fcntl(fd, F_SETFL, O_NONBLOCK);

    if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, fd, &ev) != 0) {
        fail("epoll_ctl");
    }
}


/* What we send is small: a socket that does not take it whole is a fault. */

static void
conn_send(conn_t *c, const char *text, size_t len)
{
    if (send(c->fd, text, len, MSG_NOSIGNAL) != (ssize_t) len) {
        fail("send");
    }
}


/* --- slots --------------------------------------------------------------- */


static void
slot_connect(slot_t *s)
{
    const struct sockaddr_in  addr = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t) load.site_port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    const int                 fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0
        || connect(fd, (const struct sockaddr *) &addr, sizeof(addr)) != 0)
    {
        fail("connect");
    }

    s->conn.slot = s;
    conn_watch(&s->conn, fd, CONN_CLIENT);
}


static void
slot_create(slot_t *s)
{
    static const char  request[] =
        "POST /api/runs HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        "Content-Type: application/json\r\n"
        "Content-Length: 29\r\n"
        "\r\n"
        "{\"procedure_id\":\"bench-five\"}";

    static const char  inside[] =
        "POST /api/runs HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        "Content-Type: application/json\r\n"
        "Content-Length: 31\r\n"
        "\r\n"
        "{\"procedure_id\":\"bench-inside\"}";

    s->state = SLOT_CREATE;
    s->begun_us = now_us();
    load.busy++;

    if (load.agent_port == 0) {
        conn_send(&s->conn, inside, sizeof(inside) - 1);

    } else {
        conn_send(&s->conn, request, sizeof(request) - 1);
    }
}


static void
slot_begin_looking(slot_t *s)
{
    const int64_t  wait = load.rest_us - load.rest_us / 8 - SLACK_US;

    s->state = SLOT_LOOK;
    s->worked_us = now_us();
    s->look_us = s->worked_us + (wait > LOOK_MIN_US ? wait : LOOK_MIN_US);
}


static void
slot_look(slot_t *s)
{
    char  request[256];
    int   len;

    len = snprintf(request, sizeof(request),
                   "GET /api/runs/%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                   s->run_id);

    s->state = SLOT_LOOKING;
    s->look_us = now_us();
    load.looks++;

    conn_send(&s->conn, request, (size_t) len);
}


static void
slot_end(slot_t *s, bool good)
{
    table_drop(s->run_id);
    load.busy--;
    s->state = SLOT_IDLE;

    if (!good) {
        load.failures++;

    } else {
        if (load.runs == load.latency_size) {
            load.latency_size = load.latency_size * 2 + 1024;
            load.latency_ms = realloc(load.latency_ms,
                                      load.latency_size * sizeof(double));
            if (load.latency_ms == NULL) {
                fail("memory");
            }
        }

        load.latency_ms[load.runs++] = (double) (now_us() - s->begun_us) / 1e3;
    }

    if (!load.stopping) {
        slot_create(s);
    }
}


static void
slot_created(slot_t *s, int status, const char *body)
{
    const char *const  at = strstr(body, "\"run_id\"");
    const char        *id = at != NULL ? strchr(at + 8, '"') : NULL;
    entry_t           *e;

    if (status != 201 || id == NULL) {
        fprintf(stderr, "load: create: %d %.200s\n", status, body);
        exit(1);
    }

    memcpy(s->run_id, id + 1, RUN_ID_LEN);

    e = table_get(s->run_id);
    e->slot = s;
    s->state = SLOT_WORK;

    if (e->done || load.agent_port == 0) {
        slot_begin_looking(s);
    }
}


static bool
body_says(const char *body, const char *status)
{
    char  text[2][48];

    snprintf(text[0], sizeof(text[0]), "\"status\":\"%s\"", status);
    snprintf(text[1], sizeof(text[1]), "\"status\": \"%s\"", status);

    return strstr(body, text[0]) != NULL || strstr(body, text[1]) != NULL;
}


static void
slot_looked(slot_t *s, int status, const char *body)
{
    if (status == 200 && body_says(body, "completed")) {
        load.rest_us += (s->look_us - s->worked_us - load.rest_us) / 8;
        slot_end(s, true);
        return;
    }

    if (status != 200 || body_says(body, "failed")) {
        fprintf(stderr, "load: run: %d %.400s\n", status, body);
        slot_end(s, false);
        return;
    }

    s->state = SLOT_LOOK;
    s->look_us = now_us() + LOOK_MIN_US + load.rest_us / 8;
}


/* --- messages ------------------------------------------------------------ */


static void
agent_answer(conn_t *c, const char *run_id, const char *step)
{
    static const char  answer[] =
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/json\r\n"
        "Content-Length: 41\r\n"
        "\r\n"
        "{\"status\":\"success\",\"result\":{\"n\":12345}}";

    _Static_assert(sizeof("{\"status\":\"success\",\"result\":{\"n\":12345}}")
                   == 41 + 1, "the length above");

    entry_t  *e;

    conn_send(c, answer, sizeof(answer) - 1);
    load.steps++;

    if (strncmp(step, LAST_STEP, strlen(LAST_STEP)) != 0) {
        return;
    }

    e = table_get(run_id);

    if (!e->done && e->slot != NULL) {
        slot_begin_looking(e->slot);
    }

    e->done = true;
}


/* The value of a field of the head, or NULL. */

static const char *
head_field(const char *head, const char *name)
{
    const char *const  at = strcasestr(head, name);

    return at != NULL ? at + strlen(name) : NULL;
}


/* One whole message at the start of the buffer?  Returns its length, else 0. */

static size_t
message_size(const conn_t *c, size_t *head_size)
{
    const char *const  end = memmem(c->buf, c->len, "\r\n\r\n", 4);
    const char        *length;

    if (end == NULL) {
        return 0;
    }

    *head_size = (size_t) (end - c->buf) + 4;
    length = head_field(c->buf, "\r\ncontent-length:");

    return *head_size + (length != NULL ? (size_t) atol(length) : 0);
}


/* The site looks after its agents twice a minute. */

static void
agent_is_well(conn_t *c)
{
    static const char  answer[] =
        "HTTP/1.1 200 OK\r\n"
        "Content-Length: 2\r\n"
        "\r\n"
        "{}";

    conn_send(c, answer, sizeof(answer) - 1);
}


static void
conn_message(conn_t *c, size_t head_size, size_t size)
{
    char *const  body = c->buf + head_size;
    const char   kept = c->buf[size];
    const char  *run, *step;

    c->buf[size] = '\0';

    if (c->kind == CONN_AGENT && strncmp(c->buf, "GET ", 4) == 0) {
        agent_is_well(c);

    } else if (c->kind == CONN_AGENT) {
        run = head_field(c->buf, "\r\nx-run-id: ");
        step = head_field(c->buf, "\r\nx-step-id: ");

        if (run == NULL || step == NULL) {
            fprintf(stderr, "load: a call without X-Run-ID or X-Step-ID\n");
            exit(1);
        }

        agent_answer(c, run, step);

    } else if (c->slot->state == SLOT_CREATE) {
        slot_created(c->slot, atoi(c->buf + 9), body);

    } else {
        slot_looked(c->slot, atoi(c->buf + 9), body);
    }

    c->buf[size] = kept;
}


static void
conn_ended(conn_t *c)
{
    close(c->fd);

    if (c->kind == CONN_AGENT) {
        free(c);
        return;
    }

    /* keepalive_requests of the site: the slot goes on with a new one */

    slot_connect(c->slot);

    if (c->slot->state == SLOT_CREATE || c->slot->state == SLOT_LOOKING) {
        fprintf(stderr, "load: a request lost its connection\n");
        exit(1);
    }
}


static void
conn_read(conn_t *c)
{
    size_t   head_size = 0, size;
    ssize_t  n;

    n = recv(c->fd, c->buf + c->len, BUF_SIZE - 1 - c->len, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }

    if (n <= 0) {
        conn_ended(c);
        return;
    }

    c->len += (size_t) n;
    c->buf[c->len] = '\0';

    while ((size = message_size(c, &head_size)) > 0 && c->len >= size) {
        const size_t  rest = c->len - size;

        conn_message(c, head_size, size);
        memmove(c->buf, c->buf + size, rest + 1);
        c->len = rest;
    }

    if (c->len == BUF_SIZE - 1) {
        fprintf(stderr, "load: a message is too long\n");
        exit(1);
    }
}


static void
conn_accept(conn_t *listener)
{
    int  fd;

    while ((fd = accept(listener->fd, NULL, NULL)) >= 0) {
        conn_t *const  c = calloc(1, sizeof(conn_t));

        if (c == NULL) {
            fail("memory");
        }

        conn_watch(c, fd, CONN_AGENT);
    }
}


/* --- the loop ------------------------------------------------------------ */


/* Looks where it is time; returns when the next look is, at most 100 ms later:
 * a ms, which is what epoll_wait() counts in, is half the life of a run that is
 * alone. */

static struct timespec
look_due(void)
{
    const int64_t  now = now_us();
    int64_t        next = now + 100000;

    for (int i = 0; i < load.nslots; i++) {
        slot_t *const  s = &load.slots[i];

        if (s->state != SLOT_LOOK) {
            continue;
        }

        if (s->look_us <= now) {
            slot_look(s);
        } else if (s->look_us < next) {
            next = s->look_us;
        }
    }

    return (struct timespec) { .tv_sec = 0, .tv_nsec = (next - now) * 1000 };
}


static void
loop(void)
{
    struct epoll_event  events[256];

    while (load.busy > 0) {
        const struct timespec  wait = look_due();
        const int  n = epoll_pwait2(load.epoll, events, 256, &wait, NULL);

        for (int i = 0; i < n; i++) {
            conn_t *const  c = events[i].data.ptr;

            if (c->kind == CONN_LISTENER) {
                conn_accept(c);
            } else {
                conn_read(c);
            }
        }

        if (now_us() >= load.stop_us) {
            load.stopping = true;

            if (now_us() >= load.stop_us + 20 * 1000000) {
                fprintf(stderr, "load: %d runs do not end\n", load.busy);
                exit(1);
            }
        }
    }
}


static int
by_size(const void *a, const void *b)
{
    const double  x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}


static double
percentile(double share)
{
    return load.runs == 0
           ? 0 : load.latency_ms[(size_t) (share * (double) (load.runs - 1))];
}


static void
report(double seconds)
{
    struct rusage  ru;
    double         cpu_us;

    getrusage(RUSAGE_SELF, &ru);
    cpu_us = (double) (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1e6
             + (double) (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec);

    qsort(load.latency_ms, load.runs, sizeof(double), by_size);

    printf("{\"seconds\":%.3f,\"runs\":%llu,\"steps\":%llu,\"failures\":%llu,"
           "\"looks\":%llu,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"cpu_us\":%.0f}\n",
           seconds, (unsigned long long) load.runs,
           (unsigned long long) load.steps, (unsigned long long) load.failures,
           (unsigned long long) load.looks, percentile(0.5), percentile(0.99),
           cpu_us);
}


static void
listen_as_agent(conn_t *listener)
{
    const int                 one = 1;
    const int                 fd = socket(AF_INET, SOCK_STREAM, 0);
    const struct sockaddr_in  addr = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t) load.agent_port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));

    if (bind(fd, (const struct sockaddr *) &addr, sizeof(addr)) != 0
        || listen(fd, 1024) != 0)
    {
        fail("listen");
    }

    conn_watch(listener, fd, CONN_LISTENER);
}


int
main(int argc, char **argv)
{
    static conn_t  listener;
    int64_t        begun;

    if (argc != 5) {
        fprintf(stderr,
                "usage: load SITE-PORT AGENT-PORT OUTSTANDING SECONDS\n");
        return 2;
    }

    load.site_port = atoi(argv[1]);
    load.agent_port = atoi(argv[2]);
    load.nslots = atoi(argv[3]);

    if (load.nslots < 1 || load.nslots > SLOTS_MAX) {
        fprintf(stderr, "load: 1 to %d outstanding\n", SLOTS_MAX);
        return 2;
    }

    load.rest_us = 1000;
    load.epoll = epoll_create1(0);
    load.slots = calloc((size_t) load.nslots, sizeof(slot_t));

    if (load.epoll < 0 || load.slots == NULL) {
        fail("start");
    }

    if (load.agent_port != 0) {
        listen_as_agent(&listener);
    }

    begun = now_us();
    load.stop_us = begun + (int64_t) (atof(argv[4]) * 1e6);

    for (int i = 0; i < load.nslots; i++) {
        slot_connect(&load.slots[i]);
        slot_create(&load.slots[i]);
    }

    loop();
    report((double) (now_us() - begun) / 1e6);

    return load.failures == 0 ? 0 : 1;
}
