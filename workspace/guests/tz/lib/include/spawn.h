/*
 * Children of the shadow process. In place of a missing header of wasi-libc. A child gets descriptors 0 to 2 and those that file
 * actions name; other descriptors of the TA are closed in it.
 */
#ifndef _SPAWN_H
#define _SPAWN_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define POSIX_SPAWN_SETPGROUP 2

struct __tzm_action;

typedef struct {
    int __count;
    struct __tzm_action *__actions;
} posix_spawn_file_actions_t;

typedef struct {
    short __flags;
} posix_spawnattr_t;

int posix_spawn(pid_t *__restrict, const char *__restrict, const posix_spawn_file_actions_t *,
                const posix_spawnattr_t *__restrict, char *const *__restrict, char *const *__restrict);
int posix_spawnp(pid_t *__restrict, const char *__restrict, const posix_spawn_file_actions_t *,
                 const posix_spawnattr_t *__restrict, char *const *__restrict, char *const *__restrict);
int posix_spawn_file_actions_init(posix_spawn_file_actions_t *);
int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *);
int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *, int, int);
int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *, int);
int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *__restrict, int, const char *__restrict, int, mode_t);
int posix_spawnattr_init(posix_spawnattr_t *);
int posix_spawnattr_destroy(posix_spawnattr_t *);
/* POSIX_SPAWN_SETPGROUP with group 0 is all there is: the child leads a group of its own. */
int posix_spawnattr_setflags(posix_spawnattr_t *, short);

#ifdef __cplusplus
}
#endif
#endif
