package org.kakuri.runtime.libos.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/**
 * A root file system as a folder of this machine. Symbolic links are followed as a process sees them whose root it is:
 * absolute ones begin at the folder, and nothing leads out of it.
 *
 * @param folder the folder; {@code /} for this machine's own
 */
public record RootView(Path folder) {
    private static final int MOST_LINKS = 40;

    /** Returns where a path of the guest's lies on this machine; empty if nothing is there. */
    public Optional<Path> find(String guest) {
        Path at = folder;
        Deque<String> names = new ArrayDeque<>(Arrays.asList(guest.split("/+")));
        int links = 0;
        while (!names.isEmpty()) {
            String name = names.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.equals(folder) ? at : at.getParent();
                continue;
            }
            Path next = at.resolve(name);
            if (Files.isSymbolicLink(next)) {
                String target = target(next);
                if (target.isEmpty() || ++links > MOST_LINKS) {
                    return Optional.empty();
                }
                at = target.startsWith("/") ? folder : at;
                var before = Arrays.asList(target.split("/+")).reversed();
                before.forEach(names::push);
            } else if (Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
                at = next;
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(at);
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * Finds a program as execvp(3) does.
     *
     * @param name a path, or a name to look for
     * @param path folders to look in, colon-separated
     */
    public Optional<String> program(String name, String path) {
        if (name.contains("/")) {
            return find(name).filter(Files::isRegularFile).map(_ -> name);
        }
        return Arrays.stream(path.split(":"))
                .map(folder -> (folder.isEmpty() ? "." : folder) + "/" + name)
                .filter(
                        candidate -> find(candidate).filter(Files::isExecutable)
                                .filter(Files::isRegularFile)
                                .isPresent())
                .findFirst();
    }
}
