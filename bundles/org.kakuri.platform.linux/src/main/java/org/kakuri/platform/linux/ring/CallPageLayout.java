package org.kakuri.platform.linux.ring;

/**
 * Where things are on a call page. Little-endian. What one side writes for a call lies on one cache line, with the word that
 * announces it, and on no line that the other side writes: a call moves one line each way between two CPUs, and the data.
 * <table border="1">
 * <caption>Header, 4096 bytes</caption>
 * <tr><th>offset</th><th>size</th><th>field</th><th>written by</th></tr>
 * <tr><td>0</td><td>4</td><td>request sequence</td><td>client</td></tr>
 * <tr><td>4</td><td>4</td><td>operation</td><td>client</td></tr>
 * <tr><td>8</td><td>8</td><td>length: request bytes in the data area</td><td>client</td></tr>
 * <tr><td>16</td><td>48</td><td>six arguments of 8 bytes</td><td>client</td></tr>
 * <tr><td>64</td><td>4</td><td>reply sequence</td><td>server</td></tr>
 * <tr><td>72</td><td>8</td><td>result: not negative, or -errno</td><td>server</td></tr>
 * <tr><td>192</td><td>4</td><td>"server is sleeping"</td><td>server</td></tr>
 * <tr><td>256</td><td>4</td><td>"client is sleeping"</td><td>client</td></tr>
 * <tr><td>384</td><td>8</td><td>magic "KAKURICP"</td><td>creator</td></tr>
 * <tr><td>392</td><td>4</td><td>version</td><td>creator</td></tr>
 * <tr><td>400</td><td>8</td><td>bytes of the data area</td><td>creator</td></tr>
 * <tr><td>448</td><td>4</td><td>shutdown: not 0 when a side closed</td><td>both</td></tr>
 * <tr><td>512</td><td>4</td><td>attention: not 0 when the client should ask for signals</td><td>server</td></tr>
 * <tr><td>4096</td><td></td><td>data area</td><td>both, in turns</td></tr>
 * </table>
 * Must match {@code struct kakuri_call_page} of a C peer.
 */
public final class CallPageLayout {

    public static final long REQUEST = 0;
    public static final long REPLY = 64;
    public static final long OPERATION = 4;
    public static final long LENGTH = 8;
    public static final long RESULT = 72;
    public static final long SERVER_SLEEPS = 192;
    public static final long CLIENT_SLEEPS = 256;
    public static final long ARGUMENTS = 16;
    public static final int ARGUMENT_COUNT = 6;
    public static final long MAGIC = 384;
    public static final long VERSION = 392;
    public static final long DATA_SIZE = 400;
    public static final long SHUTDOWN = 448;
    public static final long ATTENTION = 512;
    public static final long HEADER_BYTES = 4096;

    /** "KAKURICP" as bytes in memory order. */
    public static final long MAGIC_VALUE = 0x50434952554b414bL;
    public static final int VERSION_VALUE = 2;

    private CallPageLayout() {}

    /** Bytes of a page with a data area of {@code dataBytes}. */
    public static long bytes(long dataBytes) {
        if (dataBytes < 0 || dataBytes > 1L << 40) {
            throw new IllegalArgumentException("not a size of a data area: dataBytes=" + dataBytes);
        }
        return HEADER_BYTES + dataBytes;
    }
}
