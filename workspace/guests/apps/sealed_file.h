/* A file of which the normal world has only the sealed bytes. */
#ifndef KAKURI_SEALED_FILE_H
#define KAKURI_SEALED_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* Bytes that sealing may add. */
#define SEALED_MORE 256
#define SEALED_NAME_MOST 250

struct sealed_file {
    int folder; /* descriptor */
    char name[SEALED_NAME_MOST + 1];
    char lock_name[SEALED_NAME_MOST + sizeof ".lock"];
    int lock; /* descriptor while this process writes, else -1 */
    const char *label;
};

/* Failures. With SEALED_FAILED errno says more. */
enum {
    SEALED_REFUSED = -1,   /* sealed by other code, on another machine, under another label; or changed, cut short, not sealed */
    SEALED_TOO_LARGE = -2, /* more than there is room for */
    SEALED_NO_KEYS = -3,   /* the backend has no sealing keys */
    SEALED_FAILED = -4     /* a call failed; ENOENT: there is no such file yet */
};

/* Says which file; opens its folder. The label stays the caller's. */
int sealed_at(struct sealed_file *file, const char *path, const char *label);

/* Reads and opens. Returns the bytes of the plain text. */
ssize_t sealed_read(const struct sealed_file *file, void *plain, size_t room);

/*
 * Writers exclude each other by a second file, NAME.lock, that only one can make; sealed_lock waits 10 s for
 * another's: SEALED_FAILED with EEXIST if it stays. What is
 * sealed is written there, made last, and renamed over the file, so readers see the old file or the new one, whole. The lock
 * ends with sealed_replace, whatever it returns, or with sealed_unlock; a writer that is killed leaves it behind.
 */
int sealed_lock(struct sealed_file *file);
int sealed_replace(struct sealed_file *file, const void *plain, size_t length);
void sealed_unlock(struct sealed_file *file);

#endif
