/* Sends one request frame again and again over some connections and counts the answers.
 *
 * usage: load PORT CONNECTIONS DEPTH SECONDS FRAME_FILE
 * prints: requests seconds p50_us p99_us bytes_received
 * The frame is sent as it is, size included; answers are matched by their order. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEPTH_MAX 64
#define BUFFER (4 << 20)

typedef struct {
    int fd;
    double sent_at[DEPTH_MAX];
    unsigned head, tail;      /* answers come in order: a ring of send times */
    unsigned to_send;         /* requests that may go out now */
    size_t out_at;            /* bytes of the current request that are out */
    unsigned char size[4];
    unsigned size_have;
    size_t left;              /* bytes of the current answer still to come */
} Connection;

static char *frame, *in;
static size_t frame_size;
static double *latencies;
static size_t answers, latencies_max = 20000000;
static unsigned long long received;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) { perror(what); exit(1); }

static void send_some(Connection *c) {
    while (c->to_send) {
        if (c->out_at == 0) c->sent_at[c->head % DEPTH_MAX] = now();
        ssize_t n = send(c->fd, frame + c->out_at, frame_size - c->out_at, MSG_NOSIGNAL);
        if (n < 0) { if (errno == EAGAIN) return; fail("send"); }
        c->out_at += n;
        if (c->out_at < frame_size) return;
        c->out_at = 0; c->head++; c->to_send--;
    }
}

static void receive_some(Connection *c) {
    ssize_t n = recv(c->fd, in, BUFFER, 0);
    if (n == 0) { fprintf(stderr, "the server closed the connection\n"); exit(1); }
    if (n < 0) { if (errno == EAGAIN) return; fail("recv"); }
    received += n;
    double t = now();
    for (ssize_t at = 0; at < n;) {
        if (c->left) {
            size_t take = (size_t)(n - at) < c->left ? (size_t)(n - at) : c->left;
            c->left -= take; at += take;
        } else {
            c->size[c->size_have++] = in[at++];
            if (c->size_have < 4) continue;
            c->size_have = 0;
            c->left = (size_t)c->size[0] << 24 | c->size[1] << 16 | c->size[2] << 8 | c->size[3];
        }
        if (c->left == 0 && c->size_have == 0) {
            if (answers < latencies_max) latencies[answers] = t - c->sent_at[c->tail % DEPTH_MAX];
            answers++; c->tail++; c->to_send++;
        }
    }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
    if (argc != 6) { fprintf(stderr, "usage: load PORT CONNECTIONS DEPTH SECONDS FRAME_FILE\n"); return 2; }
    int port = atoi(argv[1]), count = atoi(argv[2]), depth = atoi(argv[3]);
    double seconds = atof(argv[4]);
    if (depth < 1 || depth > DEPTH_MAX) { fprintf(stderr, "depth is 1 to %d\n", DEPTH_MAX); return 2; }
    FILE *file = fopen(argv[5], "rb");
    if (!file) fail(argv[5]);
    fseek(file, 0, SEEK_END); frame_size = ftell(file); rewind(file);
    frame = malloc(frame_size); in = malloc(BUFFER); latencies = malloc(latencies_max * sizeof *latencies);
    if (fread(frame, 1, frame_size, file) != frame_size) fail("read");
    Connection *connections = calloc(count, sizeof *connections);
    int ep = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        Connection *c = &connections[i];
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
        inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
        c->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(c->fd, (struct sockaddr *)&to, sizeof to)) fail("connect");
        fcntl(c->fd, F_SETFL, O_NONBLOCK);
        int one = 1;
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
        epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &event);
        c->to_send = depth;
    }
    double start = now(), end = start + seconds;
    for (int i = 0; i < count; i++) send_some(&connections[i]);
    struct epoll_event events[256];
    while (now() < end) {
        int n = epoll_wait(ep, events, 256, 100);
        for (int i = 0; i < n; i++) {
            Connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLIN) {
                unsigned long long before;
                do { before = received; receive_some(c); } while (received - before == BUFFER);
                /* edge triggered: read on until nothing is left */
                for (;;) { before = received; receive_some(c); if (received == before) break; }
            }
            send_some(c);
        }
    }
    double took = now() - start;
    size_t kept = answers < latencies_max ? answers : latencies_max;
    qsort(latencies, kept, sizeof *latencies, ascending);
    printf("%zu %.3f %.1f %.1f %llu\n", answers, took, kept ? latencies[kept / 2] * 1e6 : 0,
           kept ? latencies[kept * 99 / 100] * 1e6 : 0, received);
    return 0;
}
