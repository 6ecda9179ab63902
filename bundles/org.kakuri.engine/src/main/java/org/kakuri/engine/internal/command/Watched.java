package org.kakuri.engine.internal.command;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.kakuri.api.KakuriException;
import org.kakuri.engine.Cancellation;
import org.kakuri.engine.ProgressListener;
import org.kakuri.engine.RunOptions;

/**
 * Runs something long with a progress bar. Ctrl-C, in the shell as in a one-shot run, cancels it; what was measured until then
 * is kept.
 */
final class Watched {
    private static final long GRACE_SECONDS = 10;

    private Watched() {}

    static <T> T run(String name, RunOptions options, BiFunction<RunOptions, ProgressListener, T> work) {
        var cancellation = new Cancellation();
        try (var bar = new ProgressBar()) {
            var task = new FutureTask<>(() -> work.apply(options.withCancellation(cancellation), bar));
            Thread worker = Thread.ofPlatform().name("run " + name).start(task);
            Thread onExit = new Thread(() -> finish(cancellation, task), "cancel " + name);
            Runtime.getRuntime().addShutdownHook(onExit);
            try {
                return await(cancellation, task, worker);
            } finally {
                unhook(onExit);
            }
        }
    }

    private static <T> T await(Cancellation cancellation, FutureTask<T> task, Thread worker) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            finish(cancellation, task);
            Thread.currentThread().interrupt();
            throw new KakuriException("cancelled; what was measured is kept: res:show last", "", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
            case RuntimeException cause -> throw cause;
            case Error cause -> throw cause;
            default -> throw new IllegalStateException(worker.getName() + " failed", e.getCause());
            }
        }
    }

    private static void finish(Cancellation cancellation, FutureTask<?> task) {
        cancellation.cancel();
        try {
            task.get(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            System.getLogger(Watched.class.getName())
                    .log(System.Logger.Level.DEBUG, "a cancelled run did not end well", e);
        }
    }

    private static void unhook(Thread onExit) {
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            System.getLogger(Watched.class.getName()).log(System.Logger.Level.DEBUG, "already shutting down", e);
        }
    }
}
