package org.kakuri.runtime.wasm.internal.calls;

import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.platform.linux.posix.CallPageServer;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.platform.linux.ring.CallClient;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallServer;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.platform.linux.ring.WaitWord;

/** A channel whose page the guest's own thread serves, each time it has left the instance. */
public final class LocalChannel extends PageChannel {
    /** Bytes of the data area: what one crossing moves at most. */
    public static final long DATA_BYTES = 256 << 10;

    private final SharedMemory shared;
    private final CallClient client;
    private final CallServer server;
    private final CallPageServer executor;
    private boolean broken;

    /**
     * @param shared memory for a page; closed with this object
     * @param service name in the requests
     * @param calls executes them
     */
    public LocalChannel(SharedMemory shared, String service, PosixCalls calls) {
        super(shared.segment(), service);
        this.shared = shared;
        CallPage page = CallPage.create(shared.segment());
        this.client = page.client(WaitPolicy.SLEEP_ONLY, () -> !broken, this);
        this.server = page.server(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE);
        this.executor = new CallPageServer(calls);
    }

    @Override
    public CallClient client() {
        return client;
    }

    @Override
    public void waiting(WaitWord word, int old) {}

    @Override
    public long serve(HostRequest request) {
        broken = true;
        server.serveOne(executor);
        broken = false;
        return 0;
    }

    /** Lets the code inside know whether there is a signal to ask for. Any thread. */
    public void attention(boolean wanted) {
        server.attention(wanted);
    }

    @Override
    public String failure() {
        return broken ? "the host did not execute the call" : "";
    }

    @Override
    public void close() {
        shared.close();
    }
}
