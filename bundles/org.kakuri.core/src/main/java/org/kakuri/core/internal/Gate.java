package org.kakuri.core.internal;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;

/**
 * Stands before a provider: counts the calls that are inside and, once closed, lets nobody in. A call that has not entered can
 * be repeated elsewhere; one that has entered is never doubled.
 */
final class Gate {
    private final String what;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private int inside;
    private String closedBecause;

    /**
     * @param what what lies behind, for messages
     */
    Gate(String what) {
        this.what = what;
    }

    /** A call that is inside; closing it leaves. */
    interface Pass extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Enters.
     *
     * @throws Gone if the gate is closed; the call then had no effect
     */
    Pass enter() {
        lock.lock();
        try {
            if (closedBecause != null) {
                throw new Gone(what + " is gone: " + closedBecause, "take a new lease", false);
            }
            inside++;
            return this::leave;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            if (--inside == 0) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody in any more. Returns at once; idempotent, the first reason stays. */
    void close(String reason) {
        lock.lock();
        try {
            if (closedBecause == null) {
                closedBecause = reason;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether it is closed. */
    boolean closed() {
        lock.lock();
        try {
            return closedBecause != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until nobody is inside.
     *
     * @return whether everybody left before the deadline
     */
    boolean awaitEmpty(Deadline deadline) {
        lock.lock();
        try {
            while (inside > 0) {
                long left = deadline.remaining().toNanos();
                if (left == 0 || empty.awaitNanos(left) <= 0 && inside > 0) {
                    return inside == 0;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many calls are inside. */
    int inside() {
        lock.lock();
        try {
            return inside;
        } finally {
            lock.unlock();
        }
    }
}
