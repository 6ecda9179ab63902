package org.kakuri.system.tzmediator.internal.darknet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;

/**
 * What a model's owner does once on each machine: gives the model's key to the TA, which returns it sealed. The TA is an earlier
 * guest of the session that will use the model; the CA has no part in it. That the owner speaks to the right TA would have to be
 * attested first; here the owner is the workbench, which started it.
 */
final class Provisioning {
    private static final int READS = 7;
    private static final int WRITES = 8;
    private static final int MOST = 512;
    private static final int CANNOT_SEAL = 5;
    private static final long PATIENCE_SECONDS = 20;

    private Provisioning() {}

    /**
     * Returns the sealed key.
     *
     * @throws Unsupported if the session's instance cannot seal
     */
    static byte[] seal(RuntimeSession session, byte[] key) {
        try (Pipe there = Pipe.open(); Pipe back = Pipe.open(); Arena arena = Arena.ofConfined()) {
            GuestProcess guest = session.spawn(new Command(List.of("ta_darknet", "provision", "" + READS, "" + WRITES),
                    Map.of(), List.of(GuestDescriptor.passed(READS, there.reader().number()),
                            GuestDescriptor.passed(WRITES, back.writer().number())),
                    Map.of()));
            there.reader().close();
            back.writer().close();
            FdIo.writeFully(there.writer(), arena.allocateFrom(ValueLayout.JAVA_BYTE, key));
            there.writer().close();
            MemorySegment sealed = arena.allocate(MOST);
            long bytes = FdIo.readFully(back.reader(), sealed);
            Optional<GuestExit> exit = guest.waitFor(Deadline.inSeconds(PATIENCE_SECONDS));
            if (exit.isPresent() && exit.get().status().equals(OptionalInt.of(CANNOT_SEAL))) {
                throw new Unsupported("model=sealed needs sealing keys, and this backend has none",
                        "take a backend with the capability seal, or model=plain");
            }
            if (exit.isEmpty() || !exit.get().status().equals(OptionalInt.of(0))) {
                throw new KakuriException("the TA did not seal the model's key: "
                        + exit.map(GuestExit::toString).orElse("no end after " + PATIENCE_SECONDS + " s"), "");
            }
            return sealed.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
