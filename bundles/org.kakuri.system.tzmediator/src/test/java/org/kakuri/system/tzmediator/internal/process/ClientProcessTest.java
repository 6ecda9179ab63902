package org.kakuri.system.tzmediator.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Deadline;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.system.tzmediator.internal.Descriptors;
import org.kakuri.system.tzmediator.internal.process.ClientProcess.Measured;

/** Both client programs keep the same contract, and understand each other. */
@Timeout(60)
class ClientProcessTest {
    private static final int CPU = Affinity.get(Affinity.THIS_THREAD)[0];

    private List<String> descriptorsBefore;

    @BeforeEach
    void countDescriptors() {
        programs();
        descriptorsBefore = Descriptors.open();
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(List.of(), ProcFs.children((int) ProcessHandle.current().pid()), "children");
        assertEquals(descriptorsBefore, Descriptors.open(), "descriptors");
    }

    static Stream<CaProgram> programs() {
        CaProgram found = new CaPrograms(Path.of("target/cache"), System.getenv("PATH"))
                .find(new GuestFiles(Path.of("../../workspace")));
        return Stream.of(found, CaPrograms.java()).distinct();
    }

    private static Measured run(ClientProcess client, int iterations) {
        return client.run(iterations, Deadline.inSeconds(20), () -> false);
    }

    private static CaBlock block(Measured measured) {
        return assertInstanceOf(Measured.Block.class, measured, measured::toString).block();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void measuresEveryRoundTripWithAPeerOfItsKind(CaProgram program) {
        for (int size : new int[] {1, 7, 64, 65, 4096, 65536}) {
            try (Channel channel = Mechanism.ALL.get("pipe").open(64);
                    ClientProcess client = ClientProcess.start(program, channel, size, CPU);
                    ChildProcess peer = ClientProcess.startPeer(program, channel, size, CPU)) {
                channel.handedOver();
                CaBlock block = block(run(client, 50));
                assertEquals(CaBlock.Outcome.DONE, block.outcome(), "size=" + size);
                assertEquals(50, LongStream.of(block.nanos()).filter(nanos -> nanos > 0).count(), "size=" + size);
                assertEquals(0, block.mismatches(), "size=" + size);
                assertTrue(peer.alive(), peer::toString);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "fifo", "unix", "tcp", "mq", "eventfd", "signal", "shm"})
    void goesOverEveryMechanism(String mechanism) {
        Assumptions.assumeTrue(programs().toList().getFirst().staysItself(), "no C compiler here");
        CaProgram program = programs().toList().getFirst();
        int size = Math.min(8192, Mechanism.ALL.get(mechanism).most());
        try (Channel channel = Mechanism.ALL.get(mechanism).open(size);
                ChildProcess peer = ClientProcess.startPeer(program, channel, size, CPU)) {
            try (ClientProcess client = ClientProcess.start(program, channel, size, -1)) {
                channel.handedOver();
                CaBlock block = block(run(client, 50));
                assertEquals(CaBlock.Outcome.DONE, block.outcome());
                assertEquals(50, block.nanos().length);
            }
            assertEquals("exited(0)", peer.waitFor().toString(), "the peer did not see the end");
        }
    }

    @Test
    void agreesWithTheOtherKindAboutThePayload() {
        List<CaProgram> both = programs().toList();
        Assumptions.assumeTrue(both.getFirst().staysItself(), "no C compiler here");
        for (List<CaProgram> pair : List.of(both, both.reversed())) {
            try (Channel channel = Mechanism.ALL.get("pipe").open(64);
                    ClientProcess client = ClientProcess.start(pair.getFirst(), channel, 1000, CPU);
                    ChildProcess peer = ClientProcess.startPeer(pair.getLast(), channel, 1000, CPU)) {
                channel.handedOver();
                assertEquals(CaBlock.Outcome.DONE, block(run(client, 20)).outcome(), () -> peer.toString());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void takesNoEchoForAReply(CaProgram program) {
        try (Channel channel = Mechanism.ALL.get("pipe").open(64);
                ClientProcess client = ClientProcess.start(program, channel, 64, CPU);
                ChildProcess echo = Spawn.program("/bin/cat")
                        .give(channel.partnerReads(), 0)
                        .give(channel.partnerWrites(), 1)
                        .start()) {
            channel.handedOver();
            CaBlock block = block(run(client, 30));
            assertEquals(CaBlock.Outcome.WRONG_PAYLOAD, block.outcome(), () -> echo.toString());
            assertEquals(30, block.mismatches());
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void tellsThatItsPartnerEnded(CaProgram program) {
        try (Channel channel = Mechanism.ALL.get("pipe").open(64);
                ClientProcess client = ClientProcess.start(program, channel, 64, CPU)) {
            channel.handedOver();
            assertEquals(CaBlock.Outcome.PARTNER_ENDED, block(run(client, 5)).outcome());
        }
    }

    @Test
    void timesOutWhenNobodyAnswers() {
        try (Channel channel = Mechanism.ALL.get("pipe").open(64);
                ClientProcess client = ClientProcess.start(programs().findFirst().orElseThrow(), channel, 64, CPU)) {
            assertInstanceOf(Measured.TimedOut.class, client.run(5, Deadline.in(java.time.Duration.ofMillis(200)),
                    () -> false));
        }
    }

    @Test
    void endsWhenCancelled() {
        try (Channel channel = Mechanism.ALL.get("pipe").open(64);
                ClientProcess client = ClientProcess.start(programs().findFirst().orElseThrow(), channel, 64, CPU)) {
            assertInstanceOf(Measured.Cancelled.class, client.run(5, Deadline.inSeconds(20), () -> true));
        }
    }

    @Test
    void quotesWhatADeadClientSaid() {
        try (Channel channel = Mechanism.ALL.get("pipe").open(64);
                ClientProcess client = ClientProcess.start(
                        new CaProgram("test", "sh", Path.of("/bin/sh"), List.of("-c", "echo no luck >&2; exit 7"),
                                true),
                        channel, 64, CPU)) {
            Measured.ClientEnded ended = assertInstanceOf(Measured.ClientEnded.class, run(client, 5));
            assertEquals("CA process " + client.pid() + " exited(7); it said: no luck", ended.reason());
        }
    }

    @Test
    void tellsThatItWasKilled() {
        try (Channel channel = Mechanism.ALL.get("pipe").open(64);
                ClientProcess client = ClientProcess.start(programs().findFirst().orElseThrow(), channel, 64, CPU)) {
            Signals.kill(client.pid(), Signals.SIGKILL);
            Measured.ClientEnded ended = assertInstanceOf(Measured.ClientEnded.class, run(client, 5));
            assertEquals("CA process " + client.pid() + " killed(SIGKILL)", ended.reason());
        }
    }

    @Test
    void staysOnItsCpu() {
        int last = Affinity.get(Affinity.THIS_THREAD)[Affinity.get(Affinity.THIS_THREAD).length - 1];
        programs().forEach(program -> {
            try (Channel channel = Mechanism.ALL.get("pipe").open(64);
                    ClientProcess client = ClientProcess.start(program, channel, 64, last);
                    ChildProcess peer = ClientProcess.startPeer(program, channel, 64, last)) {
                channel.handedOver();
                block(run(client, 5));
                assertEquals("" + last, ProcFs.status(client.pid()).get("Cpus_allowed_list"));
                assertEquals("" + last, ProcFs.status(peer.pid()).get("Cpus_allowed_list"));
            }
        });
    }
}
