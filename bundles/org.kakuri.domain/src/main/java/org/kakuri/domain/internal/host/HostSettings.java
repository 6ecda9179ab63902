package org.kakuri.domain.internal.host;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.kakuri.api.UsageError;

/**
 * How domain hosts are started and watched; from framework or system properties.
 *
 * @param launcherClassPath class path of the launcher; {@value #LAUNCHER}, by default this JVM's
 * @param heapMegabytes heap limit of a child, in MiB; {@value #HEAP}
 * @param heartbeat time between two questions whether the child is alive; {@value #HEARTBEAT}
 * @param hung how long a child may leave them unanswered; {@value #HUNG}
 * @param start how long a child may take to come up; {@value #START}
 * @param close how long a child may take to end a session; {@value #CLOSE}
 * @param properties Kakuri's system properties that the child gets too
 */
public record HostSettings(String launcherClassPath, long heapMegabytes, Duration heartbeat, Duration hung,
        Duration start, Duration close, Map<String, String> properties) {
    /** Property. Paths joined by {@code :}. Default: {@code java.class.path}. */
    public static final String LAUNCHER = "kakuri.launcher.classpath";
    /** Property. Integer, MiB. Default: 512. */
    public static final String HEAP = "kakuri.domain.heap.megabytes";
    /** Property. Integer, ms. Default: 500. */
    public static final String HEARTBEAT = "kakuri.domain.heartbeat.millis";
    /** Property. Integer, ms. Default: 10000. */
    public static final String HUNG = "kakuri.domain.hung.millis";
    /** Property. Integer, ms. Default: 60000. */
    public static final String START = "kakuri.domain.start.millis";
    /** Property. Integer, ms. Default: 5000. */
    public static final String CLOSE = "kakuri.domain.close.millis";

    /** Framework property that all bundles share: folder for what can be made again. */
    private static final String CACHE = "kakuri.cache";
    private static final List<String> SHARED = List.of("kakuri.home", "kakuri.workspace", CACHE);
    private static final Set<String> OWN = Set.of("kakuri.training", "kakuri.history", LAUNCHER);

    /** Copies the properties. */
    public HostSettings {
        properties = Map.copyOf(properties);
    }

    /**
     * Reads the settings.
     *
     * @param property finds a property by name; null if it is not set
     * @throws UsageError if a value is not a positive number
     */
    public static HostSettings from(UnaryOperator<String> property) {
        String classPath = property.apply(LAUNCHER);
        return new HostSettings(
                classPath == null ? absolute(System.getProperty("java.class.path")) : absolute(classPath),
                number(property, HEAP, 512), millis(property, HEARTBEAT, 500), millis(property, HUNG, 10_000),
                millis(property, START, 60_000), millis(property, CLOSE, 5_000), inherited(property));
    }

    /**
     * A child's temporary folder goes with it, so a cache there would be made anew each time: the default is told from where
     * it lies for this process.
     */
    private static Map<String, String> inherited(UnaryOperator<String> property) {
        Map<String, String> inherited = new TreeMap<>();
        inherited.put(CACHE, Path.of(System.getProperty("java.io.tmpdir"),
                "kakuri-cache-" + System.getProperty("user.name")).toAbsolutePath().toString());
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith("kakuri.") && !name.startsWith("kakuri.domain.") && !OWN.contains(name)) {
                inherited.put(name, System.getProperty(name));
            }
        }
        for (String name : SHARED) {
            String value = property.apply(name);
            if (value != null && !value.isBlank()) {
                inherited.put(name, value);
            }
        }
        return inherited;
    }

    private static String absolute(String classPath) {
        List<String> paths = new ArrayList<>();
        for (String path : classPath.split(File.pathSeparator)) {
            if (!path.isEmpty()) {
                paths.add(Path.of(path).toAbsolutePath().toString());
            }
        }
        return String.join(File.pathSeparator, paths);
    }

    private static Duration millis(UnaryOperator<String> property, String name, long otherwise) {
        return Duration.ofMillis(number(property, name, otherwise));
    }

    private static long number(UnaryOperator<String> property, String name, long otherwise) {
        String text = property.apply(name);
        if (text == null) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text.strip());
            if (value > 0 && value <= Integer.MAX_VALUE) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw refused(name, text, e);
        }
        throw refused(name, text, null);
    }

    private static UsageError refused(String name, String text, Throwable cause) {
        return new UsageError("not a positive number: " + name + "=" + text, "set it to one, or leave it out", cause);
    }

    /** Returns how many questions in a row may stay unanswered. */
    int missedLimit() {
        return (int) Math.max(2, hung.dividedBy(heartbeat));
    }

    /**
     * Returns the arguments of the child's JVM.
     *
     * @param folder where the child may put its temporary files; removed after its end
     * @param list file that lists the jars of its bundles
     */
    List<String> arguments(Path folder, Path list) {
        List<String> arguments = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-XX:+UseSerialGC", "-Xmx" + heapMegabytes + "m",
                "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("crash.log"), "-Djava.io.tmpdir=" + folder));
        new TreeMap<>(properties).forEach((name, value) -> arguments.add("-D" + name + "=" + value));
        arguments.addAll(List.of("-cp", launcherClassPath, "org.kakuri.launcher.Main", "--domain",
                Integer.toString(HostProcess.CONTROL), list.toString()));
        return arguments;
    }
}
