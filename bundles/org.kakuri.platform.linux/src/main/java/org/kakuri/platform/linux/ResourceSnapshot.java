package org.kakuri.platform.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;

/**
 * What this process holds of the system at one moment: for leak checks, which compare two of them.
 *
 * @param threads live platform threads by name, with each run of digits read as {@code #}
 * @param descriptors open descriptors by kind: {@code pipe}, {@code socket}, {@code eventfd}, {@code memfd}, {@code device},
 *        {@code file} and so on
 * @param mappings number of mappings
 * @param mappedBytes bytes of them that can be accessed, without the JVM's heap, which grows and shrinks as it likes
 * @param children child processes, zombies included: command by pid
 * @param mbeans MBeans by object name, in canonical form, with the number of servers that know one; without those of the JVM
 */
public record ResourceSnapshot(Map<String, Integer> threads, Map<String, Integer> descriptors, int mappings,
        long mappedBytes, Map<Integer, String> children, Map<String, Integer> mbeans) {

    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final String NO_ACCESS = "---";
    /** What the JVM registers when somebody asks for its server: MBeanServerDelegate, java.lang.management and its extensions. */
    private static final Pattern JVM_DOMAINS = Pattern
            .compile("JMImplementation|java\\.(lang|nio|util\\.logging)|(com\\.sun|jdk)\\.management(\\..*)?");

    /** Copies the maps, sorted. */
    public ResourceSnapshot {
        threads = Collections.unmodifiableMap(new TreeMap<>(threads));
        descriptors = Collections.unmodifiableMap(new TreeMap<>(descriptors));
        children = Collections.unmodifiableMap(new TreeMap<>(children));
        mbeans = Collections.unmodifiableMap(new TreeMap<>(mbeans));
    }

    /**
     * How much more is no growth. Children and MBeans have no tolerance: each new one is named.
     *
     * @param threads more threads in a group of one name
     * @param descriptors more descriptors of one kind
     * @param mappings more mappings: what malloc and the JVM's compilers do on their own
     * @param mappedBytes more mapped bytes
     */
    public record Tolerance(int threads, int descriptors, int mappings, long mappedBytes) {
        /** Nothing more at all. */
        public static final Tolerance NONE = new Tolerance(0, 0, 0, 0);

        /** Refuses negative numbers. */
        public Tolerance {
            if (threads < 0 || descriptors < 0 || mappings < 0 || mappedBytes < 0) {
                throw new IllegalArgumentException(
                        "a tolerance is not negative: threads=%d, descriptors=%d, mappings=%d, mappedBytes=%d"
                                .formatted(threads, descriptors, mappings, mappedBytes));
            }
        }
    }

    /**
     * Something of which there is more than before.
     *
     * @param what what it is, such as {@code threads guest-#}
     * @param before how many, or how many bytes, there were
     * @param now how many there are
     */
    public record Growth(String what, long before, long now) {
        @Override
        public String toString() {
            return "%s: %d -> %d".formatted(what, before, now);
        }
    }

    /** Looks at this process. */
    public static ResourceSnapshot now() {
        int pid = Math.toIntExact(ProcessHandle.current().pid());
        Map<String, Integer> threads = new TreeMap<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> threads.merge(group(thread.getName()), 1, Integer::sum));
        Map<String, Integer> descriptors = new TreeMap<>();
        ProcFs.descriptors(pid).values().forEach(target -> descriptors.merge(kind(target), 1, Integer::sum));
        Map<Integer, String> children = new TreeMap<>();
        ProcFs.children(pid).forEach(child -> children.put(child, command(child)));
        List<String> maps = maps();
        return new ResourceSnapshot(threads, descriptors, maps.size(), accessible(maps), children, registered());
    }

    /** Makes no server: where there is none, nothing was registered. */
    private static Map<String, Integer> registered() {
        Map<String, Integer> mbeans = new TreeMap<>();
        for (MBeanServer server : MBeanServerFactory.findMBeanServer(null)) {
            for (ObjectName name : server.queryNames(null, null)) {
                if (!JVM_DOMAINS.matcher(name.getDomain()).matches()) {
                    mbeans.merge(name.getCanonicalName(), 1, Integer::sum);
                }
            }
        }
        return mbeans;
    }

    /** Returns what a later snapshot has more of, beyond a tolerance, by name. */
    public List<Growth> growthTo(ResourceSnapshot later, Tolerance tolerance) {
        List<Growth> grown = new ArrayList<>();
        compare("threads ", threads, later.threads, tolerance.threads(), grown);
        compare("descriptors ", descriptors, later.descriptors, tolerance.descriptors(), grown);
        compare("mappings", mappings, later.mappings, tolerance.mappings(), grown);
        compare("mapped bytes", mappedBytes, later.mappedBytes, tolerance.mappedBytes(), grown);
        later.children.forEach((pid, command) -> {
            if (!children.containsKey(pid)) {
                grown.add(new Growth("child " + pid + " " + command, 0, 1));
            }
        });
        compare("MBean ", mbeans, later.mbeans, 0, grown);
        return List.copyOf(grown);
    }

    private static void compare(String what, Map<String, Integer> before, Map<String, Integer> now, int tolerance,
            List<Growth> grown) {
        now.forEach((name, count) -> compare(what + name, before.getOrDefault(name, 0), count, tolerance, grown));
    }

    private static void compare(String what, long before, long now, long tolerance, List<Growth> grown) {
        if (now - before > tolerance) {
            grown.add(new Growth(what, before, now));
        }
    }

    static String group(String thread) {
        return DIGITS.matcher(thread).replaceAll("#");
    }

    /** What a descriptor's link in /proc refers to, in one word. */
    static String kind(String target) {
        if (target.startsWith("anon_inode:")) {
            return target.substring("anon_inode:".length()).replaceAll("[\\[\\]]", "");
        }
        if (target.startsWith("/memfd:")) {
            return "memfd";
        }
        if (target.startsWith("/dev/")) {
            return "device";
        }
        return target.startsWith("/") ? "file" : target.split(":", 2)[0];
    }

    private static List<String> maps() {
        try {
            return Files.readAllLines(Path.of("/proc/self/maps"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/self/maps", e);
        }
    }

    private static long accessible(List<String> maps) {
        long bytes = 0;
        for (String line : maps) {
            int dash = line.indexOf('-');
            int space = line.indexOf(' ');
            if (!line.startsWith(NO_ACCESS, space + 1)) {
                bytes += Long.parseUnsignedLong(line, dash + 1, space, 16) - Long.parseUnsignedLong(line, 0, dash, 16);
            }
        }
        return Math.max(0, bytes - Runtime.getRuntime().totalMemory());
    }

    private static String command(int pid) {
        try {
            String line = Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ').strip();
            return line.isEmpty() ? ProcFs.status(pid).getOrDefault("Name", "?") : line;
        } catch (IOException | UncheckedIOException ended) {
            return "?";
        }
    }
}
