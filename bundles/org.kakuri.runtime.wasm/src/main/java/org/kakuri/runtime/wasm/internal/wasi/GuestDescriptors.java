package org.kakuri.runtime.wasm.internal.wasi;

import java.util.Arrays;

/** The descriptors of one guest, by its own numbers. Used by the guest's thread only. */
final class GuestDescriptors {
    /** Most that may be open; one more gives EMFILE. */
    static final int MOST = 1024;

    private GuestFd[] table = new GuestFd[16];

    /** Returns the descriptor of a number, or null. */
    GuestFd get(int number) {
        return number >= 0 && number < table.length ? table[number] : null;
    }

    /** Puts a descriptor under a number. */
    void put(int number, GuestFd fd) {
        if (number < 0 || number >= MOST) {
            throw new IllegalArgumentException("not a guest descriptor: %d; 0 to %d".formatted(number, MOST - 1));
        }
        if (number >= table.length) {
            table = Arrays.copyOf(table, Math.min(MOST, Math.max(number + 1, table.length * 2)));
        }
        table[number] = fd;
    }

    /** Puts a descriptor under the lowest free number, at least {@code lowest}; -1 if there is none. */
    int add(int lowest, GuestFd fd) {
        for (int i = lowest; i < MOST; i++) {
            if (get(i) == null) {
                put(i, fd);
                return i;
            }
        }
        return -1;
    }

    /** Returns whether there is a free number. */
    boolean hasRoom() {
        for (int i = 0; i < MOST; i++) {
            if (get(i) == null) {
                return true;
            }
        }
        return false;
    }

    /** Frees a number and returns what was there, or null. */
    GuestFd remove(int number) {
        GuestFd fd = get(number);
        if (fd != null) {
            table[number] = null;
        }
        return fd;
    }
}
