package org.kakuri.system.tzmediator.internal.ta;

import org.kakuri.api.runtime.GuestExit;
import org.kakuri.platform.linux.Signals;
import org.kakuri.system.tzmediator.shadow.Frame;
import org.kakuri.system.tzmediator.shadow.TaShadow;

/**
 * How a shadow process ends, which is what the CA sees.
 * <table border="1">
 * <caption>What became of the TA, and the wait status of its shadow</caption>
 * <tr>
 * <td>returned or called exit</td>
 * <td>its exit status</td>
 * </tr>
 * <tr>
 * <td>trapped (an illegal instruction, an access out of bounds, a full stack)</td>
 * <td>killed by SIGABRT</td>
 * </tr>
 * <tr>
 * <td>was killed, or the secure world went</td>
 * <td>killed by SIGKILL</td>
 * </tr>
 * <tr>
 * <td>is not registered</td>
 * <td>exit status 127</td>
 * </tr>
 * <tr>
 * <td>could not be started</td>
 * <td>exit status 126</td>
 * </tr>
 * </table>
 *
 * @param signal
 *            whether a signal ends it
 * @param number
 *            exit status or signal
 * @param said
 *            what it prints before on standard error; empty for nothing
 */
record TaEnd(boolean signal, int number, String said) {
    private static final int SIGABRT = 6;

    static TaEnd of(String name, GuestExit exit) {
        if (exit.status().isPresent()) {
            return new TaEnd(false, exit.status().getAsInt() & 0xff, "");
        }
        return exit.reason().startsWith("killed") ? killed("TA %s was %s".formatted(name, exit.reason()))
                : new TaEnd(true, SIGABRT, "TA %s: %s".formatted(name, exit.reason()));
    }

    static TaEnd killed(String reason) {
        return new TaEnd(true, Signals.SIGKILL, reason);
    }

    static TaEnd notFound(String reason) {
        return new TaEnd(false, TaShadow.NOT_FOUND, reason);
    }

    static TaEnd notStarted(String reason) {
        return new TaEnd(false, TaShadow.NOT_STARTED, reason);
    }

    Frame frame() {
        return Frame.of(Frame.Kind.END, signal ? "signal" : "exit", "" + number, said);
    }
}
