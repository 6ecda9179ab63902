/* Semaphores, named or in shared memory. In place of wasi-libc's semaphore.h: sem_t is as large as the CA's. */
#ifndef _SEMAPHORE_H
#define _SEMAPHORE_H

#include <__struct_timespec.h>
#include <fcntl.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef union {
    char __size[32];
    long long __align;
} sem_t;

#define SEM_FAILED ((sem_t *)0)
#define SEM_VALUE_MAX 0x7fffffff

/* Only in memory of mmap(MAP_SHARED) of shm_open; a TA has one thread, so a private semaphore would have nobody to wait for. */
int sem_init(sem_t *, int, unsigned);
int sem_destroy(sem_t *);
sem_t *sem_open(const char *, int, ...);
int sem_close(sem_t *);
int sem_unlink(const char *);
int sem_post(sem_t *);
int sem_wait(sem_t *);
int sem_trywait(sem_t *);
int sem_timedwait(sem_t *__restrict, const struct timespec *__restrict);
int sem_getvalue(sem_t *__restrict, int *__restrict);

#ifdef __cplusplus
}
#endif
#endif
