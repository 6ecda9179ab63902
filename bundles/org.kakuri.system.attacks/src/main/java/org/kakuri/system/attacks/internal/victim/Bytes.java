package org.kakuri.system.attacks.internal.victim;

import java.util.Arrays;

/** Looks for bytes among bytes. */
public final class Bytes {
    private Bytes() {}

    /** Returns where the wanted bytes begin; -1 if they are not there. */
    public static int indexOf(byte[] bytes, byte[] wanted) {
        for (int at = 0; at + wanted.length <= bytes.length; at++) {
            if (bytes[at] == wanted[0] && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }
}
