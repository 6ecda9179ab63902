package org.kakuri.platform.linux;

import java.util.Objects;

/**
 * A thread's task that is let go of when it has run. A thread that has ended keeps its task as long as somebody keeps the thread,
 * and Felix's class loaders can keep one that loaded a class through them; with the task they would keep the class loader of a
 * bundle that was updated long ago.
 */
public final class ReleasedTask implements Runnable {
    private Runnable task;

    /**
     * @param task what the thread does, once
     */
    public ReleasedTask(Runnable task) {
        this.task = Objects.requireNonNull(task);
    }

    @Override
    public void run() {
        Runnable once = task;
        task = null;
        if (once == null) {
            throw new IllegalStateException("a released task runs once");
        }
        once.run();
    }
}
