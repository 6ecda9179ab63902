#ifndef __wasilibc___typedef_sigset_t_h
#define __wasilibc___typedef_sigset_t_h

/* In place of wasi-libc's placeholder: bit signal - 1. */
typedef struct {
    unsigned long long __bits;
} sigset_t;

#endif
