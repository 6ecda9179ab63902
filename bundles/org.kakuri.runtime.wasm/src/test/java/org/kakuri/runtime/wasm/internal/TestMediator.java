package org.kakuri.runtime.wasm.internal;

import java.util.Optional;
import org.kakuri.api.runtime.Descriptor;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.posix.CallPageServer;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.kakuri.platform.linux.ring.CallHandler;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.CallServer;
import org.kakuri.platform.linux.ring.PageClosed;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;

/** Serves a call page from a thread of this process, as a shadow process would from its own. */
final class TestMediator implements AutoCloseable {
    private static final long DATA_BYTES = 64 << 10;

    private final MemFd file;
    private final SharedMapping mapping;
    private final CallServer server;
    private final LocalPosix posix = new LocalPosix();
    private Thread thread;

    TestMediator() {
        file = MemFd.create("test page", CallPageLayout.bytes(DATA_BYTES));
        file.sealSize();
        mapping = file.map();
        server = CallPage.create(mapping.segment()).server(WaitPolicy.ADAPTIVE, PeerCheck.NONE);
    }

    /** Holds descriptors for the guest and executes its calls. */
    TestMediator serve(int... descriptors) {
        for (int descriptor : descriptors) {
            posix.lend(descriptor);
        }
        return serve(new CallPageServer(posix));
    }

    /** Answers calls in its own way. */
    TestMediator serve(CallHandler handler) {
        thread = Thread.ofPlatform().daemon().name("test mediator").start(() -> {
            try {
                server.serve(handler);
            } catch (PageClosed closed) {
                return;
            }
        });
        return this;
    }

    SharedMapping mapping() {
        return mapping;
    }

    SessionSpec.HostCalls calls(CallStyle style) {
        return calls(style, 100);
    }

    SessionSpec.HostCalls calls(CallStyle style, int spins) {
        return new SessionSpec.Mediated(new Descriptor(file.fd().number()), file.size(), style,
                new SessionSpec.Waiting(spins, 10), Optional.empty());
    }

    /** Ends as a mediator that closes the page in good order. */
    void leave() {
        server.close();
    }

    /** Returns whether the serving thread has ended. */
    boolean ended() throws InterruptedException {
        return thread == null || thread.join(java.time.Duration.ofSeconds(20));
    }

    @Override
    public void close() {
        server.close();
        try {
            if (!ended()) {
                throw new AssertionError("the mediator's thread does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        mapping.close();
        file.close();
    }
}
