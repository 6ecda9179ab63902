package org.kakuri.domain.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.domain.internal.wire.FrameSocket.Incoming;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.FdPassing;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.UnixSocketPair;

@Timeout(30)
class FrameSocketTest {
    private static final String PING = "{\"is\":\"ping\",\"number\":1}";

    private final List<Integer> before = ProcFs.openDescriptors();
    private UnixSocketPair pair;
    private FrameSocket left;
    private FrameSocket right;

    @BeforeEach
    void connect() {
        ProcFs.openDescriptors();
        pair = UnixSocketPair.stream();
        left = new FrameSocket(pair.left(), new WireCodec());
        right = new FrameSocket(pair.right(), new WireCodec());
    }

    @AfterEach
    void leavesNoDescriptorOpen() {
        left.close();
        right.close();
        assertEquals(before.size(), ProcFs.openDescriptors().size());
    }

    private static Incoming receiveWhole(FrameSocket socket) {
        Incoming incoming;
        do {
            incoming = socket.receive();
        } while (incoming instanceof Incoming.More);
        return incoming;
    }

    private static Message.Request spawn(Integer... descriptors) {
        return new Message.Request(1, new Operation.Spawn(new Command(List.of("x"), Map.of(),
                IntStream.range(0, descriptors.length)
                        .mapToObj(i -> GuestDescriptor.passed(i, descriptors[i]))
                        .toList(),
                Map.of())));
    }

    @Test
    void carriesMessagesInOrderBothWays() {
        left.send(new Message.Ping(1));
        left.send(new Message.Ping(2));
        right.send(new Message.Pong(1));

        assertEquals(new Incoming.Frame(new Message.Ping(1), List.of()), receiveWhole(right));
        assertEquals(new Incoming.Frame(new Message.Ping(2), List.of()), receiveWhole(right));
        assertEquals(new Incoming.Frame(new Message.Pong(1), List.of()), receiveWhole(left));
    }

    @Test
    void passesDescriptorsThatReachTheSameFile() {
        try (Pipe pipe = Pipe.open(); Arena arena = Arena.ofConfined()) {
            left.send(new Message.Ping(1));
            left.send(spawn(pipe.writer().number()));
            left.send(new Message.Ping(2));

            receiveWhole(right);
            Incoming.Frame frame = (Incoming.Frame) receiveWhole(right);
            Fd arrived = frame.descriptors().getFirst();
            FdIo.writeFully(arrived, arena.allocateFrom("hello"));
            arrived.close();
            MemorySegment buffer = arena.allocate(6);

            assertEquals(6, FdIo.readFully(pipe.reader(), buffer));
            assertEquals("hello", buffer.getString(0));
            assertEquals(1, frame.descriptors().size());
            assertEquals(spawn(arrivedNumber(frame)), frame.message());
            assertEquals(new Incoming.Frame(new Message.Ping(2), List.of()), receiveWhole(right));
        }
    }

    private static int arrivedNumber(Incoming.Frame frame) {
        var command = ((Operation.Spawn) ((Message.Request) frame.message()).operation()).command();
        return command.descriptors().getFirst().passed().number();
    }

    @Test
    void passesAsManyDescriptorsAsTheKernelAllows() {
        try (Pipe pipe = Pipe.open()) {
            Integer[] most = new Integer[FdPassing.MAX_DESCRIPTORS];
            java.util.Arrays.fill(most, pipe.reader().number());
            left.send(spawn(most));

            Incoming.Frame frame = (Incoming.Frame) receiveWhole(right);

            assertEquals(FdPassing.MAX_DESCRIPTORS, frame.descriptors().size());
            frame.descriptors().forEach(Fd::close);

            Integer[] tooMany = new Integer[FdPassing.MAX_DESCRIPTORS + 1];
            java.util.Arrays.fill(tooMany, pipe.reader().number());
            Message message = spawn(tooMany);
            assertEquals("too many descriptors to cross the process border: 254 of at most 253",
                    assertThrows(Refused.class, () -> left.send(message)).getMessage());
        }
    }

    @Test
    void refusesToSendADescriptorThatIsNotOpenAndGoesOn() {
        assertEquals(Errno.EBADF, assertThrows(NativeException.class, () -> left.send(spawn(60_000))).errno());

        left.send(new Message.Ping(1));

        assertEquals(new Incoming.Frame(new Message.Ping(1), List.of()), receiveWhole(right));
    }

    @Test
    void refusesToSendWhatIsTooLargeAndGoesOn() {
        Message.Kill large = new Message.Kill(1, "x".repeat(FrameSocket.MOST_BYTES));

        assertEquals("too large to cross the process border: 4194339 bytes of at most 4194304",
                assertThrows(Refused.class, () -> left.send(large)).getMessage());
        left.send(new Message.Ping(1));

        assertEquals(new Incoming.Frame(new Message.Ping(1), List.of()), receiveWhole(right));
    }

    @Test
    void carriesALargeMessageInPieces() throws InterruptedException {
        Message.Kill large = new Message.Kill(1, "x".repeat(FrameSocket.MOST_BYTES - 100));
        Thread sender = Thread.ofPlatform().start(() -> left.send(large));

        Incoming.Frame frame = (Incoming.Frame) receiveWhole(right);
        sender.join();

        assertEquals(large, frame.message());
    }

    @Test
    void doesNotWaitToSendAPingToWhoDoesNotRead() {
        int sent = 0;
        while (left.trySend(new Message.Ping(sent))) {
            sent++;
        }

        for (int i = 0; i < sent; i++) {
            assertEquals(new Incoming.Frame(new Message.Ping(i), List.of()), receiveWhole(right));
        }
    }

    @Test
    void tellsTheEndBetweenFrames() {
        left.send(new Message.Ping(1));
        left.endSending();

        assertInstanceOf(Incoming.Frame.class, receiveWhole(right));
        assertInstanceOf(Incoming.End.class, receiveWhole(right));
        right.send(new Message.Pong(1));
        assertInstanceOf(Incoming.Frame.class, receiveWhole(left));
    }

    @ParameterizedTest
    @CsvSource({
        "0x00000000, 10, 0, 'not a frame: magic=0x00000000, length=10 of at most 4194304, descriptors=0, came=0'",
        "0x4b414b31, 0, 0, 'not a frame: magic=0x4b414b31, length=0 of at most 4194304, descriptors=0, came=0'",
        "0x4b414b31, -1, 0, 'not a frame: magic=0x4b414b31, length=-1 of at most 4194304, descriptors=0, came=0'",
        "0x4b414b31, 4194305, 0, 'not a frame: magic=0x4b414b31, length=4194305 of at most 4194304, descriptors=0, came=0'",
        "0x4b414b31, 25, 1, 'not a frame: magic=0x4b414b31, length=25 of at most 4194304, descriptors=1, came=0'",
        "0x4b414b31, 25, -1, 'not a frame: magic=0x4b414b31, length=25 of at most 4194304, descriptors=-1, came=0'"})
    void refusesAHeaderThatLies(String magic, int length, int descriptors, String complaint) {
        write(header(Integer.decode(magic), length, descriptors));

        assertEquals(complaint, assertThrows(ProtocolViolation.class, () -> receiveWhole(right)).getMessage());
    }

    @Test
    void refusesDescriptorsThatAreNotDeclaredAndClosesThem() {
        try (Pipe pipe = Pipe.open()) {
            FdPassing.send(pair.left(), header(FrameSocket.MAGIC, PING.length(), 0).array(),
                    List.of(pipe.reader(), pipe.writer()));

            assertEquals("not a frame: magic=0x4b414b31, length=25 of at most 4194304, descriptors=0, came=2"
                    .replace("25", Integer.toString(PING.length())),
                    assertThrows(ProtocolViolation.class, () -> receiveWhole(right)).getMessage());
        }
    }

    @Test
    void closesDescriptorsOfAMessageThatDoesNotUseThem() {
        try (Pipe pipe = Pipe.open()) {
            FdPassing.send(pair.left(), header(FrameSocket.MAGIC, PING.length(), 1).array(), List.of(pipe.reader()));
            write(ByteBuffer.wrap(PING.getBytes(StandardCharsets.UTF_8)));

            assertEquals("descriptors that no field refers to: count=1",
                    assertThrows(ProtocolViolation.class, () -> receiveWhole(right)).getMessage());
        }
    }

    @Test
    void refusesAFrameThatIsCutOffAndClosesItsDescriptors() {
        try (Pipe pipe = Pipe.open()) {
            FdPassing.send(pair.left(), header(FrameSocket.MAGIC, 100, 1).array(), List.of(pipe.reader()));
            write(ByteBuffer.wrap(new byte[40]));
            left.close();

            assertEquals("ended within a frame: got=40 of 100 bytes",
                    assertThrows(ProtocolViolation.class, () -> receiveWhole(right)).getMessage());
        }
    }

    @Test
    void refusesAHeaderThatIsCutOff() {
        write(ByteBuffer.wrap(new byte[] {1, 2, 3}));

        assertThrows(ProtocolViolation.class, () -> receiveWhole(right));
    }

    @Test
    void closesDescriptorsOfAnUnfinishedFrameWithTheSocket() {
        try (Pipe pipe = Pipe.open()) {
            FdPassing.send(pair.left(), header(FrameSocket.MAGIC, 100, 1).array(), List.of(pipe.reader()));

            assertInstanceOf(Incoming.More.class, right.receive());
        }
    }

    @Test
    void sendsNothingAfterItWasClosed() {
        left.close();

        assertThrows(IllegalStateException.class, () -> left.send(new Message.Ping(1)));
        assertFalse(right.receive() instanceof Incoming.Frame);
    }

    @Test
    void keepsFramesOfSeveralSendersWhole() throws InterruptedException {
        List<Thread> senders = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            long who = t;
            senders.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 200; i++) {
                    left.send(new Message.Kill(who, Integer.toString(i)));
                }
            }));
        }
        int[] next = new int[4];
        for (int i = 0; i < 800; i++) {
            var kill = (Message.Kill) ((Incoming.Frame) receiveWhole(right)).message();
            assertEquals(Integer.toString(next[(int) kill.guest()]++), kill.reason());
        }
        for (Thread sender : senders) {
            sender.join();
        }
    }

    private static ByteBuffer header(int magic, int length, int descriptors) {
        return ByteBuffer.allocate(FrameSocket.HEADER_BYTES).putInt(magic).putInt(length).putInt(descriptors).flip();
    }

    private void write(ByteBuffer bytes) {
        try (Arena arena = Arena.ofConfined()) {
            FdIo.writeFully(pair.left(), arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes.array()));
        }
    }
}
