#include "ed25519.h"

#include <string.h>

#include "sha512.h"

/*
 * An element of the field of 2^255 - 19: ten signed limbs, of which limb i counts 2^ceil(25.5 i). After carry() a limb is at
 * most 2^25 + 2^12 in amount; sums and differences of two such are multiplied without a carry before: each product is
 * below 2^(2 * 26.1 + 1), times 19 for those that wrap around, and ten of them stay below 2^62.
 */
typedef struct {
    int64_t limb[10];
} element;

static int bits(int i) {
    return i % 2 == 0 ? 26 : 25;
}

static void carry(element *x) {
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 10; i++) {
            int64_t over = (x->limb[i] + ((int64_t)1 << (bits(i) - 1))) >> bits(i);
            x->limb[i] -= over * ((int64_t)1 << bits(i));
            if (i < 9)
                x->limb[i + 1] += over;
            else
                x->limb[0] += 19 * over;
        }
    }
}

static element plus(const element *a, const element *b) {
    element sum;
    for (int i = 0; i < 10; i++)
        sum.limb[i] = a->limb[i] + b->limb[i];
    return sum;
}

static element minus(const element *a, const element *b) {
    element difference;
    for (int i = 0; i < 10; i++)
        difference.limb[i] = a->limb[i] - b->limb[i];
    return difference;
}

/* Two odd limbs lie half a bit lower each than their product's place says: twice. Beyond 2^255 what remains counts 19. */
static element times(const element *a, const element *b) {
    int64_t wide[19] = {0};
    element product;
    for (int i = 0; i < 10; i++)
        for (int j = 0; j < 10; j++)
            wide[i + j] += a->limb[i] * b->limb[j] * (1 + (i & j & 1));
    for (int i = 0; i < 9; i++)
        product.limb[i] = wide[i] + 19 * wide[i + 10];
    product.limb[9] = wide[9];
    carry(&product);
    return product;
}

static element square(const element *a) {
    return times(a, a);
}

static element unpack(const uint8_t bytes[32]) {
    element x;
    int at = 0;
    for (int i = 0; i < 10; i++) {
        int64_t limb = 0;
        for (int k = 0; k < bits(i); k++, at++)
            limb |= (int64_t)(bytes[at / 8] >> at % 8 & 1) << k;
        x.limb[i] = limb;
    }
    return x;
}

/* The one representative from 0 to p - 1, little-endian. */
static void pack(uint8_t bytes[32], const element *a) {
    element x = *a;
    int64_t over;
    carry(&x);
    /* x lies between -p and 2p: with p added, how often p fits is what leaves the top when 19 is added. */
    x.limb[0] += ((int64_t)1 << 26) - 19;
    for (int i = 1; i < 10; i++)
        x.limb[i] += ((int64_t)1 << bits(i)) - 1;
    for (int round = 0; round < 3; round++) {
        over = 19;
        for (int i = 0; i < 10; i++)
            over = (x.limb[i] + over) >> bits(i);
        x.limb[0] += 19 * over;
        for (int i = 0; i < 9; i++) {
            over = x.limb[i] >> bits(i);
            x.limb[i] -= over * ((int64_t)1 << bits(i));
            x.limb[i + 1] += over;
        }
        x.limb[9] &= ((int64_t)1 << 25) - 1;
    }
    memset(bytes, 0, 32);
    for (int i = 0, at = 0; i < 10; i++)
        for (int k = 0; k < bits(i); k++, at++)
            bytes[at / 8] |= (uint8_t)((x.limb[i] >> k & 1) << at % 8);
    forget(&x, sizeof x);
}

/* a^(p - 2), p - 2 = 2^255 - 21: all bits are ones but bits 2 and 4. */
static element inverse(const element *a) {
    element x = *a;
    for (int i = 253; i >= 0; i--) {
        x = square(&x);
        if (i != 2 && i != 4)
            x = times(&x, a);
    }
    return x;
}

/* Extended coordinates, section 5.1.4: x = X/Z, y = Y/Z, xy = T/Z. */
typedef struct {
    element x, y, z, t;
} point;

/* d = -121665/121666 and the base point's coordinates, section 5.1. */
static const uint8_t D[32] = {0xa3, 0x78, 0x59, 0x13, 0xca, 0x4d, 0xeb, 0x75, 0xab, 0xd8, 0x41, 0x41, 0x4d, 0x0a, 0x70, 0x00,
                              0x98, 0xe8, 0x79, 0x77, 0x79, 0x40, 0xc7, 0x8c, 0x73, 0xfe, 0x6f, 0x2b, 0xee, 0x6c, 0x03, 0x52};
static const uint8_t BASE_X[32] = {0x1a, 0xd5, 0x25, 0x8f, 0x60, 0x2d, 0x56, 0xc9, 0xb2, 0xa7, 0x25, 0x95, 0x60, 0xc7, 0x2c, 0x69,
                                   0x5c, 0xdc, 0xd6, 0xfd, 0x31, 0xe2, 0xa4, 0xc0, 0xfe, 0x53, 0x6e, 0xcd, 0xd3, 0x36, 0x69, 0x21};
static const uint8_t BASE_Y[32] = {0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                                   0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};

static const element ZERO = {{0}};
static const element ONE = {{1}};

/* Complete: right for every pair of points, the neutral one and equal ones too. */
static point add(const point *p, const point *q, const element *twice_d) {
    element u = minus(&p->y, &p->x), v = minus(&q->y, &q->x);
    element a = times(&u, &v);
    u = plus(&p->y, &p->x);
    v = plus(&q->y, &q->x);
    element b = times(&u, &v);
    u = times(&p->t, &q->t);
    element c = times(&u, twice_d);
    u = times(&p->z, &q->z);
    element d = plus(&u, &u);
    element e = minus(&b, &a), f = minus(&d, &c), g = plus(&d, &c), h = plus(&b, &a);
    carry(&f);
    carry(&g);
    return (point){times(&e, &f), times(&g, &h), times(&f, &g), times(&e, &h)};
}

static point twice(const point *p) {
    element a = square(&p->x), b = square(&p->y), c = square(&p->z);
    c = plus(&c, &c);
    element h = plus(&a, &b), sum = plus(&p->x, &p->y);
    element e = square(&sum);
    e = minus(&h, &e);
    element g = minus(&a, &b), f = plus(&c, &g);
    carry(&e);
    carry(&f);
    return (point){times(&e, &f), times(&g, &h), times(&f, &g), times(&e, &h)};
}

/* table[index] without an address that depends on the index: all are read. */
static point chosen(const point table[16], unsigned index) {
    point p;
    memset(&p, 0, sizeof p);
    int64_t *to = (int64_t *)&p;
    for (unsigned i = 0; i < 16; i++) {
        int64_t mask = -(int64_t)(((i ^ index) - 1u) >> 31);
        const int64_t *from = (const int64_t *)&table[i];
        for (size_t k = 0; k < sizeof p / sizeof *to; k++)
            to[k] |= from[k] & mask;
    }
    return p;
}

/* Scalar times base point, encoded as section 5.1.2 says; four bits of the scalar at a time. */
static void times_base(uint8_t encoded[32], const uint8_t scalar[32]) {
    element d = unpack(D), twice_d = plus(&d, &d);
    carry(&twice_d);
    point table[16] = {{ZERO, ONE, ONE, ZERO}};
    table[1] = (point){unpack(BASE_X), unpack(BASE_Y), ONE, ZERO};
    table[1].t = times(&table[1].x, &table[1].y);
    for (int i = 2; i < 16; i++)
        table[i] = add(&table[i - 1], &table[1], &twice_d);
    point sum = table[0];
    for (int i = 63; i >= 0; i--) {
        for (int k = 0; k < 4; k++)
            sum = twice(&sum);
        point part = chosen(table, scalar[i / 2] >> (i % 2 * 4) & 15);
        sum = add(&sum, &part, &twice_d);
        forget(&part, sizeof part);
    }
    uint8_t odd[32];
    element z = inverse(&sum.z), x = times(&sum.x, &z), y = times(&sum.y, &z);
    pack(encoded, &y);
    pack(odd, &x);
    encoded[31] |= (uint8_t)((odd[0] & 1) << 7);
    forget(&sum, sizeof sum);
    forget(&z, sizeof z);
}

/* The order of the base point, section 5.1: 2^252 + 27742317777372353535851937790883648493. */
static const uint8_t ORDER[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};

/*
 * A number of 512 bits modulo the order, bit by bit from the top: twice what there is plus the bit, minus the order if that
 * fits, which a mask decides. Slow beside multiplying by an inverse (a fortieth of a signature), and plain to see.
 */
static void reduce(uint8_t result[32], const uint8_t number[64]) {
    uint32_t rest[8] = {0}, order[8];
    for (int i = 0; i < 8; i++)
        order[i] = (uint32_t)ORDER[4 * i] | (uint32_t)ORDER[4 * i + 1] << 8 | (uint32_t)ORDER[4 * i + 2] << 16
                   | (uint32_t)ORDER[4 * i + 3] << 24;
    for (int at = 511; at >= 0; at--) {
        uint32_t in = number[at / 8] >> at % 8 & 1, less[8];
        uint64_t borrow = 0;
        for (int i = 0; i < 8; i++) {
            uint32_t out = rest[i] >> 31;
            rest[i] = rest[i] << 1 | in;
            in = out;
        }
        for (int i = 0; i < 8; i++) {
            uint64_t d = (uint64_t)rest[i] - order[i] - borrow;
            less[i] = (uint32_t)d;
            borrow = d >> 63;
        }
        uint32_t keep = (uint32_t)0 - (uint32_t)borrow;
        for (int i = 0; i < 8; i++)
            rest[i] = (rest[i] & keep) | (less[i] & ~keep);
        forget(less, sizeof less);
    }
    for (int i = 0; i < 32; i++)
        result[i] = (uint8_t)(rest[i / 4] >> i % 4 * 8);
    forget(rest, sizeof rest);
}

/* (a * b + c) modulo the order. */
static void multiply_add(uint8_t result[32], const uint8_t a[32], const uint8_t b[32], const uint8_t c[32]) {
    uint32_t sum[64] = {0};
    uint8_t wide[64];
    for (int i = 0; i < 32; i++)
        sum[i] = c[i];
    for (int i = 0; i < 32; i++)
        for (int j = 0; j < 32; j++)
            sum[i + j] += (uint32_t)a[i] * b[j];
    uint32_t over = 0;
    for (int i = 0; i < 64; i++) {
        over += sum[i];
        wide[i] = (uint8_t)over;
        over >>= 8;
    }
    reduce(result, wide);
    forget(sum, sizeof sum);
    forget(wide, sizeof wide);
}

/* Section 5.1.5, steps 1 and 2: the secret scalar, and the prefix for signing. */
static void expand(uint8_t expanded[64], const uint8_t seed[ED25519_SEED]) {
    struct sha512 hash;
    sha512_begin(&hash);
    sha512_add(&hash, seed, ED25519_SEED);
    sha512_end(&hash, expanded);
    expanded[0] &= 0xf8;
    expanded[31] &= 0x7f;
    expanded[31] |= 0x40;
}

void ed25519_public(uint8_t public_key[ED25519_PUBLIC], const uint8_t seed[ED25519_SEED]) {
    uint8_t expanded[64];
    expand(expanded, seed);
    times_base(public_key, expanded);
    forget(expanded, sizeof expanded);
}

/* Section 5.1.6. */
void ed25519_sign(uint8_t signature[ED25519_SIGNATURE], const void *message, size_t length,
                  const uint8_t seed[ED25519_SEED], const uint8_t public_key[ED25519_PUBLIC]) {
    uint8_t expanded[64], digest[SHA512_BYTES], r[32], k[32];
    struct sha512 hash;
    expand(expanded, seed);
    sha512_begin(&hash);
    sha512_add(&hash, expanded + 32, 32);
    sha512_add(&hash, message, length);
    sha512_end(&hash, digest);
    reduce(r, digest);
    times_base(signature, r);
    sha512_begin(&hash);
    sha512_add(&hash, signature, 32);
    sha512_add(&hash, public_key, ED25519_PUBLIC);
    sha512_add(&hash, message, length);
    sha512_end(&hash, digest);
    reduce(k, digest);
    multiply_add(signature + 32, k, expanded, r);
    forget(expanded, sizeof expanded);
    forget(digest, sizeof digest);
    forget(r, sizeof r);
}
