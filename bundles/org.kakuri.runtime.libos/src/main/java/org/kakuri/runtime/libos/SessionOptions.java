package org.kakuri.runtime.libos;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.kakuri.api.Nearest;
import org.kakuri.api.UsageError;
import org.kakuri.runtime.libos.shield.Shields;

/**
 * The options of a session that all library operating systems have.
 *
 * @param fast whether calls run natively, so that only those are seen that must be served
 * @param observed whether page faults of guests are served here
 * @param readOnly whether the root file system cannot be written, but for /tmp
 * @param mounts what lies at which path of the guest's: {@code tmpfs}, {@code host:FOLDER}, {@code volume:FOLDER},
 *        {@code served:NAME}
 * @param key file with the key of encrypted volumes
 * @param own options that only one runtime knows
 * @param tee options for the backend's instances
 * @param shields options of shields
 */
public record SessionOptions(boolean fast, boolean observed, boolean readOnly, Map<String, String> mounts,
        Optional<Path> key,
        Map<String, String> own,
        Map<String, String> tee, Map<String, String> shields) {
    private static final String MODE = "mode";
    private static final String PAGING = "paging";
    private static final String ROOT = "root";
    private static final String MOUNT = "mount.";
    private static final String TEE = "tee.";
    private static final String KEY = "volume.key";

    /** What the options mean, for people. */
    public static final Map<String, String> KNOWN = known(Map.of(MODE,
            "fidelity (default): every system call is seen, by ptrace; fast: only those that must be served, by seccomp",
            PAGING,
            "none (default), or observed: page faults of the heap are served, so that a backend can evict its pages; no forks",
            ROOT, "ro (default for folders) or rw: whether the root file system can be written", MOUNT + "PATH",
            "what lies there: tmpfs, host:FOLDER, volume:FOLDER (encrypted, authenticated) or served:NAME (a service)",
            KEY, "file with the key of encrypted volumes, 64 hexadecimal digits", TEE + "*",
            "option for the backend's instances, without the prefix"));

    private static Map<String, String> known(Map<String, String> options) {
        var all = new HashMap<>(options);
        all.putAll(Shields.KNOWN);
        return Map.copyOf(all);
    }

    /** Copies the maps. */
    public SessionOptions {
        mounts = java.util.Collections.unmodifiableMap(new TreeMap<>(mounts));
        own = Map.copyOf(own);
        tee = Map.copyOf(tee);
        shields = Map.copyOf(shields);
    }

    /**
     * Reads options.
     *
     * @param runtime name of the runtime, for messages
     * @param options what was given
     * @param known names of the options that only this runtime knows
     *
     * @throws UsageError naming an option that is not known
     */
    public static SessionOptions of(String runtime, Map<String, String> options, Set<String> known) {
        var rest = new LinkedHashMap<>(options);
        var mounts = new HashMap<String, String>();
        var tee = new HashMap<String, String>();
        var own = new HashMap<String, String>();
        var shields = new HashMap<String, String>();
        options.forEach((key, value) -> {
            if (key.startsWith(TEE) && key.length() > TEE.length()) {
                tee.put(key.substring(TEE.length()), value);
                rest.remove(key);
            } else if (key.startsWith(MOUNT) && key.startsWith("/", MOUNT.length())) {
                mounts.put(key.substring(MOUNT.length()), value);
                rest.remove(key);
            } else if (Shields.KNOWN.containsKey(key)) {
                shields.put(key, value);
                rest.remove(key);
            } else if (known.contains(key)) {
                own.put(key, value);
                rest.remove(key);
            }
        });
        Optional<Path> key = Optional.ofNullable(rest.remove(KEY)).map(Path::of);
        boolean fast = choice(runtime, rest, MODE, "fidelity", "fast");
        boolean observed = choice(runtime, rest, PAGING, "none", "observed");
        if (observed && fast) {
            throw new UsageError("option paging=observed needs every call that changes memory to be seen",
                    "use --mode fidelity");
        }
        boolean writable = choice(runtime, rest, ROOT, "ro", "rw");
        if (!rest.isEmpty()) {
            var all = new java.util.TreeSet<>(KNOWN.keySet());
            all.addAll(known);
            throw Nearest.unknown("option of runtime " + runtime, rest.keySet().iterator().next(), all);
        }
        return new SessionOptions(fast, observed, !writable, mounts, key, own, tee, shields);
    }

    private static boolean choice(String runtime, Map<String, String> rest, String name, String no, String yes) {
        String value = rest.remove(name);
        if (value != null && !value.equals(no) && !value.equals(yes)) {
            throw new UsageError("option %s=%s of runtime %s is not known".formatted(name, value, runtime),
                    "say %s or %s".formatted(no, yes));
        }
        return yes.equals(value);
    }

    /**
     * Returns a size.
     *
     * @param name one of the runtime's own options
     * @param otherwise what it is if nothing was said
     */
    public long size(String name, long otherwise) {
        String text = own.get(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,12}[kmg]?")) {
            throw new UsageError("option %s=%s is not a size".formatted(name, text), "write for example 16m");
        }
        int shift = switch (text.charAt(text.length() - 1)) {
        case 'k' -> 10;
        case 'm' -> 20;
        case 'g' -> 30;
        default -> 0;
        };
        long number = Long.parseLong(shift == 0 ? text : text.substring(0, text.length() - 1));
        return Math.multiplyExact(number, 1L << shift) + 4095 & ~4095L;
    }
}
