package org.kakuri.platform.linux.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.platform.linux.Errno;

@Timeout(60)
class PosixOpTest {

    @Test
    void everyCallHasExactlyOneRow() {
        List<String> methods = Arrays.stream(PosixCalls.class.getMethods())
                .map(Method::getName)
                .filter(name -> !name.equals("call") && !name.equals("signalled"))
                .sorted()
                .toList();
        List<String> rows = Arrays.stream(PosixOp.values())
                .filter(op -> !op.generic())
                .map(PosixOp::method)
                .sorted()
                .toList();
        assertEquals(methods, rows);
        List<String> calls = Arrays.stream(PosixOp.values()).map(PosixOp::call).toList();
        assertEquals(calls.size(), Set.copyOf(calls).size(), "names are unique: " + calls);
        for (PosixOp op : PosixOp.values()) {
            assertTrue(!op.generic() || op == PosixOp.SPAWN || LocalCalls.of(op) != null
                    || op.result() == PosixOp.Result.TWO_FDS, "nobody executes " + op);
        }
    }

    @Test
    void codesHaveNoGapsAndNoDuplicates() {
        TreeSet<Integer> codes = new TreeSet<>();
        for (PosixOp op : PosixOp.values()) {
            assertTrue(codes.add(op.code()), "duplicate code of " + op);
            assertEquals(op, PosixOp.of(op.code()));
        }
        assertEquals(PosixOp.values().length - 1, codes.last());
        assertNull(PosixOp.of(-1));
        assertNull(PosixOp.of(codes.size()));
        assertEquals(List.of(0, 1, 2),
                List.of(PosixOp.READ.code(), PosixOp.WRITE.code(), PosixOp.WRITE_THEN_READ.code()),
                "fixed for peers written in C");
    }

    /** The kinds of a row, spelled out as Java parameters, are those of the method (up to their order). */
    @ParameterizedTest
    @MethodSource("withMethods")
    void kindsMatchTheSignature(PosixOp op) {
        Method method = Arrays.stream(PosixCalls.class.getMethods())
                .filter(m -> m.getName().equals(op.method()))
                .findFirst()
                .orElseThrow();
        List<Class<?>> expected = new ArrayList<>();
        for (PosixOp.Kind kind : op.kinds()) {
            switch (kind) {
            case FD, INT -> expected.add(int.class);
            case LONG -> expected.add(long.class);
            case PATH -> expected.add(String.class);
            case IN, OUT, IN_OUT -> expected.addAll(List.of(MemorySegment.class, long.class, long.class));
            }
        }
        assertEquals(sorted(List.of(method.getParameterTypes())), sorted(expected));
        assertTrue(op.kinds().size() <= 6);
        assertTrue(op.kinds().stream().filter(k -> k == PosixOp.Kind.OUT).count() <= 1);
    }

    static List<PosixOp> withMethods() {
        return Arrays.stream(PosixOp.values()).filter(op -> !op.generic()).toList();
    }

    private static List<Class<?>> sorted(List<Class<?>> types) {
        return types.stream().sorted(Comparator.comparing(Class::getName)).toList();
    }

    @Test
    void malformedRequestsAreNotExecuted() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(64);
            CallPageServer server = new CallPageServer(new LocalPosix());
            assertEquals(-Errno.ENOSYS, server.handle(PosixOp.values().length, new long[6], 0, data));
            assertEquals(-Errno.ENOSYS, server.handle(-1, new long[6], 0, data));
            assertEquals(-Errno.EINVAL, server.handle(6, new long[] {1L << 32, 0, 0, 0, 0, 0}, 0, data),
                    "fd is an int");
            assertEquals(-Errno.EINVAL, server.handle(0, new long[] {1, 65, 0, 0, 0, 0}, 0, data),
                    "more than the data");
            assertEquals(-Errno.EINVAL, server.handle(0, new long[] {1, -1, 0, 0, 0, 0}, 0, data));
            assertEquals(-Errno.EINVAL, server.handle(1, new long[] {1, 9, 0, 0, 0, 0}, 8, data), "more than was sent");
            assertEquals(-Errno.EINVAL, server.handle(1, new long[] {1, 8, 0, 0, 0, 0}, 9, data), "less than was sent");
            assertEquals(-Errno.EINVAL,
                    server.handle(16, new long[] {1, Long.MAX_VALUE, 1, Long.MAX_VALUE, 0, 0}, 64, data), "overflow");
            assertEquals(8, server.refused());
            assertEquals(-Errno.EBADF, server.handle(1, new long[] {1, 8, 0, 0, 0, 0}, 8, data),
                    "well-formed, but not the guest's descriptor");
            assertEquals(8, server.refused());
        }
    }

    @Test
    void resultsAreBoundedByWhatWasAsked() {
        assertEquals(0, PosixOp.CLOSE.maxResult(100, 100));
        assertEquals(7, PosixOp.READ.maxResult(0, 7));
        assertEquals(5, PosixOp.WRITE.maxResult(5, 0));
        assertEquals(3, PosixOp.POLL.maxResult(24, 0));
        assertEquals(Integer.MAX_VALUE, PosixOp.OPENAT.maxResult(1, 1));
        assertFalse(PosixOp.LSEEK.maxResult(0, 0) < Long.MAX_VALUE);
    }
}
