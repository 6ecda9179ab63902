package org.kakuri.runtime.libos.trace;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.Ptrace;
import org.kakuri.platform.linux.Signals;
import org.kakuri.runtime.libos.trace.Supervisor.Birth;

/**
 * Runs a tree of processes under ptrace, on a platform thread of its own, until none of them is left. The kernel kills
 * them all when that thread ends, and therefore when this process is killed.
 * <p>
 * In fidelity mode each system call of each thread stops twice. With a {@link CallFilter} the tree is only followed:
 * births, programs executed, ends; the calls in the filter go to a {@link Notifier}.
 */
public final class Tracer {
    private static final int OPTIONS = Ptrace.SYSGOOD | Ptrace.FORK | Ptrace.VFORK | Ptrace.CLONE | Ptrace.EXEC
            | Ptrace.SECCOMP | Ptrace.EXITKILL;

    /** How long the tracer looks away while a thread is held, in ns: doubled each time, until something happens. */
    private static final long SHORTEST_PAUSE = 31_250;
    private static final long LONGEST_PAUSE = 1_000_000;

    private final String name;
    private final Launch launch;
    private final Supervisor supervisor;
    private final Waits waits;
    private final boolean everyCall;
    private final CompletableFuture<Integer> started = new CompletableFuture<>();
    private final Map<Integer, Tracee> tracees = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> unclaimed = new HashMap<>();
    private final Set<Integer> pids = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean killed;
    private volatile int first;
    private final Notifier notifier;
    private CallStops calls;

    /** Is told when the tracer waits for tracees: while it does, they run. */
    public interface Waits {
        /** The tracer has nothing to do. */
        void waiting();

        /** Something happened. */
        void busy();

        /** Nothing is left of the tree. */
        default void over() {}

        /** Tells nobody. */
        Waits NONE = new Waits() {
            @Override
            public void waiting() {}

            @Override
            public void busy() {}
        };
    }

    /**
     * Makes one that is not started.
     *
     * @param name for people
     * @param launch what to begin with
     * @param supervisor who decides
     * @param waits is told when the tracees run
     * @param service answers notified calls; not asked without a filter
     */
    public Tracer(String name, Launch launch, Supervisor supervisor, Waits waits, Notifier.Service service) {
        this.name = name;
        this.launch = launch;
        this.supervisor = supervisor;
        this.waits = waits;
        this.everyCall = launch.everyCall();
        this.notifier = new Notifier(name, tracees::get, service);
        this.thread = Thread.ofPlatform().daemon().name("kakuri-tracer " + name).unstarted(this::run);
    }

    /**
     * Starts the program.
     *
     * @return its pid
     *
     * @throws Refused if it cannot be executed; nothing remains
     * @throws Unsupported if ptrace is not permitted here
     */
    public int start() {
        thread.start();
        try {
            return started.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            kill();
            throw new KakuriException("interrupted while " + name + " was started", "");
        } catch (ExecutionException e) {
            join(Duration.ofSeconds(5));
            throw e.getCause() instanceof KakuriException known ? known
                    : new KakuriException("cannot start %s: %s".formatted(launch.program(), e.getCause()), "",
                            e.getCause());
        }
    }

    /** Kills every process of the tree; the first one first, lest it end by itself because of the others. From any thread; returns at once. */
    public void kill() {
        killed = true;
        signal(first, Signals.SIGKILL);
        pids.forEach(pid -> Signals.killRaw(pid, Signals.SIGKILL));
    }

    /** Sends a signal to a process of the tree; false if it is none or has ended. */
    public boolean signal(int pid, int signal) {
        return pids.contains(pid) && Signals.killRaw(pid, signal) == 0;
    }

    /** Waits until no process of the tree is left; false when the time is over. */
    public boolean join(Duration time) {
        try {
            return thread.join(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run() {
        int root = 0;
        try (Arena arena = Arena.ofConfined()) {
            calls = new CallStops(supervisor, everyCall, arena);
            root = begin(arena);
            started.complete(root);
            follow();
        } catch (Injector.Gone e) {
            started.completeExceptionally(
                    new Refused("%s ended before it ran %s".formatted(name, launch.program()), "was it killed?"));
        } catch (Throwable e) {
            if (!started.completeExceptionally(e)) {
                System.getLogger(Tracer.class.getName())
                        .log(System.Logger.Level.ERROR,
                                "tracing of " + name + " failed; its processes are killed", e);
            }
        } finally {
            kill();
            reap();
            notifier.close();
            waits.over();
        }
    }

    /** Gets the first process to execute the program. */
    private int begin(Arena arena) {
        int pid;
        try {
            pid = Ptrace.spawn(launch.spawn());
        } catch (NativeException e) {
            throw new Refused("cannot start a process: " + e.getMessage(), "", e);
        }
        first = pid;
        pids.add(pid);
        long waited = Ptrace.awaitStop(pid);
        if (waited < 0 || Ptrace.ended((int) waited)) {
            pids.remove(pid);
            throw new Injector.Gone();
        }
        int r = Ptrace.seize(pid, OPTIONS);
        if (r < 0) {
            throw new Unsupported("processes cannot be traced here: ptrace: " + Errno.name(-r),
                    "allow ptrace: kernel.yama.ptrace_scope, the container's seccomp profile, CAP_SYS_PTRACE");
        }
        Signals.killRaw(pid, Signals.SIGCONT);
        runToCall(pid);
        var injector = new Injector(pid, arena);
        launch.preparation().forEach(step -> step.prepare(injector));
        launch.filter().ifPresent(filter -> notifier.install(injector, filter));
        var root = new Tracee(pid, new TracedProcess(pid, null));
        tracees.put(pid, root);
        root.entered = firstCall();
        r = injector.execute(launch.program(), launch.argv(), launch.env());
        if (r < 0) {
            throw new Refused("cannot execute %s: %s".formatted(launch.program(), Errno.name(-r)),
                    "give it an executable for this machine");
        }
        supervisor.enter(root, root.entered);
        executed(pid, root);
        resume(pid, 0);
        return pid;
    }

    private static TraceeCall firstCall() {
        return new TraceeCall(CallStops.EXECVE, new long[6]);
    }

    /** From the stop that the helper put itself into, to the next call it is about to make. */
    private void runToCall(int pid) {
        while (true) {
            long waited = Ptrace.await(pid);
            if (waited < 0 || Ptrace.ended((int) waited)) {
                throw new Injector.Gone();
            }
            if (Ptrace.stopSignal((int) waited) == Ptrace.SYSCALL_STOP && calls.isEntry(pid)) {
                return;
            }
            if (Ptrace.resumeToCall(pid, 0) < 0) {
                throw new Injector.Gone();
            }
        }
    }

    private void follow() {
        while (true) {
            goOn();
            waits.waiting();
            long waited = awaitAny();
            waits.busy();
            if (waited < 0) {
                return;
            }
            int tid = (int) (waited >>> 32);
            int status = (int) waited;
            Tracee tracee = tracees.get(tid);
            if (Ptrace.ended(status)) {
                end(tid, tracee, Ptrace.exitStatus(status));
            } else if (tracee == null) {
                unclaimed.put(tid, status);
            } else {
                stopped(tid, tracee, status);
            }
            if (killed || tracees.isEmpty()) {
                killUnclaimed();
            }
        }
    }

    /** Lets threads go on that were held. */
    private void goOn() {
        for (Optional<Tracee> next = supervisor.admitted(); next.isPresent(); next = supervisor.admitted()) {
            resume(next.get().tid(), 0);
        }
    }

    /** While a thread is held, a look now and then: whether it must be held any longer may depend on what the others do in the kernel. */
    private long awaitAny() {
        for (long pause = SHORTEST_PAUSE; supervisor.holds(); pause = Math.min(2 * pause, LONGEST_PAUSE)) {
            long waited = Ptrace.look(-1);
            if (waited != 0) {
                return waited;
            }
            LockSupport.parkNanos(pause);
            if (pause == LONGEST_PAUSE) {
                supervisor.idle();
                goOn();
                waits.waiting();
            }
        }
        return Ptrace.await(-1);
    }

    /** A parent that was killed in the middle of a fork never tells of its child, which waits for that for ever. */
    private void killUnclaimed() {
        unclaimed.keySet().forEach(tid -> Signals.killRaw(tid, Signals.SIGKILL));
        unclaimed.clear();
    }

    private void end(int tid, Tracee tracee, ExitStatus status) {
        tracees.remove(tid);
        unclaimed.remove(tid);
        if (tracee != null) {
            supervisor.gone(tracee);
        }
        if (tracee != null && tracee.process().pid() == tid) {
            pids.remove(tid);
            supervisor.ended(tracee.process(), status, Ptrace.usage());
        }
    }

    private void stopped(int tid, Tracee tracee, int status) {
        int signal = Ptrace.stopSignal(status);
        switch (Ptrace.stopEvent(status)) {
        case 0 -> {
            if (signal == Ptrace.SYSCALL_STOP) {
                if (calls.border(tid, tracee)) {
                    resume(tid, 0);
                }
            } else {
                resume(tid, signal);
            }
        }
        case Ptrace.EVENT_FORK -> born(tid, tracee, Birth.FORK);
        case Ptrace.EVENT_VFORK -> born(tid, tracee, Birth.VFORK);
        case Ptrace.EVENT_CLONE -> born(tid, tracee, calls.makesThread(tracee) ? Birth.THREAD : Birth.FORK);
        case Ptrace.EVENT_EXEC -> {
            executed(tid, tracee);
            resume(tid, 0);
        }
        case Ptrace.EVENT_SECCOMP -> {
            if (calls.decided(tid, tracee)) {
                Ptrace.resumeToCall(tid, 0);
            } else {
                resume(tid, 0);
            }
        }
        case Ptrace.EVENT_STOP -> {
            if (signal == 19 || signal == 20 || signal == 21 || signal == 22) {
                Ptrace.listen(tid);
            } else {
                resume(tid, 0);
            }
        }
        default -> resume(tid, 0);
        }
    }

    private void resume(int tid, int signal) {
        if (everyCall) {
            Ptrace.resumeToCall(tid, signal);
        } else {
            Ptrace.resume(tid, signal);
        }
    }

    /**
     * The child is on its way to its first stop, or there: it runs none of its program before it is resumed. What is to be done for it
     * is done meanwhile; the parent goes on at once.
     */
    private void born(int tid, Tracee parent, Birth birth) {
        int child = (int) Ptrace.eventMessage(tid);
        if (child <= 0) {
            resume(tid, 0);
            return;
        }
        TracedProcess process = birth == Birth.THREAD ? parent.process()
                : new TracedProcess(child, parent.process());
        var tracee = new Tracee(child, process);
        if (!everyCall) {
            resume(tid, 0);
        }
        supervisor.started(parent, tracee, birth);
        boolean there = unclaimed.remove(child) != null;
        if (!there) {
            long waited = Ptrace.await(child);
            there = waited > 0 && !Ptrace.ended((int) waited);
            if (!there && birth != Birth.THREAD) {
                supervisor.ended(process, waited > 0 ? Ptrace.exitStatus((int) waited) : new ExitStatus.Killed(
                        Signals.SIGKILL, false), Ptrace.usage());
            }
        }
        if (there) {
            tracees.put(child, tracee);
            if (birth != Birth.THREAD) {
                pids.add(child);
                if (killed) {
                    Signals.killRaw(child, Signals.SIGKILL);
                }
            }
            resume(child, 0);
        }
        if (everyCall) {
            resume(tid, 0);
        }
    }

    /** The thread that called execve takes over its process's id; the other threads are gone. */
    private void executed(int tid, Tracee tracee) {
        int caller = (int) Ptrace.eventMessage(tid);
        if (caller != tid && caller > 0) {
            Tracee was = tracees.remove(caller);
            if (was != null) {
                tracee.entered = was.entered;
            }
        }
        if (!everyCall) { // nobody will see it return
            tracee.entered = null;
        }
        tracees.values().removeIf(other -> other != tracee && other.process() == tracee.process());
        supervisor.executed(tracee);
    }

    /** After everything was killed: no zombie may stay, whoever is left must not run. */
    private void reap() {
        for (long waited = Ptrace.await(-1); waited > 0; waited = Ptrace.await(-1)) {
            int tid = (int) (waited >>> 32);
            if (Ptrace.ended((int) waited)) {
                end(tid, tracees.get(tid), Ptrace.exitStatus((int) waited));
            } else {
                Signals.killRaw(tid, Signals.SIGKILL);
                Ptrace.resume(tid, 0);
            }
        }
    }
}
