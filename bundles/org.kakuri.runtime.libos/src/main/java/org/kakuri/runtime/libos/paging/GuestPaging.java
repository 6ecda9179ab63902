package org.kakuri.runtime.libos.paging;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.PageSupply;
import org.kakuri.api.tee.PagedBacking;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.RemoteMemory;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.Userfaultfd;
import org.kakuri.runtime.libos.calls.SystemCallTable;
import org.kakuri.runtime.libos.trace.Decision;
import org.kakuri.runtime.libos.trace.Injector;
import org.kakuri.runtime.libos.trace.Tracee;
import org.kakuri.runtime.libos.trace.TraceeCall;
import org.kakuri.runtime.libos.trace.TracedProcess;

/**
 * Observes the anonymous memory that the processes of one guest map: heaps, and stacks of threads. Not the segments of programs, nor
 * the first stack. Used on the tracer's thread of the guest.
 * <p>
 * What a library operating system in one enclave could not do either is refused: a fork (ENOSYS), and moving pages to other
 * addresses (mremap: ENOMEM, upon which realloc copies).
 */
public final class GuestPaging implements AutoCloseable {
    private static final int MMAP = SystemCallTable.number("mmap");
    private static final int MUNMAP = SystemCallTable.number("munmap");
    private static final int BRK = SystemCallTable.number("brk");
    private static final int MREMAP = SystemCallTable.number("mremap");
    private static final int MADVISE = SystemCallTable.number("madvise");
    private static final int CLONE = SystemCallTable.number("clone");
    private static final int CLONE3 = SystemCallTable.number("clone3");
    private static final int FORK = SystemCallTable.number("fork");
    private static final int EXIT = SystemCallTable.number("exit");
    private static final int SOCKETPAIR = SystemCallTable.number("socketpair");
    private static final int CLOSE = SystemCallTable.number("close");
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MAP_FIXED = 0x10;
    /** MAP_GROWSDOWN, MAP_HUGETLB. */
    private static final int MAP_OTHER = 0x40100;
    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET_CLOEXEC = 5 | 0x80000;
    private static final long CLONE_VM = 0x100;
    private static final int DONTNEED = 4;
    private static final int FREE = 8;
    private static final long PAGE = 4096;
    private static final long MOST_WINDOW = 1L << 32;

    private final Offer offer;
    private final long window;
    private final PageCounts counts;
    private final Map<Integer, Observed> processes = new HashMap<>();

    /** Puts observed memory into the instance of a process. */
    @FunctionalInterface
    public interface Offer {
        /** Returns who says which pages are there; empty if the backend does not page. */
        Optional<PageSupply> offer(TracedProcess process, PagedBacking memory);
    }

    private static final class Observed {
        final ObservedMemory memory;
        long end;

        Observed(ObservedMemory memory) {
            this.memory = memory;
        }
    }

    /**
     * Makes one.
     *
     * @param memoryBytes most bytes that one process touches
     * @param counts counts page faults
     */
    public GuestPaging(Offer offer, long memoryBytes, PageCounts counts) {
        this.offer = offer;
        this.window = Math.clamp(memoryBytes & -PAGE, PAGE, MOST_WINDOW);
        this.counts = counts;
    }

    /**
     * Does nothing if page faults of guests can be served here.
     *
     * @throws Unsupported with the reason if not
     */
    public static void require() {
        int r = Userfaultfd.possible();
        if (r < 0) {
            throw new Unsupported("page faults of guests cannot be observed here: userfaultfd: " + Errno.name(-r),
                    "run as root or with CAP_SYS_PTRACE, or set vm.unprivileged_userfaultfd=1; needs Linux 5.7");
        }
    }

    /** A process is about to run a program. */
    public void begins(TracedProcess process, Injector injector) {
        ended(process);
        ObservedMemory memory = observe(process, injector);
        try {
            memory.serve(process.toString(), offer.offer(process, memory));
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
        processes.put(process.pid(), new Observed(memory));
    }

    private ObservedMemory observe(TracedProcess process, Injector injector) {
        int pid = process.pid();
        long base = injector.call(MMAP, 0, Servant.BYTES, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
        injector.require("mmap", base);
        injector.require("socketpair", injector.call(SOCKETPAIR, AF_UNIX, SOCK_SEQPACKET_CLOEXEC, 0, base));
        var pair = new byte[8];
        if (!RemoteMemory.read(pid, base, pair)) {
            throw new KakuriException("the memory of %s cannot be read".formatted(process), "");
        }
        ByteBuffer sockets = ByteBuffer.wrap(pair).order(ByteOrder.LITTLE_ENDIAN);
        long faults = injector.call(Userfaultfd.CALL, Userfaultfd.FLAGS);
        injector.require("userfaultfd", faults);
        try (PidFd own = PidFd.open(pid)) {
            Userfaultfd here = Userfaultfd.of(own.getFd((int) faults));
            Fd socket = own.getFd(sockets.getInt(4));
            injector.call(CLOSE, sockets.getInt(4));
            Servant servant = Servant.begin(injector, base, sockets.getInt(0), socket);
            injector.call(CLOSE, sockets.getInt(0));
            injector.call(CLOSE, faults);
            FileChannel memory = FileChannel.open(Path.of("/proc/" + pid + "/mem"), StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            return new ObservedMemory(here, servant, memory, window, counts, reason -> kill(pid, reason));
        } catch (IOException e) {
            throw new KakuriException("the memory of %s cannot be opened: %s".formatted(process, e.getMessage()), "",
                    e);
        }
    }

    private static void kill(int pid, String reason) {
        System.getLogger(GuestPaging.class.getName())
                .log(System.Logger.Level.WARNING, "process {0} is killed: {1}", pid, reason);
        Signals.killRaw(pid, Signals.SIGKILL);
    }

    /** Returns what becomes of a call, if that is decided here. */
    public Optional<Decision> enter(Tracee tracee, TraceeCall call) {
        Observed observed = processes.get(tracee.process().pid());
        if (observed == null) {
            return Optional.empty();
        }
        int number = call.number();
        long start = call.argument(0);
        long bytes = call.argument(1) + PAGE - 1 & -PAGE;
        ObservedMemory memory = observed.memory;
        if (number == FORK || (number == CLONE || number == CLONE3) && !sharesMemory(tracee, call)) {
            return Optional.of(new Decision.Answer(-Errno.ENOSYS));
        }
        if (number == BRK) {
            shrink(observed, start);
        } else if (number == EXIT && alone(tracee.process().pid())) {
            ended(tracee.process());
        } else if (bytes > 0 && start % PAGE == 0 && memory.touches(start, bytes)) {
            return change(memory, call, start, bytes);
        }
        return Optional.empty();
    }

    private static Optional<Decision> change(ObservedMemory memory, TraceeCall call, long start, long bytes) {
        int number = call.number();
        long third = call.argument(2);
        if (number == MUNMAP) {
            return Optional.of(new Decision.Answer(memory.drop(start, bytes, false, MUNMAP, start, bytes)));
        }
        if (number == MADVISE && (third == DONTNEED || third == FREE)) {
            return Optional.of(new Decision.Answer(memory.drop(start, bytes, true, MADVISE, start, bytes, DONTNEED)));
        }
        if (number == MREMAP) {
            return Optional.of(new Decision.Answer(-Errno.ENOMEM));
        }
        if (number == MMAP && (call.argument(3) & MAP_FIXED) != 0) {
            memory.drop(start, bytes, false, MUNMAP, start, bytes);
        }
        return Optional.empty();
    }

    private static void shrink(Observed observed, long to) {
        long end = to + PAGE - 1 & -PAGE;
        if (to != 0 && end < observed.end) {
            observed.memory.drop(end, observed.end - end, false, MADVISE, end, observed.end - end, DONTNEED);
        }
    }

    private static boolean sharesMemory(Tracee tracee, TraceeCall call) {
        if (call.number() == CLONE) {
            return (call.argument(0) & CLONE_VM) != 0;
        }
        byte[] flags = new byte[8];
        return tracee.read(call.argument(0), flags)
                && (ByteBuffer.wrap(flags).order(ByteOrder.LITTLE_ENDIAN).getLong() & CLONE_VM) != 0;
    }

    /** Whether the servant is the only other thread: a process of which only that is left would never end. */
    private static boolean alone(int pid) {
        try (var threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return threads.count() <= 2;
        } catch (IOException e) {
            return true;
        }
    }

    /** A call has been made. */
    public void left(Tracee tracee, TraceeCall call, long result) {
        Observed observed = processes.get(tracee.process().pid());
        if (observed == null || result <= 0) {
            return;
        }
        if (call.number() == MMAP
                && (call.argument(3) & (MAP_PRIVATE_ANONYMOUS | MAP_OTHER)) == MAP_PRIVATE_ANONYMOUS) {
            observed.memory.observe(result, call.argument(1) + PAGE - 1 & -PAGE);
        } else if (call.number() == BRK) {
            long end = result + PAGE - 1 & -PAGE;
            if (observed.end != 0 && end > observed.end) {
                observed.memory.observe(observed.end, end - observed.end);
            }
            observed.end = end;
        }
    }

    /** A process has ended, or executes another program. */
    public void ended(TracedProcess process) {
        Observed observed = processes.remove(process.pid());
        if (observed != null) {
            observed.memory.close();
        }
    }

    @Override
    public void close() {
        processes.values().forEach(observed -> observed.memory.close());
        processes.clear();
    }
}
