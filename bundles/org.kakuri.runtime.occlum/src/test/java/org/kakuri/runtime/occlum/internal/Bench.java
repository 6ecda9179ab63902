package org.kakuri.runtime.occlum.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.DirectLease;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.runtime.scone.internal.SconeRuntime;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.none.internal.NoneBackend;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

/** Runs programs natively and in both library operating systems, on a machine of its own. */
record Bench(TeeBackend backend, Machine machine) implements DirectLease, AutoCloseable {
    static final long MEMORY = 64L << 20;
    static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL", "C",
            "HOME", "/");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    static Bench none() {
        return new Bench(new NoneBackend(), new MachineModel("test", Machine.ANY));
    }

    static Bench trustZone() {
        return new Bench(new TrustZoneBackend(1024), new MachineModel("test", Machine.ARM));
    }

    /** What a program did. */
    record Ran(int status, String reason, String out, String err, LedgerSnapshot events, SessionReport report) {
        long calls(String name) {
            return report.calls()
                    .stream()
                    .filter(c -> c.name().equals(name))
                    .mapToLong(SessionReport.Call::count)
                    .sum();
        }
    }

    static IsolationRuntime runtime(String name) {
        return name.equals("scone") ? new SconeRuntime() : new OcclumRuntime();
    }

    /** Offers a tree as the framework would. */
    static void serve(IsolationRuntime runtime, ServedTree tree, Map<String, Object> properties) throws Exception {
        var add = runtime.getClass().getDeclaredMethod("addTree", ServedTree.class, Map.class);
        add.setAccessible(true);
        add.invoke(runtime, tree, properties);
    }

    static SessionSpec spec(long memory, String... options) {
        var map = new LinkedHashMap<String, String>();
        for (String option : options) {
            map.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
        }
        return new SessionSpec("test", Placement.INLINE, memory, Pricing.NONE, new SessionSpec.Local(), map);
    }

    RuntimeSession open(String runtime, RuntimeImage image, String... options) {
        return runtime(runtime).open(this, image, spec(MEMORY, options));
    }

    RuntimeSession host(String runtime, String... options) {
        return open(runtime, new RuntimeImage(RuntimeImage.Kind.ROOT_FOLDER, Path.of("/")), options);
    }

    Ran run(String runtime, List<String> argv, String... options) throws Exception {
        try (RuntimeSession session = host(runtime, options)) {
            return run(session, argv);
        }
    }

    static Ran run(RuntimeSession session, List<String> argv) throws Exception {
        try (Pipe out = Pipe.open(); Pipe err = Pipe.open()) {
            GuestProcess guest = session.spawn(new Command(argv, ENVIRONMENT,
                    List.of(GuestDescriptor.passed(1, out.writer().number()),
                            GuestDescriptor.passed(2, err.writer().number())),
                    Map.of()));
            out.writer().close();
            err.writer().close();
            var text = reading(out.reader());
            var errors = reading(err.reader());
            GuestExit exit = guest.waitFor(Deadline.in(LIMIT)).orElseThrow();
            return new Ran(exit.status().orElse(-1), exit.reason(), text.get(), errors.get(), session.ledger(),
                    session.report());
        }
    }

    static Ran natively(List<String> argv) {
        try (Pipe out = Pipe.open();
                Pipe err = Pipe.open();
                ChildProcess child = Spawn.program("/usr/bin/env")
                        .arguments(argv)
                        .environment(ENVIRONMENT)
                        .directory(Path.of("/"))
                        .give(out.writer(), 1)
                        .give(err.writer(), 2)
                        .newProcessGroup()
                        .start()) {
            out.writer().close();
            err.writer().close();
            var text = reading(out.reader());
            var errors = reading(err.reader());
            ExitStatus status = child.waitFor(LIMIT).orElseThrow();
            return new Ran(status instanceof ExitStatus.Exited(int code) ? code : -1, status.toString(), text.get(),
                    errors.get(), LedgerSnapshot.EMPTY, SessionReport.EMPTY);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private static CompletableFuture<String> reading(Fd from) {
        var text = new CompletableFuture<String>();
        Thread.ofPlatform().daemon().start(() -> {
            var bytes = new java.io.ByteArrayOutputStream();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(1 << 16);
                for (long n = FdIo.readRaw(from.number(), buffer, 0, buffer.byteSize()); n > 0; n = FdIo.readRaw(
                        from.number(), buffer, 0, buffer.byteSize())) {
                    bytes.writeBytes(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
                }
                text.complete(bytes.toString(StandardCharsets.UTF_8));
            } catch (RuntimeException e) {
                text.completeExceptionally(e);
            }
        });
        return text;
    }

    static List<String> words(String... words) {
        return new ArrayList<>(Arrays.asList(words));
    }

    @Override
    public void close() {
        machine.close();
    }
}
