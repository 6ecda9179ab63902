package org.kakuri.system.scwatcher.internal.fuse;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.kakuri.system.scwatcher.internal.proc.Tree;

/** What each process sees: one moment for two seconds, or until it lists the top anew. Thread-safe. */
public final class Readers implements FuseSource {
    private static final int MOST = 64;
    private static final long FRESH_NANOS = 2_000_000_000L;

    private final Map<Integer, Seen> seen = new LinkedHashMap<>(16, 0.75f, true);
    private final Supplier<? extends Tree> now;

    private record Seen(Tree tree, long since) {}

    /** Takes what looks at the guest as it is. */
    public Readers(Supplier<? extends Tree> now) {
        this.now = now;
    }

    @Override
    public synchronized Tree of(int pid, boolean again) {
        long time = System.nanoTime();
        Seen last = seen.get(pid);
        if (last == null || again || time - last.since > FRESH_NANOS) {
            last = new Seen(now.get(), time);
            seen.put(pid, last);
            if (seen.size() > MOST) {
                seen.remove(seen.keySet().iterator().next());
            }
        }
        return last.tree;
    }
}
