package org.kakuri.runtime.libos.shield;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.kakuri.api.Refused;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.WakeFd;

/**
 * The console of one guest: its descriptors 0, 1 and 2 lead to threads of this process, which stand for threads inside the instance;
 * these pass on records of {@link ConsoleRecords}.
 */
public final class ConsoleShield implements AutoCloseable {
    private static final Duration SETTLING = Duration.ofMillis(250);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final int ERRORS = 2;
    /** What a pipe that can be written to takes without blocking: PIPE_BUF. */
    private static final int PIECE = 4096;

    private final byte[] key;
    private final ShieldCounts counts;
    private final Consumer<String> kill;
    private final List<Pump> pumps = new ArrayList<>();
    private final Map<String, Fd> ends = new HashMap<>();

    /**
     * Makes one without descriptors.
     *
     * @param kill kills the guest, since its input was changed
     */
    ConsoleShield(byte[] key, ShieldCounts counts, Consumer<String> kill) {
        this.key = key.clone();
        this.counts = counts;
        this.kill = kill;
    }

    /**
     * Puts the shield in front of a descriptor. Errors that go where output goes become part of that stream.
     *
     * @param guest its number in the guest; above 2 it is left alone
     * @param outside what it leads to; closed with the shield unless it is returned
     * @return what the guest gets instead
     */
    public Fd before(int guest, Fd outside) {
        if (guest > ERRORS) {
            return outside;
        }
        String target = target(outside);
        if (guest > 0 && ends.containsKey(target)) {
            outside.close();
            return ends.get(target).dup();
        }
        Pipe pipe = Pipe.open();
        pumps.add(new Pump(guest, outside, guest == 0 ? pipe.writer() : pipe.reader()));
        Fd end = guest == 0 ? pipe.reader() : pipe.writer();
        if (guest > 0) {
            ends.put(target, end.dup());
        }
        return end;
    }

    private static String target(Fd fd) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number())).toString();
        } catch (IOException e) {
            return "descriptor " + fd.number();
        }
    }

    /** What the guest gets is known: begins to carry what it writes. */
    public void begin() {
        ends.values().forEach(Fd::close);
        pumps.stream().filter(pump -> pump.direction != 0).forEach(pump -> pump.thread.start());
    }

    /** The guest runs, and can be killed: begins to carry what it reads, unless it has ended already. */
    public synchronized void listen() {
        pumps.stream().filter(pump -> pump.direction == 0).forEach(pump -> pump.thread.start());
    }

    /** The guest's first process has ended: waits a little until what it has written is out. */
    public void settle() {
        pumps.forEach(pump -> pump.join(pump.direction == 0 ? Duration.ZERO : SETTLING));
    }

    /** No process can write any more: what is in the pipes goes out, unless nobody takes it. */
    @Override
    public synchronized void close() {
        ends.values().forEach(Fd::close);
        pumps.forEach(Pump::close);
        pumps.clear();
    }

    /** Carries one direction on a thread of its own, until its source ends. */
    private final class Pump implements AutoCloseable {
        private final int direction;
        private final Fd outside;
        private final Fd inside;
        private final WakeFd wake = WakeFd.create();
        private final Thread thread;

        Pump(int direction, Fd outside, Fd inside) {
            this.direction = direction;
            this.outside = outside;
            this.inside = inside;
            inside.setNonBlocking(true);
            thread = Thread.ofPlatform().daemon().name("kakuri-console " + direction).unstarted(this::run);
        }

        private void run() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(2L * ConsoleRecords.MOST);
                if (direction == 0) {
                    in(buffer);
                } else {
                    out(buffer);
                }
            } catch (Refused e) {
                counts.note("shield: standard input: " + e.getMessage());
                kill.accept("standard input is not what was sealed");
            } catch (IOException e) {
                if (direction != 0) { // who reads no more of its input is not at fault
                    counts.note("shield: stream %d of the console ended: %s".formatted(direction, e.getMessage()));
                }
            } finally {
                inside.close();
                outside.close();
            }
        }

        private void out(MemorySegment buffer) throws IOException {
            var sealer = new ConsoleRecords.Sealer(key, direction);
            write(outside, buffer, sealer.header());
            byte[] plain = new byte[ConsoleRecords.MOST];
            int n;
            do {
                n = read(inside, buffer, plain, 0, plain.length);
                long before = System.nanoTime();
                byte[] record = sealer.record(plain, Math.max(0, n), n < 0);
                counts.crypto(Math.max(0, n), System.nanoTime() - before);
                counts.one();
                write(outside, buffer, record);
            } while (n >= 0);
        }

        private void in(MemorySegment buffer) throws IOException {
            Optional<ConsoleRecords.Opener> stream = ConsoleRecords.Opener.of(new InputStream() {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] to, int at, int length) throws IOException {
                    return length == 0 ? 0 : Pump.this.read(outside, buffer, to, at, length);
                }
            }, key, 0);
            if (stream.isEmpty()) {
                counts.note("shield: standard input was not sealed: it was empty for the program");
                return;
            }
            while (true) {
                Optional<byte[]> plain = stream.get().next();
                if (plain.isEmpty()) {
                    return;
                }
                counts.crypto(plain.get().length, 0);
                counts.one();
                write(inside, buffer, plain.get());
            }
        }

        /** Returns -1 at the end. */
        private int read(Fd from, MemorySegment buffer, byte[] to, int at, int length) throws IOException {
            while (true) {
                await(from, PollSet.IN);
                long n = FdIo.readRaw(from.number(), buffer, 0, Math.min(length, buffer.byteSize()));
                if (n >= 0) {
                    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, to, at, (int) n);
                    return n == 0 ? -1 : (int) n;
                }
                check(n);
            }
        }

        private void write(Fd to, MemorySegment buffer, byte[] bytes) throws IOException {
            MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
            for (long done = 0; done < bytes.length;) {
                await(to, PollSet.OUT);
                long n = FdIo.writeRaw(to.number(), buffer, done, Math.min(PIECE, bytes.length - done));
                if (n < 0) {
                    check(n);
                } else {
                    done += n;
                }
            }
        }

        private void await(Fd fd, int what) throws IOException {
            PollSet set = new PollSet(2);
            set.add(fd, what);
            int woken = set.add(wake.fd(), PollSet.IN);
            set.poll(-1);
            if (set.ready(woken) != 0) {
                throw new IOException("the guest has gone");
            }
        }

        private static void check(long result) throws IOException {
            if (result != -Errno.EAGAIN && result != -Errno.EINTR) {
                throw new IOException(Errno.name((int) -result));
            }
        }

        boolean join(Duration time) {
            try {
                return thread.getState() == Thread.State.NEW || thread.join(time);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void close() {
            if (!join(direction == 0 ? Duration.ZERO : LAST_WORDS)) {
                wake.wake();
                join(LAST_WORDS);
            }
            inside.close();
            outside.close();
            wake.close();
        }
    }
}
