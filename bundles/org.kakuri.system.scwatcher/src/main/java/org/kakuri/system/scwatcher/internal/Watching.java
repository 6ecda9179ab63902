package org.kakuri.system.scwatcher.internal;

import org.osgi.service.component.annotations.Component;

/** Which machine is watched, if somebody said so. Thread-safe. */
@Component(service = Watching.class)
public final class Watching {
    private volatile String machine = "";

    /** Returns the name; empty if it is the only one there is. */
    String machine() {
        return machine;
    }

    void watch(String name) {
        machine = name;
    }
}
