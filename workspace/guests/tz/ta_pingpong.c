/*
 * The trusted application of tz/ipc: answers each message of the CA with the flipped message until no more comes.
 *
 *   ta_pingpong STYLE SIZE READ_FD WRITE_FD [FAULT@N] [KIND]
 *
 * STYLE   plain: one call after the other; fused: tzm_write_read() for the reply and the start of the next message
 * FAULT   misbehaves at message N, to try what becomes of the rest: trap, loop, wrong, exit
 * KIND    what a message is, as for ca.c: stream (default), eventfd, mq, signal, shm
 *
 * Exit status: 0 when no more comes, 1 for a failed call, 2 for wrong arguments, 3 for a stream cut inside a message.
 */
#include <errno.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "pingpong.h"
#include "tzm.h"

static unsigned char buffer[PINGPONG_MAX];

enum fault { NONE, TRAP, LOOP, WRONG, EXIT };

static void misbehave(enum fault fault) {
    switch (fault) {
    case TRAP:
        __builtin_trap();
    case LOOP:
        for (volatile unsigned spin = 0;; spin++) {
        }
    case WRONG:
        buffer[0] ^= 0xff;
        break;
    case EXIT:
        exit(42);
    case NONE:
        break;
    }
}

static int parse_fault(const char *text, enum fault *fault, unsigned long *at) {
    static const char *const names[] = {[TRAP] = "trap@", [LOOP] = "loop@", [WRONG] = "wrong@", [EXIT] = "exit@"};
    for (enum fault f = TRAP; f <= EXIT; f++) {
        size_t length = strlen(names[f]);
        if (strncmp(text, names[f], length) == 0) {
            *fault = f;
            *at = strtoul(text + length, NULL, 10);
            return 1;
        }
    }
    return 0;
}

static void failed(const char *call) {
    fprintf(stderr, "ta_pingpong: %s failed: errno=%d\n", call, errno);
    exit(1);
}

/* Answers the message in the buffer, or misbehaves. */
static void answer(unsigned char *bytes, size_t size, unsigned long message, enum fault fault, unsigned long fault_at) {
    pingpong_reply(bytes, size);
    if (message == fault_at)
        misbehave(fault);
}

/* Reads the rest of a message of which `have` bytes are there. 1: complete, 0: ended before its first byte. */
static int complete(int fd, size_t have, size_t size) {
    while (have < size) {
        ssize_t n = read(fd, buffer + have, size - have);
        if (n > 0) {
            have += (size_t)n;
        } else if (n == 0) {
            if (have == 0)
                return 0;
            fprintf(stderr, "ta_pingpong: stream ended inside a message: have=%zu, size=%zu\n", have, size);
            exit(3);
        } else if (errno != EINTR) {
            failed("read");
        }
    }
    return 1;
}

static void write_all(int fd, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, buffer + done, size - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            failed("write");
    }
}

/* Messages of bytes, or of a count whose last byte says whether it is one. */
static int serve_bytes(size_t size, int counts, int in, int out, int fused, enum fault fault, unsigned long fault_at) {
    size_t have = 0, bytes = counts ? 8 : size;
    for (unsigned long message = 1; complete(in, have, bytes); message++) {
        if (counts && buffer[7] != 1)
            return 0;
        answer(buffer, size, message, fault, fault_at);
        have = 0;
        if (!fused) {
            write_all(out, bytes);
            continue;
        }
        int32_t n = tzm_write_read(out, buffer, bytes, in, buffer, bytes);
        if (n < 0) {
            errno = -(int)n;
            failed("write_read");
        }
        if (n == 0)
            return 0;
        have = (size_t)n;
    }
    return 0;
}

static int serve_queue(size_t size, int in, int out, enum fault fault, unsigned long fault_at) {
    struct mq_attr attributes;
    if (mq_getattr(in, &attributes) != 0)
        failed("mq_getattr");
    for (unsigned long message = 1;; message++) {
        ssize_t n;
        while ((n = mq_receive(in, (char *)buffer, (size_t)attributes.mq_msgsize, NULL)) < 0)
            if (errno != EINTR)
                failed("mq_receive");
        if (n == 0)
            return 0;
        answer(buffer, size, message, fault, fault_at);
        while (mq_send(out, (const char *)buffer, (size_t)n, 0) != 0)
            if (errno != EINTR)
                failed("mq_send");
    }
}

/* The CA tells its pid over the pipe; a first signal tells it that of the shadow process. */
static int serve_signals(size_t size, int in, enum fault fault, unsigned long fault_at) {
    sigset_t set;
    uint32_t pid;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, PINGPONG_SIGNAL);
    sigaddset(&set, PINGPONG_END);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        failed("sigprocmask");
    if (!complete(in, 0, sizeof pid))
        return 0;
    memcpy(&pid, buffer, sizeof pid);
    union sigval value = {.sival_int = 0};
    for (unsigned long message = 1;; message++) {
        if (sigqueue((pid_t)pid, PINGPONG_SIGNAL, value) != 0)
            failed("sigqueue");
        while (sigwaitinfo(&set, &info) < 0)
            if (errno != EINTR)
                failed("sigwaitinfo");
        if (info.si_signo == PINGPONG_END)
            return 0;
        memcpy(buffer, &info.si_value.sival_int, sizeof value.sival_int);
        answer(buffer, size, message, fault, fault_at);
        memcpy(&value.sival_int, buffer, sizeof value.sival_int);
    }
}

/* The CA's memory is this TA's: no call at all, but for a nap when nothing comes for long. */
static int serve_shared(size_t size, int file, enum fault fault, unsigned long fault_at) {
    const struct timespec nap = {.tv_nsec = 200000};
    struct pingpong_shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED)
        failed("mmap");
    for (uint32_t round = 1;; round++) {
        for (unsigned long n = 1; __atomic_load_n(&shared->asked, __ATOMIC_ACQUIRE) != round; n++)
            if (n % PINGPONG_SPINS == 0) {
                if (__atomic_load_n(&shared->ended, __ATOMIC_ACQUIRE))
                    return 0;
                nanosleep(&nap, NULL);
            }
        memcpy(buffer, shared->bytes, size);
        answer(buffer, size, round, fault, fault_at);
        memcpy(shared->bytes, buffer, size);
        __atomic_store_n(&shared->answered, round, __ATOMIC_RELEASE);
    }
}

int main(int argc, char **argv) {
    unsigned long size = argc >= 5 ? strtoul(argv[2], NULL, 10) : 0;
    unsigned long fault_at = 0;
    enum fault fault = NONE;
    int next = argc > 5 && strchr(argv[5], '@') ? 6 : 5;
    const char *kind = argc > next ? argv[next] : "stream";
    if (size < 1 || size > PINGPONG_MAX || (strcmp(argv[1], "plain") != 0 && strcmp(argv[1], "fused") != 0) ||
        (next == 6 && !parse_fault(argv[5], &fault, &fault_at))) {
        fprintf(stderr, "usage: ta_pingpong plain|fused SIZE READ_FD WRITE_FD [trap|loop|wrong|exit@N] [KIND]\n");
        return 2;
    }
    int fused = strcmp(argv[1], "fused") == 0;
    int in = atoi(argv[3]);
    int out = atoi(argv[4]);
    if (strcmp(kind, "stream") == 0)
        return serve_bytes(size, 0, in, out, fused, fault, fault_at);
    if (strcmp(kind, "eventfd") == 0 && size <= 7)
        return serve_bytes(size, 1, in, out, fused, fault, fault_at);
    if (strcmp(kind, "mq") == 0)
        return serve_queue(size, in, out, fault, fault_at);
    if (strcmp(kind, "signal") == 0 && size <= 4)
        return serve_signals(size, in, fault, fault_at);
    if (strcmp(kind, "shm") == 0)
        return serve_shared(size, in, fault, fault_at);
    fprintf(stderr, "ta_pingpong: no kind of message: %s of %lu bytes\n", kind, size);
    return 2;
}
