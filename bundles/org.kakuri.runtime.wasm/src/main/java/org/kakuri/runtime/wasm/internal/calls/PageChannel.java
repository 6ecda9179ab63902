package org.kakuri.runtime.wasm.internal.calls;

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
public abstract class PageChannel implements Sleeper, AutoCloseable {
    private final MemorySegment page;
    private final String service;
    private Inside inside;
    private long left;

    /**
     * @param page the call page, header included
     * @param service name in the requests with which this channel leaves
     */
    public PageChannel(MemorySegment page, String service) {
        this.page = page;
        this.service = service;
    }

    /** Says whose calls come next, on the thread that makes them. */
    public final void enter(Inside code) {
        inside = code;
    }

    /** Returns the half of the code inside. */
    public abstract CallClient client();

    /** Returns the calls, for the code inside. */
    public final PosixCalls calls() {
        return new CallPagePosix(client());
    }

    /** Returns why calls fail from now on, or an empty text. Asked after a call failed. */
    public abstract String failure();

    /**
     * The host's part of a call, after the code left.
     *
     * @param request what the code left with
     * @return the answer; the code inside looks at the page and does not trust it
     */
    public abstract long serve(HostRequest request);

    /** Leaves the instance until the reply may be there. */
    @Override
    public final void sleepUntilChanged(WaitWord word, int old) {
        waiting(word, old);
        leave();
    }

    /** Leaves the instance and comes back. */
    final void leave() {
        left++;
        int operation = page.get(ValueLayout.JAVA_INT, CallPageLayout.OPERATION);
        long bytes = page.get(ValueLayout.JAVA_LONG, CallPageLayout.LENGTH);
        inside.callHost(new HostRequest(service, operation, bytes));
    }

    /** Returns how often the code left through this channel. */
    final long left() {
        return left;
    }

    /** Called by the code inside when a guest's call is done. */
    public void settle() {}

    /** Notes what is waited for, for the host's part. */
    public abstract void waiting(WaitWord word, int old);

    @Override
    public abstract void close();
}
