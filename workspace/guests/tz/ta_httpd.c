/*
 * A web server on a listening socket that its CA opened and passed on, as systemd and inetd do, with a secret that lives in the trusted
 * application only: a key drawn at the start, under which it signs and checks texts (SipHash-2-4).
 *
 *   ta_httpd FD              GET /sign/TEXT      the tag of the text
 *                            GET /check/TAG/TEXT "good", or status 403 and "bad"
 *                            GET /end            the last one
 *   ta_httpd selftest        the tag of the published test vector: a129ca6149be45e5
 *
 * Exit status: 0 after /end, 1 for a failed call, 2 for wrong arguments.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint64_t rotate(uint64_t word, int by) {
    return word << by | word >> (64 - by);
}

static void round_of(uint64_t v[4]) {
    v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
    v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

/* SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012). */
static uint64_t siphash(const uint64_t key[2], const unsigned char *text, size_t length) {
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
                     key[1] ^ 0x7465646279746573};
    for (size_t at = 0; at <= length; at += 8) {
        uint64_t word = 0;
        size_t have = length - at < 8 ? length - at : 8;
        for (size_t i = 0; i < have; i++)
            word |= (uint64_t)text[at + i] << 8 * i;
        if (have < 8)
            word |= (uint64_t)length << 56;
        v[3] ^= word;
        round_of(v), round_of(v);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        round_of(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void answer(int fd, const char *status, const char *body) {
    char text[512];
    int length = snprintf(text, sizeof text,
                          "HTTP/1.0 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status,
                          strlen(body), body);
    for (int done = 0; done < length;) {
        ssize_t n = write(fd, text + done, (size_t)(length - done));
        if (n < 0 && errno != EINTR)
            return;
        done += n > 0 ? (int)n : 0;
    }
}

/* One request; 0 when it was the last. */
static int serve(int fd, const uint64_t key[2]) {
    static char request[8192];
    char tag[20], text[1024], expected[20], body[24];
    size_t have = 0;
    request[0] = 0;
    while (have < sizeof request - 1 && strstr(request, "\r\n\r\n") == NULL) {
        ssize_t n = read(fd, request + have, sizeof request - 1 - have);
        if (n == 0 || (n < 0 && errno != EINTR))
            return 1;
        have += n > 0 ? (size_t)n : 0;
        request[have] = 0;
    }
    if (strncmp(request, "GET /end ", 9) == 0) {
        answer(fd, "200 OK", "ends\n");
        return 0;
    }
    if (sscanf(request, "GET /sign/%1023[^ \r\n] HTTP/", text) == 1) {
        snprintf(body, sizeof body, "%016llx\n", (unsigned long long)siphash(key, (const unsigned char *)text, strlen(text)));
        answer(fd, "200 OK", body);
    } else if (sscanf(request, "GET /check/%16[0-9a-f]/%1023[^ \r\n] HTTP/", tag, text) == 2) {
        snprintf(expected, sizeof expected, "%016llx",
                 (unsigned long long)siphash(key, (const unsigned char *)text, strlen(text)));
        int good = strcmp(tag, expected) == 0;
        answer(fd, good ? "200 OK" : "403 Forbidden", good ? "good\n" : "bad\n");
    } else {
        answer(fd, "400 Bad Request", "GET /sign/TEXT or /check/TAG/TEXT\n");
    }
    return 1;
}

int main(int argc, char **argv) {
    uint64_t key[2];
    if (argc == 2 && strcmp(argv[1], "selftest") == 0) {
        unsigned char text[15], *bytes = (unsigned char *)key;
        for (int i = 0; i < 16; i++)
            bytes[i] = (unsigned char)i;
        for (int i = 0; i < 15; i++)
            text[i] = (unsigned char)i;
        printf("%016llx\n", (unsigned long long)siphash(key, text, sizeof text));
        return 0;
    }
    if (argc != 2 || atoi(argv[1]) < 3) {
        fprintf(stderr, "usage: ta_httpd FD | selftest\n");
        return 2;
    }
    if (getentropy(key, sizeof key) != 0) {
        perror("ta_httpd: getentropy");
        return 1;
    }
    for (int more = 1; more;) {
        int connection = accept(atoi(argv[1]), NULL, NULL);
        if (connection < 0) {
            perror("ta_httpd: accept");
            return 1;
        }
        more = serve(connection, key);
        close(connection);
    }
    return 0;
}
