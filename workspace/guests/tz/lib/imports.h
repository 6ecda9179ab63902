/*
 * The functions of import module "tzm" that the library stands on: rows of PosixOp in org.kakuri.platform.linux, by their names.
 * Each returns what the row does, or minus a WASI error number. Buffers are an address and a length.
 */
#ifndef KAKURI_TZM_IMPORTS_H
#define KAKURI_TZM_IMPORTS_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#define TZM(name) __attribute__((import_module("tzm"), import_name(#name))) extern int32_t tzm_##name

/* A pair of times, ns: until it expires, interval. */
struct tzm_setting {
    int64_t value, interval;
};

struct tzm_record {
    int32_t signo, code, pid, uid;
    int64_t value;
    int32_t overrun, zero;
    uint64_t mask;
};

struct tzm_received {
    int32_t address_length, zero;
    char address[128];
    char bytes[];
};

struct tzm_message {
    int32_t priority, zero;
    char bytes[];
};

TZM(socket)(int32_t domain, int32_t type, int32_t protocol);
TZM(socketpair)(int32_t domain, int32_t type, int32_t protocol, int32_t *pair, size_t bytes);
TZM(bind)(int32_t fd, const void *address, size_t length);
TZM(listen)(int32_t fd, int32_t backlog);
TZM(connect)(int32_t fd, const void *address, size_t length);
TZM(getsockname)(int32_t fd, void *address, size_t room);
TZM(getpeername)(int32_t fd, void *address, size_t room);
TZM(getsockopt)(int32_t fd, int32_t level, int32_t name, void *value, size_t room);
TZM(setsockopt)(int32_t fd, int32_t level, int32_t name, const void *value, size_t length);
TZM(send)(int32_t fd, const void *bytes, size_t length, int32_t flags);
TZM(recv)(int32_t fd, void *bytes, size_t room, int32_t flags);
TZM(sendto)(int32_t fd, const void *bytes, size_t length, int32_t flags, const void *address, size_t address_length);
TZM(recvfrom)(int32_t fd, struct tzm_received *received, size_t room, int32_t flags);
TZM(pipe)(int32_t flags, int32_t *pair, size_t bytes);
TZM(eventfd)(int32_t initial, int32_t flags);
TZM(poll)(void *entries, int32_t count, int32_t timeout);
TZM(dup)(int32_t fd);
TZM(dup2)(int32_t fd, int32_t to);
TZM(timerfd_create)(int32_t clock, int32_t flags);
TZM(timerfd_settime)(int32_t fd, int32_t flags, int64_t value, int64_t interval, struct tzm_setting *old, size_t bytes);
TZM(timerfd_gettime)(int32_t fd, struct tzm_setting *now, size_t bytes);
TZM(nanosleep)(int32_t clock, int32_t flags, int64_t nanos, int64_t *left, size_t bytes);
TZM(getpid)(void);
TZM(getppid)(void);
TZM(kill)(int32_t pid, int32_t signal);
TZM(sigqueue)(int32_t pid, int32_t signal, int64_t value);
TZM(sigaction)(int32_t signal, int32_t disposition, int32_t flags, uint64_t mask);
TZM(sigprocmask)(int32_t how, uint64_t mask, uint64_t *old, size_t bytes);
TZM(sigpending)(uint64_t *set, size_t bytes);
TZM(signext)(int32_t restore, uint64_t mask, struct tzm_record *record, size_t bytes);
TZM(sigtimedwait)(uint64_t set, int64_t nanos, struct tzm_record *record, size_t bytes);
TZM(sigsuspend)(uint64_t mask);
TZM(safepoint)(void);
TZM(on_signal)(int32_t (*deliver)(void));
TZM(mq_open)(const char *name, size_t length, int32_t flags, int32_t mode, int64_t maxmsg, int64_t msgsize);
TZM(mq_unlink)(const char *name, size_t length);
TZM(mq_send)(int32_t queue, const void *bytes, size_t length, int32_t priority, int64_t deadline);
TZM(mq_receive)(int32_t queue, struct tzm_message *message, size_t room, int64_t deadline);
TZM(mq_getattr)(int32_t queue, int64_t attributes[4], size_t bytes);
TZM(mq_setattr)(int32_t queue, int64_t flags, int64_t old[4], size_t bytes);
TZM(mq_notify)(int32_t queue, int32_t kind, int32_t signal, int32_t value);
TZM(shm_open)(const char *name, size_t length, int32_t flags, int32_t mode);
TZM(shm_unlink)(const char *name, size_t length);
TZM(open)(const char *path, size_t length, int32_t flags, int32_t mode);
TZM(mkfifo)(const char *path, size_t length, int32_t mode);
TZM(unlink)(const char *path, size_t length);
TZM(map)(int32_t fd, int64_t offset, void *at, size_t length);
TZM(unmap)(void *at, size_t length);
TZM(sem_open)(const char *name, size_t length, int32_t flags, int32_t mode, int32_t value);
TZM(sem_map)(int32_t fd, int64_t offset);
TZM(sem_init)(int32_t semaphore, int32_t value);
TZM(sem_post)(int32_t semaphore);
TZM(sem_wait)(int32_t semaphore, int64_t deadline);
TZM(sem_trywait)(int32_t semaphore);
TZM(sem_getvalue)(int32_t semaphore);
TZM(sem_close)(int32_t semaphore);
TZM(sem_unlink)(const char *name, size_t length);
TZM(timer_create)(int32_t clock, int32_t signal, int32_t value);
TZM(timer_settime)(int32_t timer, int32_t flags, int64_t value, int64_t interval, struct tzm_setting *old, size_t bytes);
TZM(timer_gettime)(int32_t timer, struct tzm_setting *now, size_t bytes);
TZM(timer_getoverrun)(int32_t timer);
TZM(timer_delete)(int32_t timer);
TZM(spawn)(const void *request, size_t length);
TZM(waitpid)(int32_t pid, int32_t options, int32_t *status, size_t bytes);

/* The result of a POSIX function: -1 and errno for a negative one. */
static inline int32_t tzm_result(int32_t result) {
    if (result >= 0)
        return result;
    errno = -result;
    return -1;
}

/* Flags of open, mq_open and the like as Linux numbers them. */
int32_t __tzm_open_flags(int flags);

/* What lies at an address of a shared mapping: a descriptor of the memory and an offset; -1 if nothing does. */
int __tzm_mapped(const void *at, int64_t *offset);

#endif
