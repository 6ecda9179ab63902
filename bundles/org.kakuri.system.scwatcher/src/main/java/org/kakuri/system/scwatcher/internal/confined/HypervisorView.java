package org.kakuri.system.scwatcher.internal.confined;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.Access.View;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.BackendInfo.Inner;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.vm.GuestMemory;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;

/**
 * What the hypervisor sees of a guest whose memory lies in an instance of a backend.
 *
 * @param pages how many pages of the guest it tried
 * @param views how many it was granted, by what it got to see
 * @param faulted how many accesses faulted
 * @param same how many pages it got as they are
 * @param refusal the first refusal of a checker
 * @param processes how many processes it finds; empty if it does not find the kernel
 * @param reason why it does not; empty otherwise
 */
public record HypervisorView(int pages, Map<View, Integer> views, int faulted, int same, Optional<AccessFault> refusal,
        Optional<Integer> processes, String reason) {
    private static final int PAGES = 256;

    /**
     * Looks.
     *
     * @throws Unsupported if the backend holds no virtual machine
     */
    public static HypervisorView of(Lease lease, VirtualMachine machine, Introspection introspection) {
        if (lease.backend().inner() == Inner.USER
                && lease.backend().capabilities().contains(Capability.CONFIDENTIALITY)) {
            throw new Unsupported("%s protects processes: no virtual machine fits in an instance".formatted(
                    lease.backend().name()), "take a backend whose instances hold a kernel; see tee:list");
        }
        LentMemory lent = new LentMemory(machine.memory());
        try (VirtualMachine.Pause _ = machine.pause();
                RuntimeSession session = lease.confine(lent,
                        SessionSpec.inline("guest " + machine.info().name(), lent.bytes()))) {
            return look(new TouchedMemory(session, machine.memory()), machine, introspection);
        }
    }

    private static HypervisorView look(TouchedMemory touched, VirtualMachine machine, Introspection introspection) {
        GuestMemory real = machine.memory();
        Map<View, Integer> views = new EnumMap<>(View.class);
        Optional<AccessFault> refusal = Optional.empty();
        int pages = 0;
        int faulted = 0;
        int same = 0;
        long step = Math.max(1, real.end() / GuestMemory.PAGE / PAGES) * GuestMemory.PAGE;
        byte[] is = new byte[GuestMemory.PAGE];
        for (long page = 0; page + GuestMemory.PAGE <= real.end(); page += step) {
            if (!real.contains(page, GuestMemory.PAGE)) {
                continue;
            }
            pages++;
            real.read(page, is, 0, is.length);
            HostAccess.Result result = touched.touch(page, GuestMemory.PAGE);
            refusal = refusal.or(result.outcome()::refusal);
            if (result.outcome() instanceof Access.Granted granted) {
                views.merge(granted.view(), 1, Integer::sum);
                same += Arrays.equals(result.bytes(), is) ? 1 : 0;
            } else {
                faulted++;
            }
        }
        try {
            GuestSystem system = introspection.inspect(touched, machine.kernel());
            return new HypervisorView(pages, views, faulted, same, refusal, Optional.of(system.tasks().rows().size()),
                    "");
        } catch (KakuriException blind) {
            return new HypervisorView(pages, views, faulted, same, refusal, Optional.empty(), blind.getMessage());
        }
    }
}
