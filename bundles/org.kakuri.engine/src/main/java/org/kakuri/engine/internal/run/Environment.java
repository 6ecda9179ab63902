package org.kakuri.engine.internal.run;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Facts of the machine that timings depend on, read from Linux's files. A fact that cannot be read is {@code unknown}. */
public final class Environment {
    private static final Path CPU = Path.of("/sys/devices/system/cpu");

    private Environment() {}

    /** Returns the facts at this moment; {@code load.before} among them. */
    public static SortedMap<String, String> capture() {
        var facts = new TreeMap<String, String>();
        String cpuinfo = text(Path.of("/proc/cpuinfo")).orElse("");
        facts.put("cpu.model", field(cpuinfo, "model name").or(() -> field(cpuinfo, "CPU part")).orElse("unknown"));
        facts.put("cpu.microcode", field(cpuinfo, "microcode").orElse("unknown"));
        facts.put("cpu.count", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("cpu.hypervisor", cpuinfo.contains(" hypervisor") ? "yes" : "no");
        facts.put("cpu.affinity", field(text(Path.of("/proc/self/status")).orElse(""), "Cpus_allowed_list")
                .orElse("unknown"));
        facts.put("cpu.governor", line(CPU.resolve("cpu0/cpufreq/scaling_governor")));
        facts.put("cpu.turbo", turbo());
        facts.put("cpu.smt", line(CPU.resolve("smt/control")));
        facts.put("numa.nodes", line(Path.of("/sys/devices/system/node/online")));
        facts.put("clock.source",
                line(Path.of("/sys/devices/system/clocksource/clocksource0/current_clocksource")));
        facts.put("kernel", line(Path.of("/proc/sys/kernel/ostype")) + " "
                + line(Path.of("/proc/sys/kernel/osrelease")) + " " + System.getProperty("os.arch"));
        facts.put("memory.total", field(text(Path.of("/proc/meminfo")).orElse(""), "MemTotal").orElse("unknown"));
        Path cgroup = cgroup();
        facts.put("cgroup.cpu.max", line(cgroup.resolve("cpu.max")));
        facts.put("cgroup.memory.max", line(cgroup.resolve("memory.max")));
        facts.put("jdk", System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
        facts.put("jdk.vm", System.getProperty("java.vm.name") + ", " + System.getProperty("java.vm.info"));
        facts.put("jdk.flags", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        facts.put("load.before", load());
        return facts;
    }

    /** Returns the load averages at this moment. */
    public static String load() {
        String line = line(Path.of("/proc/loadavg"));
        Matcher three = Pattern.compile("(\\S+ \\S+ \\S+).*").matcher(line);
        return three.matches() ? three.group(1) : line;
    }

    private static Path cgroup() {
        String line = text(Path.of("/proc/self/cgroup")).orElse("")
                .lines()
                .filter(each -> each.startsWith("0::"))
                .findFirst()
                .orElse("0::/");
        return Path.of("/sys/fs/cgroup", line.substring("0::".length()));
    }

    private static String turbo() {
        return switch (line(CPU.resolve("intel_pstate/no_turbo"))) {
        case "0" -> "on";
        case "1" -> "off";
        default -> switch (line(CPU.resolve("cpufreq/boost"))) {
        case "0" -> "off";
        case "1" -> "on";
        default -> "unknown";
        };
        };
    }

    static Optional<String> field(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name) && line.contains(":"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    private static String line(Path file) {
        return text(file).map(String::strip).filter(line -> !line.isEmpty()).orElse("unknown");
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /** Adds the facts that make two runs comparable or not, in one line for a figure's foot. */
    public static String brief(Map<String, String> environment) {
        return "%s, %s CPUs, %s, JDK %s, governor %s, load %s".formatted(value(environment, "cpu.model"),
                value(environment, "cpu.count"), value(environment, "kernel"), value(environment, "jdk"),
                value(environment, "cpu.governor"), value(environment, "load.before"));
    }

    private static String value(Map<String, String> environment, String name) {
        return environment.getOrDefault(name, "unknown");
    }
}
