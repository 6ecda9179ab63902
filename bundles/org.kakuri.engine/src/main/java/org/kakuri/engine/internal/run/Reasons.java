package org.kakuri.engine.internal.run;

import org.kakuri.api.KakuriException;

/** Failures in one line. */
final class Reasons {

    private Reasons() {}

    /** Returns message and remedy; of an exception that is not ours, its kind too. */
    static String of(Throwable failure) {
        if (failure instanceof KakuriException known) {
            return known.getMessage() + (known.remedy().isEmpty() ? "" : "; " + known.remedy());
        }
        String kind = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? kind : kind + ": " + failure.getMessage();
    }
}
