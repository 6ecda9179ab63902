/* Sleeping and timers. */
#include "imports.h"

#include <signal.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static int32_t clock_number(clockid_t clock) {
    return clock == CLOCK_MONOTONIC ? 1 : 0;
}

static int64_t nanos(const struct timespec *time) {
    return time->tv_nsec < 0 || time->tv_nsec >= SECOND ? -1 : time->tv_sec * SECOND + time->tv_nsec;
}

static struct timespec spec(int64_t nanos) {
    return (struct timespec){.tv_sec = nanos / SECOND, .tv_nsec = (long)(nanos % SECOND)};
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left) {
    int64_t rest = 0;
    int32_t result = tzm_nanosleep(clock_number(clock), flags, nanos(time), &rest, sizeof rest);
    if (result == -EINTR && left && !(flags & TIMER_ABSTIME))
        *left = spec(rest);
    return -result;
}

int nanosleep(const struct timespec *time, struct timespec *left) {
    return tzm_result(-clock_nanosleep(CLOCK_REALTIME, 0, time, left));
}

unsigned sleep(unsigned seconds) {
    struct timespec time = {.tv_sec = seconds};
    return nanosleep(&time, &time) == 0 ? 0 : (unsigned)time.tv_sec + (time.tv_nsec > 0);
}

int usleep(useconds_t micros) {
    struct timespec time = spec(micros * 1000LL);
    return nanosleep(&time, NULL);
}

static int setting(int32_t result, const struct tzm_setting *old, struct itimerspec *to) {
    if (result == 0 && to) {
        to->it_value = spec(old->value);
        to->it_interval = spec(old->interval);
    }
    return tzm_result(result);
}

int timerfd_create(clockid_t clock, int flags) {
    return tzm_result(tzm_timerfd_create(clock_number(clock), (flags & TFD_NONBLOCK) ? 0x800 : 0));
}

int timerfd_settime(int fd, int flags, const struct itimerspec *to, struct itimerspec *old) {
    struct tzm_setting before;
    return setting(tzm_timerfd_settime(fd, flags, nanos(&to->it_value), nanos(&to->it_interval), &before, sizeof before),
                   &before, old);
}

int timerfd_gettime(int fd, struct itimerspec *now) {
    struct tzm_setting is;
    return setting(tzm_timerfd_gettime(fd, &is, sizeof is), &is, now);
}

/* A timer_t is the timer's number and one, so that none is NULL. */
static int32_t number(timer_t timer) {
    return (int32_t)(intptr_t)timer - 1;
}

int timer_create(clockid_t clock, struct sigevent *restrict event, timer_t *restrict timer) {
    int signal = event == NULL ? SIGALRM : event->sigev_notify == SIGEV_SIGNAL ? event->sigev_signo : 0;
    if (event && event->sigev_notify != SIGEV_SIGNAL && event->sigev_notify != SIGEV_NONE) {
        errno = EINVAL;
        return -1;
    }
    int32_t made = tzm_timer_create(clock_number(clock), signal, event ? event->sigev_value.sival_int : 0);
    if (made >= 0)
        *timer = (timer_t)(intptr_t)(made + 1);
    return tzm_result(made) < 0 ? -1 : 0;
}

int timer_settime(timer_t timer, int flags, const struct itimerspec *restrict to, struct itimerspec *restrict old) {
    struct tzm_setting before;
    return setting(tzm_timer_settime(number(timer), flags, nanos(&to->it_value), nanos(&to->it_interval), &before,
                                     sizeof before),
                   &before, old);
}

int timer_gettime(timer_t timer, struct itimerspec *now) {
    struct tzm_setting is;
    return setting(tzm_timer_gettime(number(timer), &is, sizeof is), &is, now);
}

int timer_getoverrun(timer_t timer) {
    return tzm_result(tzm_timer_getoverrun(number(timer)));
}

int timer_delete(timer_t timer) {
    return tzm_result(tzm_timer_delete(number(timer)));
}

unsigned alarm(unsigned seconds) {
    static timer_t timer;
    struct itimerspec to = {.it_value = {.tv_sec = seconds}}, old = {0};
    if (timer == NULL && timer_create(CLOCK_REALTIME, NULL, &timer) < 0)
        return 0;
    timer_settime(timer, 0, &to, &old);
    return (unsigned)old.it_value.tv_sec + (old.it_value.tv_nsec > 0);
}
