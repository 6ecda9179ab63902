package org.kakuri.runtime.libos;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.runtime.libos.calls.CallGroup;
import org.kakuri.runtime.libos.calls.Descriptors;
import org.kakuri.runtime.libos.image.ProgramClosure;
import org.kakuri.runtime.libos.queue.QueueSpec;
import org.kakuri.runtime.libos.trace.Supervisor.Birth;
import org.kakuri.runtime.libos.trace.TracedProcess;

/**
 * What sets one library operating system apart from another: which calls it serves itself, and which instances its
 * processes are in. One for each session. Methods that take a clock are called on the tracer's thread of a guest and
 * count their time there; several guests may be there at once.
 */
public interface Personality extends AutoCloseable {
    /** Returns the runtime's name. */
    String name();

    /**
     * Says what a call reaches; empty if it is served inside.
     *
     * @param number its number
     * @param group its group
     * @param target what its descriptor leads to; NONE if it has none
     */
    Optional<IoIntent.Kind> route(int number, CallGroup group, Descriptors.Target target);

    /** Returns how calls that are not served inside reach the host. */
    CallStyle style();

    /** Returns how calls are queued to host threads; empty if they are not. */
    default Optional<QueueSpec> queue() {
        return Optional.empty();
    }

    /**
     * Gets ready for the first process of a guest, before it exists.
     *
     * @throws org.kakuri.api.Refused if there is no room for it
     */
    HostedInstance admit(ProgramClosure program, PhaseClock clock);

    /** The first process of a guest is there, in what {@link #admit} returned. */
    void begun(TracedProcess process, HostedInstance instance);

    /** Gives up what {@link #admit} returned, because the process could not be started. */
    void abandoned(HostedInstance instance);

    /** A process has made another one. */
    void forked(TracedProcess parent, TracedProcess child, Birth birth, PhaseClock clock);

    /** A process executes another program. */
    void executed(TracedProcess process, ProgramClosure program, PhaseClock clock);

    /** A process has ended. */
    void ended(TracedProcess process, PhaseClock clock);

    /** Returns the instance a process is in. */
    HostedInstance instance(TracedProcess process);

    /** Returns the instances there are, for evidence and for who looks from outside. */
    List<HostedInstance> instances();

    /**
     * Returns an instance to produce evidence.
     *
     * @throws org.kakuri.api.Unsupported if there is none yet
     */
    HostedInstance attestable();

    /** Returns the measurement of the first instance. */
    Measurement measurement();

    /** Returns the events of all instances so far, also of those that ended. */
    LedgerSnapshot ledger();

    /** Returns the events that the runtime counts itself. */
    Map<String, EventCount> events();

    /** Returns trees that the library operating system makes up itself, by guest path. */
    default Map<String, ServedTree> trees() {
        return Map.of();
    }

    /** Returns what a reader of the results must know. */
    List<String> notes();

    @Override
    void close();
}
