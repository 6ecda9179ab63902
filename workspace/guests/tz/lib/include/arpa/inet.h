/* What wasi-libc's arpa/inet.h leaves out. */
#include_next <arpa/inet.h>

#ifndef KAKURI_ARPA_INET_H
#define KAKURI_ARPA_INET_H
#ifdef __cplusplus
extern "C" {
#endif

in_addr_t inet_addr(const char *);
int inet_pton(int, const char *__restrict, void *__restrict) __asm__("__tzm_inet_pton");
const char *inet_ntop(int, const void *__restrict, char *__restrict, socklen_t) __asm__("__tzm_inet_ntop");

#ifdef __cplusplus
}
#endif
#endif
