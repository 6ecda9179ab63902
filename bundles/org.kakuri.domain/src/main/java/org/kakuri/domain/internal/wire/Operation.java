package org.kakuri.domain.internal.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Objects;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.SessionSpec;

/** What the parent asks of the child: the methods of a session and its guests, and {@link Open} before all others. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({@Type(value = Operation.Open.class, name = "open"), @Type(value = Operation.Spawn.class, name = "spawn"),
    @Type(value = Operation.Place.class, name = "place"), @Type(value = Operation.Count.class, name = "count"),
    @Type(value = Operation.CountGuest.class, name = "count-guest"),
    @Type(value = Operation.Measure.class, name = "measure"),
    @Type(value = Operation.Attest.class, name = "attest"),
    @Type(value = Operation.Quiesce.class, name = "quiesce"), @Type(value = Operation.GoOn.class, name = "go-on"),
    @Type(value = Operation.Close.class, name = "close")})
public sealed interface Operation {
    /** Returns what the operation is called in messages to people. */
    default String text() {
        return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }

    /** Returns whether it changes something, so that a call whose answer was lost may have taken effect. */
    default boolean hasEffect() {
        return switch (this) {
        case Open _,Spawn _,Attest _,Quiesce _,GoOn _,Close _ -> true;
        case Place _,Count _,CountGuest _,Measure _ -> false;
        };
    }

    /**
     * Opens the session; answered by {@link Result.Done}. No secret of a machine is in it: the child's machine has its own.
     *
     * @param backend name of the backend
     * @param runtime name of the runtime
     * @param host name of the machine
     * @param image what runs
     * @param spec how
     */
    record Open(String backend, String runtime, String host, RuntimeImage image, SessionSpec spec)
            implements
                Operation {
        /** Refuses missing parts. */
        public Open {
            Objects.requireNonNull(backend, "backend");
            Objects.requireNonNull(runtime, "runtime");
            Objects.requireNonNull(host, "host");
            Objects.requireNonNull(image, "image");
            Objects.requireNonNull(spec, "spec");
        }
    }

    /**
     * Starts a guest; answered by {@link Result.Spawned}.
     *
     * @param command what and how
     */
    record Spawn(Command command) implements Operation {
        /** Refuses nothing. */
        public Spawn {
            Objects.requireNonNull(command, "command");
        }
    }

    /**
     * Where a guest lives; answered by {@link Result.Placed}.
     *
     * @param guest number of the guest
     */
    record Place(long guest) implements Operation {}

    /** The session's events; answered by {@link Result.Counted}. */
    record Count() implements Operation {}

    /**
     * A guest's events; answered by {@link Result.Counted}.
     *
     * @param guest number of the guest
     */
    record CountGuest(long guest) implements Operation {}

    /** The measurement; answered by {@link Result.Measured}. */
    record Measure() implements Operation {}

    /**
     * Evidence; answered by {@link Result.Attested}.
     *
     * @param nonce bound into it
     */
    record Attest(byte[] nonce) implements Operation {
        /** Refuses null. */
        public Attest {
            Objects.requireNonNull(nonce, "nonce");
        }
    }

    /**
     * Brings the guests to rest; answered by {@link Result.Rested}.
     *
     * @param nanos how long to try: a deadline is bound to its process's clock
     */
    record Quiesce(long nanos) implements Operation {}

    /** Lets guests at rest go on; answered by {@link Result.Done}. */
    record GoOn() implements Operation {}

    /** Ends the session; answered by {@link Result.Done}. */
    record Close() implements Operation {}
}
