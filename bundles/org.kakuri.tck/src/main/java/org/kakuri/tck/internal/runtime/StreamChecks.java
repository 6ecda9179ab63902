package org.kakuri.tck.internal.runtime;

import java.util.List;
import java.util.OptionalInt;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.tck.Check;
import org.kakuri.tck.RuntimeSubject;
import org.kakuri.tck.internal.Expect;

/** Guests and the streams they are given. */
final class StreamChecks {
    private StreamChecks() {}

    static List<Check<RuntimeSubject>> all() {
        return new DeskRules("streams")
                .add("echo", "A guest reads what comes through a pipe, up to its end, and writes to another.",
                        StreamChecks::echo)
                .add("two-guests", "Two guests at a time keep to their own streams; or the second is refused and the "
                        + "first unharmed.", StreamChecks::twoGuests)
                .add("unnamed", "Standard streams that are not named read as empty.", desk -> Expect.equal(
                        OptionalInt.of(0), Desk.await(desk.open(Program.ECHOES).spawn(Desk.command())).status(),
                        "status of a guest that reads to the end of nothing"))
                .add("kept", "The descriptors that were passed stay open for who passed them.", StreamChecks::kept)
                .add("released", "After close() nobody holds the streams any more: their other ends see it.",
                        StreamChecks::released)
                .all();
    }

    /** Two pipes: to a guest and from it. */
    private record Pipes(Pipe in, Pipe out) implements AutoCloseable {
        static Pipes open() {
            return new Pipes(Pipe.open(), Pipe.open());
        }

        GuestProcess spawn(RuntimeSession session) {
            return session.spawn(Desk.command(GuestDescriptor.passed(0, in.reader().number()),
                    GuestDescriptor.passed(1, out.writer().number())));
        }

        void finish(String text) {
            Desk.write(in.writer(), text);
            in.writer().close();
        }

        /** Returns what the guest wrote, to be asked for when it has ended. */
        String answer() {
            return Desk.read(out.reader()).text();
        }

        @Override
        public void close() {
            in.close();
            out.close();
        }
    }

    private static void echo(Desk desk) throws Exception {
        try (Pipes pipes = Pipes.open()) {
            RuntimeSession session = desk.open(Program.ECHOES);
            GuestProcess guest = pipes.spawn(session);
            pipes.finish("through the guest");
            Expect.equal(OptionalInt.of(0), Desk.await(guest).status(), "status of the guest");
            desk.end(session);
            Expect.equal("through the guest", pipes.answer(), "what came back");
        }
    }

    private static void twoGuests(Desk desk) throws Exception {
        try (Pipes one = Pipes.open(); Pipes two = Pipes.open()) {
            RuntimeSession session = desk.open(Program.ECHOES);
            GuestProcess first = one.spawn(session);
            GuestProcess second = null;
            try {
                second = two.spawn(session);
                two.finish("second");
                Expect.equal(OptionalInt.of(0), Desk.await(second).status(), "status of the second guest");
                Expect.that(first.id() != second.id(), "two guests have the number %d", first.id());
            } catch (Refused | Unsupported e) {
                Expect.that(!e.getMessage().isBlank(), "a second guest was refused without a reason");
            }
            one.finish("first");
            Expect.equal(OptionalInt.of(0), Desk.await(first).status(), "status of the first guest");
            if (second == null) {
                second = two.spawn(session);
                two.finish("second");
                Expect.equal(OptionalInt.of(0), Desk.await(second).status(), "status of a guest after the first");
            }
            desk.end(session);
            Expect.equal("first", one.answer(), "what the first guest wrote");
            Expect.equal("second", two.answer(), "what the second guest wrote");
        }
    }

    private static void kept(Desk desk) throws Exception {
        try (Pipes pipes = Pipes.open()) {
            RuntimeSession session = desk.open(Program.RETURNS);
            Desk.await(pipes.spawn(session));
            desk.end(session);
            Desk.write(pipes.out().writer(), "still open");
            Expect.equal("still open", pipes.answer(), "what went through the pipe afterwards");
        }
    }

    private static void released(Desk desk) throws Exception {
        try (Pipes pipes = Pipes.open()) {
            RuntimeSession session = desk.open(Program.LOOPS);
            GuestProcess guest = pipes.spawn(session);
            guest.kill("enough of it");
            Desk.await(guest);
            desk.end(session);
            pipes.out().writer().close();
            Expect.that(Desk.read(pipes.out().reader()).ended(), "somebody still holds the pipe that the guest had");
        }
    }
}
