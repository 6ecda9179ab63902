package org.kakuri.system.tzmediator.internal.styles;

import java.time.Duration;
import java.util.Optional;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.gp.ClientSession;
import org.kakuri.api.gp.GlobalPlatform;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Returned;
import org.kakuri.api.gp.SharedBlock;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.ResourceScope;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.system.tzmediator.internal.FirstCause;
import org.kakuri.system.tzmediator.internal.process.CaProgram;
import org.kakuri.system.tzmediator.internal.process.Channel;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;
import org.kakuri.system.tzmediator.internal.process.Mechanism;
import org.kakuri.system.tzmediator.internal.process.ShadowProcess;

/**
 * A CA, an ordinary process, and the TA of tz/styles on a thread of this process, joined by POSIX calls. By RPC this
 * process is the shadow: its thread enters the secure world and leaves it with each call. A polling TA has a shadow process beside
 * it.
 */
final class PosixLink implements AutoCloseable {
    private static final long PAGE_DATA = 256 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /**
     * What is to be joined.
     *
     * @param mechanism what carries the bytes
     * @param program the CA
     * @param size bytes of a request
     * @param work SHA-256 blocks for each
     * @param polling whether the TA polls
     * @param fused whether a reply and the next request are one call of the TA
     * @param plan where each side stays
     */
    record Spec(Mechanism mechanism, CaProgram program, int size, int work, boolean polling, boolean fused,
            CpuPlan plan) {}

    private final FirstCause cause = new FirstCause();
    private final ResourceScope owned = new ResourceScope("a CA and its TA");
    private final PageSupplicant supplicant = new PageSupplicant();
    private final TeeClient tee;
    private final ClientSession session;
    private final boolean polling;
    private ClientProcess client;
    private Thread trusted;
    private Thread watcher;
    private volatile boolean closing;
    private volatile boolean cut;

    private PosixLink(GlobalPlatform platform, boolean polling) {
        this.polling = polling;
        tee = owned.keep("GlobalPlatform client", platform.initializeContext(Pricing.NONE, supplicant));
        session = InvokeArm.session(tee);
    }

    /** Starts everything; nothing remains if that fails. */
    static PosixLink open(Spec spec, GlobalPlatform platform, TrialContext context) {
        PosixLink link = new PosixLink(platform, spec.polling());
        try {
            if (spec.polling()) {
                link.beside(spec, context);
            } else {
                link.entering(spec);
            }
            return link;
        } catch (RuntimeException e) {
            link.close();
            throw e;
        }
    }

    private void entering(Spec spec) {
        SharedBlock page = tee.allocate(CallPageLayout.bytes(PAGE_DATA), true, true);
        CallPage.create(page.memory().segment());
        Channel channel = owned.keep("channel", spec.mechanism().open(spec.size()));
        client = owned.keep("CA", ClientProcess.start(spec.program(), channel, spec.size(), spec.plan().client()));
        channel.clientReads().close();
        channel.clientWrites().close();
        int reads = channel.partnerReads().number();
        int writes = channel.partnerWrites().number();
        supplicant.serve(page.memory().segment(), new LocalPosix().lend(reads).lend(writes), this::cut);
        enter(StyledTa.serving(page, spec.size(), spec.work(), reads, writes, null, spec.fused()), spec.plan(),
                channel::close);
    }

    private void beside(Spec spec, TrialContext context) {
        MemFd memory = owned.keep("call page", MemFd.create("call page", CallPageLayout.bytes(PAGE_DATA)));
        memory.sealSize();
        SharedBlock page = tee.register(memory.fd().number(), memory.size(), true, true);
        CallPage laidOut = CallPage.create(page.memory().segment());
        ShadowProcess shadow;
        try (Channel channel = spec.mechanism().open(spec.size())) {
            client = owned.keep("CA", ClientProcess.start(spec.program(), channel, spec.size(), spec.plan().client()));
            shadow = owned.keep("shadow", ShadowProcess.start(memory, channel, spec.plan()));
        }
        shadow.awaitReady(context.deadline(), context::cancelled);
        supplicant.serve(page.memory().segment(), new LocalPosix(), this::cut);
        var waiting = spec.plan().trustedWaiting();
        enter(StyledTa.serving(page, spec.size(), spec.work(), ShadowProcess.READS, ShadowProcess.WRITES,
                new WaitPolicy(waiting.spins(), waiting.yields(), true), spec.fused()), spec.plan(), shadow::end);
        watcher = Thread.ofPlatform().daemon().name("watch shadow of tz/styles").start(() -> watch(shadow, laidOut));
    }

    /** The shadow's death is the TA's: its calls end. */
    private void watch(ShadowProcess shadow, CallPage page) {
        String end = shadow.awaitEnd();
        if (!closing) {
            cause.report(end);
            page.server(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE).close();
        }
    }

    /** @param afterwards lets the CA see the end of the stream */
    private void enter(Operation serving, CpuPlan plan, Runnable afterwards) {
        trusted = Thread.ofPlatform().daemon().name("TA of tz/styles").start(() -> {
            Affinity.set(Affinity.THIS_THREAD, plan.trusted());
            try {
                Returned returned = session.invoke(StyledTa.SERVE, serving);
                cause.report("the TA ended before its CA: %s from %s".formatted(returned.result(), returned.origin()));
            } catch (Gone e) {
                cause.report("the TA is gone: " + e.getMessage());
            } catch (RuntimeException e) {
                cause.report("the TA's call failed: " + e);
            }
            afterwards.run();
        });
    }

    /** Ends the CA, because the TA's instance is being destroyed while a call of its waits for the CA. */
    private void cut() {
        cut = true;
        client.kill();
    }

    /** Returns why the CA is gone: it may have been ended because the TA was. */
    String clientEnded(String how) {
        return cut ? reason(how) : how;
    }

    ClientProcess client() {
        return client;
    }

    /** Returns the thread that the TA runs on. */
    Thread trusted() {
        return trusted;
    }

    /** Returns what was counted, when a TA that calls by RPC has asked for the next request: its last write was answered before. */
    LedgerSnapshot ledger() {
        Deadline deadline = Deadline.in(PATIENCE);
        while (!polling && !supplicant.reading() && trusted.isAlive() && !deadline.passed()) {
            Thread.yield();
        }
        return tee.ledger().snapshot().plus(session.ledger().snapshot());
    }

    /** Returns why it broke; the given reason if nobody knows a better one. */
    String reason(String otherwise) {
        return cause.await(PATIENCE, otherwise);
    }

    /** Ends the CA, which is waited for in vain, and the TA with it. */
    void giveUp(String reason) {
        cause.report(reason);
        client.close();
        tee.terminate();
    }

    /** Ends the CA, so that the TA sees the end of its stream, and takes everything down. */
    @Override
    public void close() {
        closing = true;
        if (client != null) {
            client.close();
        }
        if (trusted != null && !joined(trusted)) {
            tee.terminate();
        }
        owned.close();
        Optional.ofNullable(watcher).ifPresent(PosixLink::joined);
    }

    private static boolean joined(Thread thread) {
        try {
            return thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
