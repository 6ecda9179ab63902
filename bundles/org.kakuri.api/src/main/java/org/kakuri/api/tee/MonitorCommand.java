package org.kakuri.api.tee;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A command of a machine's monitor, the code that runs above every world: on Arm a fast SMC. Implemented by whoever adds one, as
 * a service with the property {@link #ARCHITECTURE}; the machine model puts it into the dispatcher of every machine of that
 * architecture for as long as the service is there. Called by the dispatcher only, on the caller's thread and from several at
 * once. All but {@link #effect} is asked once, when the service appears.
 */
@ConsumerType
public interface MonitorCommand {
    /** Service property. String. The architecture whose machines get the command: {@link Machine#ARM}. Default: none. */
    String ARCHITECTURE = "kakuri.monitor.architecture";

    /** Returns what callers put into the first register. A number that is taken is refused, with a warning that names both. */
    int functionId();

    /** Returns the command's name, as a specification would spell it. */
    String name();

    /**
     * Returns what must hold, first what is checked first. The first that does not decides the status; nothing was changed
     * then.
     */
    List<Precondition> preconditions();

    /**
     * Does what the command is for. Called only when every precondition held, so it cannot fail; what it throws is logged and
     * the caller gets {@link Monitor#INTERNAL_FAILURE}.
     *
     * @return the result registers from the first on, 1 to 18; the first is the status
     */
    long[] effect(MonitorCall call);

    /** Returns the events that {@link #effect} may record, with what each means. Default: none. */
    default Map<String, String> events() {
        return Map.of();
    }

    /**
     * One row of a command's failure conditions, the other way round.
     *
     * @param id short name, unique in the command
     * @param rule what must hold, as the specification says it
     * @param holds whether it does; records nothing and changes nothing
     * @param status what the caller gets when it does not
     */
    record Precondition(String id, String rule, Predicate<MonitorCall> holds, long status) {
        /** Refuses null components. */
        public Precondition {
            Objects.requireNonNull(id);
            Objects.requireNonNull(rule);
            Objects.requireNonNull(holds);
        }
    }
}
