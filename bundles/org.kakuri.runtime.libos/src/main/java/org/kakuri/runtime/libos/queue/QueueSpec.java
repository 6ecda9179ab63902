package org.kakuri.runtime.libos.queue;

import java.util.Map;
import org.kakuri.api.UsageError;
import org.kakuri.runtime.libos.SessionOptions;

/**
 * How many host threads execute the requests of an instance, and when there is to be another one.
 *
 * @param threads host threads at first
 * @param supplement when there is to be one more
 */
public record QueueSpec(int threads, Supplement supplement) {
    /**
     * SCONE's generic configuration has four sthreads, one for each queue (SCONE documentation 6.0, "SCONE Environment Variables", format
     * of the configuration file).
     */
    public static final int USUAL_THREADS = 4;

    private static final int MOST_THREADS = QueueSlots.SLOTS;
    private static final String THREADS = "queue.threads";
    private static final String SUPPLEMENT = "queue.supplement";

    /** The options, for people. */
    public static final Map<String, String> OPTIONS = Map.of(THREADS,
            "host threads that execute the system calls of an instance at first, 1 to %d; default %d, as SCONE"
                    .formatted(
                            MOST_THREADS, USUAL_THREADS),
            SUPPLEMENT,
            "when a request waits: any (default) adds a host thread if all of them are blocked, as SCONE; needed only if none of "
                    + "them executes a sleep, which ends by itself");

    /** When a host thread is added, if a request waits and every host thread is blocked in the kernel. */
    public enum Supplement {
        /** Always: "the number of sthreads is automatically increased if more are needed" (SCONE documentation 6.0). */
        ANY,
        /** Not while one of them executes nanosleep or clock_nanosleep: it comes back without anybody's help. */
        NEEDED
    }

    /**
     * Reads the options.
     *
     * @throws UsageError if a value is none
     */
    public static QueueSpec of(SessionOptions options) {
        String threads = options.own().getOrDefault(THREADS, Integer.toString(USUAL_THREADS));
        if (!threads.matches("[0-9]{1,3}") || Integer.parseInt(threads) < 1
                || Integer.parseInt(threads) > MOST_THREADS) {
            throw new UsageError("option %s=%s is no number of host threads".formatted(THREADS, threads),
                    "say a number from 1 to " + MOST_THREADS);
        }
        String supplement = options.own().getOrDefault(SUPPLEMENT, "any");
        return new QueueSpec(Integer.parseInt(threads), switch (supplement) {
        case "any" -> Supplement.ANY;
        case "needed" -> Supplement.NEEDED;
        default -> throw new UsageError("option %s=%s is not known".formatted(SUPPLEMENT, supplement),
                "say any or needed");
        });
    }
}
