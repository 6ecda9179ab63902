package org.kakuri.system.tzmediator.internal.styles;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Resume;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.posix.CallPageServer;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.kakuri.platform.linux.posix.PosixOp;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.CallServer;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.platform.linux.ring.WaitWord;

/**
 * The normal world's part of the TA's calls, on the thread that left the secure world. By RPC it executes the call on the page with
 * its own descriptors; beside a polling TA it only sleeps until the shadow process has answered.
 */
final class PageSupplicant implements ExitHandler {
    private static final Resume DONE = new Resume.Reply(0);

    private MemorySegment page;
    private CallServer server;
    private CallPageServer executor;
    private WaitWord reply;
    private volatile boolean reading;
    private Interruptible call;

    /** What a call of the TA is made in: the end of its instance interrupts the thread, which the kernel would not notice. */
    private final class Interruptible extends AbstractInterruptibleChannel {
        private final Runnable cut;

        Interruptible(Runnable cut) {
            this.cut = cut;
        }

        void serve() {
            begin();
            try {
                server.serveOne(executor);
            } finally {
                endQuietly();
            }
        }

        /** After an interrupt the instance refuses to be entered again; more need not be said. */
        private void endQuietly() {
            try {
                end(true);
            } catch (AsynchronousCloseException instanceEnded) {
                reading = false;
            }
        }

        /** On the thread that interrupts. */
        @Override
        protected void implCloseChannel() {
            cut.run();
        }
    }

    /**
     * Says which page it is about; before the TA makes a call.
     *
     * @param memory the page, laid out
     * @param calls executes the calls of RPC
     * @param cut makes a call that waits return: the TA's instance is being destroyed
     */
    void serve(MemorySegment memory, LocalPosix calls, Runnable cut) {
        call = new Interruptible(cut);
        page = memory;
        server = CallPage.open(memory).server(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE);
        executor = new CallPageServer(calls);
        reply = new WaitWord("reply word of the call page", memory, CallPageLayout.REPLY,
                CallPageLayout.CLIENT_SLEEPS);
    }

    @Override
    public Resume onExit(Exit exit) {
        if (!(exit instanceof Exit.HostCall(HostRequest request))) {
            return Resume.CONTINUE;
        }
        switch (request.service()) {
        case StyledTa.POSIX -> {
            reading = request.operation() != PosixOp.WRITE.code();
            call.serve();
            reading = false;
        }
        case StyledTa.WAIT -> sleep();
        default -> {
            return new Resume.Reply(-Errno.ENOSYS);
        }
        }
        return DONE;
    }

    /** Returns whether the TA is outside for a call that reads: by RPC, whether nothing more is counted until a request comes. */
    boolean reading() {
        return reading;
    }

    private void sleep() {
        int answered = reply.get();
        if (answered != page.get(ValueLayout.JAVA_INT, CallPageLayout.REQUEST)) {
            reply.sleep(answered, WaitWord.CHECK_NANOS);
        }
    }
}
