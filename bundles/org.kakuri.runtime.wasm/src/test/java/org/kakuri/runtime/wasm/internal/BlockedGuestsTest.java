package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.PollSet;

/** Many guests that block in reads at once: one is woken and nobody else; then all are ended in the middle of their calls. */
@Timeout(60)
class BlockedGuestsTest {
    private static final int GUESTS = 12;

    private final List<String> before = Bench.openDescriptors();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<Pipe> there = new ArrayList<>();
    private final List<Pipe> back = new ArrayList<>();
    private final List<GuestProcess> guests = new ArrayList<>();

    private final Bench bench = own(new Bench(TestBackends.none()));

    private <T extends AutoCloseable> T own(T resource) {
        opened.add(resource);
        return resource;
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        for (AutoCloseable resource : opened.reversed()) {
            resource.close();
        }
        assertEquals(List.of(), Bench.guestThreads());
        assertEquals(before, Bench.openDescriptors());
    }

    /** Each has a mediator of its own, whose thread blocks for it. */
    @ParameterizedTest
    @EnumSource(CallStyle.class)
    void mediated(CallStyle style) {
        for (int i = 0; i < GUESTS; i++) {
            int in = pipe(there).reader().number();
            int out = pipe(back).writer().number();
            TestMediator mediator = own(new TestMediator().serve(in, out));
            // Their ends release the mediator's thread, so they go before it.
            own(there.getLast().writer()::close);
            RuntimeSession session = own(bench.open(Bench.guest("trouble"), Bench.MEMORY, mediator.calls(style)));
            guests.add(session.spawn(new Command(List.of("trouble", "echo", "0", "1"), Map.of(),
                    List.of(GuestDescriptor.mediated(0, in), GuestDescriptor.mediated(1, out)), Map.of())));
        }
        wakeEachThenEndAll();
    }

    /** All are guests of one session, and each one's own thread blocks. */
    @Test
    void entering() {
        RuntimeSession session = own(bench.open(Bench.guest("trouble"), Bench.MEMORY));
        for (int i = 0; i < GUESTS; i++) {
            int in = pipe(there).reader().number();
            int out = pipe(back).writer().number();
            guests.add(session.spawn(new Command(List.of("trouble", "echo", "0", "1"), Map.of(),
                    List.of(GuestDescriptor.passed(0, in), GuestDescriptor.passed(1, out)), Map.of())));
        }
        wakeEachThenEndAll();
    }

    private Pipe pipe(List<Pipe> to) {
        to.add(own(Pipe.open()));
        return to.getLast();
    }

    private void wakeEachThenEndAll() {
        for (int woken = GUESTS - 1; woken >= 0; woken--) {
            Bench.write(there.get(woken), "to " + (char) ('a' + woken));
            assertEquals("to " + (char) ('a' + woken), Bench.read(back.get(woken), 4));
            assertEquals(0, waiting(), "somebody else answered");
        }
        guests.forEach(guest -> assertEquals(Optional.empty(), guest.waitFor(Deadline.inSeconds(0))));

        guests.forEach(guest -> guest.kill("enough"));

        guests.forEach(guest -> assertEquals("killed: enough", Bench.end(guest).reason()));
    }

    /** How many answers wait that nobody asked for. */
    private int waiting() {
        PollSet set = new PollSet(GUESTS);
        back.forEach(pipe -> set.add(pipe.reader(), PollSet.IN));
        return set.poll(0);
    }
}
