package org.kakuri.domain.internal.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.Observability;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.Descriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Price;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.TracedEvent;

@Timeout(30)
class WireCodecTest {
    private static final RuntimeImage IMAGE = new RuntimeImage(RuntimeImage.Kind.WASM, Path.of("/images/ta.wasm"));

    private final WireCodec codec = new WireCodec();

    static Stream<Message> messagesWithoutDescriptors() {
        return Stream.of(new Message.Hello(1, List.of(new Message.Jar("/b/a.jar", "00ff"))),
                new Message.Request(7, new Operation.Place(3)), new Message.Request(8, new Operation.Count()),
                new Message.Request(9, new Operation.CountGuest(3)), new Message.Request(10, new Operation.Measure()),
                new Message.Request(12, new Operation.Quiesce(5_000_000_000L)),
                new Message.Request(13, new Operation.GoOn()), new Message.Request(14, new Operation.Close()),
                new Message.Request(15, new Operation.Open("none", "wasm", "host-a", IMAGE,
                        SessionSpec.inline("s", 1L << 33).priced(new Pricing(profile(), true)))),
                new Message.Reply(1, new Result.Done()), new Message.Reply(2, new Result.Spawned(Long.MAX_VALUE)),
                new Message.Reply(3, new Result.Placed(new GuestPlacement(1234, 5, 0, 2))),
                new Message.Reply(4, new Result.Counted(LedgerSnapshot.of(
                        Map.of("SMC", new EventCount(3, 128, Observability.EXACT), "IRQ",
                                new EventCount(0, 0, Observability.UNOBSERVED))))),
                new Message.Reply(5, new Result.Measured(new Measurement("RIM", "SHA-256", new byte[] {1, -1}))),
                new Message.Reply(7, new Result.Rested(new Quiescence.AtRest(2))),
                new Message.Reply(8, new Result.Rested(new Quiescence.NotNow("busy"))),
                new Message.Failure(9, new WireError(WireError.Kind.GONE, "gone ☃", "again", true, "trace")),
                new Message.Kill(3, "enough"),
                new Message.GuestEnded(3, new GuestExit(OptionalInt.of(0), "", 17, 65536)),
                new Message.GuestEnded(3, new GuestExit(OptionalInt.empty(), "trap", 17, 65536)),
                new Message.GuestLost(3, new WireError(WireError.Kind.OTHER, "m", "", false, "")),
                new Message.Ping(1), new Message.Pong(1), new Message.Request(16, new Operation.Memory()),
                new Message.Request(17, new Operation.Report()),
                new Message.Request(18, new Operation.Open("b", "r", "host-a", IMAGE,
                        SessionSpec.inline("s", 1).served(new SessionSpec.Local(true)))),
                new Message.Reply(10, new Result.Reported(new SessionReport(
                        List.of(new SessionReport.Call(39, "getpid", 3, 3, 0, 0)),
                        new java.util.TreeMap<>(java.util.Map.of("guest", 5L)), List.of("note"), 2))),
                new Message.Reply(9, new Result.Areas(
                        List.of(new MemoryArea(7, "image", new Range(0, 4096), new Range(1L << 40, 4096))))),
                new Message.Trace(true),
                new Message.Traced(List.of(new TracedEvent(-5, "arm/host-a@1", "SMC", 2, 8)), 3));
    }

    private static CostProfile profile() {
        return new CostProfile("p", "title", "platform", "arm",
                Map.of("SMC", new Price(1.5, 0.25, 1, Double.POSITIVE_INFINITY, "a paper, table 2", true, "")));
    }

    @ParameterizedTest
    @MethodSource("messagesWithoutDescriptors")
    void returnsWhatWasWritten(Message message) {
        WireCodec.Encoded encoded = codec.encode(message);

        assertEquals(List.of(), encoded.descriptors());
        assertEquals(message, codec.decode(encoded.json(), List.of()));
    }

    @Test
    void returnsBytesThatWereWritten() {
        var attest = (Message.Request) roundTrip(new Message.Request(1, new Operation.Attest(new byte[] {9, 0, -9})));
        assertArrayEquals(new byte[] {9, 0, -9}, ((Operation.Attest) attest.operation()).nonce());

        var reply = (Message.Reply) roundTrip(
                new Message.Reply(1, new Result.Attested(new Evidence("application/x", new byte[] {-128}))));
        assertArrayEquals(new byte[] {-128}, ((Result.Attested) reply.result()).evidence().bytes());
        assertEquals("application/x", ((Result.Attested) reply.result()).evidence().format());
    }

    private Message roundTrip(Message message) {
        return codec.decode(codec.encode(message).json(), List.of());
    }

    @Test
    void replacesDescriptorsByThoseOfTheReceiver() {
        Command command = new Command(List.of("ta", "-v"), Map.of("A", "b"),
                List.of(GuestDescriptor.passed(0, 40), GuestDescriptor.mediated(10, 4), GuestDescriptor.passed(1, 40)),
                Map.of("/data", Path.of("/srv/data")), new Descriptor(41));

        WireCodec.Encoded encoded = codec.encode(new Message.Request(1, new Operation.Spawn(command)));
        var decoded = (Message.Request) codec.decode(encoded.json(), List.of(8, 9, 10));

        assertEquals(List.of(40, 40, 41), encoded.descriptors());
        assertEquals(new Operation.Spawn(new Command(command.argv(), command.env(),
                List.of(GuestDescriptor.passed(0, 8), GuestDescriptor.mediated(10, 4), GuestDescriptor.passed(1, 9)),
                command.folders(), new Descriptor(10))), decoded.operation());
    }

    @Test
    void replacesTheDescriptorOfACallPage() {
        SessionSpec spec = new SessionSpec("s", Placement.DOMAIN, 1 << 20, Pricing.NONE,
                new SessionSpec.Mediated(new Descriptor(55), 8192, CallStyle.POLLING, new SessionSpec.Waiting(100, 10),
                        Optional.of(1)),
                Map.of("k", "v"));

        WireCodec.Encoded encoded = codec
                .encode(new Message.Request(1, new Operation.Open("b", "r", "host-a", IMAGE, spec)));
        var decoded = (Message.Request) codec.decode(encoded.json(), List.of(6));

        assertEquals(List.of(55), encoded.descriptors());
        assertEquals(
                spec.served(new SessionSpec.Mediated(new Descriptor(6), 8192, CallStyle.POLLING,
                        new SessionSpec.Waiting(100, 10), Optional.of(1))),
                ((Operation.Open) decoded.operation()).spec());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"null | null", "[] | ", "{} | missing type id property 'is'",
        "'{\"is\":\"ping\"}' | Missing creator property 'number'",
        "'{\"is\":\"ping\",\"number\":null}' | Cannot map `null` into type `long`",
        "'{\"is\":\"ping\",\"number\":\"1\"}' | Cannot coerce String value",
        "'{\"is\":\"ping\",\"number\":1.5}' | Cannot coerce Floating-point value",
        "'{\"is\":\"ping\",\"number\":1,\"more\":2}' | Unrecognized field \"more\"",
        "'{\"is\":\"ping\",\"number\":1,\"number\":2}' | Duplicate",
        "'{\"is\":\"ping\",\"number\":1}{}' | Trailing token",
        "'{\"is\":\"java.lang.Runtime\"}' | Could not resolve type id 'java.lang.Runtime'",
        "'{\"is\":\"request\",\"id\":1,\"operation\":null}' | operation",
        "'{\"is\":\"request\",\"id\":1,\"operation\":{\"is\":\"shell\"}}' | Could not resolve type id 'shell'",
        "'{\"is\":\"ended\",\"guest\":1,\"exit\":{\"status\":\"0\",\"reason\":\"\",\"cpuNanos\":0,\"peakMemory\":0}}' | Cannot deserialize",
        "'{\"is\":\"pi' | Unexpected end-of-input"})
    void refusesWhatIsNoMessage(String json, String complaint) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);

        String message = assertThrows(ProtocolViolation.class, () -> codec.decode(bytes, List.of())).getMessage();

        assertTrue(message.startsWith("not a message of this protocol: "), message);
        assertTrue(complaint == null || message.contains(complaint), message);
    }

    @Test
    void refusesADescriptorThatDidNotCome() {
        assertDescriptorsRefused("[{\"guest\":0,\"passed\":1,\"mediator\":-1}]", List.of(5),
                "index=1, came=1");
    }

    @Test
    void refusesADescriptorUsedTwice() {
        assertDescriptorsRefused(
                "[{\"guest\":0,\"passed\":0,\"mediator\":-1},{\"guest\":1,\"passed\":0,\"mediator\":-1}]", List.of(5),
                "index=0, came=1");
    }

    @Test
    void refusesADescriptorThatNothingRefersTo() {
        assertDescriptorsRefused("[]", List.of(5), "descriptors that no field refers to: count=1");
    }

    private void assertDescriptorsRefused(String descriptors, List<Integer> came, String complaint) {
        byte[] json = """
                {"is":"request","id":1,"operation":{"is":"spawn","command":
                 {"argv":["x"],"env":{},"descriptors":%s,"folders":{},"mediator":null}}}""".formatted(descriptors)
                .getBytes(StandardCharsets.UTF_8);

        String message = assertThrows(ProtocolViolation.class, () -> codec.decode(json, came)).getMessage();

        assertTrue(message.contains(complaint), message);
    }

    @Test
    void refusesARelativePath() {
        byte[] json = """
                {"is":"request","id":1,"operation":{"is":"spawn","command":
                 {"argv":["x"],"env":{},"descriptors":[],"folders":{"/":"etc"},"mediator":null}}}"""
                .getBytes(StandardCharsets.UTF_8);

        String message = assertThrows(ProtocolViolation.class, () -> codec.decode(json, List.of())).getMessage();

        assertTrue(message.contains("not an absolute path"), message);
    }
}
