package org.kakuri.runtime.libos.shield;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.SocketCalls;

/** A connection that was accepted by number, for what wants a socket of the JDK's. Owns the descriptor. */
final class RawSocket extends Socket {
    private static final int BUFFER = 16 << 10;
    private static final int SOL_SOCKET = 1;
    private static final int SO_LINGER = 13;
    private static final int SO_RCVTIMEO = 20;

    private final Fd fd;
    private volatile boolean resets;

    RawSocket(Fd fd) {
        this.fd = fd;
    }

    private static IOException failed(NativeException e) {
        return e.errno() == Errno.EAGAIN ? new SocketTimeoutException("nothing came in time")
                : new SocketException(Errno.name(e.errno()));
    }

    @Override
    public InputStream getInputStream() {
        MemorySegment buffer = Arena.ofAuto().allocate(BUFFER);
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                try {
                    int n = (int) FdIo.read(fd, buffer.asSlice(0, Math.min(length, BUFFER)));
                    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, to, offset, n);
                    return n == 0 && length > 0 ? -1 : n;
                } catch (NativeException e) {
                    throw failed(e);
                } catch (IllegalStateException e) {
                    throw new SocketException("closed", e);
                }
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        MemorySegment buffer = Arena.ofAuto().allocate(BUFFER);
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                try {
                    for (int done = 0; done < length;) {
                        int n = Math.min(BUFFER, length - done);
                        MemorySegment.copy(from, offset + done, buffer, ValueLayout.JAVA_BYTE, 0, n);
                        FdIo.writeFully(fd, buffer.asSlice(0, n));
                        done += n;
                    }
                } catch (NativeException e) {
                    throw failed(e);
                } catch (IllegalStateException e) {
                    throw new SocketException("closed", e);
                }
            }
        };
    }

    private void option(int name, MemorySegment value) throws SocketException {
        try {
            int r = SocketCalls.setsockoptRaw(fd.number(), SOL_SOCKET, name, value);
            if (r < 0) {
                throw new SocketException(Errno.name(-r));
            }
        } catch (IllegalStateException e) {
            throw new SocketException("closed", e);
        }
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
            time.set(ValueLayout.JAVA_LONG, 0, millis / 1000);
            time.set(ValueLayout.JAVA_LONG, 8, millis % 1000 * 1000);
            option(SO_RCVTIMEO, time);
        }
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment linger = arena.allocate(ValueLayout.JAVA_INT, 2);
            linger.set(ValueLayout.JAVA_INT, 0, on ? 1 : 0);
            linger.set(ValueLayout.JAVA_INT, 4, seconds);
            option(SO_LINGER, linger);
            resets = on && seconds == 0;
        }
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return fd.isClosed();
    }

    private void shutdown(int how) {
        try {
            SocketCalls.shutdownRaw(fd.number(), how);
        } catch (IllegalStateException _) { // closed already
            return;
        }
    }

    @Override
    public void shutdownInput() {
        shutdown(SocketCalls.SHUT_RD);
    }

    @Override
    public void shutdownOutput() {
        shutdown(SocketCalls.SHUT_WR);
    }

    /** A thread that reads or writes is woken first. */
    @Override
    public void close() {
        shutdown(resets ? SocketCalls.SHUT_RD : SocketCalls.SHUT_RDWR);
        fd.close();
    }
}
