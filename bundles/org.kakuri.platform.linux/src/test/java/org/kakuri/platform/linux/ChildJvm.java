package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A JVM like this one that runs a main class of the tests; descriptors from 10 on are given to it. */
public final class ChildJvm implements AutoCloseable {

    private final ChildProcess process;
    private final BufferedReader output;

    private ChildJvm(ChildProcess process, BufferedReader output) {
        this.process = process;
        this.output = output;
    }

    /** Starts the main class; {@code given} become 10, 11 and so on. */
    public static ChildJvm start(Class<?> main, List<Fd> given, int... blockedSignals) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", System.getProperty("java.class.path"),
                main.getName()));
        Pipe pipe = Pipe.open();
        Spawn spawn = Spawn.program(ProcessHandle.current().info().command().orElseThrow())
                .arguments(arguments)
                .give(pipe.writer(), 1)
                .inherit(2)
                .newProcessGroup()
                .blockedSignals(blockedSignals);
        for (int i = 0; i < given.size(); i++) {
            spawn.give(given.get(i), 10 + i);
        }
        ChildProcess process = spawn.start();
        pipe.writer().close();
        FileInputStream in = new FileInputStream("/proc/self/fd/" + pipe.reader().number());
        pipe.reader().close();
        return new ChildJvm(process, new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
    }

    /** The next line of its output must be this. */
    public void expect(String line) throws IOException {
        assertEquals(line, output.readLine());
    }

    public ChildProcess process() {
        return process;
    }

    public int pid() {
        return process.pid();
    }

    @Override
    public void close() throws IOException {
        process.close();
        output.close();
    }
}
