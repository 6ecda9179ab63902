package org.kakuri.runtime.libos.paging;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.PageSupply;
import org.kakuri.api.tee.PagedBacking;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.Userfaultfd;
import org.kakuri.platform.linux.WakeFd;

/**
 * The observed memory of one process, by offset in a window: each page has a place in it from its first touch on. A platform thread
 * of its own serves the faults, also those of system calls.
 * <p>
 * Order of locks: {@code changes} (one fault or one change of the map at a time), then whatever the supply locks, then
 * {@code leaf}. Another instance's fault may evict pages of this one: it comes with the supply's lock and takes {@code leaf} only.
 */
final class ObservedMemory implements PagedBacking, AutoCloseable {
    private static final int PAGE = 4096;
    private static final int MADVISE = 28;
    private static final int DONTNEED = 4;

    private final Userfaultfd faults;
    private final Servant servant;
    private final FileChannel memory;
    private final PageCounts counts;
    private final Consumer<String> exhausted;
    private final long window;
    private final Slots slots;
    private final TreeMap<Long, Long> regions = new TreeMap<>();
    private final Object changes = new Object();
    private final Object leaf = new Object();
    private final Set<Long> blocked = new HashSet<>();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment page = arena.allocate(PAGE, PAGE);
    private final WakeFd wake = WakeFd.create();
    private Optional<PageSupply> supply = Optional.empty();
    private Thread thread;
    private boolean closed;

    /**
     * Makes one that owns its parts from now on.
     *
     * @param memory the process's memory, /proc/PID/mem: reading a page that is missing fails there, and does not wait
     * @param window most bytes
     * @param exhausted is told why the process cannot go on
     */
    ObservedMemory(Userfaultfd faults, Servant servant, FileChannel memory, long window, PageCounts counts,
            Consumer<String> exhausted) {
        this.faults = faults;
        this.servant = servant;
        this.memory = memory;
        this.window = window;
        this.slots = new Slots(Math.toIntExact(window / PAGE));
        this.counts = counts;
        this.exhausted = exhausted;
    }

    /** Begins to serve. */
    void serve(String name, Optional<PageSupply> by) {
        supply = by;
        thread = Thread.ofPlatform().daemon().name("kakuri-pages " + name).start(this::run);
    }

    private void run() {
        var set = new PollSet(3);
        int fault = set.add(faults.fd(), PollSet.IN);
        int woken = set.add(wake.fd(), PollSet.IN);
        int gone = set.add(servant.socket(), 0);
        while (true) {
            set.poll(-1);
            if (set.ready(woken) != 0 || set.ready(gone) != 0 || (set.ready(fault) & ~PollSet.IN) != 0) {
                return;
            }
            while (faults.next()) {
                serve(faults.address() & -PAGE, faults.protectedPage());
            }
        }
    }

    private void serve(long at, boolean write) {
        if (write) {
            synchronized (leaf) {
                if (!blocked.contains(at)) {
                    faults.protect(at, PAGE, false);
                    faults.wake(at, PAGE);
                }
            }
            return;
        }
        synchronized (changes) {
            OptionalInt slot = observed(at) ? slots.take(at) : OptionalInt.empty();
            if (slot.isEmpty()) {
                if (observed(at)) {
                    exhausted.accept("it touches more than %d KiB of memory".formatted(window >> 10));
                }
                faults.wake(at, PAGE);
                return;
            }
            arrive(at, (long) slot.getAsInt() * PAGE);
        }
    }

    private void arrive(long at, long offset) {
        PageSupply.Arrival arrival;
        try {
            arrival = supply.isPresent() ? supply.get().touched(offset) : PageSupply.Arrival.NEW;
        } catch (KakuriException e) {
            exhausted.accept(e.getMessage());
            return;
        }
        if (arrival == PageSupply.Arrival.BACK) {
            counts.touched(true);
            return;
        }
        if (faults.zero(at, PAGE) == 0) {
            counts.touched(false);
        } else { // another thread touched it too, and it has come meanwhile
            faults.wake(at, PAGE);
        }
    }

    private boolean observed(long at) {
        Map.Entry<Long, Long> region = regions.floorEntry(at);
        return region != null && at < region.getValue();
    }

    /** Whether a range overlaps observed memory. */
    boolean touches(long start, long bytes) {
        synchronized (changes) {
            Map.Entry<Long, Long> before = regions.lowerEntry(start + bytes);
            return before != null && before.getValue() > start;
        }
    }

    /** The process has mapped fresh anonymous memory. */
    void observe(long start, long bytes) {
        synchronized (changes) {
            if (faults.register(start, bytes) == 0) {
                regions.put(start, start + bytes);
            }
        }
    }

    /**
     * Lets the servant make a system call after which pages of a range are not there any more, or nothing is mapped there.
     *
     * @param stays whether the range is observed further
     *
     * @return the call's result
     */
    long drop(long start, long bytes, boolean stays, int number, long... arguments) {
        synchronized (changes) {
            long result = servant.call(number, arguments);
            if (result == 0) {
                forget(start, start + bytes, stays);
            }
            return result;
        }
    }

    private void forget(long from, long to, boolean stays) {
        for (long at : slots.within(from, to)) {
            int slot = slots.of(at).orElseThrow();
            supply.ifPresent(by -> by.released(new Range((long) slot * PAGE, PAGE)));
            slots.free(slot);
        }
        if (stays) {
            return;
        }
        Map.Entry<Long, Long> region = regions.lowerEntry(to);
        while (region != null && region.getValue() > from) {
            regions.remove(region.getKey());
            if (region.getKey() < from) {
                regions.put(region.getKey(), from);
            }
            if (region.getValue() > to) {
                regions.put(to, region.getValue());
            }
            region = regions.lowerEntry(region.getKey());
        }
    }

    @Override
    public long bytes() {
        return window;
    }

    @Override
    public Guard guard(Actor actor) {
        return actor.instance() == 0 ? Guard.EVERY_ACCESS : Guard.PAGE_FAULT;
    }

    @Override
    public void read(long at, MemorySegment to) {
        for (long done = 0; done < to.byteSize();) {
            long offset = (at + done) % PAGE;
            long length = Math.min(PAGE - offset, to.byteSize() - done);
            MemorySegment part = to.asSlice(done, length);
            try {
                if (memory.read(part.asByteBuffer(), slots.page((int) ((at + done) / PAGE)) + offset) != length) {
                    part.fill((byte) 0);
                }
            } catch (IOException e) { // the process has ended, or has given the page back
                part.fill((byte) 0);
            }
            done += length;
        }
    }

    /** Puts whole pages where they are missing; a part of a page that is there is overwritten. */
    @Override
    public void write(long at, MemorySegment from) {
        synchronized (leaf) {
            for (long done = 0; done < from.byteSize();) {
                long offset = (at + done) % PAGE;
                long length = Math.min(PAGE - offset, from.byteSize() - done);
                long guest = slots.page((int) ((at + done) / PAGE));
                MemorySegment part = page.asSlice(0, length).copyFrom(from.asSlice(done, length));
                if (length < PAGE || faults.copy(guest, part) == -Errno.EEXIST) {
                    overwrite(guest + offset, part.asByteBuffer());
                }
                done += length;
            }
        }
    }

    private void overwrite(long guest, ByteBuffer bytes) {
        try {
            memory.write(bytes, guest);
        } catch (IOException e) {
            throw new Unsupported("a page at 0x%x cannot be written: %s".formatted(guest, e.getMessage()), "", e);
        }
    }

    @Override
    public void block(Range range) {
        synchronized (leaf) {
            runs(range, (start, bytes) -> {
                for (long at = start; at < start + bytes; at += PAGE) {
                    blocked.add(at);
                }
                faults.protect(start, bytes, true);
            });
        }
    }

    @Override
    public void discard(Range range) {
        synchronized (leaf) {
            runs(range, (start, bytes) -> {
                servant.call(MADVISE, start, bytes, DONTNEED);
                for (long at = start; at < start + bytes; at += PAGE) {
                    blocked.remove(at);
                }
                faults.wake(start, bytes);
            });
        }
    }

    /** What is done with addresses of the process that follow each other. */
    private interface Run {
        void at(long start, long bytes);
    }

    private void runs(Range range, Run action) {
        long start = -1;
        long end = -1;
        for (long at = range.start(); at < range.end(); at += PAGE) {
            long guest = slots.page((int) (at / PAGE));
            if (guest != end) {
                if (start >= 0) {
                    action.at(start, end - start);
                }
                start = guest;
            }
            end = guest + PAGE;
        }
        if (start >= 0) {
            action.at(start, end - start);
        }
    }

    @Override
    public void protect(Range range, Perms perms) {
        throw new Unsupported("the permissions of a process's memory are its own: range=" + range, "");
    }

    /** Nothing: it goes with its process, which nobody keeps after its instance. */
    @Override
    public void scrub() {}

    /** Gives all pages back and ends the thread. Pages that are evicted are lost: only for a process that has ended or ends. */
    @Override
    public void close() {
        synchronized (changes) {
            if (closed) {
                return;
            }
            closed = true;
            forget(0, Long.MAX_VALUE, false);
        }
        wake.wake();
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        servant.close();
        faults.close();
        wake.close();
        arena.close();
        try {
            memory.close();
        } catch (IOException e) {
            System.getLogger(ObservedMemory.class.getName())
                    .log(System.Logger.Level.WARNING, "closing /proc/PID/mem failed", e);
        }
    }
}
