package org.kakuri.system.swap.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;

/** One caller: takes a lease, opens a session, runs a guest to its end and looks for the guest's effect in its pipe. */
final class Caller implements AutoCloseable {
    private static final long MEMORY = 1 << 17;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Workbench workbench;
    private final Selector selector;
    private final RuntimeImage image;
    private final Tally tally;
    private final Waits waits;
    private final Pipe pipe = Pipe.open();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(TokenModule.TOKEN_BYTES);

    Caller(Workbench workbench, Selector selector, RuntimeImage image, Tally tally, Waits waits) {
        this.workbench = workbench;
        this.selector = selector;
        this.image = image;
        this.tally = tally;
        this.waits = waits;
        pipe.reader().setNonBlocking(true);
    }

    /** Makes one call, as often as it takes to get it done or to fail. */
    void call() {
        String token = tally.begin();
        try {
            while (!attempt(token)) {
                Thread.onSpinWait();
            }
            tally.done(token);
        } catch (RuntimeException e) {
            tally.failed(token, e);
        } finally {
            collect();
        }
    }

    /** Returns false if the call certainly had no effect because its target went, so that it may be repeated. */
    private boolean attempt(String token) {
        long from = System.nanoTime();
        try (Lease lease = workbench.lease(selector, Deadline.in(PATIENCE));
                RuntimeSession session = lease.open(image, SessionSpec.inline("swap", MEMORY))) {
            waits.add(from, System.nanoTime());
            GuestExit exit = session.spawn(command(token))
                    .waitFor(Deadline.in(PATIENCE))
                    .orElseThrow(() -> new KakuriException("a guest does not end within " + PATIENCE, ""));
            if (!exit.success()) {
                throw new KakuriException("a guest did not return: " + exit, "");
            }
            return true;
        } catch (Gone e) {
            if (e.mayHaveExecuted()) {
                throw e;
            }
            return false;
        }
    }

    private Command command(String token) {
        return new Command(List.of("token", token), Map.of(),
                List.of(Command.GuestDescriptor.passed(1, pipe.writer().number())), Map.of());
    }

    /** Tells the effects that have arrived. */
    synchronized void collect() {
        long got = FdIo.readRaw(pipe.reader().number(), buffer, 0, TokenModule.TOKEN_BYTES);
        while (got > 0) {
            tally.effect(new String(buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE),
                    StandardCharsets.US_ASCII));
            got = FdIo.readRaw(pipe.reader().number(), buffer, 0, TokenModule.TOKEN_BYTES);
        }
        if (got != -Errno.EAGAIN) {
            throw new IllegalStateException("a caller's pipe cannot be read: result=" + got);
        }
    }

    @Override
    public void close() {
        pipe.close();
        arena.close();
    }
}
