package org.kakuri.system.scwatcher.internal;

import java.io.IOException;
import java.nio.file.Path;
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
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;

/** A guest's memory, recorded, and the same with a process unlinked. */
final class DetectTrial implements Trial {
    private final VirtualMachine guest;
    private final VirtualMachine tampered;
    private final Watched clean;
    private final Watched infected;
    private final int victim;

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
            new Rootkit(image, clean.system().kernel().pageOffset()).unlink(tasks, middle);
        }
        this.tampered = machines.open(guest.info().name() + "-infected", image, guest.kernel());
        try {
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
                        () -> ScwCommands.hidden(clean.now()).size()));
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
