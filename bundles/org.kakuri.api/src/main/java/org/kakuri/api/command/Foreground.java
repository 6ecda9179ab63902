package org.kakuri.api.command;

import java.util.List;
import java.util.Map;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.RuntimeImage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs programs for commands: with the standard streams of whoever typed the command, until they end. Provided by the shell; used by
 * bundles whose commands run programs.
 */
@ProviderType
public interface Foreground {
    /** Options that each such command has, with a value; see the help of {@code rt:run}. */
    List<String> OPTIONS = List.of("tee", "memory", "env", "timeout", "option", "mode", "trace");

    /** Options that each such command has, without a value. */
    List<String> FLAGS = List.of("domain", "events");

    /**
     * Runs a program. Call it on the thread that the command was called on; an interrupt ends the program.
     *
     * @param runtime name of the isolation runtime
     * @param image what is run
     * @param command the program's arguments; its descriptors are added to these
     * @param words the command's words: {@link #OPTIONS} and {@link #FLAGS} are taken from these
     * @param options more options of the runtime
     * @return how it ended; its exit code is the program's, or 128 and the number of the signal that ended it
     */
    Outcome run(String runtime, RuntimeImage image, Command command, Words words, Map<String, String> options);
}
