package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes and descriptors together over a UNIX socket, SCM_RIGHTS of unix(7).
 * <p>
 * The receiver owns new descriptors of the same open files; the sender's stay open.
 */
public final class FdPassing {

    /** Most descriptors in one message, SCM_MAX_FD of the kernel. */
    public static final int MAX_DESCRIPTORS = 253;

    /** {@code struct msghdr}: iov @16, iovlen @24, control @32, controllen @40, flags @48. */
    private static final long MSGHDR_BYTES = 56;
    /** {@code struct cmsghdr}: len @0, level @8, type @12, data @16. */
    private static final long CMSGHDR_BYTES = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CTRUNC = 8;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final MethodHandle SENDMSG = Native.withErrno("sendmsg", LONG, INT, POINTER, INT);
    private static final MethodHandle RECVMSG = Native.withErrno("recvmsg", LONG, INT, POINTER, INT);

    private FdPassing() {}

    /**
     * What arrived.
     *
     * @param bytes       the bytes of the message
     * @param descriptors owned by the receiver from now on
     */
    public record Message(byte[] bytes, List<Fd> descriptors) implements AutoCloseable {

        /** Closes the descriptors. */
        @Override
        public void close() {
            descriptors.forEach(Fd::close);
        }
    }

    /** Sends all bytes, at least one, and descriptors. */
    public static void send(Fd socket, byte[] bytes, List<Fd> descriptors) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("a message needs at least one byte to carry descriptors");
        }
        if (descriptors.size() > MAX_DESCRIPTORS) {
            throw new IllegalArgumentException(
                    "too many descriptors: count=" + descriptors.size() + ", at most " + MAX_DESCRIPTORS);
        }
        int number = socket.acquire();
        int held = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = header(arena, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes),
                    descriptors.isEmpty() ? 0 : controlBytes(descriptors.size()));
            for (; held < descriptors.size(); held++) {
                control(header).set(INT, CMSGHDR_BYTES + 4L * held, descriptors.get(held).acquire());
            }
            if (held > 0) {
                MemorySegment control = control(header);
                control.set(LONG, 0, CMSGHDR_BYTES + 4L * held);
                control.set(INT, 8, SOL_SOCKET);
                control.set(INT, 12, SCM_RIGHTS);
            }
            long n = call(SENDMSG, "sendmsg", number, header, MSG_NOSIGNAL);
            if (n != bytes.length) {
                throw new NativeException("sendmsg", "fd=" + number + ", sent=" + n + " of " + bytes.length,
                        Errno.EMSGSIZE);
            }
        } finally {
            for (int i = 0; i < held; i++) {
                descriptors.get(i).release();
            }
            socket.release();
        }
    }

    /**
     * Receives one message of exactly {@code bytes} bytes and up to {@code maxDescriptors} descriptors. On a stream socket
     * both sides must agree on the size of each message.
     *
     * @throws NativeException ECONNRESET when the sender closed, EMSGSIZE when bytes or descriptors are missing or cut off;
     *                         what did arrive is closed
     */
    public static Message receive(Fd socket, int bytes, int maxDescriptors) {
        if (bytes < 1 || maxDescriptors < 0 || maxDescriptors > MAX_DESCRIPTORS) {
            throw new IllegalArgumentException("bytes=" + bytes + ", maxDescriptors=" + maxDescriptors
                    + "; at least 1 byte and 0 to " + MAX_DESCRIPTORS + " descriptors");
        }
        int number = socket.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment content = arena.allocate(bytes);
            MemorySegment header = header(arena, content, maxDescriptors == 0 ? 0 : controlBytes(maxDescriptors));
            long n = call(RECVMSG, "recvmsg", number, header, MSG_CMSG_CLOEXEC);
            List<Fd> descriptors = descriptors(header);
            int flags = header.get(INT, 48);
            if (n != bytes || (flags & (MSG_CTRUNC | MSG_TRUNC)) != 0) {
                descriptors.forEach(Fd::close);
                String cut = (flags & MSG_CTRUNC) != 0 ? ", descriptors cut off" : "";
                throw new NativeException("recvmsg", "fd=" + number + ", received=" + n + " of " + bytes + cut,
                        n == 0 ? Errno.ECONNRESET : Errno.EMSGSIZE);
            }
            return new Message(content.toArray(ValueLayout.JAVA_BYTE), List.copyOf(descriptors));
        } finally {
            socket.release();
        }
    }

    /** Header, I/O vector and control memory in one block. */
    private static MemorySegment header(Arena arena, MemorySegment content, long controlBytes) {
        MemorySegment header = arena.allocate(MSGHDR_BYTES, 8);
        MemorySegment vector = arena.allocate(16, 8);
        vector.set(ValueLayout.ADDRESS, 0, content);
        vector.set(LONG, 8, content.byteSize());
        header.set(ValueLayout.ADDRESS, 16, vector);
        header.set(LONG, 24, 1);
        if (controlBytes > 0) {
            header.set(ValueLayout.ADDRESS, 32, arena.allocate(controlBytes, 8));
            header.set(LONG, 40, controlBytes);
        }
        return header;
    }

    private static long controlBytes(int descriptors) {
        return CMSGHDR_BYTES + (4L * descriptors + 7) / 8 * 8;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment control(MemorySegment header) {
        return header.get(ValueLayout.ADDRESS, 32).reinterpret(header.get(LONG, 40));
    }

    private static List<Fd> descriptors(MemorySegment header) {
        List<Fd> descriptors = new ArrayList<>();
        long length = header.get(LONG, 40);
        if (length >= CMSGHDR_BYTES) {
            MemorySegment control = control(header);
            boolean rights = control.get(INT, 8) == SOL_SOCKET && control.get(INT, 12) == SCM_RIGHTS;
            long end = rights ? Math.min(control.get(LONG, 0), length) : 0;
            for (long at = CMSGHDR_BYTES; at + 4 <= end; at += 4) {
                descriptors.add(Fd.own(control.get(INT, at)));
            }
        }
        return descriptors;
    }

    private static long call(MethodHandle handle, String name, int fd, MemorySegment header, int flags) {
        MemorySegment state = Native.state();
        try {
            long n;
            do {
                n = Native.result(state, (long) handle.invokeExact(state, fd, header, flags));
            } while (n == -Errno.EINTR);
            return Native.check(n, name, "fd=" + fd);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
