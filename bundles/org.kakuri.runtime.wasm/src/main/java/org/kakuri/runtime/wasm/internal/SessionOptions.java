package org.kakuri.runtime.wasm.internal;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Nearest;
import org.kakuri.api.UsageError;
import org.kakuri.runtime.wasm.internal.engine.Engine;

/**
 * The options of a session.
 *
 * @param mode how the module is executed
 * @param guests how many guests there can be at a time where no memory can be added after sealing
 * @param mediator process that serves the call page, where it is to be watched
 * @param cpu the CPU that guests' threads are bound to, if any
 * @param tee options for the instance
 */
record SessionOptions(Engine.Mode mode, int guests, Optional<Integer> mediator, Optional<Integer> cpu,
        Map<String, String> tee) {
    private static final String MODE = "mode";
    private static final String GUESTS = "guests";
    private static final String MEDIATOR = "mediator.pid";
    private static final String CPU = "cpu";
    private static final String TEE = "tee.";
    private static final int MOST_GUESTS = 64;
    private static final int MOST_CPUS = 1023;

    /** What each option means, for people. */
    static final Map<String, String> KNOWN = Map.of(MODE, "compiled (default) or interpreted", GUESTS,
            "guests at a time, 1 (default) to 64, on backends that add no memory after sealing; they share the memory",
            MEDIATOR, "process to watch while waiting for a mediator", CPU, "CPU that guests' threads are bound to",
            TEE + "*", "option for the backend's instance, without the prefix");

    /** Reads options. */
    static SessionOptions of(Map<String, String> options) {
        Map<String, String> rest = new LinkedHashMap<>(options);
        Map<String, String> tee = new HashMap<>();
        rest.keySet().removeIf(key -> {
            boolean forwarded = key.startsWith(TEE) && key.length() > TEE.length();
            if (forwarded) {
                tee.put(key.substring(TEE.length()), options.get(key));
            }
            return forwarded;
        });
        String mode = rest.remove(MODE);
        String guests = rest.remove(GUESTS);
        String mediator = rest.remove(MEDIATOR);
        String cpu = rest.remove(CPU);
        if (!rest.isEmpty()) {
            throw Nearest.unknown("option of runtime wasm", rest.keySet().iterator().next(), KNOWN.keySet());
        }
        return new SessionOptions(mode == null ? Engine.Mode.COMPILED : mode(mode),
                guests == null ? 1 : number(GUESTS, guests, MOST_GUESTS),
                mediator == null ? Optional.empty() : Optional.of(number(MEDIATOR, mediator, Integer.MAX_VALUE)),
                cpu == null ? Optional.empty() : Optional.of(number(CPU, cpu, 0, MOST_CPUS)), tee);
    }

    private static Engine.Mode mode(String text) {
        for (Engine.Mode mode : Engine.Mode.values()) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
                return mode;
            }
        }
        throw new UsageError("option mode=" + text + " of runtime wasm is not known", "say compiled or interpreted");
    }

    private static int number(String option, String text, int most) {
        return number(option, text, 1, most);
    }

    private static int number(String option, String text, int least, int most) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new UsageError("option %s=%s of runtime wasm is not a number".formatted(option, text),
                    "say %d to %d".formatted(least, most), e);
        }
        throw new UsageError("option %s=%s of runtime wasm is out of range".formatted(option, text),
                "say %d to %d".formatted(least, most));
    }
}
