/* Mappings. Shared ones put pages of the normal world into the TA's memory. */
#include "imports.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096u

struct mapping {
    struct mapping *next;
    char *at;
    size_t length;
    off_t offset;
    int fd; /* a copy, -1 for memory of the TA's own */
};

static struct mapping *mappings;

static void *failed(int error) {
    errno = error;
    return MAP_FAILED;
}

void *mmap(void *hint, size_t length, int protection, int flags, int fd, off_t offset) {
    (void)hint;
    if (length == 0 || offset < 0 || offset % PAGE || (flags & MAP_FIXED) || protection == PROT_NONE ||
        !(flags & MAP_SHARED) == !(flags & MAP_PRIVATE))
        return failed(EINVAL);
    size_t whole = (length + PAGE - 1) / PAGE * PAGE;
    struct mapping *one = malloc(sizeof *one);
    char *at = aligned_alloc(PAGE, whole);
    if (one == NULL || at == NULL) {
        free(one);
        free(at);
        return failed(ENOMEM);
    }
    memset(at, 0, whole);
    *one = (struct mapping){.next = mappings, .at = at, .length = whole, .offset = offset, .fd = -1};
    int32_t result = 0;
    if (!(flags & MAP_ANONYMOUS) && (flags & MAP_SHARED)) {
        one->fd = tzm_dup(fd);
        result = one->fd < 0 ? one->fd : tzm_map(one->fd, offset, at, whole);
    } else if (!(flags & MAP_ANONYMOUS)) {
        ssize_t n = pread(fd, at, length, offset);
        result = n < 0 ? -errno : 0;
    }
    if (result < 0) {
        if (one->fd >= 0)
            close(one->fd);
        free(at);
        free(one);
        return failed(-result);
    }
    mappings = one;
    return at;
}

int munmap(void *at, size_t length) {
    for (struct mapping **link = &mappings; *link; link = &(*link)->next) {
        struct mapping *one = *link;
        if (one->at != at)
            continue;
        if ((length + PAGE - 1) / PAGE * PAGE != one->length)
            break;
        if (one->fd >= 0) {
            int32_t result = tzm_unmap(one->at, one->length);
            if (result < 0)
                return tzm_result(result);
            close(one->fd);
        }
        *link = one->next;
        free(one->at);
        free(one);
        return 0;
    }
    errno = EINVAL;
    return -1;
}

int __tzm_mapped(const void *at, int64_t *offset) {
    for (struct mapping *one = mappings; one; one = one->next) {
        if (one->fd >= 0 && (const char *)at >= one->at && (const char *)at < one->at + one->length) {
            *offset = one->offset + ((const char *)at - one->at);
            return one->fd;
        }
    }
    return -1;
}
