package org.kakuri.runtime.libos;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathSystemCall;
import org.kakuri.platform.linux.SeccompListener;
import org.kakuri.runtime.libos.calls.SystemCallTable;
import org.kakuri.runtime.libos.trace.Decision;
import org.kakuri.runtime.libos.trace.Notifier;
import org.kakuri.runtime.libos.trace.Tracee;
import org.kakuri.runtime.libos.trace.TraceeCall;

/**
 * Serves calls that name a file in mode fast: what is redirected is done here, and the guest gets the descriptor or the answer; all the
 * others the kernel does. A call that changes the working directory cannot be done for somebody else: it stops for the tracer.
 * <p>
 * A guest whose other thread changes the path after it was read is served the old one, or the kernel does the new one: this delivers
 * files, it keeps nobody from any.
 */
record ServedCalls(PathService paths) implements Notifier.Service {
    private static final int OPEN = SystemCallTable.number("open");
    private static final int OPENAT = SystemCallTable.number("openat");
    private static final Set<Integer> TRACED = Set.of(SystemCallTable.number("chdir"));
    private static final int MOST_LINK = 1 << 16;

    /** Returns the calls that are served here. */
    static Set<Integer> notified() {
        var numbers = new HashSet<>(PathArguments.numbers());
        numbers.removeAll(TRACED);
        return numbers;
    }

    /** Returns the calls that the tracer serves. */
    static Set<Integer> traced() {
        return TRACED;
    }

    @Override
    public void serve(Tracee tracee, SeccompListener listener) {
        long[] arguments = new long[6];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = listener.argument(i);
        }
        var call = new TraceeCall(listener.number(), arguments);
        Decision decision = paths.decide(tracee, call);
        if (!listener.valid()) {
            return;
        }
        switch (decision) {
        case Decision.Forward _ -> listener.proceed();
        case Decision.Answer(long value) -> listener.answer(value);
        case Decision.Redirect(int argument, String path) -> {
            if (call.number() == OPEN || call.number() == OPENAT) {
                open(listener, call, argument, path);
            } else {
                listener.answer(done(tracee, call, argument, path));
            }
        }
        }
    }

    private static void open(SeccompListener listener, TraceeCall call, int argument, String path) {
        long[] own = call.arguments().clone();
        long flags = own[argument + 1];
        own[argument + 1] = flags | OpenFlags.O_CLOEXEC;
        long opened = PathSystemCall.make(call.number(), own, argument, path, -1, MemorySegment.NULL);
        if (opened < 0) {
            listener.answer(opened);
            return;
        }
        try (Fd fd = Fd.own((int) opened)) {
            int given = listener.answerDescriptor(fd.number(), (flags & OpenFlags.O_CLOEXEC) != 0);
            if (given < 0) {
                listener.answer(given);
            }
        }
    }

    private static long done(Tracee tracee, TraceeCall call, int argument, String path) {
        Optional<PathArguments.Result> where = PathArguments.result(call.number());
        if (where.isEmpty()) {
            return PathSystemCall.make(call.number(), call.arguments(), argument, path, -1, MemorySegment.NULL);
        }
        int at = where.get().argument();
        boolean link = where.get().bytes() == 0;
        long[] own = call.arguments().clone();
        if (link) {
            own[at + 1] = Math.clamp(own[at + 1], 0, MOST_LINK);
        }
        long room = link ? own[at + 1] : where.get().bytes();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(Math.max(1, room), 8);
            long r = PathSystemCall.make(call.number(), own, argument, path, at, result);
            if (r < 0) {
                return r;
            }
            byte[] bytes = result.asSlice(0, link ? r : room).toArray(ValueLayout.JAVA_BYTE);
            return tracee.write(call.argument(at), bytes) ? r : -Errno.EFAULT;
        }
    }
}
