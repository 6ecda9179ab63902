package org.kakuri.system.scwatcher.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.system.scwatcher.internal.proc.Entry;
import org.kakuri.system.scwatcher.internal.proc.Proc;

/**
 * Compares: a row counts if the guest shows it in its own /proc both before and after the look from outside, so that what comes or
 * goes meanwhile is nobody's error; of a process its pid, parent, name, session, uid and command line, of a socket addresses,
 * state, owner and inode.
 */
final class AccuracyTrial implements Trial {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /**
     * Words of the shell alone where a program for each file would take an emulated guest seconds; its read drops NULs. It reads
     * byte by byte, so what is long is left to one program for all files.
     */
    private static final String PROCESSES = "for p in /proc/[0-9]*; do { read -r s <$p/stat && c= && { read -r c <$p/cmdline; "
            + "echo \"$s\"; echo \"$c\"; echo ---; }; } 2>/dev/null; done; echo ===; "
            + "/bin/busybox grep -s ^Uid: /proc/[0-9]*/status";
    private static final Pattern OWNER = Pattern.compile("/proc/(\\d+)/status:(Uid:.*)");
    private static final String SOCKETS = "cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 /proc/net/raw";
    private static final String STORM = "( while true; do /bin/busybox true; done ) & echo $!";

    private final VirtualMachine guest;
    private final Watched watched;

    AccuracyTrial(VirtualMachine guest, Introspection introspection, boolean storm) {
        this.guest = guest;
        this.watched = new Watched(guest, introspection);
        if (storm) {
            guest.run(STORM, PATIENCE);
        }
    }

    @Override
    public List<Arm> arms() {
        return List.of(new Compare());
    }

    @Override
    public void close() {
        guest.close();
    }

    static Set<String> processesInside(String text) {
        String[] parts = text.split("(?m)^===$", 2);
        Map<String, String> owners = new HashMap<>();
        OWNER.matcher(parts[parts.length - 1]).results().forEach(row -> owners.put(row.group(1), row.group(2).strip()));
        Set<String> rows = new TreeSet<>();
        for (String block : parts[0].split("(?m)^---$")) {
            String[] lines = block.strip().split("\n");
            String owner = owners.get(lines[0].split(" ", 2)[0]);
            if (lines[0].contains(")") && owner != null) {
                rows.add(process(lines[0], owner, lines.length > 1 ? lines[1].strip() : ""));
            }
        }
        return rows;
    }

    private static String process(String stat, String uid, String command) {
        String pidAndName = stat.substring(0, stat.lastIndexOf(')') + 1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        // A worker's name tells what it did last, which is another moment's matter.
        String name = pidAndName.contains("(kworker/") ? pidAndName.replaceAll("[-+].*\\)", ")") : pidAndName;
        return "%s parent=%s group=%s session=%s tty=%s start=%s %s [%s]".formatted(name, fields[1], fields[2],
                fields[3], fields[4], fields[19], uid.replaceAll("\\s+", " "), command);
    }

    static Set<String> processesOutside(Proc proc) {
        return proc.moment().tasks().keySet().stream().map(pid -> {
            String stat = text(proc, pid + "/stat").strip();
            String uid = text(proc, pid + "/status").lines()
                    .filter(line -> line.startsWith("Uid"))
                    .findFirst()
                    .orElse("");
            return process(stat, uid, text(proc, pid + "/cmdline").replace("\0", "").strip());
        }).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(Proc proc, String path) {
        return proc.find(path, 0)
                .map(entry -> entry instanceof Entry.Text text
                        ? new String(text.content(), java.nio.charset.StandardCharsets.ISO_8859_1)
                        : "")
                .orElse("");
    }

    static Set<String> sockets(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> line.matches("\\d+: .*"))
                .map(line -> line.split("\\s+"))
                .map(words -> "%s %s %s uid=%s inode=%s".formatted(words[1], words[2], words[3], words[7], words[9]))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Set<String> socketsOutside(Proc proc) {
        return sockets(text(proc, "net/tcp") + text(proc, "net/tcp6") + text(proc, "net/udp") + text(proc, "net/udp6")
                + text(proc, "net/raw"));
    }

    /** Rows that were there all the time and are not seen, and rows that are seen and were there neither before nor after. */
    static Set<String> differences(Set<String> before, Set<String> outside, Set<String> after) {
        Set<String> differ = new TreeSet<>();
        before.stream()
                .filter(after::contains)
                .filter(row -> !outside.contains(row))
                .forEach(row -> differ.add("missing " + row));
        outside.stream()
                .filter(row -> !before.contains(row) && !after.contains(row))
                .filter(row -> !passing(row))
                .forEach(row -> differ.add("extra " + row));
        return differ;
    }

    /** What lives shorter than a listing takes: the storm's own children. */
    private static boolean passing(String row) {
        return row.contains("(busybox)") || row.contains("(true)") || row.contains("(init)") && !row.startsWith("1 ");
    }

    /** The comparison. */
    private final class Compare implements Arm {
        @Override
        public ArmInfo info() {
            return new ArmInfo(AccuracyExperiment.OUTSIDE, "from outside, the guest paused", Label.MEASURED, Map.of(),
                    List.of(), CostProfile.UNPRICED);
        }

        @Override
        public void measure(int iterations, SampleSink sink) {
            Set<String> processesBefore = processesInside(guest.run(PROCESSES, PATIENCE));
            Set<String> socketsBefore = sockets(guest.run(SOCKETS, PATIENCE));
            Proc proc = watched.now();
            int skipped = watched.skipped();
            Set<String> socketsAfter = sockets(guest.run(SOCKETS, PATIENCE));
            Set<String> processesAfter = processesInside(guest.run(PROCESSES, PATIENCE));
            Set<String> processes = differences(processesBefore, processesOutside(proc), processesAfter);
            Set<String> sockets = differences(socketsBefore, socketsOutside(proc), socketsAfter);
            if (processesBefore.isEmpty() || socketsBefore.isEmpty()) {
                sink.failure("the guest showed nothing");
            }
            sink.sample(processes.size() + sockets.size());
            sink.extra("processes", processes.size());
            sink.extra("sockets", sockets.size());
            sink.extra("skipped", skipped);
            sink.extra("compared.processes", processesBefore.size());
            sink.extra("compared.sockets", socketsBefore.size());
        }
    }
}
