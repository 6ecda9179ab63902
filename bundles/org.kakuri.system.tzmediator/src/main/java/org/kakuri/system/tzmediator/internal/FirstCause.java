package org.kakuri.system.tzmediator.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Why an arm broke: when one process ends the others follow, and only the first one's reason explains anything. Thread-safe.
 */
public final class FirstCause {
    private final CompletableFuture<String> cause = new CompletableFuture<>();

    /** Takes a reason; only the first counts. */
    public void report(String reason) {
        cause.complete(reason);
    }

    /** Returns whether there is one. */
    public boolean known() {
        return cause.isDone();
    }

    /** Returns the reason, waiting a little for whoever watches to notice; the given one if nobody does. */
    public String await(Duration patience, String otherwise) {
        try {
            return cause.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException nobodyKnows) {
            return otherwise;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return otherwise;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
