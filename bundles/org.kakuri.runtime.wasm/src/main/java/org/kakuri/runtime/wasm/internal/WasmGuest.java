package org.kakuri.runtime.wasm.internal;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.ReleasedTask;

/** A guest and its thread. */
final class WasmGuest implements GuestProcess {
    private static final System.Logger LOG = System.getLogger(WasmGuest.class.getName());
    /** Room for deep recursion; the interpreter needs most. */
    private static final long STACK_BYTES = 64L << 20;

    private final long id;
    private final GuestCode code;
    private final Context context;
    private final Ending ending;
    private final LedgerSpan events;
    private final int addressSpace;
    private final Thread thread;
    private final CompletableFuture<GuestExit> exit = new CompletableFuture<>();
    private volatile String killed;
    private boolean released;

    /** What a guest does to its surroundings when it is killed and when it has ended. */
    interface Ending {
        /** Ends calls it blocks in. Any thread. */
        void wake();

        /** Releases what it had. On its thread, once. */
        void release();
    }

    /**
     * @param id number in the session
     * @param name of its thread
     * @param code what runs inside
     * @param context where it runs
     * @param ending its surroundings
     * @param events what is counted for it
     * @param addressSpace number of its linear memory
     */
    WasmGuest(long id, String name, GuestCode code, Context context, Ending ending, LedgerSpan events,
            int addressSpace, ExitHandler host, Optional<Integer> cpu) {
        this.id = id;
        this.code = code;
        this.context = context;
        this.ending = ending;
        this.events = events;
        this.addressSpace = addressSpace;
        this.thread = new Thread(null, new ReleasedTask(() -> run(host, cpu)), name, STACK_BYTES);
        thread.setDaemon(true);
    }

    /** Starts it; called once. */
    void start() {
        thread.start();
    }

    private void run(ExitHandler host, Optional<Integer> cpu) {
        long before = HostPart.cpuNanos();
        Exit.Final last;
        try {
            cpu.ifPresent(core -> Affinity.set(Affinity.THIS_THREAD, core));
            last = context.run(host);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "guest " + thread.getName() + " failed outside its instance", e);
            last = new Exit.Fault("runtime failed: " + e, false);
        }
        long used = HostPart.cpuNanos() - before;
        events.end();
        synchronized (this) {
            released = true;
        }
        try {
            ending.release();
        } finally {
            exit.complete(describe(last, used));
        }
    }

    private GuestExit describe(Exit.Final last, long cpu) {
        if (last instanceof Exit.Ended(int status) && killed == null) {
            return new GuestExit(OptionalInt.of(status), "", cpu, code.peakBytes());
        }
        String reason = killed != null ? "killed: " + killed
                : code.fault() != null ? code.fault().getMessage() : last instanceof Exit.Fault f ? f.reason() : "";
        return new GuestExit(OptionalInt.empty(), reason, cpu, code.peakBytes());
    }

    @Override
    public long id() {
        return id;
    }

    /** Returns the number of its linear memory. */
    int addressSpace() {
        return addressSpace;
    }

    /** Returns whether it may go on. */
    boolean wanted() {
        return killed == null;
    }

    boolean ended() {
        return exit.isDone();
    }

    @Override
    public Optional<GuestExit> waitFor(Deadline deadline) {
        try {
            return Optional.of(exit.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void kill(String reason) {
        if (killed == null && !released) {
            killed = reason;
            context.terminate(reason);
            ending.wake();
        }
    }

    /** Waits until its thread has ended; false at the deadline. */
    boolean join(Deadline deadline) {
        try {
            return thread.join(deadline.remaining());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public LedgerSnapshot ledger() {
        return events.snapshot();
    }
}
