package org.kakuri.core.internal;

import java.util.List;
import java.util.function.Consumer;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.Command;
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

/** A session behind its gate. Waiting for a guest stays outside the gate: the end of the session ends the wait. */
final class GatedSession implements RuntimeSession {
    private final RuntimeSession session;
    private final Consumer<GatedSession> onClose;
    private final Gate gate = new Gate("the session");

    GatedSession(RuntimeSession session, Consumer<GatedSession> onClose) {
        this.session = session;
        this.onClose = onClose;
    }

    int inFlight() {
        return gate.inside();
    }

    /** Ends the session for a reason that later callers are told. */
    void end(String reason) {
        gate.close(reason);
        try {
            session.close();
        } finally {
            onClose.accept(this);
        }
    }

    @Override
    public GuestProcess spawn(Command command) {
        try (var _ = gate.enter()) {
            return session.spawn(command);
        }
    }

    @Override
    public GuestPlacement placement(GuestProcess process) {
        try (var _ = gate.enter()) {
            return session.placement(process);
        }
    }

    @Override
    public Measurement measurement() {
        try (var _ = gate.enter()) {
            return session.measurement();
        }
    }

    @Override
    public Evidence attest(byte[] nonce) {
        try (var _ = gate.enter()) {
            return session.attest(nonce);
        }
    }

    @Override
    public Quiescence quiesce(Deadline deadline) {
        try (var _ = gate.enter()) {
            return session.quiesce(deadline);
        }
    }

    @Override
    public void resume() {
        try (var _ = gate.enter()) {
            session.resume();
        }
    }

    @Override
    public List<MemoryArea> memory() {
        try (var _ = gate.enter()) {
            return session.memory();
        }
    }

    @Override
    public HostAccess.Result touch(HostAccess access) {
        try (var _ = gate.enter()) {
            return session.touch(access);
        }
    }

    @Override
    public SessionReport report() {
        try (var _ = gate.enter()) {
            return session.report();
        }
    }

    @Override
    public LedgerSnapshot ledger() {
        try (var _ = gate.enter()) {
            return session.ledger();
        }
    }

    @Override
    public void close() {
        end("it was closed");
    }
}
