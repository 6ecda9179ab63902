/*
 * The client application of tz/ipc: an ordinary C program that uses nothing but the standard library. It measures how long
 * its partner takes to answer over two descriptors and cannot tell whether the partner is another C program or a trusted
 * application behind a shadow process.
 *
 *   ca client SIZE READ_FD WRITE_FD CPU CONTROL_FD RESULT_FD
 *   ca peer   SIZE READ_FD WRITE_FD CPU
 *
 * client  reads lines "run N" from CONTROL_FD until its end; for each it makes N round trips with changing messages, checks
 *         every byte of every reply and writes a struct block and then N round-trip times to RESULT_FD
 * peer    the partner of the baseline: answers like ta_pingpong.c until the stream ends
 * CPU     the one to stay on; -1 for any
 *
 * Exit status: 0 at the end of control (client) or stream (peer), 1 after a failed block, 2 for wrong arguments.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
        block->outcome = write_all(out, message, size);
        if (block->outcome == DONE)
            block->outcome = read_all(in, answer, size);
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
    while (commands && fgets(line, sizeof line, commands)) {
        char *end;
        uint64_t wanted = strncmp(line, "run ", 4) == 0 ? strtoull(line + 4, &end, 10) : 0;
        uint64_t *times = wanted > 0 && wanted <= 100000000 ? malloc(wanted * sizeof *times) : NULL;
        if (!times) {
            fprintf(stderr, "ca: not a command: %s", line);
            return 2;
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
    return 0;
}

static int peer(size_t size, int in, int out) {
    while (read_all(in, message, size) == DONE) {
        pingpong_reply(message, size);
        if (write_all(out, message, size) != DONE)
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
    int measures = argc == 8 && strcmp(argv[1], "client") == 0;
    int answers = argc == 6 && strcmp(argv[1], "peer") == 0;
    unsigned long size = measures || answers ? strtoul(argv[2], NULL, 10) : 0;
    if (size < 1 || size > PINGPONG_MAX) {
        fprintf(stderr, "usage: ca client SIZE READ_FD WRITE_FD CPU CONTROL_FD RESULT_FD\n"
                        "       ca peer SIZE READ_FD WRITE_FD CPU\n");
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
