package org.kakuri.system.attacks.internal.victim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.PollSet;

/** The guest {@code secret} at work: holds 32 bytes in its memory and tells on request what it holds. */
public final class Victim implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final int LONGEST_LINE = 128;

    private final RuntimeSession session;
    private final GuestProcess guest;
    private final Pipe questions;
    private final Pipe answers;

    private Victim(RuntimeSession session, GuestProcess guest, Pipe questions, Pipe answers) {
        this.session = session;
        this.guest = guest;
        this.questions = questions;
        this.answers = answers;
    }

    /**
     * Starts it and waits until the secret lies in its memory.
     *
     * @throws KakuriException if it does not get that far
     */
    public static Victim start(RuntimeSession session, byte[] secret) {
        Pipe questions = Pipe.open();
        Pipe answers = Pipe.open();
        Victim victim = null;
        try {
            var command = new Command(List.of("secret"), Map.of(),
                    List.of(GuestDescriptor.passed(0, questions.reader().number()),
                            GuestDescriptor.passed(1, answers.writer().number())),
                    Map.of());
            victim = new Victim(session, session.spawn(command), questions, answers);
            questions.reader().close();
            answers.writer().close();
            victim.tell(secret);
            String line = victim.line();
            if (!line.equals("ready")) {
                throw new KakuriException("the victim answered '" + line + "', not 'ready'", "");
            }
            return victim;
        } catch (RuntimeException e) {
            if (victim != null) {
                victim.close();
            }
            questions.close();
            answers.close();
            throw e;
        }
    }

    /** Returns the process of this machine that executes it. */
    public long hostPid() {
        return session.placement(guest).hostPid();
    }

    /** Asks it what it holds. */
    public byte[] holds() {
        tell(new byte[] {'c'});
        return HexFormat.of().parseHex(line());
    }

    private void tell(byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            FdIo.writeFully(questions.writer(), arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
        }
    }

    private String line() {
        Deadline deadline = Deadline.inSeconds(PATIENCE_SECONDS);
        var set = new PollSet(1);
        var line = new StringBuilder();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LONGEST_LINE);
            while (line.indexOf("\n") < 0) {
                set.clear();
                set.add(answers.reader(), PollSet.IN);
                if (line.length() > LONGEST_LINE || set.poll(Math.max(0, deadline.remaining().toMillis())) == 0) {
                    throw new KakuriException("the victim gave no answer within %d s: it said '%s'".formatted(
                            PATIENCE_SECONDS, line), "");
                }
                long n = FdIo.read(answers.reader(), buffer);
                if (n == 0) {
                    throw new KakuriException("the victim ended early: " + guest.waitFor(Deadline.inSeconds(5)), "");
                }
                line.append(StandardCharsets.US_ASCII.decode(buffer.asSlice(0, n).asByteBuffer()));
            }
        }
        return line.substring(0, line.indexOf("\n"));
    }

    /** Ends it: it returns at the end of its input. */
    @Override
    public void close() {
        questions.close();
        if (guest.waitFor(Deadline.inSeconds(PATIENCE_SECONDS)).isEmpty()) {
            guest.kill("the attack is over");
        }
        answers.close();
    }
}
