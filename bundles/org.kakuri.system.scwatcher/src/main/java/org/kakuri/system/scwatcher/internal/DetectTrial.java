package org.kakuri.system.scwatcher.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.HeldSocket;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;

/**
 * A guest's memory, recorded, and the same with a process and a listening socket unlinked; and the guest itself, with a netstat
 * that leaves a port out.
 */
final class DetectTrial implements Trial {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TROJAN_PORT = 10_000;
    private static final int HIDDEN_PORT = 10_001;

    /** Hides a port in the running guest: the tool is replaced. */
    private static final String REPLACE = """
            mv /real/netstat /real/.netstat; printf '#!/bin/sh\\n/real/.netstat "$@" | grep -v :%d\\n' >/real/netstat; \
            chmod 755 /real/netstat""".formatted(TROJAN_PORT);

    private final VirtualMachine guest;
    private final VirtualMachine tampered;
    private final Watched clean;
    private final Watched infected;
    private final int victim;
    private final HeldSocket port;

    DetectTrial(VirtualMachine guest, VirtualMachines machines, Introspection introspection, Path scratch)
            throws IOException {
        this.guest = guest;
        Path image = scratch.resolve("memory");
        this.clean = new Watched(guest, introspection);
        try (VirtualMachine.Pause _ = guest.pause()) {
            guest.record(image);
            List<GuestTask> tasks = clean.system().tasks().rows();
            List<GuestTask> sleepers = tasks.stream().filter(task -> task.name().equals("sleep")).toList();
            if (sleepers.size() < 3) {
                throw new KakuriException("the guest runs %d processes to hide, not 5".formatted(sleepers.size()), "");
            }
            GuestTask middle = sleepers.get(sleepers.size() / 2);
            this.victim = middle.pid();
            var rootkit = new Rootkit(image, clean.system().kernel().pageOffset());
            rootkit.unlink(tasks, middle);
            this.port = tasks.stream()
                    .flatMap(task -> clean.system().sockets(task).rows().stream())
                    .filter(held -> held.socket().localPort() == HIDDEN_PORT && held.tabled())
                    .findFirst()
                    .orElseThrow(
                            () -> new KakuriException("nothing listens at port %d to be hidden".formatted(HIDDEN_PORT),
                                    ""));
            rootkit.unlink(port);
        }
        this.tampered = machines.open(guest.info().name() + "-infected", image, guest.kernel());
        try {
            guest.run(REPLACE, PATIENCE);
            this.infected = new Watched(tampered, introspection);
        } catch (RuntimeException e) {
            tampered.close();
            throw e;
        }
    }

    @Override
    public List<Arm> arms() {
        return List.of(
                new Count(DetectExperiment.LIST, "by the task list alone, infected",
                        () -> found(infected.system().tasks().rows().stream().filter(GuestTask::listed).toList())),
                new Count(DetectExperiment.NUMBERS, "by the pid numbers alone, infected",
                        () -> found(infected.system().tasks().rows().stream().filter(GuestTask::numbered).toList())),
                new Count(DetectExperiment.BOTH, "by comparing both, infected",
                        () -> ScwCommands.hidden(infected.now())
                                .stream()
                                .mapToInt(row -> row.pid() == victim ? 1 : 2)
                                .sum()),
                new Count(DetectExperiment.CLEAN, "by comparing both, not infected",
                        () -> ScwCommands.hidden(clean.now()).size()),
                new Count(DetectExperiment.PORT_TABLES, "port by the tables alone, infected",
                        () -> listening(infected, HIDDEN_PORT)),
                new Count(DetectExperiment.PORT_HELD, "port by comparing open files with the tables, infected",
                        () -> infected.hiddenSockets()
                                .stream()
                                .mapToInt(hidden -> hidden.held().address() == port.address() ? 1 : 2)
                                .sum()),
                new Count(DetectExperiment.PORT_CLEAN, "port by comparing open files with the tables, not infected",
                        () -> clean.hiddenSockets().size()),
                new Count(DetectExperiment.TROJAN_INSIDE, "port by the guest's own netstat, replaced",
                        this::shownInside),
                new Count(DetectExperiment.TROJAN_OUTSIDE, "port by the tables, netstat replaced",
                        () -> listening(clean, TROJAN_PORT)));
    }

    private int shownInside() {
        String text = guest.run("/real/netstat -tan", PATIENCE);
        if (!text.contains(":" + HIDDEN_PORT + " ")) {
            throw new KakuriException("the guest's netstat does not work: " + text, "");
        }
        return text.contains(":" + TROJAN_PORT + " ") ? 1 : 0;
    }

    private static int listening(Watched where, int port) {
        return (int) where.now()
                .moment()
                .sockets()
                .stream()
                .filter(socket -> socket.localPort() == port && socket.remotePort() == 0)
                .count();
    }

    private int found(List<GuestTask> tasks) {
        return (int) tasks.stream().filter(task -> task.pid() == victim).count();
    }

    @Override
    public void close() {
        tampered.close();
        guest.close();
    }

    /** Counts what one way finds. */
    private record Count(String name, String title, IntSupplier found) implements Arm {
        @Override
        public ArmInfo info() {
            return new ArmInfo(name, title, Label.MEASURED, Map.of(), List.of(), CostProfile.UNPRICED);
        }

        @Override
        public void measure(int iterations, SampleSink sink) {
            int count = found.getAsInt();
            sink.sample(count);
            sink.extra("found", count);
        }
    }
}
