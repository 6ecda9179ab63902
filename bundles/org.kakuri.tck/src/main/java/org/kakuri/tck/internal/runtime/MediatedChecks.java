package org.kakuri.tck.internal.runtime;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.Descriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.tck.Check;
import org.kakuri.tck.RuntimeSubject;
import org.kakuri.tck.Skipped;
import org.kakuri.tck.internal.Expect;

/** Sessions whose POSIX calls somebody else should serve, who is not there. */
final class MediatedChecks {
    private static final long DATA_BYTES = 64 << 10;

    private MediatedChecks() {}

    static List<Check<RuntimeSubject>> all() {
        return new DeskRules("mediated")
                .add("no-page", "Memory that is no call page is refused.", MediatedChecks::noPage)
                .add("gone", "A guest whose mediator has left ends, and its end tells why.", MediatedChecks::gone)
                .all();
    }

    private static SessionSpec spec(MemFd page) {
        return Desk.spec()
                .served(new SessionSpec.Mediated(new Descriptor(page.fd().number()), page.size(), CallStyle.RPC,
                        new SessionSpec.Waiting(100, 10), Optional.empty()));
    }

    private static void noPage(Desk desk) throws IOException {
        try (MemFd page = MemFd.create("tck-page", CallPageLayout.bytes(DATA_BYTES))) {
            Throwable thrown = Expect.thrownBy(() -> desk.open(Program.ECHOES, spec(page)));
            Expect.that(thrown instanceof KakuriException && !thrown.getMessage().isBlank(),
                    "a session with a page of zeros: %s", thrown);
        }
    }

    private static void gone(Desk desk) throws Exception {
        try (MemFd page = MemFd.create("tck-page", CallPageLayout.bytes(DATA_BYTES)); SharedMapping own = page.map()) {
            page.sealSize();
            CallPage.create(own.segment()).server(WaitPolicy.ADAPTIVE, PeerCheck.NONE).close();
            RuntimeSession session = open(desk, page);
            GuestExit exit;
            try {
                exit = Desk.await(session.spawn(Desk.command(GuestDescriptor.mediated(0, 0))));
            } catch (KakuriException e) {
                return;
            }
            Expect.that(!exit.success(), "a guest without a mediator is said to have succeeded: %s", exit);
            Expect.that(exit.status().isPresent() || !exit.reason().isBlank(), "its end has no reason: %s", exit);
            desk.end(session);
        }
    }

    private static RuntimeSession open(Desk desk, MemFd page) throws IOException {
        try {
            return desk.open(Program.ECHOES, spec(page));
        } catch (Unsupported e) {
            throw new Skipped("the runtime knows no mediators: " + e.getMessage());
        }
    }
}
