package org.kakuri.runtime.libos;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.Resume;
import org.kakuri.api.tee.TeeInstance;

/**
 * The thread that is inside an instance: it does what it is asked to, in order, until it is told to end. Thread-safe.
 */
final class InsideThread {
    private static final int BATCH = 256;
    private static final long ENDING_MILLIS = 5000;
    private static final long LOOK_MILLIS = 50;

    private final String name;
    private final boolean waits;
    private final BlockingQueue<Function<Inside, Boolean>> work = new LinkedBlockingQueue<>();
    private List<HostRequest> pending = new ArrayList<>();
    private boolean unsettled;
    private final Context context;
    private Thread thread;

    /**
     * Makes one that is not started.
     *
     * @param name of the instance
     * @param waits whether {@link #leave} waits until it has happened
     * @param instance where its context is added
     */
    InsideThread(String name, boolean waits, TeeInstance instance) {
        this.name = name;
        this.waits = waits;
        this.context = instance.addContext(new ContextSpec(name, this::inside));
    }

    /** What the context runs: whatever is asked of it, until it is told to end. */
    private int inside(Inside inside) throws InterruptedException {
        while (work.take().apply(inside)) {
            continue;
        }
        return 0;
    }

    /** Enters the instance, if it has not. Otherwise the first call that needs it does. */
    synchronized Thread start() {
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("kakuri-inside " + name).start(this::run);
        }
        return thread;
    }

    private synchronized boolean started() {
        return thread != null;
    }

    private void run() {
        Exit.Final end;
        try {
            end = context.run(_ -> Resume.CONTINUE);
        } catch (WrongState e) { // destroyed before this thread had come so far
            end = new Exit.Fault(e.getMessage(), true);
        }
        if (end instanceof Exit.Fault(String reason, boolean _)) {
            work.clear();
            System.getLogger(InsideThread.class.getName())
                    .log(System.Logger.Level.DEBUG,
                            "instance {0} was left: {1}", name, reason);
        }
    }

    boolean waits() {
        return waits;
    }

    /** Leaves the instance and comes back. */
    synchronized void leave(HostRequest request) {
        pending.add(request);
        if (waits || pending.size() >= BATCH) {
            flush();
        }
        if (waits) {
            settle();
        }
    }

    private void flush() {
        List<HostRequest> batch = pending;
        if (!batch.isEmpty()) {
            if (!start().isAlive()) {
                throw new Gone("instance " + name + " has ended under its guest", "", false);
            }
            pending = new ArrayList<>(BATCH);
            unsettled = true;
            work.add(inside -> {
                batch.forEach(inside::callHost);
                return true;
            });
        }
    }

    /** Waits until every {@link #leave} has happened. */
    synchronized void settle() {
        flush();
        if (unsettled) {
            ask(_ -> 0);
            unsettled = false;
        }
    }

    /** Lets the code inside do something, and returns what came of it. */
    <T> T ask(Function<Inside, T> task) {
        Thread inside = start();
        var answer = new CompletableFuture<T>();
        work.add(code -> {
            try {
                answer.complete(task.apply(code));
            } catch (KakuriException e) {
                answer.completeExceptionally(e);
            }
            return true;
        });
        try {
            while (true) {
                try {
                    return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (!inside.isAlive() && !answer.isDone()) {
                        throw new Gone("instance " + name + " has ended", "", false);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KakuriException("interrupted while waiting for instance " + name, "");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KakuriException known ? known : new KakuriException(e.toString(), "", e);
        }
    }

    /** Leaves the instance for good, when everything that was asked has happened; waits some time for that. */
    void end() throws InterruptedException {
        if (started() && thread.isAlive()) {
            flush();
            work.add(_ -> false);
            thread.join(ENDING_MILLIS);
        }
    }
}
