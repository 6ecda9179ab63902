package org.kakuri.domain.internal.wire;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.WrongState;

/**
 * An exception on its way. The types that callers distinguish arrive as themselves; everything else as a
 * {@link KakuriException} that names the original type. The stack of the other process arrives as the cause.
 *
 * @param kind which type
 * @param message its message
 * @param remedy its remedy
 * @param mayHaveExecuted meaning of {@link Gone#mayHaveExecuted()}; false for others
 * @param trace stack trace of the other process, cut
 */
public record WireError(Kind kind, String message, String remedy, boolean mayHaveExecuted, String trace) {
    private static final int MOST_TRACE = 4096;
    private static final int MOST_MESSAGE = 65536;

    /** Refuses missing parts. */
    public WireError {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(remedy, "remedy");
        Objects.requireNonNull(trace, "trace");
    }

    /** Types that cross. */
    public enum Kind {
        /** {@link Gone}. */
        GONE,
        /** {@link Refused}. */
        REFUSED,
        /** {@link Unsupported}. */
        UNSUPPORTED,
        /** {@link UsageError}. */
        USAGE,
        /** {@link WrongState}. */
        WRONG_STATE,
        /** {@link KakuriException} itself, or a subtype that is none of the above. */
        GENERAL,
        /** {@link IllegalArgumentException}. */
        ILLEGAL_ARGUMENT,
        /** Any other: a bug over there, or a machine at its limits. */
        OTHER
    }

    /** Turns an exception into a record. */
    public static WireError of(Throwable thrown) {
        Kind kind = switch (thrown) {
        case Gone _ -> Kind.GONE;
        case Refused _ -> Kind.REFUSED;
        case Unsupported _ -> Kind.UNSUPPORTED;
        case UsageError _ -> Kind.USAGE;
        case WrongState _ -> Kind.WRONG_STATE;
        case KakuriException _ -> Kind.GENERAL;
        case IllegalArgumentException _ -> Kind.ILLEGAL_ARGUMENT;
        default -> Kind.OTHER;
        };
        String message = Objects.requireNonNullElse(thrown.getMessage(), "");
        return new WireError(kind,
                cut(kind == Kind.OTHER ? thrown.getClass().getName() + (message.isEmpty() ? "" : ": " + message)
                        : message, MOST_MESSAGE),
                thrown instanceof KakuriException e ? cut(e.remedy(), MOST_MESSAGE) : "",
                thrown instanceof Gone gone && gone.mayHaveExecuted(), cut(trace(thrown), MOST_TRACE));
    }

    /**
     * Turns the record into an exception.
     *
     * @param where who failed, for failures that do not say so themselves
     */
    public RuntimeException toException(String where) {
        RemoteTrace cause = new RemoteTrace(where, trace);
        return switch (kind) {
        case GONE -> new Gone(message, remedy, mayHaveExecuted, cause);
        case REFUSED -> new Refused(message, remedy, cause);
        case UNSUPPORTED -> new Unsupported(message, remedy, cause);
        case USAGE -> new UsageError(message, remedy, cause);
        case WRONG_STATE -> new WrongState(message, remedy, cause);
        case GENERAL -> new KakuriException(message, remedy, cause);
        case ILLEGAL_ARGUMENT -> new IllegalArgumentException(message, cause);
        case OTHER -> new KakuriException(where + " failed: " + message,
                "this is a defect; the stack trace of the cause tells where", cause);
        };
    }

    private static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + " ...";
    }

    /** Carries the stack trace of the other process; has none of its own. */
    public static final class RemoteTrace extends Exception {
        private static final long serialVersionUID = 1;

        RemoteTrace(String where, String trace) {
            super("in " + where + ": " + trace.strip(), null, false, false);
        }
    }
}
