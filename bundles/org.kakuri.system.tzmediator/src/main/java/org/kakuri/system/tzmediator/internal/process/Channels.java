package org.kakuri.system.tzmediator.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kakuri.api.Unsupported;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.MessageQueues;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.SocketCalls;
import org.kakuri.platform.linux.UnixSocketPair;
import org.kakuri.platform.linux.WakeFd;

/** Opens the channels of {@link Mechanism}. */
final class Channels {
    private static final int OWNER_ONLY = 0600;
    /** {@code struct pingpong_shared} of {@code workspace/guests/tz/pingpong.h}. */
    private static final long SHARED_BYTES = 4096 + 64 * 1024;

    private Channels() {}

    @FunctionalInterface
    private interface Way {
        Fd[] open();
    }

    /** A channel of two ways, each a reading and a writing end. */
    private static Channel ofWays(String kind, Way there, Way back) {
        Fd[] first = there.open();
        try {
            Fd[] second = back.open();
            return new Channel(kind, second[0], first[1], first[0], second[1]);
        } catch (RuntimeException e) {
            first[0].close();
            first[1].close();
            throw e;
        }
    }

    /** A way both of whose ends are one descriptor. */
    private static Fd[] both(Fd end) {
        try {
            return new Fd[] {end, end.dup()};
        } catch (RuntimeException e) {
            end.close();
            throw e;
        }
    }

    private static Fd[] ends(Pipe pipe) {
        return new Fd[] {pipe.reader(), pipe.writer()};
    }

    /** Two anonymous pipes, pipe(7), for bytes or, as the kind signal, for what processes must know of each other first. */
    static Channel pipes(String kind) {
        return ofWays(kind, () -> ends(Pipe.open()), () -> ends(Pipe.open()));
    }

    /** Two named pipes, fifo(7), in a folder of their own that goes once they are open. */
    static Channel fifos() {
        try {
            Path folder = Files.createTempDirectory("kakuri-fifo");
            try {
                return ofWays(Mechanism.STREAM, () -> fifo(folder.resolve("there")),
                        () -> fifo(folder.resolve("back")));
            } finally {
                Files.deleteIfExists(folder.resolve("there"));
                Files.deleteIfExists(folder.resolve("back"));
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for named pipes", e);
        }
    }

    /** The reader is opened without waiting for a writer, as fifo(7) allows, and blocks afterwards. */
    private static Fd[] fifo(Path path) {
        PathCalls.mkfifo(path, OWNER_ONLY);
        Fd reader = PathCalls.open(path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0);
        try {
            Fd writer = PathCalls.open(path, OpenFlags.O_WRONLY, 0);
            reader.setNonBlocking(false);
            return new Fd[] {reader, writer};
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** One connected pair of stream sockets, unix(7): each side reads and writes the same socket. */
    static Channel unixSockets() {
        UnixSocketPair pair = UnixSocketPair.stream();
        return Channel.ofSockets(pair.left(), pair.right());
    }

    /** One TCP connection over the loopback device without Nagle's delay, tcp(7): each side reads and writes its socket. */
    static Channel tcpSockets() {
        final int tcp = 6;
        final int noDelay = 1;
        final int bytes = 16;
        try (Arena arena = Arena.ofConfined();
                Fd listener = socket(SocketCalls.socketRaw(SocketCalls.AF_INET, SocketCalls.SOCK_STREAM, 0))) {
            MemorySegment address = arena.allocate(bytes, Integer.BYTES);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) SocketCalls.AF_INET);
            address.set(ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN), Integer.BYTES, 0x7f000001);
            check(SocketCalls.bindRaw(listener.number(), address), "bind");
            check(SocketCalls.listenRaw(listener.number(), 1), "listen");
            check(SocketCalls.getsocknameRaw(listener.number(), address), "getsockname");
            Fd client = socket(SocketCalls.socketRaw(SocketCalls.AF_INET, SocketCalls.SOCK_STREAM, 0));
            try {
                check(SocketCalls.connectRaw(client.number(), address), "connect");
                Fd partner = socket(SocketCalls.acceptRaw(listener.number(), 0));
                MemorySegment on = arena.allocate(ValueLayout.JAVA_INT);
                on.set(ValueLayout.JAVA_INT, 0, 1);
                check(SocketCalls.setsockoptRaw(client.number(), tcp, noDelay, on), "setsockopt");
                check(SocketCalls.setsockoptRaw(partner.number(), tcp, noDelay, on), "setsockopt");
                return Channel.ofSockets(client, partner);
            } catch (RuntimeException e) {
                client.close();
                throw e;
            }
        }
    }

    private static Fd socket(int number) {
        check(number, "socket");
        Fd socket = Fd.own(number);
        socket.setCloseOnExec(true);
        return socket;
    }

    private static void check(int result, String call) {
        if (result < 0) {
            throw new NativeException(call, "tz/ipc", -result);
        }
    }

    /** Two message queues, mq_overview(7), whose names go once they are open. */
    static Channel queues(int messageBytes) {
        return ofWays("mq", () -> queue(messageBytes), () -> queue(messageBytes));
    }

    private static Fd[] queue(int messageBytes) {
        String name = "/kakuri-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        int queue = MessageQueues.openRaw(name, OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL, OWNER_ONLY, 2,
                messageBytes);
        if (queue < 0) {
            throw new Unsupported("no message queue for messages of %d bytes: %s".formatted(messageBytes,
                    Errno.name(-queue)),
                    "the kernel's limit is /proc/sys/fs/mqueue/msgsize_max; take smaller messages");
        }
        MessageQueues.unlinkRaw(name);
        return both(Fd.own(queue));
    }

    /** Two event counters, eventfd(2). */
    static Channel counters() {
        return ofWays("eventfd", Channels::counter, Channels::counter);
    }

    private static Fd[] counter() {
        int number = WakeFd.eventfdRaw(0, 0);
        check(number, "eventfd");
        Fd end = Fd.own(number);
        end.setCloseOnExec(true);
        return both(end);
    }

    /** A file of memory that both sides map. */
    static Channel sharedMemory() {
        try (MemFd file = MemFd.create("tz-ipc", SHARED_BYTES)) {
            return ofWays("shm", () -> both(file.fd().dup()), () -> both(file.fd().dup()));
        }
    }
}
