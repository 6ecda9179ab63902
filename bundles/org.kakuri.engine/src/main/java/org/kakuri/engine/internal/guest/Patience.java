package org.kakuri.engine.internal.guest;

import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;

/** A text on which a match that takes for ever comes to an end: at the deadline, or when the thread is interrupted. */
record Patience(CharSequence text, Deadline deadline, String what) implements CharSequence {
    @Override
    public char charAt(int index) {
        if (Thread.currentThread().isInterrupted() || deadline.passed()) {
            throw new KakuriException("matching " + what + " did not come to an end", "make the expression simpler");
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
