package org.kakuri.api.runtime;

import java.util.List;

/**
 * What a swap or an update changes, or has changed.
 *
 * @param title what it is, on one line
 * @param done false for a dry run
 * @param bundles bundles that are installed, stopped or uninstalled, and how
 * @param services names that are answered by somebody else afterwards
 * @param sessions leases that are affected, with their sessions
 * @param untouched bundles that are not touched
 * @param ended sessions that did not end by themselves in time and were ended; 0 for a dry run
 * @param routingNanos time during which a new lease had to wait, in ns; 0 for a dry run
 */
public record SwapReport(String title, boolean done, List<String> bundles, List<String> services,
        List<LeaseInfo> sessions, int untouched, int ended, long routingNanos) {

    /** Copies the lists. */
    public SwapReport {
        bundles = List.copyOf(bundles);
        services = List.copyOf(services);
        sessions = List.copyOf(sessions);
    }
}
