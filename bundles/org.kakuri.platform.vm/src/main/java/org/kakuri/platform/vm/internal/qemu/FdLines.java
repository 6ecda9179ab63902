package org.kakuri.platform.vm.internal.qemu;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.kakuri.platform.linux.BlockingCalls;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.WakeFd;

/** One end of a socket pair whose other end QEMU inherited. Owns the descriptor. */
final class FdLines implements Lines {
    private final Fd fd;
    private final WakeFd wake = WakeFd.create();
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    FdLines(Fd fd) {
        this.fd = fd;
    }

    @Override
    public int read(byte[] to) throws IOException {
        life.readLock().lock();
        try (Arena arena = Arena.ofConfined()) {
            if (closed) {
                return -1;
            }
            MemorySegment buffer = arena.allocate(to.length);
            if (BlockingCalls.read(fd, buffer, wake) instanceof BlockingCalls.Outcome.Done(long count) && count > 0) {
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, to, 0, (int) count);
                return (int) count;
            }
            return -1;
        } catch (NativeException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            life.readLock().unlock();
        }
    }

    @Override
    public void write(byte[] from) throws IOException {
        life.readLock().lock();
        try (Arena arena = Arena.ofConfined()) {
            if (closed) {
                throw new IOException("the connection is closed");
            }
            FdIo.writeFully(fd, arena.allocateFrom(ValueLayout.JAVA_BYTE, from));
        } catch (NativeException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            life.readLock().unlock();
        }
    }

    @Override
    public void close() {
        if (life.isWriteLocked()) {
            return;
        }
        synchronized (wake) {
            if (closed) {
                return;
            }
            wake.wake();
            life.writeLock().lock();
            try {
                closed = true;
                fd.close();
                wake.close();
            } finally {
                life.writeLock().unlock();
            }
        }
    }
}
