package org.kakuri.domain.internal.host;

/**
 * Counts questions that a child left unanswered. Counts, not times: when this process itself was stopped for a while, only one
 * question is late when it goes on. Used by one thread.
 */
final class Heartbeat {
    private final int limit;
    private long asked;
    private boolean open;
    private int unanswered;

    /** @param limit how many unanswered questions in a row mean that the child hangs */
    Heartbeat(int limit) {
        this.limit = limit;
    }

    /** Returns the number of the next question. */
    long next() {
        return asked + 1;
    }

    /** A question is due and was sent, or could not be, because the child does not even read. */
    void asked(boolean sent) {
        if (sent) {
            asked++;
        }
        open = true;
    }

    /** Returns whether the question before this beat is still open; counts it then. */
    boolean missed() {
        if (open) {
            unanswered++;
        }
        return open;
    }

    /** Something arrived: the child lives. */
    void heard() {
        open = false;
        unanswered = 0;
    }

    /** An answer arrived. */
    void answered(long number) {
        if (number < 1 || number > asked) {
            throw new org.kakuri.domain.internal.wire.ProtocolViolation(
                    "an answer to a question not asked: number=" + number + ", asked=" + asked);
        }
        heard();
    }

    int unanswered() {
        return unanswered;
    }

    boolean isHung() {
        return unanswered >= limit;
    }
}
