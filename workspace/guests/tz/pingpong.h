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

static inline void pingpong_reply(unsigned char *bytes, size_t length) {
    for (size_t i = 0; i < length; i += PINGPONG_LINE)
        bytes[i] ^= PINGPONG_FLIP;
}

#endif
