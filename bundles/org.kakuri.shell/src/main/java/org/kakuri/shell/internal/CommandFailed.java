package org.kakuri.shell.internal;

import org.kakuri.api.KakuriException;

/**
 * What the interactive shell, which prints exceptions as they print themselves, is given for one: message and remedy.
 */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1;

    CommandFailed(KakuriException cause) {
        super(cause.getMessage() + (cause.remedy().isEmpty() ? "" : "; " + cause.remedy()), cause);
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
