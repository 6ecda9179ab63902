package org.kakuri.tee.trustzone.internal.gp;

import java.util.HashSet;
import java.util.Set;
import org.kakuri.api.gp.Operation;

/** Lets the entry points of an application be called one at a time, and a waiting call be cancelled. Thread-safe. */
final class Turns {
    private final Set<Object> taken = new HashSet<>();

    /**
     * Waits until nobody else has the turn.
     *
     * @return false if the operation was cancelled first, or the thread interrupted
     */
    synchronized boolean take(Object application, Operation operation) {
        while (!operation.cancelled()) {
            if (taken.add(application)) {
                return true;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return false;
    }

    /** Waits until nobody else has the turn, whatever happens meanwhile. */
    synchronized void takeAlways(Object application) {
        boolean interrupted = false;
        while (!taken.add(application)) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void give(Object application) {
        taken.remove(application);
        notifyAll();
    }

    synchronized void cancel(Operation operation) {
        operation.cancelled(true);
        notifyAll();
    }
}
