package org.kakuri.tee.sgx.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.x86.Epc;
import org.kakuri.tee.model.x86.EpcmEntry;
import org.kakuri.tee.model.x86.PageType;

/** Enclaves that want more than the EPC has: Intel SDM vol. 3D, 39.5. The EPC has 256 pages, one of them a version array. */
@Timeout(60)
class PagingTest {
    private static final int PAGES = 100;

    private final MachineModel machine = new MachineModel("m", Machine.X86_64);
    private final SgxBackend backend = new SgxBackend(1);
    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        machine.close();
        arena.close();
    }

    /** An enclave of 104 pages, whose code counts how many of its pages hold what was put there. */
    private final class Enclave {
        final MemorySegment memory = arena.allocate(PAGES * 4096L, 4096);
        final TeeInstance instance = backend.create(machine, new InstanceSpec("e", UUID.randomUUID(), 1 << 20,
                Pricing.NONE, Map.of("tcs", "1")));
        final AtomicInteger intact = new AtomicInteger();

        Enclave(int fill) {
            memory.fill((byte) fill);
            instance.attach(0x10000, Backing.of(memory), Perms.RW);
            instance.seal();
        }

        Exit.Final run() {
            Context context = instance.addContext(new ContextSpec("c", _ -> {
                intact.set(0);
                for (int page = 0; page < PAGES; page++) {
                    intact.addAndGet(memory.get(ValueLayout.JAVA_BYTE, page * 4096L + page) == 0 ? 0 : 1);
                }
                return 0;
            }));
            return context.run(Bench.HOST);
        }

        long count(String event) {
            LedgerSnapshot now = instance.ledger().snapshot();
            return now.count(event).count();
        }
    }

    /** 256 - 1 = 255 pages; two enclaves of 104 leave 47: the third evicts 1 page for its SECS' sake and so on. */
    @Test
    void evictsWhoWasLoadedLongestAgoAndLoadsItWhenItRuns() {
        var first = new Enclave(1);
        var second = new Enclave(2);
        assertEquals(47, Epc.of(machine, 0).free());

        var third = new Enclave(3);

        assertEquals(104 - 47, first.count("EWB"));
        assertEquals(104 - 47, first.count("EBLOCK"));
        assertEquals(0, second.count("EWB"));
        assertEquals(Optional.empty(), first.instance.physical(0x10000), "its first page went first");
        assertEquals(0, first.memory.get(ValueLayout.JAVA_BYTE, 0), "and is not there any more");

        assertEquals(new Exit.Ended(0), first.run());

        assertEquals(PAGES, first.intact.get());
        assertEquals(57, first.count("ELDU"));
        assertEquals(57, second.count("EWB"), "the second was the oldest then");
        assertEquals(0, third.count("EWB"));
        second.run();
        assertEquals(PAGES, second.intact.get());
        third.run();
        assertEquals(PAGES, third.intact.get());
    }

    @Test
    void countsTheSwapsOfEnclavesThatTakeTurns() {
        var one = new Enclave(1);
        var two = new Enclave(2);
        var three = new Enclave(3);
        for (int turn = 0; turn < 4; turn++) {
            one.run();
            two.run();
            three.run();
        }

        long out = one.count("EWB") + two.count("EWB") + three.count("EWB");
        long in = one.count("ELDU") + two.count("ELDU") + three.count("ELDU");
        assertEquals(57, out - in, "what is out now");
        assertEquals(57 * 12, in, "each turn loads what the one before it made room with");
        assertEquals(57 * 4096, three.instance.ledger().snapshot().count("ELDU").bytes() / 4);
        one.instance.close();
        two.instance.close();
        three.instance.close();
        assertEquals(255, Epc.of(machine, 0).free());
    }

    @Test
    void evictsNothingOfWhoRuns() throws Exception {
        var first = new Enclave(1);
        var second = new Enclave(2);
        var inside = new CountDownLatch(2);
        var go = new CountDownLatch(1);
        for (Enclave each : new Enclave[] {first, second}) {
            Context context = each.instance.addContext(new ContextSpec("c", _ -> {
                inside.countDown();
                go.await();
                return 0;
            }));
            Thread.ofPlatform().daemon().start(() -> context.run(Bench.HOST));
        }
        inside.await();

        var refused = assertThrows(Unsupported.class, () -> new Enclave(3));
        assertTrue(refused.getMessage().startsWith("not enough EPC: enclave=e, wanted pages=100"),
                refused.getMessage());
        assertEquals(0, first.count("EWB") + second.count("EWB"));
        go.countDown();
    }

    @Test
    void refusesAnEnclaveThatIsLargerThanTheEpc() {
        assertThrows(Unsupported.class, () -> backend.create(machine, new InstanceSpec("e", UUID.randomUUID(),
                (1 << 20) + 4096, Pricing.NONE, Map.of())));
    }

    /** EWB and ELDU: SGX_PAGE_NOT_BLOCKED, SGX_VA_SLOT_OCCUPIED, SGX_MAC_COMPARE_FAIL. */
    @Test
    void loadsOnlyWhatWasEvictedLastAndUnchanged() {
        Epc epc = Epc.of(machine, 1 << 20);
        Pager pager = backend.pager(machine, epc);
        var owner = new Residency("e", machine.recorder());
        MemorySegment memory = arena.allocate(2 * 4096, 4096);
        memory.fill((byte) 1);
        EnclavePages pages = EnclavePages.fill(pager, owner, Backing.of(memory),
                EpcmEntry.of(PageType.PT_REG, 9, 0x1000, Perms.RW));

        assertEquals(SgxError.SGX_PAGE_NOT_BLOCKED,
                assertThrows(LeafRefused.class, () -> pager.ewb(owner, pages, 0)).error());
        EvictedPage old = evicted(pager, owner, pages, 0);
        assertThrows(LeafRefused.class, () -> old.slot().occupy(5), "SGX_VA_SLOT_OCCUPIED");
        pager.eldu(owner, pages, 0, old);
        memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 2);
        EvictedPage young = evicted(pager, owner, pages, 0);
        EvictedPage other = evicted(pager, owner, pages, 1);

        byte[] flipped = young.bytes().clone();
        flipped[77] ^= 1;
        for (EvictedPage forged : new EvictedPage[] {old, other, new EvictedPage(young.entry(), young.slot(), flipped),
            new EvictedPage(young.entry().withPerms(new Perms(true, true, true)), young.slot(), young.bytes()),
            new EvictedPage(EpcmEntry.of(PageType.PT_REG, 9, 0x2000, Perms.RW), young.slot(), young.bytes()),
            new EvictedPage(EpcmEntry.of(PageType.PT_REG, 8, 0x1000, Perms.RW), young.slot(), young.bytes())}) {
            assertEquals(SgxError.SGX_MAC_COMPARE_FAIL,
                    assertThrows(LeafRefused.class, () -> pager.eldu(owner, pages, 0, forged)).error());
        }
        pager.eldu(owner, pages, 0, young);
        assertEquals(2, memory.get(ValueLayout.JAVA_BYTE, 0));
        pages.remove();
    }

    private static EvictedPage evicted(Pager pager, Residency owner, EnclavePages pages, int page) {
        pager.epc().update(pages.frame(page), entry -> entry.withBlocked(true));
        pager.ewb(owner, pages, page);
        return pages.evicted(page);
    }
}
