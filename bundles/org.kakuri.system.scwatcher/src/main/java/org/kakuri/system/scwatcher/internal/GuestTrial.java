package org.kakuri.system.scwatcher.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.kakuri.api.Deadline;
import org.kakuri.api.vm.GuestSpec;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;

/** A guest booted for a trial. */
final class GuestTrial {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private GuestTrial() {}

    /**
     * Boots one with so many processes and listening sockets of its own beside the daemons'.
     *
     * @throws org.kakuri.api.Unsupported if this machine cannot; the engine then skips the point
     */
    static VirtualMachine boot(VirtualMachines machines, Deadline deadline, int processes, int sockets) {
        return boot(machines, deadline, processes, sockets, Map.of());
    }

    /** The same with more files in its initramfs. */
    static VirtualMachine boot(VirtualMachines machines, Deadline deadline, int processes, int sockets,
            Map<String, byte[]> files) {
        List<String> setup = new ArrayList<>();
        if (processes > 0) {
            setup.add("i=0; while [ $i -lt %d ]; do sleep 100000 & i=$((i + 1)); done".formatted(processes));
        }
        if (sockets > 0) {
            setup.add(
                    "i=0; while [ $i -lt %d ]; do nc -l -p $((10000 + i)) </dev/null >/dev/null 2>&1 & i=$((i + 1)); done"
                            .formatted(sockets));
        }
        Duration patience = deadline.remaining().compareTo(Duration.ofSeconds(120)) < 0 ? deadline.remaining()
                : Duration.ofSeconds(120);
        GuestSpec spec = GuestSpec.of("scw-trial-" + NUMBER.incrementAndGet()).withSetup(setup);
        return machines.start(new GuestSpec(spec.name(), spec.kernel(), spec.machine(), spec.accelerator(),
                processes + sockets > 100 ? 2 * spec.bytes() : spec.bytes(), spec.setup(), files, patience));
    }
}
