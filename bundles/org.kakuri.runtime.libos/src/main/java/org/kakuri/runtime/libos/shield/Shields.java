package org.kakuri.runtime.libos.shield;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.kakuri.api.tee.EventCount;

/** The shields of a session, by its options. */
public final class Shields implements AutoCloseable {
    /** What the names of the options begin with. */
    public static final String OPTIONS = "shield.";
    /** Event: a connection was carried as TLS; its bytes in the clear. */
    public static final String TLS = "shield.tls";
    /** What the options mean, for people. */
    public static final Map<String, String> KNOWN = Map.of(NetworkShield.PEERS,
            "HOST:PORT, several separated by spaces: connections there leave as TLS", NetworkShield.AUTHORITIES,
            "PEM file: who may have issued the certificates of those peers");

    private final ShieldCounts tls = new ShieldCounts();
    private final Optional<NetworkShield> network;

    /**
     * Makes those that options ask for.
     *
     * @param options options whose names begin with {@value #OPTIONS}
     */
    public Shields(Map<String, String> options) {
        network = NetworkShield.of(options, tls);
    }

    /** Returns the shield of the network. */
    public Optional<NetworkShield> network() {
        return network;
    }

    /** Returns what was done. */
    public Map<String, EventCount> events() {
        var events = new HashMap<String, EventCount>();
        network.ifPresent(_ -> events.put(TLS, tls.event()));
        return events;
    }

    /** Returns what a reader of the results must know. */
    public List<String> notes() {
        return tls.notes();
    }

    /**
     * Shields work while the guest does, or waits for them: what their cryptography took is not the guest's.
     *
     * @param phases ns by phase, changed
     */
    public void charge(SortedMap<String, Long> phases, String guest, String crypto) {
        long took = Math.min(tls.nanos(), phases.getOrDefault(guest, 0L));
        if (took > 0) {
            phases.merge(guest, -took, Long::sum);
            phases.merge(crypto, took, Long::sum);
        }
    }

    @Override
    public void close() {
        network.ifPresent(NetworkShield::close);
    }
}
