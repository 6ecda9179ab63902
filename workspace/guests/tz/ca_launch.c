/*
 * A client application that starts a trusted application as it would start any program, and tells what it sees: posix_spawn,
 * two pipes, waitpid. It links the C library alone.
 *
 *   ca_launch STATE PROGRAM ARG...
 *
 * STATE     what it does with the program's standard input and output until one of them ends
 *   idle      waits for output, sends nothing
 *   write     waits for output, then sends for ever and reads nothing
 *   transfer  sends for ever and reads what comes back
 *
 * Prints "pid N" when the program was started, "first" when its first output came, and with write the pipe to it was full,
 * how the stream ended ("eof" or "epipe"), and at last "exited STATUS" or "signal N". Exit status 0 if it got there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char sent[64 * 1024];
static char got[64 * 1024];

static void say(const char *line) {
    printf("%s\n", line);
    fflush(stdout);
}

/* Until an end: what it was. */
static const char *converse(const char *state, int to, int from) {
    int writes = strcmp(state, "transfer") == 0;
    int reads = 1;
    int told = 0;
    fcntl(to, F_SETFL, O_NONBLOCK);
    for (;;) {
        int filling = !reads && !told;
        struct pollfd ends[2] = {{.fd = reads ? from : -1, .events = POLLIN}, {.fd = to, .events = writes ? POLLOUT : 0}};
        int ready = poll(ends, 2, filling ? 300 : -1);
        if (ready < 0 && errno != EINTR)
            return "poll failed";
        if (ready == 0) {
            say("first");
            told = 1;
        }
        if (ends[0].revents) {
            ssize_t n = read(from, got, sizeof got);
            if (n <= 0)
                return n == 0 ? "eof" : "read failed";
            if (strcmp(state, "write") == 0) {
                reads = 0, writes = 1;
            } else if (!told) {
                say("first");
                told = 1;
            }
        }
        if (ends[1].revents & POLLOUT && write(to, sent, sizeof sent) < 0 && errno != EAGAIN && errno != EPIPE)
            return "write failed";
        if (ends[1].revents & POLLERR) {
            if (!reads)
                return "epipe";
            writes = 0, to = -1;
        }
    }
}

int main(int argc, char **argv) {
    int in[2], out[2], status;
    pid_t child;
    posix_spawn_file_actions_t actions;
    if (argc < 3) {
        fprintf(stderr, "usage: ca_launch idle|write|transfer PROGRAM ARG...\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    memset(sent, 'a', sizeof sent);
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) {
        perror("ca_launch: pipe2");
        return 1;
    }
    posix_spawnattr_t attributes;
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    int error = posix_spawnp(&child, argv[2], &actions, &attributes, argv + 2, environ);
    if (error) {
        fprintf(stderr, "ca_launch: %s: %s\n", argv[2], strerror(error));
        return 1;
    }
    close(in[0]);
    close(out[1]);
    printf("pid %d\n", (int)child);
    fflush(stdout);
    say(converse(argv[1], in[1], out[0]));
    close(in[1]);
    close(out[0]);
    if (waitpid(child, &status, 0) != child) {
        perror("ca_launch: waitpid");
        return 1;
    }
    printf(WIFEXITED(status) ? "exited %d\n" : "signal %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    return 0;
}
