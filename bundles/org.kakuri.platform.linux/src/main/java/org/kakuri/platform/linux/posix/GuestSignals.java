package org.kakuri.platform.linux.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.kakuri.platform.linux.CallGate;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.ReleasedTask;
import org.kakuri.platform.linux.SignalDelivery;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.platform.linux.Termination;
import org.kakuri.platform.linux.WakeFd;

/**
 * The signals of this process, taken on behalf of a guest whose handlers run elsewhere.
 * <p>
 * Every signal is blocked in all threads. What the guest masks stays pending in the kernel; what it does not mask is taken by a
 * thread of this class: ignored, answered with its default action (which ends this process as it would any other), or kept until
 * the guest asks for it ({@link PosixOp#SIGNEXT}) and runs the handler. A call in which the guest blocks meanwhile ends with
 * EINTR: the serving thread is interrupted again and again until it has left the call, so that it does not matter when the signal
 * came. Calls pay nothing for that.
 * <p>
 * Divergence: signals of the Java virtual machine cannot be caught (SEGV, BUS, FPE, ILL, TRAP), and neither can 32, 33 and those above SIGRTMIN+27.
 */
public final class GuestSignals implements AutoCloseable {

    /** Standard signals to block before the virtual machine starts; it needs the option {@link #JVM_OPTION} then. */
    private static final int[] ADMINISTERED = {1, 2, 3, 6, 10, 12, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26,
        27, 28, 29, 30};
    /** Leaves the signals that end a program to it. */
    public static final String JVM_OPTION = "-Xrs";

    private static final String VM_SIGNAL = "_JAVA_SR_SIGNUM";
    private static final int VM_SIGNAL_NUMBER = 63;
    private static final int LAST = 64;

    /** What a guest wants done; the first only asks. */
    private static final int ASK = -1;
    private static final int DEFAULT = 0;
    private static final int IGNORE = 1;
    private static final int CATCH = 2;

    private static final int SA_NODEFER = 0x40000000;
    private static final int SA_RESETHAND = 0x80000000;
    private static final long IGNORED_BY_DEFAULT = bit(Signals.SIGCHLD) | bit(Signals.SIGCONT) | bit(23) | bit(28);
    private static final long STOPPING_BY_DEFAULT = bit(20) | bit(21) | bit(22);
    private static final long NEVER_MASKED = bit(Signals.SIGKILL) | bit(Signals.SIGSTOP);
    private static final int AGAIN_MILLIS = 1;
    private static final int OUT_BYTES = (int) SignalDelivery.RECORD_BYTES + Long.BYTES;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long administered;
    private final int[] dispositions = new int[LAST + 1];
    private final int[] flags = new int[LAST + 1];
    private final long[] handlerMasks = new long[LAST + 1];
    private final Deque<byte[]> pending = new ArrayDeque<>();
    private final Fd source;
    private final WakeFd wake = WakeFd.create();
    private final MemorySegment taken = Arena.ofAuto().allocate(SignalDelivery.RECORD_BYTES, 8);
    private final CallGate gate = new CallGate();
    private final Thread taker;
    private long mask;
    private long beforeSuspend;
    private boolean suspended;
    private boolean cancelled;
    private volatile boolean closed;
    private volatile boolean deliverable;
    private volatile Runnable bell = () -> {};

    private GuestSignals(long administered, long masked, long ignored) {
        this.administered = administered;
        this.mask = masked & ~NEVER_MASKED;
        ignore(ignored);
        gate.bind();
        this.source = Fd.own(SignalDelivery.signalfdRaw(-1, administered & ~mask));
        this.taker = new Thread(new ReleasedTask(this::take), "signals");
        taker.setDaemon(true);
        taker.start();
    }

    /** The signals to block before the virtual machine starts. */
    public static int[] blockedFirst() {
        return IntStream.concat(IntStream.of(ADMINISTERED), IntStream.range(Signals.SIGRTMIN, CallGate.SIGNAL))
                .toArray();
    }

    /** Prepares a program that will call {@link #start}: a Java virtual machine with {@link #JVM_OPTION}. */
    public static Spawn prepare(Spawn program) {
        return program.blockedSignals(blockedFirst()).variable(VM_SIGNAL, "" + VM_SIGNAL_NUMBER);
    }

    /**
     * Takes this process's signals: those the calling thread, which is to execute the guest's calls, was started with blocked.
     *
     * @param masked those the guest masks from the beginning
     * @param ignored those it ignores from the beginning
     */
    public static GuestSignals start(long masked, long ignored) {
        return new GuestSignals(SignalDelivery.blocked() & ~bit(CallGate.SIGNAL) & ~bit(VM_SIGNAL_NUMBER), masked,
                ignored);
    }

    /** Whether it is a variable of the environment for this process alone, which its guest and the guest's children must not inherit. */
    public static boolean isOwnVariable(String name) {
        return name.equals(VM_SIGNAL);
    }

    private void ignore(long ignored) {
        for (int signal = 1; signal <= LAST; signal++) {
            if ((administered & ignored & bit(signal)) != 0) {
                dispositions[signal] = IGNORE;
            }
        }
    }

    /** What the guest inherits from the program in whose place it stands; before it has changed anything. */
    void inherit(long masked, long ignored) {
        lock.lock();
        try {
            drain();
            ignore(ignored);
            setMask(masked);
        } finally {
            lock.unlock();
        }
    }

    /** Called, by any thread, whenever {@link #deliverable} may have changed. */
    void onChange(Runnable callback) {
        bell = callback;
        callback.run();
    }

    /** Whether a handler is to run. */
    boolean deliverable() {
        return deliverable;
    }

    /** Before a call that may block. Serving thread. */
    void enter() {
        gate.enter();
    }

    /** After it. */
    void leave() {
        gate.leave();
    }

    private static long bit(int signal) {
        return 1L << signal - 1;
    }

    private void take() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(16, 8);
            set.set(ValueLayout.JAVA_INT, 0, source.number());
            set.set(ValueLayout.JAVA_INT, 8, wake.fd().number());
            while (!closed) {
                set.set(ValueLayout.JAVA_SHORT, 4, (short) PollSet.IN);
                set.set(ValueLayout.JAVA_SHORT, 12, (short) PollSet.IN);
                PollSet.pollRaw(set, 2, deliverable ? AGAIN_MILLIS : -1);
                lock.lock();
                try {
                    drain();
                } finally {
                    lock.unlock();
                }
                if (deliverable) {
                    gate.interrupt();
                }
            }
        }
    }

    /** Returns when what has come until now is taken. Any thread. */
    void catchUp() {
        lock.lock();
        try {
            drain();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes what came and is not masked. With the lock held; also before a mask or an action changes, because signals that came
     * before that are under the old one.
     */
    private void drain() {
        while (!closed && SignalDelivery.takeRaw(source.number(), taken) > 0) {
            arrived(taken.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** With the lock held. */
    private void arrived(byte[] info) {
        int signal = info[0];
        int wanted = dispositions[signal];
        if (wanted == CATCH) {
            pending.add(info);
            look();
        } else if (wanted == DEFAULT) {
            byDefault(signal);
        }
    }

    private void byDefault(int signal) {
        if ((STOPPING_BY_DEFAULT & bit(signal)) != 0) {
            Termination.stopBy(signal);
        } else if ((IGNORED_BY_DEFAULT & bit(signal)) == 0) {
            Termination.bySignal(signal);
        }
    }

    /** Finds out whether a handler is to run. With the lock held. */
    private void look() {
        boolean now = false;
        for (byte[] info : pending) {
            now |= (mask & bit(info[0])) == 0;
        }
        deliverable = now;
        bell.run();
        if (now) {
            changed.signalAll();
        }
    }

    private void watch(long except) {
        SignalDelivery.signalfdRaw(source.number(), administered & ~mask & ~except);
    }

    /** The guest wrote to where nobody reads. Serving thread, for which alone the kernel's signal is pending. */
    void brokenPipe() {
        lock.lock();
        try (Arena arena = Arena.ofConfined()) {
            SignalDelivery.awaitRaw(bit(Signals.SIGPIPE), 0, arena.allocate(SignalDelivery.RECORD_BYTES, 8));
            if ((mask & bit(Signals.SIGPIPE)) == 0) {
                arrived(own(Signals.SIGPIPE));
            } else {
                Signals.killRaw((int) ProcessHandle.current().pid(), Signals.SIGPIPE);
            }
        } finally {
            lock.unlock();
        }
    }

    private static byte[] own(int signal) {
        byte[] info = new byte[(int) SignalDelivery.RECORD_BYTES];
        MemorySegment record = MemorySegment.ofArray(info);
        record.set(ValueLayout.JAVA_INT_UNALIGNED, 0, signal);
        record.set(ValueLayout.JAVA_INT_UNALIGNED, 8, (int) ProcessHandle.current().pid());
        return info;
    }

    /** kill(2); a signal to this process itself has arrived when this returns, as POSIX asks for. */
    int kill(int pid, int signal) {
        if (pid == -1) {
            return -Errno.EPERM;
        }
        if (pid != ProcessHandle.current().pid() || signal < 1 || signal > LAST) {
            return Signals.killRaw(pid, signal);
        }
        lock.lock();
        try {
            if ((administered & ~mask & bit(signal)) == 0) {
                return Signals.killRaw(pid, signal);
            }
            arrived(own(signal));
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** sigaction(2); {@link #ASK} changes nothing and gives what holds: {@link #DEFAULT}, {@link #IGNORE} or {@link #CATCH}. */
    int action(int signal, int wanted, int withFlags, long handlerMask) {
        if (signal < 1 || signal > LAST || (administered & bit(signal)) == 0 || wanted < ASK || wanted > CATCH) {
            return -Errno.EINVAL;
        }
        lock.lock();
        try {
            if (wanted == ASK) {
                return dispositions[signal];
            }
            drain();
            dispositions[signal] = wanted;
            flags[signal] = withFlags;
            handlerMasks[signal] = handlerMask & ~NEVER_MASKED;
            if (wanted != CATCH && pending.removeIf(info -> info[0] == signal) && wanted == DEFAULT) {
                byDefault(signal);
            }
            look();
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** sigprocmask(2). */
    int mask(int how, long change, MemorySegment out) {
        lock.lock();
        try {
            long before = mask;
            long next = switch (how) {
            case 0 -> mask | change;
            case 1 -> mask & ~change;
            case 2 -> change;
            case 3 -> mask;
            default -> -1;
            };
            if (how < 0 || how > 3 || out.byteSize() < Long.BYTES) {
                return -Errno.EINVAL;
            }
            setMask(next);
            out.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, before);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    private void setMask(long next) {
        if (mask != (next & ~NEVER_MASKED)) {
            drain();
            mask = next & ~NEVER_MASKED;
            watch(0);
            look();
        }
    }

    /** sigpending(2). */
    int pending(MemorySegment out) {
        if (out.byteSize() < Long.BYTES) {
            return -Errno.EINVAL;
        }
        lock.lock();
        try {
            long set = SignalDelivery.pending() & administered;
            for (byte[] info : pending) {
                set |= bit(info[0]);
            }
            out.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, set & mask);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** See {@link PosixOp#SIGNEXT}. */
    int next(int restore, long before, MemorySegment out) {
        if (out.byteSize() < OUT_BYTES) {
            return -Errno.EINVAL;
        }
        lock.lock();
        try {
            if (restore != 0) {
                setMask(before);
            }
            byte[] info = first(~mask);
            long giveBack = suspended ? beforeSuspend : mask;
            suspended = false;
            if (info == null) {
                setMask(giveBack);
                look();
                return 0;
            }
            int signal = info[0];
            MemorySegment.copy(info, 0, out, ValueLayout.JAVA_BYTE, 0, info.length);
            out.set(ValueLayout.JAVA_LONG_UNALIGNED, info.length, giveBack);
            if ((flags[signal] & SA_RESETHAND) != 0) {
                dispositions[signal] = DEFAULT;
            }
            setMask(mask | handlerMasks[signal] | ((flags[signal] & SA_NODEFER) != 0 ? 0 : bit(signal)));
            look();
            return signal;
        } finally {
            lock.unlock();
        }
    }

    private byte[] first(long wanted) {
        for (Iterator<byte[]> all = pending.iterator(); all.hasNext();) {
            byte[] info = all.next();
            if ((wanted & bit(info[0])) != 0) {
                all.remove();
                return info;
            }
        }
        return null;
    }

    /** sigtimedwait(2). Serving thread. */
    int timedWait(long set, long nanos, MemorySegment out) {
        if (out.byteSize() < SignalDelivery.RECORD_BYTES) {
            return -Errno.EINVAL;
        }
        long wanted = set & administered;
        long unmasked;
        lock.lock();
        try {
            byte[] info = first(wanted);
            if (info != null) {
                MemorySegment.copy(info, 0, out, ValueLayout.JAVA_BYTE, 0, info.length);
                look();
                return info[0];
            }
            unmasked = wanted & ~mask;
            if (unmasked != 0) {
                watch(wanted);
            }
        } finally {
            lock.unlock();
        }
        enter();
        try {
            return SignalDelivery.awaitRaw(wanted, nanos, out);
        } finally {
            leave();
            if (unmasked != 0) {
                lock.lock();
                watch(0);
                lock.unlock();
            }
        }
    }

    /** sigsuspend(2). Serving thread. */
    int suspend(long with) {
        lock.lock();
        try {
            beforeSuspend = mask;
            suspended = true;
            setMask(with);
            while (!deliverable && !closed && !cancelled) {
                changed.awaitUninterruptibly();
            }
            return -Errno.EINTR;
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #suspend}, now and later, with EINTR. Any thread. */
    void cancel() {
        lock.lock();
        try {
            cancelled = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more signals. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        wake.wake();
        try {
            taker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        source.close();
        wake.close();
    }
}
