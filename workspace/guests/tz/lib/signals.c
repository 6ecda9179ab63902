/* Signals: handlers are the TA's, everything else is the shadow process's. */
#include "imports.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct sigaction actions[_NSIG];
static char known[_NSIG];

/* What the TA inherited: until it says otherwise itself, only the shadow process knows whether a signal is ignored. */
static void inherit(int signal) {
    if (!known[signal]) {
        known[signal] = 1;
        if (tzm_sigaction(signal, -1, 0, 0) == 1)
            actions[signal].sa_handler = SIG_IGN;
    }
}

static void describe(const struct tzm_record *record, siginfo_t *info) {
    memset(info, 0, sizeof *info);
    info->si_signo = record->signo;
    info->si_code = record->code;
    info->si_pid = record->pid;
    info->si_uid = (uid_t)record->uid;
    info->si_overrun = record->overrun;
    if (record->signo == SIGCHLD && record->code > 0)
        info->si_status = (int)record->value;
    else
        info->si_value.sival_int = (int)record->value;
}

/* Called by the runtime between calls when a signal waits: not 0 if an interrupted call may be made again. */
static int32_t deliver(void) {
    int before = errno;
    int restart = 1;
    int ran = 0;
    struct tzm_record record = {0};
    while (tzm_signext(ran, record.mask, &record, sizeof record) > 0) {
        ran = 1;
        if (record.signo < 1 || record.signo >= _NSIG)
            continue;
        struct sigaction action = actions[record.signo];
        if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN)
            continue;
        if (action.sa_flags & (int)SA_RESETHAND)
            actions[record.signo].sa_handler = SIG_DFL;
        restart &= (action.sa_flags & SA_RESTART) != 0;
        if (action.sa_flags & SA_SIGINFO) {
            siginfo_t info;
            describe(&record, &info);
            action.sa_sigaction(record.signo, &info, NULL);
        } else {
            action.sa_handler(record.signo);
        }
    }
    errno = before;
    return ran && restart;
}

int sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict old) {
    if (signal < 1 || signal >= _NSIG) {
        errno = EINVAL;
        return -1;
    }
    inherit(signal);
    struct sigaction before = actions[signal];
    if (action) {
        tzm_on_signal(deliver);
        int disposition = action->sa_handler == SIG_DFL ? 0 : action->sa_handler == SIG_IGN ? 1 : 2;
        actions[signal] = *action;
        int32_t result = tzm_sigaction(signal, disposition, action->sa_flags, action->sa_mask.__bits);
        if (result < 0) {
            actions[signal] = before;
            return tzm_result(result);
        }
    }
    if (old)
        *old = before;
    return 0;
}

void (*signal(int number, void (*handler)(int)))(int) {
    struct sigaction action = {.sa_flags = SA_RESTART}, old;
    action.sa_handler = handler;
    return sigaction(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int kill(pid_t pid, int number) {
    return tzm_result(tzm_kill(pid, number));
}

int raise(int number) {
    return kill(getpid(), number);
}

int sigqueue(pid_t pid, int number, union sigval value) {
    return tzm_result(tzm_sigqueue(pid, number, value.sival_int));
}

int sigemptyset(sigset_t *set) {
    set->__bits = 0;
    return 0;
}

int sigfillset(sigset_t *set) {
    set->__bits = ~0ULL;
    return 0;
}

static int change(sigset_t *set, int number, int add) {
    if (number < 1 || number >= _NSIG) {
        errno = EINVAL;
        return -1;
    }
    unsigned long long bit = 1ULL << (number - 1);
    set->__bits = add ? set->__bits | bit : set->__bits & ~bit;
    return 0;
}

int sigaddset(sigset_t *set, int number) {
    return change(set, number, 1);
}

int sigdelset(sigset_t *set, int number) {
    return change(set, number, 0);
}

int sigismember(const sigset_t *set, int number) {
    return number >= 1 && number < _NSIG && (set->__bits >> (number - 1) & 1);
}

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old) {
    uint64_t before;
    int32_t result = tzm_sigprocmask(set ? how : 3, set ? set->__bits : 0, &before, sizeof before);
    if (result == 0 && old)
        old->__bits = before;
    return tzm_result(result);
}

int sigpending(sigset_t *set) {
    return tzm_result(tzm_sigpending((uint64_t *)&set->__bits, sizeof set->__bits));
}

int sigsuspend(const sigset_t *mask) {
    return tzm_result(tzm_sigsuspend(mask->__bits));
}

int pause(void) {
    sigset_t mask;
    return sigprocmask(SIG_BLOCK, NULL, &mask) < 0 ? -1 : sigsuspend(&mask);
}

static int await(const sigset_t *set, siginfo_t *info, int64_t nanos) {
    struct tzm_record record;
    int32_t number = tzm_sigtimedwait(set->__bits, nanos, &record, 32);
    if (number > 0 && info)
        describe(&record, info);
    return tzm_result(number);
}

int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info, const struct timespec *restrict timeout) {
    return await(set, info, timeout ? timeout->tv_sec * 1000000000LL + timeout->tv_nsec : -1);
}

int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info) {
    return await(set, info, -1);
}

int sigwait(const sigset_t *restrict set, int *restrict number) {
    int taken;
    do {
        taken = await(set, NULL, -1);
    } while (taken < 0 && errno == EINTR);
    if (taken < 0)
        return errno;
    *number = taken;
    return 0;
}

pid_t getpid(void) {
    return tzm_result(tzm_getpid());
}

pid_t getppid(void) {
    return tzm_result(tzm_getppid());
}
