/* What wasi-libc's unistd.h leaves out. */
#ifndef _WASI_EMULATED_GETPID
#define _WASI_EMULATED_GETPID
#endif
#include_next <unistd.h>

#ifndef KAKURI_UNISTD_H
#define KAKURI_UNISTD_H
#ifdef __cplusplus
extern "C" {
#endif

int unlink(const char *) __asm__("__tzm_unlink");
int pipe(int[2]);
int pipe2(int[2], int);
int dup(int);
int dup2(int, int);
pid_t getppid(void);
unsigned alarm(unsigned);
int pause(void);

#ifdef __cplusplus
}
#endif
#endif
