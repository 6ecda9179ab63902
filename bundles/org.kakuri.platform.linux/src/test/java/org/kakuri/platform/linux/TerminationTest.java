package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TerminationTest {
    private static final int SIGABRT = 6;
    private static final int SIGSEGV = 11;

    /** Ends by the signal whose number it reads, or with a status for 0. */
    static final class Ending {
        public static void main(String[] arguments) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment order = arena.allocate(1);
                FdIo.read(Fd.own(10), order);
                int signal = order.get(ValueLayout.JAVA_BYTE, 0);
                if (signal == 0) {
                    Termination.exit(256 + 7);
                }
                Termination.bySignal(signal);
            }
        }
    }

    private static ExitStatus end(int signal, int... blocked) throws IOException {
        try (Pipe order = Pipe.open();
                ChildJvm child = ChildJvm.start(Ending.class, List.of(order.reader()), blocked);
                Arena arena = Arena.ofConfined()) {
            FdIo.writeFully(order.writer(), arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) signal));
            return child.process().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Signals.SIGPIPE, SIGABRT, SIGSEGV, Signals.SIGTERM, Signals.SIGKILL})
    void endsByTheSignalWhateverTheJvmDoesAboutIt(int signal) throws IOException {
        ExitStatus.Killed status = assertInstanceOf(ExitStatus.Killed.class, end(signal));

        assertEquals(new ExitStatus.Killed(signal, false), status);
    }

    @Test
    void endsByASignalThatIsBlocked() throws IOException {
        assertEquals(new ExitStatus.Killed(Signals.SIGTERM, false), end(Signals.SIGTERM, Signals.SIGTERM));
    }

    @Test
    void killsWhereTheSignalEndsNothing() throws IOException {
        assertEquals(new ExitStatus.Killed(Signals.SIGKILL, false), end(Signals.SIGCHLD));
    }

    @Test
    void exitsWithTheLowerBits() throws IOException {
        assertEquals(new ExitStatus.Exited(7), end(0));
    }
}
