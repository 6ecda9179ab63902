package org.kakuri.domain.internal.child;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.kakuri.api.Deadline;
import org.kakuri.api.Observability;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Range;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.Spawn;

/** Guests whose first argument says what they do to the process they run in. */
final class FakeSession implements RuntimeSession {
    private final SessionSpec spec;
    private final AtomicLong ids = new AtomicLong();
    private final List<Guest> guests = new ArrayList<>();

    FakeSession(RuntimeImage image, SessionSpec spec) {
        if (!image.path().toString().equals("/fake")) {
            throw new Refused("not /fake: " + image.path(), "take /fake");
        }
        this.spec = spec;
    }

    @Override
    public synchronized GuestProcess spawn(Command command) {
        Guest guest = new Guest(ids.incrementAndGet());
        guests.add(guest);
        run(guest, command);
        return guest;
    }

    private static void run(Guest guest, Command command) {
        switch (command.argv().getFirst()) {
        case "exit" -> guest.end(Integer.parseInt(command.argv().get(1)), "");
        case "run" -> {}
        case "events" -> FakeTraces.ONLY.happen(Integer.parseInt(command.argv().get(1)));
        case "refuse" -> throw new Refused("refused " + command.argv().get(1), "ask for less");
        case "write" -> {
            Fd copy = Fd.own(command.descriptors().getFirst().passed().number()).dup();
            Thread.ofPlatform().daemon().start(() -> {
                try (copy; Arena arena = Arena.ofConfined()) {
                    FdIo.writeFully(copy, arena.allocateFrom(command.argv().get(1)));
                }
                guest.end(0, "");
            });
        }
        case "block" -> awaitForever();
        case "die" -> System.exit(Integer.parseInt(command.argv().get(1)));
        case "signal" -> Signals.kill((int) ProcessHandle.current().pid(), Integer.parseInt(command.argv().get(1)));
        case "fill" -> Thread.ofPlatform().daemon().start(() -> {
            List<byte[]> all = new ArrayList<>();
            while (true) {
                all.add(new byte[1 << 20]);
            }
        });
        case "shout" -> Thread.ofPlatform().daemon().start(() -> {
            for (long i = 0;; i++) {
                System.err.println("line " + i);
            }
        });
        case "say" -> System.err.println(command.argv().get(1));
        case "orphan" -> {
            int pid = Spawn.program("/bin/sleep").arguments("1000").newProcessGroup().start().pid();
            guest.end(0, Integer.toString(pid));
        }
        default -> throw new IllegalArgumentException("unknown: " + command.argv());
        }
    }

    private static void awaitForever() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public GuestPlacement placement(GuestProcess process) {
        return new GuestPlacement(ProcessHandle.current().pid(), process.id(), 0, 1);
    }

    @Override
    public Measurement measurement() {
        return new Measurement("FAKE", "SHA-256", new byte[] {1, 2});
    }

    @Override
    public Evidence attest(byte[] nonce) {
        return new Evidence("application/fake", nonce);
    }

    @Override
    public Quiescence quiesce(Deadline deadline) {
        return new Quiescence.AtRest((int) deadline.remaining().plusMillis(500).toSeconds());
    }

    @Override
    public void resume() {
        throw new IllegalStateException("nothing rests");
    }

    @Override
    public List<MemoryArea> memory() {
        return List.of(new MemoryArea(7, "image", new Range(0, 4096), new Range(0x8000_0000L, 4096)));
    }

    /** Stores are refused; a load shows who asked. */
    @Override
    public HostAccess.Result touch(HostAccess access) {
        return access.write().isPresent()
                ? new HostAccess.Result(new AccessFault("tzasc", "a rule", access.actor(),
                        new Range(access.physical(), access.write().get().length), true, "region=1"), new byte[0],
                        Guard.EVERY_ACCESS)
                : new HostAccess.Result(new Access.Granted(Access.View.CIPHERTEXT),
                        (access.actor().device() + " " + access.length() + " " + access.checkerOff()).getBytes(
                                StandardCharsets.UTF_8),
                        Guard.NONE);
    }

    @Override
    public LedgerSnapshot ledger() {
        return LedgerSnapshot.of(Map.of("SPAWN", new EventCount(ids.get(), 0, Observability.EXACT)));
    }

    @Override
    public synchronized void close() {
        if (spec.options().containsKey("slow-close")) {
            awaitForever();
        }
        guests.forEach(guest -> guest.end(-1, "closed"));
        System.err.println("session closed");
    }

    private static final class Guest implements GuestProcess {
        private final long id;
        private final CompletableFuture<GuestExit> exit = new CompletableFuture<>();

        Guest(long id) {
            this.id = id;
        }

        void end(int status, String reason) {
            exit.complete(new GuestExit(status < 0 ? OptionalInt.empty() : OptionalInt.of(status), reason, 1, 2));
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public Optional<GuestExit> waitFor(Deadline deadline) {
            try {
                return Optional.of(exit.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
                return Optional.empty();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void kill(String reason) {
            end(-1, reason);
        }

        @Override
        public LedgerSnapshot ledger() {
            return LedgerSnapshot.of(Map.of("GUEST", new EventCount(id, 0, Observability.EXACT)));
        }
    }
}
