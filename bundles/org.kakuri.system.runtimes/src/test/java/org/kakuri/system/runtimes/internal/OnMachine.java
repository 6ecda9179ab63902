package org.kakuri.system.runtimes.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.DirectLease;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.runtime.occlum.internal.OcclumRuntime;
import org.kakuri.runtime.scone.internal.SconeRuntime;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.none.internal.NoneBackend;
import org.kakuri.tee.sgx.internal.SgxBackend;

/** A backend on a machine of its own, and programs on it. */
record OnMachine(TeeBackend backend, Machine machine) implements DirectLease, AutoCloseable {
    private static final long MEMORY = 64L << 20;
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C", "HOME", "/");
    private static final Duration LIMIT = Duration.ofSeconds(40);

    static OnMachine none() {
        return new OnMachine(new NoneBackend(), new MachineModel("test", Machine.ANY));
    }

    static OnMachine sgx(int epcMiB) {
        return new OnMachine(new SgxBackend(epcMiB), new MachineModel("test", Machine.X86_64));
    }

    /** What a program did. */
    record Ran(int status, String reason, String out, LedgerSnapshot events) {
        long count(String event) {
            return events.count(event).count();
        }
    }

    Ran run(String runtime, RuntimeImage image, List<String> argv, Map<String, String> options) {
        try {
            return ran(runtime, image, argv, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Ran ran(String runtime, RuntimeImage image, List<String> argv, Map<String, String> options)
            throws IOException {
        IsolationRuntime on = runtime.equals("scone") ? new SconeRuntime() : new OcclumRuntime();
        Path out = Files.createTempFile("kakuri-out", "");
        try (RuntimeSession session = on.open(this, image, new SessionSpec("test", Placement.INLINE, MEMORY,
                Pricing.NONE, new SessionSpec.Local(), new TreeMap<>(options)));
                Fd file = PathCalls.open(out, OpenFlags.O_WRONLY, 0)) {
            var guest = session.spawn(new Command(argv, ENVIRONMENT,
                    List.of(GuestDescriptor.passed(1, file.number())), Map.of()));
            GuestExit exit = guest.waitFor(Deadline.in(LIMIT)).orElseThrow();
            return new Ran(exit.status().orElse(-1), exit.reason(), Files.readString(out), session.ledger());
        } finally {
            Files.delete(out);
        }
    }

    @Override
    public void close() {
        machine.close();
    }
}
