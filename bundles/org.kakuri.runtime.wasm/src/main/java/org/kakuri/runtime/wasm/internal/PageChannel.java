package org.kakuri.runtime.wasm.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Inside;
import org.kakuri.platform.linux.posix.CallPagePosix;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.platform.linux.ring.CallClient;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.Sleeper;
import org.kakuri.platform.linux.ring.WaitWord;

/**
 * POSIX calls that leave the instance through a call page in shared memory. The code inside writes the request, leaves when
 * it must wait, and checks the reply; the two host parts differ in who serves the page.
 */
abstract class PageChannel implements Sleeper, AutoCloseable {
    private final MemorySegment page;
    private final String service;
    private Inside inside;

    /**
     * @param page the call page, header included
     * @param service name in the requests with which this channel leaves
     */
    PageChannel(MemorySegment page, String service) {
        this.page = page;
        this.service = service;
    }

    /** Says whose calls come next, on the thread that makes them. */
    final void enter(Inside code) {
        inside = code;
    }

    /** Returns the half of the code inside. */
    abstract CallClient client();

    /** Returns the calls, for the code inside. */
    final PosixCalls calls() {
        return new CallPagePosix(client());
    }

    /** Returns why calls fail from now on, or an empty text. Asked after a call failed. */
    abstract String failure();

    /**
     * The host's part of a call, after the code left.
     *
     * @param request what the code left with
     * @return the answer; the code inside looks at the page and does not trust it
     */
    abstract long serve(HostRequest request);

    /** Leaves the instance until the reply may be there. */
    @Override
    public final void sleepUntilChanged(WaitWord word, int old) {
        waiting(word, old);
        int operation = page.get(ValueLayout.JAVA_INT, CallPageLayout.OPERATION);
        long bytes = page.get(ValueLayout.JAVA_LONG, CallPageLayout.LENGTH);
        inside.callHost(new HostRequest(service, operation, bytes));
    }

    /** Notes what is waited for, for the host's part. */
    abstract void waiting(WaitWord word, int old);

    @Override
    public abstract void close();
}
