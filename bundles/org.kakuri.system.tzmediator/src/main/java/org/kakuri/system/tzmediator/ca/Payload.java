package org.kakuri.system.tzmediator.ca;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the two sides of a ping-pong agree on. Must match {@code workspace/guests/tz/pingpong.h}: the reply is the message with
 * the first byte of each 64-byte line flipped by 0x5a, so an echo is not a reply.
 */
public final class Payload {
    /** Largest message, in bytes. */
    public static final int MAX = 64 * 1024;

    private static final int LINE = 64;
    private static final byte FLIP = 0x5a;

    private Payload() {}

    /** Turns a message into its reply. */
    public static void reply(byte[] bytes, int length) {
        for (int i = 0; i < length; i += LINE) {
            bytes[i] ^= FLIP;
        }
    }

    /** Turns a message into its reply. */
    public static void reply(MemorySegment bytes, long length) {
        for (long i = 0; i < length; i += LINE) {
            bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (bytes.get(ValueLayout.JAVA_BYTE, i) ^ FLIP));
        }
    }

    /** Makes the message of a round; it differs from the one before in every 8-byte word. */
    public static void fill(byte[] bytes, int length, long round) {
        long word = (round + 1) * 0x9e3779b97f4a7c15L;
        for (int i = 0; i < length; i += Long.BYTES, word += 0xbf58476d1ce4e5b9L) {
            for (int b = 0; b < Long.BYTES && i + b < length; b++) {
                bytes[i + b] = (byte) (word >>> 8 * b);
            }
        }
    }
}
