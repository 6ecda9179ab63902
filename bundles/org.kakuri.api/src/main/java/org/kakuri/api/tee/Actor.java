package org.kakuri.api.tee;

import java.util.Objects;

/**
 * Who makes an access.
 *
 * @param state security state of the access
 * @param instance identity of the instance in whose name it is made (ASID, VMID, enclave, TA); 0 for the host
 * @param level privilege level inside where there are several (VMPL, EL); 0 is the highest
 * @param device name of the device for DMA; empty for a CPU
 * @param nesting path of instances that enclose this one, outermost first, joined by {@code /}; empty if none
 */
public record Actor(SecurityState state, long instance, int level, String device, String nesting) {
    /** The host's kernel or hypervisor, on a CPU. */
    public static final Actor HOST = new Actor(SecurityState.NORMAL, 0, 0, "", "");

    /** Refuses null components. */
    public Actor {
        Objects.requireNonNull(state);
        Objects.requireNonNull(device);
        Objects.requireNonNull(nesting);
    }

    /** Returns code of the given instance, in the given state, at its highest level. */
    public static Actor inside(SecurityState state, long instance) {
        return new Actor(state, instance, 0, "", "");
    }

    /** Returns a device that masters the bus in the given state. */
    public static Actor device(String name, SecurityState state) {
        return new Actor(state, 0, 0, name, "");
    }
}
