package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Gone;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Guard;

@Timeout(60)
class OutsideAccessTest {
    private static HostAccess.Result touch(RuntimeSession session, HostAccess access) {
        return session.touch(access);
    }

    private static MemoryArea image(RuntimeSession session) {
        MemoryArea image = session.memory().getFirst();
        assertEquals("image", image.purpose());
        assertEquals(SessionResources.MODULE_ADDRESS, image.guest().start());
        return image;
    }

    @Test
    void showsTheModuleToTheHostWhereNothingProtectsIt() {
        try (Bench bench = new Bench(TestBackends.none()); RuntimeSession session = bench.open("hello")) {
            byte[] module = Bench.bytes("hello");

            HostAccess.Result result = touch(session,
                    HostAccess.read(image(session).physical().start(), module.length));

            assertEquals(Access.Granted.PLAIN, result.outcome());
            assertArrayEquals(module, result.bytes());
            assertEquals(Guard.NONE, result.guard());
        }
    }

    @Test
    void letsTheHostStoreWhereNothingProtects() {
        try (Bench bench = new Bench(TestBackends.none()); RuntimeSession session = bench.open("hello")) {
            long at = image(session).physical().start() + 8;

            HostAccess.Result stored = touch(session, HostAccess.write(at, new byte[] {1, 2, 3}));

            assertEquals(Access.Granted.PLAIN, stored.outcome());
            assertEquals(0, stored.bytes().length);
            assertArrayEquals(new byte[] {1, 2, 3}, touch(session, HostAccess.read(at, 3)).bytes());
        }
    }

    @Test
    void refusesTheHostInTheSecureWorldExceptForTheOneAccessWithoutTheChecker() {
        try (Bench bench = new Bench(TestBackends.trustZone()); RuntimeSession session = bench.open("hello")) {
            byte[] module = Bench.bytes("hello");
            HostAccess read = HostAccess.read(image(session).physical().start(), module.length);

            HostAccess.Result refused = touch(session, read);
            HostAccess.Result control = touch(session, read.without("tzasc"));
            HostAccess.Result again = touch(session, read);

            assertEquals("tzasc", assertInstanceOf(AccessFault.class, refused.outcome()).checker());
            assertEquals(0, refused.bytes().length);
            assertEquals(Guard.EVERY_ACCESS, refused.guard());
            assertArrayEquals(module, control.bytes());
            assertEquals(Guard.EVERY_ACCESS, control.guard());
            assertInstanceOf(AccessFault.class, again.outcome());
        }
    }

    @Test
    void listsAllOfTheLinearMemoryWhereItIsAttachedBeforehand() {
        try (Bench bench = new Bench(TestBackends.trustZone()); RuntimeSession session = bench.open("hello")) {
            List<MemoryArea> areas = session.memory();

            assertEquals(List.of("image", "linear memory 1"),
                    areas.stream().map(MemoryArea::purpose).distinct().toList());
            areas.forEach(area -> assertEquals(area.guest().bytes(), area.physical().bytes()));
            long linear = areas.stream()
                    .filter(area -> area.purpose().startsWith("linear"))
                    .mapToLong(area -> area.physical().bytes())
                    .sum();
            assertEquals(0, linear % 65536);
        }
    }

    @Test
    void namesTheNearestChecker() {
        try (Bench bench = new Bench(TestBackends.trustZone()); RuntimeSession session = bench.open("hello")) {
            UsageError error = assertThrows(UsageError.class,
                    () -> touch(session, HostAccess.read(0, 1).without("tzsac")));

            assertEquals("no checker named tzsac", error.getMessage());
            assertEquals("did you mean tzasc?", error.remedy());
        }
    }

    @Test
    void faultsWhereNothingIs() {
        try (Bench bench = new Bench(TestBackends.none()); RuntimeSession session = bench.open("hello")) {
            var fault = assertInstanceOf(AccessFault.class,
                    touch(session, HostAccess.read(0x7fff_0000_0000L, 16)).outcome());

            assertEquals("bus", fault.checker());
        }
    }

    @Test
    void isGoneWithItsSession() {
        try (Bench bench = new Bench(TestBackends.none())) {
            RuntimeSession session = bench.open("hello");
            session.close();

            assertThrows(Gone.class, session::memory);
            assertThrows(Gone.class, () -> touch(session, HostAccess.read(0, 1)));
        }
    }
}
