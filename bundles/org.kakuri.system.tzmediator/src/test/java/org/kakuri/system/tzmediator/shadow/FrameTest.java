package org.kakuri.system.tzmediator.shadow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.UnixSocketPair;
import org.kakuri.system.tzmediator.shadow.Frame.Kind;

@Timeout(30)
class FrameTest {
    private final UnixSocketPair sockets = UnixSocketPair.stream();

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void carriesWordsAndDescriptors() {
        try (Pipe pipe = Pipe.open()) {
            new Frame(Kind.SERVE, List.of("4096", "", "ä b"), List.of(pipe.writer())).send(sockets.left());

            try (Frame frame = Frame.receive(sockets.right(), 4).orElseThrow(); Arena arena = Arena.ofConfined()) {
                assertEquals(List.of("4096", "", "ä b"), frame.words());
                FdIo.writeFully(frame.descriptors().getFirst(), arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 7));
                assertEquals(1, FdIo.read(pipe.reader(), arena.allocate(8)));
            }
        }
    }

    @Test
    void endsWithTheConnection() {
        sockets.left().close();

        assertTrue(Frame.receive(sockets.right(), 0).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"-1,0,0", "99,0,0", "0,-1,0", "0,2147483647,0", "0,8,3", "0,4,4"})
    void refusesWhatIsNone(int kind, int length, int sent) {
        byte[] bytes = ByteBuffer.allocate(8 + sent).order(ByteOrder.nativeOrder()).putInt(kind).putInt(length).array();
        if (sent > 0) {
            bytes[7 + sent] = 'x';
        }
        try (Arena arena = Arena.ofConfined()) {
            FdIo.writeFully(sockets.left(), arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
        }
        sockets.left().close();

        assertThrows(IllegalArgumentException.class, () -> Frame.receive(sockets.right(), 0));
    }

    @Test
    void refusesAHeaderThatIsCut() {
        try (Arena arena = Arena.ofConfined()) {
            FdIo.writeFully(sockets.left(), arena.allocate(3));
        }

        assertThrows(IllegalArgumentException.class, () -> Frame.receive(sockets.right(), 0));
    }

    @Test
    void launchComesBackAsItWas() {
        Launch launch = new Launch(Launch.VERSION, "ta_x", "/tmp", new Launch.Signals(-1L, 2), List.of("x", "", "b c"),
                Map.of("A", "1=2", "B", ""),
                List.of(0, 1, 2, 40));

        assertEquals(launch, Launch.of(launch.words()));
    }

    @Test
    void refusesLaunchesThatAreNone() {
        List<String> good = new Launch(Launch.VERSION, "x", "/", Launch.Signals.NONE, List.of("x"), Map.of(),
                List.of(0)).words();

        assertThrows(IllegalArgumentException.class, () -> Launch.of(good.subList(0, good.size() - 1)));
        assertThrows(IllegalArgumentException.class, () -> Launch.of(List.of()));
        assertThrows(IllegalArgumentException.class,
                () -> Launch.of(List.of("0", "x", "/", "0", "0", "1", "x", "0", "0")));
        assertThrows(IllegalArgumentException.class,
                () -> Launch.of(List.of(Launch.VERSION, "x", "/", "0", "0", "9999999", "x", "0", "0")));
        assertThrows(IllegalArgumentException.class,
                () -> Launch.of(List.of(Launch.VERSION, "x", "/", "0", "0", "1", "x", "0", "1", "-1")));
        assertThrows(IllegalArgumentException.class,
                () -> Launch.of(List.of(Launch.VERSION, "x", "/", "0", "0", "0", "0", "0")));
        for (String mask : List.of("", "x", "-1", "12345678901234567")) {
            assertThrows(IllegalArgumentException.class,
                    () -> Launch.of(List.of(Launch.VERSION, "x", "/", "0", mask, "1", "x", "0", "0")));
        }
    }
}
