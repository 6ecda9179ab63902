package org.kakuri.platform.linux.ring;

/**
 * Where things are in a ring. Little-endian; words that different sides write lie on different cache lines.
 * <table border="1">
 * <caption>Header, 512 bytes</caption>
 * <tr><th>offset</th><th>size</th><th>field</th><th>written by</th></tr>
 * <tr><td>0</td><td>8</td><td>head: bytes ever consumed</td><td>consumer</td></tr>
 * <tr><td>64</td><td>8</td><td>tail: bytes ever produced</td><td>producer</td></tr>
 * <tr><td>128</td><td>4</td><td>filled word: changes when messages were added</td><td>producer</td></tr>
 * <tr><td>192</td><td>4</td><td>"consumer is sleeping"</td><td>consumer</td></tr>
 * <tr><td>256</td><td>4</td><td>drained word: changes when messages were taken</td><td>consumer</td></tr>
 * <tr><td>320</td><td>4</td><td>"producer is sleeping"</td><td>producer</td></tr>
 * <tr><td>384</td><td>8</td><td>magic "KAKURIRB"</td><td>creator</td></tr>
 * <tr><td>392</td><td>4</td><td>version</td><td>creator</td></tr>
 * <tr><td>400</td><td>8</td><td>capacity: bytes of the data area, a power of two</td><td>creator</td></tr>
 * <tr><td>448</td><td>4</td><td>shutdown: not 0 when a side closed</td><td>both</td></tr>
 * <tr><td>512</td><td></td><td>data area</td><td>producer</td></tr>
 * </table>
 * A record starts at a multiple of 8: int length of the message, int type, message, padding to 8. It never wraps: the rest of
 * the data area is skipped by a record of type {@link #PADDING}. Must match {@code struct kakuri_ring} of a C peer.
 */
public final class RingLayout {

    public static final long HEAD = 0;
    public static final long TAIL = 64;
    public static final long FILLED = 128;
    public static final long CONSUMER_SLEEPS = 192;
    public static final long DRAINED = 256;
    public static final long PRODUCER_SLEEPS = 320;
    public static final long MAGIC = 384;
    public static final long VERSION = 392;
    public static final long CAPACITY = 400;
    public static final long SHUTDOWN = 448;
    public static final long HEADER_BYTES = 512;

    /** "KAKURIRB" as bytes in memory order. */
    public static final long MAGIC_VALUE = 0x42524952554b414bL;
    public static final int VERSION_VALUE = 1;

    public static final long RECORD_LENGTH = 0;
    public static final long RECORD_TYPE = 4;
    public static final long RECORD_HEADER_BYTES = 8;
    /** Type of a record that only fills the rest of the data area. Types of messages are not negative. */
    public static final int PADDING = -1;
    public static final long MIN_CAPACITY = 64;

    private RingLayout() {}

    /** Bytes of a ring with a data area of {@code capacity}, a power of two from 64. */
    public static long bytes(long capacity) {
        if (!isCapacity(capacity)) {
            throw new IllegalArgumentException("not a capacity: capacity=" + capacity + "; a power of two from 64");
        }
        return HEADER_BYTES + capacity;
    }

    /** Largest message: two of them and their headers fit, so that one always fits an empty ring. */
    public static long maxMessage(long capacity) {
        return capacity / 2 - RECORD_HEADER_BYTES;
    }

    /** Bytes a message takes. */
    static long recordBytes(long length) {
        return RECORD_HEADER_BYTES + (length + 7 & ~7L);
    }

    static boolean isCapacity(long capacity) {
        return capacity >= MIN_CAPACITY && capacity <= 1L << 40 && Long.bitCount(capacity) == 1;
    }
}
