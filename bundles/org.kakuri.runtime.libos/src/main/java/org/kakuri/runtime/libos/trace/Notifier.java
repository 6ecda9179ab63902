package org.kakuri.runtime.libos.trace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntFunction;
import org.kakuri.api.Unsupported;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.SeccompListener;
import org.kakuri.platform.linux.WakeFd;

/**
 * Answers the system calls that a {@link CallFilter} notifies, on a platform thread of its own, until nobody can make
 * one.
 */
public final class Notifier implements AutoCloseable {
    private static final int CLOSE = 3;
    private static final int PRCTL = 157;
    private static final int SECCOMP = 317;
    private static final int NO_NEW_PRIVS = 38;
    private static final int SET_MODE_FILTER = 1;
    private static final int NEW_LISTENER = 8;
    /** Since Linux 5.19: only a fatal signal ends the wait for an answer. */
    private static final int WAIT_KILLABLE = 32;

    private final String name;
    private final IntFunction<Tracee> tracees;
    private final Service service;
    private SeccompListener listener;
    private WakeFd wake;
    private Thread thread;

    /** Answers notified calls, on the notifier's thread. */
    @FunctionalInterface
    public interface Service {
        /**
         * Answers the call that the listener has received last, by one of its methods.
         *
         * @param tracee who makes it; he waits
         */
        void serve(Tracee tracee, SeccompListener listener);

        /** Returns whether some calls are answered later, so that a signal must not have the caller make them again. */
        default boolean later() {
            return false;
        }
    }

    /**
     * Makes one without a thread.
     *
     * @param tracees finds a thread of the tree by its id; null if there is none
     */
    Notifier(String name, IntFunction<Tracee> tracees, Service service) {
        this.name = name;
        this.tracees = tracees;
        this.service = service;
    }

    /** Puts the filter into the process and takes the other end of it out. */
    void install(Injector injector, CallFilter filter) {
        require("prctl", injector.call(PRCTL, NO_NEW_PRIVS, 1, 0, 0, 0));
        long code = injector.bytes(filter.program());
        byte[] program = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(0, (short) filter.length())
                .putLong(8, code)
                .array();
        long at = injector.bytes(program);
        boolean listens = !filter.notified().isEmpty();
        int how = listens ? NEW_LISTENER : 0;
        long there = injector.call(SECCOMP, SET_MODE_FILTER,
                listens && service.later() ? how | WAIT_KILLABLE : how, at);
        if (there == -Errno.EINVAL && listens) {
            there = injector.call(SECCOMP, SET_MODE_FILTER, how, at);
        }
        require("seccomp", there);
        if (listens) {
            try (PidFd process = PidFd.open(injector.pid())) {
                listener = new SeccompListener(process.getFd((int) there));
            }
            require("close", injector.call(CLOSE, there));
            wake = WakeFd.create();
            thread = Thread.ofPlatform().daemon().name("kakuri-notifier " + name).start(this::run);
        }
    }

    private static void require(String call, long result) {
        if (result < 0) {
            throw new Unsupported("fast mode is not possible here: %s: %s".formatted(call, Errno.name((int) -result)),
                    "use --mode fidelity");
        }
    }

    private void run() {
        PollSet set = new PollSet(2);
        int calls = set.add(listener.fd(), PollSet.IN);
        int woken = set.add(wake.fd(), PollSet.IN);
        while (true) {
            set.poll(-1);
            if (set.ready(woken) != 0 || (set.ready(calls) & PollSet.IN) == 0) {
                return;
            }
            if (listener.receive() == 0) {
                serve();
            }
        }
    }

    private void serve() {
        Tracee tracee = tracees.apply(listener.pid());
        if (tracee == null) { // its end is known here before its last call is
            listener.proceed();
            return;
        }
        try {
            service.serve(tracee, listener);
        } catch (RuntimeException e) {
            System.getLogger(Notifier.class.getName())
                    .log(System.Logger.Level.ERROR, "a call of " + tracee + " was not served", e);
            listener.answer(-Errno.EIO);
        }
    }

    /** Ends the thread. Calls that are notified later fail with ENOSYS. */
    @Override
    public void close() {
        if (thread == null) {
            return;
        }
        wake.wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        listener.close();
        wake.close();
        thread = null;
    }

}
