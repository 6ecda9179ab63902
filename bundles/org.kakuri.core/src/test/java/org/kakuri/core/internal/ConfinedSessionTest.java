package org.kakuri.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Deadline;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.TeeInstance;

/** Memory that is put into an instance without a runtime. */
@Timeout(10)
class ConfinedSessionTest {
    private static final int BYTES = 8192;

    private final List<String> done = new ArrayList<>();
    private final Backing memory = Backing.of(MemorySegment.ofArray(new byte[BYTES]));
    private boolean full;

    private final TeeInstance instance = fake(TeeInstance.class);
    private final BackendLease backend = fake(BackendLease.class);

    private <T> T fake(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, given) -> {
            done.add(method.getName());
            return switch (method.getName()) {
            case "create" -> instance;
            case "attach" -> {
                assertEquals(0L, given[0]);
                if (full) {
                    throw new Unsupported("there is no room", "");
                }
                yield null;
            }
            case "physical" -> Optional.of(new Range(0x10000, BYTES));
            case "id" -> 7L;
            default -> null;
            };
        }));
    }

    @Test
    void isBuiltSealedAndDestroyed() {
        var session = new ConfinedSession(backend, memory, SessionSpec.inline("vm", BYTES));
        assertEquals(List.of("create", "attach", "seal"), done);
        assertEquals(List.of(new MemoryArea(7, "memory", new Range(0, BYTES), new Range(0x10000, BYTES))),
                session.memory());
        session.close();
        assertEquals("close", done.getLast());
    }

    @Test
    void runsNothing() {
        var session = new ConfinedSession(backend, memory, SessionSpec.inline("vm", BYTES));
        assertThrows(Unsupported.class, () -> session.spawn(Command.attached(List.of("x"))));
        assertThrows(Unsupported.class, () -> session.attest(new byte[1]));
        assertThrows(Unsupported.class, () -> session.quiesce(Deadline.inSeconds(1)));
        assertThrows(Unsupported.class, session::resume);
    }

    @Test
    void isRefusedBeforeAnInstanceIsMade() {
        assertThrows(Unsupported.class,
                () -> new ConfinedSession(backend, memory, SessionSpec.inline("vm", BYTES - 1)));
        assertThrows(Unsupported.class, () -> new ConfinedSession(backend, memory,
                SessionSpec.inline("vm", BYTES).at(Placement.DOMAIN)));
        assertEquals(List.of(), done);
    }

    @Test
    void leavesNoInstanceWhereThereIsNoRoom() {
        full = true;
        assertEquals("there is no room", assertThrows(Unsupported.class,
                () -> new ConfinedSession(backend, memory, SessionSpec.inline("vm", BYTES))).getMessage());
        assertTrue(done.contains("close"), done::toString);
    }
}
