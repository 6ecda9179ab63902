package org.kakuri.system.attacks.internal.verdict;

/**
 * What an attack that succeeded can show.
 *
 * @param physical physical address of the secret
 * @param where what lies there, as the session calls it
 * @param bytes what was read, in hexadecimal; of a store, what the victim holds afterwards
 * @param before what the victim held before a store, in hexadecimal; empty for a load
 */
public record Evidence(long physical, String where, String bytes, String before) {
    /** Returns it in one line. */
    public String text() {
        String at = "at 0x%x (%s)".formatted(physical, where);
        return before.isEmpty() ? "%s read %s".formatted(bytes, at)
                : "%s became %s in the victim, stored %s".formatted(before, bytes, at);
    }
}
