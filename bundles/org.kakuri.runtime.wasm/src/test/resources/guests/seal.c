/* seal|unseal LABEL ROOM: from standard input to standard output; prints the result to standard error. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IMPORT(name)                                                                                                   \
    __attribute__((import_module("tzm"), import_name(#name))) extern int32_t tzm_##name(                               \
        const void *label, size_t label_length, const void *from, size_t length, void *to, size_t room)

IMPORT(seal);
IMPORT(unseal);

int main(int argc, char **argv) {
    static char from[4096], to[4096];
    if (argc != 4) {
        return 2;
    }
    size_t length = 0;
    for (ssize_t n; length < sizeof from && (n = read(0, from + length, sizeof from - length)) > 0;) {
        length += (size_t)n;
    }
    int32_t (*call)(const void *, size_t, const void *, size_t, void *, size_t) =
        strcmp(argv[1], "seal") == 0 ? tzm_seal : tzm_unseal;
    int32_t result = call(argv[2], strlen(argv[2]), from, length, to, (size_t)atoi(argv[3]));
    fprintf(stderr, "%d", (int)result);
    return result > 0 && write(1, to, (size_t)result) != result;
}
