package org.kakuri.system.tzmediator.internal.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.platform.linux.posix.GuestSignals;
import org.kakuri.platform.linux.ring.CallClient;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.system.tzmediator.shadow.Shadow;

/** A real shadow process whose TA is code of this process. */
final class TestShadow implements AutoCloseable {
    private static final long DATA_BYTES = 64 << 10;

    private final MemFd file = MemFd.create("test page", CallPageLayout.bytes(DATA_BYTES));
    private final SharedMapping mapping = file.map();
    private final Pipe control = Pipe.open();
    private final ChildProcess process;
    private final CallClient client;

    TestShadow() {
        file.sealSize();
        CallPage page = CallPage.create(mapping.segment());
        try (Pipe status = Pipe.open(); Arena arena = Arena.ofConfined()) {
            process = GuestSignals.prepare(Spawn.program(java()))
                    .arguments(arguments(Shadow.class, "" + file.size(), "0", "0", "10", ""))
                    .give(file.fd(), Shadow.PAGE)
                    .give(control.reader(), Shadow.CONTROL)
                    .give(status.writer(), Shadow.STATUS)
                    .inherit(2)
                    .newProcessGroup()
                    .start();
            status.writer().close();
            MemorySegment ready = arena.allocate(Shadow.READY.length() + 1);
            if (FdIo.readFully(status.reader(), ready) != ready.byteSize()) {
                throw new IllegalStateException("the shadow did not start: " + process);
            }
        }
        this.client = page.client(WaitPolicy.CO_LOCATED, process::alive);
    }

    static String java() {
        return ProcessHandle.current().info().command().orElseThrow();
    }

    static List<String> arguments(Class<?> main, String... more) {
        List<String> all = new ArrayList<>(List.of(GuestSignals.JVM_OPTION, "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC", "-Xmx64m", "-cp", System.getProperty("java.class.path"), main.getName()));
        all.addAll(List.of(more));
        return all;
    }

    CallClient client() {
        return client;
    }

    int pid() {
        return process.pid();
    }

    Fd descriptor(int number) {
        return process.pidFd().getFd(number);
    }

    ChildProcess process() {
        return process;
    }

    @Override
    public void close() {
        client.close();
        process.waitFor();
        process.close();
        control.close();
        mapping.close();
        file.close();
    }
}
