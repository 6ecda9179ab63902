/*
 * A client application that sends signals to a trusted application as to any child: posix_spawn, kill, sigqueue, SIGCHLD, waitpid.
 * It links the C library alone.
 *
 *   ca_signals PROGRAM ARG...   PROGRAM must behave as "ta_signals wait 10 15 36 40" does
 *
 * Prints what the child says of five signals, how many SIGCHLD there were and what waitpid says; then the same of a second child that
 * handles none of them and gets one of them. Own process number is printed as CA. Exit status 0 if it got there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile sig_atomic_t children;

static void on_child(int number) {
    (void)number;
    children++;
}

static pid_t start(char **argv, FILE **says) {
    int out[2];
    pid_t child;
    posix_spawn_file_actions_t actions;
    if (pipe2(out, O_CLOEXEC)) {
        perror("ca_signals: pipe2");
        exit(1);
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    int error = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
    if (error) {
        fprintf(stderr, "ca_signals: %s: %s\n", argv[0], strerror(error));
        exit(1);
    }
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    *says = fdopen(out[0], "r");
    return child;
}

static void show(FILE *says) {
    char line[256], own[32];
    while (fgets(line, sizeof line, says) == NULL)
        if (errno != EINTR || feof(says)) {
            puts("eof");
            return;
        }
    snprintf(own, sizeof own, "from %d", (int)getpid());
    char *at = strstr(line, own);
    if (at)
        printf("%.*sfrom CA%s", (int)(at - line), line, at + strlen(own));
    else
        fputs(line, stdout);
}

static void end(pid_t child) {
    int status;
    pid_t ended;
    while ((ended = waitpid(child, &status, 0)) < 0 && errno == EINTR) {
    }
    if (ended != child)
        perror("ca_signals: waitpid");
    else
        printf(WIFEXITED(status) ? "exited %d, children %d\n" : "signal %d, children %d\n",
               WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), (int)children);
}

int main(int argc, char **argv) {
    FILE *says;
    if (argc < 2)
        return 2;
    struct sigaction action = {.sa_handler = on_child};
    sigaction(SIGCHLD, &action, NULL);
    pid_t child = start(argv + 1, &says);
    show(says);
    static const int numbers[] = {36, 36, 40, 36};
    for (int i = 0; i < 4; i++)
        if (sigqueue(child, numbers[i], (union sigval){.sival_int = 7 - 5 * i}))
            perror("ca_signals: sigqueue");
    for (int i = 0; i < 4; i++)
        show(says);
    kill(child, SIGTERM);
    show(says);
    end(child);
    fclose(says);

    char *other[] = {argv[1], "ta_probe", "wait", NULL};
    int in[2];
    if (pipe(in) || dup2(in[0], 0) != 0)
        return 1;
    child = start(other, &says);
    show(says);
    sigqueue(child, 36, (union sigval){.sival_int = 1});
    show(says);
    end(child);
    return 0;
}
