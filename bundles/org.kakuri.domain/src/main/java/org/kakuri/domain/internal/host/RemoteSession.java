package org.kakuri.domain.internal.host;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.Deadline;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.domain.internal.wire.Message;
import org.kakuri.domain.internal.wire.Operation;
import org.kakuri.domain.internal.wire.Result;

/** Stands in for a session in a domain host. */
final class RemoteSession implements RuntimeSession {
    private final HostProcess host;
    private final Map<Long, RemoteGuest> guests = new ConcurrentHashMap<>();

    RemoteSession(HostProcess host) {
        this.host = host;
    }

    HostProcess host() {
        return host;
    }

    @Override
    public GuestProcess spawn(Command command) {
        Result.Spawned spawned = (Result.Spawned) host.call(new Operation.Spawn(command));
        return guests.computeIfAbsent(spawned.guest(), RemoteGuest::new);
    }

    @Override
    public GuestPlacement placement(GuestProcess process) {
        if (!(process instanceof RemoteGuest guest) || guests.get(guest.id()) != guest) {
            throw new UsageError("not a guest of this session: id=" + process.id(), "ask the session that spawned it");
        }
        return ((Result.Placed) host.call(new Operation.Place(guest.id()))).placement();
    }

    @Override
    public Measurement measurement() {
        return ((Result.Measured) host.call(new Operation.Measure())).measurement();
    }

    @Override
    public Evidence attest(byte[] nonce) {
        return ((Result.Attested) host.call(new Operation.Attest(nonce))).evidence();
    }

    @Override
    public Quiescence quiesce(Deadline deadline) {
        return ((Result.Rested) host.call(new Operation.Quiesce(deadline.remaining().toNanos()))).outcome();
    }

    @Override
    public void resume() {
        host.call(new Operation.GoOn());
    }

    @Override
    public List<MemoryArea> memory() {
        return ((Result.Areas) host.call(new Operation.Memory())).areas();
    }

    @Override
    public HostAccess.Result touch(HostAccess access) {
        var touched = (Result.Touched) host.call(Operation.Touch.of(access));
        return new HostAccess.Result(touched.outcome(), touched.bytes(), touched.guard());
    }

    @Override
    public SessionReport report() {
        return ((Result.Reported) host.call(new Operation.Report())).report();
    }

    @Override
    public LedgerSnapshot ledger() {
        return ((Result.Counted) host.call(new Operation.Count())).counts();
    }

    @Override
    public void close() {
        host.close();
    }

    private final class RemoteGuest implements GuestProcess {
        private final long id;

        RemoteGuest(long id) {
            this.id = id;
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public Optional<GuestExit> waitFor(Deadline deadline) {
            return host.calls().awaitGuest(id, deadline);
        }

        @Override
        public void kill(String reason) {
            host.tell(new Message.Kill(id, reason));
        }

        @Override
        public LedgerSnapshot ledger() {
            return ((Result.Counted) host.call(new Operation.CountGuest(id))).counts();
        }
    }
}
