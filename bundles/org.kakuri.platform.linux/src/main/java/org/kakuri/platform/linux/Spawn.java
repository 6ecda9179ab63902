package org.kakuri.platform.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Starts programs by posix_spawn(3), which is safe in a JVM where fork is not.
 * <p>
 * The child gets exactly the descriptors given with {@link #give}; of 0, 1 and 2 those not given are {@code /dev/null};
 * everything else is closed. All its signals have their default action and none is blocked unless asked for. CPU affinity
 * and priority are those of the calling thread. A builder is used once, by one thread.
 */
public final class Spawn {

    private final String path;
    private String name;
    private List<String> arguments = List.of();
    private Map<String, String> environment = new LinkedHashMap<>(System.getenv());
    private String directory = "";
    private final SortedMap<Integer, Fd> given = new TreeMap<>();
    private final List<Integer> inherited = new ArrayList<>();
    private boolean newGroup;
    private boolean newSession;
    private long blocked;

    private Spawn(String path) {
        this.path = path;
        this.name = path;
    }

    /** The program's file; relative paths are resolved in the child's directory, PATH is not searched. */
    public static Spawn program(String path) {
        return new Spawn(path);
    }

    /** The program's file. */
    public static Spawn program(Path path) {
        return new Spawn(path.toString());
    }

    /** Arguments after argv[0]. */
    public Spawn arguments(String... values) {
        return arguments(List.of(values));
    }

    /** Arguments after argv[0]. */
    public Spawn arguments(List<String> values) {
        this.arguments = List.copyOf(values);
        return this;
    }

    /** argv[0]; default: the path. */
    public Spawn name(String value) {
        this.name = value;
        return this;
    }

    /** The whole environment; default: that of this JVM. */
    public Spawn environment(Map<String, String> values) {
        this.environment = new LinkedHashMap<>(values);
        return this;
    }

    /** One more variable. */
    public Spawn variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** The child's working directory; default: that of this JVM. */
    public Spawn directory(Path value) {
        this.directory = value.toAbsolutePath().toString();
        return this;
    }

    /** The child finds {@code fd} under the number {@code inChild}; it stays open here. */
    public Spawn give(Fd fd, int inChild) {
        if (inChild < 0 || inChild > 65535) {
            throw new IllegalArgumentException("not a usable descriptor number: inChild=" + inChild + "; 0 to 65535");
        }
        if (inherited.contains(inChild) || given.putIfAbsent(inChild, fd) != null) {
            throw new IllegalArgumentException("descriptor given twice: inChild=" + inChild);
        }
        return this;
    }

    /** The child shares this JVM's standard descriptor {@code number}, 0 to 2. */
    public Spawn inherit(int number) {
        if (number < 0 || number > 2) {
            throw new IllegalArgumentException("only 0, 1 and 2 can be inherited: number=" + number + "; use give");
        }
        if (given.containsKey(number) || inherited.contains(number)) {
            throw new IllegalArgumentException("descriptor given twice: inChild=" + number);
        }
        inherited.add(number);
        return this;
    }

    /** The child shares this JVM's standard input, output and error. */
    public Spawn inheritStandard() {
        return inherit(0).inherit(1).inherit(2);
    }

    /** The child leads a new process group, so that a signal can reach it and its children only. */
    public Spawn newProcessGroup() {
        this.newGroup = true;
        return this;
    }

    /** The child leads a new session (and group), without a terminal. */
    public Spawn newSession() {
        this.newSession = true;
        return this;
    }

    /** Signals the child starts with blocked, so that none is lost before it waits for them. */
    public Spawn blockedSignals(int... signals) {
        this.blocked = Signals.mask(signals);
        return this;
    }

    /**
     * Starts the program.
     *
     * @throws NativeException naming the path when it cannot be executed
     */
    public ChildProcess start() {
        try (Guardian guardian = Guardian.prepare()) {
            int pid = new SpawnCall(this).run();
            guardian.started(pid);
            return ChildProcess.of(pid, path, newGroup || newSession);
        }
    }

    String path() {
        return path;
    }

    List<String> argv() {
        List<String> argv = new ArrayList<>(List.of(name));
        argv.addAll(arguments);
        return argv;
    }

    List<String> envp() {
        return environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    String directory() {
        return directory;
    }

    SortedMap<Integer, Fd> given() {
        return given;
    }

    List<Integer> inherited() {
        return inherited;
    }

    boolean leadsGroup() {
        return newGroup;
    }

    boolean leadsSession() {
        return newSession;
    }

    long blocked() {
        return blocked;
    }
}
