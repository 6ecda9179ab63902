package org.kakuri.domain.internal.host;

import org.kakuri.api.Gone;

/**
 * Why a domain host is no longer there.
 *
 * @param reason which, and what happened to it
 * @param remedy what to do next
 */
record Loss(String reason, String remedy) {
    Gone toException(boolean mayHaveExecuted) {
        return new Gone(reason, remedy, mayHaveExecuted);
    }
}
