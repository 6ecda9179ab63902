package org.kakuri.api.runtime;

import java.util.Map;
import java.util.Optional;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Pricing;

/**
 * How a session is to run; crosses process borders.
 *
 * @param name for people and logs
 * @param placement where
 * @param memoryBytes most memory the guests may have, in bytes
 * @param pricing how architectural events are charged
 * @param hostCalls who executes the guests' POSIX calls
 * @param options runtime-specific, documented by the runtime; an unknown key is refused
 */
public record SessionSpec(String name, Placement placement, long memoryBytes, Pricing pricing, HostCalls hostCalls,
        Map<String, String> options) {

    /** Copies the options. */
    public SessionSpec {
        options = Map.copyOf(options);
    }

    /** Returns the plainest session: this process, this process's POSIX calls, nothing charged. */
    public static SessionSpec inline(String name, long memoryBytes) {
        return new SessionSpec(name, Placement.INLINE, memoryBytes, Pricing.NONE, new Local(), Map.of());
    }

    /** Returns the same session elsewhere. */
    public SessionSpec at(Placement where) {
        return new SessionSpec(name, where, memoryBytes, pricing, hostCalls, options);
    }

    /** Returns the same session with other prices. */
    public SessionSpec priced(Pricing prices) {
        return new SessionSpec(name, placement, memoryBytes, prices, hostCalls, options);
    }

    /** Returns the same session with its POSIX calls executed by somebody else. */
    public SessionSpec served(HostCalls by) {
        return new SessionSpec(name, placement, memoryBytes, pricing, by, options);
    }

    /** Who executes the guests' POSIX calls. */
    public sealed interface HostCalls permits Local, Mediated {}

    /**
     * The session's own process, at each call across the instance's border.
     *
     * @param identity whether a guest has that process's identity: its pid, signals, timers and children, and reaches names of
     *        the system; one guest at a time then, in a domain host, which starts with its signals blocked. Guests of a runtime that
     *        are processes by themselves have their own
     */
    public record Local(boolean identity) implements HostCalls {
        /** Guests use what they were given and nothing else. */
        public Local() {
            this(false);
        }
    }

    /**
     * A mediator in another process, over a call page in shared memory.
     *
     * @param page memory file of the page, registered with the instance as shared memory
     * @param bytes its size
     * @param style how calls leave the instance
     * @param waiting how the caller waits for an answer: spins, yields; then it sleeps
     * @param cpu the CPU that the guest's thread is bound to, if any
     */
    public record Mediated(Descriptor page, long bytes, CallStyle style, Waiting waiting, Optional<Integer> cpu)
            implements
                HostCalls {}

    /**
     * Steps of adaptive waiting.
     *
     * @param spins polls with a spin hint before yielding
     * @param yields polls with a yield before sleeping
     */
    public record Waiting(int spins, int yields) {}
}
