package org.kakuri.domain.internal.host;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.UsageError;
import org.kakuri.domain.internal.wire.FrameSocket;
import org.kakuri.domain.internal.wire.Message;
import org.kakuri.domain.internal.wire.Operation;
import org.kakuri.domain.internal.wire.Result;
import org.kakuri.domain.internal.wire.WireCodec;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.NativeException;

/**
 * A child process as its callers see it. One thread per child starts it, reads from it, asks whether it is alive and cleans up
 * behind it, see {@link Watch}; callers write to the control socket themselves. Thread-safe.
 */
final class HostProcess implements OpenHosts.Host {
    /** Number under which the child finds its end of the control socket. */
    static final int CONTROL = 3;

    private static final System.Logger LOG = System.getLogger(HostProcess.class.getName());

    private final String name;
    private final HostSettings settings;
    private final Watch watch;
    private final Calls calls;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /**
     * What to start.
     *
     * @param name for messages, for example {@code domain host of session ta (trustzone, wasm)}
     * @param program the executable
     * @param arguments its arguments
     * @param folder its temporary files; deleted after its end
     * @param identity whether its signals are a guest's, so that it starts with them blocked
     */
    record Start(String name, Path program, List<String> arguments, Path folder, boolean identity) {
        Start(String name, Path program, List<String> arguments, Path folder) {
            this(name, program, arguments, folder, false);
        }
    }

    private HostProcess(Start start, HostSettings settings) {
        this.name = start.name();
        this.settings = settings;
        this.calls = new Calls(name);
        this.watch = new Watch(start, settings, new WireCodec(), calls);
    }

    /** Starts a child, in the background: {@link #hello} tells how that went. */
    static HostProcess start(Start start, HostSettings settings) {
        HostProcess host = new HostProcess(start, settings);
        Thread thread = new Thread(host::run, "kakuri-domain-watch");
        thread.setDaemon(true);
        thread.start();
        return host;
    }

    private void run() {
        try {
            watch.run();
        } catch (RuntimeException | Error e) {
            calls.lose(new Loss(name + " was given up: " + e, ""));
            watch.hello().completeExceptionally(e);
            LOG.log(System.Logger.Level.ERROR, name + " was given up", e);
        } finally {
            ended.complete(null);
        }
    }

    /**
     * Waits for the child's first message.
     *
     * @throws Gone if the child ends before, or takes too long; nothing remains of it then
     */
    Message.Hello hello() {
        try {
            return watch.hello().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KakuriException("interrupted while " + name + " came up", "", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Gone gone) {
                throw gone;
            }
            throw new KakuriException(name + " cannot be started: " + e.getCause().getMessage(), "", e.getCause());
        }
    }

    /** Returns what the child wrote to its standard output and error. */
    OutputTail output() {
        return watch.output();
    }

    /** Returns the child's process number; 0 before it was started. */
    int pid() {
        return watch.pid();
    }

    /** What the child and everything it starts carry in their environment. */
    String mark() {
        return watch.mark();
    }

    Calls calls() {
        return calls;
    }

    /**
     * Calls the child and waits for its answer.
     *
     * @throws Gone if the child is or goes away, saying whether the call may have taken effect
     */
    Result call(Operation operation) {
        return calls.await(send(operation));
    }

    private Calls.Pending send(Operation operation) {
        Calls.Pending call = calls.begin(operation);
        try {
            socket().send(new Message.Request(call.id(), operation));
            return call;
        } catch (NativeException e) {
            calls.forget(call);
            if (e.errno() == Errno.EBADF) {
                throw new UsageError("a descriptor in the call to " + operation.text() + " is not open here",
                        "keep it open until the call returns", e);
            }
            if (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET) {
                throw lost(e);
            }
            throw new KakuriException("cannot ask the " + name + " to " + operation.text() + ": " + e.getMessage(), "",
                    e);
        } catch (IllegalStateException closed) {
            calls.forget(call);
            throw lost(closed);
        } catch (RuntimeException e) {
            calls.forget(call);
            throw e;
        }
    }

    /** Sends a message that is not answered; one that comes too late has nothing to tell. */
    void tell(Message message) {
        try {
            socket().send(message);
        } catch (NativeException | IllegalStateException tooLate) {
            LOG.log(System.Logger.Level.DEBUG, "not sent to " + name, tooLate);
        }
    }

    private FrameSocket socket() {
        return watch.socket();
    }

    /** The child never saw the whole call. What became of the child is known when its thread has looked. */
    private Gone lost(Exception e) {
        awaitEnd(Watch.GRACE.plus(Watch.REAP));
        return calls.loss()
                .map(why -> why.toException(false))
                .orElseGet(() -> new Gone("the " + name + " takes no calls: " + e.getMessage(),
                        "close the session and open another", false, e));
    }

    @Override
    public boolean hasEnded() {
        return ended.isDone();
    }

    @Override
    public void end() {
        watch.end();
    }

    /**
     * Ends the session and the child, gently first, and waits for it. Idempotent; takes at most about twice
     * {@link HostSettings#close()}.
     */
    @Override
    public void close() {
        if (watch.hello().isDone() && !watch.hello().isCompletedExceptionally() && watch.closeOnce()) {
            try {
                calls.await(send(new Operation.Close()), Deadline.in(settings.close()));
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.DEBUG, name + " did not end its session gently", e);
            }
        }
        watch.end();
        awaitEnd(settings.close().multipliedBy(2).plus(Watch.GRACE).plus(Watch.REAP));
    }

    private void awaitEnd(Duration atMost) {
        try {
            ended.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} has not ended after {1}", name, atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Deletes a folder with all it contains; what cannot be deleted is reported, not thrown. */
    static void delete(Path folder) {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot delete " + folder, e);
        }
    }
}
