/*
 * A trusted application that works on memory it shares with its CA: the very pages, no call and no copy.
 *
 *   ta_shared NAME BYTES   maps POSIX shared memory, says "mapped", then doubles what it finds:
 *
 * An array of 32-bit words. Word 0 is set by the CA: the number of a round, 0 at first, -1 to end. When it changes the TA doubles all words
 * behind the second one and puts the number of the round into word 1, with release order. In between it makes no call at all.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: ta_shared NAME BYTES\n");
        return 2;
    }
    size_t bytes = (size_t)atol(argv[2]);
    int fd = shm_open(argv[1], O_RDWR, 0);
    if (fd < 0) {
        perror("ta_shared: shm_open");
        return 1;
    }
    volatile int32_t *words = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (words == MAP_FAILED) {
        perror("ta_shared: mmap");
        return 1;
    }
    write(STDOUT_FILENO, "mapped\n", 7);
    for (int32_t round = 0, next;;) {
        while ((next = __atomic_load_n(&words[0], __ATOMIC_ACQUIRE)) == round) {
        }
        if (next == -1)
            return 0;
        round = next;
        for (size_t i = 2; i < bytes / sizeof *words; i++)
            words[i] *= 2;
        __atomic_store_n(&words[1], round, __ATOMIC_RELEASE);
    }
}
