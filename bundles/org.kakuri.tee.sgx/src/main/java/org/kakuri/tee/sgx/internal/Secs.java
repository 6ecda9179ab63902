package org.kakuri.tee.sgx.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Range;
import org.kakuri.attest.sgx.ReportBody;
import org.kakuri.attest.sgx.SigStruct;

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
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ATTRIBUTES = 48;
    private static final int MRENCLAVE = 64;
    private static final int MRSIGNER = 128;
    private static final int HASH = 32;
    /** ATTRIBUTES.INIT. */
    private static final long INIT = ReportBody.INIT;

    private final MemorySegment page = MemorySegment.ofArray(new byte[PAGE]);
    private final Range elrange;

    /** ECREATE. */
    Secs(Range elrange, int miscSelect, long attributes, long xfrm) {
        this.elrange = elrange;
        page.set(LONG, 0, elrange.bytes());
        page.set(LONG, 8, elrange.start());
        page.set(INT, 16, SSA_FRAME_PAGES);
        page.set(INT, 20, miscSelect);
        page.set(LONG, ATTRIBUTES, attributes);
        page.set(LONG, ATTRIBUTES + 8, xfrm);
    }

    Range elrange() {
        return elrange;
    }

    long attributes() {
        return page.get(LONG, ATTRIBUTES);
    }

    long xfrm() {
        return page.get(LONG, ATTRIBUTES + 8);
    }

    int miscSelect() {
        return page.get(INT, 20);
    }

    /** Returns what reports and keys are made of. */
    synchronized ReportBody.Identity identity() {
        byte[] bytes = page.toArray(ValueLayout.JAVA_BYTE);
        return new ReportBody.Identity(miscSelect(), attributes(), xfrm(),
                Arrays.copyOfRange(bytes, MRENCLAVE, MRENCLAVE + HASH),
                Arrays.copyOfRange(bytes, MRSIGNER, MRSIGNER + HASH), Short.toUnsignedInt(page.get(SHORT, 256)),
                Short.toUnsignedInt(page.get(SHORT, 258)));
    }

    /** EINIT. */
    synchronized void initialise(byte[] mrenclave, SigStruct sig) {
        MemorySegment.copy(mrenclave, 0, page, ValueLayout.JAVA_BYTE, MRENCLAVE, HASH);
        MemorySegment.copy(sig.mrsigner(), 0, page, ValueLayout.JAVA_BYTE, MRSIGNER, HASH);
        page.set(SHORT, 256, (short) sig.isvProdId());
        page.set(SHORT, 258, (short) sig.isvSvn());
        page.set(LONG, ATTRIBUTES, page.get(LONG, ATTRIBUTES) | INIT);
    }

    /** Returns the page's bytes. */
    Backing backing() {
        return Backing.of(page);
    }
}
