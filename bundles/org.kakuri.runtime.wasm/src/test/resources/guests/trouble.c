/* Misbehaves as its first argument says. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile int sink;

__attribute__((noinline)) static int recurse(int n) {
    return n == 0 ? 0 : 1 + recurse(n + 1) * (sink + 1);
}

__attribute__((import_module("tzm"), import_name("write_read"))) int32_t
tzm_write_read(int32_t wfd, const void *w, int32_t wlen, int32_t rfd, void *r, int32_t rlen);

static int echo(int in, int out, int fused) {
    static char buffer[65536];
    long total = 0;
    int n = read(in, buffer, sizeof buffer);
    while (n > 0) {
        total += n;
        if (fused) {
            n = tzm_write_read(out, buffer, n, in, buffer, sizeof buffer);
        } else {
            int done = 0;
            while (done < n) {
                int w = write(out, buffer + done, n - done);
                if (w <= 0) {
                    return 3;
                }
                done += w;
            }
            n = read(in, buffer, sizeof buffer);
        }
    }
    fprintf(stderr, "%ld\n", total);
    return n < 0 ? 4 : 0;
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "loop")) {
        write(1, "x", 1);
        for (;;) {
            sink++;
        }
    }
    if (!strcmp(what, "recurse")) {
        return recurse(1);
    }
    if (!strcmp(what, "trap")) {
        __builtin_trap();
    }
    if (!strcmp(what, "divide")) {
        return (sink + 100) / (argc - 2 + sink);
    }
    if (!strcmp(what, "oob")) {
        return *(volatile int *)0x7ffffff0;
    }
    if (!strcmp(what, "exit")) {
        exit(atoi(argv[2]));
    }
    if (!strcmp(what, "grow")) {
        int steps = 0;
        while (__builtin_wasm_memory_grow(0, 1) != (size_t)-1) {
            steps++;
        }
        printf("%d %zu\n", steps, __builtin_wasm_memory_size(0));
        volatile char *last = (char *)(__builtin_wasm_memory_size(0) * 65536 - 1);
        *last = 7;
        return *last;
    }
    if (!strcmp(what, "read")) {
        char c;
        return (int)read(0, &c, 1);
    }
    if (!strcmp(what, "sleep")) {
        write(1, "x", 1);
        return sleep(100000);
    }
    if (!strcmp(what, "socket")) {
        char data[8];
        int n = (int)recv(0, data, sizeof data, 0);
        int sent = (int)send(0, data, n, 0);
        int ended = shutdown(0, SHUT_WR);
        int after = (int)send(0, data, 1, 0);
        fprintf(stderr, "%d %d %d %d %s", n, sent, ended, after, strerror(errno));
        after = (int)recv(2, data, sizeof data, 0);
        fprintf(stderr, " %d %s\n", after, strerror(errno));
        return 0;
    }
    if (!strcmp(what, "echo")) {
        return echo(atoi(argv[2]), atoi(argv[3]), argc > 4);
    }
    fprintf(stderr, "unknown: %s\n", what);
    return 2;
}
