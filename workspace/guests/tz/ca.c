/*
 * The client application of tz/ipc: an ordinary C program that uses nothing but the standard library. It measures how long
 * its partner takes to answer over two descriptors and cannot tell whether the partner is another C program or a trusted
 * application behind a shadow process.
 *
 *   ca client SIZE READ_FD WRITE_FD CPU CONTROL_FD RESULT_FD [KIND]
 *   ca peer   SIZE READ_FD WRITE_FD CPU [KIND]
 *
 * client  reads lines "run N" from CONTROL_FD until its end; for each it makes N round trips with changing messages, checks
 *         every byte of every reply and writes a struct block and then N round-trip times to RESULT_FD
 * peer    the partner of the baseline: answers like ta_pingpong.c until the stream ends
 * CPU     the one to stay on; -1 for any
 * KIND    what a message is: stream (default): its bytes; mq: one message of a queue, the descriptors are queues; eventfd: a count
 *         that holds up to 7 bytes; signal: the value of a queued real-time signal, up to 4 bytes, the descriptors are pipes over
 *         which the client tells its pid; shm: bytes in memory shared through one file, which is both descriptors
 *
 * Exit status: 0 at the end of control (client) or stream (peer), 1 after a failed block, 2 for wrong arguments.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "pingpong.h"

enum outcome { DONE = 0, WRONG_PAYLOAD = 1, PARTNER_ENDED = 2, CALL_FAILED = 3 };

/* Must match org.kakuri.system.tzmediator.internal.CaBlock; native byte order, then `count` times in ns as uint64_t. */
struct block {
    uint64_t magic;
    uint64_t outcome;
    uint64_t count;       /* round trips made, also after a failure */
    uint64_t mismatches;  /* replies that were not what they had to be */
    uint64_t errnumber;   /* errno of a failed call */
    uint64_t cpu_ns;      /* user and system time of the block */
    uint64_t voluntary;   /* context switches because it waited */
    uint64_t involuntary; /* context switches because it had to make room */
};
#define BLOCK_MAGIC 0x314b4c424b414bULL /* "KAKBLK1" */
_Static_assert(sizeof(struct block) == 64, "CaBlock reads 64 bytes");

static unsigned char message[PINGPONG_MAX], answer[PINGPONG_MAX];

static enum outcome read_all(int fd, void *to, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = read(fd, (char *)to + done, size - done);
        if (n == 0)
            return PARTNER_ENDED;
        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return CALL_FAILED;
    }
    return DONE;
}

static enum outcome write_all(int fd, const void *from, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, (const char *)from + done, size - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno == EPIPE)
            return PARTNER_ENDED;
        else if (errno != EINTR)
            return CALL_FAILED;
    }
    return DONE;
}

/*
 * How a message travels. open is called once, by the client with client = 1; 0 if it cannot. end tells the partner that no more
 * comes, where it would not see that by itself.
 */
struct transport {
    const char *name;
    size_t most;
    int (*open)(int client, size_t size, int in, int out);
    enum outcome (*send)(int out, const void *from, size_t size);
    enum outcome (*receive)(int in, void *to, size_t size);
    void (*end)(int out);
};

static int nothing_to_open(int client, size_t size, int in, int out) {
    (void)client, (void)size, (void)in, (void)out;
    return 1;
}

static void nothing_to_end(int out) {
    (void)out;
}

static enum outcome stream_receive(int in, void *to, size_t size) {
    return read_all(in, to, size);
}

/* The count must be neither 0 nor the largest: its last byte is 1, or 2 for the end. */
static enum outcome eventfd_send(int out, const void *from, size_t size) {
    unsigned char count[8] = {[7] = 1};
    memcpy(count, from, size);
    return write_all(out, count, sizeof count);
}

static void eventfd_end(int out) {
    const unsigned char count[8] = {[7] = 2};
    write_all(out, count, sizeof count);
}

static enum outcome eventfd_receive(int in, void *to, size_t size) {
    unsigned char count[8];
    enum outcome outcome = read_all(in, count, sizeof count);
    memcpy(to, count, size);
    return outcome == DONE && count[7] != 1 ? PARTNER_ENDED : outcome;
}

static size_t queue_room;

static int mq_prepare(int client, size_t size, int in, int out) {
    struct mq_attr attributes;
    (void)client, (void)out;
    if (mq_getattr(in, &attributes) != 0 || (size_t)attributes.mq_msgsize < size)
        return 0;
    queue_room = (size_t)attributes.mq_msgsize;
    return queue_room <= sizeof answer;
}

static int patient(struct timespec *until) {
    clock_gettime(CLOCK_REALTIME, until);
    until->tv_sec += 1;
    return 1;
}

/* Queues have no end of the stream: a side whose parent is gone ends. */
static pid_t parent;

static enum outcome mq_send_one(int out, const void *from, size_t size) {
    struct timespec until;
    while (patient(&until) && mq_timedsend(out, from, size, 0, &until) != 0) {
        if (errno != EINTR && errno != ETIMEDOUT)
            return CALL_FAILED;
        if (getppid() != parent)
            return PARTNER_ENDED;
    }
    return DONE;
}

static enum outcome mq_receive_one(int in, void *to, size_t size) {
    static unsigned char room[PINGPONG_MAX];
    struct timespec until;
    ssize_t n;
    while (patient(&until) && (n = mq_timedreceive(in, (char *)room, queue_room, NULL, &until)) < 0) {
        if (errno != EINTR && errno != ETIMEDOUT)
            return CALL_FAILED;
        if (getppid() != parent)
            return PARTNER_ENDED;
    }
    if ((size_t)n != size)
        return n == 0 ? PARTNER_ENDED : CALL_FAILED;
    memcpy(to, room, size);
    return DONE;
}

/* An empty message is the end. */
static void mq_end(int out) {
    mq_send(out, "", 0, 0);
}

static pid_t partner;
static sigset_t waited;

/* The client writes its pid; its partner reads it and sends a first signal, by which the client learns the partner's. */
static int signal_prepare(int client, size_t size, int in, int out) {
    siginfo_t info;
    (void)size;
    sigemptyset(&waited);
    sigaddset(&waited, PINGPONG_SIGNAL);
    sigaddset(&waited, PINGPONG_END);
    if (sigprocmask(SIG_BLOCK, &waited, NULL) != 0)
        return 0;
    if (!client) {
        uint32_t pid;
        if (read_all(in, &pid, sizeof pid) != DONE)
            return 0;
        partner = (pid_t)pid;
        return sigqueue(partner, PINGPONG_SIGNAL, (union sigval){.sival_int = 0}) == 0;
    }
    uint32_t self = (uint32_t)getpid();
    if (write_all(out, &self, sizeof self) != DONE)
        return 0;
    while (sigwaitinfo(&waited, &info) < 0)
        if (errno != EINTR)
            return 0;
    partner = info.si_pid;
    return 1;
}

static enum outcome signal_send(int out, const void *from, size_t size) {
    union sigval value = {.sival_int = 0};
    (void)out;
    memcpy(&value.sival_int, from, size);
    while (sigqueue(partner, PINGPONG_SIGNAL, value) != 0)
        if (errno == ESRCH)
            return PARTNER_ENDED;
        else if (errno != EAGAIN)
            return CALL_FAILED;
    return DONE;
}

static enum outcome signal_receive(int in, void *to, size_t size) {
    const struct timespec second = {.tv_sec = 1};
    siginfo_t info;
    (void)in;
    while (sigtimedwait(&waited, &info, &second) < 0) {
        if (errno != EAGAIN && errno != EINTR)
            return CALL_FAILED;
        if (kill(partner, 0) != 0)
            return PARTNER_ENDED;
    }
    memcpy(to, &info.si_value.sival_int, size);
    return info.si_signo == PINGPONG_END ? PARTNER_ENDED : DONE;
}

static void signal_end(int out) {
    (void)out;
    if (partner != 0)
        kill(partner, PINGPONG_END);
}

static struct pingpong_shared *shared;
static int shared_client;
static uint32_t shared_round;

static int shm_prepare(int client, size_t size, int in, int out) {
    (void)size, (void)out;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, in, 0);
    shared_client = client;
    return shared != MAP_FAILED;
}

static enum outcome shm_send(int out, const void *from, size_t size) {
    (void)out;
    if (from != NULL)
        memcpy(shared->bytes, from, size);
    __atomic_store_n(shared_client ? &shared->asked : &shared->answered, shared_round, __ATOMIC_RELEASE);
    return DONE;
}

/* Each side has a CPU of its own and spins; one that waits long sleeps in between. */
static enum outcome shm_await(void) {
    const struct timespec nap = {.tv_nsec = 200000};
    uint32_t *word = shared_client ? &shared->answered : &shared->asked;
    uint32_t wanted = shared_client ? shared_round : shared_round + 1;
    for (unsigned long n = 1; __atomic_load_n(word, __ATOMIC_ACQUIRE) != wanted; n++) {
        if (n % PINGPONG_SPINS == 0) {
            if (__atomic_load_n(&shared->ended, __ATOMIC_RELAXED) || getppid() != parent)
                return PARTNER_ENDED;
            nanosleep(&nap, NULL);
        }
    }
    shared_round = wanted;
    return DONE;
}

static enum outcome shm_receive(int in, void *to, size_t size) {
    (void)in;
    enum outcome outcome = shm_await();
    if (outcome == DONE)
        memcpy(to, shared->bytes, size);
    return outcome;
}

static void shm_end(int out) {
    (void)out;
    __atomic_store_n(&shared->ended, 1, __ATOMIC_RELEASE);
}

static const struct transport transports[] = {
    {"stream", PINGPONG_MAX, nothing_to_open, write_all, stream_receive, nothing_to_end},
    {"eventfd", 7, nothing_to_open, eventfd_send, eventfd_receive, eventfd_end},
    {"mq", PINGPONG_MAX, mq_prepare, mq_send_one, mq_receive_one, mq_end},
    {"signal", 4, signal_prepare, signal_send, signal_receive, signal_end},
    {"shm", PINGPONG_MAX, shm_prepare, shm_send, shm_receive, shm_end},
};
static const struct transport *by = &transports[0];

static int take_transport(const char *name, size_t size) {
    for (size_t i = 0; i < sizeof transports / sizeof *transports; i++)
        if (strcmp(transports[i].name, name) == 0) {
            by = &transports[i];
            return size <= by->most;
        }
    return 0;
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t nanos(struct timeval t) {
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

/* Every message differs from the one before in every 8-byte word, and its words differ from each other. */
static void fill(uint64_t round, size_t size) {
    uint64_t word = (round + 1) * 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < size; i += sizeof word, word += 0xbf58476d1ce4e5b9u)
        memcpy(message + i, &word, size - i < sizeof word ? size - i : sizeof word);
}

static void run(struct block *block, uint64_t *times, uint64_t wanted, size_t size, int in, int out) {
    static uint64_t round;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    while (block->outcome == DONE && block->count < wanted) {
        fill(round++, size);
        uint64_t start = now();
        shared_round++;
        block->outcome = by->send(out, message, size);
        if (block->outcome == DONE)
            block->outcome = by->receive(in, answer, size);
        uint64_t end = now();
        if (block->outcome != DONE) {
            block->errnumber = block->outcome == CALL_FAILED ? (uint64_t)errno : 0;
            break;
        }
        pingpong_reply(message, size);
        if (memcmp(message, answer, size) != 0)
            block->mismatches++;
        times[block->count++] = end - start;
    }
    if (block->outcome == DONE && block->mismatches > 0)
        block->outcome = WRONG_PAYLOAD;
    getrusage(RUSAGE_SELF, &after);
    block->cpu_ns = nanos(after.ru_utime) + nanos(after.ru_stime) - nanos(before.ru_utime) - nanos(before.ru_stime);
    block->voluntary = (uint64_t)(after.ru_nvcsw - before.ru_nvcsw);
    block->involuntary = (uint64_t)(after.ru_nivcsw - before.ru_nivcsw);
}

static int client(size_t size, int in, int out, int control, int result) {
    FILE *commands = fdopen(control, "r");
    char line[64];
    int opened = 0;
    while (commands && fgets(line, sizeof line, commands)) {
        char *end;
        uint64_t wanted = strncmp(line, "run ", 4) == 0 ? strtoull(line + 4, &end, 10) : 0;
        uint64_t *times = wanted > 0 && wanted <= 100000000 ? malloc(wanted * sizeof *times) : NULL;
        if (!times) {
            fprintf(stderr, "ca: not a command: %s", line);
            return 2;
        }
        if (!opened && !(opened = by->open(1, size, in, out))) {
            fprintf(stderr, "ca: cannot begin by %s: %s\n", by->name, strerror(errno));
            return 1;
        }
        memset(times, 0, wanted * sizeof *times);
        struct block block = {.magic = BLOCK_MAGIC, .outcome = DONE};
        run(&block, times, wanted, size, in, out);
        if (write_all(result, &block, sizeof block) != DONE ||
            write_all(result, times, block.count * sizeof *times) != DONE)
            return 1;
        free(times);
        if (block.outcome != DONE)
            return 1;
    }
    if (opened)
        by->end(out);
    return 0;
}

static int peer(size_t size, int in, int out) {
    if (!by->open(0, size, in, out)) {
        fprintf(stderr, "ca: cannot begin by %s: %s\n", by->name, strerror(errno));
        return 1;
    }
    while (by->receive(in, message, size) == DONE) {
        pingpong_reply(message, size);
        if (by->send(out, message, size) != DONE)
            return 1;
    }
    return 0;
}

static int stay_on(int cpu) {
    if (cpu < 0)
        return 0;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

int main(int argc, char **argv) {
    int measures = (argc == 8 || argc == 9) && strcmp(argv[1], "client") == 0;
    int answers = (argc == 6 || argc == 7) && strcmp(argv[1], "peer") == 0;
    unsigned long size = measures || answers ? strtoul(argv[2], NULL, 10) : 0;
    const char *kind = measures && argc == 9 ? argv[8] : answers && argc == 7 ? argv[6] : "stream";
    parent = getppid();
    if (size < 1 || size > PINGPONG_MAX || !take_transport(kind, size)) {
        fprintf(stderr, "usage: ca client SIZE READ_FD WRITE_FD CPU CONTROL_FD RESULT_FD [KIND]\n"
                        "       ca peer SIZE READ_FD WRITE_FD CPU [KIND]\n"
                        "KIND: stream, eventfd (SIZE up to 7), mq, signal (SIZE up to 4), shm\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    if (stay_on(atoi(argv[5])) != 0) {
        fprintf(stderr, "ca: cannot stay on CPU %s: %s\n", argv[5], strerror(errno));
        return 2;
    }
    int in = atoi(argv[3]), out = atoi(argv[4]);
    return measures ? client(size, in, out, atoi(argv[6]), atoi(argv[7])) : peer(size, in, out);
}
