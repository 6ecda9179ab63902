/* Walks through memory in strides and prints what a pass took, once for each pass.
 *
 *   walk BYTES STRIDE PASSES
 *
 * Prints "pass=N ns=T sum=S" on a line; S keeps the compiler from leaving the work out. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: walk BYTES STRIDE PASSES\n");
        return 2;
    }
    size_t bytes = strtoul(argv[1], NULL, 10);
    size_t stride = strtoul(argv[2], NULL, 10);
    long passes = strtol(argv[3], NULL, 10);
    if (bytes == 0 || stride == 0 || passes <= 0) {
        fprintf(stderr, "walk: numbers above 0 are wanted\n");
        return 2;
    }
    unsigned char *memory = malloc(bytes);
    if (memory == NULL) {
        fprintf(stderr, "walk: no %zu bytes of memory\n", bytes);
        return 1;
    }
    for (size_t i = 0; i < bytes; i++) {
        memory[i] = (unsigned char)i;
    }
    unsigned sum = 0;
    for (long pass = 1; pass <= passes; pass++) {
        uint64_t from = now();
        for (size_t i = 0; i < bytes; i += stride) {
            sum += memory[i];
            memory[i] = (unsigned char)sum;
        }
        uint64_t to = now();
        printf("pass=%ld ns=%llu sum=%u\n", pass, (unsigned long long)(to - from), sum);
    }
    free(memory);
    return 0;
}
