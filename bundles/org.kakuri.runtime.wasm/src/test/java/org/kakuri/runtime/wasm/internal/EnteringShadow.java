package org.kakuri.runtime.wasm.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.platform.linux.posix.GuestSignals;

/**
 * A process that is a guest's shadow and holds its instance: the guest's own thread leaves the secure world for each call, makes it
 * and enters again. Ends with the guest's status, 99 if it had none.
 */
final class EnteringShadow {
    private static final long MEMORY = 16L << 20;
    private static final int NONE = 99;

    private EnteringShadow() {}

    /** Starts one whose guest writes to {@code output}. */
    static ChildProcess start(Fd input, Fd output, Path module, String... argv) {
        List<String> arguments = new ArrayList<>(List.of(GuestSignals.JVM_OPTION,
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"), EnteringShadow.class.getName(), module.toString()));
        arguments.addAll(List.of(argv));
        return GuestSignals.prepare(Spawn.program(ProcessHandle.current().info().command().orElseThrow()))
                .arguments(arguments)
                .give(input, 0)
                .give(output, 1)
                .give(output, 2)
                .newProcessGroup()
                .start();
    }

    /** Arguments: the module, then the guest's. */
    public static void main(String[] arguments) {
        List<String> argv = List.of(arguments).subList(1, arguments.length);
        Bench bench = new Bench(TestBackends.trustZone());
        int status;
        try (RuntimeSession session = bench.open(Path.of(arguments[0]), MEMORY, new SessionSpec.Local(true))) {
            GuestExit exit = Bench.end(session.spawn(new Command(argv, Map.of(), List.of(GuestDescriptor.passed(0, 0),
                    GuestDescriptor.passed(1, 1), GuestDescriptor.passed(2, 2)), Map.of())));
            if (exit.status().isEmpty()) {
                System.err.println(exit.reason());
            }
            status = exit.status().orElse(NONE);
        }
        bench.close();
        Runtime.getRuntime().halt(status);
    }
}
