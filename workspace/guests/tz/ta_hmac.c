/*
 * Signs lines with a key that no process of the normal world ever sees: HMAC-SHA256 (RFC 2104, FIPS 180-4) under a key that is drawn
 * inside and leaves sealed only. For shell scripts: a store of secrets that do not have to be in any file.
 *
 *   kakuri-ta ta_hmac keygen >key             a new key, sealed for this code on this machine
 *   kakuri-ta ta_hmac sign 3 3<key <lines     the tag, two spaces and the line, for each line
 *   kakuri-ta ta_hmac check 3 3<key <signed   exit status 1 and the first line that is not as signed
 *   kakuri-ta ta_hmac selftest                the tag of RFC 4231, test case 2
 *
 * Exit status: 0, 1 for a wrong line, 2 for wrong arguments, 3 when the key cannot be sealed or opened.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tzm.h"

#define LABEL "ta_hmac key"
enum { KEY = 32, BLOCK = 64, TAG = 32 };

struct sha256 {
    uint32_t state[8];
    uint64_t length;
    unsigned char block[BLOCK];
};

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t word, int by) {
    return word >> by | word << (32 - by);
}

static void compress(uint32_t state[8], const unsigned char *block) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
               (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] +
                      w[i];
        uint32_t t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

static void begin(struct sha256 *hash) {
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, first, sizeof first);
    hash->length = 0;
}

static void add(struct sha256 *hash, const unsigned char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        hash->block[hash->length++ % BLOCK] = bytes[i];
        if (hash->length % BLOCK == 0)
            compress(hash->state, hash->block);
    }
}

static void finish(struct sha256 *hash, unsigned char *digest) {
    static const unsigned char one = 0x80, zero = 0;
    uint64_t bits = hash->length * 8;
    unsigned char length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)(bits >> (56 - 8 * i));
    add(hash, &one, 1);
    while (hash->length % BLOCK != BLOCK - 8)
        add(hash, &zero, 1);
    add(hash, length, sizeof length);
    for (int i = 0; i < TAG; i++)
        digest[i] = (unsigned char)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

/* Keys of at most one block. */
static void hmac(const unsigned char *key, size_t key_length, const char *text, size_t length, char *hex) {
    unsigned char pad[BLOCK], digest[TAG];
    struct sha256 hash;
    for (int i = 0; i < BLOCK; i++)
        pad[i] = 0x36 ^ ((size_t)i < key_length ? key[i] : 0);
    begin(&hash);
    add(&hash, pad, BLOCK);
    add(&hash, (const unsigned char *)text, length);
    finish(&hash, digest);
    for (int i = 0; i < BLOCK; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    begin(&hash);
    add(&hash, pad, BLOCK);
    add(&hash, digest, TAG);
    finish(&hash, digest);
    for (int i = 0; i < TAG; i++)
        sprintf(hex + 2 * i, "%02x", digest[i]);
}

static int keygen(void) {
    unsigned char key[KEY], sealed[1024];
    if (getentropy(key, sizeof key) != 0) {
        perror("ta_hmac: getentropy");
        return 3;
    }
    int32_t n = tzm_seal(LABEL, strlen(LABEL), key, sizeof key, sealed, sizeof sealed);
    memset(key, 0, sizeof key);
    if (n < 0) {
        fprintf(stderr, "ta_hmac: no sealed key: error %d; does the backend seal?\n", (int)-n);
        return 3;
    }
    return fwrite(sealed, 1, (size_t)n, stdout) == (size_t)n && fflush(stdout) == 0 ? 0 : 1;
}

static int open_key(int fd, unsigned char *key) {
    unsigned char sealed[1024];
    size_t have = 0;
    ssize_t n;
    while (have < sizeof sealed && (n = read(fd, sealed + have, sizeof sealed - have)) > 0)
        have += (size_t)n;
    int32_t opened = tzm_unseal(LABEL, strlen(LABEL), sealed, have, key, KEY);
    if (opened != KEY)
        fprintf(stderr, "ta_hmac: the key of %zu bytes does not open: %d; was it made by this TA on this machine?\n", have, (int)opened);
    return opened == KEY;
}

int main(int argc, char **argv) {
    unsigned char key[KEY];
    char hex[2 * TAG + 1], *line = NULL;
    size_t room = 0;
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "keygen") == 0 && argc == 2)
        return keygen();
    if (strcmp(verb, "selftest") == 0 && argc == 2) {
        const char *text = "what do ya want for nothing?";
        hmac((const unsigned char *)"Jefe", 4, text, strlen(text), hex);
        puts(hex);
        return 0;
    }
    int check = strcmp(verb, "check") == 0;
    if (argc != 3 || (!check && strcmp(verb, "sign") != 0)) {
        fprintf(stderr, "usage: ta_hmac keygen | sign KEY_FD | check KEY_FD | selftest\n");
        return 2;
    }
    if (!open_key(atoi(argv[2]), key))
        return 3;
    for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
        n -= line[n - 1] == '\n';
        line[n] = 0;
        if (!check) {
            hmac(key, KEY, line, (size_t)n, hex);
            printf("%s  %s\n", hex, line);
            continue;
        }
        const char *text = n >= 2 * TAG + 2 ? line + 2 * TAG + 2 : line + n;
        hmac(key, KEY, text, strlen(text), hex);
        if (n < 2 * TAG + 2 || memcmp(line, hex, 2 * TAG) != 0 || memcmp(line + 2 * TAG, "  ", 2) != 0) {
            printf("bad: %s\n", line);
            return 1;
        }
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
