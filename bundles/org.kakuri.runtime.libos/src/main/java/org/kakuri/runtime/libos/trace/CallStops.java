package org.kakuri.runtime.libos.trace;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Ptrace;
import org.kakuri.platform.linux.TracedCall;
import org.kakuri.platform.linux.UserRegisters;

/** What happens at the borders of system calls: the supervisor is asked, and what it says done to the tracee's registers. */
final class CallStops {
    private static final int RED_ZONE = 128;
    private static final int CLONE = 56;
    static final int EXECVE = 59;
    private static final int EXECVEAT = 322;
    private static final int CLONE3 = 435;
    private static final long CLONE_THREAD = 0x10000;

    private final Supervisor supervisor;
    private final boolean everyCall;
    private final UserRegisters registers;
    private final TracedCall info;

    /**
     * Used on the tracer's thread.
     *
     * @param everyCall whether all calls stop, so that the supervisor is told of their results
     */
    CallStops(Supervisor supervisor, boolean everyCall, Arena arena) {
        this.supervisor = supervisor;
        this.everyCall = everyCall;
        this.registers = UserRegisters.in(arena);
        this.info = TracedCall.in(arena);
    }

    /** Returns whether the process is stopped where it is about to make a call. */
    boolean isEntry(int pid) {
        return Ptrace.systemCall(pid, info) >= 0 && info.entry();
    }

    /** The filter wants this call to be decided about: returns whether it is not made as it was meant, so that its end has to be seen. */
    boolean decided(int tid, Tracee tracee) {
        if (Ptrace.systemCall(tid, info) < 0) {
            return false;
        }
        entry(tid, tracee);
        boolean changed = tracee.answer != null || tracee.redirected >= 0;
        tracee.entered = changed ? tracee.entered : null;
        return changed;
    }

    /** The tracee is about to make a call, or has made it: returns whether it may go on. */
    boolean border(int tid, Tracee tracee) {
        if (Ptrace.systemCall(tid, info) < 0) {
            return true;
        }
        if (info.entry()) {
            return !entry(tid, tracee) || supervisor.mayBegin(tracee, tracee.entered);
        }
        if (info.exit() && tracee.entered != null) {
            exit(tid, tracee);
        }
        return true;
    }

    /** Returns whether the call is to be made as it is. */
    private boolean entry(int tid, Tracee tracee) {
        long[] arguments = new long[6];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = info.argument(i);
        }
        int number = info.architecture() == TracedCall.X86_64 && info.number() >= 0 && info.number() < 1 << 16
                ? (int) info.number()
                : -1;
        tracee.entered = new TraceeCall(number, arguments);
        tracee.answer = null;
        tracee.redirected = -1;
        Decision decision = supervisor.enter(tracee, tracee.entered);
        switch (decision) {
        case Decision.Forward _ -> {}
        case Decision.Answer(long value) -> {
            if (Ptrace.registers(tid, registers) == 0) {
                registers.number(-1);
                Ptrace.setRegisters(tid, registers);
                tracee.answer = value;
            }
        }
        case Decision.Redirect(int argument, String path) -> redirect(tid, tracee, argument, path);
        }
        return decision == Decision.FORWARD;
    }

    private void redirect(int tid, Tracee tracee, int argument, String path) {
        if (Ptrace.registers(tid, registers) < 0) {
            return;
        }
        byte[] text = (path + "\0").getBytes(StandardCharsets.UTF_8);
        long at = registers.stack() - RED_ZONE - (text.length + 15L & ~15L);
        if (!tracee.write(at, text)) {
            registers.number(-1);
            tracee.answer = (long) -Errno.EFAULT;
        } else {
            tracee.redirected = argument;
            tracee.original = registers.argument(argument);
            registers.argument(argument, at);
        }
        Ptrace.setRegisters(tid, registers);
    }

    private void exit(int tid, Tracee tracee) {
        TraceeCall call = tracee.entered;
        long result = info.result();
        tracee.entered = null;
        if ((tracee.answer != null || tracee.redirected >= 0) && Ptrace.registers(tid, registers) == 0) {
            if (tracee.answer != null) {
                result = tracee.answer;
                registers.result(result);
            } else {
                registers.argument(tracee.redirected, tracee.original);
            }
            Ptrace.setRegisters(tid, registers);
        }
        if (!everyCall) {
            return;
        }
        supervisor.leave(tracee, call, result);
        if (result == 0 && (call.number() == EXECVE || call.number() == EXECVEAT)) {
            try {
                supervisor.begins(tracee, action -> Injector.between(tid, action));
            } catch (Injector.Gone _) { // killed meanwhile: its end is reported next
                tracee.entered = null;
            }
        }
    }

    /** Returns whether what the tracee is making is a thread of its own process. */
    boolean makesThread(Tracee parent) {
        TraceeCall call = parent.entered;
        if (call == null) {
            return Ptrace.registers(parent.tid(), registers) == 0
                    && sharesProcess(parent, (int) registers.number(), registers.argument(0));
        }
        return sharesProcess(parent, call.number(), call.argument(0));
    }

    private static boolean sharesProcess(Tracee parent, int number, long first) {
        return switch (number) {
        case CLONE -> (first & CLONE_THREAD) != 0;
        case CLONE3 -> {
            byte[] flags = new byte[8];
            yield parent.read(first, flags)
                    && (ByteBuffer.wrap(flags).order(ByteOrder.nativeOrder()).getLong()
                            & CLONE_THREAD) != 0;
        }
        default -> false;
        };
    }
}
