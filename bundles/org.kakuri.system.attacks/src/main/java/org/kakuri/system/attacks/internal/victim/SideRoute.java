package org.kakuri.system.attacks.internal.victim;

import java.util.List;

/**
 * A way round the model: what the host's operating system shows of the simulating process. Shown, never judged: on a real
 * machine the memory would not be there.
 *
 * @param route the way
 * @param outcome {@code found}, {@code not found} or {@code skipped}
 * @param detail what was seen, or why it was skipped
 * @param counted always false; says so in documents that are read elsewhere
 */
public record SideRoute(String route, String outcome, String detail, boolean counted) {
    static SideRoute found(String route, String detail) {
        return new SideRoute(route, "found", detail, false);
    }

    static SideRoute notFound(String route, String detail) {
        return new SideRoute(route, "not found", detail, false);
    }

    static SideRoute skipped(String route, String why) {
        return new SideRoute(route, "skipped", why, false);
    }

    /** Tries all there are. */
    public static List<SideRoute> tryAll(long pid, byte[] secret) {
        return List.of(ProcessMemory.search(pid, secret));
    }
}
