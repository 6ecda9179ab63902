#ifndef __wasilibc___header_sys_socket_h
#define __wasilibc___header_sys_socket_h

/* Linux's numbers, which the calls of module tzm use, and the functions that wasi-libc leaves out. */
#include <__struct_iovec.h>
#include <__struct_msghdr.h>
#include <__struct_sockaddr.h>
#include <__struct_sockaddr_storage.h>
#include <__typedef_ssize_t.h>
#include <stddef.h>

#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_SEQPACKET 5
#define SOCK_NONBLOCK 0x800
#define SOCK_CLOEXEC 0x80000

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_LOCAL AF_UNIX
#define AF_INET 2
#define AF_INET6 10
#define PF_UNSPEC AF_UNSPEC
#define PF_UNIX AF_UNIX
#define PF_LOCAL AF_UNIX
#define PF_INET AF_INET
#define PF_INET6 AF_INET6

#define SOL_SOCKET 1
#define SO_REUSEADDR 2
#define SO_TYPE 3
#define SO_ERROR 4
#define SO_BROADCAST 6
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_LINGER 13
#define SO_REUSEPORT 15
#define SO_RCVLOWAT 18
#define SO_SNDLOWAT 19
#define SO_ACCEPTCONN 30
#define SO_PROTOCOL 38
#define SO_DOMAIN 39
#define SOMAXCONN 128

#define MSG_OOB 0x1
#define MSG_PEEK 0x2
#define MSG_DONTROUTE 0x4
#define MSG_TRUNC 0x20
#define MSG_DONTWAIT 0x40
#define MSG_EOR 0x80
#define MSG_WAITALL 0x100
#define MSG_NOSIGNAL 0x4000

#ifdef __cplusplus
extern "C" {
#endif

int socket(int, int, int);
int socketpair(int, int, int, int[2]);
int bind(int, const struct sockaddr *, unsigned);
int connect(int, const struct sockaddr *, unsigned);
int listen(int, int);
int getsockname(int, struct sockaddr *__restrict, unsigned *__restrict);
int getpeername(int, struct sockaddr *__restrict, unsigned *__restrict);
ssize_t sendto(int, const void *, size_t, int, const struct sockaddr *, unsigned);
ssize_t recvfrom(int, void *__restrict, size_t, int, struct sockaddr *__restrict, unsigned *__restrict);
int setsockopt(int, int, int, const void *, unsigned);

#ifdef __cplusplus
}
#endif

#endif
