package org.kakuri.domain.internal.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Objects;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;

/** What an {@link Operation} answers. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({@Type(value = Result.Done.class, name = "done"), @Type(value = Result.Spawned.class, name = "spawned"),
    @Type(value = Result.Placed.class, name = "placed"), @Type(value = Result.Counted.class, name = "counted"),
    @Type(value = Result.Measured.class, name = "measured"),
    @Type(value = Result.Attested.class, name = "attested"), @Type(value = Result.Rested.class, name = "rested"),
    @Type(value = Result.Areas.class, name = "areas"), @Type(value = Result.Touched.class, name = "touched"),
    @Type(value = Result.Reported.class, name = "reported")})
public sealed interface Result {
    /** Done, without a value. */
    record Done() implements Result {}

    /**
     * A guest was started.
     *
     * @param guest its number in the session
     */
    record Spawned(long guest) implements Result {}

    /**
     * Where a guest lives.
     *
     * @param placement where
     */
    record Placed(GuestPlacement placement) implements Result {
        /** Refuses null. */
        public Placed {
            Objects.requireNonNull(placement, "placement");
        }
    }

    /**
     * Events.
     *
     * @param counts how many
     */
    record Counted(LedgerSnapshot counts) implements Result {
        /** Refuses null. */
        public Counted {
            Objects.requireNonNull(counts, "counts");
        }
    }

    /**
     * The measurement.
     *
     * @param measurement its value
     */
    record Measured(Measurement measurement) implements Result {
        /** Refuses null. */
        public Measured {
            Objects.requireNonNull(measurement, "measurement");
        }
    }

    /**
     * Evidence.
     *
     * @param evidence its value
     */
    record Attested(Evidence evidence) implements Result {
        /** Refuses null. */
        public Attested {
            Objects.requireNonNull(evidence, "evidence");
        }
    }

    /**
     * Outcome of bringing the guests to rest.
     *
     * @param outcome its value
     */
    record Rested(Quiescence outcome) implements Result {
        /** Refuses null. */
        public Rested {
            Objects.requireNonNull(outcome, "outcome");
        }
    }

    /**
     * Where the memory of the instances lies.
     *
     * @param areas an area each
     */
    record Areas(List<MemoryArea> areas) implements Result {
        /** Copies the list. */
        public Areas {
            areas = List.copyOf(areas);
        }
    }

    /**
     * What the session did beside events.
     *
     * @param report its value
     */
    record Reported(SessionReport report) implements Result {
        /** Refuses null. */
        public Reported {
            Objects.requireNonNull(report, "report");
        }
    }

    /**
     * How an access from outside went.
     *
     * @param outcome granted, or the fault a checker issued
     * @param bytes what a load returned
     * @param guard how it was checked
     */
    record Touched(Access outcome, byte[] bytes, Guard guard) implements Result {
        /** Refuses missing parts. */
        public Touched {
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(bytes, "bytes");
            Objects.requireNonNull(guard, "guard");
        }
    }
}
