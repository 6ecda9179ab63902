/*
 * Signs what it is sent, as a small HTTP service. The private key is made here, inside the trusted application, and leaves it only
 * sealed: nobody else can open the file it lies in.
 *
 *   GET /key      the public key, PEM (RFC 8410)
 *   POST /sign    the Ed25519 signature of the body (RFC 8032), 64 bytes
 *
 *   ta_signer KEYFILE              serves one client on standard input and output, as inetd and socat start servers
 *   ta_signer -l PORT KEYFILE      listens on 127.0.0.1; port 0 is any; the first line of standard output says which
 *
 * KEYFILE is made if it is not there. Exit status: 0 when the one client has gone; 2 usage; 3 the key file is not this TA's, or was
 * changed; 5 a call failed; 7 the backend cannot seal.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ed25519.h"
#include "sealed_file.h"
#include "server.h"
#include "sha512.h"

enum { OK = 0, USAGE = 2, REFUSED = 3, FAILED = 5, NO_KEYS = 7 };

static const char LABEL[] = "ta_signer key 1";

static struct {
    uint8_t seed[ED25519_SEED];
    uint8_t public_key[ED25519_PUBLIC];
    char pem[128];
} key;

static void encode_pem(void) {
    /* SubjectPublicKeyInfo of RFC 8410, section 4: 12 bytes, then the key. */
    uint8_t der[12 + ED25519_PUBLIC + 1] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[61] = {0};
    memcpy(der + 12, key.public_key, ED25519_PUBLIC);
    for (int i = 0, at = 0; i < 15; i++) {
        uint32_t three = (uint32_t)der[3 * i] << 16 | (uint32_t)der[3 * i + 1] << 8 | der[3 * i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            text[at++] = digits[three >> shift & 63];
    }
    text[59] = '='; /* 44 bytes: the 45th is padding */
    snprintf(key.pem, sizeof key.pem, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", text);
}

static int failed(ssize_t how, const char *what) {
    switch (how) {
    case SEALED_REFUSED:
    case SEALED_TOO_LARGE:
        fprintf(stderr, "ta_signer: %s: refused: not a key of this TA on this machine, or somebody changed it\n", what);
        return REFUSED;
    case SEALED_NO_KEYS:
        fprintf(stderr, "ta_signer: the TA's backend cannot seal; see tee:list\n");
        return NO_KEYS;
    default:
        fprintf(stderr, "ta_signer: %s: %s\n", what, strerror(errno));
        return FAILED;
    }
}

static ssize_t read_key(const struct sealed_file *file) {
    ssize_t n = sealed_read(file, key.seed, sizeof key.seed);
    return n >= 0 && n != sizeof key.seed ? SEALED_REFUSED : n;
}

/* Makes the key if there is none; of several that do at the same time one wins. */
static int load_key(const char *path) {
    struct sealed_file file;
    ssize_t how = sealed_at(&file, path, LABEL);
    if (how == 0)
        how = read_key(&file);
    if (how == SEALED_FAILED && errno == ENOENT && file.folder >= 0) {
        how = sealed_lock(&file);
        if (how == 0) {
            how = read_key(&file);
            if (how == SEALED_FAILED && errno == ENOENT) {
                how = getentropy(key.seed, sizeof key.seed) ? SEALED_FAILED : 0;
                if (how == 0)
                    how = sealed_replace(&file, key.seed, sizeof key.seed);
                else
                    sealed_unlock(&file);
            } else {
                sealed_unlock(&file);
            }
        }
    }
    if (how < 0)
        return failed(how, path);
    ed25519_public(key.public_key, key.seed);
    encode_pem();
    return OK;
}

static int known_method(const char *method) {
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(method, known[i]) == 0)
            return 1;
    return 0;
}

/* RFC 9112, section 3.2.2: the absolute form must be understood, too. */
static const char *path_of(const char *target) {
    if (strncmp(target, "http://", 7) != 0)
        return target;
    const char *slash = strchr(target + 7, '/');
    return slash ? slash : "/";
}

static void answer(const struct http_request *request, const void *body, struct http_answer *to) {
    const char *path = path_of(request->target);
    int is_key = strcmp(path, "/key") == 0, is_sign = strcmp(path, "/sign") == 0;
    if (!known_method(request->method)) {
        to->status = 501;
    } else if (!is_key && !is_sign) {
        to->status = 404;
    } else if (is_key && (strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0)) {
        to->status = 200;
        to->type = "application/x-pem-file";
        to->length = strlen(key.pem);
        memcpy(to->body, key.pem, to->length);
    } else if (is_sign && strcmp(request->method, "POST") == 0 && request->has_length) {
        to->status = 200;
        to->type = "application/octet-stream";
        to->length = ED25519_SIGNATURE;
        ed25519_sign((uint8_t *)to->body, body, request->body, key.seed, key.public_key);
    } else if (is_sign && strcmp(request->method, "POST") == 0) {
        to->status = 411;
    } else {
        to->status = 405;
        to->allow = is_key ? "GET, HEAD" : "POST";
    }
}

static int listen_at(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t length = sizeof address;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)
        || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, SOMAXCONN)
        || getsockname(fd, (struct sockaddr *)&address, &length))
        return -1;
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static int usage(void) {
    fprintf(stderr, "usage: ta_signer [-l PORT] KEYFILE\n");
    return USAGE;
}

int main(int argc, char **argv) {
    int option, port = -1;
    while ((option = getopt(argc, argv, "l:")) != -1) {
        char *end = NULL;
        long value = option == 'l' ? strtol(optarg, &end, 10) : -1;
        if (!end || *end || end == optarg || value < 0 || value > 65535)
            return usage();
        port = (int)value;
    }
    if (argc - optind != 1)
        return usage();
    int status = load_key(argv[optind]);
    if (status)
        return status;
    if (port >= 0) {
        int listener = listen_at(port);
        if (listener < 0 || serve(listener, answer)) {
            perror("ta_signer");
            status = FAILED;
        }
    } else if (serve_one(STDIN_FILENO, STDOUT_FILENO, answer)) {
        perror("ta_signer");
        status = FAILED;
    }
    forget(&key, sizeof key);
    return status;
}
