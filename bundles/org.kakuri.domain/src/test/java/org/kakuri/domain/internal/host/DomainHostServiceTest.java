package org.kakuri.domain.internal.host;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Refused;
import org.kakuri.domain.internal.closure.BundleJar;
import org.kakuri.domain.internal.wire.Message;

@Timeout(30)
class DomainHostServiceTest {
    private static final List<BundleJar> SENT = List.of(new BundleJar("a", Path.of("/a.jar"), "0a"),
            new BundleJar("b", Path.of("/b.jar"), "0b"));

    private static void check(Message.Jar... found) {
        DomainHostService.check("domain host", SENT, new Message.Hello(1, List.of(found)));
    }

    @Test
    void acceptsExactlyWhatWasSent() {
        assertDoesNotThrow(() -> check(new Message.Jar("/b.jar", "0b"), new Message.Jar("/a.jar", "0a")));
    }

    @Test
    void refusesAChangedJar() {
        assertEquals(
                "the domain host runs other bundles than were sent: missing [Jar[file=/b.jar, sha256=0b]],"
                        + " instead [Jar[file=/b.jar, sha256=ff]]",
                assertThrows(Refused.class,
                        () -> check(new Message.Jar("/a.jar", "0a"), new Message.Jar("/b.jar", "ff"))).getMessage());
    }

    @Test
    void refusesOneTooFewAndOneTooMany() {
        assertThrows(Refused.class, () -> check(new Message.Jar("/a.jar", "0a")));
        assertThrows(Refused.class, () -> check(new Message.Jar("/a.jar", "0a"), new Message.Jar("/b.jar", "0b"),
                new Message.Jar("/c.jar", "0c")));
    }
}
