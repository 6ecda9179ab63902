package org.kakuri.tee.model.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SecurityState;

@Timeout(30)
class PhysicalSpaceTest {
    private static final long BASE = 0x8000_0000L;
    private static final Actor TA = Actor.inside(SecurityState.SECURE, 7);

    private final Arena arena = Arena.ofShared();
    private final List<String> switches = new ArrayList<>();
    private final PhysicalSpace space = new PhysicalSpace((name, on) -> switches.add(name + "=" + on));

    PhysicalSpaceTest() {
        space.define(Zone.RAM);
    }

    @AfterEach
    void free() {
        arena.close();
    }

    private Region pages(int pages, int fill) {
        MemorySegment memory = arena.allocate(pages * PhysicalSpace.PAGE);
        memory.fill((byte) fill);
        return space.place("ram", "test", Backing.of(memory));
    }

    private byte[] plain(Region region, long at, int bytes) {
        var to = new byte[bytes];
        region.backing().read(at, MemorySegment.ofArray(to));
        return to;
    }

    private static MemorySegment bytes(int... values) {
        var array = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            array[i] = (byte) values[i];
        }
        return MemorySegment.ofArray(array);
    }

    /** Refuses everybody but the secure world on one page. */
    private record PageFence(String name, int order, long page, List<String> asked) implements Checker {
        @Override
        public Decision check(Actor actor, Range range, boolean write) {
            asked.add(name + " " + range + (write ? " write" : " read"));
            return actor.state() != SecurityState.SECURE && page <= range.start() && range.start() < page + 4096
                    ? new Decision.Deny("TEST 1.0, fence", "page=0x" + Long.toHexString(page))
                    : Decision.PASS;
        }
    }

    @Test
    void placesAtTheLowestFreeAddressAndReusesIt() {
        Region first = pages(2, 1);
        Region second = pages(1, 2);
        assertEquals(new Range(BASE, 8192), first.range());
        assertEquals(new Range(BASE + 8192, 4096), second.range());

        space.remove(first);
        assertEquals(new Range(BASE, 4096), pages(1, 3).range());
        assertEquals((4L << 30) - 2 * 4096, space.free("ram"));
    }

    @Test
    void readsBackWhatWasWrittenAcrossTwoRegions() {
        Region first = pages(1, 0);
        Region second = pages(1, 0);

        assertEquals(Access.Granted.PLAIN, space.write(Actor.HOST, BASE + 4094, bytes(1, 2, 3, 4)));

        assertArrayEquals(new byte[] {1, 2}, plain(first, 4094, 2));
        assertArrayEquals(new byte[] {3, 4}, plain(second, 0, 2));
        MemorySegment seen = bytes(0, 0, 0, 0);
        assertEquals(Access.Granted.PLAIN, space.read(TA, BASE + 4094, seen));
        assertArrayEquals(new byte[] {1, 2, 3, 4}, seen.toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void faultsOnAddressesWhereNothingIs() {
        Access access = space.read(Actor.HOST, 0x1000, bytes(9, 9));

        AccessFault fault = assertInstanceOf(AccessFault.class, access);
        assertEquals("bus", fault.checker());
        assertEquals(new Range(0x1000, 2), fault.range());
        assertEquals("nothing is placed at 0x1000", fault.detail());
        assertEquals(Guard.EVERY_ACCESS, space.guard(Actor.HOST, 0x1000));
    }

    @Test
    void faultsOnAddressesThatNoMachineHas() {
        assertInstanceOf(AccessFault.class, space.read(Actor.HOST, -1, bytes(0, 0)));
        assertInstanceOf(AccessFault.class, space.write(Actor.HOST, Long.MAX_VALUE, bytes(0, 0)));
        assertInstanceOf(AccessFault.class, space.write(Actor.HOST, Long.MIN_VALUE, bytes(0, 0)));
    }

    @Test
    void leavesMemoryAloneWhenTheSecondPageIsRefused() {
        Region region = pages(2, 0x55);
        space.add(new PageFence("fence", 0, BASE + 4096, new ArrayList<>()));

        Access access = space.write(Actor.HOST, BASE + 4095, bytes(1, 2));

        assertEquals(new AccessFault("fence", "TEST 1.0, fence", Actor.HOST, new Range(BASE + 4096, 1), true,
                "page=0x80001000"), access);
        assertArrayEquals(new byte[] {0x55, 0x55}, plain(region, 4095, 2));
        assertEquals(Access.Granted.PLAIN, space.write(TA, BASE + 4095, bytes(1, 2)));
        assertArrayEquals(new byte[] {1, 2}, plain(region, 4095, 2));
    }

    @Test
    void leavesTheBufferAloneWhenMemoryEnds() {
        pages(1, 0x55);
        MemorySegment to = bytes(7, 7);
        assertInstanceOf(AccessFault.class, space.read(Actor.HOST, BASE + 4095, to));
        assertArrayEquals(new byte[] {7, 7}, to.toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void asksCheckersInTheirOrderPageByPage() {
        pages(2, 0);
        var asked = new ArrayList<String>();
        space.add(new PageFence("late", 10, 0, asked));
        space.add(new PageFence("early", -1, 0, asked));
        space.add(new PageFence("middle", 0, 0, asked));

        space.read(Actor.HOST, BASE + 4095, bytes(0, 0));

        assertEquals(List.of("early", "middle", "late"), space.checkers());
        assertEquals(List.of("early [0x80000fff, 0x80001000) read", "middle [0x80000fff, 0x80001000) read",
                "late [0x80000fff, 0x80001000) read", "early [0x80001000, 0x80001001) read",
                "middle [0x80001000, 0x80001001) read", "late [0x80001000, 0x80001001) read"), asked);
    }

    @Test
    void showsThatACheckerIsOffAndThenLetsTheAccessThrough() {
        pages(1, 0x42);
        space.add(new PageFence("fence", 0, BASE, new ArrayList<>()));
        MemorySegment to = bytes(0);
        assertInstanceOf(AccessFault.class, space.read(Actor.HOST, BASE, to));
        assertEquals(Guard.EVERY_ACCESS, space.guard(Actor.HOST, BASE));
        assertEquals(List.of(), space.disabled());

        space.enable("fence", false);
        space.enable("fence", false);

        assertEquals(Access.Granted.PLAIN, space.read(Actor.HOST, BASE, to));
        assertEquals(0x42, to.get(ValueLayout.JAVA_BYTE, 0));
        assertEquals(List.of("fence"), space.disabled());
        assertEquals(Guard.NONE, space.guard(Actor.HOST, BASE));
        assertEquals(List.of("fence"), space.checkers());

        space.enable("fence", true);
        assertInstanceOf(AccessFault.class, space.read(Actor.HOST, BASE, to));
        assertEquals(List.of("fence=false", "fence=true"), switches);
    }

    @Test
    void refusesToSwitchACheckerThatIsNotThere() {
        space.add(new PageFence("tzasc", 0, BASE, new ArrayList<>()));
        var e = assertThrows(IllegalArgumentException.class, () -> space.enable("tzsac", false));
        assertEquals("no checker named tzsac; this machine has [tzasc]", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> space.enable("bus", false));
    }

    @Test
    void refusesASecondCheckerOfOneName() {
        space.add(new PageFence("tzasc", 0, BASE, new ArrayList<>()));
        var e = assertThrows(WrongState.class, () -> space.add(new PageFence("tzasc", 0, BASE, new ArrayList<>())));
        assertEquals("there is a checker of that name: name=tzasc", e.getMessage());
    }

    private record Showing(Decision decision) implements Checker {
        @Override
        public String name() {
            return "showing";
        }

        @Override
        public Decision check(Actor actor, Range range, boolean write) {
            return actor.equals(Actor.HOST) ? decision : Decision.PASS;
        }
    }

    @Test
    void showsAllOnesAndDropsStoresOnAnAbortPage() {
        Region region = pages(1, 0x11);
        space.add(new Showing(Decision.abortPage("a rule", "a detail")));
        MemorySegment to = bytes(0, 0);

        var why = new AccessFault("showing", "a rule", Actor.HOST, new Range(BASE, 2), false, "a detail");
        assertEquals(new Access.Granted(Access.View.ABORT_PAGE, why), space.read(Actor.HOST, BASE, to));
        assertArrayEquals(new byte[] {-1, -1}, to.toArray(ValueLayout.JAVA_BYTE));
        Access store = space.write(Actor.HOST, BASE, bytes(5, 5));
        assertEquals(Optional.of(true), store.refusal().map(AccessFault::write));
        assertArrayEquals(new byte[] {0x11, 0x11}, plain(region, 0, 2));
    }

    /** XORs with 0xa0; proves that only whole granules are handed over. */
    private record Mask(int granule) implements Substitution {
        @Override
        public void show(long address, MemorySegment bytes) {
            assertEquals(0, address % granule);
            assertEquals(0, bytes.byteSize() % granule);
            for (long i = 0; i < bytes.byteSize(); i++) {
                bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (bytes.get(ValueLayout.JAVA_BYTE, i) ^ 0xa0));
            }
        }

        @Override
        public boolean store(long address, MemorySegment bytes) {
            show(address, bytes);
            return true;
        }
    }

    @Test
    void showsAndStoresThroughASubstitutionInWholeGranules() {
        Region region = pages(2, 0x01);
        space.add(new Showing(new Decision.Substitute(Access.View.CIPHERTEXT, new Mask(16), "a rule", "")));
        MemorySegment to = bytes(0, 0, 0);

        var why = new AccessFault("showing", "a rule", Actor.HOST, new Range(BASE + 4095, 1), false, "");
        assertEquals(new Access.Granted(Access.View.CIPHERTEXT, why), space.read(Actor.HOST, BASE + 4095, to));
        assertArrayEquals(new byte[] {(byte) 0xa1, (byte) 0xa1, (byte) 0xa1}, to.toArray(ValueLayout.JAVA_BYTE));

        space.write(Actor.HOST, BASE + 17, bytes(0xff));
        assertArrayEquals(new byte[] {1, 0x5f, 1}, plain(region, 16, 3));
        assertEquals(Access.Granted.PLAIN, space.read(TA, BASE, to));
    }

    @Test
    void refusesPartsOfPages() {
        var odd = Backing.of(arena.allocate(100));
        var e = assertThrows(IllegalArgumentException.class, () -> space.place("ram", "odd", odd));
        assertEquals("memory is placed in whole pages: bytes=100, page=4096", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Zone("odd", new Range(5, 4096)));
        assertThrows(IllegalArgumentException.class, () -> new Zone("far", new Range(1L << 52, 4096)));
    }

    @Test
    void saysWhenAZoneIsFull() {
        space.define(new Zone("small", new Range(0x1000, 8192)));
        Region kept = space.place("small", "a", Backing.of(arena.allocate(4096)));
        var e = assertThrows(Unsupported.class,
                () -> space.place("small", "b", Backing.of(arena.allocate(8192))));
        assertEquals("no room in physical memory: zone=small, bytes=8192, free=4096", e.getMessage());
        assertEquals(new Range(0x1000, 4096), kept.range());
    }

    @Test
    void takesNoOrdinaryMemoryFromACarveOut() {
        space.define(new Zone("secure", new Range(BASE + 4096, 4096)));
        space.define(new Zone("secure", new Range(BASE + 4096, 4096)));

        assertEquals(new Range(BASE + 8192, 8192), pages(2, 0).range());
        assertEquals(new Range(BASE, 4096), pages(1, 0).range());
        assertEquals(BASE + 4096, space.place("secure", "ta", Backing.of(arena.allocate(4096))).range().start());
        assertEquals((4L << 30) - 4 * 4096, space.free("ram"));
        assertEquals(0, space.free("secure"));
    }

    @Test
    void refusesACarveOutOfMemoryInUse() {
        pages(2, 0);
        var e = assertThrows(WrongState.class, () -> space.define(new Zone("secure", new Range(BASE + 4096, 4096))));
        assertEquals("zone holds memory in use: zone=Zone[name=secure, range=[0x80001000, 0x80002000)], "
                + "in use=[0x80000000, 0x80002000)", e.getMessage());
        assertThrows(WrongState.class, () -> space.define(new Zone("half", new Range(BASE - 4096, 8192))));
    }

    @Test
    void closesWhileOthersRead() throws InterruptedException {
        var failure = new AtomicReference<Throwable>();
        var granted = new AtomicLong();
        var faults = new AtomicLong();
        var started = new CountDownLatch(4);
        var readers = new ArrayList<Thread>();
        try (Arena own = Arena.ofShared()) {
            MemorySegment memory = own.allocate(4 * PhysicalSpace.PAGE);
            memory.fill((byte) 0x33);
            Region region = space.place("ram", "going", Backing.of(memory));
            for (int i = 0; i < 4; i++) {
                readers.add(Thread.ofPlatform().start(() -> {
                    MemorySegment to = MemorySegment.ofArray(new byte[8192]);
                    try {
                        Access access;
                        do {
                            access = space.read(Actor.HOST, BASE + 100, to);
                            if (access instanceof Access.Granted) {
                                granted.incrementAndGet();
                            }
                            started.countDown();
                        } while (access instanceof Access.Granted);
                        faults.incrementAndGet();
                    } catch (Throwable e) {
                        failure.set(e);
                    }
                }));
            }
            started.await();
            space.remove(region);
        }
        for (Thread reader : readers) {
            reader.join();
        }
        assertEquals(null, failure.get());
        assertEquals(4, faults.get());
        assertTrue(granted.get() >= 4);
    }

    @Test
    void refusesAChangeFromInsideAnAccess() {
        pages(1, 0);
        space.add(new Checker() {
            @Override
            public String name() {
                return "eager";
            }

            @Override
            public Decision check(Actor actor, Range range, boolean write) {
                space.exclusively(() -> {});
                return Decision.PASS;
            }
        });
        assertThrows(IllegalStateException.class, () -> space.read(Actor.HOST, BASE, bytes(0)));
    }

    @Test
    void scrubsWhateverIsLeft() {
        MemorySegment memory = arena.allocate(4096);
        memory.fill((byte) 1);
        space.place("ram", "left", Backing.of(memory));
        space.scrub();
        assertEquals(-1, memory.mismatch(arena.allocate(4096)));
        assertEquals(List.of(), space.regions());
    }

    @Test
    void switchesOneCheckerOffForOneAccessOnly() {
        pages(1, 5);
        space.add(new PageFence("fence", 1, BASE, new ArrayList<>()));
        MemorySegment seen = bytes(0);

        Access control = space.without("fence", () -> space.read(Actor.HOST, BASE, seen));

        assertEquals(Access.Granted.PLAIN, control);
        assertArrayEquals(new byte[] {5}, seen.toArray(ValueLayout.JAVA_BYTE));
        assertInstanceOf(AccessFault.class, space.read(Actor.HOST, BASE, seen));
        assertEquals(List.of("fence=false", "fence=true"), switches);
    }

    @Test
    void switchesTheCheckerOnAgainWhenTheAccessFails() {
        pages(1, 5);
        space.add(new PageFence("fence", 1, BASE, new ArrayList<>()));

        assertThrows(IllegalStateException.class, () -> space.without("fence", () -> {
            throw new IllegalStateException("broken access");
        }));

        assertEquals(List.of(), space.disabled());
        assertInstanceOf(AccessFault.class, space.read(Actor.HOST, BASE, bytes(0)));
    }

    @Test
    void leavesACheckerOffThatWasOffBefore() {
        pages(1, 5);
        space.add(new PageFence("fence", 1, BASE, new ArrayList<>()));
        space.enable("fence", false);
        switches.clear();

        space.without("fence", () -> space.read(Actor.HOST, BASE, bytes(0)));

        assertEquals(List.of("fence"), space.disabled());
        assertEquals(List.of(), switches);
    }

    @Test
    void letsNoOtherAccessThroughWhileACheckerIsOff() throws InterruptedException {
        pages(1, 5);
        space.add(new PageFence("fence", 1, BASE, new ArrayList<>()));
        var other = new AtomicReference<Access>();
        Thread thread = new Thread(() -> other.set(space.read(Actor.HOST, BASE, bytes(0))));

        space.without("fence", () -> {
            thread.start();
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            return space.read(Actor.HOST, BASE, bytes(0));
        });
        thread.join();

        assertInstanceOf(AccessFault.class, other.get());
    }
}
