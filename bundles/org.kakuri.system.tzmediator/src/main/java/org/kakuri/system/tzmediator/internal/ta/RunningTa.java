package org.kakuri.system.tzmediator.internal.ta;

/**
 * A TA that runs.
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
 */
public record RunningTa(String name, int shadow, int ca, long world, long instance, String tee, String runtime,
        String style, String mode, long calls) {

    RunningTa with(long count) {
        return new RunningTa(name, shadow, ca, world, instance, tee, runtime, style, mode, count);
    }
}
