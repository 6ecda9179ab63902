package org.kakuri.platform.linux.bench;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.ring.MessageHandler;
import org.kakuri.platform.linux.ring.PageClosed;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.Ring;
import org.kakuri.platform.linux.ring.RingConsumer;
import org.kakuri.platform.linux.ring.RingLayout;
import org.kakuri.platform.linux.ring.RingProducer;
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

/** Messages of 128 bytes from one thread to another as fast as both go; 64 KiB of ring. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class RingBenchmark {

    @Param
    private Placement placement;

    @Param({"CO_LOCATED", "ADAPTIVE", "OWN_CORE"})
    private String policy;

    private MemFd file;
    private SharedMapping mapping;
    private Ring ring;
    private RingProducer producer;
    private Thread consumer;
    private MemorySegment source;

    @Setup(Level.Trial)
    public void open() {
        file = MemFd.create("bench", RingLayout.bytes(65536));
        mapping = file.map();
        ring = Ring.create(mapping.segment());
        RingConsumer taking = ring.consumer(Policies.of(policy), PeerCheck.NONE);
        consumer = Thread.ofPlatform().start(() -> {
            placement.pinFar();
            consume(taking);
        });
        placement.pinNear();
        producer = ring.producer(Policies.of(policy), PeerCheck.NONE);
        source = java.lang.foreign.Arena.ofAuto().allocate(128, 64);
    }

    private static void consume(RingConsumer taking) {
        MessageHandler ignore = (type, data, offset, length) -> {};
        try {
            while (true) {
                taking.receive(ignore, 256);
            }
        } catch (PageClosed end) {
            Thread.yield();
        }
    }

    @TearDown(Level.Trial)
    public void close() throws InterruptedException {
        ring.close();
        consumer.join();
        mapping.close();
        file.close();
    }

    @Benchmark
    public void send() {
        producer.send(1, source, 0, 128);
    }
}
