package org.kakuri.system.tzmediator.internal.ta;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.kakuri.api.Nearest;
import org.kakuri.api.runtime.SessionSpec.Waiting;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.ring.WaitPolicy;

/**
 * How the calls of a TA reach its shadow, and how both sides wait; nobody is bound to a CPU, so nobody spins for long.
 */
public enum TaStyle {
    /** Each call leaves the TA's world. */
    RPC(CallStyle.RPC, new Waiting(0, 1), WaitPolicy.ONE_YIELD),
    /** The TA stays inside and looks for the answer, with a long spin: for a machine with CPUs to spare. */
    POLLING(CallStyle.POLLING, new Waiting(20_000, 10), WaitPolicy.OWN_CORE),
    /** The TA stays inside for a short spin and some yields, then leaves to sleep. */
    ADAPTIVE(CallStyle.POLLING, new Waiting(100, 10), WaitPolicy.ADAPTIVE);

    private final CallStyle calls;
    private final Waiting trusted;
    private final WaitPolicy shadow;

    TaStyle(CallStyle calls, Waiting trusted, WaitPolicy shadow) {
        this.calls = calls;
        this.trusted = trusted;
        this.shadow = shadow;
    }

    CallStyle calls() {
        return calls;
    }

    Waiting trusted() {
        return trusted;
    }

    WaitPolicy shadow() {
        return shadow;
    }

    /** Returns what people write. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads what people write.
     *
     * @throws org.kakuri.api.UsageError
     *             if it is none
     */
    public static TaStyle of(String text) {
        List<String> names = Arrays.stream(values()).map(TaStyle::text).toList();
        return Arrays.stream(values())
                .filter(style -> style.text().equals(text))
                .findFirst()
                .orElseThrow(() -> Nearest.unknown("call style", text, names));
    }
}
