package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayList;
import java.util.List;

/** What a walk could not read, and how far it may go: a hostile guest can make lists that share their tails. */
final class Skips {
    private static final int KEPT = 100;
    private static final int STEPS = 500_000;

    private final List<String> reasons = new ArrayList<>();
    private int more;
    private int steps = STEPS;

    void add(String what, long address, String why) {
        if (reasons.size() < KEPT - 1) {
            reasons.add("%s at 0x%x: %s".formatted(what, address, why));
        } else {
            more++;
        }
    }

    /** Whether the walk may follow one more pointer. */
    boolean step() {
        return --steps >= 0;
    }

    List<String> list() {
        List<String> all = new ArrayList<>(reasons);
        if (more > 0) {
            all.add("%d more".formatted(more));
        }
        return all;
    }
}
