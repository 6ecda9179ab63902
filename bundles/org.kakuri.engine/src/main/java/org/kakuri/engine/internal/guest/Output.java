package org.kakuri.engine.internal.guest;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.WakeFd;

/**
 * What one guest writes, taken from two pipes by a thread while it runs, up to a bound. A guest that writes more is killed.
 * The pipes' writing ends stay open here until the guest has ended, because a session may use them where they are.
 */
final class Output implements AutoCloseable {
    private static final int CHUNK = 1 << 16;

    private final int limit;
    private final Pipe[] pipes = new Pipe[2];
    private final ByteArrayOutputStream[] texts = {new ByteArrayOutputStream(), new ByteArrayOutputStream()};
    private final WakeFd end = WakeFd.create();
    private final Thread reader;
    private GuestProcess guest;
    private String excess;

    /**
     * Makes pipes and starts to read.
     *
     * @param limit most bytes of each stream
     */
    Output(int limit) {
        this.limit = limit;
        try {
            for (int i = 0; i < pipes.length; i++) {
                pipes[i] = Pipe.open();
                pipes[i].reader().setNonBlocking(true);
            }
        } catch (RuntimeException failed) {
            release();
            throw failed;
        }
        reader = Thread.ofPlatform().daemon().name("kakuri-guest-output").start(this::read);
    }

    /** Returns what the guest is given as its standard output and standard error. */
    List<GuestDescriptor> descriptors() {
        return List.of(GuestDescriptor.passed(1, pipes[0].writer().number()),
                GuestDescriptor.passed(2, pipes[1].writer().number()));
    }

    /** Tells who writes, so that it can be killed. */
    synchronized void from(GuestProcess writing) {
        guest = writing;
        if (excess != null) {
            kill();
        }
    }

    /** Takes what is still in the pipes of a guest that has ended. */
    void finish() {
        end.wake();
        boolean interrupted = false;
        while (true) {
            try {
                reader.join();
                break;
            } catch (InterruptedException request) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns that the guest wrote too much, if so. */
    synchronized Optional<String> excess() {
        return Optional.ofNullable(excess);
    }

    String stdout() {
        return texts[0].toString(StandardCharsets.UTF_8);
    }

    String stderr() {
        return texts[1].toString(StandardCharsets.UTF_8);
    }

    private void read() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            var ready = new PollSet(3);
            ready.add(pipes[0].reader(), PollSet.IN);
            ready.add(pipes[1].reader(), PollSet.IN);
            ready.add(end.fd(), PollSet.IN);
            boolean more = true;
            while (more) {
                ready.poll(-1);
                boolean over = ready.ready(2) != 0;
                more = drain(0, buffer) && drain(1, buffer) && !over;
            }
        }
    }

    /** Takes what is in a pipe now; returns false if that is too much. */
    private boolean drain(int stream, MemorySegment buffer) {
        Fd from = pipes[stream].reader();
        while (true) {
            long n = FdIo.readRaw(from.number(), buffer, 0, CHUNK);
            if (n == -Errno.EAGAIN || n == 0) {
                return true;
            }
            if (n == -Errno.EINTR) {
                continue;
            }
            if (n < 0) {
                exceeded("wrote what cannot be read (errno " + -n + ") and was ended");
                return false;
            }
            if (texts[stream].size() + n > limit) {
                exceeded("wrote more than " + limit + " bytes to " + (stream == 0 ? "stdout" : "stderr")
                        + " and was ended");
                return false;
            }
            texts[stream].writeBytes(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    private synchronized void exceeded(String reason) {
        excess = reason;
        if (guest != null) {
            kill();
        }
    }

    private void kill() {
        try {
            guest.kill(excess);
        } catch (KakuriException alreadyGone) {
            System.getLogger(Output.class.getName())
                    .log(System.Logger.Level.DEBUG, "the guest went away by itself", alreadyGone);
        }
    }

    @Override
    public void close() {
        finish();
        release();
    }

    private void release() {
        for (Pipe pipe : pipes) {
            if (pipe != null) {
                pipe.close();
            }
        }
        end.close();
    }
}
