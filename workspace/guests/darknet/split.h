/*
 * What the two sides of a split inference say to each other over a stream; the client application begins. Native byte order of
 * little-endian machines, as WebAssembly's.
 *
 *   CA  struct offer, the sealed key (if any), the model        TA  struct answer
 *   CA  struct request, lenet_width(first) floats               TA  struct reply          as often as it likes
 *
 * The model is the part of the layers first <= l < LENET_LAYERS, lenet.h. If there is a sealed key, the model is nonce,
 * ciphertext and tag of AES-256-GCM under SPLIT_LABEL, and the key was sealed for the trusted application under the same label.
 */
#ifndef KAKURI_SPLIT_H
#define KAKURI_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include "lenet.h"

#define SPLIT_MAGIC 0x314b444bu /* "KDK1" */
#define SPLIT_LABEL "kakuri darknet model"
#define SPLIT_KEY_MOST 512
#define SPLIT_MODEL_MOST (LENET_PART_MOST + 28)

struct offer {
    uint32_t magic;
    uint32_t first;
    uint32_t key_bytes;   /* 0: the model is not encrypted */
    uint32_t model_bytes;
};

struct answer {
    uint32_t magic;
    uint32_t refused;
    char reason[56]; /* why, ends with a zero byte */
};

struct request {
    uint32_t round;
    uint32_t timed; /* whether the reply shall say how long the layers took */
};

struct reply {
    uint32_t round; /* the request's */
    uint32_t zero;
    uint64_t nanos; /* 0 if nobody asked */
    float logits[LENET_CLASSES];
    uint32_t end[2];
};

_Static_assert(sizeof(struct offer) == 16 && sizeof(struct answer) == 64 && sizeof(struct request) == 8 &&
                   sizeof(struct reply) == 64,
               "both sides must agree");

/* 1: all was read, 0: the stream ended before its first byte, -1: it ended later, or a call failed (then errno is set). */
int split_read(int fd, void *to, size_t size);

/* 1: all was written, 0: nobody reads any more, -1: a call failed. */
int split_write(int fd, const void *from, size_t size);

/* CLOCK_MONOTONIC, in ns. */
uint64_t split_now(void);

/*
 * Makes a model of what was offered with a key: returns its bytes, which take the place of `model`, or -1 with a reason.
 */
typedef long split_unlock(const unsigned char *key, size_t key_bytes, unsigned char *model, size_t model_bytes,
                          const char **reason);

/*
 * Answers requests until the stream ends. Returns 0 then, or prints what is wrong and returns 1 for a failed call, 3 for a
 * stream cut inside a message, 4 for an offer that was refused.
 */
int split_serve(const char *name, int in, int out, split_unlock *unlock);

#endif
