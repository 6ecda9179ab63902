package org.kakuri.tee.sgx.internal;

import org.kakuri.api.WrongState;

/**
 * A thread control structure: which of its SSA frames is current, and whether a logical processor uses it.
 *
 * @rule Intel SDM vol. 3D, 38.8 (TCS), table 38-8; 38.9 (SSA)
 */
final class Tcs {
    private final int number;
    private final int nssa;
    private boolean active;
    private int cssa;

    Tcs(int number, int nssa) {
        this.number = number;
        this.nssa = nssa;
    }

    /** EENTER. @rule EENTER: #GP(0) if TCS.STATE is not INACTIVE; #GP(0) if TCS.CSSA is not below TCS.NSSA */
    synchronized void enter() {
        require(!active, "EENTER", "TCS.STATE is not INACTIVE");
        require(cssa < nssa, "EENTER", "TCS.CSSA = TCS.NSSA: no SSA frame is left");
        active = true;
    }

    /** EEXIT. */
    synchronized void exit() {
        require(active, "EEXIT", "no logical processor is inside by this TCS");
        active = false;
    }

    /** An asynchronous exit: the registers go to the current SSA frame. @rule AEX, operation: CSSA = CSSA + 1 */
    synchronized void asynchronousExit() {
        require(active, "AEX", "no logical processor is inside by this TCS");
        active = false;
        cssa++;
    }

    /** ERESUME. @rule ERESUME: #GP(0) if TCS.CSSA = 0 */
    synchronized void resume() {
        require(!active, "ERESUME", "TCS.STATE is not INACTIVE");
        require(cssa > 0, "ERESUME", "TCS.CSSA = 0: there is nothing to resume");
        active = true;
        cssa--;
    }

    /** Returns whether it can be entered from the start again: what an asynchronous exit left for ever cannot. */
    synchronized boolean reusable() {
        return !active && cssa == 0;
    }

    private void require(boolean holds, String leaf, String what) {
        if (!holds) {
            throw new WrongState("%s: #GP(0): %s: tcs=%d, cssa=%d, nssa=%d".formatted(leaf, what, number, cssa, nssa),
                    "");
        }
    }
}
