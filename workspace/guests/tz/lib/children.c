/* Children, started by the shadow process. */
#include "imports.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEARCH 1
#define MOST 64

enum kind { DUP2, CLOSE, OPEN };

struct __tzm_action {
    enum kind kind;
    int fd, to, flags;
    mode_t mode;
    char *path;
};

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions) {
    *actions = (posix_spawn_file_actions_t){0};
    return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions) {
    for (int i = 0; i < actions->__count; i++)
        free(actions->__actions[i].path);
    free(actions->__actions);
    return posix_spawn_file_actions_init(actions);
}

static int add(posix_spawn_file_actions_t *actions, struct __tzm_action action) {
    size_t bytes = sizeof action * (size_t)(actions->__count + 1);
    struct __tzm_action *larger = realloc(actions->__actions, bytes);
    if (larger == NULL)
        return ENOMEM;
    actions->__actions = larger;
    larger[actions->__count++] = action;
    return 0;
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to) {
    return fd < 0 || to < 0 ? EBADF : add(actions, (struct __tzm_action){.kind = DUP2, .fd = fd, .to = to});
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd) {
    return fd < 0 ? EBADF : add(actions, (struct __tzm_action){.kind = CLOSE, .to = fd});
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd, const char *restrict path,
                                     int flags, mode_t mode) {
    char *copy = strdup(path);
    if (fd < 0 || copy == NULL) {
        free(copy);
        return fd < 0 ? EBADF : ENOMEM;
    }
    return add(actions, (struct __tzm_action){.kind = OPEN, .to = fd, .flags = flags, .mode = mode, .path = copy});
}

int posix_spawnattr_init(posix_spawnattr_t *attributes) {
    *attributes = (posix_spawnattr_t){0};
    return 0;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attributes) {
    (void)attributes;
    return 0;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags) {
    if (flags & ~POSIX_SPAWN_SETPGROUP)
        return EINVAL;
    attributes->__flags = flags;
    return 0;
}

/* Which of the TA's descriptors the child finds under which number. */
struct descriptors {
    int count, opened;
    int32_t pairs[MOST][2];
    int own[MOST];
};

static int find(const struct descriptors *all, int child) {
    for (int i = 0; i < all->count; i++)
        if (all->pairs[i][1] == child)
            return i;
    return -1;
}

static void drop(struct descriptors *all, int child) {
    int i = find(all, child);
    if (i >= 0)
        memcpy(all->pairs[i], all->pairs[--all->count], sizeof all->pairs[i]);
}

static int put(struct descriptors *all, int ours, int child) {
    drop(all, child);
    if (all->count == MOST)
        return EMFILE;
    all->pairs[all->count][0] = ours;
    all->pairs[all->count++][1] = child;
    return 0;
}

static int apply(struct descriptors *all, const struct __tzm_action *action) {
    if (action->kind == CLOSE) {
        drop(all, action->to);
        return 0;
    }
    if (action->kind == DUP2) {
        int i = find(all, action->fd);
        return put(all, i >= 0 ? all->pairs[i][0] : action->fd, action->to);
    }
    int fd = open(action->path, action->flags, action->mode);
    if (fd < 0 || all->opened == MOST)
        return fd < 0 ? errno : EMFILE;
    all->own[all->opened++] = fd;
    return put(all, fd, action->to);
}

static size_t append(char *to, size_t at, char *const *strings) {
    for (; *strings; strings++) {
        size_t bytes = strlen(*strings) + 1;
        if (to)
            memcpy(to + at, *strings, bytes);
        at += bytes;
    }
    return at;
}

static int32_t count(char *const *strings) {
    int32_t n = 0;
    while (strings[n])
        n++;
    return n;
}

static int32_t request(const struct descriptors *all, const char *path, char *const *argv, char *const *envp, int32_t flags) {
    char *const paths[] = {(char *)path, NULL};
    char *const none[] = {NULL};
    char *const *variables = envp ? envp : none;
    size_t head = 16 + 8 * (size_t)all->count;
    size_t bytes = append(NULL, append(NULL, append(NULL, head, paths), argv), variables);
    char *blob = malloc(bytes);
    if (blob == NULL)
        return -ENOMEM;
    int32_t counts[4] = {all->count, count(argv), count(variables), flags};
    memcpy(blob, counts, sizeof counts);
    memcpy(blob + 16, all->pairs, 8 * (size_t)all->count);
    append(blob, append(blob, append(blob, head, paths), argv), variables);
    int32_t pid = tzm_spawn(blob, bytes);
    free(blob);
    return pid;
}

static int spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const *argv, char *const *envp, int32_t flags) {
    struct descriptors all = {0};
    int error = 0;
    for (int standard = 0; standard <= 2; standard++)
        if (fcntl(standard, F_GETFL) >= 0)
            put(&all, standard, standard);
    for (int i = 0; actions && i < actions->__count && error == 0; i++)
        error = apply(&all, &actions->__actions[i]);
    if (error == 0) {
        int32_t started = request(&all, path, argv, envp, flags | (attributes ? attributes->__flags : 0));
        error = started < 0 ? -started : 0;
        if (error == 0 && pid)
            *pid = started;
    }
    for (int i = 0; i < all.opened; i++)
        close(all.own[i]);
    return error;
}

int posix_spawn(pid_t *restrict pid, const char *restrict path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *restrict attributes, char *const *restrict argv, char *const *restrict envp) {
    return spawn(pid, path, actions, attributes, argv, envp, 0);
}

int posix_spawnp(pid_t *restrict pid, const char *restrict file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *restrict attributes, char *const *restrict argv, char *const *restrict envp) {
    return spawn(pid, file, actions, attributes, argv, envp, SEARCH);
}

pid_t waitpid(pid_t pid, int *status, int options) {
    int32_t word = 0;
    int32_t found = tzm_waitpid(pid, options, &word, sizeof word);
    if (found > 0 && status)
        *status = word;
    return tzm_result(found);
}

pid_t wait(int *status) {
    return waitpid(-1, status, 0);
}
