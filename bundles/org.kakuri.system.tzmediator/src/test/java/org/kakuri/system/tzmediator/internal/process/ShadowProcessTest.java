package org.kakuri.system.tzmediator.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.posix.CallPagePosix;
import org.kakuri.platform.linux.ring.CallClient;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.system.tzmediator.shadow.ShadowCounters;

@Timeout(30)
class ShadowProcessTest {
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[64]);
    private MemFd memory;
    private SharedMapping mapping;
    private Channel channel;
    private ShadowProcess shadow;
    private CallClient client;
    private CallPagePosix calls;

    @BeforeEach
    void start() {
        memory = MemFd.create("page", CallPageLayout.bytes(4096));
        mapping = memory.map();
        CallPage page = CallPage.create(mapping.segment());
        channel = Mechanism.ALL.get("pipe").open(64);
        shadow = ShadowProcess.start(memory, channel,
                CpuPlan.mediated(CpuPlan.SAME_CORE, CallStyle.RPC, Affinity.get(Affinity.THIS_THREAD)));
        shadow.awaitReady(Deadline.inSeconds(20), () -> false);
        int pid = shadow.pid();
        client = page.client(WaitPolicy.SLEEP_ONLY, () -> ProcFs.isRunning(pid));
        calls = new CallPagePosix(client);
    }

    @AfterEach
    void stop() {
        shadow.close();
        channel.close();
        mapping.close();
        memory.close();
        assertEquals(List.of(), ProcFs.children((int) ProcessHandle.current().pid()), "children");
    }

    @Test
    void executesCallsUnderItsOwnPid() {
        buffer.set(ValueLayout.JAVA_BYTE, 0, (byte) 42);
        assertEquals(5, calls.write(ShadowProcess.WRITES, buffer, 0, 5));
        assertTrue(shadow.pid() != ProcessHandle.current().pid());
        assertTrue(ProcFs.descriptors(shadow.pid()).get(ShadowProcess.WRITES).startsWith("pipe:"));
    }

    @Test
    void refusesDescriptorsThatAreNotTheTas() {
        for (int own : new int[] {0, 1, 3, 4, 5, 6, -1, 1 << 20}) {
            assertEquals(-Errno.EBADF, calls.read(own, buffer, 0, 8), "fd=" + own);
            assertEquals(-Errno.EBADF, calls.write(own, buffer, 0, 8), "fd=" + own);
        }
    }

    @Test
    void refusesOperationsItDoesNotKnow() {
        assertEquals(-Errno.ENOSYS, client.call(4711, 0, 0, 0, 0, 0, 0, 0, 0));
        assertEquals(1, calls.write(ShadowProcess.WRITES, buffer, 0, 1), "it goes on");
    }

    @Test
    void endsWithAReasonWhenTheProtocolIsBroken() {
        MemorySegment page = mapping.segment();
        page.set(ValueLayout.JAVA_LONG, CallPageLayout.LENGTH, -5);
        CallPage.open(page).server(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE);
        page.set(ValueLayout.JAVA_INT, CallPageLayout.REQUEST, 1);
        shadow.counters(Deadline.inSeconds(5));
        assertEquals("shadow process " + shadow.pid() + " exited(1); it said: shadow: peer broke the call protocol: "
                + "length=-5, must be 0 to 4096; do not use the page again", shadow.awaitEnd());
    }

    @Test
    void endsWhenThePageIsClosed() {
        client.close();
        assertEquals("shadow process " + shadow.pid() + " exited(0)", shadow.awaitEnd());
    }

    @Test
    void endsWhenTheControlPipeEnds() {
        shadow.end();
        assertEquals("shadow process " + shadow.pid() + " exited(0)", shadow.awaitEnd());
    }

    @Test
    void countsItsCalls() {
        ShadowCounters before = shadow.counters(Deadline.inSeconds(5));
        for (int i = 0; i < 7; i++) {
            calls.write(ShadowProcess.WRITES, buffer, 0, 1);
        }
        assertEquals(7, shadow.counters(Deadline.inSeconds(5)).since(before).calls());
    }

    @Test
    void countsNothingOnceItEnded() {
        shadow.end();
        shadow.awaitEnd();
        assertEquals(ShadowCounters.NONE, shadow.counters(Deadline.in(Duration.ofSeconds(1))));
    }

    @Test
    void saysWhyItDoesNotStart() {
        try (MemFd empty = MemFd.create("no page", 4096);
                ShadowProcess broken = ShadowProcess.start(empty, channel,
                        CpuPlan.mediated(CpuPlan.SAME_CORE, CallStyle.RPC, Affinity.get(Affinity.THIS_THREAD)))) {
            KakuriException e = assertThrows(KakuriException.class,
                    () -> broken.awaitReady(Deadline.inSeconds(20), () -> false));
            assertTrue(
                    e.getMessage()
                            .startsWith("shadow process " + broken.pid() + " did not start: it exited(1); it said: "),
                    e::getMessage);
            assertTrue(e.getMessage().contains("magic=0"), e::getMessage);
        }
    }
}
