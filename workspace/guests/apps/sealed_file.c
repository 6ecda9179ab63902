#include "sealed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sealing.h"

#define LOCK_TRIES 200
#define LOCK_PAUSE_NS 50000000

static const char MAGIC[8] = "KSEALED1";

int sealed_at(struct sealed_file *file, const char *path, const char *label) {
    char folder[4096] = ".";
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (strlen(name) == 0 || strlen(name) > SEALED_NAME_MOST || length >= sizeof folder) {
        errno = *name ? ENAMETOOLONG : EISDIR;
        return SEALED_FAILED;
    }
    if (slash) {
        memcpy(folder, path, length + (length == 0));
        folder[length + (length == 0)] = 0;
    }
    snprintf(file->name, sizeof file->name, "%s", name);
    snprintf(file->lock_name, sizeof file->lock_name, "%s.lock", name);
    file->label = label;
    file->lock = -1;
    file->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return file->folder < 0 ? SEALED_FAILED : 0;
}

/* Everything up to the end of the file or of the room. */
static ssize_t fill(int fd, uint8_t *to, size_t room) {
    size_t done = 0;
    while (done < room) {
        ssize_t n = read(fd, to + done, room - done);
        if (n == 0)
            break;
        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)done;
}

static int drain(int fd, const uint8_t *from, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t n = write(fd, from + done, length - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return -1;
    }
    return 0;
}

static ssize_t opened(const struct sealed_file *file, const uint8_t *bytes, size_t length, void *plain, size_t room) {
    if (length <= sizeof MAGIC || memcmp(bytes, MAGIC, sizeof MAGIC) != 0)
        return SEALED_REFUSED;
    int32_t n = tzm_unseal(file->label, strlen(file->label), bytes + sizeof MAGIC, length - sizeof MAGIC, plain, room);
    if (n >= 0)
        return n;
    return n == -SEALING_NOTSUP ? SEALED_NO_KEYS : n == -SEALING_OVERFLOW ? SEALED_TOO_LARGE : SEALED_REFUSED;
}

ssize_t sealed_read(const struct sealed_file *file, void *plain, size_t room) {
    size_t most = sizeof MAGIC + room + SEALED_MORE;
    uint8_t *bytes = malloc(most);
    int fd = bytes ? openat(file->folder, file->name, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t result = fd < 0 ? -1 : fill(fd, bytes, most);
    int reason = errno;
    if (fd >= 0)
        close(fd);
    if (result < 0)
        result = SEALED_FAILED;
    else
        result = (size_t)result == most ? SEALED_TOO_LARGE : opened(file, bytes, (size_t)result, plain, room);
    free(bytes);
    errno = reason;
    return result;
}

int sealed_lock(struct sealed_file *file) {
    struct timespec pause = {0, LOCK_PAUSE_NS};
    for (int i = 0; i < LOCK_TRIES; i++) {
        file->lock = openat(file->folder, file->lock_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file->lock >= 0)
            return 0;
        if (errno != EEXIST)
            break;
        nanosleep(&pause, NULL);
    }
    return SEALED_FAILED;
}

void sealed_unlock(struct sealed_file *file) {
    int reason = errno;
    close(file->lock);
    unlinkat(file->folder, file->lock_name, 0);
    file->lock = -1;
    errno = reason;
}

int sealed_replace(struct sealed_file *file, const void *plain, size_t length) {
    size_t room = sizeof MAGIC + length + SEALED_MORE;
    uint8_t *bytes = malloc(room);
    int result = SEALED_FAILED;
    if (bytes) {
        memcpy(bytes, MAGIC, sizeof MAGIC);
        int32_t n = tzm_seal(file->label, strlen(file->label), plain, length, bytes + sizeof MAGIC, room - sizeof MAGIC);
        if (n < 0)
            result = n == -SEALING_NOTSUP ? SEALED_NO_KEYS : SEALED_TOO_LARGE;
        else if (drain(file->lock, bytes, sizeof MAGIC + (size_t)n) == 0 && fsync(file->lock) == 0
                 && renameat(file->folder, file->lock_name, file->folder, file->name) == 0)
            result = 0;
    }
    free(bytes);
    if (result) {
        sealed_unlock(file);
    } else {
        close(file->lock);
        file->lock = -1;
        fsync(file->folder);
    }
    return result;
}
