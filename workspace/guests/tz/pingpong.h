/*
 * What the two sides of a ping-pong agree on. Shared by ca.c and ta_pingpong.c; the Java twin is
 * org.kakuri.system.tzmediator.ca.Payload.
 *
 * The reply is the message with the first byte of each 64-byte line flipped by 0x5a: an echo of the message is not a reply,
 * and a line that was not delivered shows. The rest must come back unchanged.
 */
#ifndef KAKURI_PINGPONG_H
#define KAKURI_PINGPONG_H

#include <stddef.h>
#include <stdint.h>

#define PINGPONG_LINE 64
#define PINGPONG_FLIP 0x5a
#define PINGPONG_MAX (64 * 1024)
/* The queued signal of KIND signal, SIGRTMIN + 2 of glibc, and the one that says that no more comes. */
#define PINGPONG_SIGNAL 36
#define PINGPONG_END 37
/* Looks at a word before a side that waits by KIND shm sleeps in between. */
#define PINGPONG_SPINS 200000

/* KIND shm: what both sides map. Each word is alone on its cache line; the bytes belong to whoever is to answer. */
struct pingpong_shared {
    uint32_t asked;
    uint32_t pad1[15];
    uint32_t answered;
    uint32_t pad2[15];
    uint32_t ended;
    uint32_t pad3[15];
    unsigned char pad4[4096 - 3 * 64];
    unsigned char bytes[PINGPONG_MAX];
};

static inline void pingpong_reply(unsigned char *bytes, size_t length) {
    for (size_t i = 0; i < length; i += PINGPONG_LINE)
        bytes[i] ^= PINGPONG_FLIP;
}

#endif
