package org.kakuri.platform.linux.posix;

import java.lang.foreign.MemorySegment;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.ring.CallHandler;

/**
 * Executes the requests of a {@link CallPagePosix} that may be hostile; to be run by
 * {@link org.kakuri.platform.linux.ring.CallServer#serve}. An unknown operation is answered {@code -ENOSYS}, a malformed one
 * {@code -EINVAL}; neither is executed. What the guest may touch is decided by the {@link PosixCalls} behind.
 */
public final class CallPageServer implements CallHandler {

    private final PosixCalls calls;
    private final PosixOp.Arguments request = new PosixOp.Arguments();
    private long refused;

    /** Serves one page; one object per page, because it is used by the serving thread alone. */
    public CallPageServer(PosixCalls calls) {
        this.calls = calls;
    }

    @Override
    public long handle(int operation, long[] arguments, long length, MemorySegment data) {
        PosixOp op = PosixOp.of(operation);
        if (op == null) {
            refused++;
            return -Errno.ENOSYS;
        }
        if (!request.take(op, arguments, length, data)) {
            refused++;
            return -Errno.EINVAL;
        }
        return op.run(calls, request);
    }

    /** Requests that were not executed because they were unknown or malformed. */
    public long refused() {
        return refused;
    }
}
