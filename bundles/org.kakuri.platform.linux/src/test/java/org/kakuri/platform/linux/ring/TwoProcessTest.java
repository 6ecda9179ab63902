package org.kakuri.platform.linux.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.platform.linux.ChildJvm;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.Prctl;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.TestThreads;
import org.kakuri.platform.linux.posix.CallPagePosix;
import org.kakuri.platform.linux.posix.CallPageServer;
import org.kakuri.platform.linux.posix.LocalPosix;

/** A child JVM at the other side of the shared memory. */
@Timeout(120)
class TwoProcessTest {

    private static final long DATA = 65536;

    /** Serves a call page over descriptor 10; may use 11 and 12, which it owns. Operation 1000 never answers. */
    static final class Shadow {
        public static void main(String[] arguments) {
            try (Fd file = Fd.own(10);
                    SharedMapping mapping = SharedMapping.of(file, CallPageLayout.bytes(DATA));
                    LocalPosix posix = new LocalPosix().give(11).give(12)) {
                CallPageServer handler = new CallPageServer(posix);
                CallServer server = CallPage.open(mapping.segment()).server(WaitPolicy.ADAPTIVE, PeerCheck.NONE);
                System.out.println("serving");
                server.serve((operation, values, length, data) -> {
                    if (operation == 1000) {
                        System.out.println("hanging");
                        mapping.segment().set(ValueLayout.JAVA_INT, 4000, 1);
                        new WaitWord("for ever", mapping.segment(), 4004, 4008).await(0, WaitPolicy.SLEEP_ONLY);
                    }
                    return handler.handle(operation, values, length, data);
                });
                System.out.println("served " + server.calls());
            }
        }
    }

    /** Sends back what it takes from the ring over descriptor 10 through that over 11. */
    static final class Echo {
        public static void main(String[] arguments) {
            try (Fd one = Fd.own(10);
                    Fd two = Fd.own(11);
                    SharedMapping in = SharedMapping.of(one, RingLayout.bytes(4096));
                    SharedMapping out = SharedMapping.of(two, RingLayout.bytes(4096))) {
                RingConsumer consumer = Ring.open(in.segment()).consumer(WaitPolicy.ADAPTIVE, PeerCheck.NONE);
                RingProducer producer = Ring.open(out.segment()).producer(WaitPolicy.ADAPTIVE, PeerCheck.NONE);
                System.out.println("ready");
                while (true) {
                    consumer.receive((type, data, offset, length) -> producer.send(type + 1, data, offset, length), 64);
                }
            } catch (PageClosed end) {
                System.out.println(end.getMessage());
            }
        }
    }

    @Test
    void posixCallsAreExecutedInTheOtherProcess() throws Exception {
        List<Integer> before = ProcFs.openDescriptors();
        try (MemFd file = MemFd.create("page", CallPageLayout.bytes(DATA));
                SharedMapping mapping = file.map();
                Pipe there = Pipe.open();
                Pipe back = Pipe.open();
                Arena arena = Arena.ofConfined()) {
            CallPage page = CallPage.create(mapping.segment());
            try (ChildJvm shadow = ChildJvm.start(Shadow.class,
                    List.of(file.fd(), there.writer(), back.reader()))) {
                shadow.expect("serving");
                CallClient client = page.client(WaitPolicy.ADAPTIVE, shadow.process()::alive);
                CallPagePosix posix = new CallPagePosix(client);
                MemorySegment buffer = arena.allocate(128);
                LocalPosix here = new LocalPosix().lend(there.reader().number()).lend(back.writer().number());
                for (int round = 0; round < 200; round++) {
                    buffer.setString(0, "round " + round);
                    assertEquals(128, posix.write(11, buffer, 0, 128));
                    assertEquals(128, here.read(there.reader().number(), buffer.fill((byte) 0), 0, 128));
                    assertEquals("round " + round, buffer.getString(0));
                    assertEquals(128, here.write(back.writer().number(), buffer, 0, 128));
                    assertEquals(128, posix.writeThenRead(11, 12, buffer, 0, 10, buffer.fill((byte) 0), 0, 128));
                    assertEquals("round " + round, buffer.getString(0));
                    assertEquals(10, here.read(there.reader().number(), buffer, 0, 128));
                }
                assertEquals(-Errno.EBADF, posix.write(1, buffer, 0, 1), "its standard output is not the guest's");
                assertEquals(0, posix.close(11));
                assertEquals(-Errno.EBADF, posix.write(11, buffer, 0, 1));
                assertEquals(403, client.calls());
                client.close();
                shadow.expect("served 403");
                assertEquals(new ExitStatus.Exited(0), shadow.process().waitFor());
            }
        }
        assertEquals(before, ProcFs.openDescriptors());
    }

    @Test
    void serverKilledDuringACallIsNoticed() throws Exception {
        try (MemFd file = MemFd.create("page", CallPageLayout.bytes(DATA)); SharedMapping mapping = file.map()) {
            CallPage page = CallPage.create(mapping.segment());
            try (ChildJvm shadow = ChildJvm.start(Shadow.class, List.of(file.fd(), file.fd(), file.fd()))) {
                shadow.expect("serving");
                CallClient client = page.client(WaitPolicy.ADAPTIVE, shadow.process()::alive);
                client.post(1000, 0, 0, 0, 0, 0, 0, 0);
                shadow.expect("hanging");
                shadow.process().signal(Signals.SIGKILL);
                assertEquals("peer is gone: waiting for reply word of the call page; whether a call in flight was "
                        + "executed is not known",
                        assertThrows(PeerGone.class, () -> client.awaitReply(0)).getMessage());
                assertEquals(new ExitStatus.Killed(Signals.SIGKILL, false), shadow.process().waitFor());
                assertThrows(IllegalStateException.class, () -> client.call(0, 0, 0, 0, 0, 0, 0, 0, 0));
            }
        }
    }

    @Test
    void closeEndsAClientWhoseServerHangs() throws Exception {
        try (MemFd file = MemFd.create("page", CallPageLayout.bytes(DATA)); SharedMapping mapping = file.map()) {
            CallPage page = CallPage.create(mapping.segment());
            try (ChildJvm shadow = ChildJvm.start(Shadow.class, List.of(file.fd(), file.fd(), file.fd()))) {
                shadow.expect("serving");
                CallClient client = page.client(WaitPolicy.ADAPTIVE, shadow.process()::alive);
                CompletableFuture<Void> caller = TestThreads.start(() -> {
                    Prctl.setName("hanging-caller");
                    assertEquals("call page is closed", assertThrows(PageClosed.class,
                            () -> client.call(1000, 0, 0, 0, 0, 0, 0, 0, 0)).getMessage());
                });
                shadow.expect("hanging");
                TestThreads.awaitBlockedInKernel("hanging-caller");
                client.close();
                caller.join();
            }
        }
    }

    @Test
    void ringsCarryMessagesBetweenProcesses() throws Exception {
        try (MemFd one = MemFd.create("there", RingLayout.bytes(4096));
                MemFd two = MemFd.create("back", RingLayout.bytes(4096));
                SharedMapping out = one.map();
                SharedMapping in = two.map();
                Arena arena = Arena.ofShared()) {
            Ring there = Ring.create(out.segment());
            Ring back = Ring.create(in.segment());
            try (ChildJvm echo = ChildJvm.start(Echo.class, List.of(one.fd(), two.fd()))) {
                echo.expect("ready");
                RingProducer producer = there.producer(WaitPolicy.ADAPTIVE, echo.process()::alive);
                RingConsumer consumer = back.consumer(WaitPolicy.ADAPTIVE, echo.process()::alive);
                int messages = 20_000;
                CompletableFuture<Void> sender = TestThreads.start(() -> {
                    MemorySegment source = arena.allocate(256);
                    for (int i = 0; i < messages; i++) {
                        source.set(ValueLayout.JAVA_INT, 0, i * 31);
                        producer.send(i, source, 0, 4 + i % 200);
                    }
                });
                int[] next = new int[1];
                while (next[0] < messages) {
                    consumer.receive((type, data, offset, length) -> {
                        int i = next[0]++;
                        assertEquals(i + 1, type);
                        assertEquals(4 + i % 200, length);
                        assertEquals(i * 31, data.get(ValueLayout.JAVA_INT, offset));
                    }, 100);
                }
                sender.join();
                there.close();
                echo.expect("ring is closed");
            }
        }
    }

    @Test
    void consumerKilledWhileTheRingIsFullIsNoticed() throws Exception {
        try (MemFd one = MemFd.create("there", RingLayout.bytes(4096));
                MemFd two = MemFd.create("back", RingLayout.bytes(4096));
                SharedMapping out = one.map();
                SharedMapping in = two.map();
                Arena arena = Arena.ofConfined()) {
            Ring there = Ring.create(out.segment());
            Ring.create(in.segment());
            try (ChildJvm echo = ChildJvm.start(Echo.class, List.of(one.fd(), two.fd()))) {
                echo.expect("ready");
                echo.process().signal(Signals.SIGKILL);
                echo.process().waitFor();
                RingProducer producer = there.producer(WaitPolicy.ADAPTIVE, echo.process()::alive);
                MemorySegment source = arena.allocate(1024);
                assertThrows(PeerGone.class, () -> {
                    while (true) {
                        producer.send(1, source, 0, 1024);
                    }
                });
                assertTrue(producer.full() > 0);
            }
        }
    }
}
