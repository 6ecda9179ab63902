package org.kakuri.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.launcher.LiveFrames.Frame;
import org.kakuri.launcher.LiveFrames.Request;

@Timeout(30)
class LiveFramesTest {

    private static final String REQUEST = "4b4b4c31" + "00000006" + "00000002" + "2f61" + "00000001" + "55"
            + "00000001" + "56" + "00000000" + "00000001" + "78" + "00000002" + "c3a9";

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    private static ReadableByteChannel bytes(String hex) {
        return Channels.newChannel(new ByteArrayInputStream(HexFormat.of().parseHex(hex)));
    }

    @Test
    void aRequestIsWhatTheLayoutSays() throws IOException {
        Request request = new Request("/a", "U", "V", false, List.of("x", "é"));

        LiveFrames.send(Channels.newChannel(sent), request);

        assertEquals(REQUEST, HexFormat.of().formatHex(sent.toByteArray()));
        assertEquals(request, LiveFrames.receiveRequest(bytes(REQUEST)));
    }

    @Test
    void framesAreWhatTheLayoutSays() throws IOException {
        LiveFrames.send(Channels.newChannel(sent), LiveFrames.ERR, new byte[] {1, 2, 3, 4}, 1, 2);
        LiveFrames.sendExit(Channels.newChannel(sent), 258);

        String expected = "02" + "00000002" + "0203" + "03" + "00000004" + "00000102";
        assertEquals(expected, HexFormat.of().formatHex(sent.toByteArray()));
        ReadableByteChannel channel = bytes(expected);
        Frame first = LiveFrames.receiveFrame(channel);
        assertEquals(LiveFrames.ERR, first.kind());
        assertArrayEquals(new byte[] {2, 3}, first.bytes());
        assertEquals(258, LiveFrames.receiveFrame(channel).code());
        assertThrows(EOFException.class, () -> LiveFrames.receiveFrame(channel));
    }

    @ParameterizedTest
    @CsvSource({"4b4b4c3200000006, 'not a request: magic=4b4b4c32, texts=6'",
        "4b4b4c3100000004, 'not a request: magic=4b4b4c31, texts=4'",
        "4b4b4c317fffffff, 'not a request: magic=4b4b4c31, texts=2147483647'",
        "4b4b4c31ffffffff, 'not a request: magic=4b4b4c31, texts=-1'",
        "4b4b4c310000000500400001, 'not a request: text 0 of 5 is said to have 4194305 bytes'",
        "4b4b4c3100000005ffffffff, 'not a request: text 0 of 5 is said to have -1 bytes'",
        "4b4b4c3100000005000000014100400000, 'not a request: text 1 of 5 is said to have 4194304 bytes'"})
    void refusesWhatIsNoRequest(String hex, String message) {
        assertEquals(message,
                assertThrows(IOException.class, () -> LiveFrames.receiveRequest(bytes(hex))).getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0000000000, 0, 0", "0400000000, 4, 0", "0300000003, 3, 3", "01ffffffff, 1, -1",
        "0200400001, 2, 4194305"})
    void refusesWhatIsNoFrame(String hex, int kind, int length) {
        assertEquals("not a frame: kind=%d, length=%d".formatted(kind, length),
                assertThrows(IOException.class, () -> LiveFrames.receiveFrame(bytes(hex))).getMessage());
    }

    @Test
    void aRequestThatEndsTooEarlyIsAnEnd() {
        for (int digits = 0; digits < REQUEST.length(); digits += 2) {
            String cut = REQUEST.substring(0, digits);
            assertThrows(EOFException.class, () -> LiveFrames.receiveRequest(bytes(cut)), cut);
        }
    }
}
