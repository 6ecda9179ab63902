/*
 * Shows what a trusted application inherits and ends as it is told: for trying how it is started and how it dies.
 *
 *   ta_probe env NAME...     the values of variables, a line each
 *   ta_probe args ARG...     its arguments, a line each, argv[0] first
 *   ta_probe exit STATUS     ends so
 *   ta_probe trap            executes an illegal instruction
 *   ta_probe spin            computes for ever without a call
 *   ta_probe wait            says "ready", then reads standard input to its end
 *   ta_probe echo FD         copies what it reads from one descriptor to the same one
 *   ta_probe flood           writes to standard output for ever
 *   ta_probe fds             the numbers below 64 that are open
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char buffer[64 * 1024];

static int copy(int from, int to) {
    ssize_t n;
    while ((n = read(from, buffer, sizeof buffer)) > 0) {
        for (ssize_t done = 0; done < n;) {
            ssize_t written = write(to, buffer + done, (size_t)(n - done));
            if (written < 0) {
                perror("ta_probe: write");
                return 1;
            }
            done += written;
        }
    }
    return n == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "env") == 0) {
        for (int i = 2; i < argc; i++) {
            const char *value = getenv(argv[i]);
            printf("%s=%s\n", argv[i], value ? value : "(none)");
        }
        return 0;
    }
    if (strcmp(verb, "args") == 0) {
        printf("%s\n", argv[0]);
        for (int i = 2; i < argc; i++)
            printf("%s\n", argv[i]);
        return 0;
    }
    if (strcmp(verb, "exit") == 0 && argc == 3)
        exit(atoi(argv[2]));
    if (strcmp(verb, "trap") == 0)
        __builtin_trap();
    if (strcmp(verb, "spin") == 0) {
        write(STDOUT_FILENO, "ready\n", 6);
        for (volatile unsigned spin = 0;; spin++) {
        }
    }
    if (strcmp(verb, "wait") == 0) {
        write(STDOUT_FILENO, "ready\n", 6);
        while (read(STDIN_FILENO, buffer, sizeof buffer) > 0) {
        }
        return 0;
    }
    if (strcmp(verb, "echo") == 0 && argc == 3)
        return copy(atoi(argv[2]), atoi(argv[2]));
    if (strcmp(verb, "flood") == 0) {
        memset(buffer, 'x', sizeof buffer);
        for (;;)
            if (write(STDOUT_FILENO, buffer, sizeof buffer) < 0)
                return 3;
    }
    if (strcmp(verb, "fds") == 0) {
        struct stat status;
        for (int fd = 0; fd < 64; fd++)
            if (fstat(fd, &status) == 0)
                printf("%d\n", fd);
        return 0;
    }
    fprintf(stderr, "usage: ta_probe env|args|exit|trap|spin|wait|echo|flood|fds ...\n");
    return 2;
}
