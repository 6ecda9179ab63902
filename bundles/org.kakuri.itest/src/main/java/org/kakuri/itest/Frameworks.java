package org.kakuri.itest;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** What several tests need of the framework they run in. */
final class Frameworks {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Frameworks() {}

    static Bundle bundle(BundleContext context, String name) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + name + " in this run: see itest.bndrun"));
    }

    /** Waits for a condition that another thread or process brings about. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            Thread.sleep(5);
        }
    }
}
