package org.kakuri.api.tee;

/**
 * A range of addresses.
 *
 * @param start first address
 * @param bytes length in bytes, at least 0
 */
public record Range(long start, long bytes) {

    /** Refuses negative lengths and ranges that wrap round. */
    public Range {
        if (bytes < 0 || Long.compareUnsigned(start + bytes, start) < 0) {
            throw new IllegalArgumentException("not a range: start=0x%x, bytes=%d".formatted(start, bytes));
        }
    }

    /** Returns the first address behind the range. */
    public long end() {
        return start + bytes;
    }

    /** Returns whether the address lies inside. */
    public boolean contains(long address) {
        return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end()) < 0;
    }

    /** Returns whether the other range lies wholly inside this one. */
    public boolean contains(Range other) {
        return Long.compareUnsigned(other.start, start) >= 0 && Long.compareUnsigned(other.end(), end()) <= 0;
    }

    /** Returns whether both have an address in common. */
    public boolean overlaps(Range other) {
        return Long.compareUnsigned(start, other.end()) < 0 && Long.compareUnsigned(other.start, end()) < 0;
    }

    @Override
    public String toString() {
        return "[0x%x, 0x%x)".formatted(start, end());
    }
}
