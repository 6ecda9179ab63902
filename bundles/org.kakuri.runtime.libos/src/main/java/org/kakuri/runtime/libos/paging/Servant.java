package org.kakuri.runtime.libos.paging;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.RemoteMemory;
import org.kakuri.runtime.libos.trace.Injector;

/**
 * A thread in a guest's process that makes system calls on request: what changes a process's memory can only be done in it, at
 * moments at which none of its own threads can be stopped, because they wait for a page. It is nobody's tracee, all signals are
 * blocked in it, it has a table of descriptors of its own with nothing in it but a socket, and it goes with the process, or with
 * the program that is replaced by another one. Thread-safe.
 * <p>
 * Its code, a page that is mapped into the process, with a page for requests behind it:
 *
 * <pre>
 *       syscall                      the injected clone: the process goes on elsewhere, the new thread here
 *       rt_sigprocmask(SIG_SETMASK, base + 0xf8, 0, 8)
 *       ebx = [base + 0xf0]; if (ebx != 0) close_range(0, ebx - 1, 0); close_range(ebx + 1, ~0, 0)
 * next: if (read(ebx, base + 0x1000, 56) != 56) exit(0)
 *       rax, rdi, rsi, rdx, r10, r8, r9 = [base + 0x1000 ...]; syscall; [base + 0x1000] = rax
 *       if (write(ebx, base + 0x1000, 8) == 8) goto next; exit(0)
 * </pre>
 */
final class Servant implements AutoCloseable {
    /** Bytes of its two pages. */
    static final int BYTES = 8192;
    private static final int PAGE = 4096;
    private static final byte[] CODE = HexFormat.of()
            .parseHex("0f05bf02000000488d35ea00000031d241ba08000000b80e0000000f058b1dcd"
                    + "00000031ff8d73ff85db740931d2b8b40100000f058d7b01beffffffff31d2b8"
                    + "b40100000f0589df488d35b10f0000ba3800000031c00f054883f8387555488b"
                    + "059b0f0000488b3d9c0f0000488b359d0f0000488b159e0f00004c8b159f0f00"
                    + "004c8b05a00f00004c8b0da10f00000f05488905680f000089df488d355f0f00"
                    + "00ba08000000b8010000000f054883f808749331ffb83c0000000f05");
    private static final int SOCKET_AT = 0xf0;
    private static final int MASK_AT = 0xf8;
    private static final int MPROTECT = 10;
    private static final int PROT_READ_EXEC = 5;
    private static final int CLONE = 56;
    private static final int GETTID = 186;
    private static final int REQUEST_BYTES = 56;
    /** CLONE_VM, FS, SIGHAND, THREAD, SYSVSEM, UNTRACED. */
    private static final long FLAGS = 0x100 | 0x200 | 0x800 | 0x10000 | 0x40000 | 0x800000;

    private final Fd socket;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment request = arena.allocate(REQUEST_BYTES, 8);

    private Servant(Fd socket) {
        this.socket = socket;
    }

    /**
     * Makes one.
     *
     * @param base two fresh pages of the process, readable and writable
     * @param there its socket, a descriptor of the process
     * @param here the other end of it; owned from now on
     *
     * @throws org.kakuri.api.KakuriException if it cannot be made
     */
    static Servant begin(Injector injector, long base, int there, Fd here) {
        byte[] page = ByteBuffer.allocate(PAGE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(CODE)
                .putInt(SOCKET_AT, there)
                .putLong(MASK_AT, -1)
                .array();
        if (!RemoteMemory.write(injector.pid(), base, page)) {
            throw new org.kakuri.api.KakuriException("the servant's code cannot be written", "");
        }
        injector.require("mprotect", injector.call(MPROTECT, base, PAGE, PROT_READ_EXEC));
        injector.require("clone", injector.callAt(base, CLONE, FLAGS, base + BYTES - 64));
        var made = new Servant(here);
        if (made.call(GETTID) <= 0) {
            made.close();
            throw new org.kakuri.api.KakuriException("the servant thread does not answer", "");
        }
        return made;
    }

    /** Lets it make a system call: its result, or {@code -errno}; ESRCH if it is gone with its process. */
    synchronized long call(int number, long... arguments) {
        request.fill((byte) 0);
        request.set(ValueLayout.JAVA_LONG, 0, number);
        for (int i = 0; i < arguments.length; i++) {
            request.set(ValueLayout.JAVA_LONG, 8L + 8L * i, arguments[i]);
        }
        if (socket.isClosed() || transfer(true, REQUEST_BYTES) != REQUEST_BYTES || transfer(false, 8) != 8) {
            return -Errno.ESRCH;
        }
        return request.get(ValueLayout.JAVA_LONG, 0);
    }

    private long transfer(boolean out, int bytes) {
        long n;
        do {
            n = out ? FdIo.writeRaw(socket.number(), request, 0, bytes)
                    : FdIo.readRaw(socket.number(), request, 0, bytes);
        } while (n == -Errno.EINTR);
        return n;
    }

    /** Readable when it is gone. */
    Fd socket() {
        return socket;
    }

    /** Ends it. */
    @Override
    public synchronized void close() {
        if (!socket.isClosed()) {
            socket.close();
            arena.close();
        }
    }
}
