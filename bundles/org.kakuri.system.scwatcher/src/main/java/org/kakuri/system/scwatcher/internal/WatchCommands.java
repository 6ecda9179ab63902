package org.kakuri.system.scwatcher.internal;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.Words;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.system.scwatcher.internal.watch.Change;
import org.kakuri.system.scwatcher.internal.watch.Look;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The command that looks at a guest again and again. */
@Component(property = {"kakuri.command.scope=scw", "kakuri.command.function=watch", "kakuri.command.live=watch"})
public final class WatchCommands implements CommandSet {
    private static final List<String> OPTIONS = List.of("machine", "interval", "count", "files");
    private static final int MOST_SECONDS = 86_400;

    private final VirtualMachines machines;
    private final Introspection introspection;
    private final Watching watching;

    /** Takes what the command asks. */
    @Activate
    public WatchCommands(@Reference VirtualMachines machines, @Reference Introspection introspection,
            @Reference Watching watching) {
        this.machines = machines;
        this.introspection = introspection;
        this.watching = watching;
    }

    /**
     * What was seen.
     *
     * @param machine which
     * @param looks how often
     * @param changes differences, alerts included
     * @param alerts how many of them somebody should know
     */
    public record Seen(String machine, int looks, int changes, int alerts) implements Outcome, TextView {
        @Override
        public int exitCode() {
            return alerts == 0 ? 0 : 1;
        }

        @Override
        public String text() {
            return "looked %d times at %s: %d changes, %d alerts".formatted(looks, machine, changes, alerts);
        }
    }

    /** Watches. */
    @Descriptor("Looks at a guest again and again: prints what changed, and ALERT before what somebody should know.")
    public Seen watch(
            @Descriptor("""
            [--machine NAME] [--interval SECONDS] [--count LOOKS] [--files PATH,PATH...]
            --machine NAME   which machine; default: the one of scw:use, or the only one
            --interval S     from one look to the next; default 2
            --count N        how many looks; default: until it is interrupted
            --files PATHS    files and folders whose digests are compared; default /bin,/sbin,/usr/bin,/usr/sbin""") Words words) {
        words.onlyNames(OPTIONS);
        if (!words.positional().isEmpty()) {
            throw new UsageError("not an option: " + words.positional().getFirst(), "help scw:watch");
        }
        Duration interval = Duration.ofSeconds(between(words, "interval", 2, MOST_SECONDS));
        long count = between(words, "count", Integer.MAX_VALUE, Integer.MAX_VALUE);
        List<String> files = words.value("files").map(paths -> Arrays.asList(paths.split(","))).orElse(Look.PROGRAMS);
        files.stream().filter(path -> !path.startsWith("/")).findAny().ifPresent(path -> {
            throw new UsageError("not an absolute path of the guest: '" + path + "'", "--files /bin,/etc/passwd");
        });
        VirtualMachine machine = Watched.choose(machines, words.value("machine").orElse(watching.machine()));
        // The session's own, for this thread.
        return watch(new Watched(machine, introspection), files, interval, count, System.out);
    }

    private static long between(Words words, String name, int otherwise, int most) {
        long value = words.number(name).map(Number::longValue).orElse((long) otherwise);
        if (value < 1 || value > most) {
            throw new UsageError("--%s %d is not between 1 and %d".formatted(name, value, most), "");
        }
        return value;
    }

    private static Seen watch(Watched watched, List<String> files, Duration interval, long count, PrintStream out) {
        int looks = 0;
        int changes = 0;
        int alerts = 0;
        Look before = null;
        try {
            while (looks < count) {
                if (looks > 0) {
                    Thread.sleep(interval);
                }
                Look now = watched.look(files);
                looks++;
                for (Change change : before == null ? Change.first(now) : Change.between(before, now)) {
                    changes++;
                    alerts += change.alert() ? 1 : 0;
                    out.println((change.alert() ? "ALERT " : "      ") + change.text());
                }
                out.flush();
                before = now;
            }
        } catch (InterruptedException enough) {
            Thread.currentThread().interrupt();
        }
        return new Seen(watched.machine().info().name(), looks, changes, alerts);
    }
}
