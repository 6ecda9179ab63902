package org.kakuri.api.vm;

import java.util.List;

/**
 * A loaded module.
 *
 * @param name
 *            its name
 * @param bytes
 *            its size
 * @param references
 *            how many use it
 * @param users
 *            modules that use it
 * @param state
 *            {@code Live}, {@code Loading} or {@code Unloading}
 * @param address
 *            where its text is
 */
public record GuestModule(String name, long bytes, int references, List<String> users, String state, long address) {
    /** Copies the list. */
    public GuestModule {
        users = List.copyOf(users);
    }
}
