package org.kakuri.tck.internal;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.kakuri.tck.Skipped;

/** What checks are made of. */
public final class Expect {
    private Expect() {}

    /** Something that may be refused. */
    @FunctionalInterface
    public interface Action {
        /** Does it. */
        void run() throws Exception;
    }

    /** Demands a condition. */
    public static void that(boolean kept, String finding, Object... values) {
        if (!kept) {
            throw new Finding(String.format(Locale.ROOT, finding, values));
        }
    }

    /** Demands equal values. */
    public static void equal(Object expected, Object found, String what) {
        if (!Objects.equals(expected, found)) {
            throw new Finding("%s: expected %s, found %s".formatted(what, expected, found));
        }
    }

    /** Demands equal bytes. */
    public static void bytes(byte[] expected, byte[] found, String what) {
        if (!Arrays.equals(expected, found)) {
            throw new Finding("%s: expected %s, found %s".formatted(what, hex(expected), hex(found)));
        }
    }

    private static String hex(byte[] bytes) {
        String text = HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(bytes.length, 16)));
        return bytes.length > 16 ? text + "... (" + bytes.length + " bytes)" : text;
    }

    /** Demands a refusal by the exception type, with a message. */
    public static void refused(String what, Action action, Class<? extends Throwable> type) {
        refused(what, action, List.of(type));
    }

    /** Demands a refusal by one of two exception types, with a message. */
    public static void refused(String what, Action action, Class<? extends Throwable> either,
            Class<? extends Throwable> or) {
        refused(what, action, List.of(either, or));
    }

    private static void refused(String what, Action action, List<Class<? extends Throwable>> types) {
        String expected = String.join(" or ", types.stream().map(Class::getSimpleName).toList());
        Throwable thrown = thrownBy(action);
        if (thrown == null) {
            throw new Finding("%s was not refused; expected %s".formatted(what, expected));
        }
        switch (thrown) {
        case Finding finding -> throw finding;
        case Skipped skipped -> throw skipped;
        default -> {}
        }
        if (types.stream().noneMatch(type -> type.isInstance(thrown))) {
            throw new Finding("%s: expected %s, found %s".formatted(what, expected, thrown));
        }
        if (thrown.getMessage() == null || thrown.getMessage().isBlank()) {
            throw new Finding("%s was refused without saying why: %s".formatted(what, thrown));
        }
    }

    /** Returns what an action throws, or null. */
    public static Throwable thrownBy(Action action) {
        try {
            action.run();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }
}
