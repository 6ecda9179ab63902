package org.kakuri.core.internal;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.kakuri.api.Gone;
import org.kakuri.api.gp.ClientSession;
import org.kakuri.api.gp.GlobalPlatform;
import org.kakuri.api.gp.Opened;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.Returned;
import org.kakuri.api.gp.SharedBlock;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.Ledger;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.ResourceScope;

/**
 * GlobalPlatform's APIs under a lease. Calls pass the gates of the lease and of the backend, so that one that is under way is
 * waited for, within bounds, when the backend goes. What ends a client or a session passes neither.
 */
final class LentPlatform implements GlobalPlatform {
    private final TrustedOs os;
    private final Machine machine;
    private final UnaryOperator<CostProfile> charged;
    private final Gate lease;
    private final Gate backend;
    private final Set<TeeClient> clients = ConcurrentHashMap.newKeySet();
    private final Set<TrustedOs.Installation> installed = ConcurrentHashMap.newKeySet();

    /**
     * @param os the backend's
     * @param machine the lease's
     * @param charged what is charged when a profile is asked for
     * @param lease gate of the lease
     * @param backend gate of the backend
     */
    LentPlatform(TrustedOs os, Machine machine, UnaryOperator<CostProfile> charged, Gate lease, Gate backend) {
        this.os = os;
        this.machine = machine;
        this.charged = charged;
        this.lease = lease;
        this.backend = backend;
    }

    private <T> T gated(Supplier<T> call) {
        try (var _ = lease.enter(); var _ = backend.enter()) {
            return call.get();
        }
    }

    @Override
    public void install(TaImage image) {
        gated(() -> installed.add(os.install(machine, image)));
        endIfLate();
    }

    @Override
    public TeeClient initializeContext(Pricing pricing, ExitHandler supplicant) {
        TeeClient client = gated(() -> {
            TeeClient connected = os.connect(machine,
                    new Pricing(charged.apply(pricing.profile()), pricing.injected()), supplicant);
            clients.add(connected);
            return connected;
        });
        endIfLate();
        return new Client(client);
    }

    /** A call that entered just before the lease ended may have come too late to be found by its end. */
    private void endIfLate() {
        if (lease.closed()) {
            end();
        }
    }

    /** Destroys what the clients opened, calls under way or not, and forgets what was installed. */
    void end() {
        try (var ending = new ResourceScope("the trusted applications of a lease")) {
            installed.forEach(image -> ending.keep("installed application", image));
            clients.forEach(client -> ending.keep("client", client));
            clients.forEach(client -> ending.keep("client's applications", client::terminate));
        } finally {
            clients.clear();
            installed.clear();
        }
    }

    /** A client that ends with the lease. */
    private final class Client implements TeeClient {
        private final TeeClient client;

        Client(TeeClient client) {
            this.client = client;
        }

        @Override
        public Opened openSession(UUID destination, Operation operation) {
            Opened opened = gated(() -> client.openSession(destination, operation));
            told(opened.returned());
            return new Opened(opened.returned(), opened.session().map(Session::new).map(ClientSession.class::cast));
        }

        @Override
        public SharedBlock allocate(long bytes, boolean input, boolean output) {
            return gated(() -> client.allocate(bytes, input, output));
        }

        @Override
        public SharedBlock register(int descriptor, long bytes, boolean input, boolean output) {
            return gated(() -> client.register(descriptor, bytes, input, output));
        }

        @Override
        public void requestCancellation(Operation operation) {
            client.requestCancellation(operation);
        }

        @Override
        public Ledger ledger() {
            return client.ledger();
        }

        @Override
        public void terminate() {
            client.terminate();
        }

        @Override
        public void close() {
            client.close();
            clients.remove(client);
        }
    }

    /** A session that ends with the lease. */
    private final class Session implements ClientSession {
        private final ClientSession session;

        Session(ClientSession session) {
            this.session = session;
        }

        @Override
        public Returned invoke(int command, Operation operation) {
            try (var _ = lease.enter(); var _ = backend.enter()) {
                return told(session.invoke(command, operation));
            }
        }

        @Override
        public Ledger ledger() {
            return session.ledger();
        }

        @Override
        public void close() {
            session.close();
        }
    }

    /** An application that died because the lease ended did not die by itself. */
    private Returned told(Returned returned) {
        if (returned.result().equals(ResultCode.TARGET_DEAD) && lease.closed()) {
            throw new Gone("the trusted application went with its lease", "take a new lease", true);
        }
        return returned;
    }
}
