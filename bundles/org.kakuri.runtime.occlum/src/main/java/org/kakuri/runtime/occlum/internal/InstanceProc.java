package org.kakuri.runtime.occlum.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.kakuri.api.runtime.ServedTree;

/**
 * The /proc of one instance: the processes in it and nobody else. What is told of them is what this machine's kernel says; of the
 * machine itself the files that describe it are there.
 *
 * @param processes pids of the instance's processes
 */
record InstanceProc(Supplier<Set<Integer>> processes) implements ServedTree, ServedTree.View {
    private static final Path PROC = Path.of("/proc");
    private static final List<String> OF_THE_MACHINE = List.of("cpuinfo", "filesystems", "loadavg", "meminfo", "mounts",
            "net", "self", "stat", "sys", "thread-self", "uptime", "version", "vmstat");

    @Override
    public View open(WayOut out) {
        return this;
    }

    @Override
    public Optional<Node> find(String path, int reader) {
        if (path.isEmpty()) {
            return Optional.of(new Folder(top()));
        }
        String[] names = path.split("/", 2);
        String rest = names.length > 1 ? "/" + names[1] : "";
        return switch (names[0]) {
        case "self" -> rest.isEmpty() ? Optional.of(new Link(Integer.toString(reader))) : node(PROC.resolve(reader
                + rest));
        case "thread-self" -> Optional.of(new Link(reader + "/task/" + reader));
        case "mounts" -> Optional.of(new Link("self/mounts"));
        case "net" -> rest.isEmpty() ? Optional.of(new Link("self/net")) : Optional.empty();
        default -> (names[0].matches("[0-9]+") && processes.get().contains(Integer.parseInt(names[0]))
                || OF_THE_MACHINE.contains(names[0])) ? node(PROC.resolve(path)) : Optional.empty();
        };
    }

    private List<String> top() {
        List<String> names = new ArrayList<>();
        for (String name : OF_THE_MACHINE) {
            names.add(switch (name) {
            case "self", "thread-self", "mounts", "net" -> name + "@";
            case "sys" -> name + "/";
            default -> name;
            });
        }
        processes.get().stream().sorted().forEach(pid -> names.add(pid + "/"));
        return names;
    }

    private static Optional<Node> node(Path file) {
        try {
            if (Files.isSymbolicLink(file)) {
                return Optional.of(new Link(Files.readSymbolicLink(file).toString()));
            }
            if (Files.isDirectory(file)) {
                return Optional.of(new Folder(entries(file)));
            }
            return Files.exists(file) ? Optional.of(new File(Files.readAllBytes(file))) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<String> entries(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                names.add(file.getFileName() + (Files.isSymbolicLink(file) ? "@" : Files.isDirectory(file) ? "/" : ""));
            }
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    @Override
    public void close() {}
}
