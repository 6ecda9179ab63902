package org.kakuri.system.swap.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.kakuri.api.KakuriException;
import org.kakuri.platform.linux.ResourceScope;

/** Callers that call one time after the other, each on a thread of its own, except while they are paused. */
final class Callers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Caller> callers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final ResourceScope scope = new ResourceScope("the callers", PATIENCE);
    private final int number;
    private int resting;
    private long calls;
    private boolean paused = true;
    private boolean stopped;

    /** Makes callers that are paused. */
    Callers(int number, Supplier<Caller> caller) {
        this.number = number;
        try {
            for (int i = 0; i < number; i++) {
                callers.add(scope.keep("caller " + i, caller.get()));
            }
            scope.keep("calls", this::stopThreads);
            for (int i = 0; i < number; i++) {
                Caller one = callers.get(i);
                threads.add(Thread.ofPlatform().daemon().name("swap-caller-" + i).start(() -> work(one)));
            }
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    private void work(Caller caller) {
        while (mayCall()) {
            caller.call();
            lock.lock();
            try {
                calls++;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean mayCall() {
        lock.lock();
        try {
            resting++;
            changed.signalAll();
            while (paused && !stopped) {
                changed.awaitUninterruptibly();
            }
            resting--;
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    /** Lets them call. */
    void resume() {
        lock.lock();
        try {
            paused = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets none begin another call, waits until all have ended theirs, and tells the effects that are left. */
    void pause() throws InterruptedException {
        lock.lock();
        try {
            paused = true;
            await(() -> resting == number, "the callers end their calls");
        } finally {
            lock.unlock();
        }
        callers.forEach(Caller::collect);
    }

    /** Waits for so many calls more. */
    void awaitCalls(int more) throws InterruptedException {
        lock.lock();
        try {
            long target = calls + more;
            await(() -> calls >= target, more + " more calls");
        } finally {
            lock.unlock();
        }
    }

    private void await(BooleanSupplier condition, String what) throws InterruptedException {
        long left = PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (left <= 0) {
                throw new KakuriException("not within %d s: %s".formatted(PATIENCE.toSeconds(), what), "");
            }
            left = changed.awaitNanos(left);
        }
    }

    /** Returns how many calls have ended. */
    long calls() {
        lock.lock();
        try {
            return calls;
        } finally {
            lock.unlock();
        }
    }

    private void stopThreads() throws InterruptedException {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        for (Thread thread : threads) {
            if (!thread.join(PATIENCE)) {
                throw new KakuriException(thread.getName() + " does not end", "");
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
