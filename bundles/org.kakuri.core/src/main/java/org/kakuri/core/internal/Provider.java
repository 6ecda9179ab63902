package org.kakuri.core.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.Deadline;

/**
 * A backend or runtime service that is registered at this moment.
 *
 * @param <S> service interface
 * @param <I> its info
 */
final class Provider<S, I> {
    private static final System.Logger LOG = System.getLogger(Provider.class.getName());

    private final String kind;
    private final String name;
    private final S service;
    private final I info;
    private final long bundleId;
    private final Gate gate;
    private final Set<LeaseOnLoan> leases = ConcurrentHashMap.newKeySet();

    Provider(String kind, String name, S service, I info, long bundleId) {
        this.kind = kind;
        this.name = name;
        this.service = service;
        this.info = info;
        this.bundleId = bundleId;
        this.gate = new Gate(kind + " " + name);
    }

    String name() {
        return name;
    }

    S service() {
        return service;
    }

    I info() {
        return info;
    }

    long bundleId() {
        return bundleId;
    }

    Gate gate() {
        return gate;
    }

    Set<LeaseOnLoan> leases() {
        return leases;
    }

    /** Returns whether it was taken away. */
    boolean retired() {
        return gate.closed();
    }

    /**
     * Waits until nobody has a lease any more.
     *
     * @return whether all leases ended before the deadline
     */
    boolean awaitNoLeases(Deadline deadline) {
        while (!leases.isEmpty()) {
            if (deadline.passed()) {
                return false;
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /**
     * Ends the leases that are left; what does not close is logged, since whoever takes a provider away can do no more about it.
     *
     * @return how many sessions were open under them
     */
    int revokeLeases(String reason) {
        int sessions = 0;
        for (LeaseOnLoan lease : leases) {
            sessions += lease.status().sessions();
            try {
                lease.revoke(reason);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a lease of %s %s did not end cleanly".formatted(kind, name), e);
            }
        }
        return sessions;
    }

    /**
     * Takes the provider away from everybody: no new calls, a bounded wait for those inside, then the leases end.
     *
     * @return how many calls were still inside at the deadline
     */
    int retire(Deadline deadline) {
        String reason = "its " + kind + " was stopped";
        gate.close(reason);
        gate.awaitEmpty(deadline);
        int left = gate.inside();
        revokeLeases(reason);
        return left;
    }
}
