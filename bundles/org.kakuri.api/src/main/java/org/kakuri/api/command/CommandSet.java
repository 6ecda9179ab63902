package org.kakuri.api.command;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A service whose public methods are shell commands. The shell publishes each function named in the properties and gives all of
 * them {@code --help}, {@code --json} and {@code --trace}. Methods return records, lists of records or text holders; they
 * print nothing.
 *
 * <p>A method takes what Gogo coerces (texts, numbers, {@code @Parameter} flags), or one {@link Words} to read its arguments
 * itself.
 */
@ConsumerType
public interface CommandSet {
    /** Service property. String. The scope of the commands, for example {@code tee}. */
    String SCOPE = "kakuri.command.scope";

    /** Service property. String or String[]. The functions; each is the name of a public method, a hyphen read as camel case. */
    String FUNCTION = "kakuri.command.function";

    /**
     * Service property. String or String[]. The functions that change the state of the workbench that runs: typed as a command of
     * the operating system, {@code ./kakuri SCOPE:FUNCTION}, they are executed by that workbench and fail if none runs.
     */
    String LIVE = "kakuri.command.live";

    /**
     * Service property. String or String[]. The functions that show the state of the workbench that runs, if one does. A function
     * that is in {@link #LIVE} too changes with arguments and shows without.
     */
    String LIVE_IF_RUNNING = "kakuri.command.live.if.running";

    /**
     * Returns what the next word of a command can be, which the shell offers at the Tab key. Asked each time anew, so
     * that names come from the services that are there now; those that do not begin with what was typed are left out by
     * the shell. Options that the description of {@link Words} lists, and the values of {@code --tee} and
     * {@code --runtime}, are known to it.
     *
     * @param function the function, as in {@link #FUNCTION}
     * @param before the words between the command and the one that is typed
     * @param word what is typed of it, may be empty
     */
    default List<String> complete(String function, List<String> before, String word) {
        return List.of();
    }
}
