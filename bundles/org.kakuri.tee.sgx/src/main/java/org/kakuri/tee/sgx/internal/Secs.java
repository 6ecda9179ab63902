package org.kakuri.tee.sgx.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Range;

/**
 * An enclave's control structure, in its own EPC page. Little-endian; what is not listed is zero.
 *
 * <pre>
 * offset | size | field        | written by
 * 0      | 8    | SIZE         | ECREATE
 * 8      | 8    | BASEADDR     | ECREATE
 * 16     | 4    | SSAFRAMESIZE | ECREATE, in pages
 * 20     | 4    | MISCSELECT   | ECREATE
 * 48     | 16   | ATTRIBUTES   | ECREATE; INIT by EINIT
 * 64     | 32   | MRENCLAVE    | EINIT (here; the processor: ECREATE to EINIT)
 * 128    | 32   | MRSIGNER     | EINIT
 * 256    | 2    | ISVPRODID    | EINIT
 * 258    | 2    | ISVSVN       | EINIT
 * </pre>
 *
 * @rule Intel SDM vol. 3D, 38.7 (SECS), table 38-2
 */
final class Secs {
    /** Pages of one SSA frame: enough for x87, SSE, AVX and GPRSGX. */
    static final int SSA_FRAME_PAGES = 1;
    private static final int PAGE = 4096;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ATTRIBUTES = 48;
    private static final int MRENCLAVE = 64;
    private static final int HASH = 32;
    /** ATTRIBUTES.INIT. */
    private static final long INIT = 1;

    private final MemorySegment page = MemorySegment.ofArray(new byte[PAGE]);
    private final Range elrange;

    /** ECREATE. */
    Secs(Range elrange, long attributes, long xfrm) {
        this.elrange = elrange;
        page.set(LONG, 0, elrange.bytes());
        page.set(LONG, 8, elrange.start());
        page.set(INT, 16, SSA_FRAME_PAGES);
        page.set(LONG, ATTRIBUTES, attributes);
        page.set(LONG, ATTRIBUTES + 8, xfrm);
    }

    Range elrange() {
        return elrange;
    }

    /** EINIT. */
    synchronized void initialise(byte[] mrenclave) {
        if (mrenclave.length != HASH) {
            throw new IllegalArgumentException("MRENCLAVE has 32 bytes: " + mrenclave.length);
        }
        MemorySegment.copy(mrenclave, 0, page, ValueLayout.JAVA_BYTE, MRENCLAVE, HASH);
        page.set(LONG, ATTRIBUTES, page.get(LONG, ATTRIBUTES) | INIT);
    }

    /** Returns the page's bytes. */
    Backing backing() {
        return Backing.of(page);
    }

    @Override
    public String toString() {
        return "SECS of " + elrange + ", MRENCLAVE=" + java.util.HexFormat.of()
                .formatHex(Arrays.copyOfRange((byte[]) page.heapBase().orElseThrow(), MRENCLAVE, MRENCLAVE + HASH));
    }
}
