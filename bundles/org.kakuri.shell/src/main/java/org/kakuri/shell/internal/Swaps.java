package org.kakuri.shell.internal;

import java.time.Duration;
import java.util.List;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.Words;
import org.kakuri.api.runtime.HotSwap;
import org.kakuri.api.runtime.Swap;
import org.kakuri.api.runtime.SwapReport;

/** What {@code tee:swap} and {@code rt:swap} share. */
public final class Swaps {
    static final String USAGE = """
            FROM TO [--dry-run] [--drain SECONDS]
            FROM             name of the one that is left
            TO               name of the one that takes over
            --dry-run        only tell what would change
            --drain SECONDS  how long live sessions may go on; 30 if not given""";
    private static final long DRAIN_SECONDS = 30;

    private Swaps() {}

    static SwapReport run(HotSwap swaps, Swap.Kind kind, Words words) {
        words.onlyNames(List.of("drain"));
        if (words.positional().size() > 2) {
            throw new UsageError("too many words: " + words.positional(), "give FROM and TO");
        }
        Swap swap = new Swap(kind, words.word(0, "FROM"), words.word(1, "TO"), drain(words));
        return words.flags().contains("dry-run") ? swaps.plan(swap) : swaps.swap(swap);
    }

    /** Returns how long live sessions may go on. */
    public static Duration drain(Words words) {
        long seconds = words.number("drain").orElse(DRAIN_SECONDS);
        if (seconds < 0) {
            throw new UsageError("--drain is negative: " + seconds, "give seconds");
        }
        return Duration.ofSeconds(seconds);
    }
}
