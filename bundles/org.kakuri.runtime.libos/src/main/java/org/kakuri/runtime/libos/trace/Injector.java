package org.kakuri.runtime.libos.trace;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.kakuri.api.KakuriException;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Ptrace;
import org.kakuri.platform.linux.RemoteMemory;
import org.kakuri.platform.linux.TracedCall;
import org.kakuri.platform.linux.UserRegisters;

/**
 * Makes system calls in the name of a stopped process. The first one takes the place of a call that the process is
 * about to make; the others execute the same {@code syscall} instruction again.
 */
public final class Injector {
    private static final int MMAP = 9;
    private static final int EXECVE = 59;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final long ROOM = 1 << 16;
    /** Length of the {@code syscall} instruction. */
    private static final int INSTRUCTION = 2;
    private static final byte[] SYSCALL = {0x0f, 0x05};

    private final int pid;
    private final UserRegisters registers;
    private final TracedCall info;
    private boolean atEntry = true;
    private long base;
    private long room;
    private long used;
    private long home;

    /** The process is stopped at the entry of a system call. */
    Injector(int pid, Arena arena) {
        this.pid = pid;
        this.registers = UserRegisters.in(arena);
        this.info = TracedCall.in(arena);
    }

    /**
     * Lets something be done by a process that is stopped between two of its instructions; registers and code are put back.
     *
     * @throws Gone if the process ended
     */
    static void between(int pid, Launch.Preparation action) {
        try (Arena arena = Arena.ofConfined();
                FileChannel memory = FileChannel.open(Path.of("/proc/" + pid + "/mem"), StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            var saved = UserRegisters.in(arena);
            require(Ptrace.registers(pid, saved));
            saved.number(-1);
            long at = saved.instruction();
            ByteBuffer code = ByteBuffer.allocate(INSTRUCTION);
            memory.read(code, at);
            memory.write(ByteBuffer.wrap(SYSCALL), at);
            try {
                var injector = new Injector(pid, arena);
                injector.atEntry = false;
                injector.home = at;
                injector.place(at);
                action.prepare(injector);
            } finally {
                memory.write(code.flip(), at);
                require(Ptrace.setRegisters(pid, saved));
            }
        } catch (IOException e) {
            throw new KakuriException("the memory of process %d cannot be changed: %s".formatted(pid, e.getMessage()),
                    "", e);
        }
    }

    private void place(long gadget) {
        require(Ptrace.registers(pid, registers));
        registers.instruction(gadget + INSTRUCTION);
        require(Ptrace.setRegisters(pid, registers));
    }

    /**
     * Makes a system call by another {@code syscall} instruction; only between instructions. What a thread that it makes does
     * next stands behind it.
     */
    public long callAt(long gadget, int number, long... arguments) {
        place(gadget);
        long result = call(number, arguments);
        place(home);
        return result;
    }

    /** Throws what {@code -errno} says. */
    public void require(String what, long result) {
        if (result < 0 && result >= -4095) {
            throw new KakuriException("%s in process %d failed: %s".formatted(what, pid, Errno.name((int) -result)),
                    "");
        }
    }

    /** Returns the process. */
    public int pid() {
        return pid;
    }

    /**
     * Makes a system call.
     *
     * @return its result, or {@code -errno}
     *
     * @throws Gone if the process ended
     */
    public long call(int number, long... arguments) {
        load(number, arguments);
        if (!atEntry) {
            toCall();
        }
        toCall();
        atEntry = false;
        require(Ptrace.systemCall(pid, info));
        return info.result();
    }

    private void load(int number, long... arguments) {
        require(Ptrace.registers(pid, registers));
        registers.number(atEntry ? number : -1);
        if (!atEntry) {
            registers.instruction(registers.instruction() - INSTRUCTION);
            registers.result(number);
        }
        for (int i = 0; i < 6; i++) {
            registers.argument(i, i < arguments.length ? arguments[i] : 0);
        }
        require(Ptrace.setRegisters(pid, registers));
    }

    /** Runs on to the next border of a system call; what is not one is passed over. */
    private int toCall() {
        int signal = 0;
        while (true) {
            require(Ptrace.resumeToCall(pid, signal));
            long waited = Ptrace.await(pid);
            if (waited < 0 || Ptrace.ended((int) waited)) {
                throw new Gone();
            }
            int status = (int) waited;
            if (Ptrace.stopSignal(status) == Ptrace.SYSCALL_STOP || Ptrace.stopEvent(status) == Ptrace.EVENT_EXEC) {
                return status;
            }
            signal = Ptrace.stopEvent(status) == 0 ? Ptrace.stopSignal(status) : 0;
        }
    }

    /**
     * Makes the process execute a program; it is then stopped at the event that tells so.
     *
     * @return 0, or {@code -errno}: the process is then of no more use
     */
    int execute(String program, List<String> argv, List<String> env) {
        long path = text(program);
        long arguments = pointers(argv);
        long environment = pointers(env);
        load(EXECVE, path, arguments, environment);
        if (!atEntry) {
            toCall();
        }
        int status = toCall();
        if (Ptrace.stopEvent(status) == Ptrace.EVENT_EXEC) {
            return 0;
        }
        require(Ptrace.systemCall(pid, info));
        return (int) info.result();
    }

    private long pointers(List<String> strings) {
        var table = ByteBuffer.allocate(8 * strings.size() + 8).order(ByteOrder.nativeOrder());
        strings.forEach(string -> table.putLong(text(string)));
        return bytes(table.putLong(0).array());
    }

    /** Puts a string into the process's memory, and returns where. */
    public long text(String string) {
        return bytes((string + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /** Puts bytes into the process's memory, at a multiple of 8, and returns where. */
    public long bytes(byte[] bytes) {
        if (used + bytes.length > room || room == 0) {
            long length = Math.max(ROOM, (bytes.length + 4096L) & ~4095L);
            long mapped = call(MMAP, 0, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
            if (mapped < 0 && mapped >= -4095) {
                throw new KakuriException("the new process cannot map memory: " + Errno.name((int) -mapped), "");
            }
            base = mapped;
            room = length;
            used = 0;
        }
        long at = base + used;
        if (!RemoteMemory.write(pid, at, bytes)) {
            throw new Gone();
        }
        used += (bytes.length + 7L) & ~7L;
        return at;
    }

    private static void require(int result) {
        if (result < 0) {
            throw new Gone();
        }
    }

    /** The process ended while something was done to it. */
    static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
