package org.kakuri.tck.internal.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.KakuriException;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.internal.Expect;

/** Memory that both sides may touch. */
final class SharedChecks {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private SharedChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("shared")
                .add("both-sides", "What either side writes the other sees, the host also through the machine.",
                        SharedChecks::bothSides, Capability.SHARED_MEMORY)
                .add("process", "The descriptor works in another process, in both directions.", SharedChecks::process,
                        Capability.SHARED_MEMORY)
                .add("registered", "Memory that the host registers is seen by both; the host keeps its descriptor.",
                        SharedChecks::registered, Capability.SHARED_MEMORY)
                .add("size", "Sizes are rounded up to pages; registering more than there is, is refused.",
                        SharedChecks::size, Capability.SHARED_MEMORY)
                .add("closed", "After close() the segment and the physical range are gone; closing again does nothing.",
                        SharedChecks::closed, Capability.SHARED_MEMORY)
                .add("destroyed", "Destroying the instance ends the sharing.", SharedChecks::destroyed,
                        Capability.SHARED_MEMORY)
                .all();
    }

    private static void bothSides(Rig rig) {
        var shared = new SharedMemory[1];
        Rig.Ready ready = rig.ready(1, _ -> {
            int found = shared[0].segment().get(ValueLayout.JAVA_INT, 0);
            shared[0].segment().set(ValueLayout.JAVA_INT, 4, found + 1);
            return 0;
        });
        shared[0] = ready.instance().share(100);
        long at = shared[0].physical().start();
        MemorySegment word = rig.buffer(4);
        word.set(ValueLayout.JAVA_INT, 0, 4711);
        Expect.equal(Access.Granted.PLAIN, rig.machine().memory().write(Actor.HOST, at, word), "a write by the host");
        ready.contexts().getFirst().run(Rig.NOBODY);
        Expect.equal(Access.Granted.PLAIN, rig.machine().memory().read(Actor.HOST, at + 4, word),
                "a read by the host");
        Expect.equal(4712, word.get(ValueLayout.JAVA_INT, 0), "what code inside wrote");
    }

    private static void process(Rig rig) {
        String script = "head -c 8 <&3; printf 'from-child' 1<>/proc/self/fd/3";
        SharedMemory shared = rig.ready(1).instance().share(1);
        shared.segment().setString(0, "from-tee");
        try (Pipe out = Pipe.open();
                Fd copy = Fd.own(shared.descriptor()).dup();
                Arena arena = Arena.ofConfined();
                ChildProcess child = Shell.start(script, "").give(copy, 3).give(out.writer(), 1).start()) {
            out.writer().close();
            MemorySegment said = arena.allocate(16);
            FdIo.readFully(out.reader(), said);
            Expect.equal(Optional.of(new ExitStatus.Exited(0)), child.waitFor(PATIENCE), "the child's end");
            Expect.equal("from-tee", said.getString(0), "what the child found");
            Expect.equal("from-child", shared.segment().getString(0), "what the child wrote");
        }
    }

    private static void registered(Rig rig) {
        try (MemFd file = MemFd.create("tck", Rig.BYTES); SharedMapping own = file.map()) {
            SharedMemory shared = rig.ready(1).instance().register(file.fd().number(), Rig.BYTES);
            own.segment().set(ValueLayout.JAVA_INT, 0, 4711);
            Expect.equal(4711, shared.segment().get(ValueLayout.JAVA_INT, 0), "what the host wrote");
            shared.segment().set(ValueLayout.JAVA_INT, 4, 4712);
            Expect.equal(4712, own.segment().get(ValueLayout.JAVA_INT, 4), "what was written to the shared memory");
            shared.close();
            Expect.equal(4711, own.segment().get(ValueLayout.JAVA_INT, 0), "the host's memory after close()");
            Expect.equal((long) Rig.BYTES, file.size(), "size of the host's file after close()");
        }
    }

    private static void size(Rig rig) {
        TeeInstance instance = rig.ready(1).instance();
        Expect.equal((long) Rig.PAGE, instance.share(1).segment().byteSize(), "bytes of share(1)");
        Expect.equal((long) Rig.BYTES, instance.share(Rig.PAGE + 1).physical().bytes(), "bytes of share(4097)");
        try (MemFd file = MemFd.create("tck", Rig.PAGE)) {
            Expect.refused("registering more than the file has",
                    () -> instance.register(file.fd().number(), Rig.BYTES), KakuriException.class,
                    IllegalArgumentException.class);
        }
        Expect.refused("sharing nothing", () -> instance.share(0), KakuriException.class,
                IllegalArgumentException.class);
    }

    private static void closed(Rig rig) {
        SharedMemory shared = rig.ready(1).instance().share(1);
        long at = shared.physical().start();
        shared.close();
        shared.close();
        gone(rig, shared, at, "close()");
    }

    private static void destroyed(Rig rig) {
        TeeInstance instance = rig.ready(1).instance();
        SharedMemory shared = instance.share(1);
        long at = shared.physical().start();
        rig.destroy(instance);
        gone(rig, shared, at, "the instance's end");
    }

    private static void gone(Rig rig, SharedMemory shared, long at, String when) {
        Expect.refused("touching the segment after " + when, () -> shared.segment().get(ValueLayout.JAVA_BYTE, 0),
                IllegalStateException.class);
        Access access = rig.machine().memory().read(Actor.HOST, at, rig.buffer(1));
        Expect.that(access instanceof AccessFault, "the physical range can be read after %s: %s", when, access);
    }
}
