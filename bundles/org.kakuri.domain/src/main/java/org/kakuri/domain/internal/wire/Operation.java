package org.kakuri.domain.internal.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Objects;
import java.util.Optional;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.Actor;

/** What the parent asks of the child: the methods of a session and its guests, and {@link Open} before all others. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({@Type(value = Operation.Open.class, name = "open"), @Type(value = Operation.Spawn.class, name = "spawn"),
    @Type(value = Operation.Place.class, name = "place"), @Type(value = Operation.Count.class, name = "count"),
    @Type(value = Operation.CountGuest.class, name = "count-guest"),
    @Type(value = Operation.Measure.class, name = "measure"),
    @Type(value = Operation.Attest.class, name = "attest"),
    @Type(value = Operation.Quiesce.class, name = "quiesce"), @Type(value = Operation.GoOn.class, name = "go-on"),
    @Type(value = Operation.Memory.class, name = "memory"), @Type(value = Operation.Touch.class, name = "touch"),
    @Type(value = Operation.Report.class, name = "report"),
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
        case Place _,Count _,CountGuest _,Measure _,Memory _,Report _ -> false;
        case Touch touch -> touch.store();
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

    /** Where the memory of the instances lies; answered by {@link Result.Areas}. */
    record Memory() implements Operation {}

    /**
     * An access from outside; answered by {@link Result.Touched}.
     *
     * @param actor who makes it
     * @param physical physical address
     * @param store whether bytes are stored
     * @param bytes what is stored; empty for a load
     * @param length bytes to load; 0 for a store
     * @param checkerOff the checker that is switched off meanwhile; empty for none
     */
    record Touch(Actor actor, long physical, boolean store, byte[] bytes, int length, String checkerOff)
            implements
                Operation {
        /** Refuses missing parts. */
        public Touch {
            Objects.requireNonNull(actor, "actor");
            Objects.requireNonNull(bytes, "bytes");
            Objects.requireNonNull(checkerOff, "checkerOff");
        }

        /** Returns an access as it crosses. */
        public static Touch of(HostAccess access) {
            boolean store = access.write().isPresent();
            return new Touch(access.actor(), access.physical(), store, access.write().orElse(new byte[0]),
                    store ? 0 : access.length(), access.checkerOff().orElse(""));
        }

        /** Returns the access that crossed. */
        public HostAccess access() {
            return new HostAccess(actor, physical, store ? Optional.of(bytes) : Optional.empty(), length,
                    checkerOff.isEmpty() ? Optional.empty() : Optional.of(checkerOff));
        }
    }

    /** What the session did beside events; answered by {@link Result.Reported}. */
    record Report() implements Operation {}

    /** Ends the session; answered by {@link Result.Done}. */
    record Close() implements Operation {}
}
