/*
 * Shared memory of both worlds, and memory as such. In place of wasi-libc's emulation. MAP_SHARED of a descriptor from shm_open
 * puts the very pages into the TA's memory: the CA writes them at any time, so copy a value once, then check the copy.
 */
#ifndef _SYS_MMAN_H
#define _SYS_MMAN_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAP_FAILED ((void *)-1)
#define MAP_SHARED 0x01
#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANON 0x20
#define MAP_ANONYMOUS MAP_ANON
#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

/* MAP_FIXED and PROT_NONE are not supported; a private mapping of a file is a copy. */
void *mmap(void *, size_t, int, int, int, off_t);
int munmap(void *, size_t);
int shm_open(const char *, int, mode_t);
int shm_unlink(const char *);

#ifdef __cplusplus
}
#endif
#endif
