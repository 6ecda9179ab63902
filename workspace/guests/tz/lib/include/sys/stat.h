/* What wasi-libc's sys/stat.h leaves out. */
#include_next <sys/stat.h>

#ifndef KAKURI_SYS_STAT_H
#define KAKURI_SYS_STAT_H
#ifdef __cplusplus
extern "C" {
#endif

int mkfifo(const char *, mode_t);

#ifdef __cplusplus
}
#endif
#endif
