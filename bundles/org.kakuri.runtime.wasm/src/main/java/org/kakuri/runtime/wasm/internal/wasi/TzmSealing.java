package org.kakuri.runtime.wasm.internal.wasi;

import java.util.function.BiFunction;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.Sealing;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;

/** The calls that seal and unseal under keys of the instance: bytes written, or minus a WASI error number. */
final class TzmSealing {
    /** Most bytes of a label or of what is sealed: calls copy both. */
    static final int MOST = 1 << 20;

    private TzmSealing() {}

    /**
     * An answer that does not fit is not written: OVERFLOW. Without sealing keys: NOTSUP. Refused by the instance:
     * PERM.
     */
    static int call(WasiProcess p, BiFunction<Sealing, byte[][], byte[]> what, long[] arguments) {
        GuestMemory memory = p.memory();
        byte[] label = bytes(memory, (int) arguments[0], (int) arguments[1]);
        byte[] given = bytes(memory, (int) arguments[2], (int) arguments[3]);
        if (label == null || given == null) {
            return -WasiErrno.INVAL;
        }
        memory.range((int) arguments[4], (int) arguments[5]);
        byte[] answer;
        try {
            answer = what.apply(p.sealing().get(), new byte[][] {label, given});
        } catch (Unsupported e) {
            return -WasiErrno.NOTSUP;
        } catch (Refused e) {
            return -WasiErrno.PERM;
        }
        if (answer.length > Integer.toUnsignedLong((int) arguments[5])) {
            return -WasiErrno.OVERFLOW;
        }
        memory.write((int) arguments[4], answer, 0, answer.length);
        return answer.length;
    }

    private static byte[] bytes(GuestMemory memory, int at, int length) {
        memory.range(at, length);
        return Integer.compareUnsigned(length, MOST) > 0 ? null : memory.readBytes(at, length);
    }
}
