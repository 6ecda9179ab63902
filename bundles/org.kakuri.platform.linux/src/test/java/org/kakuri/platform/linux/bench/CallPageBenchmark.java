package org.kakuri.platform.linux.bench;

import java.util.concurrent.TimeUnit;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.ring.CallClient;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.CallServer;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Round trip of one call that does nothing, between two threads pinned as the placement says. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CallPageBenchmark {

    @Param
    private Placement placement;

    @Param({"CO_LOCATED", "ADAPTIVE", "ONE_YIELD", "SLEEP_ONLY", "OWN_CORE"})
    private String policy;

    private MemFd file;
    private SharedMapping mapping;
    private CallClient client;
    private Thread server;

    @Setup(Level.Trial)
    public void open() {
        file = MemFd.create("bench", CallPageLayout.bytes(4096));
        mapping = file.map();
        CallPage page = CallPage.create(mapping.segment());
        CallServer answering = page.server(Policies.of(policy), PeerCheck.NONE);
        server = Thread.ofPlatform().start(() -> {
            placement.pinFar();
            answering.serve((operation, arguments, length, data) -> arguments[0]);
        });
        placement.pinNear();
        client = page.client(Policies.of(policy), PeerCheck.NONE);
    }

    @TearDown(Level.Trial)
    public void close() throws InterruptedException {
        client.close();
        server.join();
        System.out.printf("# waits of the client: spins=%d yields=%d sleeps=%d in %d calls%n",
                client.replyWord().spins(), client.replyWord().yields(), client.replyWord().sleeps(), client.calls());
        mapping.close();
        file.close();
    }

    @Benchmark
    public long call() {
        return client.call(1, 7, 0, 0, 0, 0, 0, 0, 7);
    }
}
