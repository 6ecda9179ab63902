package org.kakuri.platform.linux.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.TestThreads;
import org.kakuri.platform.linux.ring.CallClient;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallServer;
import org.kakuri.platform.linux.ring.CorruptPage;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;

/** Replies no kernel gives, and requests no library makes. */
@Timeout(60)
class HostileTest {

    /**
     * What a server answers to the n-th call, and what the client must make of it.
     *
     * @param name   of the lie
     * @param field  refused field, empty for the honest control
     * @param server result of a call, after it wrote to the data area
     * @param client the calls
     */
    record Lie(String name, String field, Answer server, Consumer<PosixLibrary> client) {
        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    interface Answer {
        long answer(int call, MemorySegment data);
    }

    private static Answer ints(long result, int... values) {
        return (call, data) -> {
            for (int i = 0; i < values.length; i++) {
                data.set(ValueLayout.JAVA_INT, 4L * i, values[i]);
            }
            return result;
        };
    }

    private static Answer longs(long result, long... values) {
        return (call, data) -> {
            for (int i = 0; i < values.length; i++) {
                data.set(ValueLayout.JAVA_LONG, 8L * i, values[i]);
            }
            return result;
        };
    }

    private static Answer polled(int events, long result) {
        return (call, data) -> {
            data.set(ValueLayout.JAVA_SHORT, 6, (short) events);
            return result;
        };
    }

    private static Consumer<PosixLibrary> spawnThenWait(int options) {
        return p -> {
            p.children().spawn("x", List.of("x"), List.of(), java.util.Map.of());
            p.children().waitpid(-1, options, new int[1]);
        };
    }

    private static Answer child(int pid, int status) {
        return (call, data) -> {
            data.set(ValueLayout.JAVA_INT, 0, status);
            return call == 0 ? 7 : pid;
        };
    }

    static Stream<Lie> lies() {
        Consumer<PosixLibrary> receives = p -> p.sockets().recv(3, new byte[8], 0);
        Consumer<PosixLibrary> message = p -> p.queues().mqReceive(3, 16, -1);
        return Stream.of(new Lie("an honest read", "", ints(8), receives),
                new Lie("more bytes than asked for", "result", ints(9), receives),
                new Lie("an errno that is none", "result", ints(-4096), receives),
                new Lie("more sent than there was", "result", ints(5), p -> p.sockets().send(3, new byte[4], 0)),
                new Lie("bind that gives something", "result", ints(1), p -> p.sockets().bind(3, new byte[4])),
                new Lie("honest sockets", "", (call, data) -> 10 + call, twice(p -> p.sockets().socket(1, 1, 0))),
                new Lie("a descriptor twice", "descriptor", ints(10), twice(p -> p.sockets().socket(1, 1, 0))),
                new Lie("a descriptor without bound", "descriptor", ints(1 << 20), p -> p.eventfd(0, 0)),
                new Lie("accept gives what is open", "descriptor", ints(10), twice(p -> p.sockets().accept(3, 0))),
                new Lie("dup gives what is open", "descriptor", ints(10), twice(p -> p.dup(3))),
                new Lie("a closed number may come again", "", (call, data) -> call == 1 ? 0 : 10, p -> {
                    p.dup(3);
                    p.close(10);
                    p.dup(3);
                }),
                new Lie("a negative descriptor of a pair", "descriptor", ints(0, -1, 11),
                        p -> p.pipe(0, new int[2])),
                new Lie("both ends the same", "descriptor", ints(0, 11, 11), p -> p.pipe(0, new int[2])),
                new Lie("an address without bound", "address length", ints(140, 129),
                        p -> p.sockets().recvfrom(3, 8, 0)),
                new Lie("an address of negative length", "address length", ints(140, -1),
                        p -> p.sockets().recvfrom(3, 8, 0)),
                new Lie("less than the head", "received", ints(135), p -> p.sockets().recvfrom(3, 8, 0)),
                new Lie("a message without its head", "message", ints(7), message),
                new Lie("a priority that is none", "priority", ints(9, 40_000), message),
                new Lie("more messages than the queue holds", "queue length", longs(0, 0, 2, 16, 3),
                        p -> p.queues().mqGetattr(3, new long[4])),
                new Lie("honest poll", "", polled(1, 1), p -> p.poll(0, new PosixLibrary.Polled(3, 1))),
                new Lie("ready for what was not asked", "revents", polled(4, 1),
                        p -> p.poll(0, new PosixLibrary.Polled(3, 1))),
                new Lie("ready, but nothing is", "ready descriptors", polled(0, 1),
                        p -> p.poll(0, new PosixLibrary.Polled(3, 1))),
                new Lie("not ready, but something is", "ready descriptors", polled(1, 0),
                        p -> p.poll(0, new PosixLibrary.Polled(3, 1))),
                new Lie("more ready than there are", "result", polled(1, 2),
                        p -> p.poll(0, new PosixLibrary.Polled(3, 1))),
                new Lie("another position", "position", ints(5), p -> p.calls().lseek(3, 4, 0)),
                new Lie("a signal that is none", "result", ints(65), p -> p.signals().sigtimedwait(1, 0)),
                new Lie("a signal not waited for", "signal", ints(10, 10), p -> p.signals().sigtimedwait(1, 0)),
                new Lie("two signals at once", "signal", ints(1, 2), p -> p.signals().sigtimedwait(1, 0)),
                new Lie("an honest disposition", "", ints(1), p -> p.signals().disposition(1)),
                new Lie("a disposition that is none", "disposition", ints(3), p -> p.signals().disposition(1)),
                new Lie("sigaction that gives something", "disposition", ints(1), p -> p.signals().ignore(1)),
                new Lie("more sleep left than there was", "time left", longs(-Errno.EINTR, 1000),
                        p -> p.timers().nanosleep(1, 0, 10, new long[1])),
                new Lie("a timer in the past", "time left", longs(0, -1, 0),
                        p -> p.timers().timerfdGettime(3, new long[2])),
                new Lie("an honest child", "", child(7, 0x100), spawnThenWait(0)),
                new Lie("somebody else's child", "child", child(8, 0), spawnThenWait(0)),
                new Lie("no child although it waited", "child", child(0, 0), spawnThenWait(0)),
                new Lie("stopped, which nobody asked for", "wait status", child(7, 0x137f), spawnThenWait(0)),
                new Lie("a status that is none", "wait status", child(7, 0x10000), spawnThenWait(0)),
                new Lie("the same child again", "child", (call, data) -> 7, p -> {
                    p.children().spawn("x", List.of("x"), List.of(), java.util.Map.of());
                    p.children().spawn("x", List.of("x"), List.of(), java.util.Map.of());
                }));
    }

    private static Consumer<PosixLibrary> twice(Consumer<PosixLibrary> call) {
        return p -> {
            call.accept(p);
            call.accept(p);
        };
    }

    @ParameterizedTest
    @MethodSource("lies")
    void aReplyThatCannotBeIsRefusedAndCounted(Lie lie) {
        try (Arena arena = Arena.ofShared()) {
            CallPage page = CallPage.create(arena.allocate(4096 + 4096, 64));
            CallClient client = page.client(WaitPolicy.CO_LOCATED, PeerCheck.NONE);
            CallServer server = page.server(WaitPolicy.CO_LOCATED, PeerCheck.NONE);
            int[] calls = new int[1];
            CompletableFuture<Void> serving = TestThreads.start(() -> server
                    .serve((operation, arguments, length, data) -> lie.server.answer(calls[0]++, data)));
            try (PosixLibrary posix = new PosixLibrary(new CallPagePosix(client))) {
                if (lie.field.isEmpty()) {
                    lie.client.accept(posix);
                    assertEquals(0, client.refusedReplies());
                } else {
                    CorruptPage refused = assertThrows(CorruptPage.class, () -> lie.client.accept(posix));
                    assertEquals(lie.field, refused.field());
                    assertEquals(1, client.refusedReplies());
                    assertThrows(IllegalStateException.class, () -> posix.signals().getpid(), "no call follows");
                }
            } finally {
                client.close();
                serving.join();
            }
        }
    }

    /** A request and the errno it gets. */
    record Request(String name, int errno, PosixOp op, String data, long... slots) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Request> requests() {
        return Stream.of(new Request("a descriptor that is not the guest's", Errno.EBADF, PosixOp.LISTEN, "", 0, 1),
                new Request("a descriptor beyond int", Errno.EINVAL, PosixOp.LISTEN, "", 1L << 32, 1),
                new Request("an address longer than what was sent", Errno.EINVAL, PosixOp.BIND, "ab", 0, 3),
                new Request("output larger than the page", Errno.EINVAL, PosixOp.GETSOCKNAME, "", 0, 5000),
                new Request("negative output", Errno.EINVAL, PosixOp.RECV, "", 0, -1, 0),
                new Request("a pair without room", Errno.EINVAL, PosixOp.PIPE, "", 0, 4),
                new Request("flags of a pipe that are none", Errno.EINVAL, PosixOp.PIPE, "", 1, 8),
                new Request("netlink", Errno.EINVAL, PosixOp.SOCKETPAIR, "", 16, 1, 0, 8),
                new Request("negative sleep", Errno.EINVAL, PosixOp.NANOSLEEP, "", 1, 0, -1, 8),
                new Request("sleep without room", Errno.EINVAL, PosixOp.NANOSLEEP, "", 1, 0, 1, 0),
                new Request("flags of an eventfd that are none", Errno.EINVAL, PosixOp.EVENTFD, "", 0, 2),
                new Request("a name without the grant", Errno.EPERM, PosixOp.SHM_OPEN, "/x", 2, 66, 384),
                new Request("a file without the grant", Errno.EPERM, PosixOp.OPEN, "/etc/passwd", 11, 0, 0),
                new Request("a socket without the grant", Errno.EPERM, PosixOp.SOCKET, "", 1, 1, 0),
                new Request("a signal without the grant", Errno.EPERM, PosixOp.KILL, "", 1, 9),
                new Request("a child without the grant", Errno.EPERM, PosixOp.SPAWN, "x", 1),
                new Request("the pid without the grant", Errno.EPERM, PosixOp.GETPID, ""));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aHostileRequestIsNotExecuted(Request request) {
        assertEquals(-request.errno, new Asked(new LocalPosix()).ask(request.op, request.data, request.slots));
    }

    /** Positive control of the grants, and hostile requests for what they grant. */
    @Test
    void namesAreGrantedAndCheckedAllTheSame() {
        try (LocalPosix posix = new LocalPosix().names()) {
            Asked asked = new Asked(posix);
            assertTrue(asked.ask(PosixOp.SOCKET, "", 1, 1, 0) > 2);
            assertEquals(-Errno.EINVAL, asked.ask(PosixOp.SOCKET, "", 17, 3, 0), "packets");
            assertEquals(-Errno.EINVAL, asked.ask(PosixOp.SEM_POST, "", 0));
            assertEquals(-Errno.EINVAL, asked.ask(PosixOp.SEM_POST, "", Integer.MAX_VALUE));
            assertEquals(-Errno.EINVAL, asked.ask(PosixOp.SEM_CLOSE, "", -1));
            assertEquals(-Errno.EINVAL, asked.ask(PosixOp.SHM_OPEN, "a\0b", 3, 0, 0));
            assertEquals(-Errno.EPERM, asked.ask(PosixOp.KILL, "", 1, 9));
        }
    }

    @Test
    void malformedChildrenAreNotStarted() {
        GuestChildren children = new GuestChildren();
        for (byte[] blob : List.of(new byte[0], new byte[15], new byte[16], new byte[] {-1, -1, -1, 127, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0}, new byte[] {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'x', 0, 'y'})) {
            assertEquals(-Errno.EINVAL, children.spawn(blob, fd -> true));
        }
        byte[] foreign = new byte[] {1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 'x', 0,
            'x', 0};
        assertEquals(-Errno.EBADF, children.spawn(foreign, fd -> false));
        children.close();
    }

    /** A server without a page. */
    private record Asked(LocalPosix posix) {
        long ask(PosixOp op, String text, long... slots) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment data = arena.allocate(4096, 8);
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
                return new CallPageServer(posix).handle(op.code(), java.util.Arrays.copyOf(slots, 6), bytes.length,
                        data);
            }
        }
    }
}
