package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.PosixSharedMemory;
import org.kakuri.platform.linux.SharedMapping;

/** Memory that a guest shares with somebody who makes it smaller: SIGBUS ends the guest, not the process it runs in. */
@Timeout(60)
class TruncatedMemoryTest {
    private static final long BYTES = 65536;
    private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();

    private final String name = "/kakuri-cut-" + ProcessHandle.current().pid();
    private final List<String> before = Bench.openDescriptors();

    @AfterEach
    void nothingIsLeft() {
        PosixSharedMemory.unlinkRaw(name);
        assertEquals(before, Bench.openDescriptors());
        assertEquals(List.of(), Bench.guestThreads());
    }

    @Test
    void endsTheGuestAndNobodyElse() {
        Bench bench = new Bench(TestBackends.trustZone());
        try (Fd file = Fd.own(PosixSharedMemory.openRaw(name, OpenFlags.O_RDWR | OpenFlags.O_CREAT, 0600));
                Pipe out = Pipe.open()) {
            assertEquals(0, FdIo.ftruncateRaw(file.number(), BYTES));
            try (SharedMapping mapping = SharedMapping.of(file, BYTES);
                    RuntimeSession session = bench.open(
                            ConformanceTest.GUEST.resolveSibling("ta_shared.wasm"), Bench.MEMORY,
                            new SessionSpec.Local(true))) {
                GuestProcess guest = spawn(session, out);
                round(mapping.segment(), 1);

                assertEquals(0, FdIo.ftruncateRaw(file.number(), 0));

                GuestExit exit = Bench.end(guest);
                assertEquals(OptionalInt.empty(), exit.status());
                assertEquals("trap: shared memory ends before its mapping: somebody made the file smaller",
                        exit.reason());

                assertEquals(0, FdIo.ftruncateRaw(file.number(), BYTES));
                GuestProcess next = spawn(session, out);
                round(mapping.segment(), 2);
                WORD.setRelease(mapping.segment(), 0L, -1);
                assertEquals(OptionalInt.of(0), Bench.end(next).status());
            }
        } finally {
            bench.close();
        }
    }

    private GuestProcess spawn(RuntimeSession session, Pipe out) {
        GuestProcess guest = session.spawn(new Command(List.of("ta_shared", name, "" + BYTES), Map.of(),
                List.of(GuestDescriptor.passed(1, out.writer().number())), Map.of()));
        assertEquals("mapped\n", Bench.read(out, 7));
        return guest;
    }

    private static void round(MemorySegment words, int number) {
        words.set(ValueLayout.JAVA_INT, 8, number);
        WORD.setRelease(words, 0L, number);
        while ((int) WORD.getAcquire(words, 4L) != number) {
            Thread.onSpinWait();
        }
        assertEquals(2 * number, words.get(ValueLayout.JAVA_INT, 8));
    }
}
