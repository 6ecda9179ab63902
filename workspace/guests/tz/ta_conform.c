/*
 * POSIX as a trusted application sees it: one small function for each row of the table in the README of
 * org.kakuri.system.tzmediator, whose tests run it.
 *
 *   ta_conform list              prints the rows: call, tab, behaviour
 *   ta_conform run FOLDER NAME   runs all; prints "ok" or "FAIL line errno", tab, call, tab, behaviour
 *
 * FOLDER is where the shadow process may make files; NAME makes names of the system unique. Exit status: failed rows.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return __LINE__;                                                                                           \
    } while (0)
#define FAILS(call, error) ((call) < 0 && errno == (error))
#define MILLI 1000000L

static char folder[256];
static char unique[64];
static volatile int handled;
static volatile int handled_values[64];
static siginfo_t last;


static void note(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    last = *info;
    if (handled < 64)
        handled_values[handled] = info->si_value.sival_int;
    handled++;
}

static int catch_signal(int signal, int flags, void (*handler)(int, siginfo_t *, void *)) {
    struct sigaction action = {.sa_flags = SA_SIGINFO | flags};
    action.sa_sigaction = handler;
    handled = 0;
    return sigaction(signal, &action, NULL);
}

static sigset_t set_of(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

static const char *path(const char *name) {
    static char buffer[512];
    snprintf(buffer, sizeof buffer, "%s/%s", folder, name);
    return buffer;
}

static const char *name(const char *suffix) {
    static char buffer[128];
    snprintf(buffer, sizeof buffer, "/%s-%s", unique, suffix);
    return buffer;
}

/* A signal in `millis`, again and again every `every` ms unless that is 0. */
static timer_t signal_in(int signal, long millis, long every) {
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = signal, .sigev_value.sival_int = 77};
    struct itimerspec time = {.it_value.tv_nsec = millis * MILLI, .it_interval.tv_nsec = every * MILLI};
    timer_t timer = NULL;
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0 || timer_settime(timer, 0, &time, NULL) < 0)
        return NULL;
    return timer;
}

static struct timespec from_now(long millis) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    now.tv_nsec += millis * MILLI;
    now.tv_sec += now.tv_nsec / 1000000000;
    now.tv_nsec %= 1000000000;
    return now;
}

static int ready(int fd, short events) {
    struct pollfd entry = {.fd = fd, .events = events};
    return poll(&entry, 1, 1000) == 1 ? entry.revents : -1;
}

/* --- pipes --- */

static int pipe_order(void) {
    int p[2];
    char buffer[16];
    CHECK(pipe(p) == 0 && write(p[1], "abc", 3) == 3 && write(p[1], "def", 3) == 3);
    CHECK(read(p[0], buffer, 4) == 4 && memcmp(buffer, "abcd", 4) == 0);
    CHECK(read(p[0], buffer, sizeof buffer) == 2 && memcmp(buffer, "ef", 2) == 0);
    return close(p[0]) | close(p[1]);
}

static int pipe_end(void) {
    int p[2];
    char c;
    CHECK(pipe(p) == 0 && write(p[1], "x", 1) == 1 && close(p[1]) == 0);
    CHECK(read(p[0], &c, 1) == 1 && read(p[0], &c, 1) == 0 && read(p[0], &c, 1) == 0);
    return close(p[0]);
}

static int pipe_broken(void) {
    int p[2];
    CHECK(pipe(p) == 0 && close(p[0]) == 0 && catch_signal(SIGPIPE, 0, note) == 0);
    CHECK(FAILS(write(p[1], "x", 1), EPIPE) && handled == 1);
    return close(p[1]);
}

static int pipe_ignored(void) {
    int p[2];
    CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR && pipe(p) == 0 && close(p[0]) == 0);
    handled = 0;
    CHECK(FAILS(write(p[1], "x", 1), EPIPE) && handled == 0);
    return close(p[1]);
}

static int pipe_empty(void) {
    int p[2];
    char c;
    CHECK(pipe(p) == 0 && fcntl(p[0], F_SETFL, O_NONBLOCK) == 0 && (fcntl(p[0], F_GETFL) & O_NONBLOCK));
    CHECK(FAILS(read(p[0], &c, 1), EAGAIN));
    return close(p[0]) | close(p[1]);
}

static int pipe_full(void) {
    int p[2];
    static char block[65536];
    long total = 0;
    ssize_t n;
    CHECK(pipe(p) == 0 && fcntl(p[1], F_SETFL, O_NONBLOCK) == 0);
    while ((n = write(p[1], block, 40000)) > 0)
        total += n;
    CHECK(n < 0 && errno == EAGAIN && total >= 4096);
    CHECK(read(p[0], block, 100) == 100);
    return close(p[0]) | close(p[1]);
}

static int pipe_interrupted(void) {
    int p[2];
    char c;
    CHECK(pipe(p) == 0 && catch_signal(SIGALRM, 0, note) == 0);
    timer_t timer = signal_in(SIGALRM, 20, 0);
    CHECK(timer && FAILS(read(p[0], &c, 1), EINTR) && handled == 1);
    CHECK(timer_delete(timer) == 0);
    return close(p[0]) | close(p[1]);
}

static int restarts_fd;

static void feed(int signal, siginfo_t *info, void *context) {
    note(signal, info, context);
    if (handled == 2)
        (void)!write(restarts_fd, "r", 1);
}

static int pipe_restarted(void) {
    int p[2];
    char c = 0;
    CHECK(pipe(p) == 0 && catch_signal(SIGALRM, SA_RESTART, feed) == 0);
    restarts_fd = p[1];
    timer_t timer = signal_in(SIGALRM, 20, 20);
    CHECK(timer && read(p[0], &c, 1) == 1 && c == 'r' && handled >= 2);
    CHECK(timer_delete(timer) == 0);
    return close(p[0]) | close(p[1]);
}

static int vectors(void) {
    int p[2];
    char a[3], b[8];
    struct iovec out[2] = {{"ab", 2}, {"cdef", 4}};
    struct iovec in[2] = {{a, sizeof a}, {b, sizeof b}};
    CHECK(pipe(p) == 0 && writev(p[1], out, 2) == 6);
    CHECK(readv(p[0], in, 2) == 6 && memcmp(a, "abc", 3) == 0 && memcmp(b, "def", 3) == 0);
    return close(p[0]) | close(p[1]);
}

static int fifo(void) {
    char c;
    CHECK(mkfifo(path("fifo"), 0600) == 0 && FAILS(mkfifo(path("fifo"), 0600), EEXIST));
    CHECK(FAILS(open(path("fifo"), O_WRONLY | O_NONBLOCK), ENXIO));
    int reader = open(path("fifo"), O_RDONLY | O_NONBLOCK);
    int writer = open(path("fifo"), O_WRONLY);
    CHECK(reader >= 0 && writer >= 0 && write(writer, "f", 1) == 1 && read(reader, &c, 1) == 1 && c == 'f');
    CHECK(close(writer) == 0 && read(reader, &c, 1) == 0 && close(reader) == 0);
    return unlink(path("fifo"));
}

static int files(void) {
    char buffer[8];
    int fd = open(path("file"), O_RDWR | O_CREAT | O_EXCL, 0600);
    CHECK(fd >= 0 && write(fd, "0123456789", 10) == 10 && lseek(fd, 4, SEEK_SET) == 4);
    CHECK(read(fd, buffer, 3) == 3 && memcmp(buffer, "456", 3) == 0 && pread(fd, buffer, 2, 0) == 2);
    CHECK(FAILS(open(path("file"), O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST) && ftruncate(fd, 5) == 0);
    struct stat status;
    CHECK(fstat(fd, &status) == 0 && status.st_size == 5 && close(fd) == 0 && unlink(path("file")) == 0);
    return !FAILS(open(path("file"), O_RDONLY), ENOENT);
}

static int descriptors(void) {
    int p[2];
    char c;
    CHECK(pipe(p) == 0);
    int copy = dup(p[1]);
    CHECK(copy >= 0 && copy != p[1] && close(p[1]) == 0 && write(copy, "d", 1) == 1);
    CHECK(read(p[0], &c, 1) == 1 && dup2(p[0], 40) == 40 && write(copy, "e", 1) == 1 && read(40, &c, 1) == 1);
    CHECK(close(copy) == 0 && read(40, &c, 1) == 0 && close(40) == 0 && close(p[0]) == 0);
    CHECK(FAILS(close(p[0]), EBADF) && FAILS(read(p[0], &c, 1), EBADF) && FAILS(dup(p[0]), EBADF));
    return 0;
}

/* --- sockets --- */

static int unix_address(struct sockaddr_un *address, const char *file) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    return snprintf(address->sun_path, sizeof address->sun_path, "%s", path(file)) < (int)sizeof address->sun_path;
}

static int unix_stream(void) {
    struct sockaddr_un address, got;
    socklen_t length = sizeof got;
    char buffer[8];
    CHECK(unix_address(&address, "stream"));
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(server >= 0 && client >= 0 && FAILS(connect(client, (void *)&address, sizeof address), ENOENT));
    CHECK(bind(server, (void *)&address, sizeof address) == 0);
    CHECK(FAILS(connect(client, (void *)&address, sizeof address), ECONNREFUSED) && listen(server, 4) == 0);
    CHECK(connect(client, (void *)&address, sizeof address) == 0);
    int peer = accept(server, NULL, NULL);
    CHECK(peer >= 0 && send(client, "hello", 5, 0) == 5 && recv(peer, buffer, 8, 0) == 5);
    CHECK(getsockname(server, (void *)&got, &length) == 0 && strcmp(got.sun_path, address.sun_path) == 0);
    length = sizeof got;
    CHECK(getpeername(client, (void *)&got, &length) == 0 && strcmp(got.sun_path, address.sun_path) == 0);
    CHECK(close(client) == 0 && recv(peer, buffer, 8, 0) == 0 && close(peer) == 0 && close(server) == 0);
    return unlink(path("stream"));
}

static int in_use(void) {
    struct sockaddr_un address;
    CHECK(unix_address(&address, "used"));
    int a = socket(AF_UNIX, SOCK_STREAM, 0), b = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(a, (void *)&address, sizeof address) == 0 && FAILS(bind(b, (void *)&address, sizeof address), EADDRINUSE));
    CHECK(close(a) == 0 && close(b) == 0);
    return unlink(path("used"));
}

static int accepts_when_asked(void) {
    struct sockaddr_un address;
    CHECK(unix_address(&address, "later"));
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK(bind(server, (void *)&address, sizeof address) == 0 && listen(server, 1) == 0);
    CHECK(FAILS(accept(server, NULL, NULL), EAGAIN) && close(server) == 0);
    return unlink(path("later"));
}

static int half_closed(void) {
    int s[2];
    char buffer[4];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && send(s[0], "a", 1, 0) == 1 && shutdown(s[0], SHUT_WR) == 0);
    CHECK(recv(s[1], buffer, 4, 0) == 1 && recv(s[1], buffer, 4, 0) == 0);
    CHECK(send(s[1], "b", 1, 0) == 1 && recv(s[0], buffer, 4, 0) == 1 && buffer[0] == 'b');
    return close(s[0]) | close(s[1]);
}

static int peeks(void) {
    int s[2];
    char buffer[4];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && FAILS(recv(s[1], buffer, 4, MSG_DONTWAIT), EAGAIN));
    CHECK(send(s[0], "pq", 2, 0) == 2 && recv(s[1], buffer, 1, MSG_PEEK) == 1 && buffer[0] == 'p');
    CHECK(recv(s[1], buffer, 4, 0) == 2 && memcmp(buffer, "pq", 2) == 0);
    return close(s[0]) | close(s[1]);
}

static int socket_broken(void) {
    int s[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && close(s[1]) == 0 && catch_signal(SIGPIPE, 0, note) == 0);
    CHECK(FAILS(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE) && handled == 0);
    CHECK(FAILS(send(s[0], "x", 1, 0), EPIPE) && handled == 1);
    return close(s[0]);
}

static int datagrams(void) {
    int s[2];
    char buffer[8];
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s) == 0 && send(s[0], "abc", 3, 0) == 3 && send(s[0], "de", 2, 0) == 2);
    CHECK(recv(s[1], buffer, 2, 0) == 2 && recv(s[1], buffer, 8, 0) == 2 && memcmp(buffer, "de", 2) == 0);
    return close(s[0]) | close(s[1]);
}

static struct sockaddr_in loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = inet_addr("127.0.0.1");
    return address;
}

static int tcp(void) {
    struct sockaddr_in address = loopback(), got;
    socklen_t length = sizeof got;
    char buffer[8];
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(server, (void *)&address, sizeof address) == 0 && listen(server, 1) == 0);
    CHECK(getsockname(server, (void *)&address, &length) == 0 && length == 16 && address.sin_port != 0);
    CHECK(connect(client, (void *)&address, sizeof address) == 0);
    length = sizeof got;
    int peer = accept(server, (void *)&got, &length);
    struct sockaddr_in own;
    socklen_t own_length = sizeof own;
    CHECK(peer >= 0 && getsockname(client, (void *)&own, &own_length) == 0 && own.sin_port == got.sin_port);
    CHECK(write(client, "tcp", 3) == 3 && read(peer, buffer, 8) == 3 && memcmp(buffer, "tcp", 3) == 0);
    CHECK(close(client) == 0 && read(peer, buffer, 8) == 0);
    return close(peer) | close(server);
}

static int options(void) {
    int value = 1, type = 0;
    socklen_t length = sizeof value;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof value) == 0);
    value = 0;
    CHECK(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, &length) == 0 && value == 1 && length == sizeof value);
    CHECK(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM);
    CHECK(FAILS(getsockopt(fd, SOL_SOCKET, 9999, &type, &length), ENOPROTOOPT));
    int p[2];
    CHECK(pipe(p) == 0 && FAILS(getsockopt(p[0], SOL_SOCKET, SO_TYPE, &type, &length), ENOTSOCK));
    return close(fd) | close(p[0]) | close(p[1]);
}

static int refused(void) {
    struct sockaddr_in address = loopback();
    socklen_t length = sizeof address;
    int bound = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), error = 0;
    CHECK(bind(bound, (void *)&address, sizeof address) == 0 && getsockname(bound, (void *)&address, &length) == 0);
    CHECK(FAILS(connect(client, (void *)&address, sizeof address), ECONNREFUSED) && close(client) == 0);
    client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int result = connect(client, (void *)&address, sizeof address);
    CHECK(result < 0 && (errno == EINPROGRESS || errno == ECONNREFUSED));
    if (errno == EINPROGRESS) {
        length = sizeof error;
        CHECK(ready(client, POLLOUT) > 0 && getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &length) == 0);
        /* The value is the shadow's number, not the TA's. */
        CHECK(error == 111);
    }
    return close(client) | close(bound);
}

static int udp(void) {
    struct sockaddr_in a = loopback(), b = loopback(), from;
    socklen_t length = sizeof a;
    char buffer[8];
    int x = socket(AF_INET, SOCK_DGRAM, 0), y = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(bind(x, (void *)&a, sizeof a) == 0 && getsockname(x, (void *)&a, &length) == 0);
    length = sizeof b;
    CHECK(bind(y, (void *)&b, sizeof b) == 0 && getsockname(y, (void *)&b, &length) == 0);
    CHECK(sendto(x, "dgram", 5, 0, (void *)&b, sizeof b) == 5);
    length = sizeof from;
    CHECK(recvfrom(y, buffer, 8, 0, (void *)&from, &length) == 5 && from.sin_port == a.sin_port && length == 16);
    return close(x) | close(y);
}

static int socket_kinds(void) {
    CHECK(FAILS(socket(16, SOCK_STREAM, 0), EINVAL) && FAILS(socket(AF_INET, 3, 0), EINVAL));
    return 0;
}

/* --- poll, eventfd --- */

static int polls(void) {
    int p[2], q[2];
    CHECK(pipe(p) == 0 && pipe(q) == 0 && write(q[1], "x", 1) == 1);
    struct pollfd entries[4] = {{p[0], POLLIN, 0}, {q[0], POLLIN, 0}, {-1, POLLIN, 9}, {q[1], POLLOUT, 0}};
    CHECK(poll(entries, 4, -1) == 2 && entries[0].revents == 0 && entries[1].revents == POLLIN);
    CHECK(entries[2].revents == 0 && entries[3].revents == POLLOUT);
    CHECK(close(p[1]) == 0 && poll(entries, 1, -1) == 1 && entries[0].revents == POLLHUP);
    entries[0].fd = 700;
    CHECK(poll(entries, 1, -1) == 1 && entries[0].revents == POLLNVAL);
    return close(p[0]) | close(q[0]) | close(q[1]);
}

static int poll_times_out(void) {
    int p[2];
    struct timespec before, after;
    CHECK(pipe(p) == 0 && clock_gettime(CLOCK_MONOTONIC, &before) == 0);
    struct pollfd entry = {p[0], POLLIN, 0};
    CHECK(poll(&entry, 1, 0) == 0 && poll(&entry, 1, 30) == 0 && clock_gettime(CLOCK_MONOTONIC, &after) == 0);
    CHECK((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / MILLI >= 29);
    return close(p[0]) | close(p[1]);
}

static int poll_interrupted(void) {
    int p[2];
    CHECK(pipe(p) == 0 && catch_signal(SIGALRM, SA_RESTART, note) == 0);
    struct pollfd entry = {p[0], POLLIN, 0};
    timer_t timer = signal_in(SIGALRM, 20, 0);
    CHECK(timer && FAILS(poll(&entry, 1, -1), EINTR) && handled == 1 && timer_delete(timer) == 0);
    return close(p[0]) | close(p[1]);
}

static int eventfds(void) {
    eventfd_t value = 0;
    int fd = eventfd(3, EFD_NONBLOCK);
    CHECK(fd >= 0 && eventfd_write(fd, 4) == 0 && ready(fd, POLLIN) == POLLIN);
    CHECK(eventfd_read(fd, &value) == 0 && value == 7 && FAILS(eventfd_read(fd, &value), EAGAIN));
    CHECK(close(fd) == 0);
    fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    CHECK(eventfd_read(fd, &value) == 0 && value == 1 && eventfd_read(fd, &value) == 0 && value == 1);
    CHECK(FAILS(eventfd_read(fd, &value), EAGAIN));
    return close(fd);
}

/* --- clocks and timers --- */

static int clocks(void) {
    struct timespec a, b, real;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &a) == 0 && clock_gettime(CLOCK_MONOTONIC, &b) == 0);
    CHECK(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec));
    CHECK(clock_gettime(CLOCK_REALTIME, &real) == 0 && real.tv_sec > 1600000000);
    return 0;
}

static int sleeps(void) {
    struct timespec before, after, time = {.tv_nsec = 20 * MILLI}, bad = {.tv_nsec = 1000000000};
    CHECK(clock_gettime(CLOCK_MONOTONIC, &before) == 0 && nanosleep(&time, NULL) == 0);
    CHECK(clock_gettime(CLOCK_MONOTONIC, &after) == 0);
    CHECK((after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec >= 20 * MILLI);
    return !FAILS(nanosleep(&bad, NULL), EINVAL);
}

static int sleep_interrupted(void) {
    struct timespec time = {.tv_sec = 30}, left = {0};
    CHECK(catch_signal(SIGALRM, SA_RESTART, note) == 0);
    timer_t timer = signal_in(SIGALRM, 20, 0);
    CHECK(timer && FAILS(nanosleep(&time, &left), EINTR) && handled == 1 && left.tv_sec >= 1 && left.tv_sec <= 29);
    return timer_delete(timer);
}

static int timerfds(void) {
    struct itimerspec time = {.it_value.tv_nsec = 5 * MILLI, .it_interval.tv_nsec = 5 * MILLI}, got;
    uint64_t expired = 0;
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    CHECK(fd >= 0 && timerfd_settime(fd, 0, &time, NULL) == 0 && timerfd_gettime(fd, &got) == 0);
    CHECK(got.it_interval.tv_nsec == 5 * MILLI && read(fd, &expired, sizeof expired) == 8 && expired >= 1);
    memset(&time, 0, sizeof time);
    CHECK(timerfd_settime(fd, 0, &time, &got) == 0 && got.it_interval.tv_nsec == 5 * MILLI);
    CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && FAILS(read(fd, &expired, sizeof expired), EAGAIN));
    return close(fd);
}

static int timers(void) {
    struct itimerspec got;
    CHECK(catch_signal(SIGRTMIN + 1, 0, note) == 0);
    timer_t timer = signal_in(SIGRTMIN + 1, 10, 0);
    struct timespec time = {.tv_sec = 5};
    CHECK(timer && FAILS(nanosleep(&time, NULL), EINTR) && handled == 1);
    CHECK(last.si_code == SI_TIMER && last.si_value.sival_int == 77);
    CHECK(timer_gettime(timer, &got) == 0 && got.it_value.tv_sec == 0 && got.it_value.tv_nsec == 0);
    CHECK(timer_getoverrun(timer) >= 0 && timer_delete(timer) == 0);
    return !FAILS(timer_delete(timer), EINVAL);
}

/* --- signals --- */

static int to_itself(void) {
    CHECK(catch_signal(SIGUSR1, 0, note) == 0 && kill(getpid(), SIGUSR1) == 0 && handled == 1);
    return !(last.si_pid == getpid() && last.si_signo == SIGUSR1 && last.si_code == SI_USER);
}

static int masked(void) {
    sigset_t set = set_of(SIGUSR1), old, pending;
    CHECK(catch_signal(SIGUSR1, 0, note) == 0 && sigprocmask(SIG_BLOCK, &set, &old) == 0);
    CHECK(kill(getpid(), SIGUSR1) == 0 && handled == 0 && sigpending(&pending) == 0);
    CHECK(sigismember(&pending, SIGUSR1) && !sigismember(&pending, SIGUSR2) && kill(getpid(), SIGUSR1) == 0);
    CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
    struct timespec time = {.tv_nsec = 50 * MILLI};
    if (handled == 0)
        nanosleep(&time, NULL);
    return !(handled == 1);
}

static int queued(void) {
    sigset_t set = set_of(SIGRTMIN + 2);
    siginfo_t info;
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    for (int i = 0; i < 5; i++)
        CHECK(sigqueue(getpid(), SIGRTMIN + 2, (union sigval){.sival_int = 100 + i}) == 0);
    for (int i = 0; i < 5; i++) {
        CHECK(sigwaitinfo(&set, &info) == SIGRTMIN + 2 && info.si_value.sival_int == 100 + i);
        CHECK(info.si_code == SI_QUEUE && info.si_pid == getpid());
    }
    struct timespec none = {0};
    CHECK(FAILS(sigtimedwait(&set, &info, &none), EAGAIN));
    return sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int handled_in_order(void) {
    sigset_t set = set_of(SIGRTMIN + 3);
    CHECK(catch_signal(SIGRTMIN + 3, 0, note) == 0 && sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    for (int i = 0; i < 20; i++)
        CHECK(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = i}) == 0);
    CHECK(handled == 0 && sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
    struct timespec time = {.tv_nsec = 20 * MILLI};
    for (int i = 0; i < 100 && handled < 20; i++)
        nanosleep(&time, NULL);
    CHECK(handled == 20);
    for (int i = 0; i < 20; i++)
        CHECK(handled_values[i] == i);
    return 0;
}

static int waits(void) {
    sigset_t set = set_of(SIGUSR2), both = set_of(SIGUSR2);
    int number = 0;
    sigaddset(&both, SIGALRM);
    CHECK(sigprocmask(SIG_BLOCK, &both, NULL) == 0);
    struct timespec time = {.tv_nsec = 20 * MILLI};
    CHECK(FAILS(sigtimedwait(&set, NULL, &time), EAGAIN) && kill(getpid(), SIGUSR2) == 0);
    CHECK(sigwait(&both, &number) == 0 && number == SIGUSR2);
    timer_t timer = signal_in(SIGALRM, 10, 0);
    CHECK(timer && sigwait(&both, &number) == 0 && number == SIGALRM && timer_delete(timer) == 0);
    return sigprocmask(SIG_UNBLOCK, &both, NULL);
}

static int suspends(void) {
    sigset_t set = set_of(SIGALRM), old, now;
    CHECK(catch_signal(SIGALRM, 0, note) == 0 && sigprocmask(SIG_BLOCK, &set, &old) == 0);
    timer_t timer = signal_in(SIGALRM, 20, 0);
    CHECK(timer && FAILS(sigsuspend(&old), EINTR) && handled == 1);
    CHECK(sigprocmask(SIG_BLOCK, NULL, &now) == 0 && sigismember(&now, SIGALRM) && timer_delete(timer) == 0);
    return sigprocmask(SIG_SETMASK, &old, NULL);
}

static volatile int depth, deepest;

static void nesting(int signal) {
    depth++;
    deepest = depth > deepest ? depth : deepest;
    if (handled++ == 0)
        kill(getpid(), signal);
    depth--;
}

static int nests(int flags, int expected) {
    struct sigaction action = {.sa_flags = flags};
    action.sa_handler = nesting;
    handled = depth = deepest = 0;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0 && kill(getpid(), SIGUSR1) == 0);
    struct timespec time = {.tv_nsec = 10 * MILLI};
    for (int i = 0; i < 100 && handled < 2; i++)
        nanosleep(&time, NULL);
    CHECK(handled == 2);
    return !(deepest == expected);
}

static int not_nested(void) {
    return nests(0, 1);
}

static int nested(void) {
    return nests(SA_NODEFER, 2);
}

static int once(void) {
    struct sigaction now;
    CHECK(catch_signal(SIGCHLD, SA_RESETHAND, note) == 0 && kill(getpid(), SIGCHLD) == 0 && handled == 1);
    CHECK(kill(getpid(), SIGCHLD) == 0 && handled == 1 && sigaction(SIGCHLD, NULL, &now) == 0);
    return !(now.sa_handler == SIG_DFL);
}

static int ignored(void) {
    CHECK(signal(SIGTERM, SIG_IGN) != SIG_ERR && kill(getpid(), SIGTERM) == 0);
    CHECK(catch_signal(SIGTERM, 0, note) == 0 && handled == 0 && raise(SIGTERM) == 0 && handled == 1);
    return 0;
}

static int kill_errors(void) {
    CHECK(kill(getpid(), 0) == 0 && FAILS(kill(getpid(), 99), EINVAL) && FAILS(kill(0x7ffffff0, SIGUSR1), ESRCH));
    CHECK(FAILS(catch_signal(SIGKILL, 0, note), EINVAL) && FAILS(catch_signal(SIGSTOP, 0, note), EINVAL));
    CHECK(FAILS(kill(-1, SIGUSR1), EPERM));
    return 0;
}

static int alarms(void) {
    CHECK(catch_signal(SIGALRM, 0, note) == 0 && alarm(50) == 0);
    unsigned left = alarm(1);
    CHECK(left >= 49 && left <= 50);
    return !(pause() < 0 && errno == EINTR && handled == 1);
}

/* --- message queues --- */

static mqd_t queue(const char *suffix, int flags, long most, long size) {
    struct mq_attr attributes = {.mq_maxmsg = most, .mq_msgsize = size};
    return mq_open(name(suffix), O_RDWR | O_CREAT | O_EXCL | flags, 0600, &attributes);
}

static int priorities(void) {
    char buffer[32];
    unsigned priority = 0;
    mqd_t q = queue("prio", 0, 4, 32);
    CHECK(q >= 0 && mq_send(q, "low", 3, 1) == 0 && mq_send(q, "high", 4, 9) == 0 && mq_send(q, "low2", 4, 1) == 0);
    CHECK(mq_receive(q, buffer, 32, &priority) == 4 && priority == 9 && memcmp(buffer, "high", 4) == 0);
    CHECK(mq_receive(q, buffer, 32, &priority) == 3 && priority == 1);
    CHECK(mq_receive(q, buffer, 32, NULL) == 4 && memcmp(buffer, "low2", 4) == 0);
    return mq_close(q) | mq_unlink(name("prio"));
}

static int queue_limits(void) {
    char buffer[32];
    mqd_t q = queue("limits", O_NONBLOCK, 2, 16);
    CHECK(q >= 0 && FAILS(mq_receive(q, buffer, 32, NULL), EAGAIN) && FAILS(mq_receive(q, buffer, 8, NULL), EMSGSIZE));
    CHECK(mq_send(q, "1", 1, 0) == 0 && mq_send(q, "2", 1, 0) == 0 && FAILS(mq_send(q, "3", 1, 0), EAGAIN));
    CHECK(FAILS(mq_send(q, buffer, 17, 0), EMSGSIZE));
    struct mq_attr now, blocking = {0};
    CHECK(mq_getattr(q, &now) == 0 && now.mq_maxmsg == 2 && now.mq_msgsize == 16 && now.mq_curmsgs == 2);
    CHECK(now.mq_flags == O_NONBLOCK && mq_setattr(q, &blocking, &now) == 0 && now.mq_flags == O_NONBLOCK);
    CHECK(mq_getattr(q, &now) == 0 && now.mq_flags == 0);
    return mq_close(q) | mq_unlink(name("limits"));
}

static int queue_times_out(void) {
    char buffer[16];
    mqd_t q = queue("timeout", 0, 1, 16);
    struct timespec until = from_now(20);
    CHECK(q >= 0 && FAILS(mq_timedreceive(q, buffer, 16, NULL, &until), ETIMEDOUT) && mq_send(q, "1", 1, 0) == 0);
    until = from_now(20);
    CHECK(FAILS(mq_timedsend(q, "2", 1, 0, &until), ETIMEDOUT));
    CHECK(catch_signal(SIGALRM, 0, note) == 0);
    timer_t timer = signal_in(SIGALRM, 20, 0);
    CHECK(timer && FAILS(mq_send(q, "2", 1, 0), EINTR) && handled == 1 && timer_delete(timer) == 0);
    return mq_close(q) | mq_unlink(name("timeout"));
}

static int queue_names(void) {
    CHECK(FAILS(mq_open(name("none"), O_RDWR), ENOENT) && FAILS(mq_unlink(name("none")), ENOENT));
    mqd_t q = queue("names", 0, 1, 16);
    CHECK(q >= 0 && FAILS(queue("names", 0, 1, 16), EEXIST));
    mqd_t same = mq_open(name("names"), O_RDONLY);
    char buffer[16];
    CHECK(same >= 0 && mq_send(q, "x", 1, 0) == 0 && mq_receive(same, buffer, 16, NULL) == 1);
    CHECK(FAILS(mq_send(same, "x", 1, 0), EBADF) && mq_close(same) == 0);
    return mq_close(q) | mq_unlink(name("names"));
}

static int queue_notifies(void) {
    char buffer[16];
    mqd_t q = queue("notify", 0, 1, 16);
    sigset_t set = set_of(SIGRTMIN + 4);
    siginfo_t info;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 4, .sigev_value.sival_int = 5};
    CHECK(q >= 0 && sigprocmask(SIG_BLOCK, &set, NULL) == 0 && mq_notify(q, &event) == 0);
    CHECK(FAILS(mq_notify(q, &event), EBUSY) && mq_send(q, "n", 1, 0) == 0);
    CHECK(sigwaitinfo(&set, &info) == SIGRTMIN + 4 && info.si_value.sival_int == 5 && info.si_code == SI_MESGQ);
    CHECK(mq_receive(q, buffer, 16, NULL) == 1 && mq_notify(q, &event) == 0 && mq_notify(q, NULL) == 0);
    struct timespec none = {0};
    CHECK(mq_send(q, "n", 1, 0) == 0 && FAILS(sigtimedwait(&set, &info, &none), EAGAIN));
    return sigprocmask(SIG_UNBLOCK, &set, NULL) | mq_close(q) | mq_unlink(name("notify"));
}

static int queue_polls(void) {
    char buffer[16];
    mqd_t q = queue("poll", 0, 1, 16);
    CHECK(q >= 0 && ready(q, POLLOUT) == POLLOUT && mq_send(q, "p", 1, 0) == 0 && ready(q, POLLIN) == POLLIN);
    CHECK(mq_receive(q, buffer, 16, NULL) == 1);
    return mq_close(q) | mq_unlink(name("poll"));
}

/* --- shared memory, semaphores --- */

static int shm_names(void) {
    CHECK(FAILS(shm_open(name("none"), O_RDWR, 0), ENOENT) && FAILS(shm_unlink(name("none")), ENOENT));
    int fd = shm_open(name("shm"), O_RDWR | O_CREAT | O_EXCL, 0600);
    struct stat status;
    CHECK(fd >= 0 && FAILS(shm_open(name("shm"), O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST));
    CHECK(ftruncate(fd, 8192) == 0 && fstat(fd, &status) == 0 && status.st_size == 8192);
    CHECK(pwrite(fd, "s", 1, 8191) == 1);
    int again = shm_open(name("shm"), O_RDONLY, 0);
    char c;
    CHECK(again >= 0 && pread(again, &c, 1, 8191) == 1 && c == 's' && close(again) == 0);
    return close(fd) | shm_unlink(name("shm"));
}

static int shm_mapped(void) {
    int fd = shm_open(name("map"), O_RDWR | O_CREAT | O_EXCL, 0600);
    CHECK(fd >= 0 && ftruncate(fd, 3 * 4096) == 0);
    volatile char *a = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
    volatile char *b = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(a != MAP_FAILED && b != MAP_FAILED && a[0] == 0);
    a[0] = 'A';
    char c = 0;
    CHECK(b[4096] == 'A' && pread(fd, &c, 1, 4096) == 1 && c == 'A' && pwrite(fd, "B", 1, 4097) == 1);
    CHECK(a[1] == 'B' && b[4097] == 'B' && munmap((void *)a, 8192) == 0 && b[4097] == 'B');
    CHECK(munmap((void *)b, 12288) == 0 && FAILS(munmap((void *)b, 12288), EINVAL));
    CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 3 * 4096) == MAP_FAILED);
    return close(fd) | shm_unlink(name("map"));
}

static int named_semaphore(void) {
    int value = 0;
    CHECK(sem_open(name("none"), 0) == SEM_FAILED && errno == ENOENT && FAILS(sem_unlink(name("none")), ENOENT));
    sem_t *s = sem_open(name("sem"), O_CREAT | O_EXCL, 0600, 1);
    CHECK(s != SEM_FAILED && sem_getvalue(s, &value) == 0 && value == 1 && sem_wait(s) == 0);
    CHECK(FAILS(sem_trywait(s), EAGAIN) && sem_post(s) == 0 && sem_trywait(s) == 0);
    sem_t *same = sem_open(name("sem"), 0);
    CHECK(same != SEM_FAILED && sem_post(same) == 0 && sem_wait(s) == 0 && sem_close(same) == 0);
    CHECK(sem_open(name("sem"), O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED && errno == EEXIST);
    return sem_close(s) | sem_unlink(name("sem"));
}

static int semaphore_waits(void) {
    sem_t *s = sem_open(name("wait"), O_CREAT | O_EXCL, 0600, 0);
    struct timespec until = from_now(20);
    CHECK(s != SEM_FAILED && FAILS(sem_timedwait(s, &until), ETIMEDOUT) && catch_signal(SIGALRM, 0, note) == 0);
    timer_t timer = signal_in(SIGALRM, 20, 0);
    CHECK(timer && FAILS(sem_wait(s), EINTR) && handled == 1 && timer_delete(timer) == 0);
    return sem_close(s) | sem_unlink(name("wait"));
}

static int unnamed_semaphore(void) {
    int value = 0, fd = shm_open(name("semshm"), O_RDWR | O_CREAT | O_EXCL, 0600);
    CHECK(fd >= 0 && ftruncate(fd, 4096) == 0);
    char *a = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *b = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(a != MAP_FAILED && b != MAP_FAILED);
    sem_t *here = (sem_t *)(a + 64), *there = (sem_t *)(b + 64);
    CHECK(sem_init(here, 1, 2) == 0 && sem_wait(there) == 0 && sem_getvalue(here, &value) == 0 && value == 1);
    CHECK(sem_post(there) == 0 && sem_wait(here) == 0 && sem_wait(here) == 0 && FAILS(sem_trywait(there), EAGAIN));
    sem_t outside;
    CHECK(FAILS(sem_init(&outside, 1, 0), EINVAL) && sem_destroy(here) == 0 && sem_destroy(there) == 0);
    CHECK(munmap(a, 4096) == 0 && munmap(b, 4096) == 0);
    return close(fd) | shm_unlink(name("semshm"));
}

/* --- children --- */

static pid_t start(const char *file, char *const argv[], char *const envp[], int out) {
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    posix_spawn_file_actions_init(&actions);
    if (out >= 0)
        posix_spawn_file_actions_adddup2(&actions, out, 1);
    errno = posix_spawnp(&pid, file, &actions, NULL, argv, envp);
    posix_spawn_file_actions_destroy(&actions);
    return errno == 0 ? pid : -1;
}

static int exit_status(void) {
    char *argv[] = {"sh", "-c", "exit 7", NULL};
    int status = 0;
    pid_t pid = start("sh", argv, NULL, -1);
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7);
    return !(FAILS(waitpid(pid, &status, 0), ECHILD) && FAILS(waitpid(-1, &status, 0), ECHILD));
}

static int child_killed(void) {
    char *argv[] = {"sleep", "100", NULL};
    int status = 0;
    pid_t pid = start("sleep", argv, NULL, -1);
    CHECK(pid > 0 && waitpid(pid, &status, WNOHANG) == 0 && kill(pid, SIGTERM) == 0);
    CHECK(waitpid(-1, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    return 0;
}

static int child_speaks(void) {
    char *argv[] = {"other name", "-c", "echo $0 $1 $COLOUR", "zero", "one two", NULL}, *envp[] = {"COLOUR=blue", NULL};
    char buffer[64] = "";
    int p[2], status;
    size_t have = 0;
    ssize_t n;
    CHECK(pipe(p) == 0);
    pid_t pid = start("/bin/sh", argv, envp, p[1]);
    CHECK(pid > 0 && close(p[1]) == 0);
    while ((n = read(p[0], buffer + have, sizeof buffer - 1 - have)) > 0)
        have += (size_t)n;
    CHECK(strcmp(buffer, "zero one two blue\n") == 0 && waitpid(pid, &status, 0) == pid && status == 0);
    return close(p[0]);
}

static int child_signals(void) {
    char *argv[] = {"sh", "-c", "exit 3", NULL};
    int status;
    sigset_t set = set_of(SIGCHLD);
    siginfo_t info;
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    pid_t pid = start("sh", argv, NULL, -1);
    CHECK(pid > 0 && sigwaitinfo(&set, &info) == SIGCHLD && info.si_pid == pid && info.si_code == CLD_EXITED);
    CHECK(info.si_status == 3 && waitpid(pid, &status, 0) == pid);
    return sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int spawn_errors(void) {
    char *argv[] = {"x", NULL};
    CHECK(start("/no/such/program", argv, NULL, -1) < 0 && errno == ENOENT);
    CHECK(start("no-such-program-anywhere", argv, NULL, -1) < 0 && errno == ENOENT);
    CHECK(start("/etc/passwd", argv, NULL, -1) < 0 && errno == EACCES);
    return !(FAILS(waitpid(1, NULL, 0), ECHILD));
}

static int wait_interrupted(void) {
    char *argv[] = {"sleep", "100", NULL};
    int status;
    CHECK(catch_signal(SIGALRM, 0, note) == 0);
    pid_t pid = start("sleep", argv, NULL, -1);
    timer_t timer = signal_in(SIGALRM, 20, 0);
    CHECK(pid > 0 && timer && FAILS(waitpid(pid, &status, 0), EINTR) && handled == 1 && timer_delete(timer) == 0);
    return kill(pid, SIGKILL) | !(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL);
}

static const struct row {
    const char *call, *behaviour;
    int (*run)(void);
} rows[] = {
    {"pipe", "bytes come in order, short reads leave the rest", pipe_order},
    {"pipe", "the end is 0, again and again, once no writer is left", pipe_end},
    {"pipe", "writing without a reader: SIGPIPE and EPIPE", pipe_broken},
    {"pipe", "SIGPIPE ignored: EPIPE alone", pipe_ignored},
    {"pipe", "O_NONBLOCK, empty: EAGAIN", pipe_empty},
    {"pipe", "O_NONBLOCK, full: written in part, then EAGAIN", pipe_full},
    {"read", "a signal ends it with EINTR after its handler ran", pipe_interrupted},
    {"read", "SA_RESTART: made again after the handler", pipe_restarted},
    {"readv, writev", "pieces are filled and taken in order by one call", vectors},
    {"mkfifo, open", "EEXIST; ENXIO without a reader; end of the stream", fifo},
    {"open, lseek, ftruncate", "files: positions, O_EXCL, sizes, ENOENT", files},
    {"dup, dup2, close", "same open file; EBADF once closed", descriptors},
    {"UNIX socket", "bind, listen, connect, accept; ENOENT, ECONNREFUSED; names", unix_stream},
    {"bind", "EADDRINUSE", in_use},
    {"accept", "O_NONBLOCK, nobody there: EAGAIN", accepts_when_asked},
    {"shutdown", "one direction ends, the other goes on", half_closed},
    {"recv", "MSG_PEEK leaves bytes, MSG_DONTWAIT gives EAGAIN", peeks},
    {"send", "peer gone: EPIPE, and SIGPIPE unless MSG_NOSIGNAL", socket_broken},
    {"socketpair", "datagrams keep their borders, the rest of one is lost", datagrams},
    {"TCP socket", "connect, accept, the peer's address, end of the stream", tcp},
    {"getsockopt, setsockopt", "SO_REUSEADDR, SO_TYPE; ENOPROTOOPT, ENOTSOCK", options},
    {"connect", "ECONNREFUSED, at once or by SO_ERROR", refused},
    {"sendto, recvfrom", "datagrams with the sender's address", udp},
    {"socket", "other families and raw sockets: EINVAL", socket_kinds},
    {"poll", "several descriptors, POLLHUP, POLLNVAL, negative ones", polls},
    {"poll", "0 once the time is over", poll_times_out},
    {"poll", "EINTR even with SA_RESTART", poll_interrupted},
    {"eventfd", "counts; semaphore mode; EAGAIN", eventfds},
    {"clock_gettime", "the monotonic clock never goes back", clocks},
    {"nanosleep", "at least that long; EINVAL", sleeps},
    {"nanosleep", "EINTR with what is left", sleep_interrupted},
    {"timerfd", "expirations are counted; disarmed: EAGAIN", timerfds},
    {"timer_create", "signal with SI_TIMER and value; deleted: EINVAL", timers},
    {"kill", "to itself: the handler ran before it returns", to_itself},
    {"sigprocmask, sigpending", "masked: pending once; unmasked: handled once", masked},
    {"sigqueue, sigwaitinfo", "real-time signals queue, in order, with values", queued},
    {"sigaction", "queued signals are handled in order, none is lost", handled_in_order},
    {"sigwait, sigtimedwait", "take a masked signal, EAGAIN after the time", waits},
    {"sigsuspend", "handler with the other mask, EINTR, old mask again", suspends},
    {"sigaction", "a handler is not interrupted by its own signal", not_nested},
    {"sigaction", "SA_NODEFER: it is", nested},
    {"sigaction", "SA_RESETHAND: once, then the default", once},
    {"signal", "ignored signals are gone; raise", ignored},
    {"kill, sigaction", "ESRCH, EINVAL; KILL and STOP cannot be caught; -1: EPERM", kill_errors},
    {"alarm, pause", "seconds left before; SIGALRM ends pause", alarms},
    {"mq_send, mq_receive", "by priority, then in order", priorities},
    {"mq_open, mq_getattr, mq_setattr", "EAGAIN empty and full, EMSGSIZE, O_NONBLOCK", queue_limits},
    {"mq_timedsend, mq_timedreceive", "ETIMEDOUT; EINTR", queue_times_out},
    {"mq_open, mq_unlink", "ENOENT, EEXIST, EBADF against the mode", queue_names},
    {"mq_notify", "one signal with value for the first message; EBUSY", queue_notifies},
    {"mq_open", "a queue can be polled", queue_polls},
    {"shm_open, shm_unlink", "EEXIST, ENOENT, size, same bytes by name", shm_names},
    {"mmap, munmap", "MAP_SHARED: the same pages at every place, no copy", shm_mapped},
    {"sem_open, sem_post, sem_wait", "named: value, EAGAIN, EEXIST, ENOENT", named_semaphore},
    {"sem_timedwait, sem_wait", "ETIMEDOUT; EINTR", semaphore_waits},
    {"sem_init", "in shared memory, from two places; EINVAL elsewhere", unnamed_semaphore},
    {"posix_spawn, waitpid", "exit status; ECHILD afterwards", exit_status},
    {"waitpid", "WNOHANG; a child that a signal ended", child_killed},
    {"posix_spawn", "argv, environment, a pipe as standard output", child_speaks},
    {"posix_spawn", "SIGCHLD with pid and status", child_signals},
    {"posix_spawn", "ENOENT, EACCES; not one's child: ECHILD", spawn_errors},
    {"waitpid", "EINTR", wait_interrupted},
};

static void reset(void) {
    static const int used[] = {SIGPIPE, SIGALRM, SIGUSR1, SIGCHLD, SIGTERM, SIGRTMIN + 1, SIGRTMIN + 3};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (size_t i = 0; i < sizeof used / sizeof *used; i++)
        signal(used[i], SIG_DFL);
}

int main(int argc, char **argv) {
    int run = argc == 4 && strcmp(argv[1], "run") == 0;
    if (!run && !(argc == 2 && strcmp(argv[1], "list") == 0)) {
        fprintf(stderr, "usage: ta_conform list | run FOLDER NAME\n");
        return 2;
    }
    if (run) {
        snprintf(folder, sizeof folder, "%s", argv[2]);
        snprintf(unique, sizeof unique, "%s", argv[3]);
    }
    int failed = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!run) {
            printf("%s\t%s\n", rows[i].call, rows[i].behaviour);
            continue;
        }
        errno = 0;
        int line = rows[i].run();
        int error = errno;
        if (line == 0)
            printf("ok\t%s\t%s\n", rows[i].call, rows[i].behaviour);
        else
            printf("FAIL line %d errno %d (%s)\t%s\t%s\n", line, error, strerror(error), rows[i].call, rows[i].behaviour);
        fflush(stdout);
        failed += line != 0;
        reset();
    }
    return failed > 100 ? 100 : failed;
}
