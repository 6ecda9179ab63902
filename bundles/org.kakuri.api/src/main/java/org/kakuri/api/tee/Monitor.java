package org.kakuri.api.tee;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The dispatcher of a machine's monitor: {@link Machine#facility} returns it for the normal world, {@link Inside#extension} for
 * code inside. Every number has an answer. Thread-safe; commands come and go while it is called.
 */
@ProviderType
public interface Monitor {
    /** Status: done. */
    long SUCCESS = 0;
    /** Status: there is no such command, or not on this machine. */
    long NOT_SUPPORTED = -1;
    /** Status: an argument makes no sense. */
    long INVALID_PARAMETER = -3;
    /** Status: the command broke, which is a fault of its author and not of the caller. */
    long INTERNAL_FAILURE = -6;

    /**
     * Calls a command. What is wrong with the call is a status, not an exception.
     *
     * @param caller who calls; code inside calls as itself only
     * @param functionId which command
     * @param arguments at most 17
     * @throws IllegalArgumentException if there are more arguments, or the caller claims to be somebody else
     */
    MonitorResult call(Actor caller, int functionId, long... arguments);

    /** Returns the table as it is now, by function id. */
    List<MonitorFunction> commands();
}
