package org.kakuri.runtime.scone.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.kakuri.api.KakuriException;
import org.kakuri.runtime.libos.HostedInstance;
import org.kakuri.runtime.libos.image.ProgramClosure;

/**
 * Does in mode fast what nobody has to wait for, on a thread of its own: builds the instance that the next fork will need while the
 * guest still runs, and destroys those that are not needed any more. A spare that is never used is not counted: nobody asked for it.
 * Thread-safe.
 */
final class Spares implements AutoCloseable {
    private static final int MOST_WAITING = 8;
    private static final System.Logger LOG = System.getLogger(Spares.class.getName());

    private final ExecutorService thread;
    private ProgramClosure program;
    private Future<HostedInstance> next;
    private boolean closed;

    /**
     * Begins without one.
     *
     * @param name of the session
     */
    Spares(String name) {
        // whoever asks for more than that does it himself
        thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().daemon().name("kakuri-spares " + name).factory(),
                new ThreadPoolExecutor.CallerRunsPolicy());
    }

    /**
     * Returns an instance of a program: the spare one if it is of that, otherwise a new one. Has another spare made.
     *
     * @param now makes one on the calling thread
     * @param ahead makes a spare one
     */
    HostedInstance take(ProgramClosure wanted, Supplier<HostedInstance> now, Supplier<HostedInstance> ahead) {
        Future<HostedInstance> ready;
        synchronized (this) {
            ready = wanted == program ? next : null;
            if (ready == null) {
                drop();
            }
            next = null;
        }
        HostedInstance instance = ready == null ? null : result(ready);
        if (instance == null) {
            instance = now.get();
        }
        synchronized (this) {
            if (!closed && next == null) {
                program = wanted;
                next = thread.submit(ahead::get);
            }
        }
        return instance;
    }

    /** There was no room for one: whoever needs it will be told. */
    private static HostedInstance result(Future<HostedInstance> made) {
        try {
            return made.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KakuriException("interrupted while an instance was built", "");
        } catch (java.util.concurrent.ExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "no spare instance", e.getCause());
            return null;
        }
    }

    private void drop() {
        if (next != null) {
            Future<HostedInstance> unused = next;
            next = null;
            later(() -> {
                HostedInstance instance = result(unused);
                if (instance != null) {
                    instance.close();
                }
            });
        }
    }

    /** Nobody forks any more who would need the spare one of this program. */
    synchronized void forget(ProgramClosure ended) {
        if (ended == program) {
            drop();
        }
    }

    /** Does something soon. */
    void later(Runnable work) {
        thread.execute(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "an instance was not destroyed cleanly", e);
            }
        });
    }

    /** Waits until everything that was asked for is done. */
    void settle() {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        try {
            thread.submit(() -> 0).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            drop();
        }
        thread.close();
    }
}
