package org.kakuri.system.tzmediator.internal.styles;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.kakuri.api.KakuriException;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.gp.ClientSession;
import org.kakuri.api.gp.GlobalPlatform;
import org.kakuri.api.gp.Opened;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Param;
import org.kakuri.api.gp.ParamType;
import org.kakuri.api.gp.Returned;
import org.kakuri.api.gp.SharedBlock;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.system.tzmediator.ca.Payload;
import org.kakuri.system.tzmediator.internal.Arms;
import org.kakuri.system.tzmediator.internal.SettlingArm;

/**
 * A client of GlobalPlatform's API: a thread of this process, which enters the TA with each command as the thread of a client
 * application does. With registered memory a request is made where the TA finds it; with temporary memory it lies in the client's
 * own memory and each call shares it anew.
 */
final class InvokeArm implements SettlingArm {
    private static final int LEAD_IN = 200;
    private static final int SETTLING = 1_000;
    private static final long SETTLE_NANOS = 1_500_000_000L;

    private final ArmInfo info;
    private final int size;
    private final int work;
    private final TeeClient client;
    private final ClientSession session;
    private final SharedBlock block;
    private final ExecutorService thread;
    private final byte[] message;
    private final byte[] answer;
    private long round;

    private InvokeArm(ArmInfo info, int size, int work, TeeClient client, ClientSession session, SharedBlock block,
            int cpu) {
        this.info = info;
        this.size = size;
        this.work = work;
        this.client = client;
        this.session = session;
        this.block = block;
        this.message = new byte[size];
        this.answer = new byte[size];
        this.thread = Executors.newSingleThreadExecutor(task -> Thread.ofPlatform()
                .daemon()
                .name("tz " + info.name())
                .unstarted(() -> {
                    Affinity.set(Affinity.THIS_THREAD, cpu);
                    task.run();
                }));
    }

    /** Connects and opens a session. */
    static InvokeArm open(ArmInfo info, GlobalPlatform platform, int size, int work, int cpu) {
        TeeClient client = platform.initializeContext(Pricing.NONE, TrustedOs.NO_SUPPLICANT);
        try {
            SharedBlock block = info.name().equals(StyleArms.REGISTERED)
                    ? client.allocate(2L * Payload.MAX, true, true)
                    : null;
            return new InvokeArm(info, size, work, client, session(client), block, cpu);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /** Opens a session with the TA of tz/styles. */
    static ClientSession session(TeeClient client) {
        Opened opened = client.openSession(StyledTa.ID, new Operation());
        return opened.session()
                .orElseThrow(() -> new KakuriException("the TA of tz/styles opened no session: %s from %s"
                        .formatted(opened.returned().result(), opened.returned().origin()), ""));
    }

    @Override
    public ArmInfo info() {
        return info;
    }

    /** Returns the time of one request and its reply, in ns; throws if the reply is wrong. */
    private long exchange() {
        Payload.fill(message, size, round++);
        if (block != null) {
            if (!block.memory().segment().scope().isAlive()) {
                throw new KakuriException(info.name() + ": the block it had registered went with the TEE", "");
            }
            MemorySegment.copy(message, 0, block.memory().segment(), ValueLayout.JAVA_BYTE, 0, size);
        }
        long start = System.nanoTime();
        Returned returned = session.invoke(StyledTa.ANSWER, StyledTa.answering(request(), reply(), work));
        long nanos = System.nanoTime() - start;
        if (!returned.success()) {
            throw new KakuriException("%s: TEEC_InvokeCommand gave %s from %s".formatted(info.name(),
                    returned.result(), returned.origin()), "");
        }
        if (block != null) {
            MemorySegment.copy(block.memory().segment(), ValueLayout.JAVA_BYTE, Payload.MAX, answer, 0, size);
        }
        Payload.reply(message, size);
        if (!Arrays.equals(message, answer)) {
            throw new KakuriException("%s: reply %d was not what it had to be".formatted(info.name(), round), "");
        }
        return nanos;
    }

    private Param.Memory request() {
        return block != null
                ? new Param.BlockMemory(ParamType.MEMREF_PARTIAL_INPUT, block, 0, size)
                : new Param.TempMemory(ParamType.MEMREF_TEMP_INPUT, MemorySegment.ofArray(message));
    }

    private Param.Memory reply() {
        return block != null
                ? new Param.BlockMemory(ParamType.MEMREF_PARTIAL_OUTPUT, block, Payload.MAX, size)
                : new Param.TempMemory(ParamType.MEMREF_TEMP_OUTPUT, MemorySegment.ofArray(answer));
    }

    private long[] exchanges(int count) {
        try {
            return thread.submit(() -> {
                long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                long[] nanos = new long[count + 1];
                for (int i = 0; i < count; i++) {
                    nanos[i] = exchange();
                }
                nanos[count] = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
                return nanos;
            }).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KakuriException(info.name() + ": interrupted", "", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void settle(int least) {
        long until = System.nanoTime() + SETTLE_NANOS;
        for (int made = 0; made < least && System.nanoTime() - until < 0; made += SETTLING) {
            exchanges(SETTLING);
        }
    }

    @Override
    public void measure(int iterations, SampleSink sink) {
        exchanges(LEAD_IN);
        LedgerSnapshot before = events();
        long[] nanos = exchanges(iterations);
        LedgerSnapshot events = events().since(before);
        for (int i = 0; i < iterations; i++) {
            sink.sample(nanos[i]);
        }
        sink.events(events);
        sink.extra("cpu.ca.ns", nanos[iterations]);
        sink.extra(StyleArms.SWITCHES, (double) events.count(Arms.WORLD_SWITCH).count() / iterations);
    }

    /** The client's own: memory that is registered; and those of the TA's instance. */
    private LedgerSnapshot events() {
        return client.ledger().snapshot().plus(session.ledger().snapshot());
    }

    @Override
    public void close() {
        thread.shutdownNow();
        client.close();
    }
}
