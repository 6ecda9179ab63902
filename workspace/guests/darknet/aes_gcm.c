/* See aes_gcm.h. AES: FIPS 197; names as there. */
#include "aes_gcm.h"

#include <stdint.h>
#include <string.h>

#define BLOCK 16
#define ROUNDS 14
#define WORDS (4 * (ROUNDS + 1))

static unsigned char sbox[256];

static unsigned char xtime(unsigned char x) {
    return (unsigned char)(x << 1 ^ (x >> 7) * 0x1b);
}

/* FIPS 197, section 5.1.1: the multiplicative inverse, then the affine transformation. 3 generates the field. */
static void make_sbox(void) {
    unsigned char p = 1, q = 1;
    do {
        p ^= xtime(p);
        q ^= (unsigned char)(q << 1);
        q ^= (unsigned char)(q << 2);
        q ^= (unsigned char)(q << 4);
        q ^= (q >> 7) * 0x09;
        unsigned rotated = q | (unsigned)q << 8;
        sbox[p] = (unsigned char)(q ^ rotated >> 7 ^ rotated >> 6 ^ rotated >> 5 ^ rotated >> 4 ^ 0x63);
    } while (p != 1);
    sbox[0] = 0x63;
}

static void expand_key(const unsigned char *key, unsigned char w[WORDS][4]) {
    unsigned char rcon = 1;
    memcpy(w, key, AES_GCM_KEY);
    for (int i = 8; i < WORDS; i++) {
        unsigned char t[4];
        memcpy(t, w[i - 1], 4);
        if (i % 8 == 0) {
            unsigned char first = t[0];
            t[0] = sbox[t[1]] ^ rcon;
            t[1] = sbox[t[2]];
            t[2] = sbox[t[3]];
            t[3] = sbox[first];
            rcon = xtime(rcon);
        } else if (i % 8 == 4) {
            for (int b = 0; b < 4; b++)
                t[b] = sbox[t[b]];
        }
        for (int b = 0; b < 4; b++)
            w[i][b] = w[i - 8][b] ^ t[b];
    }
}

static void encrypt(unsigned char w[WORDS][4], const unsigned char *in, unsigned char *out) {
    unsigned char s[BLOCK], t[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        s[i] = in[i] ^ w[i / 4][i % 4];
    for (int round = 1; round <= ROUNDS; round++) {
        for (int i = 0; i < BLOCK; i++) /* SubBytes and ShiftRows */
            t[i] = sbox[s[(i + 4 * (i % 4)) % BLOCK]];
        for (int c = 0; c < 4 && round < ROUNDS; c++) { /* MixColumns */
            unsigned char *k = t + 4 * c, all = k[0] ^ k[1] ^ k[2] ^ k[3], first = k[0];
            for (int i = 0; i < 4; i++)
                k[i] ^= all ^ xtime(k[i] ^ (i == 3 ? first : k[i + 1]));
        }
        for (int i = 0; i < BLOCK; i++)
            s[i] = t[i] ^ w[4 * round + i / 4][i % 4];
    }
    memcpy(out, s, BLOCK);
}

struct element { uint64_t high, low; };

static uint64_t big(const unsigned char *at) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | at[i];
    return value;
}

static void put_big(unsigned char *at, uint64_t value) {
    for (int i = 7; i >= 0; i--, value >>= 8)
        at[i] = (unsigned char)value;
}

/* SP 800-38D, algorithm 1: x times h. */
static struct element multiply(struct element x, struct element h) {
    struct element z = {0, 0};
    for (int i = 0; i < 128; i++) {
        uint64_t bit = (i < 64 ? x.high >> (63 - i) : x.low >> (127 - i)) & 1;
        z.high ^= h.high & (0 - bit);
        z.low ^= h.low & (0 - bit);
        uint64_t odd = h.low & 1;
        h.low = h.low >> 1 | h.high << 63;
        h.high = h.high >> 1 ^ (0xe1ULL << 56 & (0 - odd));
    }
    return z;
}

static struct element ghash(struct element y, struct element h, const unsigned char *data, size_t bytes) {
    for (size_t at = 0; at < bytes; at += BLOCK) {
        unsigned char block[BLOCK] = {0};
        memcpy(block, data + at, bytes - at < BLOCK ? bytes - at : BLOCK);
        y.high ^= big(block);
        y.low ^= big(block + 8);
        y = multiply(y, h);
    }
    return y;
}

long aes_gcm_open(const unsigned char key[AES_GCM_KEY], const char *label, unsigned char *sealed, size_t bytes) {
    if (bytes < AES_GCM_NONCE + AES_GCM_TAG)
        return -1;
    size_t length = bytes - AES_GCM_NONCE - AES_GCM_TAG, bound = strlen(label);
    unsigned char *text = sealed + AES_GCM_NONCE;
    unsigned char w[WORDS][4], counter[BLOCK] = {0}, stream[BLOCK], tag[BLOCK];
    make_sbox();
    expand_key(key, w);
    encrypt(w, counter, stream);
    struct element h = {big(stream), big(stream + 8)}, y = {0, 0};
    y = ghash(y, h, (const unsigned char *)label, bound);
    y = ghash(y, h, text, length);
    y.high ^= 8 * (uint64_t)bound;
    y.low ^= 8 * (uint64_t)length;
    y = multiply(y, h);
    memcpy(counter, sealed, AES_GCM_NONCE);
    counter[BLOCK - 1] = 1;
    encrypt(w, counter, stream);
    put_big(tag, y.high ^ big(stream));
    put_big(tag + 8, y.low ^ big(stream + 8));
    unsigned char different = 0;
    for (int i = 0; i < AES_GCM_TAG; i++)
        different |= tag[i] ^ text[length + (size_t)i];
    for (size_t at = 0; at < length && different == 0; at += BLOCK) {
        for (int i = BLOCK - 1; i >= AES_GCM_NONCE && ++counter[i] == 0; i--) {
        }
        encrypt(w, counter, stream);
        for (size_t i = at; i < length && i < at + BLOCK; i++)
            text[i] ^= stream[i - at];
    }
    return different != 0 ? -1 : (long)length;
}
