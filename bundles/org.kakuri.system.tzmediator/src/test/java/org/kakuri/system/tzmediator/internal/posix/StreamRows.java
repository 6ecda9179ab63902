package org.kakuri.system.tzmediator.internal.posix;

import static org.kakuri.system.tzmediator.internal.posix.World.check;
import static org.kakuri.system.tzmediator.internal.posix.World.is;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.posix.PosixLibrary;

/** Pipes, FIFOs, files, descriptors. */
final class StreamRows {
    private StreamRows() {}

    static void add(Rows table) {
        table.row("pipe", "bytes come in order, short reads leave the rest", w -> {
            int[] p = w.pipe();
            is(3, w.posix.write(p[1], "abc".getBytes()));
            is(3, w.posix.write(p[1], "def".getBytes()));
            check(new String(w.read(p[0], 4)).equals("abcd"));
            check(new String(w.read(p[0], 16)).equals("ef"));
            w.close(p);
        });
        table.row("pipe", "the end is 0, again and again, once no writer is left", w -> {
            int[] p = w.pipe();
            is(1, w.posix.write(p[1], new byte[1]));
            w.close(p[1]);
            is(1, w.posix.read(p[0], new byte[1]));
            is(0, w.posix.read(p[0], new byte[1]));
            is(0, w.posix.read(p[0], new byte[1]));
            w.close(p[0]);
        });
        table.row("pipe", "writing without a reader: SIGPIPE and EPIPE", w -> {
            int[] p = w.pipe();
            w.close(p[0]);
            is(0, w.collect(World.SIGPIPE, 0));
            is(-Errno.EPIPE, w.posix.write(p[1], new byte[1]));
            is(1, w.handled.size());
            w.close(p[1]);
        });
        table.row("pipe", "SIGPIPE ignored: EPIPE alone", w -> {
            int[] p = w.pipe();
            w.close(p[0]);
            w.handled.clear();
            is(0, w.posix.signals().ignore(World.SIGPIPE));
            is(-Errno.EPIPE, w.posix.write(p[1], new byte[1]));
            is(0, w.handled.size());
            w.close(p[1]);
        });
        table.row("pipe", "O_NONBLOCK, empty: EAGAIN", w -> {
            int[] p = w.pipe();
            is(0, w.posix.fcntlSetFl(p[0], World.NONBLOCK));
            check((w.posix.fcntlGetFl(p[0]) & World.NONBLOCK) != 0);
            is(-Errno.EAGAIN, w.posix.read(p[0], new byte[1]));
            w.close(p);
        });
        table.row("pipe", "O_NONBLOCK, full: written in part, then EAGAIN", w -> {
            int[] p = w.pipe();
            is(0, w.posix.fcntlSetFl(p[1], World.NONBLOCK));
            long total = 0;
            long n;
            while ((n = w.posix.write(p[1], new byte[40000])) > 0) {
                total += n;
            }
            is(-Errno.EAGAIN, n);
            check(total >= 4096);
            is(100, w.posix.read(p[0], new byte[100]));
            w.close(p);
        });
        interrupted(table);
        table.row("readv, writev", "pieces are filled and taken in order by one call", w -> {
            int[] p = w.pipe();
            byte[] a = new byte[3];
            byte[] b = new byte[8];
            is(6, w.posix.writev(p[1], "ab".getBytes(), "cdef".getBytes()));
            is(6, w.posix.readv(p[0], a, b));
            check(new String(a).equals("abc") && new String(b, 0, 3).equals("def"));
            w.close(p);
        });
        table.row("mkfifo, open", "EEXIST; ENXIO without a reader; end of the stream", w -> {
            is(0, w.posix.mkfifo(w.path("fifo"), 0600));
            is(-Errno.EEXIST, w.posix.mkfifo(w.path("fifo"), 0600));
            is(-World.ENXIO, w.posix.open(w.path("fifo"), 1 | World.NONBLOCK, 0));
            int reader = w.posix.open(w.path("fifo"), World.NONBLOCK, 0);
            int writer = w.posix.open(w.path("fifo"), 1, 0);
            is(1, w.posix.write(writer, "f".getBytes()));
            is('f', w.read(reader, 4)[0]);
            w.close(writer);
            is(0, w.posix.read(reader, new byte[1]));
            w.close(reader);
            is(0, w.posix.unlink(w.path("fifo")));
        });
        table.row("open, lseek, ftruncate", "files: positions, O_EXCL, sizes, ENOENT", w -> {
            int fd = w.posix.open(w.path("file"), World.CREATE, 0600);
            is(10, w.posix.write(fd, "0123456789".getBytes()));
            is(4, w.posix.calls().lseek(fd, 4, 0));
            check(new String(w.read(fd, 3)).equals("456"));
            is(-Errno.EEXIST, w.posix.open(w.path("file"), World.CREATE, 0600));
            is(0, w.posix.calls().ftruncate(fd, 5));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment status = arena.allocate(FileStatus.BYTES, 8);
                is(0, w.posix.calls().fstat(fd, status, 0, FileStatus.BYTES));
                is(5, FileStatus.decode(status, 0).size());
            }
            w.close(fd);
            is(0, w.posix.unlink(w.path("file")));
            is(-Errno.ENOENT, w.posix.open(w.path("file"), 0, 0));
        });
        table.row("dup, dup2, close", "same open file; EBADF once closed", w -> {
            int[] p = w.pipe();
            int copy = w.posix.dup(p[1]);
            w.close(p[1]);
            is(1, w.posix.write(copy, new byte[1]));
            is(1, w.posix.read(p[0], new byte[1]));
            w.close(copy);
            is(0, w.posix.read(p[0], new byte[1]));
            w.close(p[0]);
            is(-Errno.EBADF, w.posix.close(p[0]));
            is(-Errno.EBADF, w.posix.read(p[0], new byte[1]));
            is(-Errno.EBADF, w.posix.dup(p[0]));
        });
    }

    private static void interrupted(Rows table) {
        table.row("read", "a signal ends it with EINTR after its handler ran", w -> {
            int[] p = w.pipe();
            is(0, w.collect(World.SIGALRM, 0));
            int timer = w.signalIn(World.SIGALRM, 20, 0);
            is(-Errno.EINTR, w.posix.read(p[0], new byte[1]));
            is(1, w.handled.size());
            is(0, w.posix.timers().timerDelete(timer));
            w.close(p);
        });
        table.row("read", "SA_RESTART: made again after the handler", w -> {
            int[] p = w.pipe();
            w.handled.clear();
            is(0, w.posix.signals().sigaction(World.SIGALRM, taken -> {
                w.handled.add(taken);
                if (w.handled.size() == 2) {
                    w.posix.write(p[1], "r".getBytes());
                }
            }, PosixLibrary.SA_RESTART, 0));
            int timer = w.signalIn(World.SIGALRM, 20, 20);
            is('r', w.read(p[0], 1)[0]);
            check(w.handled.size() >= 2);
            is(0, w.posix.timers().timerDelete(timer));
            w.close(p);
        });
    }
}
