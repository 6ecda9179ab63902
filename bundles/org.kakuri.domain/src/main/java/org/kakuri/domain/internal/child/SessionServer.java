package org.kakuri.domain.internal.child;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.kakuri.api.Deadline;
import org.kakuri.api.UsageError;
import org.kakuri.api.WrongState;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.domain.internal.wire.Message;
import org.kakuri.domain.internal.wire.Operation;
import org.kakuri.domain.internal.wire.Result;
import org.kakuri.domain.internal.wire.WireError;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.ResourceScope;

/** The one session of a domain host and its guests. Thread-safe. */
final class SessionServer implements AutoCloseable {
    /** How long backend and runtime may take to appear in this framework. */
    private static final Duration PROVIDERS = Duration.ofSeconds(20);
    private static final Duration LONG_WAIT = Duration.ofHours(1);

    private final Workbench workbench;
    private final Map<Long, GuestProcess> guests = new ConcurrentHashMap<>();
    private final ResourceScope held = new ResourceScope("the domain host's session");
    private RuntimeSession session;
    private boolean opened;
    private boolean closed;

    SessionServer(Workbench workbench) {
        this.workbench = workbench;
    }

    /**
     * Does what is asked.
     *
     * @param operation what
     * @param descriptors what came along; owned from now on
     */
    Result perform(Operation operation, List<Fd> descriptors) {
        return switch (operation) {
        case Operation.Open open -> open(open, descriptors);
        case Operation.Spawn(var command) -> {
            try {
                GuestProcess guest = session().spawn(command);
                guests.put(guest.id(), guest);
                yield new Result.Spawned(guest.id());
            } finally {
                descriptors.forEach(Fd::close);
            }
        }
        case Operation.Place(long guest) -> new Result.Placed(session().placement(guest(guest)));
        case Operation.Count _ -> new Result.Counted(session().ledger());
        case Operation.CountGuest(long guest) -> new Result.Counted(guest(guest).ledger());
        case Operation.Measure _ -> new Result.Measured(session().measurement());
        case Operation.Attest(byte[] nonce) -> new Result.Attested(session().attest(nonce));
        case Operation.Quiesce(long nanos) ->
            new Result.Rested(session().quiesce(Deadline.in(Duration.ofNanos(nanos))));
        case Operation.Memory _ -> new Result.Areas(session().memory());
        case Operation.Touch touch -> {
            HostAccess.Result touched = session().touch(touch.access());
            yield new Result.Touched(touched.outcome(), touched.bytes(), touched.guard());
        }
        case Operation.Report _ -> new Result.Reported(session().report());
        case Operation.GoOn _ -> {
            session().resume();
            yield new Result.Done();
        }
        case Operation.Close _ -> {
            close();
            yield new Result.Done();
        }
        };
    }

    private synchronized Result open(Operation.Open open, List<Fd> descriptors) {
        if (closed || opened) {
            descriptors.forEach(Fd::close);
            throw new WrongState("a domain host opens one session: closed=" + closed, "start another");
        }
        descriptors.forEach(descriptor -> held.keep("descriptor " + descriptor.number(), descriptor));
        Selector selector = new Selector(Optional.of(open.backend()), Optional.of(open.runtime()), java.util.Set.of(),
                open.host());
        Lease lease = held.keep("lease", workbench.lease(selector, Deadline.in(PROVIDERS)));
        opened = true;
        session = held.keep("session", lease.open(open.image(), open.spec()));
        return new Result.Done();
    }

    private synchronized RuntimeSession session() {
        if (session == null || closed) {
            throw new WrongState("the domain host has no open session", "open one");
        }
        return session;
    }

    private GuestProcess guest(long id) {
        GuestProcess guest = guests.get(id);
        if (guest == null) {
            throw new UsageError("no guest with this number in the session: guest=" + id, "");
        }
        return guest;
    }

    void kill(long guest, String reason) {
        GuestProcess process = guests.get(guest);
        if (process != null) {
            process.kill(reason);
        }
    }

    /** Waits for a guest's end and tells it. */
    void awaitEnd(long id, Consumer<Message> tell) {
        try {
            GuestProcess guest = guest(id);
            Optional<GuestExit> exit;
            do {
                exit = guest.waitFor(Deadline.in(LONG_WAIT));
            } while (exit.isEmpty());
            tell.accept(new Message.GuestEnded(id, exit.get()));
        } catch (RuntimeException | Error e) {
            tell.accept(new Message.GuestLost(id, WireError.of(e)));
        }
    }

    /** Ends the session, gives the lease back, closes what was lent. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            session = null;
        }
        held.close();
    }
}
