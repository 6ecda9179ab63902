package org.kakuri.system.tzmediator.internal.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.platform.linux.posix.GuestSignals;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.system.tzmediator.shadow.Shadow;
import org.kakuri.system.tzmediator.shadow.ShadowCounters;

/**
 * A running shadow process: it executes the POSIX calls of one TA and is what other processes see of it. It ends when the
 * control pipe does, so it never outlives this process. Thread-safe.
 */
public final class ShadowProcess implements AutoCloseable {
    /** Number the shadow, and so the TA, reads from. */
    public static final int READS = 10;
    /** Number the shadow, and so the TA, writes to. */
    public static final int WRITES = 11;
    /** Number of the shadow's, and so the TA's, standard error. */
    public static final int ERRORS = 2;

    private static final List<String> OPTIONS = List.of("-XX:+UseSerialGC", "-Xms8m", "-Xmx32m", "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED", GuestSignals.JVM_OPTION);

    private final Pipe control;
    private final Pipe status;
    private final ErrorFile errors;
    private final ChildProcess child;

    private ShadowProcess(Pipe control, Pipe status, ErrorFile errors, ChildProcess child) {
        this.control = control;
        this.status = status;
        this.errors = errors;
        this.child = child;
    }

    /** Starts one; {@link #awaitReady} must follow. */
    public static ShadowProcess start(MemFd page, Channel channel, CpuPlan plan) {
        Pipe control = Pipe.open();
        Pipe status = Pipe.open();
        ErrorFile errors = new ErrorFile("shadow");
        try {
            List<String> arguments = new ArrayList<>(
                    JavaProgram.leading(OPTIONS, Shadow.class, CallPage.class));
            arguments.addAll(List.of("" + page.size(), "" + plan.partner(), "" + plan.shadowWaiting().spins(),
                    "" + plan.shadowWaiting().yields(), ERRORS + "," + READS + "," + WRITES));
            ChildProcess child = GuestSignals.prepare(Spawn.program(JavaProgram.executable()))
                    .arguments(arguments)
                    .give(errors.fd(), ERRORS)
                    .give(page.fd(), Shadow.PAGE)
                    .give(control.reader(), Shadow.CONTROL)
                    .give(status.writer(), Shadow.STATUS)
                    .give(channel.partnerReads(), READS)
                    .give(channel.partnerWrites(), WRITES)
                    .newProcessGroup()
                    .start();
            control.reader().close();
            status.writer().close();
            return new ShadowProcess(control, status, errors, child);
        } catch (RuntimeException e) {
            control.close();
            status.close();
            errors.close();
            throw e;
        }
    }

    /** Waits until it serves. */
    public void awaitReady(Deadline deadline, BooleanSupplier cancelled) {
        Lines.Waited waited = Lines.await(status.reader(), deadline, cancelled);
        String line = waited == Lines.Waited.READY ? Lines.read(status.reader()) : null;
        if (!Shadow.READY.equals(line)) {
            throw new KakuriException("shadow process %d did not start: %s%s".formatted(pid(),
                    waited == Lines.Waited.READY ? "it " + lastWords() : waited.toString(), errors.quote()), "");
        }
    }

    /** Returns its process. */
    public int pid() {
        return child.pid();
    }

    /** Waits for ever until it ends; returns how. */
    public String awaitEnd() {
        return "shadow process " + pid() + " " + child.waitFor() + errors.quote();
    }

    /** Returns what its standard error, and so the TA's, holds, as a quotation; empty if nothing. */
    public String said() {
        return errors.quote();
    }

    /** Returns what it has counted so far; nothing if it ended. */
    public ShadowCounters counters(Deadline deadline) {
        try {
            Lines.write(control.writer(), Shadow.COUNT);
            if (Lines.await(status.reader(), deadline, () -> false) == Lines.Waited.READY) {
                String line = Lines.read(status.reader());
                return line == null ? ShadowCounters.NONE : ShadowCounters.parse(line);
            }
        } catch (NativeException | IllegalStateException ended) {
            return ShadowCounters.NONE;
        }
        return ShadowCounters.NONE;
    }

    /** Tells it to end. Returns at once. */
    public void end() {
        control.writer().close();
    }

    private String lastWords() {
        return child.waitFor(Duration.ofSeconds(2)).map(ExitStatus::toString).orElse("closed its status pipe");
    }

    /** Ends it. */
    @Override
    public void close() {
        end();
        child.close();
        status.close();
        control.close();
        errors.close();
    }

}
