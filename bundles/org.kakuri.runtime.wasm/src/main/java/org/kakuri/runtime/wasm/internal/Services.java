package org.kakuri.runtime.wasm.internal;

/** Whom a guest's code asks when it leaves its instance: the names in host requests. */
final class Services {
    /** Executes a POSIX call; the operation is that of the call page. */
    static final String POSIX = "posix";
    /** In a mediated session: executes a call on a descriptor that the session's own process passed. */
    static final String OWN_POSIX = "posix.own";
    /** Sleeps until the mediator has answered. */
    static final String WAIT = "wait";
    /** Offers memory; the operation is the number of pages of linear memory wanted in all. */
    static final String MEMORY = "memory";
    /** Reads a clock; the operation is its number. */
    static final String CLOCK = "clock";

    private Services() {}
}
