package org.kakuri.system.tzmediator.shadow;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.Termination;
import org.kakuri.platform.linux.posix.GuestSignals;
import org.kakuri.system.tzmediator.shadow.Frame.Kind;

/**
 * The shadow process of a TA that a CA started: a true child of the CA with what the CA passed on, or one of the pool.
 * It asks a workbench for the TA, serves its POSIX calls, and ends as the TA does.
 *
 * <pre>
 * TaShadow exec NAME ARGV0 ARG...   see workspace: .kakuri/bin/kakuri-ta, which becomes this process
 * TaShadow pool                     waits on descriptor 3 for work; started by a workbench
 * TaShadow train                    serves itself a few calls and ends: for the JVM's AOT cache
 * </pre>
 *
 * System properties: {@code kakuri.home}; {@code kakuri.ta.descriptors}, what was open before this process was a JVM;
 * {@code kakuri.ta.masked} and {@code kakuri.ta.ignored}, the signals that were blocked and ignored then. This process's signals are
 * the TA's, from its first moment: it is to be started as {@link GuestSignals#prepare} says; without that, every signal has its default action.
 */
public final class TaShadow {
    /** Descriptor of the pool's socket. */
    public static final int SOCKET = 3;
    /** Exit status, as a shell's: no such TA. */
    public static final int NOT_FOUND = 127;
    /** Exit status, as a shell's: the TA is there and cannot be started. */
    public static final int NOT_STARTED = 126;

    private TaShadow() {}

    /**
     * Runs it.
     *
     * @param arguments
     *            see the class
     */
    public static void main(String[] arguments) {
        try {
            List<String> words = List.of(arguments);
            switch (words.isEmpty() ? "" : words.getFirst()) {
            case "exec" -> end(exec(words));
            case "pool" -> end(serve(Fd.own(SOCKET), ServedCalls.prepare(Launch.Signals.NONE), List.of()));
            case "train" -> Training.run();
            default -> fail(2, "usage: kakuri-ta NAME ARG...");
            }
        } catch (IOException | RuntimeException e) {
            fail(NOT_STARTED, e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private static Frame exec(List<String> words) throws IOException {
        if (words.size() < 3) {
            fail(2, "usage: kakuri-ta NAME ARG...");
        }
        List<Integer> descriptors = InheritedDescriptors.find();
        Launch.Signals signals = Launch.Signals.of(List.of(System.getProperty("kakuri.ta.masked", "0"),
                System.getProperty("kakuri.ta.ignored", "0")));
        ServedCalls calls = ServedCalls.prepare(signals);
        Map<String, String> environment = new LinkedHashMap<>(System.getenv());
        environment.keySet().removeIf(GuestSignals::isOwnVariable);
        Launch launch = new Launch(Launch.VERSION, words.get(1), Path.of("").toAbsolutePath().toString(), signals,
                words.subList(2, words.size()), environment, descriptors);
        Fd socket = WorkbenchConnection.open(Path.of(System.getProperty("kakuri.home", ".")));
        new Frame(Kind.START, launch.words(), List.of()).send(socket);
        return serve(socket, calls, descriptors);
    }

    /** Serves as it is told; returns how to end. */
    private static Frame serve(Fd socket, ServedCalls calls, List<Integer> inherited) {
        while (true) {
            Optional<Frame> frame = receive(socket);
            if (frame.isEmpty()) {
                return Frame.of(Kind.END, "signal", "" + Signals.SIGKILL,
                        "the workbench has ended, and its TA with it");
            }
            switch (frame.get().kind()) {
            case SERVE -> {
                calls.serve(frame.get(), inherited);
                calls.announce(socket);
            }
            case END -> {
                return frame.get();
            }
            default -> throw new IllegalArgumentException("the workbench sent " + frame.get().kind());
            }
        }
    }

    private static Optional<Frame> receive(Fd socket) {
        try {
            return Frame.receive(socket, 1 + 1 + 250);
        } catch (NativeException e) {
            if (e.errno() == Errno.ECONNRESET) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static void end(Frame how) {
        String said = how.words().get(2);
        if (!said.isEmpty()) {
            System.err.println("kakuri-ta: " + said);
        }
        int number = Integer.parseInt(how.words().get(1));
        if (how.words().getFirst().equals("signal")) {
            Termination.bySignal(number);
        }
        Termination.exit(number);
    }

    private static void fail(int status, String reason) {
        System.err.println("kakuri-ta: " + reason);
        Termination.exit(status);
    }
}
