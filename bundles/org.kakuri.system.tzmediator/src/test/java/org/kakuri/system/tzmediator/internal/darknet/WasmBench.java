package org.kakuri.system.tzmediator.internal.darknet;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.DirectLease;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.runtime.wasm.internal.WasmRuntime;
import org.kakuri.system.tzmediator.internal.process.GuestFiles;
import org.kakuri.system.tzmediator.internal.process.GuestFolder;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.none.internal.NoneBackend;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;
import org.osgi.framework.BundleContext;

/** The committed TA in WebAssembly, in an instance on a machine of its own, in this process. */
final class WasmBench implements AutoCloseable {
    static final GuestFiles GUESTS = new GuestFiles(Path.of("../../workspace"), GuestFolder.DARKNET);
    private static final int READS = 10;
    private static final int WRITES = 11;

    private final Machine machine;
    private final RuntimeSession session;

    private WasmBench(TeeBackend backend, String architecture) {
        machine = new MachineModel("test", architecture);
        BundleContext framework = (BundleContext) Proxy.newProxyInstance(BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> Path.of("target/cache").toAbsolutePath().toString());
        session = new WasmRuntime(framework).open(new Lent(backend, machine),
                new RuntimeImage(RuntimeImage.Kind.WASM, GUESTS.module("ta_darknet.wasm")),
                SessionSpec.inline("test", 16L << 20));
    }

    static WasmBench trustZone() {
        return new WasmBench(new TrustZoneBackend(new Configuration(64)), Machine.ARM);
    }

    static WasmBench none() {
        return new WasmBench(new NoneBackend(), Machine.ANY);
    }

    RuntimeSession session() {
        return session;
    }

    @Override
    public void close() {
        session.close();
        machine.close();
    }

    /** A TA that infers, and its stream. */
    final class Ta implements AutoCloseable {
        private final Pipe there = Pipe.open();
        private final Pipe back = Pipe.open();
        private final Pipe errors = Pipe.open();
        private final GuestProcess guest = session.spawn(new Command(
                List.of("ta_darknet", "infer", "" + READS, "" + WRITES), Map.of(),
                List.of(GuestDescriptor.passed(READS, there.reader().number()),
                        GuestDescriptor.passed(WRITES, back.writer().number()),
                        GuestDescriptor.passed(2, errors.writer().number())),
                Map.of()));

        Ta() {
            there.reader().close();
            back.writer().close();
            errors.writer().close();
        }

        InputStream in() {
            return new InputStream() {
                @Override
                public int read() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public int read(byte[] to, int at, int length) {
                    if (length == 0) {
                        return 0;
                    }
                    byte[] some = some(back.reader(), length);
                    System.arraycopy(some, 0, to, at, some.length);
                    return some.length == 0 ? -1 : some.length;
                }
            };
        }

        OutputStream out() {
            return new OutputStream() {
                @Override
                public void write(int b) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void write(byte[] from, int at, int length) {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment bytes = arena.allocate(Math.max(1, length));
                        MemorySegment.copy(from, at, bytes, ValueLayout.JAVA_BYTE, 0, length);
                        FdIo.writeFully(there.writer(), bytes.asSlice(0, length));
                    }
                }
            };
        }

        /** Ends its stream; returns how it ended. */
        GuestExit end() {
            there.writer().close();
            return guest.waitFor(Deadline.inSeconds(30)).orElseThrow();
        }

        /** Returns what it printed; it must have ended. */
        String said() {
            return new String(some(errors.reader(), 4096)).strip();
        }

        @Override
        public void close() {
            guest.kill("over");
            there.close();
            back.close();
            errors.close();
        }
    }

    private static byte[] some(Fd from, int most) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Math.max(1, most));
            long n = FdIo.read(from, bytes);
            return bytes.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private record Lent(TeeBackend backend, Machine machine) implements DirectLease {}

    /** A configuration in place of the framework's. */
    @SuppressWarnings("all")
    private record Configuration(int secureMemoryMiB) implements TrustZoneBackend.Config {
        @Override
        public Class<? extends Annotation> annotationType() {
            return TrustZoneBackend.Config.class;
        }
    }
}
