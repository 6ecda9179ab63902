package org.kakuri.launcher;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.kakuri.launcher.LiveFrames.Request;

/**
 * One command of another process, on the thread that made this object. An interrupt that meets a thread while it writes to a
 * channel closes the channel; so the lock is held for writing and for cancelling, and writing takes no notice of an earlier
 * cancel.
 */
final class LiveCall {

    private static final long CLIENT_READS_MILLIS = 500;

    private final SocketChannel peer;
    private final Thread thread = Thread.currentThread();
    private final ReentrantLock lock = new ReentrantLock();
    private boolean executing;

    LiveCall(SocketChannel peer) {
        this.peer = peer;
    }

    Thread thread() {
        return thread;
    }

    int execute(LiveServer.Executor executor, Request request) {
        setExecuting(true);
        try (PrintStream out = stream(LiveFrames.OUT, request.out());
                PrintStream err = stream(LiveFrames.ERR, request.err())) {
            return executor.execute(request.words().toArray(String[]::new), Map.of("out", out, "err", err, "directory",
                    Path.of(request.directory()), "stackTrace", request.stackTrace()));
        } finally {
            setExecuting(false);
            Thread.interrupted();
        }
    }

    private void setExecuting(boolean now) {
        lock.lock();
        try {
            executing = now;
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts the command if it is still executed. A client that does not read what it is sent cannot hold this up. */
    void cancel() throws InterruptedException {
        boolean locked = lock.tryLock(CLIENT_READS_MILLIS, TimeUnit.MILLISECONDS);
        try {
            if (executing) {
                thread.interrupt();
            }
        } finally {
            if (locked) {
                lock.unlock();
            }
        }
    }

    private PrintStream stream(int kind, String charset) {
        OutputStream frames = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                send(kind, bytes, offset, length);
            }
        };
        return new PrintStream(new BufferedOutputStream(frames), true,
                Charset.isSupported(charset) ? Charset.forName(charset) : Charset.defaultCharset());
    }

    private void send(int kind, byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        boolean interrupted = Thread.interrupted();
        try {
            LiveFrames.send(peer, kind, bytes, offset, length);
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
