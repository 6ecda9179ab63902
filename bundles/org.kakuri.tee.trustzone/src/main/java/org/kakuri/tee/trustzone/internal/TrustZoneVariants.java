package org.kakuri.tee.trustzone.internal;

import java.util.Map;
import org.kakuri.api.Nearest;
import org.kakuri.api.UsageError;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.Variable;

/** What can differ on another Arm board. */
final class TrustZoneVariants implements Variable {
    private static final String SECURE_MEMORY = "secure.memory";
    private static final Map<String, String> SETTINGS = Map.of(SECURE_MEMORY,
            "size of the secure carve-out, in MiB, with suffix m; 1m to 2048m");

    @Override
    public Map<String, String> settings() {
        return SETTINGS;
    }

    @Override
    public TeeBackend vary(String name, Map<String, String> settings) {
        for (String key : settings.keySet()) {
            if (!SETTINGS.containsKey(key)) {
                throw Nearest.unknown("setting of backend trustzone", key, SETTINGS.keySet());
            }
        }
        String size = settings.getOrDefault(SECURE_MEMORY, "512m");
        if (!size.matches("[1-9][0-9]{0,3}m") || mebibytes(size) > 2048) {
            throw new UsageError("%s=%s is out of range".formatted(SECURE_MEMORY, size), "give 1m to 2048m");
        }
        return new TrustZoneBackend(mebibytes(size));
    }

    private static int mebibytes(String size) {
        return Integer.parseInt(size.substring(0, size.length() - 1));
    }
}
