package org.kakuri.runtime.libos.trace;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.platform.linux.Spawn;

/**
 * What a tree begins with.
 *
 * @param program path of the executable, as the new process sees it
 * @param argv its arguments, the first is its name
 * @param env its whole environment
 * @param spawn a helper with the descriptors and the process group; {@link #helper} makes it
 * @param preparation what the new process does to itself before it executes the program
 * @param filter the system calls that are notified; empty: none
 * @param everyCall whether all calls stop for the tracer too, before they are notified
 */
public record Launch(String program, List<String> argv, List<String> env, Spawn spawn, List<Preparation> preparation,
        Optional<CallFilter> filter, boolean everyCall) {

    /** Copies the lists. */
    public Launch {
        argv = List.copyOf(argv);
        env = List.copyOf(env);
        preparation = List.copyOf(preparation);
    }

    /**
     * Returns a program that stops itself and does nothing else: the JVM cannot fork, so that somebody else's process
     * is attached to, and made to do what a child would do after a fork.
     */
    public static Spawn helper() {
        return Spawn.program(Path.of("/bin/sh")).arguments("-c", "kill -STOP $$; exit 126").environment(Map.of());
    }

    /** Something that the new process does to itself. */
    @FunctionalInterface
    public interface Preparation {
        /**
         * Makes system calls in the name of the new process.
         *
         * @throws org.kakuri.api.KakuriException if it cannot be done; the process is then killed
         */
        void prepare(Injector injector);
    }
}
