/*
 * The smallest useful trusted application: writes what it reads with the letters a to z in upper case. A filter, as `tr a-z A-Z`
 * is one:
 *
 *   echo hello | kakuri-ta ta_upper
 *
 * Exit status: 0 at the end of standard input, 1 for a failed call.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static char buffer[64 * 1024];

int main(void) {
    for (;;) {
        ssize_t n = read(STDIN_FILENO, buffer, sizeof buffer);
        if (n == 0)
            return 0;
        if (n < 0) {
            if (errno == EINTR)
                continue;
            perror("ta_upper: read");
            return 1;
        }
        for (ssize_t i = 0; i < n; i++)
            if (buffer[i] >= 'a' && buffer[i] <= 'z')
                buffer[i] -= 'a' - 'A';
        for (ssize_t done = 0; done < n;) {
            ssize_t written = write(STDOUT_FILENO, buffer + done, (size_t)(n - done));
            if (written >= 0) {
                done += written;
            } else if (errno != EINTR) {
                perror("ta_upper: write");
                return 1;
            }
        }
    }
}
