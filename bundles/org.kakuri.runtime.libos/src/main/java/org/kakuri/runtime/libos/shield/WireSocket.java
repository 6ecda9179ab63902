package org.kakuri.runtime.libos.shield;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A connection beneath TLS: knows how long it was waited for, so that what is left is cryptography, and whether the peer's stream has
 * ended, so that an end that TLS did not announce (close_notify) is told from one that it did.
 */
final class WireSocket extends Socket {
    private final Socket inner;
    private final AtomicLong reading = new AtomicLong();
    private final AtomicLong writing = new AtomicLong();
    private volatile boolean ended;

    WireSocket(Socket inner) {
        this.inner = inner;
    }

    /** Returns the ns that reads have taken. */
    long reading() {
        return reading.get();
    }

    /** Returns the ns that writes have taken. */
    long writing() {
        return writing.get();
    }

    /** Returns whether the peer's stream was read to its end. */
    boolean ended() {
        return ended;
    }

    /** Closes; the peer sees a reset. */
    void reset() {
        reset(inner);
    }

    /** Closes a socket; its peer sees a reset. */
    static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException _) { // closed already
            return;
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(inner.getInputStream()) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                long before = System.nanoTime();
                try {
                    int n = in.read(to, offset, length);
                    ended |= n < 0;
                    return n;
                } finally {
                    reading.addAndGet(System.nanoTime() - before);
                }
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(inner.getOutputStream()) {
            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                long before = System.nanoTime();
                try {
                    out.write(from, offset, length);
                } finally {
                    writing.addAndGet(System.nanoTime() - before);
                }
            }
        };
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return inner.isClosed();
    }

    @Override
    public InetAddress getInetAddress() {
        return inner.getInetAddress();
    }

    @Override
    public int getPort() {
        return inner.getPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return inner.getRemoteSocketAddress();
    }

    @Override
    public void setSoTimeout(int millis) throws java.net.SocketException {
        inner.setSoTimeout(millis);
    }

    @Override
    public int getSoTimeout() throws java.net.SocketException {
        return inner.getSoTimeout();
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws java.net.SocketException {
        inner.setSoLinger(on, seconds);
    }

    @Override
    public int getSoLinger() throws java.net.SocketException {
        return inner.getSoLinger();
    }

    @Override
    public boolean isInputShutdown() {
        return inner.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return inner.isOutputShutdown();
    }

    @Override
    public void shutdownInput() throws IOException {
        inner.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        inner.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        inner.close();
    }
}
