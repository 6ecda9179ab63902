package org.kakuri.tee.model.instance;

import java.util.Objects;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.Resume;

/**
 * A context that executes its code on the thread that calls {@link #run}. Made by {@link InstanceModel#addContext}.
 * <p>
 * Termination interrupts the thread and makes every later crossing of the code fail; code that ignores both (a loop that
 * neither crosses nor looks at the thread's interrupt status) cannot be stopped inside a process, and is reported when the
 * instance is destroyed.
 */
public final class ContextRunner implements Context {
    private enum Phase {
        NEW, RUNNING, ENDED
    }

    private final InstanceModel instance;
    private final InstanceRules rules;
    private final ContextSpec spec;
    private final Actor actor;
    private final Object lock = new Object();
    private Phase phase = Phase.NEW;
    private volatile Thread thread;
    private boolean interrupted;
    private volatile String stopReason;
    private volatile boolean kicked;

    private ExitHandler host;
    private boolean outside;
    private Throwable hostFailure;

    ContextRunner(InstanceModel instance, InstanceRules rules, ContextSpec spec) {
        this.instance = instance;
        this.rules = rules;
        this.spec = spec;
        this.actor = instance.actor();
    }

    /** Returns the instance that this context belongs to. */
    public InstanceModel instance() {
        return instance;
    }

    /** Returns the context's name. */
    public String name() {
        return spec.name();
    }

    /** Returns whose accesses the code makes. */
    public Actor actor() {
        return actor;
    }

    @Override
    public Exit.Final run(ExitHandler handler) {
        Objects.requireNonNull(handler);
        begin();
        host = handler;
        Exit.Final last = null;
        try {
            last = execute();
        } finally {
            finish(last);
        }
        return last;
    }

    @Override
    public void kick() {
        kicked = true;
    }

    @Override
    public void terminate(String reason) {
        synchronized (lock) {
            if (phase == Phase.ENDED || stopReason != null) {
                return;
            }
            stopReason = Objects.requireNonNull(reason);
            if (thread != null) {
                interrupted = true;
                thread.interrupt();
            }
        }
    }

    /** Returns the thread that runs it now, or null. */
    Thread runsOn() {
        return thread;
    }

    /** The instance is asked without holding the lock: it terminates contexts while it holds its gate. */
    private void begin() {
        synchronized (lock) {
            if (phase != Phase.NEW) {
                throw new WrongState("context cannot be entered: context=" + name() + ", state=" + phase,
                        phase == Phase.RUNNING ? "a context runs on one thread at a time" : "add a new context");
            }
            phase = Phase.RUNNING;
        }
        try {
            instance.contexts().starting(this);
        } catch (WrongState e) {
            synchronized (lock) {
                phase = Phase.NEW;
            }
            throw e;
        }
        synchronized (lock) {
            thread = Thread.currentThread();
        }
    }

    private Exit.Final execute() {
        Exit.Final last;
        boolean entered = false;
        try {
            stopIfAsked();
            entered = true;
            rules.started(this);
            int status = spec.code().run(new InsideView(this));
            last = new Exit.Ended(status);
        } catch (InterruptedException e) {
            if (stopReason == null) {
                Thread.currentThread().interrupt();
            }
            last = fault(e);
        } catch (Throwable e) {
            last = fault(e);
        }
        if (stopReason != null) {
            last = new Exit.Fault(stopReason, true);
        }
        if (entered) {
            rules.ended(this, last);
        }
        rethrowHostFailure();
        return last;
    }

    private static Exit.Fault fault(Throwable e) {
        return new Exit.Fault(e.toString(), false);
    }

    /**
     * The handler is the caller's own code: what it threw goes to the caller, not into the context. After a termination it is
     * not told: the interrupt made it fail.
     */
    private void rethrowHostFailure() {
        switch (hostFailure) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> {}
        }
    }

    private void finish(Exit.Final last) {
        synchronized (lock) {
            phase = Phase.ENDED;
            thread = null;
            host = null;
            if (interrupted) {
                Thread.interrupted();
            }
        }
        instance.contexts().finished(this);
    }

    long callHost(HostRequest request) {
        Objects.requireNonNull(request);
        requireInside("callHost");
        return leave(new Exit.HostCall(request)) instanceof Resume.Reply(long value) ? value : 0;
    }

    void safepoint() {
        requireInside("safepoint");
        stopIfAsked();
        if (kicked) {
            kicked = false;
            leave(new Exit.Interrupt("kick"));
        }
    }

    void accept(Range range) {
        requireInside("accept");
        instance.accept(range);
    }

    void requireInside(String operation) {
        if (Thread.currentThread() != runsOn()) {
            throw new WrongState("not on the context's thread: operation=" + operation + ", context=" + name()
                    + ", thread=" + Thread.currentThread().getName(),
                    "only the code inside may use what it was given, while it runs");
        }
        if (outside) {
            throw new WrongState("called from an exit handler: operation=" + operation + ", context=" + name(),
                    "the handler is the host; it answers by returning");
        }
    }

    private Resume leave(Exit exit) {
        stopIfAsked();
        Resume resume;
        rules.left(this, exit);
        outside = true;
        try {
            resume = Objects.requireNonNull(host.onExit(exit), "the exit handler returned null");
        } catch (RuntimeException | Error e) {
            hostFailure = stopReason == null ? e : null;
            stop("exit handler failed: " + e);
            throw new ContextStop(stopReason);
        } finally {
            outside = false;
        }
        if (resume instanceof Resume.Terminate(String reason)) {
            stop(reason);
        }
        stopIfAsked();
        rules.reentered(this, exit);
        return resume;
    }

    /** Stops from the context's own thread: no interrupt is needed. */
    private void stop(String reason) {
        synchronized (lock) {
            if (stopReason == null) {
                stopReason = reason;
            }
        }
    }

    private void stopIfAsked() {
        String reason = stopReason;
        if (reason != null) {
            throw new ContextStop(reason);
        }
    }

    @Override
    public String toString() {
        return name() + " of " + instance;
    }
}
