package org.kakuri.system.tzmediator.internal.ta;

/**
 * A TA that runs, or one that was ended because its shadow process lied.
 *
 * @param name
 *            what the CA called it
 * @param shadow
 *            process that is its POSIX identity
 * @param ca
 *            process that started it
 * @param world
 *            process that holds the secure world
 * @param instance
 *            identity of its instance there
 * @param tee
 *            backend
 * @param runtime
 *            runtime
 * @param style
 *            how its calls travel
 * @param mode
 *            {@code exec} or {@code pool}
 * @param calls
 *            POSIX calls so far
 * @param refused
 *            replies of its shadow process that it did not believe; the first one ends it
 * @param state
 *            {@code runs}, or why it ended
 */
public record RunningTa(String name, int shadow, int ca, long world, long instance, String tee, String runtime,
        String style, String mode, long calls, long refused, String state) {
    static final String RUNS = "runs";

    RunningTa with(long made) {
        return new RunningTa(name, shadow, ca, world, instance, tee, runtime, style, mode, made, refused, state);
    }

    RunningTa ended(long lies, String reason) {
        return new RunningTa(name, shadow, ca, world, instance, tee, runtime, style, mode, calls, lies, reason);
    }
}
