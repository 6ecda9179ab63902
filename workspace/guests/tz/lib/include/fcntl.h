/* open() of paths outside the TA's folders, too: those are the shadow process's. fopen() knows only the folders. */
#include_next <fcntl.h>

#ifndef KAKURI_FCNTL_H
#define KAKURI_FCNTL_H
#ifdef __cplusplus
extern "C" {
#endif

int open(const char *, int, ...) __asm__("__tzm_open");

#ifdef __cplusplus
}
#endif
#endif
