package org.kakuri.platform.linux.ring;

/** The peer ended while something was expected of it. A call in flight may or may not have been executed. */
public final class PeerGone extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public PeerGone(String waitingFor) {
        super("peer is gone: waiting for " + waitingFor + "; whether a call in flight was executed is not known");
    }
}
