/* Pipes, sockets, poll, eventfd. */
#include "imports.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wasi/api.h>

int32_t __tzm_open_flags(int flags) {
    int32_t linux_flags = (flags & O_RDWR) == O_RDWR ? 2 : (flags & O_WRONLY) ? 1 : 0;
    linux_flags |= (flags & O_CREAT) ? 0x40 : 0;
    linux_flags |= (flags & O_EXCL) ? 0x80 : 0;
    linux_flags |= (flags & O_TRUNC) ? 0x200 : 0;
    linux_flags |= (flags & O_APPEND) ? 0x400 : 0;
    linux_flags |= (flags & O_NONBLOCK) ? 0x800 : 0;
    linux_flags |= (flags & O_SYNC) ? 0x101000 : 0;
    return linux_flags;
}

int pipe2(int pair[2], int flags) {
    return tzm_result(tzm_pipe((flags & O_NONBLOCK) ? 0x800 : 0, (int32_t *)pair, 8));
}

int pipe(int pair[2]) {
    return pipe2(pair, 0);
}

int dup(int fd) {
    return tzm_result(tzm_dup(fd));
}

int dup2(int from, int to) {
    return tzm_result(tzm_dup2(from, to));
}

int socket(int domain, int type, int protocol) {
    return tzm_result(tzm_socket(domain, type, protocol));
}

int socketpair(int domain, int type, int protocol, int pair[2]) {
    return tzm_result(tzm_socketpair(domain, type, protocol, (int32_t *)pair, 8));
}

int bind(int fd, const struct sockaddr *address, socklen_t length) {
    return tzm_result(tzm_bind(fd, address, length));
}

int listen(int fd, int backlog) {
    return tzm_result(tzm_listen(fd, backlog));
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
    return tzm_result(tzm_connect(fd, address, length));
}

static int name(int32_t result, socklen_t *length) {
    if (result >= 0)
        *length = (socklen_t)result;
    return tzm_result(result) < 0 ? -1 : 0;
}

int getsockname(int fd, struct sockaddr *restrict address, socklen_t *restrict length) {
    return name(tzm_getsockname(fd, address, *length), length);
}

int getpeername(int fd, struct sockaddr *restrict address, socklen_t *restrict length) {
    return name(tzm_getpeername(fd, address, *length), length);
}

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict length, int flags) {
    __wasi_fd_t accepted;
    __wasi_errno_t error = __wasi_sock_accept(fd, (flags & SOCK_NONBLOCK) ? __WASI_FDFLAGS_NONBLOCK : 0, &accepted);
    if (error != 0) {
        errno = error;
        return -1;
    }
    if (address && getpeername((int)accepted, address, length) < 0)
        *length = 0;
    return (int)accepted;
}

int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict length) {
    return accept4(fd, address, length, 0);
}

int shutdown(int fd, int how) {
    return tzm_result(-(int32_t)__wasi_sock_shutdown(fd, (__wasi_sdflags_t)(how + 1)));
}

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict length) {
    return name(tzm_getsockopt(fd, level, option, value, *length), length);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t length) {
    return tzm_result(tzm_setsockopt(fd, level, option, value, length));
}

/* A blocking send of a stream sends everything, however much goes through one call. */
ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    size_t done = 0;
    do {
        int32_t n = tzm_send(fd, (const char *)bytes + done, length - done, flags);
        if (n < 0)
            return done > 0 ? (ssize_t)done : tzm_result(n);
        if (n == 0 || (flags & MSG_DONTWAIT))
            return (ssize_t)done + n;
        done += (size_t)n;
    } while (done < length);
    return (ssize_t)done;
}

ssize_t recv(int fd, void *bytes, size_t room, int flags) {
    return tzm_result(tzm_recv(fd, bytes, room, flags));
}

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t to_length) {
    if (to == NULL)
        return send(fd, bytes, length, flags);
    return tzm_result(tzm_sendto(fd, bytes, length, flags, to, to_length));
}

ssize_t recvfrom(int fd, void *restrict bytes, size_t room, int flags, struct sockaddr *restrict from,
                 socklen_t *restrict from_length) {
    if (from == NULL)
        return recv(fd, bytes, room, flags);
    struct tzm_received *received = malloc(sizeof *received + room);
    if (received == NULL) {
        errno = ENOMEM;
        return -1;
    }
    int32_t n = tzm_recvfrom(fd, received, sizeof *received + room, flags);
    if (n >= 0) {
        n -= (int32_t)sizeof *received;
        memcpy(bytes, received->bytes, (size_t)n);
        socklen_t whole = (socklen_t)received->address_length;
        memcpy(from, received->address, whole < *from_length ? whole : *from_length);
        *from_length = whole;
    }
    free(received);
    return tzm_result(n);
}

int poll(struct pollfd *entries, nfds_t count, int timeout) {
    return tzm_result(tzm_poll(entries, (int32_t)count, timeout));
}

int eventfd(unsigned initial, int flags) {
    return tzm_result(tzm_eventfd((int32_t)initial, (flags & EFD_SEMAPHORE) | ((flags & EFD_NONBLOCK) ? 0x800 : 0)));
}

int eventfd_read(int fd, eventfd_t *value) {
    return read(fd, value, sizeof *value) == sizeof *value ? 0 : -1;
}

int eventfd_write(int fd, eventfd_t value) {
    return write(fd, &value, sizeof value) == sizeof value ? 0 : -1;
}

/* wasi-libc's functions know the families by other numbers. */
extern int libc_inet_pton(int, const char *restrict, void *restrict) __asm__("inet_pton");
extern const char *libc_inet_ntop(int, const void *restrict, char *restrict, socklen_t) __asm__("inet_ntop");

static int libc_family(int family) {
    return family == AF_INET ? 1 : family == AF_INET6 ? 2 : -1;
}

int inet_pton(int family, const char *restrict text, void *restrict address) {
    return libc_inet_pton(libc_family(family), text, address);
}

const char *inet_ntop(int family, const void *restrict address, char *restrict text, socklen_t room) {
    return libc_inet_ntop(libc_family(family), address, text, room);
}

in_addr_t inet_addr(const char *text) {
    struct in_addr address;
    return inet_pton(AF_INET, text, &address) == 1 ? address.s_addr : (in_addr_t)-1;
}
