package org.kakuri.platform.linux.bench;

import org.kakuri.platform.linux.ring.WaitPolicy;

/** The wait policies by name, as benchmark parameters. */
final class Policies {

    private Policies() {}

    static WaitPolicy of(String name) {
        return switch (name) {
        case "CO_LOCATED" -> WaitPolicy.CO_LOCATED;
        case "OWN_CORE" -> WaitPolicy.OWN_CORE;
        case "ADAPTIVE" -> WaitPolicy.ADAPTIVE;
        case "ONE_YIELD" -> WaitPolicy.ONE_YIELD;
        case "SLEEP_ONLY" -> WaitPolicy.SLEEP_ONLY;
        default -> throw new IllegalArgumentException("unknown wait policy: name=" + name);
        };
    }
}
