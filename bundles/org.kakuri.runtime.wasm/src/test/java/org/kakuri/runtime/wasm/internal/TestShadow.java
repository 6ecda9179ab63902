package org.kakuri.runtime.wasm.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.kakuri.api.runtime.Descriptor;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.platform.linux.posix.CallPageServer;
import org.kakuri.platform.linux.posix.GuestSignals;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.kakuri.platform.linux.posix.ProcessIdentity;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.CallServer;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;

/** A shadow process of a guest, with an identity of its own: the guest's calls are executed in a JVM that is nothing else. */
final class TestShadow implements AutoCloseable {
    /** The guest's output, as the shadow knows it. */
    static final int OUTPUT = 10;
    /** The guest's input, likewise. */
    static final int INPUT = 11;

    private static final long DATA_BYTES = 64 << 10;
    private static final int PAGE = 3;
    private static final int READY = 4;
    private static final int ALIVE = 5;

    private final MemFd file = MemFd.create("test page", CallPageLayout.bytes(DATA_BYTES));
    private final SharedMapping mapping = file.map();
    private final CallPage page = CallPage.create(mapping.segment());
    private final Pipe alive = Pipe.open();
    private final ChildProcess process;

    /** Starts one that writes the guest's output to {@code output}. */
    TestShadow(Fd output) {
        this(output, Optional.empty());
    }

    /** Starts one whose guest can also read {@code input}. */
    TestShadow(Fd output, Optional<Fd> input) {
        file.sealSize();
        List<String> arguments = new ArrayList<>(List.of(GuestSignals.JVM_OPTION,
                "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx32m", "-cp",
                System.getProperty("java.class.path"), TestShadow.class.getName(), "" + file.size(),
                input.isPresent() ? OUTPUT + "," + INPUT : "" + OUTPUT));
        try (Pipe ready = Pipe.open()) {
            Spawn spawn = GuestSignals.prepare(Spawn.program(ProcessHandle.current().info().command().orElseThrow()))
                    .arguments(arguments)
                    .give(file.fd(), PAGE)
                    .give(ready.writer(), READY)
                    .give(alive.reader(), ALIVE)
                    .give(output, OUTPUT)
                    .give(output, 2)
                    .newProcessGroup();
            input.ifPresent(fd -> spawn.give(fd, INPUT));
            process = spawn.start();
            ready.writer().close();
            Bench.read(ready, 1);
        }
    }

    /** The shadow. */
    public static void main(String[] arguments) {
        SharedMapping memory = SharedMapping.of(Fd.own(PAGE), Long.parseLong(arguments[0]));
        CallServer server = CallPage.open(memory.segment()).server(WaitPolicy.CO_LOCATED, PeerCheck.NONE);
        ProcessIdentity identity = ProcessIdentity.take();
        LocalPosix calls = new LocalPosix().identity(identity);
        Stream.of(arguments[1].split(",")).map(Integer::valueOf).forEach(calls::give);
        calls.onSignal(() -> server.attention(calls.signalled()));
        Thread.ofPlatform().daemon().start(() -> {
            FdIo.read(Fd.own(ALIVE), java.lang.foreign.Arena.global().allocate(1));
            Runtime.getRuntime().halt(3);
        });
        FdIo.write(Fd.own(READY), java.lang.foreign.Arena.global().allocate(1));
        server.serve(new CallPageServer(calls));
        identity.close();
        Runtime.getRuntime().halt(0);
    }

    int pid() {
        return process.pid();
    }

    ChildProcess process() {
        return process;
    }

    SessionSpec.HostCalls calls(CallStyle style) {
        return new SessionSpec.Mediated(new Descriptor(file.fd().number()), file.size(), style,
                new SessionSpec.Waiting(0, 10), Optional.empty());
    }

    @Override
    public void close() {
        page.server(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE).close();
        alive.close();
        process.close();
        mapping.close();
        file.close();
    }
}
