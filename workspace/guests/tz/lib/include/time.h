/* What wasi-libc's time.h leaves out. */
#include_next <time.h>

#ifndef KAKURI_TIME_H
#define KAKURI_TIME_H
#ifdef __cplusplus
extern "C" {
#endif

struct sigevent;
int timer_create(clockid_t, struct sigevent *__restrict, timer_t *__restrict);
int timer_delete(timer_t);
int timer_settime(timer_t, int, const struct itimerspec *__restrict, struct itimerspec *__restrict);
int timer_gettime(timer_t, struct itimerspec *);
int timer_getoverrun(timer_t);

#ifdef __cplusplus
}
#endif
#endif
