package org.kakuri.tee.trustzone.internal;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.UsageError;

/**
 * Options of an instance.
 *
 * @param threads {@code ta.threads}: how many contexts may be alive at a time, 1 to 64; default 8
 * @param storage {@code storage.dir}: directory of the normal world for secure storage; default one that goes with the
 *            machine
 */
public record TaOptions(int threads, Optional<Path> storage) {
    static final String THREADS = "ta.threads";
    static final String STORAGE = "storage.dir";
    static final Set<String> NAMES = Set.of(THREADS, STORAGE);
    static final int DEFAULT_THREADS = 8;
    static final int MAX_THREADS = 64;

    /** Reads the options that are known; unknown ones are refused by the instance. */
    public static TaOptions of(Map<String, String> options) {
        String threads = options.getOrDefault(THREADS, Integer.toString(DEFAULT_THREADS));
        if (!threads.matches("[1-9][0-9]?") || Integer.parseInt(threads) > MAX_THREADS) {
            throw new UsageError("option %s of backend trustzone is not a number of threads: %s".formatted(THREADS,
                    threads), "give 1 to " + MAX_THREADS);
        }
        return new TaOptions(Integer.parseInt(threads), Optional.ofNullable(options.get(STORAGE)).map(Path::of));
    }
}
