package org.kakuri.runtime.wasm.internal.calls;

/** Whom a guest's code asks when it leaves its instance: the names in host requests. */
public final class Services {
    /** Executes a POSIX call; the operation is that of the call page. */
    public static final String POSIX = "posix";
    /** In a mediated session: executes a call on a descriptor that the session's own process passed. */
    public static final String OWN_POSIX = "posix.own";
    /** Sleeps until the mediator has answered. */
    public static final String WAIT = "wait";
    /** Offers memory; the operation is the number of pages of linear memory wanted in all. */
    public static final String MEMORY = "memory";
    /** Reads a clock; the operation is its number. */
    public static final String CLOCK = "clock";

    private Services() {}
}
