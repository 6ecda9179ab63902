package org.kakuri.tee.sgx.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.attest.sgx.EnclaveLayout;
import org.kakuri.tee.model.x86.Epc;

/** The life of an enclave: Intel SDM vol. 3D, 39.1 and 39.2. */
@Timeout(60)
class EnclaveTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private static Map<String, Long> counts(LedgerSnapshot snapshot) {
        var counts = new TreeMap<String, Long>();
        snapshot.counts().forEach((event, count) -> counts.put(event, count.count()));
        return counts;
    }

    /** 39.1: an enclave of two pages, and eight threads with a TCS and two SSA frames each. */
    @Test
    void isBuiltByTheInstructionsInTheirNumber() throws Exception {
        TeeInstance enclave = bench.create(Map.of());
        enclave.attach(Bench.AT, Backing.of(bench.pages(2, 1)), Perms.RW);

        Bench.inside(enclave, _ -> 0);
        enclave.close();

        assertEquals(Map.of("ECREATE", 1L, "EADD", 2L + 24, "EEXTEND", (2L + 24) * 16, "EINIT", 1L, "EENTER", 1L,
                "EEXIT", 1L, "EREMOVE", 2L + 24 + 1), counts(enclave.ledger().snapshot()));
        assertEquals((16 << 20 >> 12) - 1, Epc.of(bench.machine, 0).free(),
                "all frames but a version array are free again");
    }

    @Test
    void measuresWhatAnIndependentReplayMeasures() {
        TeeInstance enclave = bench.create(Map.of("tcs", "3", "nssa", "1", "elrange.size", "0x1000000"));
        byte[] image = new byte[5000];
        java.util.Arrays.fill(image, (byte) 7);
        MemorySegment pages = bench.pages(2, 0);
        MemorySegment.copy(image, 0, pages, ValueLayout.JAVA_BYTE, 0, image.length);
        enclave.attach(Bench.AT, Backing.of(pages), Perms.RX);
        enclave.attach(0x200000, Backing.of(bench.pages(1, 9)), Perms.RW);
        byte[] second = new byte[4096];
        java.util.Arrays.fill(second, (byte) 9);

        assertArrayEquals(new EnclaveLayout(0, 0x1000000, 3, 1).attach(Bench.AT, Perms.RX, image)
                .attach(0x200000, Perms.RW, second)
                .mrenclave(), enclave.seal().digest());
    }

    /** 40.2: an interrupt is an asynchronous exit, and ERESUME goes on where it was. */
    @Test
    void leavesAndReturnsByTheInstructionsForIt() {
        TeeInstance enclave = bench.create(Map.of());
        enclave.attach(Bench.AT, Backing.of(bench.pages(1, 1)), Perms.RW);
        var context = enclave.addContext(new ContextSpec("c", inside -> {
            inside.callHost(new HostRequest("h", 1, 100));
            inside.safepoint();
            return 3;
        }));
        enclave.seal();
        LedgerSnapshot before = enclave.ledger().snapshot();
        context.kick();

        assertEquals(new Exit.Ended(3), context.run(Bench.HOST));

        LedgerSnapshot counted = enclave.ledger().snapshot().since(before);
        assertEquals(Map.of("EENTER", 2L, "EEXIT", 2L, "AEX", 1L, "ERESUME", 1L), counts(counted));
        assertEquals(100, counted.count("EEXIT").bytes());
    }

    @Test
    void makesAThreadOfOfferedMemoryWhenAllAreInUse() {
        TeeInstance enclave = bench.create(Map.of("tcs", "1"));
        enclave.attach(Bench.AT, Backing.of(bench.pages(1, 1)), Perms.RW);
        var inner = enclave.addContext(new ContextSpec("inner", _ -> 2));
        var outer = enclave.addContext(new ContextSpec("outer", inside -> (int) inside.callHost(new HostRequest("h", 1,
                0))));
        enclave.seal();
        List<Exit> ends = new ArrayList<>();

        ends.add(outer.run(exit -> {
            ends.add(inner.run(Bench.HOST));
            return new org.kakuri.api.tee.Resume.Reply(5);
        }));

        assertEquals(List.of(new Exit.Ended(2), new Exit.Ended(5)), ends);
        Map<String, Long> counts = counts(enclave.ledger().snapshot());
        assertEquals(1L, counts.get("EMODT"));
        assertEquals(3L, counts.get("EAUG"));
        assertEquals(4L, counts.get("EACCEPT"));
    }

    /** 38.8: a thread that a fault left for good keeps its SSA frame; another one is taken. */
    @Test
    void doesNotReuseAThreadThatAFaultLeft() {
        TeeInstance enclave = bench.create(Map.of("tcs", "1"));
        enclave.attach(Bench.AT, Backing.of(bench.pages(1, 1)), Perms.RW);
        var broken = enclave.addContext(new ContextSpec("broken", _ -> {
            throw new IllegalStateException("on purpose");
        }));
        var next = enclave.addContext(new ContextSpec("next", _ -> 0));
        enclave.seal();

        assertInstanceOf(Exit.Fault.class, broken.run(Bench.HOST));
        assertEquals(0L, counts(enclave.ledger().snapshot()).getOrDefault("EMODT", 0L));
        next.run(Bench.HOST);

        assertEquals(1L, counts(enclave.ledger().snapshot()).get("EMODT"));
        assertEquals(1L, counts(enclave.ledger().snapshot()).get("AEX"));
    }

    /** EAUG: the page is zeroed and pending until EACCEPT; 38.3 then lets the enclave in. */
    @Test
    void zeroesOfferedPagesAndKeepsThemPendingUntilAccepted() throws Exception {
        TeeInstance enclave = bench.create(Map.of());
        enclave.attach(Bench.AT, Backing.of(bench.pages(1, 1)), Perms.RW);
        MemorySegment offered = bench.pages(1, 0x77);
        Actor own = Actor.inside(SecurityState.ENCLAVE, enclave.id());
        List<Access> seen = new ArrayList<>();

        Bench.inside(enclave, inside -> {
            enclave.attach(0x40000, Backing.of(offered), Perms.R);
            long at = bench.machine.facility(Epc.class).orElseThrow().range().start();
            for (int frame = 0; frame < 40; frame++) {
                Access access = bench.machine.memory()
                        .read(own, at + frame * 4096L, MemorySegment.ofArray(new byte[1]));
                if (access instanceof AccessFault fault && fault.rule().contains("PENDING")) {
                    seen.add(access);
                }
            }
            inside.accept(new org.kakuri.api.tee.Range(0x40000, 4096));
            long physical = enclave.physical(0x40000).orElseThrow().start();
            seen.add(bench.machine.memory().read(own, physical, MemorySegment.ofArray(new byte[1])));
            seen.add(bench.machine.memory().write(own, physical, MemorySegment.ofArray(new byte[1])));
            return 0;
        });

        assertEquals(0, offered.get(ValueLayout.JAVA_BYTE, 0), "EAUG zeroes the page");
        assertEquals(3, seen.size(), "one pending page");
        assertEquals(Access.Granted.PLAIN, seen.get(1));
        assertEquals("the EPCM must allow the access", assertInstanceOf(AccessFault.class, seen.get(2)).rule()
                .replaceAll(".*: ", ""), "EMODPR took W away");
        assertEquals(Map.of("EAUG", 1L, "EACCEPT", 2L, "EMODPR", 1L), counts(enclave.ledger().snapshot()).entrySet()
                .stream()
                .filter(entry -> entry.getKey().matches("EAUG|EACCEPT|EMODPR"))
                .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    @Test
    void enclavesCompeteForTheMachinesEpc() {
        TeeInstance first = bench.create(Map.of("tcs", "1"));
        first.attach(Bench.AT, Backing.of(bench.pages(200, 1)), Perms.RW);
        long before = Epc.of(bench.machine, 0).free();
        first.close();

        assertEquals(before + 200 + 1, Epc.of(bench.machine, 0).free());
    }

    @Test
    void refusesMemoryOutsideOfElrangeOrWhereThreadsAre() {
        TeeInstance enclave = bench.create(Map.of("elrange.base", "0x100000", "elrange.size", "0x100000"));
        var pages = Backing.of(bench.pages(1, 1));

        assertThrows(Unsupported.class, () -> enclave.attach(0xff000, pages, Perms.R));
        assertThrows(Unsupported.class, () -> enclave.attach(0x200000, pages, Perms.R));
        assertThrows(WrongState.class, () -> enclave.attach(0x1ff000, pages, Perms.R));
        assertThrows(Unsupported.class, () -> enclave.attach(0x100000, pages, new Perms(false, true, false)));
        enclave.attach(0x100000, pages, Perms.R);
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        for (Map<String, String> options : List.of(Map.of("elrange.size", "12288"), Map.of("elrange.base", "4096"),
                Map.of("tcs", "0"), Map.of("tcs", "many"), Map.of("debug", "yes"), Map.of("isvsvn", "65536"),
                Map.of("sigstruct", "/nowhere"), Map.of("elrange.size", "8192"))) {
            assertThrows(UsageError.class, () -> bench.create(options), options.toString());
        }
        assertThrows(Unsupported.class, () -> bench.create(Map.of("tcz", "1")));
    }
}
