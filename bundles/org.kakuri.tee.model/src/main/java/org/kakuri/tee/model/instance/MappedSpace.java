package org.kakuri.tee.model.instance;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.AddressSpace;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SpaceSpec;
import org.kakuri.tee.model.memory.PhysicalSpace;

/** An address space over an instance's attachments. It narrows what the attachments allow and never widens it. */
final class MappedSpace implements AddressSpace {
    private record Mapped(long at, Range guest, Perms perms) {
        Range here() {
            return new Range(at, guest.bytes());
        }
    }

    private final InstanceModel instance;
    private final SpaceSpec spec;
    private final TreeMap<Long, Mapped> mappings = new TreeMap<>(Long::compareUnsigned);
    private boolean closed;

    MappedSpace(InstanceModel instance, SpaceSpec spec) {
        this.instance = instance;
        this.spec = spec;
    }

    @Override
    public synchronized void map(long at, Range guest, Perms perms) {
        requireOpen();
        if (at % PhysicalSpace.PAGE != 0 || guest.start() % PhysicalSpace.PAGE != 0
                || guest.bytes() % PhysicalSpace.PAGE != 0 || guest.bytes() == 0) {
            throw new IllegalArgumentException("mappings are whole pages: at=0x%x, guest=%s".formatted(at, guest));
        }
        var wanted = new Mapped(at, guest, perms);
        Optional<Mapped> taken = mappings.values().stream().filter(m -> m.here().overlaps(wanted.here())).findFirst();
        if (taken.isPresent()) {
            throw new WrongState("addresses are taken: space=" + spec.name() + ", wanted=" + wanted.here() + ", taken="
                    + taken.get().here(), "map it elsewhere");
        }
        Perms allowed = instance.attachment(guest)
                .map(Attachment::perms)
                .orElseThrow(() -> new WrongState(
                        "memory is not the instance's: space=" + spec.name() + ", guest=" + guest,
                        "map a part of one attachment that is accepted"));
        if (perms.read() && !allowed.read() || perms.write() && !allowed.write()
                || perms.execute() && !allowed.execute()) {
            throw new WrongState(
                    "a space cannot allow more than the instance: space=" + spec.name() + ", wanted=" + perms
                            + ", allowed=" + allowed,
                    "ask for less");
        }
        mappings.put(at, wanted);
    }

    @Override
    public synchronized Optional<Long> resolve(long at) {
        requireOpen();
        return Optional.ofNullable(mappings.floorEntry(at))
                .map(Map.Entry::getValue)
                .filter(mapped -> mapped.here().contains(at))
                .map(mapped -> mapped.guest.start() + (at - mapped.at));
    }

    private void requireOpen() {
        if (closed) {
            throw new WrongState("address space is closed: space=" + spec.name(), "make a new one");
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            mappings.clear();
        }
        instance.forget(this);
    }
}
