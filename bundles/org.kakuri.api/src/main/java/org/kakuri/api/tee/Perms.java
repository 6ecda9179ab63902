package org.kakuri.api.tee;

/**
 * What an address space allows.
 *
 * @param read loads
 * @param write stores
 * @param execute instruction fetches
 */
public record Perms(boolean read, boolean write, boolean execute) {
    /** Nothing. */
    public static final Perms NONE = new Perms(false, false, false);
    /** Loads only. */
    public static final Perms R = new Perms(true, false, false);
    /** Loads and stores. */
    public static final Perms RW = new Perms(true, true, false);
    /** Loads and instruction fetches. */
    public static final Perms RX = new Perms(true, false, true);

    @Override
    public String toString() {
        return (read ? "r" : "-") + (write ? "w" : "-") + (execute ? "x" : "-");
    }
}
