package org.kakuri.runtime.libos.shield;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.kakuri.api.tee.EventCount;
import org.kakuri.runtime.libos.image.KeyFile;

/** The shields of a session, by its options. */
public final class Shields implements AutoCloseable {
    /** What the names of the options begin with. */
    public static final String OPTIONS = "shield.";
    /** Event: a connection was carried as TLS; its bytes in the clear. */
    public static final String TLS = "shield.tls";
    /** Event: a record of the console was sealed or opened; its bytes in the clear. */
    public static final String CONSOLE = "shield.console";
    private static final String CONSOLE_KEY = "shield.console";
    /** What the options mean, for people. */
    public static final Map<String, String> KNOWN = Map.of(NetworkShield.PORTS,
            "PORT, several separated by spaces: who connects to a program there has to speak TLS",
            NetworkShield.CERTIFICATE, "PEM file: certificate chain of the program for that", NetworkShield.KEY,
            "PEM file: its private key, PKCS #8", NetworkShield.PEERS,
            "HOST:PORT, several separated by spaces: connections there leave as TLS", NetworkShield.AUTHORITIES,
            "PEM file: who may have issued the certificates of those peers", CONSOLE_KEY,
            "file with a key, 64 hexadecimal digits: standard streams leave and come encrypted, see rt:console");

    private final ShieldCounts tls = new ShieldCounts();
    private final ShieldCounts console = new ShieldCounts();
    private final Optional<NetworkShield> network;
    private final Optional<byte[]> consoleKey;

    /**
     * Makes those that options ask for.
     *
     * @param options options whose names begin with {@value #OPTIONS}
     */
    public Shields(Map<String, String> options) {
        network = NetworkShield.of(options, tls);
        consoleKey = Optional.ofNullable(options.get(CONSOLE_KEY)).map(file -> KeyFile.read(Path.of(file)));
    }

    /** Returns the shield of the network. */
    public Optional<NetworkShield> network() {
        return network;
    }

    /**
     * Returns a shield for the console of a guest.
     *
     * @param kill kills the guest, and why
     */
    public Optional<ConsoleShield> console(Consumer<String> kill) {
        return consoleKey.map(key -> new ConsoleShield(key, console, kill));
    }

    /** Returns what was done. */
    public Map<String, EventCount> events() {
        var events = new HashMap<String, EventCount>();
        network.ifPresent(_ -> events.put(TLS, tls.event()));
        consoleKey.ifPresent(_ -> events.put(CONSOLE, console.event()));
        return events;
    }

    /** Returns what a reader of the results must know. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>(tls.notes());
        notes.addAll(console.notes());
        return notes;
    }

    /**
     * Shields work while the guest does, or waits for them: what their cryptography took is not the guest's.
     *
     * @param phases ns by phase, changed
     */
    public void charge(SortedMap<String, Long> phases, String guest, String crypto) {
        long took = Math.min(tls.nanos() + console.nanos(), phases.getOrDefault(guest, 0L));
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
