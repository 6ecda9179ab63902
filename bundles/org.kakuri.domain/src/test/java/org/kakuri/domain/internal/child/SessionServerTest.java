package org.kakuri.domain.internal.child;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.WrongState;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.domain.internal.wire.Operation;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.Pipe;

@Timeout(30)
class SessionServerTest {
    private static final Operation.Open OPEN = new Operation.Open("fake", "fake", "host-a",
            new RuntimeImage(RuntimeImage.Kind.WASM, Path.of("/fake")), SessionSpec.inline("t", 1));

    private final List<String> seen = new ArrayList<>();
    private final SessionServer server = new SessionServer(lending());

    private <T> T faking(Class<T> type, String method, Object answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, called, given) -> {
            if (called.getName().equals("close")) {
                seen.add("close " + type.getSimpleName());
                throw new IllegalArgumentException("cannot close " + type.getSimpleName());
            }
            return called.getName().equals(method) ? answer : null;
        }));
    }

    private Workbench lending() {
        RuntimeSession session = faking(RuntimeSession.class, "", null);
        return faking(Workbench.class, "lease", faking(Lease.class, "open", session));
    }

    @Test
    void givesBackLeaseAndDescriptorsOfASessionThatDoesNotClose() {
        try (Pipe pipe = Pipe.open()) {
            Fd lent = pipe.reader().dup();
            server.perform(OPEN, List.of(lent));

            IllegalStateException failure = assertThrows(IllegalStateException.class, server::close);
            server.close();

            assertEquals("the domain host's session did not close session, lease", failure.getMessage());
            assertEquals(List.of("close RuntimeSession", "close Lease"), seen);
            assertTrue(lent.isClosed());
        }
    }

    @Test
    void closesWhatASecondOpenBrings() {
        server.perform(OPEN, List.of());
        try (Pipe pipe = Pipe.open()) {
            Fd lent = pipe.reader().dup();

            assertEquals("a domain host opens one session: closed=false",
                    assertThrows(WrongState.class, () -> server.perform(OPEN, List.of(lent))).getMessage());
            assertTrue(lent.isClosed());
        }
    }
}
