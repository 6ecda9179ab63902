/*
 * The trusted application of tz/ipc: answers each message of the CA with the flipped message until the stream ends.
 *
 *   ta_pingpong STYLE SIZE READ_FD WRITE_FD [FAULT@N]
 *
 * STYLE   plain: read() and write(); fused: tzm_write_read() for the reply and the start of the next message
 * FAULT   misbehaves at message N, to try what becomes of the rest: trap, loop, wrong, exit
 *
 * Exit status: 0 at the end of the stream, 1 for a failed call, 2 for wrong arguments, 3 for a stream cut inside a message.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
            fprintf(stderr, "ta_pingpong: read failed: fd=%d, errno=%d\n", fd, errno);
            exit(1);
        }
    }
    return 1;
}

static void write_all(int fd, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, buffer + done, size - done);
        if (n >= 0) {
            done += (size_t)n;
        } else if (errno != EINTR) {
            fprintf(stderr, "ta_pingpong: write failed: fd=%d, errno=%d\n", fd, errno);
            exit(1);
        }
    }
}

int main(int argc, char **argv) {
    unsigned long size = argc >= 5 ? strtoul(argv[2], NULL, 10) : 0;
    unsigned long fault_at = 0;
    enum fault fault = NONE;
    if (size < 1 || size > PINGPONG_MAX || (strcmp(argv[1], "plain") != 0 && strcmp(argv[1], "fused") != 0) ||
        (argc > 5 && !parse_fault(argv[5], &fault, &fault_at))) {
        fprintf(stderr, "usage: ta_pingpong plain|fused SIZE READ_FD WRITE_FD [trap|loop|wrong|exit@N]\n");
        return 2;
    }
    int fused = strcmp(argv[1], "fused") == 0;
    int in = atoi(argv[3]);
    int out = atoi(argv[4]);
    size_t have = 0;
    for (unsigned long message = 1; complete(in, have, size); message++) {
        pingpong_reply(buffer, size);
        if (message == fault_at)
            misbehave(fault);
        have = 0;
        if (!fused) {
            write_all(out, size);
            continue;
        }
        int32_t n = tzm_write_read(out, buffer, size, in, buffer, size);
        if (n < 0) {
            fprintf(stderr, "ta_pingpong: write_read failed: errno=%d\n", -(int)n);
            return 1;
        }
        if (n == 0)
            return 0;
        have = (size_t)n;
    }
    return 0;
}
