package org.kakuri.api.vm;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Physical memory of a guest, read-only, little endian. Addresses are the guest's physical ones. Implemented by
 * providers of machines, and by whoever puts something between: a fetch through an enclave's border, a cache. Every
 * address is checked: the guest is hostile.
 */
@ConsumerType
public interface GuestMemory {
    /** Bytes of a page. */
    int PAGE = 4096;

    /** Returns the first address behind the highest memory. */
    long end();

    /** Returns whether all of a range is memory. */
    boolean contains(long physical, long bytes);

    /**
     * Copies bytes out.
     *
     * @throws GuestFault
     *             if not all of it is memory, or the machine refuses
     */
    void read(long physical, byte[] to, int at, int length);

    /**
     * Reads eight bytes.
     *
     * @throws GuestFault
     *             if they are not memory
     */
    long readLong(long physical);

    /**
     * Reads four bytes.
     *
     * @throws GuestFault
     *             if they are not memory
     */
    int readInt(long physical);

    /**
     * Reads two bytes.
     *
     * @throws GuestFault
     *             if they are not memory
     */
    short readShort(long physical);

    /**
     * Reads one byte.
     *
     * @throws GuestFault
     *             if it is not memory
     */
    byte readByte(long physical);

    /** Says that these pages are about to be read. Does nothing unless that helps. */
    default void prefetch(long physical, int bytes) {}
}
