/*
 * The victim of the attacks that look for a secret in an instance's memory.
 *
 * Standard input: 32 random bytes, the secret; then one byte for each question. Standard output: the line "ready" once the
 * secret lies in memory; then, for each byte 'c' read, a line with the bytes that lie there now, in hexadecimal. Ends with
 * status 0 at the end of the input, with 1 if the secret does not arrive whole.
 */
#include <unistd.h>

#define SECRET_BYTES 32

static volatile unsigned char secret[SECRET_BYTES] __attribute__((aligned(64)));

static int say(const char *text, size_t bytes) {
    while (bytes > 0) {
        ssize_t n = write(1, text, bytes);
        if (n <= 0) {
            return -1;
        }
        text += n;
        bytes -= (size_t)n;
    }
    return 0;
}

static int show(void) {
    char line[2 * SECRET_BYTES + 1];
    for (int i = 0; i < SECRET_BYTES; i++) {
        line[2 * i] = "0123456789abcdef"[secret[i] >> 4];
        line[2 * i + 1] = "0123456789abcdef"[secret[i] & 15];
    }
    line[2 * SECRET_BYTES] = '\n';
    int said = say(line, sizeof line);
    /* Only the one place is to hold the secret; the answer on the stack is wiped. */
    for (volatile char *at = line; at < line + sizeof line; at++) {
        *at = 0;
    }
    return said;
}

int main(void) {
    size_t have = 0;
    while (have < SECRET_BYTES) {
        ssize_t n = read(0, (void *)(secret + have), SECRET_BYTES - have);
        if (n <= 0) {
            return 1;
        }
        have += (size_t)n;
    }
    if (say("ready\n", 6) != 0) {
        return 1;
    }
    char question;
    while (read(0, &question, 1) == 1) {
        if (question == 'c' && show() != 0) {
            return 1;
        }
    }
    return 0;
}
