package org.kakuri.shell.internal;

import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.felix.service.command.CommandSession;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.WakeFd;

/**
 * Standard output and error of a guest. A guest of this process's own user has those of this process; that of a command
 * which another process handed in has pipes, from which a thread takes what it writes to that process. Such a guest
 * reads nothing.
 */
final class GuestStreams implements AutoCloseable {
    private static final ScopedValue<Caller> CALLER = ScopedValue.newInstance();
    private static final String VARIABLE = "kakuri.caller";
    private static final int CHUNK = 1 << 16;

    private final List<PrintStream> sinks;
    private final List<Pipe> pipes = new ArrayList<>();
    private final WakeFd end;
    private final Thread pump;

    /** Where the output of another process's command goes. */
    record Caller(PrintStream out, PrintStream err) {}

    private GuestStreams(List<PrintStream> sinks) {
        this.sinks = sinks;
        end = WakeFd.create();
        try {
            for (int i = 0; i < sinks.size(); i++) {
                pipes.add(Pipe.open());
                pipes.getLast().reader().setNonBlocking(true);
            }
        } catch (RuntimeException failed) {
            release();
            throw failed;
        }
        pump = Thread.ofPlatform().daemon().name("kakuri-guest-streams").unstarted(this::run);
    }

    /** Notes in a session that its commands come from another process. */
    static void note(CommandSession session, PrintStream out, PrintStream err) {
        session.put(VARIABLE, new Caller(out, err));
    }

    /** Calls a command so that {@link #open} knows whose it is. */
    static Object with(CommandSession session, Callable<Object> command) throws Exception {
        return session.get(VARIABLE) instanceof Caller caller ? ScopedValue.where(CALLER, caller).call(command::call)
                : command.call();
    }

    /** Call it on the thread that the command was called on. */
    static GuestStreams open() {
        Caller caller = CALLER.isBound() ? CALLER.get() : null;
        var streams = new GuestStreams(caller == null ? List.of() : List.of(caller.out(), caller.err()));
        streams.pump.start();
        return streams;
    }

    /** Returns what the guest finds open; valid until this is closed. */
    List<GuestDescriptor> descriptors() {
        return pipes.isEmpty() ? Command.attached(List.of("guest")).descriptors()
                : List.of(GuestDescriptor.passed(1, pipes.get(0).writer().number()),
                        GuestDescriptor.passed(2, pipes.get(1).writer().number()));
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            var ready = new PollSet(pipes.size() + 1);
            pipes.forEach(pipe -> ready.add(pipe.reader(), PollSet.IN));
            int ended = ready.add(end.fd(), PollSet.IN);
            boolean more = true;
            while (more) {
                ready.poll(-1);
                more = ready.ready(ended) == 0;
                for (int i = 0; i < pipes.size(); i++) {
                    drain(i, buffer);
                }
            }
        }
    }

    private void drain(int stream, MemorySegment buffer) {
        PrintStream to = sinks.get(stream);
        while (true) {
            long n = FdIo.readRaw(pipes.get(stream).reader().number(), buffer, 0, CHUNK);
            if (n > 0) {
                to.writeBytes(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
            } else if (n != -Errno.EINTR) {
                to.flush();
                return;
            }
        }
    }

    /** Call it when the guest has ended: waits until what it wrote has been passed on. */
    @Override
    public void close() {
        end.wake();
        boolean interrupted = false;
        while (pump.isAlive()) {
            try {
                pump.join();
            } catch (InterruptedException request) {
                interrupted = true;
            }
        }
        release();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void release() {
        pipes.forEach(Pipe::close);
        end.close();
    }
}
