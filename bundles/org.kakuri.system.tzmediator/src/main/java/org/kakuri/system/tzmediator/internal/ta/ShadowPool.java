package org.kakuri.system.tzmediator.internal.ta;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.ReleasedTask;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.platform.linux.UnixSocketPair;
import org.kakuri.platform.linux.posix.GuestSignals;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.system.tzmediator.internal.process.JavaProgram;
import org.kakuri.system.tzmediator.shadow.TaShadow;

/** Shadow processes that wait for work, one from the first use on. Thread-safe. */
final class ShadowPool implements AutoCloseable {
    private static final List<String> OPTIONS = List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xms8m", "-Xmx64m",
            "-XX:TieredStopAtLevel=1", "-Xshare:auto", GuestSignals.JVM_OPTION, "-XX:-CreateCoredumpOnCrash",
            "--enable-native-access=ALL-UNNAMED");

    private final Deque<Idle> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * A shadow that waits.
     *
     * @param process its process, a child of this one
     * @param socket what it listens to
     */
    record Idle(ChildProcess process, Fd socket) implements AutoCloseable {
        @Override
        public void close() {
            socket.close();
            process.close();
        }
    }

    /** Returns one that lives, started now if none waits, and has another one started for the next. */
    Idle take() {
        Idle taken;
        do {
            synchronized (this) {
                taken = idle.poll();
            }
            if (taken != null && !taken.process().alive()) {
                taken.close();
            }
        } while (taken != null && taken.socket().isClosed());
        return taken != null ? taken : start();
    }

    /** Starts one for the next, if none waits. Returns at once. */
    void refill() {
        Thread thread = new Thread(new ReleasedTask(() -> {
            synchronized (this) {
                if (closed || !idle.isEmpty()) {
                    return;
                }
                idle.add(start());
            }
        }), "TA shadow pool");
        thread.setDaemon(true);
        thread.start();
    }

    private static Idle start() {
        UnixSocketPair pair = UnixSocketPair.stream();
        try {
            List<String> arguments = new ArrayList<>(
                    JavaProgram.leading(OPTIONS, TaShadow.class, CallPage.class));
            arguments.add("pool");
            ChildProcess process = GuestSignals.prepare(Spawn.program(JavaProgram.executable()))
                    .arguments(arguments)
                    .give(pair.right(), TaShadow.SOCKET)
                    .newProcessGroup()
                    .start();
            return new Idle(process, pair.left());
        } catch (RuntimeException e) {
            pair.left().close();
            throw e;
        } finally {
            pair.right().close();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(Idle::close);
        idle.clear();
    }
}
