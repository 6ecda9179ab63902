package org.kakuri.system.scwatcher.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.api.vm.GuestSocket;
import org.kakuri.api.vm.GuestSocket.Protocol;
import org.kakuri.api.vm.GuestSocket.TcpTail;
import org.kakuri.api.vm.HeldSocket;

/** What changed between two looks, and what of it is an alarm. */
@Timeout(10)
class ChangeTest {
    private static final Map<String, String> NOTHING = Map.of();

    private static Look look(Map<String, String> processes, Map<String, String> listeners, Map<String, String> hidden,
            Map<String, String> modules, Map<String, String> files) {
        return new Look(sorted(processes), sorted(listeners), sorted(hidden), sorted(modules), sorted(files));
    }

    private static SortedMap<String, String> sorted(Map<String, String> map) {
        return new TreeMap<>(map);
    }

    private static final Look EMPTY = look(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING);
    private static final Look FULL = look(Map.of("7 since 1", "7 nc"), Map.of("tcp 0.0.0.0:9", "tcp 0.0.0.0:9 of 7 nc"),
            Map.of("process 8", "process 8 evil: not in the task list"), Map.of("m", "m, 4096 bytes"),
            Map.of("/bin/x", "aa"));

    @Test
    void everythingThatAppears() {
        assertEquals(
                List.of(new Change(true, "hidden: process 8 evil: not in the task list"),
                        new Change(true, "new listener: tcp 0.0.0.0:9 of 7 nc"),
                        new Change(true, "new module: m, 4096 bytes"),
                        new Change(true, "new file: /bin/x, SHA-256 aa"), new Change(false, "started: 7 nc")),
                Change.between(EMPTY, FULL));
    }

    @Test
    void everythingThatGoes() {
        assertEquals(
                List.of(new Change(true, "file removed: /bin/x"), new Change(false, "ended: 7 nc"),
                        new Change(false, "listens no more: tcp 0.0.0.0:9 of 7 nc"),
                        new Change(false, "module removed: m, 4096 bytes"),
                        new Change(false, "hides no more: process 8 evil: not in the task list")),
                Change.between(FULL, EMPTY));
    }

    @Test
    void nothingBetweenEqualLooks() {
        assertEquals(List.of(), Change.between(FULL, FULL));
        assertEquals(List.of(), Change.first(EMPTY));
    }

    @Test
    void theFirstLookTellsOnlyWhatMustNotBe() {
        assertEquals(List.of(new Change(true, "hidden: process 8 evil: not in the task list")), Change.first(FULL));
    }

    @Test
    void aPidThatIsUsedAgainIsAnotherProcess() {
        Look before = look(Map.of("7 since 1", "7 nc"), NOTHING, NOTHING, NOTHING, Map.of("/bin/x", "aa"));
        Look now = look(Map.of("7 since 2", "7 nc"), NOTHING, NOTHING, NOTHING, Map.of("/bin/x", "bb"));
        assertEquals(
                List.of(new Change(true, "changed file: /bin/x, SHA-256 bb, was aa"),
                        new Change(false, "started: 7 nc"), new Change(false, "ended: 7 nc")),
                Change.between(before, now));
    }

    private static GuestSocket socket(Protocol protocol, int state, int port, int bytes) {
        return new GuestSocket(protocol, 0, new byte[bytes], port, new byte[bytes], 0, state, 0, 0, 0, 0, 0, 0, 0, 1, 1,
                TcpTail.NONE, 0, Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({"TCP,7,80,false", "TCP,10,80,true", "TCP6,1,80,true", "UDP,7,0,false", "UDP6,7,53,true", "RAW,7,1,true",
        "UNIX,1,0,true"})
    void aSocketThatIsNotBoundIsInNoTable(Protocol protocol, int state, int port, boolean tabled) {
        assertEquals(tabled, new HeldSocket(3, 0, socket(protocol, state, port, 4)).tabled());
    }

    @ParameterizedTest
    @CsvSource({"TCP,4,tcp 0.0.0.0:80", "UDP6,16,udp6 [::]:80"})
    void namesOfSockets(Protocol protocol, int bytes, String name) {
        assertEquals(name, HiddenSocket.name(socket(protocol, 10, 80, bytes)));
    }
}
