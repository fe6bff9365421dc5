/* Posts pre-generated bodies over keep-alive connections and reports what it saw, as JSON.

   generator PORT PATH TOKEN BODIES FIRST COUNT CONNECTIONS RATE

   BODIES: a file of bodies, each behind its length (32 bits, little-endian). FIRST, COUNT: which of
   them to post, each once. RATE: requests a second; 0 posts as fast as answers come. At a rate the
   latency counts from when a request was due, so that a stall is not hidden by the requests that it
   kept from being sent. poll(2), not epoll: it exists everywhere and 32 connections cost it little. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 1024, LONGEST_HEAD = 512, LONGEST_ANSWER = 4096 };
/* Latencies in buckets of 1/64 of a power of two: within 1.6 % of the true value. */
enum { STEPS = 64, BUCKETS = 64 * STEPS };

typedef struct {
    char head[LONGEST_HEAD];
    size_t head_size, written, read;
    const uint8_t *body;
    uint32_t body_size;
    int64_t since_ns; /* when the request was due; -1: none is under way */
    char answer[LONGEST_ANSWER + 1];
} Connection;

static const uint8_t *next_body, *end_of_bodies;
static int64_t left, started_ns;
static int64_t buckets[BUCKETS], accepted, refused, longest_ns;
static double interval_ns;
static int64_t issued;
static const char *path, *token;

static void die(const char *what) {
    fprintf(stderr, "generator: %s: %s\n", what, errno ? strerror(errno) : "unexpected");
    exit(1);
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int bucket_of(int64_t ns) {
    int power = 0;
    while (ns >> power >= 2 * STEPS) power++;
    int bucket = power * STEPS + (int)(ns >> power);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static int64_t value_of(int bucket) {
    if (bucket < 2 * STEPS) return bucket;
    int power = bucket / STEPS - 1;
    return (int64_t)(bucket - power * STEPS) << power;
}

static double percentile_ms(double share) {
    int64_t rank = (int64_t)(share * (double)(accepted + refused)), seen = 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++)
        if ((seen += buckets[bucket]) > rank) return (double)value_of(bucket) / 1e6;
    return (double)longest_ns / 1e6;
}

static uint32_t size_at(const uint8_t *place) {
    return (uint32_t)place[0] | (uint32_t)place[1] << 8 | (uint32_t)place[2] << 16 |
           (uint32_t)place[3] << 24;
}

static const uint8_t *skip(const uint8_t *place) {
    if (place + 4 > end_of_bodies) {
        errno = 0;
        die("the file holds too few bodies");
    }
    return place + 4 + size_at(place);
}

static int64_t due_ns(void) { return started_ns + (int64_t)((double)issued * interval_ns); }

static void send_more(Connection *c, int fd) {
    while (c->written < c->head_size + c->body_size) {
        struct iovec parts[2];
        int count = 0;
        size_t of_body = c->written > c->head_size ? c->written - c->head_size : 0;
        if (c->written < c->head_size)
            parts[count++] = (struct iovec){c->head + c->written, c->head_size - c->written};
        parts[count++] = (struct iovec){(void *)(c->body + of_body), c->body_size - of_body};
        ssize_t sent = writev(fd, parts, count);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent < 0) die("sending failed");
        c->written += (size_t)sent;
    }
}

/* The next request, if there is one and it is due. */
static void begin(Connection *c, int fd, int64_t now) {
    if (left == 0 || (interval_ns > 0 && now < due_ns())) return;
    c->since_ns = interval_ns > 0 ? due_ns() : now;
    c->body = next_body + 4;
    c->body_size = size_at(next_body);
    next_body = skip(next_body);
    left--;
    issued++;
    c->head_size = (size_t)snprintf(
        c->head, LONGEST_HEAD,
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
        "Content-Type: application/cloudevents+json\r\nContent-Length: %u\r\n\r\n",
        path, token, c->body_size);
    c->written = c->read = 0;
    send_more(c, fd);
}

/* Whether an answer has come whole: its head, and as much body as that announces. */
static int is_whole(const Connection *c) {
    const char *end = strstr(c->answer, "\r\n\r\n");
    if (!end) return 0;
    const char *length = strcasestr(c->answer, "\r\ncontent-length:");
    size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
    return c->read >= (size_t)(end - c->answer) + 4 + body;
}

static void receive(Connection *c, int fd) {
    ssize_t got = read(fd, c->answer + c->read, LONGEST_ANSWER - c->read);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) die("the service closed a connection");
    c->read += (size_t)got;
    c->answer[c->read] = 0;
    if (!is_whole(c)) return;
    int64_t now = now_ns(), took = now - c->since_ns;
    if (c->answer[9] == '2') {
        accepted++;
    } else if (refused++ == 0) {
        fprintf(stderr, "generator: first refusal: %.*s\n", (int)strcspn(c->answer, "\r"), c->answer);
    }
    buckets[bucket_of(took)]++;
    if (took > longest_ns) longest_ns = took;
    c->since_ns = -1;
    begin(c, fd, now);
}

static int open_connection(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) die("connecting failed");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void map_bodies(const char *file, int64_t first) {
    int fd = open(file, O_RDONLY);
    struct stat about;
    if (fd < 0 || fstat(fd, &about)) die(file);
    next_body = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (next_body == MAP_FAILED) die(file);
    end_of_bodies = next_body + about.st_size;
    while (first-- > 0) next_body = skip(next_body);
}

int main(int count, char **arguments) {
    static Connection connections[MOST_CONNECTIONS];
    static struct pollfd polled[MOST_CONNECTIONS];
    if (count != 9) die("usage: generator PORT PATH TOKEN BODIES FIRST COUNT CONNECTIONS RATE");
    int port = atoi(arguments[1]), number = atoi(arguments[7]);
    path = arguments[2];
    token = arguments[3];
    map_bodies(arguments[4], atoll(arguments[5]));
    left = atoll(arguments[6]);
    double rate = atof(arguments[8]);
    interval_ns = rate > 0 ? 1e9 / rate : 0;
    if (number < 1 || number > MOST_CONNECTIONS) die("too many connections");
    for (int i = 0; i < number; i++) {
        polled[i].fd = open_connection(port);
        connections[i].since_ns = -1;
    }
    int64_t now = started_ns = now_ns(), ended_ns;
    for (;;) {
        int busy = 0;
        for (int i = 0; i < number; i++) {
            Connection *c = &connections[i];
            if (c->since_ns < 0) begin(c, polled[i].fd, now);
            int writing = c->since_ns >= 0 && c->written < c->head_size + c->body_size;
            polled[i].events = (short)(POLLIN | (writing ? POLLOUT : 0));
            busy += c->since_ns >= 0;
        }
        ended_ns = now_ns();
        if (!busy && !left) break;
        int64_t wait_ns = interval_ns > 0 && left && busy < number ? due_ns() - ended_ns : 1000000000;
        if (poll(polled, (nfds_t)number, wait_ns > 0 ? (int)((wait_ns + 999999) / 1000000) : 0) < 0) die("poll");
        for (int i = 0; i < number; i++) {
            Connection *c = &connections[i];
            if (polled[i].revents & POLLOUT) send_more(c, polled[i].fd);
            if (polled[i].revents & (POLLIN | POLLHUP | POLLERR)) receive(c, polled[i].fd);
        }
        now = now_ns();
    }
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu_s = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                   (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("{\"accepted\":%lld,\"refused\":%lld,\"seconds\":%.6f,\"cpu_seconds\":%.3f,"
           "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f}\n",
           (long long)accepted, (long long)refused, (double)(ended_ns - started_ns) / 1e9, cpu_s,
           percentile_ms(.5), percentile_ms(.99), percentile_ms(.999), (double)longest_ns / 1e6);
    return refused ? 2 : 0;
}
