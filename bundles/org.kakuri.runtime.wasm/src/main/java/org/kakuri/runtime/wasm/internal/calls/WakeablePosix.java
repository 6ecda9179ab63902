package org.kakuri.runtime.wasm.internal.calls;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.kakuri.platform.linux.CallGate;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.platform.linux.posix.PosixOp;
import org.kakuri.platform.linux.posix.ProcessIdentity;

/**
 * Executes a guest's calls in this process so that none blocks longer than the guest may live: {@link #wake} ends the call its
 * thread is in, and all calls after it, with {@code -ECANCELED}. One thread, which calls {@link #bind} first.
 */
public final class WakeablePosix implements PosixCalls, AutoCloseable {
    private final LocalPosix calls = new LocalPosix();
    private final CallGate gate = new CallGate();
    private ProcessIdentity identity;
    private volatile boolean woken;

    /** Makes the calling thread the one that calls. */
    public void bind() {
        gate.bind();
    }

    /**
     * Gives the guest this process's identity. On the thread that calls, before its first call.
     *
     * @param attention told, by any thread, whether there is a signal for the guest to ask for
     */
    public void identity(Consumer<Boolean> attention) {
        identity = ProcessIdentity.take();
        calls.identity(identity);
        calls.onSignal(() -> attention.accept(calls.signalled()));
        if (woken) {
            calls.cancel();
        }
    }

    /** Ends the call of the guest's thread; all later calls fail. Any thread. */
    public void wake() {
        woken = true;
        calls.cancel();
        gate.close();
    }

    /** Gives the guest a descriptor, which is closed with this object. */
    public void give(int fd) {
        calls.give(fd);
    }

    /** A call that may block. */
    @FunctionalInterface
    private interface Call {
        long run();
    }

    private long blocking(Call call) {
        while (gate.enter()) {
            long result = call.run();
            gate.leave();
            if (result != -Errno.EINTR || calls.signalled()) {
                return result;
            }
        }
        return -Errno.ECANCELED;
    }

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long length) {
        return blocking(() -> calls.read(fd, buffer, offset, length));
    }

    @Override
    public long write(int fd, MemorySegment buffer, long offset, long length) {
        return blocking(() -> calls.write(fd, buffer, offset, length));
    }

    @Override
    public long writeThenRead(int writeFd, int readFd, MemorySegment out, long outOffset, long outLength,
            MemorySegment in, long inOffset, long inLength) {
        long done = 0;
        while (done < outLength) {
            long n = write(writeFd, out, outOffset + done, outLength - done);
            if (n < 0) {
                return n;
            }
            done += n;
        }
        return read(readFd, in, inOffset, inLength);
    }

    @Override
    public int poll(MemorySegment entries, long offset, long length, int timeoutMillis) {
        return (int) blocking(() -> calls.poll(entries, offset, length, timeoutMillis));
    }

    @Override
    public int accept(int fd, int flags) {
        return (int) blocking(() -> calls.accept(fd, flags));
    }

    @Override
    public int openat(int directory, String path, int flags, int mode) {
        return (int) blocking(() -> calls.openat(directory, path, flags, mode));
    }

    @Override
    public long call(PosixOp op, long[] slots, MemorySegment data, long length) {
        return blocking(() -> calls.call(op, slots, data, length));
    }

    @Override
    public boolean signalled() {
        return calls.signalled();
    }

    @Override
    public int dup(int fd) {
        return calls.dup(fd);
    }

    @Override
    public int fcntlSetFl(int fd, int flags) {
        return calls.fcntlSetFl(fd, flags);
    }

    @Override
    public long pread(int fd, MemorySegment buffer, long offset, long length, long position) {
        return calls.pread(fd, buffer, offset, length, position);
    }

    @Override
    public long pwrite(int fd, MemorySegment buffer, long offset, long length, long position) {
        return calls.pwrite(fd, buffer, offset, length, position);
    }

    @Override
    public int close(int fd) {
        return calls.close(fd);
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        return calls.lseek(fd, offset, whence);
    }

    @Override
    public int fstat(int fd, MemorySegment buffer, long offset, long length) {
        return calls.fstat(fd, buffer, offset, length);
    }

    @Override
    public int fstatat(int directory, String path, int flags, MemorySegment buffer, long offset, long length) {
        return calls.fstatat(directory, path, flags, buffer, offset, length);
    }

    @Override
    public int fsync(int fd) {
        return calls.fsync(fd);
    }

    @Override
    public int fdatasync(int fd) {
        return calls.fdatasync(fd);
    }

    @Override
    public int ftruncate(int fd, long size) {
        return calls.ftruncate(fd, size);
    }

    @Override
    public long getdents64(int fd, MemorySegment buffer, long offset, long length) {
        return calls.getdents64(fd, buffer, offset, length);
    }

    @Override
    public int mkdirat(int directory, String path, int mode) {
        return calls.mkdirat(directory, path, mode);
    }

    @Override
    public int unlinkat(int directory, String path, int flags) {
        return calls.unlinkat(directory, path, flags);
    }

    @Override
    public int renameat(int fromDirectory, String from, int toDirectory, String to) {
        return calls.renameat(fromDirectory, from, toDirectory, to);
    }

    @Override
    public long readlinkat(int directory, String path, MemorySegment buffer, long offset, long length) {
        return calls.readlinkat(directory, path, buffer, offset, length);
    }

    @Override
    public int symlinkat(String target, int directory, String path) {
        return calls.symlinkat(target, directory, path);
    }

    @Override
    public int linkat(int fromDirectory, String from, int toDirectory, String to) {
        return calls.linkat(fromDirectory, from, toDirectory, to);
    }

    @Override
    public int utimensat(int directory, String path, long accessedNanos, long modifiedNanos, int flags) {
        return calls.utimensat(directory, path, accessedNanos, modifiedNanos, flags);
    }

    @Override
    public int fcntlGetFl(int fd) {
        return calls.fcntlGetFl(fd);
    }

    @Override
    public int shutdown(int fd, int how) {
        return calls.shutdown(fd, how);
    }

    /** Closes what the guest was given and opened. Only after its thread ended. */
    @Override
    public void close() {
        calls.close();
        if (identity != null) {
            identity.close();
        }
    }
}
