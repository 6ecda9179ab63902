package org.kakuri.platform.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What /proc says about processes: for leak checks and reports. Each answer is a snapshot. */
public final class ProcFs {

    private ProcFs() {}

    /** Numbers open in this process, ascending, without the one used to look. */
    public static List<Integer> openDescriptors() {
        return List.copyOf(descriptors(Math.toIntExact(ProcessHandle.current().pid())).keySet());
    }

    /** Open descriptors of a process and what each refers to, such as {@code pipe:[4711]} or a path. */
    public static Map<Integer, String> descriptors(int pid) {
        Path folder = Path.of("/proc/" + pid + "/fd");
        Map<Integer, String> open = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                target(entry).filter(to -> !to.equals("/proc/" + pid + "/fd"))
                        .ifPresent(to -> open.put(Integer.parseInt(entry.getFileName().toString()), to));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder + "; has process " + pid + " ended?", e);
        }
        return open;
    }

    private static Optional<String> target(Path link) throws IOException {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (NoSuchFileException closedMeanwhile) {
            return Optional.empty();
        }
    }

    /** Fields of /proc/PID/status, such as {@code State} and {@code VmRSS}. */
    public static Map<String, String> status(int pid) {
        return fields(Path.of("/proc/" + pid + "/status"));
    }

    /** What the kernel tells of a descriptor of this process, such as {@code Pid} of a pidfd. */
    public static Map<String, String> descriptorInfo(int number) {
        return fields(Path.of("/proc/self/fdinfo/" + number));
    }

    private static Map<String, String> fields(Path file) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : lines(file)) {
            int colon = line.indexOf(':');
            fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        return fields;
    }

    /** How many mappings a process has. */
    public static int mappings(int pid) {
        return lines(Path.of("/proc/" + pid + "/maps")).size();
    }

    /** Whether a process exists and is no zombie. */
    public static boolean isRunning(int pid) {
        try {
            return !status(pid).get("State").startsWith("Z");
        } catch (UncheckedIOException gone) {
            return false;
        }
    }

    /** Pids of the children of a process, zombies included. */
    public static List<Integer> children(int pid) {
        List<Integer> children = new ArrayList<>();
        Path folder = Path.of("/proc/" + pid + "/task");
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(folder)) {
            for (Path task : tasks) {
                children.addAll(childrenOf(task));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder + "; has process " + pid + " ended?", e);
        }
        return List.copyOf(children);
    }

    private static List<Integer> childrenOf(Path task) throws IOException {
        try {
            String text = Files.readString(task.resolve("children")).strip();
            return text.isEmpty() ? List.of() : List.of(text.split(" ")).stream().map(Integer::valueOf).toList();
        } catch (NoSuchFileException endedMeanwhile) {
            return List.of();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + "; has the process ended?", e);
        }
    }

    /** Whether a descriptor of this process leads to a terminal. */
    public static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }
}
