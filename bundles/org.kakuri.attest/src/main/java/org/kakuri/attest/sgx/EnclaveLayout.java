package org.kakuri.attest.sgx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.kakuri.api.tee.Perms;

/**
 * The measurement of an enclave as Kakuri lays it out: what is attached, in the order it is attached, and behind it the thread
 * control structures with their SSA frames, from the top of ELRANGE downwards. Not thread-safe.
 *
 * <pre>
 * offset in a TCS page | size | field, the others are zero (SDM vol. 3D, 38.8)
 * 16                   | 8    | OSSA: the page behind it
 * 28                   | 4    | NSSA
 * 64                   | 4    | FSLIMIT: FFFh
 * 68                   | 4    | GSLIMIT: FFFh
 * </pre>
 */
public final class EnclaveLayout {
    /** Bytes of ELRANGE where nothing else is asked for. */
    public static final long SIZE = 1L << 40;
    /** Thread control structures where nothing else is asked for. */
    public static final int THREADS = 8;
    /** SSA frames of each where nothing else is asked for. */
    public static final int SSA_FRAMES = 2;
    private static final int SSA_FRAME_PAGES = 1;

    private final long base;
    private final long size;
    private final int threads;
    private final int ssaFrames;
    private final Mrenclave value;

    /**
     * @param base of ELRANGE
     * @param size of ELRANGE
     * @param threads thread control structures it starts with
     * @param ssaFrames SSA frames of each
     */
    public EnclaveLayout(long base, long size, int threads, int ssaFrames) {
        this.base = base;
        this.size = size;
        this.threads = threads;
        this.ssaFrames = ssaFrames;
        this.value = Mrenclave.ecreate(SSA_FRAME_PAGES, size);
    }

    /** Begins with what an instance has where nothing else is asked for. */
    public EnclaveLayout() {
        this(0, SIZE, THREADS, SSA_FRAMES);
    }

    /**
     * Adds what is attached next; what lacks to a whole page counts as zeros.
     *
     * @param guestAddress where, not as an offset
     * @param perms what the code inside may do
     * @param content the bytes
     */
    public EnclaveLayout attach(long guestAddress, Perms perms, byte[] content) {
        long flags = Mrenclave.REG | (perms.read() ? Mrenclave.R : 0) | (perms.write() ? Mrenclave.W : 0)
                | (perms.execute() ? Mrenclave.X : 0);
        value.pages(guestAddress - base, flags, content);
        return this;
    }

    /** Adds the threads and returns MRENCLAVE; to be called once. */
    public byte[] mrenclave() {
        int pages = 1 + ssaFrames * SSA_FRAME_PAGES;
        for (int thread = 1; thread <= threads; thread++) {
            long tcs = size - (long) thread * pages * Mrenclave.PAGE;
            byte[] content = ByteBuffer.allocate(Mrenclave.PAGE)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(16, tcs + Mrenclave.PAGE)
                    .putInt(28, ssaFrames)
                    .putInt(64, 0xfff)
                    .putInt(68, 0xfff)
                    .array();
            value.pages(tcs, Mrenclave.TCS, content);
            value.pages(tcs + Mrenclave.PAGE, Mrenclave.REG | Mrenclave.R | Mrenclave.W,
                    new byte[ssaFrames * SSA_FRAME_PAGES * Mrenclave.PAGE]);
        }
        return value.finish();
    }
}
