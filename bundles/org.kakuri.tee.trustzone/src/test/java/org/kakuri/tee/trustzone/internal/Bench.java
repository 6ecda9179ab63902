package org.kakuri.tee.trustzone.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.InsideCode;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Resume;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.MachineModel;

/** A machine with a small carve-out, and a backend. */
final class Bench implements AutoCloseable {
    static final UUID TA = UUID.fromString("8aaaf200-2450-11e4-abe2-0002a5d5c51b");
    static final ExitHandler NOBODY = exit -> {
        throw new AssertionError("unexpected exit " + exit);
    };
    static final ExitHandler ANSWERS = exit -> exit instanceof Exit.HostCall ? new Resume.Reply(7) : Resume.CONTINUE;

    final MachineModel machine = new MachineModel("host-a", Machine.ARM);
    final TrustZoneBackend backend = new TrustZoneBackend(1);

    static InstanceSpec spec(long bytes, Map<String, String> options) {
        return new InstanceSpec("ta", TA, bytes, Pricing.NONE, options);
    }

    TeeInstance instance() {
        return backend.create(machine, spec(64 * 1024, Map.of()));
    }

    /** Returns an instance with two pages of the value, sealed. */
    TeeInstance loaded(int value) {
        TeeInstance instance = instance();
        instance.attach(0x10000, pages(2, value), Perms.RX);
        instance.seal();
        return instance;
    }

    static Backing pages(int pages, int value) {
        MemorySegment segment = Arena.ofAuto().allocate(4096L * pages, 4096);
        segment.fill((byte) value);
        return Backing.of(segment);
    }

    static Context context(TeeInstance instance, InsideCode code) {
        return instance.addContext(new ContextSpec("main", code));
    }

    /** Returns what was counted, as {@code {event=count}} without zeros. */
    static String counts(LedgerSnapshot counts) {
        Map<String, Long> shown = new TreeMap<>();
        counts.counts().forEach((event, count) -> {
            if (count.count() != 0) {
                shown.put(event, count.count());
            }
        });
        return shown.toString();
    }

    @Override
    public void close() {
        machine.close();
    }
}
