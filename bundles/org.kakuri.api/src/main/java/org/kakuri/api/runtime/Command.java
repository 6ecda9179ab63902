package org.kakuri.api.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A guest process to start; crosses process borders.
 *
 * @param argv arguments; the first is the program's name
 * @param env environment
 * @param descriptors what the guest finds open; guest descriptors 0, 1 and 2 that are not named read as empty and write to
 *        nowhere
 * @param folders host folders the guest may reach, by guest path
 * @param mediator process that executes the session's calls from now on, as a pidfd, where it was not known when the session
 *        was opened: the runtime may notice its end and take memory files from it that the guest maps; null otherwise
 */
public record Command(List<String> argv, Map<String, String> env, List<GuestDescriptor> descriptors,
        Map<String, Path> folders, Descriptor mediator) {

    /** Copies the collections and refuses an empty argv. */
    public Command {
        argv = List.copyOf(argv);
        env = Map.copyOf(env);
        descriptors = List.copyOf(descriptors);
        folders = Map.copyOf(folders);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv needs at least the program's name");
        }
    }

    /** A command for a session that knows its mediator, or has none. */
    public Command(List<String> argv, Map<String, String> env, List<GuestDescriptor> descriptors,
            Map<String, Path> folders) {
        this(argv, env, descriptors, folders, null);
    }

    /** Returns a command that shares this process's standard streams. */
    public static Command attached(List<String> argv) {
        return new Command(argv, Map.of(),
                List.of(GuestDescriptor.passed(0, 0), GuestDescriptor.passed(1, 1), GuestDescriptor.passed(2, 2)),
                Map.of());
    }

    /**
     * A descriptor that the guest finds open.
     *
     * @param guest number the guest knows it by
     * @param passed descriptor of this process, passed along; null if the mediator holds it
     * @param mediator number in the mediator's process, if {@code passed} is null
     */
    public record GuestDescriptor(int guest, Descriptor passed, int mediator) {
        /** Returns a descriptor of this process under a number of the guest's. */
        public static GuestDescriptor passed(int guest, int own) {
            return new GuestDescriptor(guest, new Descriptor(own), -1);
        }

        /** Returns a descriptor that the mediator of the session's POSIX calls holds. */
        public static GuestDescriptor mediated(int guest, int number) {
            return new GuestDescriptor(guest, null, number);
        }
    }
}
