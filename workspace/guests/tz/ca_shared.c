/*
 * A client application that shares memory with a trusted application as with any process: shm_open, mmap, posix_spawn. It links the C
 * library alone.
 *
 *   ca_shared ROUNDS BYTES PROGRAM   PROGRAM NAME BYTES must behave as ta_shared does
 *   ca_shared truncate BYTES PROGRAM makes the memory smaller while the TA works on it
 *
 * Prints "rounds N wrong N" and then "exited STATUS" or "signal N". Exit status 0 if it got there.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
    char name[64], said[7];
    int out[2], status;
    pid_t child;
    if (argc < 4)
        return 2;
    int truncates = strcmp(argv[1], "truncate") == 0;
    int32_t rounds = truncates ? 1 : atoi(argv[1]);
    size_t bytes = (size_t)atol(argv[2]);
    snprintf(name, sizeof name, "/kakuri-ca-%d", (int)getpid());
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)bytes)) {
        perror("ca_shared: shm_open");
        return 1;
    }
    volatile int32_t *words = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    posix_spawn_file_actions_t actions;
    if (words == MAP_FAILED || pipe2(out, O_CLOEXEC))
        return 1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    char **command = calloc((size_t)argc, sizeof *command);
    memcpy(command, argv + 3, (size_t)(argc - 3) * sizeof *command);
    command[argc - 3] = name;
    command[argc - 2] = argv[2];
    if (posix_spawnp(&child, command[0], &actions, NULL, command, environ))
        return 1;
    close(out[1]);
    for (size_t got = 0; got < sizeof said;) {
        ssize_t n = read(out[0], said + got, sizeof said - got);
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    shm_unlink(name);
    int32_t wrong = 0;
    for (int32_t round = 1; round <= rounds; round++) {
        for (size_t i = 2; i < bytes / sizeof *words; i++)
            words[i] = round + (int32_t)i;
        __atomic_store_n(&words[0], round, __ATOMIC_RELEASE);
        while (__atomic_load_n(&words[1], __ATOMIC_ACQUIRE) != round && waitpid(child, &status, WNOHANG) == 0)
            sched_yield();
        for (size_t i = 2; i < bytes / sizeof *words; i++)
            wrong += words[i] != 2 * (round + (int32_t)i);
    }
    printf("rounds %d wrong %d\n", (int)rounds, (int)wrong);
    fflush(stdout);
    if (truncates) {
        if (ftruncate(fd, 0))
            return 1;
    } else {
        __atomic_store_n(&words[0], -1, __ATOMIC_RELEASE);
    }
    if (waitpid(child, &status, 0) != child)
        return 1;
    printf(WIFEXITED(status) ? "exited %d\n" : "signal %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    return 0;
}
