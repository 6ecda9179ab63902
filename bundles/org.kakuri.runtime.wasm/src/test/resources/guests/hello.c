/* Prints its arguments and environment, copies standard input to standard output, exits with the number of arguments. */
#include <stdio.h>
#include <stdlib.h>

extern char **environ;

int main(int argc, char **argv) {
    printf("hello from %s\n", argv[0]);
    for (int i = 1; i < argc; i++) {
        printf("argument %d: %s\n", i, argv[i]);
    }
    if (environ) {
        for (char **e = environ; *e; e++) {
            printf("environment: %s\n", *e);
        }
    }
    int c;
    while ((c = getchar()) != EOF) {
        putchar(c);
    }
    fprintf(stderr, "done\n");
    return argc - 1;
}
