package org.kakuri.platform.linux.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Futex;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ThreadIds;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What one system call costs from Java: the kernel's part and ours. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DowncallBenchmark {

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(128, 64);
    private final MemorySegment word = arena.allocate(64, 64).asSlice(0, 4);
    private Fd devNull;
    private int devNullNumber;
    private Pipe pipe;
    private LocalPosix posix;

    @Setup(Level.Trial)
    public void open() {
        devNull = PathCalls.open(Path.of("/dev/null"), OpenFlags.O_WRONLY, 0);
        devNullNumber = devNull.number();
        pipe = Pipe.open();
        posix = new LocalPosix().lend(pipe.reader().number()).lend(pipe.writer().number());
    }

    @TearDown(Level.Trial)
    public void close() {
        posix.close();
        pipe.close();
        devNull.close();
        arena.close();
    }

    @Benchmark
    public int getppid() {
        return ThreadIds.parentPid();
    }

    @Benchmark
    public long writeDevNullRaw() {
        return FdIo.writeRaw(devNullNumber, buffer, 0, 128);
    }

    @Benchmark
    public long writeDevNullHeldFd() {
        return FdIo.write(devNull, buffer);
    }

    @Benchmark
    public long pipeWriteAndRead() {
        FdIo.writeRaw(pipe.writer().number(), buffer, 0, 128);
        return FdIo.readRaw(pipe.reader().number(), buffer, 0, 128);
    }

    @Benchmark
    public long pipeWriteThenReadByPosixCalls() {
        return posix.writeThenRead(pipe.writer().number(), pipe.reader().number(), buffer, 0, 128, buffer, 0, 128);
    }

    @Benchmark
    public int futexWakeWithoutWaiter() {
        return Futex.wakeRaw(word, 1);
    }
}
