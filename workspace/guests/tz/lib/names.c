/* What has a name: message queues, shared memory, semaphores, FIFOs and files outside the TA's folders. */
#include "imports.h"

#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wasi/libc-find-relpath.h>
#include <wasi/libc-nocwd.h>
#include <wasi/libc.h>

#define FOREVER (-1)

static int64_t deadline(const struct timespec *time) {
    return time ? time->tv_sec * 1000000000LL + time->tv_nsec : FOREVER;
}

mqd_t mq_open(const char *name, int flags, ...) {
    mode_t mode = 0;
    struct mq_attr *attributes = NULL;
    if (flags & O_CREAT) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        attributes = va_arg(more, struct mq_attr *);
        va_end(more);
    }
    return tzm_result(tzm_mq_open(name, strlen(name), __tzm_open_flags(flags), (int32_t)mode,
                                  attributes ? attributes->mq_maxmsg : 0, attributes ? attributes->mq_msgsize : 0));
}

int mq_close(mqd_t queue) {
    return close(queue);
}

int mq_unlink(const char *name) {
    return tzm_result(tzm_mq_unlink(name, strlen(name)));
}

int mq_timedsend(mqd_t queue, const char *bytes, size_t length, unsigned priority, const struct timespec *until) {
    return tzm_result(tzm_mq_send(queue, bytes, length, (int32_t)priority, deadline(until)));
}

int mq_send(mqd_t queue, const char *bytes, size_t length, unsigned priority) {
    return mq_timedsend(queue, bytes, length, priority, NULL);
}

ssize_t mq_timedreceive(mqd_t queue, char *restrict bytes, size_t room, unsigned *restrict priority,
                        const struct timespec *restrict until) {
    static struct tzm_message *message;
    static size_t message_room;
    if (room > message_room || message == NULL) {
        struct tzm_message *larger = realloc(message, sizeof *message + room);
        if (larger == NULL) {
            errno = ENOMEM;
            return -1;
        }
        message = larger;
        message_room = room;
    }
    int32_t n = tzm_mq_receive(queue, message, sizeof *message + room, deadline(until));
    if (n >= 0) {
        n -= (int32_t)sizeof *message;
        memcpy(bytes, message->bytes, (size_t)n);
        if (priority)
            *priority = (unsigned)message->priority;
    }
    return tzm_result(n);
}

ssize_t mq_receive(mqd_t queue, char *bytes, size_t room, unsigned *priority) {
    return mq_timedreceive(queue, bytes, room, priority, NULL);
}

static int attributes(int32_t result, const int64_t values[4], struct mq_attr *to) {
    if (result == 0 && to) {
        memset(to, 0, sizeof *to);
        to->mq_flags = (values[0] & 0x800) ? O_NONBLOCK : 0;
        to->mq_maxmsg = (long)values[1];
        to->mq_msgsize = (long)values[2];
        to->mq_curmsgs = (long)values[3];
    }
    return tzm_result(result);
}

int mq_getattr(mqd_t queue, struct mq_attr *now) {
    int64_t values[4];
    return attributes(tzm_mq_getattr(queue, values, sizeof values), values, now);
}

int mq_setattr(mqd_t queue, const struct mq_attr *restrict to, struct mq_attr *restrict old) {
    int64_t values[4];
    return attributes(tzm_mq_setattr(queue, (to->mq_flags & O_NONBLOCK) ? 0x800 : 0, values, sizeof values), values, old);
}

int mq_notify(mqd_t queue, const struct sigevent *event) {
    if (event == NULL)
        return tzm_result(tzm_mq_notify(queue, -1, 0, 0));
    return tzm_result(tzm_mq_notify(queue, event->sigev_notify, event->sigev_signo, event->sigev_value.sival_int));
}

int shm_open(const char *name, int flags, mode_t mode) {
    return tzm_result(tzm_shm_open(name, strlen(name), __tzm_open_flags(flags), (int32_t)mode));
}

int shm_unlink(const char *name) {
    return tzm_result(tzm_shm_unlink(name, strlen(name)));
}

int mkfifo(const char *path, mode_t mode) {
    return tzm_result(tzm_mkfifo(path, strlen(path), (int32_t)mode));
}

/* In one of the TA's folders if the path leads there, else as the shadow process sees it. */
static int is_inside(const char *path) {
    const char *prefix;
    char buffer[4096];
    char *relative = buffer;
    return __wasilibc_find_relpath(path, &prefix, &relative, sizeof buffer) >= 0;
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    if (is_inside(path))
        return __wasilibc_open_nomode(path, flags);
    return tzm_result(tzm_open(path, strlen(path), __tzm_open_flags(flags), (int32_t)mode));
}

int unlink(const char *path) {
    const char *prefix;
    char buffer[4096];
    char *relative = buffer;
    int folder = __wasilibc_find_relpath(path, &prefix, &relative, sizeof buffer);
    if (folder >= 0)
        return __wasilibc_nocwd___wasilibc_unlinkat(folder, relative);
    return tzm_result(tzm_unlink(path, strlen(path)));
}

/* A semaphore's address and the number that the shadow process knows it by. */
struct known {
    struct known *next;
    const sem_t *at;
    int32_t number;
    int named;
};

static struct known *semaphores;

static struct known *remember(const sem_t *at, int32_t number, int named) {
    struct known *one = malloc(sizeof *one);
    if (one) {
        *one = (struct known){.next = semaphores, .at = at, .number = number, .named = named};
        semaphores = one;
    }
    return one;
}

static void forget(const sem_t *at) {
    for (struct known **link = &semaphores; *link; link = &(*link)->next) {
        struct known *one = *link;
        if (one->at == at) {
            *link = one->next;
            if (one->named)
                free((void *)one->at);
            free(one);
            return;
        }
    }
}

/* The number of a semaphore; one in shared memory that the other side made is looked up when it is first used. */
static int32_t number(const sem_t *at) {
    for (struct known *one = semaphores; one; one = one->next)
        if (one->at == at)
            return one->number;
    int64_t offset;
    int fd = __tzm_mapped(at, &offset);
    int32_t mapped = fd < 0 ? -EINVAL : tzm_sem_map(fd, offset);
    if (mapped >= 0 && !remember(at, mapped, 0)) {
        tzm_sem_close(mapped);
        return -ENOMEM;
    }
    return mapped;
}

static int use(int32_t (*call)(int32_t), const sem_t *at) {
    int32_t n = number(at);
    return tzm_result(n < 0 ? n : call(n));
}

int sem_init(sem_t *semaphore, int shared, unsigned value) {
    (void)shared;
    int32_t n = number(semaphore);
    return tzm_result(n < 0 ? n : tzm_sem_init(n, (int32_t)value));
}

int sem_destroy(sem_t *semaphore) {
    int result = use(tzm_sem_close, semaphore);
    forget(semaphore);
    return result;
}

sem_t *sem_open(const char *name, int flags, ...) {
    mode_t mode = 0;
    unsigned value = 0;
    if (flags & O_CREAT) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        value = va_arg(more, unsigned);
        va_end(more);
    }
    sem_t *at = malloc(sizeof *at);
    int32_t n = at == NULL ? -ENOMEM : tzm_sem_open(name, strlen(name), __tzm_open_flags(flags), (int32_t)mode,
                                                   (int32_t)value);
    if (n < 0 || !remember(at, n, 1)) {
        free(at);
        errno = n < 0 ? -n : ENOMEM;
        return SEM_FAILED;
    }
    return at;
}

int sem_close(sem_t *semaphore) {
    return sem_destroy(semaphore);
}

int sem_unlink(const char *name) {
    return tzm_result(tzm_sem_unlink(name, strlen(name)));
}

int sem_post(sem_t *semaphore) {
    return use(tzm_sem_post, semaphore);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    int32_t n = number(semaphore);
    return tzm_result(n < 0 ? n : tzm_sem_wait(n, deadline(until)));
}

int sem_wait(sem_t *semaphore) {
    return sem_timedwait(semaphore, NULL);
}

int sem_trywait(sem_t *semaphore) {
    return use(tzm_sem_trywait, semaphore);
}

int sem_getvalue(sem_t *restrict semaphore, int *restrict value) {
    int32_t n = number(semaphore);
    int32_t now = n < 0 ? n : tzm_sem_getvalue(n);
    if (now >= 0)
        *value = now;
    return tzm_result(now) < 0 ? -1 : 0;
}
