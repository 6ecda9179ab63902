package org.kakuri.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;

/** The end of leases whose sessions and instances make trouble. */
@Timeout(30)
class LeaseEndTest {
    private static final RuntimeImage IMAGE = new RuntimeImage(RuntimeImage.Kind.WASM, Path.of("/fake"));
    private static final RuntimeInfo INFO = new RuntimeInfo("wasm", "", Set.of(RuntimeImage.Kind.WASM), Set.of(),
            Long.MAX_VALUE, Map.of(), Map.of());

    private final List<String> closed = new ArrayList<>();
    private int sessions;
    private int instances;
    private final Provider<TeeBackend, BackendInfo> backend = new Provider<>("backend", "box",
            faking(TeeBackend.class, () -> closing(TeeInstance.class, "instance " + ++instances)), null, 1);
    private final Provider<IsolationRuntime, RuntimeInfo> runtime = new Provider<>("runtime", "wasm",
            faking(IsolationRuntime.class, () -> closing(RuntimeSession.class, "session " + ++sessions)), INFO, 2);
    private LeaseOnLoan lease;
    private RuntimeSession second;

    private interface Source {
        Object next();
    }

    private <T> T faking(Class<T> type, Source made) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            if (method.getName().equals("open")) {
                ((BackendLease) given[0]).create(null);
            }
            return made.next();
        }));
    }

    private <T> T closing(Class<T> type, String name) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, given) -> switch (method.getName()) {
                case "close" -> {
                    closed.add(name);
                    throw new IllegalArgumentException("cannot close " + name);
                }
                case "hashCode" -> System.identityHashCode(self);
                case "equals" -> self == given[0];
                case "id" -> Long.parseLong(name.substring(name.indexOf(' ') + 1));
                default -> null;
                }));
    }

    @BeforeEach
    void open() {
        lease = new LeaseOnLoan(backend, runtime, Cell.of("fake"), null, "host-a", Optional::empty);
        backend.leases().add(lease);
        runtime.leases().add(lease);
        lease.open(IMAGE, SessionSpec.inline("one", 1));
        second = lease.open(IMAGE, SessionSpec.inline("two", 1));
    }

    @Test
    void closesTheOthersOfASessionThatThrowsThenTheInstances() {
        IllegalStateException failure = assertThrows(IllegalStateException.class, lease::close);

        assertEquals("the lease of box and wasm did not close session, session, instances", failure.getMessage());
        assertEquals(List.of("session 2", "session 1"), closed.subList(0, 2));
        assertEquals(Set.of("instance 1", "instance 2"), Set.copyOf(closed.subList(2, closed.size())));
        assertEquals(Set.of(), backend.leases());
        assertEquals(Set.of(), runtime.leases());
        assertThrows(Gone.class, second::measurement);
        lease.close();
    }

    @Test
    void doesNotHoldUpWhoeverStopsTheProvider() {
        var other = new LeaseOnLoan(backend, runtime, Cell.of("fake"), null, "host-a", Optional::empty);
        backend.leases().add(other);
        runtime.leases().add(other);
        other.open(IMAGE, SessionSpec.inline("three", 1));

        assertEquals(0, runtime.retire(Deadline.in(Duration.ZERO)));

        assertEquals(6, closed.size(), closed.toString());
        assertEquals(Set.of(), backend.leases());
        assertEquals(Set.of(), runtime.leases());
    }
}
