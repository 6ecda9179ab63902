package org.kakuri.system.scwatcher.internal.confined;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.Access;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestMemory;

/**
 * A guest's memory as the hypervisor reads it: every access goes through the checkers of the machine on which the guest's
 * instance lives. What they refuse is a fault here; what they let through may be ciphertext. Thread-safe.
 */
public final class TouchedMemory implements GuestMemory {
    private final RuntimeSession session;
    private final GuestMemory layout;
    private final List<MemoryArea> areas;

    /**
     * Reads the memory of an instance.
     *
     * @param session holds it from guest address 0 on
     * @param layout says where there is memory; its bytes are not read
     */
    public TouchedMemory(RuntimeSession session, GuestMemory layout) {
        this.session = session;
        this.layout = layout;
        this.areas = session.memory();
        if (areas.isEmpty()) {
            throw new Refused("the instance has no memory at guest address 0", "");
        }
    }

    @Override
    public long end() {
        return layout.end();
    }

    @Override
    public boolean contains(long physical, long bytes) {
        return layout.contains(physical, bytes);
    }

    /**
     * Makes one access and returns how it went.
     *
     * @param guestPhysical address of the guest
     * @param length bytes, all of one page
     */
    public HostAccess.Result touch(long guestPhysical, int length) {
        for (MemoryArea area : areas) {
            if (guestPhysical >= area.guest().start() && guestPhysical + length <= area.guest().end()) {
                return session.touch(HostAccess.read(area.physical().start() + guestPhysical - area.guest().start(),
                        length));
            }
        }
        throw new GuestFault("no memory of the instance at guest address 0x%x".formatted(guestPhysical));
    }

    @Override
    public void read(long physical, byte[] to, int at, int length) {
        if (!contains(physical, length)) {
            throw new GuestFault("%d bytes at physical 0x%x are not all memory".formatted(length, physical));
        }
        for (int done = 0; done < length;) {
            long from = physical + done;
            int here = (int) Math.min(length - done, PAGE - from % PAGE);
            HostAccess.Result result = touch(from, here);
            if (!(result.outcome() instanceof Access.Granted)) {
                throw new GuestFault("the machine refuses the hypervisor 0x%x: %s".formatted(from, result.outcome()));
            }
            System.arraycopy(result.bytes(), 0, to, at + done, here);
            done += here;
        }
    }

    private ByteBuffer some(long physical, int length) {
        byte[] bytes = new byte[length];
        read(physical, bytes, 0, length);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public long readLong(long physical) {
        return some(physical, Long.BYTES).getLong();
    }

    @Override
    public int readInt(long physical) {
        return some(physical, Integer.BYTES).getInt();
    }

    @Override
    public short readShort(long physical) {
        return some(physical, Short.BYTES).getShort();
    }

    @Override
    public byte readByte(long physical) {
        return some(physical, 1).get();
    }
}
