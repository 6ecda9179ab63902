package org.kakuri.api.tee;

/** Life of an instance. */
public enum InstanceState {
    /** Memory and contexts may be added and are measured; nothing runs. Next: READY, DESTROYED. */
    BUILDING,
    /** Sealed; contexts may run. Next: QUIESCED, DESTROYED. */
    READY,
    /** No context runs and none may start until resumed. Next: READY, DESTROYED. */
    QUIESCED,
    /** Memory scrubbed, keys gone. Final. */
    DESTROYED
}
