/*
 * A trusted application that deals with signals as any program does: for trying that what is sent to its process number reaches it.
 *
 *   ta_signals handle NUMBER...   handlers that tell; says "ready", then reads standard input and tells how each read ended
 *   ta_signals restart NUMBER...  the same with SA_RESTART
 *   ta_signals wait NUMBER...     blocks them, says "ready", takes one after the other and tells; ends after SIGTERM among them
 *   ta_signals inherited NUMBER...   each with "default" or "ignored", and "blocked" or "open"
 *   ta_signals ignore NUMBER      ignores it, says "ready", reads standard input to its end
 *   ta_signals send PID NUMBER VALUE   sigqueue
 *   ta_signals child STATUS       starts a child that ends so; tells what SIGCHLD and waitpid say
 *
 * What came is a line "signal NUMBER from PID" with " value N" when it was sent by sigqueue.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *format, ...) {
    char line[128];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(line, sizeof line, format, values);
    va_end(values);
    write(STDOUT_FILENO, line, (size_t)length);
}

static void tell(const siginfo_t *info) {
    if (info->si_code == SI_QUEUE)
        say("signal %d from %d value %d\n", info->si_signo, info->si_pid, info->si_value.sival_int);
    else if (info->si_signo == SIGCHLD && info->si_code > 0)
        say("signal %d of child, status %d\n", info->si_signo, info->si_status);
    else
        say("signal %d from %d\n", info->si_signo, info->si_pid);
}

/* Handlers of a TA run between its calls, so that they may do what other parts of it do. */
static void tell_at_once(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    int error = errno;
    tell(info);
    errno = error;
}

static int handle(int flags, char **numbers) {
    char buffer[256];
    struct sigaction action = {.sa_flags = SA_SIGINFO | flags};
    action.sa_sigaction = tell_at_once;
    for (; *numbers; numbers++)
        if (sigaction(atoi(*numbers), &action, NULL) < 0) {
            perror("ta_signals: sigaction");
            return 1;
        }
    say("ready\n");
    for (;;) {
        ssize_t n = read(STDIN_FILENO, buffer, sizeof buffer);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return 1;
        if (n < 0)
            say("EINTR\n");
        else
            say("read %d\n", (int)n);
    }
}

static int await(char **numbers) {
    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    for (; *numbers; numbers++)
        sigaddset(&set, atoi(*numbers));
    sigprocmask(SIG_BLOCK, &set, NULL);
    say("ready\n");
    for (;;) {
        int number = sigwaitinfo(&set, &info);
        if (number < 0)
            return 1;
        tell(&info);
        if (number == SIGTERM)
            return 0;
    }
}

static int child(char *status) {
    char script[32], *argv[] = {"sh", "-c", script, NULL}, *envp[] = {NULL};
    int word, waited = 0;
    pid_t pid;
    struct sigaction action = {.sa_flags = SA_SIGINFO};
    action.sa_sigaction = tell_at_once;
    sigaction(SIGCHLD, &action, NULL);
    snprintf(script, sizeof script, "exit %d", atoi(status));
    if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, envp) != 0)
        return 1;
    while ((waited = waitpid(pid, &word, 0)) < 0 && errno == EINTR) {
    }
    if (waited != pid)
        return 1;
    say("exited %d\n", WEXITSTATUS(word));
    return 0;
}

static int inherited(char **numbers) {
    struct sigaction action;
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (; *numbers; numbers++) {
        int number = atoi(*numbers);
        sigaction(number, NULL, &action);
        say("%d %s %s\n", number, action.sa_handler == SIG_IGN ? "ignored" : "default",
            sigismember(&mask, number) ? "blocked" : "open");
    }
    return 0;
}

int main(int argc, char **argv) {
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "handle") == 0)
        return handle(0, argv + 2);
    if (strcmp(verb, "restart") == 0)
        return handle(SA_RESTART, argv + 2);
    if (strcmp(verb, "wait") == 0)
        return await(argv + 2);
    if (strcmp(verb, "inherited") == 0)
        return inherited(argv + 2);
    if (strcmp(verb, "ignore") == 0 && argc == 3) {
        char buffer[256];
        signal(atoi(argv[2]), SIG_IGN);
        say("ready\n");
        while (read(STDIN_FILENO, buffer, sizeof buffer) > 0) {
        }
        return 0;
    }
    if (strcmp(verb, "send") == 0 && argc == 5) {
        union sigval value = {.sival_int = atoi(argv[4])};
        return sigqueue(atoi(argv[2]), atoi(argv[3]), value) == 0 ? 0 : 1;
    }
    if (strcmp(verb, "child") == 0 && argc == 3)
        return child(argv[2]);
    fprintf(stderr, "usage: ta_signals handle|restart|wait|inherited|ignore|send|child ...\n");
    return 2;
}
